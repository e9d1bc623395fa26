"""The patch from draft to refined answer: complete, in order, and with a reason for every change."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.revision import apply_operations, revise
from rag.values import Citation, Claim, Span

SENTENCES = (
    "The front-end limit is 31 percent [1].",
    "The front-end limit is 33 percent [2].",
    "An appraisal is valid for 180 days [3].",
    "Gifts may cover the down payment [4].",
    "Student loans always count [5].",
)


def claims(*texts: str) -> list[Claim]:
    return [Claim(index=n, text=text, span=Span(n * 50, n * 50 + len(text))) for n, text in enumerate(texts)]


def citation(passage_id: str, claim_index: int) -> Citation:
    return Citation(
        citation_id=f"c{claim_index}-1",
        marker=1,
        claim_index=claim_index,
        source="s",
        section="1",
        passage_id=passage_id,
        confidence=1.0,
        answer_span=Span(0, 1),
        source_span=Span(0, 1),
        quote="q",
        status="verified",
    )


texts = st.lists(st.sampled_from(SENTENCES), max_size=6)


@given(before=texts, after=texts)
def test_a_patch_rebuilds_both_texts(before: list[str], after: list[str]) -> None:
    """Whatever changed, reading the operations gives all sentences of both versions in their order."""
    operations = revise(claims(*before), claims(*after), evidence={})

    assert apply_operations(operations) == (before, after)


@given(sentences=texts)
def test_nothing_changed_is_a_patch_of_keeps(sentences: list[str]) -> None:
    """The same text needs no reason."""
    operations = revise(claims(*sentences), claims(*sentences), evidence={})

    assert {operation.kind for operation in operations} <= {"keep"}


def test_a_corrected_sentence_is_revised_with_its_evidence() -> None:
    """A sentence that failed its check and comes back with another figure is one change, not a drop and an append."""
    before, after = claims(SENTENCES[0], SENTENCES[2]), claims(SENTENCES[1], SENTENCES[2])
    operations = revise(before, after, failed=[0], evidence={0: [citation("p9", 0)]})

    assert [operation.kind for operation in operations] == ["revise", "keep"]
    assert operations[0].reason == "Its source did not support it."
    assert operations[0].evidence == ("p9",)


def test_the_reason_of_a_contradicted_sentence() -> None:
    """Revised or dropped, it goes because its source says otherwise; that weighs more than that it failed its check."""
    before, after = claims(SENTENCES[0], SENTENCES[2]), claims(SENTENCES[1])
    operations = revise(before, after, failed=[0, 1], contradicted=[0], evidence={})
    dropped = revise(before, claims(SENTENCES[2]), failed=[0], contradicted=[0], evidence={})

    assert [operation.reason for operation in operations] == [
        "Its source says otherwise.",
        "Its source did not support it.",
    ]
    assert [operation.kind for operation in dropped] == ["drop", "keep"]
    assert dropped[0].reason == "Its source says otherwise."


def test_unlike_sentences_are_dropped_and_appended() -> None:
    """What has little in common is shown as what it is."""
    operations = revise(claims(SENTENCES[2]), claims(SENTENCES[4]), evidence={})

    assert sorted(operation.kind for operation in operations) == ["append", "drop"]
    assert all(operation.reason for operation in operations)
