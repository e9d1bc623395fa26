"""The verifier and the judge that need no model: evidence overlap behind `ClaimVerifier` and `GroundednessJudge`.

They know how to hold claims against passages, not how overlap is measured: that is `rag.grounding.support`. Their
verdict on a citation has the score that it had while it was pending, since both are the same function of the same two
texts; a verifier with a model of its own may well come to another one.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.grounding.support import passage_support
from rag.values import Claim, Groundedness, Passage, Support


class LexicalVerifier:
    """`ClaimVerifier` by evidence overlap."""

    async def verify(self, claim: Claim, passage: Passage) -> Support:
        """Support of the claim by the passage; computed at once, never fails."""
        return passage_support(claim, passage)


class LexicalJudge:
    """`GroundednessJudge` by evidence overlap: every claim against the passage that carries it best, cited or not."""

    async def score(self, claims: Sequence[Claim], evidence: Sequence[Passage]) -> Groundedness:
        """Mean and worst support of the checkable claims; all zero when there is nothing to check or to check it by."""
        scores = {claim.index: _best(claim, evidence) for claim in claims if claim.checkable}
        if not scores:
            return Groundedness(score=0.0, worst=0.0)
        worst = min(scores, key=scores.__getitem__)
        return Groundedness(score=sum(scores.values()) / len(scores), worst=scores[worst], worst_claim=worst)


def _best(claim: Claim, evidence: Sequence[Passage]) -> float:
    return max((passage_support(claim, passage).score for passage in evidence), default=0.0)
