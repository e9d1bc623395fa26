"""Citations: attached to what they name, settled by a verdict, counted twice over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from rag.grounding.citations import attach, carried_by_overlap, citation_quality, coverage, settle
from rag.grounding.claims import split_claims
from rag.grounding.judges import LexicalVerifier
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


@pytest.mark.parametrize("score", [0.0, 0.35, 0.9])
def test_a_contradiction(score: float) -> None:
    """A passage that says something else of the same thing is no weak source but none, however much the two share."""
    (pending,) = attach(claim("The base ratio is 43 percent of income [1]."), SOURCES)
    contradicted = verdict(score, supported=False).model_copy(update={"contradicted": True})

    settled = settle(pending, contradicted)

    assert (settled.status, settled.contradicted, settled.standing) == ("unsupported", True, "contradicted")
    assert (pending.contradicted, pending.standing) == (False, "pending")


def test_a_verifier_that_contradicts_itself() -> None:
    """What it supports is verified: a citation is never both."""
    (pending,) = attach(claim("The base ratio is 43 percent of income [1]."), SOURCES)
    settled = settle(pending, verdict(0.9, supported=True).model_copy(update={"contradicted": True}))

    assert settled.standing == settled.status == "verified"


def test_the_score_while_pending() -> None:
    """It is that of the verdict, where the verifier is the one without a model: what is shown first does not jump."""
    answer = (
        "The base back-end ratio of a manual FHA loan is 43 percent [1]. An escrow cushion may not exceed ten months "
        "of payments [2]. The grace period is not 15 days [4]. Jumbo loans cost less in Maricopa County [4]."
    )
    passages = {source.marker: source.passage for source in SOURCES}
    with asyncio.Runner() as runner:
        for said in split_claims(answer):
            (pending,) = attach(said, SOURCES)
            found = runner.run(LexicalVerifier().verify(said, passages[pending.marker]))
            assert settle(pending, found).confidence == pending.confidence


def test_a_source_that_says_otherwise() -> None:
    """The sentence as it stands is verified; with another number, or denied, its own source speaks against it."""
    standings = []
    for text in ("is 15 days", "is 5 days", "is not 15 days"):
        said = claim(f"The grace period of a mortgage payment {text} [4].")
        (pending,) = attach(said, SOURCES)
        standings.append(settle(pending, passage_support(said, SOURCES[2].passage)).standing)

    assert standings == ["verified", "contradicted", "contradicted"]


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


def quality(answer: str, sources: tuple[NumberedSource, ...] = SOURCES) -> tuple[float | None, float | None]:
    claims = split_claims(answer)
    return citation_quality(claims, [one for said in claims for one in attach(said, sources)], sources)


RATIO = "The base back-end ratio of a manual FHA loan is 43 percent"
GRACE = "The grace period of a mortgage payment is 15 days"


@pytest.mark.parametrize(
    ("answer", "recall", "precision"),
    [
        (f"{RATIO} [1]. {GRACE} [4].", 1.0, 1.0),
        (f"{RATIO} [1]. {GRACE} [2].", 0.5, 0.5),
        (f"{RATIO} [1][2]. {GRACE} [4].", 1.0, 2 / 3),
        (f"{RATIO} [2][4]. {GRACE} [4].", 0.5, 1 / 3),
        (f"{RATIO} [1]. Jumbo loans need twenty percent in Maricopa County.", 0.5, 1.0),
        ("Jumbo loans need twenty percent in Maricopa County.", 0.0, None),
        (f"# Ratios\n{RATIO} [1]. Is that all? [2]", 1.0, 1.0),
        ("# Ratios", None, None),
    ],
)
def test_citation_quality(answer: str, recall: float | None, precision: float | None) -> None:
    """A wrong source lowers both figures, a superfluous one precision, a missing one recall; questions do not count."""
    assert quality(answer) == (pytest.approx(recall), pytest.approx(precision))


def test_two_sources_that_carry_a_claim_only_together() -> None:
    """Both count, and none is superfluous; beside one that carries it alone a third is."""
    said = claim(
        f"{RATIO}, and the grace period of a mortgage payment is 15 days, and an escrow cushion is two months."
    )
    pair, alone = said.model_copy(update={"markers": (1, 4)}), said.model_copy(update={"markers": (1, 2, 4)})

    def carries(one: Claim, passages: Sequence[Passage]) -> bool:
        assert one.text == said.text
        return {"guide#1", "guide#4"} <= {passage.passage_id for passage in passages}

    assert citation_quality([pair], attach(pair, SOURCES), SOURCES, carries) == (1.0, 1.0)
    assert citation_quality([alone], attach(alone, SOURCES), SOURCES, carries) == (1.0, 2 / 3)


def test_passages_read_together() -> None:
    """Overlap may come from several passages, names from any of their headings; no passage carries nothing."""
    said = claim(
        "The cushion may not exceed two months of payments, by Part 2 of the Guide, and the grace period is 15 days."
    )
    passages = [source.passage for source in SOURCES]

    assert carried_by_overlap(said, passages)
    assert not carried_by_overlap(said, passages[:1])
    assert not carried_by_overlap(said, [])
