"""The writer as the last gate: what it declines is not shown, and what only begins like a refusal is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.extractive_generator import ExtractiveGenerator
from mocks.library import library_parts
from mocks.simulation import Simulator
from rag import wording
from rag.events import FinalAnswer, FinalAnswerEvent, RefinementEvent, StatusEvent, StreamEvent, TokenEvent
from rag.prompt import NO_ANSWER, declines, may_decline
from rag.settings import Settings
from rag.values import GenerationRequest, Strategy
from tests.harness import play, play_on, request, text_of

QUESTION = "What is the maximum debt-to-income ratio for an FHA loan?"
LETTERS = tuple(NO_ANSWER)
STRATEGIES: tuple[Strategy, ...] = ("progressive", "stream_last", "blocking", "ungated")
Says = Callable[[GenerationRequest], Sequence[str]]


class Writer:
    """Says what it is told to, and remembers what it was asked and how far it was listened to."""

    def __init__(self, says: Says) -> None:
        self._says = says
        self.asked: list[GenerationRequest] = []
        self.said: list[str] = []

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        self.asked.append(request)
        for token in self._says(request):
            self.said.append(token)
            yield token


def ran(says: Says, strategy: Strategy = "progressive", **knobs: object) -> tuple[list[StreamEvent], Writer]:
    """A whole run through real search and real checks, valid by the grammar, with this writer."""
    writer = Writer(says)
    simulator = Simulator(replace(library_parts(), generator=writer), default_profile="instant", **knobs)  # type: ignore[arg-type]
    return play_on(lambda: simulator.open(request(QUESTION, strategy=strategy))), writer


def final(events: Sequence[StreamEvent]) -> FinalAnswer:
    return next(event.payload for event in events if isinstance(event, FinalAnswerEvent))


def quoting(request: GenerationRequest) -> list[str]:
    """What the sample library's own writer would say."""
    text = ExtractiveGenerator().write(request)
    return [f"{word} " for word in text.split(" ")[:-1]] + text.split(" ")[-1:]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_writer_that_declines_is_never_heard(strategy: Strategy) -> None:
    """The gate was open and the writer, who reads, found nothing: an honest fallback, not a letter of its words."""
    events, _ = ran(lambda asked: LETTERS, strategy)

    assert text_of(events) == ""
    assert final(events).outcome == "safe_fallback"
    assert final(events).answer == wording.SAFE_FALLBACK
    assert not any(isinstance(event, RefinementEvent) for event in events)
    assert NO_ANSWER not in "".join(event.model_dump_json() for event in events)


def test_it_is_said_why_there_is_no_draft() -> None:
    """The generation stage ends with the reason, so that an open gate without an answer is no riddle."""
    events, _ = ran(lambda asked: LETTERS)
    ends = [
        event.payload.message
        for event in events
        if isinstance(event, StatusEvent) and event.payload.stage == "generation" and event.payload.state == "finished"
    ]

    assert ends
    assert set(ends) == {wording.DECLINED}


def test_a_writer_that_declines_is_asked_again_with_all_the_evidence() -> None:
    """The first passages lacked it, the deep search has it: the reader gets an answer, later, and only that."""
    few = Settings().evidence.first_top_k
    events, writer = ran(lambda asked: LETTERS if len(asked.sources) <= few else quoting(asked))
    first, second, *_ = writer.asked

    assert {source.passage for source in second.sources} - {source.passage for source in first.sources}
    assert second.kind == "draft"
    assert final(events).outcome == "answered"
    assert text_of(events).startswith(quoting(second)[0])
    assert final(events).citations


def test_nothing_new_to_read_is_no_reason_to_ask_again() -> None:
    """With no passage that the writer has not read, its word stands."""
    settings = Settings()
    all_at_once = settings.model_copy(update={"evidence": settings.evidence.model_copy(update={"first_top_k": 1000})})
    _, writer = ran(lambda asked: LETTERS, settings=all_at_once)

    assert len(writer.asked) == 1


def test_a_refusal_is_not_listened_to_the_end() -> None:
    """Whatever follows it is neither shown nor paid for: the stream is closed as soon as the refusal is whole."""
    _, writer = ran(lambda asked: [NO_ANSWER, " But from memory:", " it is 43 %."])

    assert set(writer.said) == {NO_ANSWER}


@pytest.mark.parametrize("beginning", ["NO", "NO ANSWER IN", "No answer", " NO", "\n\n"])
def test_an_answer_that_begins_like_a_refusal_is_shown_whole(beginning: str) -> None:
    """It is held only as long as it may be one; then every token comes, in order, each once."""
    tokens = [*beginning, " doubt: the limit is 43 % [1]."]
    events, _ = ran(lambda asked: tokens)

    assert text_of(events) == "".join(tokens)
    assert final(events).outcome == "answered"


def test_an_answer_that_ends_as_a_beginning_is_shown() -> None:
    """`NO` alone is a poor answer, but it is one."""
    events, _ = ran(lambda asked: ["N", "O"])

    assert text_of(events) == "NO"


def test_a_second_version_that_declines_changes_nothing() -> None:
    """Asked for a better version, the writer gives up: the draft stands."""
    events, _ = ran(lambda asked: quoting(asked) if asked.kind == "draft" else LETTERS)

    assert final(events).outcome == "answered"
    assert final(events).answer == text_of(events)


@given(st.text(max_size=40))
def test_only_the_refusal_may_become_the_refusal(text: str) -> None:
    """What is not held is no beginning of it, and what is it was held at every letter."""
    assert may_decline(text) or not declines(text)
    assert all(may_decline(NO_ANSWER[:end]) for end in range(len(NO_ANSWER) + 1))
    assert may_decline(text) == (declines(text) or NO_ANSWER.startswith(text.lstrip()))


def in_time(strategy: Strategy, **budgets: float) -> list[StreamEvent]:
    """A run that writes 50 tokens a second within these limits, valid by the grammar."""
    settings = Settings.model_validate({"budgets": {"safety_s": 30.0} | budgets})
    return play(QUESTION, settings=settings, strategy=strategy, profile="article")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_draft_that_time_cuts_anywhere_is_all_there_is(strategy: Strategy) -> None:
    """Mostly amid a sentence: the reader's last words, the checked words and the final words are the same words.

    The first limit leaves time for one or two tokens and the last for nearly all; the grammar compares the texts.
    """
    complete = final(in_time(strategy, refinement_s=0.001)).answer
    cut = 0
    for generation_s in (0.21 + step * 0.137 for step in range(40)):
        events = in_time(strategy, generation_s=generation_s, refinement_s=0.001)
        answer = final(events)
        cut += answer.answer != complete
        assert answer.outcome == "answered"
        assert complete.startswith(answer.answer)
        assert answer.complete == (answer.answer == complete)
        assert ("generation" in answer.degraded) == (not answer.complete)
    assert cut > 10


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_time_of_the_whole_request_may_end_amid_a_sentence(strategy: Strategy) -> None:
    """Nothing of it has been checked as a whole, so all of it is taken back, the half sentence too."""
    for request_s in (1.45 + step * 0.137 for step in range(20)):
        events = in_time(strategy, request_s=request_s)
        shown = any(isinstance(event, TokenEvent) for event in events)
        taken_back = any(isinstance(event, RefinementEvent) and event.payload.kind == "retract" for event in events)
        assert shown == taken_back
