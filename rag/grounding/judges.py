"""The verifier and the judge that need no model: evidence overlap behind `ClaimVerifier` and `GroundednessJudge`.

They know how to hold claims against passages, not how overlap is measured: that is `rag.grounding.support`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.grounding.support import passage_support
from rag.retrieval.confidence import CollectionStatistics
from rag.values import Claim, Groundedness, Passage, Support


class LexicalVerifier:
    """`ClaimVerifier` by evidence overlap; `statistics` of the library make rare words count more."""

    def __init__(self, statistics: CollectionStatistics | None = None) -> None:
        self._statistics = statistics

    async def verify(self, claim: Claim, passage: Passage) -> Support:
        """Support of the claim by the passage; computed at once, never fails."""
        return passage_support(claim, passage, self._statistics)


class LexicalJudge:
    """`GroundednessJudge` by evidence overlap: every claim against the passage that carries it best, cited or not."""

    def __init__(self, statistics: CollectionStatistics | None = None) -> None:
        self._statistics = statistics

    async def score(self, claims: Sequence[Claim], evidence: Sequence[Passage]) -> Groundedness:
        """Mean and worst support of the checkable claims; all zero when there is nothing to check or to check it by."""
        scores = {claim.index: self._best(claim, evidence) for claim in claims if claim.checkable}
        if not scores:
            return Groundedness(score=0.0, worst=0.0)
        worst = min(scores, key=scores.__getitem__)
        return Groundedness(score=sum(scores.values()) / len(scores), worst=scores[worst], worst_claim=worst)

    def _best(self, claim: Claim, evidence: Sequence[Passage]) -> float:
        return max((passage_support(claim, passage, self._statistics).score for passage in evidence), default=0.0)
