"""Citations: attached to what they name, settled by a verdict, counted twice over."""

from __future__ import annotations

import pytest

from rag.grounding.citations import attach, coverage, settle
from rag.grounding.claims import split_claims
from rag.grounding.support import SUPPORT_THRESHOLD, passage_support
from rag.values import Citation, Claim, NumberedSource, Passage, Span, Support

TEXTS = {
    1: "The base back-end ratio of a manual FHA loan is 43 percent. Reserves are counted in months.",
    2: "An escrow cushion may not exceed two months of payments. The surplus is refunded within 30 days.",
    4: "The grace period of a mortgage payment is 15 days. A late charge is 5 percent.",
}
SOURCES = tuple(
    NumberedSource(
        marker=marker,
        passage=Passage(
            passage_id=f"guide#{marker}",
            document_id="guide",
            source="Guide",
            title="Guide",
            section=f"Part {marker}",
            text=text,
        ),
    )
    for marker, text in TEXTS.items()
)


def claim(text: str, index: int = 0) -> Claim:
    return split_claims(text)[0].model_copy(update={"index": index})


def verdict(score: float, *, supported: bool) -> Support:
    return Support(score=score, supported=supported, source_span=Span(4, 8), quote="base")


def test_marks_that_name_sources() -> None:
    """Each becomes a pending citation with both ends, in the order of the marks."""
    said = claim("The grace period is 15 days and the cushion two months [4][2].", index=3)
    first, second = attach(said, SOURCES)

    assert (first.citation_id, second.citation_id) == ("c3-4", "c3-2")
    assert first.status == second.status == "pending"
    assert first.answer_span == said.span
    assert first.quote == "The grace period of a mortgage payment is 15 days."
    assert TEXTS[4][first.source_span.start : first.source_span.end] == first.quote
    assert first.confidence == passage_support(said, SOURCES[2].passage).score


def test_a_wrong_mark_is_attached_all_the_same() -> None:
    """What the answer says it rests on is shown and then checked, not silently repaired."""
    (citation,) = attach(claim("The grace period of a mortgage payment is 15 days [2]."), SOURCES)

    assert (citation.marker, citation.passage_id) == (2, "guide#2")
    assert citation.confidence < SUPPORT_THRESHOLD


@pytest.mark.parametrize("marks", ["", " [3]", " [0]", " [99]", " [2024]"])
def test_no_mark_that_names_a_source(marks: str) -> None:
    """The best source is attached if it supports the claim."""
    (citation,) = attach(claim(f"The grace period of a mortgage payment is 15 days{marks}."), SOURCES)

    assert citation.marker == 4
    assert citation.confidence >= SUPPORT_THRESHOLD


@pytest.mark.parametrize("text", ["Jumbo loans need twenty percent in Maricopa County.", "Is it 15 days?", "# Escrow"])
def test_nothing_to_attach(text: str) -> None:
    """Neither an unsupported claim nor one that asserts nothing gets a source that it did not name."""
    assert attach(claim(text), SOURCES) == ()
    assert attach(claim(text), ()) == ()


@pytest.mark.parametrize(
    ("score", "supported", "status"),
    [
        (0.9, True, "verified"),
        (0.48, True, "verified"),
        (0.47, False, "weak"),
        (0.30, False, "weak"),
        (0.29, False, "unsupported"),
        (0.0, False, "unsupported"),
        (0.8, False, "weak"),
    ],
)
def test_a_verdict(score: float, supported: bool, status: str) -> None:
    """Verified is what the verifier supports; its score only tells weak from unsupported."""
    (pending,) = attach(claim("The base ratio is 43 percent of income [1]."), SOURCES)
    settled = settle(pending, verdict(score, supported=supported))

    assert settled.status == status
    assert (settled.citation_id, settled.answer_span) == (pending.citation_id, pending.answer_span)
    assert (settled.confidence, settled.source_span, settled.quote) == (score, (4, 8), "base")
    assert Citation.model_validate(settled.model_dump()) == settled


def test_coverage_counts_claims_and_not_citations() -> None:
    """Two citations of one sentence cover one sentence; a heading is not in the denominator."""
    answer = (
        "# Limits\nThe base ratio is 43 percent of income [1][2]. The grace period is 15 days [4]. "
        "Jumbo loans need more money."
    )
    claims = split_claims(answer)
    citations = [citation for said in claims for citation in attach(said, SOURCES)]
    settled = [settle(c, passage_support(claims[c.claim_index], SOURCES[0].passage)) for c in citations]

    assert coverage(claims, citations) == (pytest.approx(2 / 3), 0.0)
    assert coverage(claims, settled) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_coverage_of_an_answer_without_claims() -> None:
    """There is none, which is not the same as zero."""
    assert coverage(split_claims("# Limits\n\nIs that so?"), ()) == (None, None)
