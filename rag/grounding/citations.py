"""Citations: which passage each claim leans on, whether that passage carries it, how much of the answer is covered, and
how many of the citations are worth following.

Pure functions on values. Knows nothing of who verifies: a verdict is a `Support`, wherever it comes from.
A citation is born *pending* and keeps its id; settling it changes its status and points its quote at the best evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from rag.grounding.support import SUPPORT_THRESHOLD, passage_support, support
from rag.values import Citation, Claim, NumberedSource, Passage, Support

WEAK_THRESHOLD = 0.30
"""From here to `SUPPORT_THRESHOLD` the passage speaks of the same thing and may or may not carry the claim: on
AttributionBench dev people found 44 % of such claims supported, on WiCE dev 29 %; below
it 25 and 11 %, above 69 and 66 %."""


def attach(claim: Claim, sources: Sequence[NumberedSource]) -> tuple[Citation, ...]:
    """Pending citations of a claim: its marks that name a source, else the best source that supports it, else none.

    Marks without a source are ignored, and so is a claim that asserts nothing and cites nothing.
    """
    cited = [source for marker in claim.markers for source in sources if source.marker == marker]
    if cited:
        return tuple(_pending(claim, source) for source in cited)
    if not claim.checkable or not sources:
        return ()
    best = max((_pending(claim, source) for source in sources), key=lambda citation: citation.confidence)
    return (best,) if best.confidence >= SUPPORT_THRESHOLD else ()


def _pending(claim: Claim, source: NumberedSource) -> Citation:
    found = passage_support(claim, source.passage)
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
    """The citation with the verifier's verdict: verified if supported, weak from `WEAK_THRESHOLD`, else unsupported.

    A passage that says something else of the same thing is never a weak source, however much it shares with the claim:
    the citation is unsupported and says that its passage contradicts it.
    """
    return citation.model_copy(
        update={
            "confidence": support.score,
            "source_span": support.source_span,
            "quote": support.quote,
            "status": _status(support),
            "contradicted": support.contradicted and not support.supported,
        }
    )


def _status(support: Support) -> Literal["verified", "weak", "unsupported"]:
    if support.supported:
        return "verified"
    return "weak" if support.score >= WEAK_THRESHOLD and not support.contradicted else "unsupported"


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


Carries = Callable[[Claim, Sequence[Passage]], bool]
"""Whether some passages, read together, carry a claim."""


def carried_by_overlap(claim: Claim, passages: Sequence[Passage]) -> bool:
    """Whether the passages, as one text under all their headings, support the claim; none support nothing."""
    text = "\n\n".join(passage.text for passage in passages)
    heading = " ".join(f"{passage.source} {passage.title} {passage.section}" for passage in passages)
    return support(claim.text, text, heading=heading).supported


class CitationQuality(NamedTuple):
    """How far an answer's citations can be relied on; both in [0, 1]."""

    recall: float | None
    """Share of the checkable claims that their cited passages together carry; None if no claim is checkable."""
    precision: float | None
    """Share of these claims' citations that count; None if they have none."""


def citation_quality(
    claims: Iterable[Claim],
    citations: Iterable[Citation],
    sources: Iterable[NumberedSource],
    carries: Carries = carried_by_overlap,
) -> CitationQuality:
    """Citation recall and precision as defined by ALCE (Gao et al. 2023), with `carries` in the place of its NLI model.

    A citation *counts* if the claim's passages together carry it and the citation is not irrelevant. It is irrelevant
    if its passage alone does not carry the claim and the others do without it: two sources that are only strong
    together both count, one that stands beside a sufficient one does not.
    """
    passages = {source.marker: source.passage for source in sources}
    cited = {claim.index: (claim, list[Passage]()) for claim in claims if claim.checkable}
    for citation in citations:
        if citation.claim_index in cited:
            cited[citation.claim_index][1].append(passages[citation.marker])
    carried = [(claim, leaned_on) for claim, leaned_on in cited.values() if leaned_on and carries(claim, leaned_on)]
    count = sum(_relevant(claim, leaned_on, carries) for claim, leaned_on in carried)
    total = sum(len(leaned_on) for _, leaned_on in cited.values())
    return CitationQuality(len(carried) / len(cited) if cited else None, count / total if total else None)


def _relevant(claim: Claim, passages: Sequence[Passage], carries: Carries) -> int:
    """How many of the passages that carry a claim together are not irrelevant."""
    others = [[*passages[:place], *passages[place + 1 :]] for place in range(len(passages))]
    return sum(
        carries(claim, [passage]) or not rest or not carries(claim, rest)
        for passage, rest in zip(passages, others, strict=True)
    )
