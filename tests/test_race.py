"""The race: four lanes at once that do not disturb each other, whoever leaves or breaks; and the card at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import pytest

from lab.race import LANES, MEASURES, EndCard, Lane, end_card, measure_of, race
from mocks.virtual_time import run_virtual
from rag.errors import InvalidRequest, RetrievalError
from rag.events import StreamEvent, TokenEvent
from rag.grammar import verify_stream
from rag.values import RunRequest, Strategy
from tests.harness import HEARTBEAT_MS, assert_nothing_left, play, request, simulator

DTI = "What is the maximum debt-to-income ratio for an FHA loan?"
Timed = tuple[int, Strategy, StreamEvent]


def run_race(asked: RunRequest, open_run=None) -> list[Timed]:  # type: ignore[no-untyped-def]
    """A whole race in virtual time: (millisecond of arrival, lane, event)."""

    async def main() -> list[Timed]:
        now_s = asyncio.get_running_loop().time
        async with aclosing(race(open_run or simulator().open, asked)) as arrivals:
            seen = [(round(now_s() * 1000), lane, event) async for lane, event in arrivals]
        assert_nothing_left()
        return seen

    return run_virtual(main)


def by_lane(seen: list[Timed]) -> dict[Strategy, list[StreamEvent]]:
    return {lane: [event for _, other, event in seen if other == lane] for lane in LANES}


def card(**asked: object) -> EndCard:
    return end_card(by_lane(run_race(request(**asked))))  # type: ignore[arg-type]


@pytest.mark.parametrize("scenario", ["refined", "nothing_found", "withdrawn_by_safety", "stream_cut"])
def test_each_lane_is_the_run_it_would_be_alone(scenario: str) -> None:
    """Event for event, whatever happens in the other three."""
    seen = by_lane(run_race(request(scenario=scenario)))

    assert list(seen) == list(LANES)
    for lane, events in seen.items():
        assert events == play(scenario=scenario, strategy=lane, request_id=f"test-{lane}")
        assert verify_stream(events, max_silence_ms=HEARTBEAT_MS) == []


def test_thirty_seconds_of_nothing_beside_words_in_two() -> None:
    """At speed 1: blocking is silent for 30 s; the progressive lanes show a status at once and words before 2.5 s."""
    seen = run_race(request(DTI, profile="thirty_seconds"))
    first = {lane: min(at_ms for at_ms, other, _ in seen if other == lane) for lane in LANES}
    words = {
        lane: min((at_ms for at_ms, other, event in seen if other == lane and isinstance(event, TokenEvent)), default=0)
        for lane in LANES
    }

    assert first == {"blocking": 30_000, "stream_last": 0, "progressive": 0, "ungated": 0}
    assert words["stream_last"] == 30_000
    assert 0 < words["ungated"] <= words["progressive"] < 2500


def test_events_come_when_they_happen() -> None:
    """The merged stream holds nothing back: each event is there in the millisecond it was stamped with."""
    assert all(at_ms == event.elapsed_ms for at_ms, _, event in run_race(request(scenario="refined")))


@pytest.mark.parametrize("taken", [1, 5, 60])
def test_leaving_ends_every_lane(taken: int) -> None:
    """Before the first word or amid them: a reader who goes away leaves nothing running."""

    async def main() -> None:
        async with aclosing(race(simulator().open, request(scenario="refined"))) as arrivals:
            for _ in range(taken):
                await anext(arrivals)
        assert_nothing_left()

    run_virtual(main)


def test_the_race_may_be_closed_from_another_task() -> None:
    """A web framework closes a generator from wherever it is; a cancelled reader closes it too."""

    async def main() -> None:
        arrivals = race(simulator().open, request(scenario="refined"))
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(_read_for_ever(arrivals))
            await asyncio.sleep(1.0)
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
            await group.create_task(arrivals.aclose())
        assert_nothing_left()

    run_virtual(main)


async def _read_for_ever(arrivals: AsyncGenerator[Lane]) -> None:
    async for _ in arrivals:
        pass


def test_a_lane_that_breaks_spoils_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """One stream raises in the middle: it is logged, it is not on the card, and the others come to their end."""
    healthy = simulator().open

    async def broken(asked: RunRequest) -> AsyncGenerator[StreamEvent]:
        taken = 0
        async with aclosing(healthy(asked)) as events:
            async for event in events:
                yield event  # noqa: ASYNC119 - closed by the race, which is what is being tested
                taken += 1
                if taken == 10:
                    raise RetrievalError if asked.seed else ZeroDivisionError("a bug")

    def open_run(asked: RunRequest) -> AsyncGenerator[StreamEvent]:
        return broken(asked) if asked.strategy == "stream_last" else healthy(asked)

    with caplog.at_level(logging.WARNING):
        seen = by_lane(run_race(request(DTI), open_run))
        run_race(request(DTI, seed=1), open_run)

    assert len(seen["stream_last"]) == 10
    assert list(end_card(seen).lanes) == ["blocking", "progressive", "ungated"]
    assert "lane stream_last raised" in caplog.text
    assert "retrieval_failed" in caplog.text


def test_a_bad_request_is_refused_before_the_start() -> None:
    """Not four failed lanes but one refusal."""

    async def main() -> None:
        with pytest.raises(InvalidRequest, match="profile"):
            await anext(race(simulator().open, request(DTI, profile="unheard_of")))
        assert_nothing_left()

    run_virtual(main)


def test_a_race_without_ids_gives_each_lane_its_own() -> None:
    """Four runs, four request ids."""
    seen = run_race(RunRequest(question=DTI, profile="instant"))

    assert len({event.request_id for _, _, event in seen}) == 4


def test_a_race_in_real_time() -> None:
    """The same on an ordinary event loop."""

    async def main() -> dict[Strategy, list[StreamEvent]]:
        seen: dict[Strategy, list[StreamEvent]] = {lane: [] for lane in LANES}
        async with aclosing(race(simulator().open, request(DTI, speed=500))) as arrivals:
            async for lane, event in arrivals:
                seen[lane].append(event)
        return seen

    with asyncio.Runner() as runner:
        seen = runner.run(main())

    assert all(verify_stream(events) == [] for events in seen.values())


def test_the_card_of_a_good_question() -> None:
    """With evidence in hand the progressive lanes speak first, and the serial ones show nothing unchecked."""
    found = card(question=DTI, profile="thirty_seconds")
    lanes = found.lanes

    assert list(lanes) == list(LANES)
    assert "progressive" in found.best["first_useful_ms"] or "ungated" in found.best["first_useful_ms"]
    assert lanes["blocking"].first_status_ms == lanes["blocking"].final_ms == 30_000
    assert lanes["blocking"].exposure.exposure_char_s == lanes["stream_last"].exposure.exposure_char_s == 0
    assert lanes["progressive"].exposure.exposure_char_s > 0
    assert lanes["progressive"].final_ms < 30_000


def test_the_card_of_a_hopeless_question() -> None:
    """Every gated lane refuses; the one without a gate shows an answer of which every sentence is ungrounded."""
    found = card(scenario="nothing_found")
    shown = {lane: run.exposure.ungrounded_characters for lane, run in found.lanes.items()}

    assert {run.outcome for lane, run in found.lanes.items() if lane != "ungated"} == {"safe_fallback"}
    assert found.lanes["ungated"].outcome == "answered"
    assert shown.pop("ungated") == found.lanes["ungated"].exposure.shown_characters > 0
    assert set(shown.values()) == {0}
    assert found.best["ungrounded_characters"] == ("blocking", "stream_last", "progressive")
    assert found.best["first_token_ms"] == ("ungated",)
    assert found.lanes["ungated"].groundedness is not None
    assert not {"groundedness", "first_useful_ms"} & set(found.best)  # well quoted, and no use to anybody


def test_every_measure_has_a_value_or_is_left_out() -> None:
    """A race of refusals without the wrong way has no first token, and claims no winner of it."""
    gated = {
        lane: events
        for lane, events in by_lane(run_race(request(scenario="nothing_found"))).items()
        if lane != "ungated"
    }
    found = end_card(gated)

    assert set(found.best) < set(MEASURES)
    assert "first_token_ms" not in found.best
    assert measure_of(found.lanes["progressive"], "wrong_words") == 0


def test_nothing_to_compare() -> None:
    """A race that was left at once has an empty card."""
    assert end_card({}) == EndCard(lanes={}, best={})
    assert end_card({"progressive": []}).lanes == {}
