"""Golden timelines: when a reader sees what, exact to the millisecond, in virtual time."""

from __future__ import annotations

import pytest

from rag.events import (
    CitationEvent,
    FinalAnswerEvent,
    MetricEvent,
    RefinementEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from tests.harness import play, statuses


def times(events: list[StreamEvent], kind: type) -> list[int]:
    return [event.elapsed_ms for event in events if isinstance(event, kind)]


def test_the_published_timeline() -> None:
    """Scenario `article`: its own question, profile and seed, one reader, every moment where it was published."""
    events = play(scenario="article")
    started = statuses(events, "started", "fast")
    tokens = times(events, TokenEvent)
    verified = [e.elapsed_ms for e in events if isinstance(e, CitationEvent) and e.payload.status == "verified"]
    improved = [e for e in events if isinstance(e, RefinementEvent) and e.payload.kind == "improve"]

    assert [(event.elapsed_ms, event.payload.message) for event in started] == [
        (0, "Understanding your question..."),
        (80, "Searching trusted sources..."),
        (1200, "Drafting answer from 5 sources..."),
    ]
    assert tokens == list(range(1400, 1400 + 20 * len(tokens), 20))
    assert len(tokens) > 60
    assert verified[:2] == [8000, 9200]
    assert [event.elapsed_ms for event in improved] == [12_000]
    assert times(events, FinalAnswerEvent) == times(events, MetricEvent) == [14_000]


def test_the_published_timeline_is_the_same_every_time() -> None:
    """The same seed gives the same log, byte for byte."""
    assert play(scenario="article") == play(scenario="article")


QUESTION = "What is the maximum debt-to-income ratio for an FHA loan?"


@pytest.mark.parametrize("strategy", ["blocking", "stream_last"])
def test_thirty_seconds_one_stage_after_the_other(strategy: str) -> None:
    """The serial sum of the profile is exactly 30.0 s, whatever the text."""
    events = play(QUESTION, profile="thirty_seconds", strategy=strategy)

    assert times(events, FinalAnswerEvent) == [30_000]
    assert times(events, TokenEvent) == ([] if strategy == "blocking" else [30_000] * len(times(events, TokenEvent)))
    if strategy == "blocking":
        assert {event.elapsed_ms for event in events} == {30_000}


def test_thirty_seconds_split_in_two_paths() -> None:
    """The same stages, arranged progressively: status at once, words before 2.5 s, and an earlier end."""
    events = play(QUESTION, profile="thirty_seconds")

    assert isinstance(events[0], StatusEvent)
    assert events[0].elapsed_ms == 0
    assert times(events, TokenEvent)[0] < 2500
    assert times(events, FinalAnswerEvent)[0] < 30_000


def test_speed_scales_the_simulation() -> None:
    """At speed 2 everything simulated takes half its time."""
    normal, double = play(QUESTION, profile="thirty_seconds"), play(QUESTION, profile="thirty_seconds", speed=2)

    assert times(double, FinalAnswerEvent)[0] * 2 == times(normal, FinalAnswerEvent)[0]


def test_fast_stages_add_nothing_of_their_own() -> None:
    """Time to first token is the sum of the fast stages, to the millisecond."""
    metric = next(event.payload for event in play(QUESTION, profile="thirty_seconds") if isinstance(event, MetricEvent))

    assert metric.time_to_first_token_ms == 300 + 700 + 900
