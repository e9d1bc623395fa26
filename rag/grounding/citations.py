"""Citations: which passage each claim leans on, whether that passage carries it, and how much of the answer is covered.

Pure functions on values. Knows nothing of who verifies: a verdict is a `Support`, wherever it comes from.
A citation is born *pending* and keeps its id; settling it changes its status and points its quote at the best evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rag.grounding.support import SUPPORT_THRESHOLD, passage_support
from rag.retrieval.confidence import CollectionStatistics
from rag.values import Citation, Claim, NumberedSource, Support

WEAK_THRESHOLD = 0.30
"""From here to `SUPPORT_THRESHOLD` the passage speaks of the same thing but does not carry the claim."""


def attach(
    claim: Claim, sources: Sequence[NumberedSource], statistics: CollectionStatistics | None = None
) -> tuple[Citation, ...]:
    """Pending citations of a claim: its marks that name a source, else the best source that supports it, else none.

    Marks without a source are ignored, and so is a claim that asserts nothing and cites nothing.
    """
    cited = [source for marker in claim.markers for source in sources if source.marker == marker]
    if cited:
        return tuple(_pending(claim, source, statistics) for source in cited)
    if not claim.checkable or not sources:
        return ()
    best = max((_pending(claim, source, statistics) for source in sources), key=lambda citation: citation.confidence)
    return (best,) if best.confidence >= SUPPORT_THRESHOLD else ()


def _pending(claim: Claim, source: NumberedSource, statistics: CollectionStatistics | None) -> Citation:
    found = passage_support(claim, source.passage, statistics)
    return Citation(
        citation_id=f"c{claim.index}-{source.marker}",
        marker=source.marker,
        claim_index=claim.index,
        source=source.passage.source,
        section=source.passage.section,
        passage_id=source.passage.passage_id,
        confidence=found.score,
        answer_span=claim.span,
        source_span=found.source_span,
        quote=found.quote,
        status="pending",
    )


def settle(citation: Citation, support: Support) -> Citation:
    """The citation with the verifier's verdict: verified if supported, weak from `WEAK_THRESHOLD`, else unsupported."""
    return citation.model_copy(
        update={
            "confidence": support.score,
            "source_span": support.source_span,
            "quote": support.quote,
            "status": _status(support),
        }
    )


def _status(support: Support) -> Literal["verified", "weak", "unsupported"]:
    if support.supported:
        return "verified"
    return "weak" if support.score >= WEAK_THRESHOLD else "unsupported"


def coverage(claims: Iterable[Claim], citations: Iterable[Citation]) -> tuple[float | None, float | None]:
    """Shares of the checkable claims with a citation *attached*, and with one *verified*; None if none is checkable.

    The first is what a reader sees, the second what they may rely on: an answer can cite every sentence and be wrong.
    """
    checkable = {claim.index for claim in claims if claim.checkable}
    if not checkable:
        return None, None
    known = [citation for citation in citations if citation.claim_index in checkable]
    attached = {citation.claim_index for citation in known}
    verified = {citation.claim_index for citation in known if citation.status == "verified"}
    return len(attached) / len(checkable), len(verified) / len(checkable)
