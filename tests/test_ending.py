"""A stream that is cut anywhere gets an end that the protocol accepts."""

from __future__ import annotations

import pytest
from raw_asgi import CHECK, DRAFT, FINAL, STORY, ScriptedRuns

from mocks.virtual_time import run_virtual
from rag.ending import ending
from rag.errors import RagError, ServerShutdown
from rag.events import ErrorEvent, MetricEvent, RefinementEvent, StatusEvent, StreamEvent
from rag.grammar import verify_stream
from rag.values import RunRequest


def told(steps: int) -> list[StreamEvent]:
    """The first events of the story, with their virtual times."""

    async def main() -> list[StreamEvent]:
        return [event async for event in ScriptedRuns(STORY[:steps])(RunRequest(question="x"))]

    return run_virtual(main)


def cut(steps: int, *, elapsed_ms: int = 5000, error: RagError | None = None) -> list[StreamEvent]:
    log = told(steps)
    return ending(log, strategy="progressive", error=error or ServerShutdown(), elapsed_ms=elapsed_ms)


@pytest.mark.parametrize("steps", range(1, len(STORY) + 1))
def test_a_stream_cut_anywhere_ends_well(steps: int) -> None:
    """Sent and owed events together are one well-formed stream, and a complete one is owed nothing."""
    owed = cut(steps)

    assert verify_stream([*told(steps), *owed]) == []
    assert (owed == []) == (steps == len(STORY))


def test_stages_at_work_are_stopped_and_measured() -> None:
    """Each one ends as skipped, with its time, and stands in the spans as cancelled beside those that finished."""
    owed = cut(len(DRAFT))
    stopped = [event.payload for event in owed if isinstance(event, StatusEvent)]
    metric = owed[-1]

    assert [(end.stage, end.state, end.duration_ms) for end in stopped] == [("generation", "skipped", 4900)]
    assert isinstance(metric, MetricEvent)
    spans = [(span.stage, span.start_ms, span.end_ms, span.outcome) for span in metric.payload.spans]
    assert spans == [
        ("rewrite", 0, 100, "finished"),
        ("gate", 100, 100, "finished"),
        ("generation", 100, 5000, "cancelled"),
    ]
    assert metric.payload.time_to_first_token_ms == 200
    assert metric.payload.total_pipeline_ms == 5000


@pytest.mark.parametrize(
    ("steps", "withdrawn"),
    [(4, False), (5, True), (len(DRAFT) + 2, True), (len(DRAFT) + len(CHECK), False), (STORY.index(FINAL) + 1, False)],
    ids=["before the first word", "after it", "safety at work", "safety passed", "answered"],
)
def test_words_that_nobody_checked_are_taken_back(steps: int, withdrawn: bool) -> None:
    """A draft stays only if the safety check passed it before the end."""
    retractions = [event.payload.kind for event in cut(steps) if isinstance(event, RefinementEvent)]

    assert retractions == (["retract"] if withdrawn else [])


def test_the_error_says_what_it_is() -> None:
    """Code, fixed words and whether trying again helps come from the error."""
    errors = [event.payload for event in cut(3, error=RagError()) if isinstance(event, ErrorEvent)]

    assert [(error.code, error.message, error.retryable) for error in errors] == [
        ("internal", RagError.default_message, False)
    ]


def test_time_never_runs_backwards() -> None:
    """A clock that is behind the last event does not count."""
    log = told(len(DRAFT))
    owed = ending(log, strategy="progressive", error=ServerShutdown(), elapsed_ms=0)

    assert {event.elapsed_ms for event in owed} == {log[-1].elapsed_ms}
