"""Exposure by hand: every figure of a small invented run can be worked out on paper. Then on whole runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from lab.exposure import Exposure, exposure
from lab.shown import words_gone, words_of
from mocks.scenarios import SCENARIOS
from rag.events import (
    AnyPayload,
    CitationAttached,
    ClaimState,
    FinalAnswer,
    PartialAnswer,
    RefinementUpdate,
    StreamEvent,
    Token,
    envelope,
)
from rag.values import Citation, RevisionOperation, Span
from tests.harness import play, text_of

FIRST = "The appraisal is valid for 180 days [1]."
SECOND = " The lender may extend that period once [2]."
SAID = FIRST + SECOND

Status = Literal["pending", "verified", "weak", "unsupported"]


def at(at_ms: int, payload: AnyPayload) -> StreamEvent:
    started_at = datetime(2026, 1, 1, tzinfo=UTC)
    return envelope(payload, request_id="test", started_at=started_at, seq=0, elapsed_ms=at_ms)


def shown(at_ms: int, text: str, *, grounded: bool = True) -> StreamEvent:
    return at(at_ms, Token(token=text, grounded=grounded))


def whole(at_ms: int, index: int, start: int, end: int) -> StreamEvent:
    claim = ClaimState(index=index, answer_span=Span(start, end), support=1.0, grounded=True)
    return at(at_ms, PartialAnswer(text=SAID[:end], claim=claim))


def citation(index: int, status: Status, name: str = "") -> Citation:
    return Citation(
        citation_id=name or f"c{index}",
        marker=1,
        claim_index=index,
        source="s",
        section="s",
        passage_id="p",
        confidence=0.5,
        answer_span=Span(0, 1),
        source_span=Span(0, 1),
        quote="q",
        status=status,
    )


def checked(at_ms: int, index: int, status: Status) -> StreamEvent:
    return at(at_ms, CitationAttached.model_validate(citation(index, status).model_dump()))


def final(at_ms: int, answer: str, *citations: Citation, outcome: str = "answered") -> StreamEvent:
    return at(
        at_ms,
        FinalAnswer.model_validate(
            {
                "complete": True,
                "outcome": outcome,
                "answer": answer,
                "groundedness_score": 1.0,
                "safety_pass": True,
                "citations": citations,
            }
        ),
    )


def drafted(*, grounded: bool = True) -> list[StreamEvent]:
    """Two sentences: the first on the screen from second 1, the second from second 2."""
    return [
        shown(1000, FIRST, grounded=grounded),
        shown(2000, SECOND, grounded=grounded),
        whole(2000, 0, 0, len(FIRST)),
        whole(2000, 1, len(FIRST) + 1, len(SAID)),
        checked(2000, 0, "pending"),
        checked(2000, 1, "pending"),
    ]


A, B = len(FIRST), len(SECOND) - 1


def test_each_sentence_counts_until_it_is_verified() -> None:
    """Characters x seconds from each sentence's own start to its own verdict."""
    events = [*drafted(), checked(4000, 0, "verified"), checked(9000, 1, "verified")]
    events.append(final(20_000, SAID, citation(0, "verified"), citation(1, "verified")))

    assert exposure(events) == Exposure(shown_characters=A + B, exposure_char_s=A * 3 + B * 7)


def test_a_failed_check_ends_nothing() -> None:
    """A sentence that was checked and is not supported stays on the screen, and counts, until the final answer."""
    events = [*drafted(), checked(4000, 0, "verified"), checked(4000, 1, "weak")]
    events.append(final(12_000, SAID, citation(0, "verified"), citation(1, "weak")))
    found = exposure(events)

    assert found.exposure_char_s == A * 3 + B * 10
    assert found.by_reason == {"unsupported": B}
    assert found.wrong_words == 7


def test_an_unchecked_sentence_counts_until_the_final_answer() -> None:
    """No verdict at all is not a pass, but nobody calls the words wrong."""
    found = exposure([*drafted(), final(12_000, SAID, citation(0, "pending"), citation(1, "verified"))])

    assert found.exposure_char_s == A * 11 + B * 10
    assert found.by_reason == {"unchecked": A}
    assert found.wrong_words == 0


def test_a_revised_sentence_counts_until_it_is_replaced() -> None:
    """The patch takes it off the screen; only the words that it changes were wrong; the new one was checked before."""
    better = "The appraisal is valid for 120 days [1]."
    patch = RefinementUpdate(
        message="",
        revision=1,
        kind="improve",
        reason="",
        operations=(
            RevisionOperation(kind="revise", before=FIRST, after=better),
            RevisionOperation(kind="keep", before=SECOND.strip(), after=SECOND.strip()),
        ),
        refined_answer=better + SECOND,
        additional_citations=(citation(0, "verified", "r1-c0"),),
    )
    events = [*drafted(), checked(3000, 0, "unsupported"), checked(3000, 1, "verified"), at(6000, patch)]
    events.append(final(30_000, better + SECOND, citation(0, "verified", "r1-c0"), citation(1, "verified")))
    found = exposure(events)

    assert found.exposure_char_s == A * 5 + B * 1
    assert found.shown_characters == A + B + len(better)
    assert found.by_reason == {"changed": A}
    assert found.wrong_words == 1


def test_a_dropped_sentence_was_all_wrong() -> None:
    """Every word of it has to be unlearned; what is appended in its place was never exposed."""
    fresh = "Extensions need a written approval [3]."
    patch = RefinementUpdate(
        message="",
        revision=1,
        kind="improve",
        reason="",
        operations=(
            RevisionOperation(kind="keep", before=FIRST, after=FIRST),
            RevisionOperation(kind="drop", before=SECOND.strip()),
            RevisionOperation(kind="append", after=fresh),
        ),
        refined_answer=f"{FIRST} {fresh}",
        additional_citations=(citation(1, "verified", "r1-c1"),),
    )
    events = [*drafted(), checked(3000, 0, "verified"), at(6000, patch)]
    events.append(final(9000, f"{FIRST} {fresh}", citation(0, "verified"), citation(1, "verified", "r1-c1")))
    found = exposure(events)

    assert found.exposure_char_s == A * 2 + B * 4
    assert found.by_reason == {"changed": B}
    assert found.wrong_words == 7


def test_a_withdrawn_draft_counts_until_it_is_withdrawn() -> None:
    """All of it was on the screen and none of it should have been, the unfinished tail included."""
    retract = RefinementUpdate(message="", revision=1, kind="retract", reason="")
    events = [*drafted(), shown(3000, " And so"), at(5000, retract), final(8000, "Withheld.", outcome="withheld")]
    found = exposure(events)

    assert found.exposure_char_s == A * 4 + B * 3
    assert found.by_reason == {"withdrawn": A + B}  # "And so" claims nothing yet
    assert found.shown_characters == A + B + len("And so")
    assert found.wrong_words == 7 + 7 + 2


def test_without_a_gate_no_verdict_helps() -> None:
    """What came without an open gate counts to the end, verified or not, and under that reason."""
    events = [*drafted(grounded=False), checked(3000, 0, "verified"), checked(3000, 1, "verified")]
    events.append(final(10_000, SAID, citation(0, "verified"), citation(1, "verified")))
    found = exposure(events)

    assert found.exposure_char_s == A * 9 + B * 8
    assert found.by_reason == {"without_gate": A + B}
    assert found.ungrounded_characters == A + B


def test_an_answer_at_the_end_exposes_nobody_and_may_still_be_wrong() -> None:
    """A blocking run shows its one answer when all is said: no exposure, but its unsupported sentence was shown."""
    found = exposure([final(30_000, SAID, citation(0, "verified"), citation(1, "unsupported"))])

    assert found.exposure_char_s == 0
    assert found.by_reason == {"unsupported": B}


def test_what_claims_nothing_cannot_be_ungrounded() -> None:
    """An apology or a question is on the screen, and that is all."""
    refusal = "The sources do not answer this."
    events = [shown(1000, refusal), final(9000, refusal)]

    assert exposure(events) == Exposure(shown_characters=len(refusal))


def test_a_token_may_reach_over_the_end_of_a_sentence() -> None:
    """Characters belong to the sentence they stand in, wherever the tokens were cut."""
    cut = len(FIRST) + 5
    events = [shown(1000, SAID[:cut]), shown(3000, SAID[cut:]), *drafted()[2:]]
    events += [checked(3000, 0, "verified"), checked(3000, 1, "verified"), final(3000, SAID)]
    found = exposure(events)

    assert found.shown_characters == A + B
    assert found.exposure_char_s == A * 2 + 4 * 2


def test_a_run_that_breaks_off_is_measured_as_far_as_it_came() -> None:
    """The reader who left had read that much."""
    assert exposure(drafted()[:2]).exposure_char_s == A * 1


def test_nothing_is_nothing() -> None:
    """No events, no exposure; events in the wrong places do not raise."""
    assert exposure([]) == Exposure()
    assert exposure([checked(5, 9, "verified"), whole(9, 3, 0, 50)]) == Exposure()


def test_words() -> None:
    """Numbers with their points are words, citation marks are not, and a diff counts what went."""
    assert words_of("Up to 43.5% of 1,000 [2].") == ["Up", "to", "43.5", "of", "1,000"]
    assert words_gone("a b c d", "a x c") == 2
    assert words_gone("a b", "") == 2


@pytest.mark.parametrize("name", list(SCENARIOS))
@pytest.mark.parametrize("strategy", ["progressive", "ungated", "stream_last", "blocking"])
def test_whole_runs(name: str, strategy: str) -> None:
    """Shares add up; what waits for its checks exposes nobody; a run that shows nothing has shown nothing."""
    events = play(scenario=name, strategy=strategy)
    found = exposure(events)

    assert sum(found.by_reason.values()) == found.ungrounded_characters <= found.shown_characters
    assert ("without_gate" in found.by_reason) <= (strategy == "ungated")
    assert strategy in ("progressive", "ungated") or found.exposure_char_s == 0
    assert strategy != "ungated" or found.exposure_char_s > 0
    assert found.shown_characters >= len(text_of(events).replace(" ", ""))
    if events[-2].event_type == "final_answer" and not text_of(events) and strategy == "progressive":
        assert found == Exposure()


def test_held_answers_expose_nobody() -> None:
    """What is shown after its checks needs no trust."""
    assert exposure(play(scenario="held_until_checked")).exposure_char_s == 0


def test_the_arrangements_show_the_same_text() -> None:
    """Streamed or in one piece, the same answer has the same characters."""
    streamed, whole_answer = (
        exposure(play(scenario="happy_path", strategy=name)) for name in ("stream_last", "blocking")
    )

    assert streamed == whole_answer
