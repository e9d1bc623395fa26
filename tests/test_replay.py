"""Recordings in motion: replayed at their times in virtual time, and paused, stepped and scrubbed with a cursor."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import cache, reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.record import as_told
from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.errors import InvalidRequest
from rag.events import FinalAnswerEvent, TokenEvent, to_jsonl
from rag.recording import read, write
from rag.recording_format import RecordedEvent, Recording, UnknownEvent, known
from rag.recording_player import Player, replay
from tests.harness import STARTED_AT, assert_nothing_left, play, request
from ui.terminal_replay import print_replay
from ui.view import View, apply


@cache
def recorded(scenario: str = "article") -> Recording:
    return read(write(Recording.of(as_told(request(scenario=scenario)), play(scenario=scenario))))


def first(recording: Recording, kind: type) -> RecordedEvent:
    return next(event for event in recording.events if isinstance(event, kind))


def unknown(seq: int, elapsed_ms: int) -> UnknownEvent:
    values = {"event_type": "cost_update", "request_id": "test", "timestamp": STARTED_AT, "payload": {"dollars": 0.25}}
    return UnknownEvent.model_validate(values | {"seq": seq, "elapsed_ms": elapsed_ms})


def at_times(*times_ms: int) -> Recording:
    return Recording.of(request("x"), [unknown(seq, time_ms) for seq, time_ms in enumerate(times_ms)])


def arrivals(recording: Recording, speed: float = 1.0, from_ms: float = 0) -> list[tuple[float, RecordedEvent]]:
    """When each event came, in seconds since the replay began, and the event."""

    async def main() -> list[tuple[float, RecordedEvent]]:
        now_s = asyncio.get_running_loop().time
        async with aclosing(replay(recording, speed, from_ms=from_ms)) as events:
            came = [(now_s(), event) async for event in events]
        assert_nothing_left()
        return came

    return run_virtual(main)


def folded(events: Sequence[RecordedEvent], view: View | None = None) -> View:
    return reduce(apply, known(events), view or View())


# Replayed as a stream.


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_speed_one_gives_the_recorded_times(scenario: str) -> None:
    """Every event comes as it was, and exactly when it was."""
    recording = recorded(scenario)
    came = arrivals(recording)

    assert tuple(event for _, event in came) == recording.events
    assert [at_s for at_s, _ in came] == [event.elapsed_ms / 1000 for event in recording.events]


def test_ten_times_as_fast() -> None:
    """At speed 10 every event comes after a tenth of its time, and still says when it was."""
    recording = recorded()
    came = arrivals(recording, 10)

    assert tuple(event for _, event in came) == recording.events
    assert [at_s for at_s, _ in came] == pytest.approx([e.elapsed_ms / 10_000 for e in recording.events], abs=1e-9)


def test_a_replay_may_begin_in_the_middle() -> None:
    """What came before is there at once, and the rest at its distance."""
    came = [at_s for at_s, _ in arrivals(at_times(0, 100, 200, 260, 300), from_ms=200)]

    assert came == [0, 0, 0, 0.06, 0.1]


def test_a_slow_reader_is_not_made_slower() -> None:
    """Events that became due while the reader was busy follow at once; the replay does not drift."""

    async def main() -> list[float]:
        now_s = asyncio.get_running_loop().time
        came = []
        async with aclosing(replay(at_times(0, 100, 200, 300, 400, 1000))) as events:
            async for event in events:
                came.append(now_s())
                if event.seq == 1:
                    await asyncio.sleep(0.25)
        return came

    assert run_virtual(main) == [0, 0.1, 0.35, 0.35, 0.4, 1.0]


def test_a_burst_lets_others_run() -> None:
    """A thousand events of one millisecond do not keep the loop to themselves."""

    async def main() -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(other())
            async with aclosing(replay(at_times(*[0] * 1000))) as events:
                async for _ in events:
                    pass
            task.cancel()
        return turns

    assert run_virtual(main) >= 999


@pytest.mark.parametrize("speed", [0, -1, 1000.1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    """Recordings play forward and at most a thousand times as fast."""
    with pytest.raises(InvalidRequest, match="speed: "):
        arrivals(recorded(), speed)
    with pytest.raises(InvalidRequest, match="speed: "):
        Player(recorded()).at_speed(speed)


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_a_replay_ends_on_the_same_screen(scenario: str) -> None:
    """Folded by the screen's own fold, the recording gives the view that the live run gave."""
    live = folded(play(scenario=scenario))
    replayed = folded([event for _, event in arrivals(recorded(scenario), 50)])

    assert live.closed
    assert replayed == live


def test_unknown_events_change_no_screen() -> None:
    """They are in the replay, in their place, and the view is what it is without them."""
    recording = recorded()
    middle = [event.model_copy(update={"seq": event.seq + (event.seq > 40)}) for event in recording.events]
    middle.insert(41, unknown(41, middle[40].elapsed_ms))
    came = [event for _, event in arrivals(read(write(replace(recording, events=tuple(middle)))))]

    assert isinstance(came[41], UnknownEvent)
    assert replace(folded(came), last_seq=0) == replace(folded(recording.events), last_seq=0)


# With a cursor.


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.floats(-10, 1100))
def test_the_state_at_a_time_is_the_events_up_to_it(gaps_ms: list[int], position_ms: float) -> None:
    """Scrubbing shows exactly what had happened by then, whatever was shown before."""
    recording = at_times(*(sum(gaps_ms[: index + 1]) for index in range(len(gaps_ms))))
    player = Player(recording).step(3).seek(position_ms)
    inside = min(max(position_ms, 0), recording.duration_ms)

    assert player.shown == tuple(event for event in recording.events if event.elapsed_ms <= inside)
    assert player.position_ms == inside


CONTROLS = st.one_of(
    st.tuples(st.just("seek"), st.floats(allow_nan=True, allow_infinity=True)),
    st.tuples(st.just("seek"), st.floats(0, 400)),
    st.tuples(st.just("step"), st.integers(-30, 30)),
    st.tuples(st.just("advance"), st.floats(0, 1)),
    st.tuples(st.just("at_speed"), st.floats(0.01, 1000)),
    st.tuples(st.sampled_from(["play", "pause"])),
)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.lists(CONTROLS, max_size=25))
@settings(max_examples=300)
def test_no_sequence_of_controls_loses_the_thread(gaps_ms: list[int], controls: list[tuple[str, float]]) -> None:
    """After any controls the cursor lies in the recording, between what it shows and what it does not."""
    recording = at_times(*(sum(gaps_ms[: index + 1]) for index in range(len(gaps_ms))))
    player = Player(recording)
    for control, *values in controls:
        before = player
        player = getattr(player, control)(*values)

        assert 0 <= player.position_ms <= recording.duration_ms
        assert all(event.elapsed_ms <= player.position_ms for event in player.shown)
        assert all(event.elapsed_ms >= player.position_ms for event in recording.events[player.count :])
        news = player.news(before)
        assert (news is None) == (player.count < before.count)
        assert news is None or before.shown + news == player.shown


def test_playing_meets_every_event_once_and_in_time() -> None:
    """Waiting as long as the player says, and telling it so, plays the recording like `replay`."""
    recording, player, clock_s = recorded("refined"), Player(recorded("refined")).at_speed(4).play(), 0.0
    came: list[tuple[float, RecordedEvent]] = []
    while (wait_s := player.wait_s()) is not None:
        clock_s += wait_s
        before, player = player, player.advance(wait_s + 1e-9)  # a timer is never early
        came += [(clock_s, event) for event in player.news(before) or ()]
    expected = arrivals(recording, 4)

    assert [event for _, event in came] == [event for _, event in expected]
    assert [at_s for at_s, _ in came] == pytest.approx([at_s for at_s, _ in expected], abs=1e-5)
    assert player.at_end
    assert not player.playing


def test_a_pause_stands_still() -> None:
    """While paused no time passes and nothing is waited for; going on, it goes on from there."""
    player = Player(at_times(0, 100, 200)).play().advance(0.15).pause()

    assert player.advance(60) == player
    assert player.wait_s() is None
    assert player.play().wait_s() == pytest.approx(0.05)
    assert player.play().advance(0.05).at_end


def test_a_step_takes_one_event() -> None:
    """Also of several in one millisecond; backwards too, and not beyond either end; and it pauses."""
    player = Player(at_times(10, 10, 10, 40)).play()
    steps = [player.step(1), player.step(2), player.step(4), player.step(9), player.step(4).step(-2), player.step(-1)]

    assert [(step.count, step.position_ms) for step in steps] == [(1, 10), (2, 10), (4, 40), (4, 40), (2, 10), (0, 0)]
    assert not any(step.playing for step in steps)


def test_playing_on_after_a_step_loses_nothing() -> None:
    """The rest of a half-shown millisecond comes with the next tick."""
    player = Player(at_times(10, 10, 10, 40)).step(1).play()

    assert player.wait_s() == 0
    assert [event.seq for event in player.advance(0.001).news(player) or ()] == [1, 2]


def test_play_at_the_end_starts_again() -> None:
    """As every player does."""
    player = Player(at_times(0, 100)).seek(100).play()

    assert player.playing
    assert player.position_ms == 0
    assert player.count == 1


def test_scrubbing_gives_the_screen_of_that_moment() -> None:
    """At the first token there is a word; a millisecond back there is none; forward, folding the news is enough."""
    word_ms = first(recorded(), TokenEvent).elapsed_ms
    word = Player(recorded()).seek(word_ms)
    before, end = word.seek(word_ms - 1), word.seek(first(recorded(), FinalAnswerEvent).elapsed_ms)
    view = folded(word.shown)

    assert view.text
    assert folded(before.shown).text == ""
    assert before.news(word) is None
    assert folded(end.news(word) or (), view) == folded(recorded().events)


def test_another_recording_is_never_news() -> None:
    """Whoever opens a second file folds from the start."""
    assert Player(at_times(0, 1)).step(2).news(Player(at_times(0, 1))) is None


# In the terminal.


def printed(recording: Recording, *, jsonl: bool = False) -> tuple[str, int]:
    out = io.StringIO()
    code = run_virtual(lambda: print_replay(recording, out, jsonl=jsonl))
    return out.getvalue(), code


@pytest.mark.parametrize(("scenario", "code"), [("refined", 0), ("nothing_found", 3), ("withdrawn_by_safety", 3)])
def test_the_exit_code_is_the_runs(scenario: str, code: int) -> None:
    """0 an answer, 3 an honest refusal, as `ask` had it; raw events are those of the recording."""
    recording = recorded(scenario)

    assert printed(recording)[1] == code
    assert printed(recording, jsonl=True) == (to_jsonl(known(recording.events)), code)


def test_the_terminal_says_what_it_replays() -> None:
    """Question, start, set-up, then the run; and that a run was stopped, or a time corrected."""
    text, _ = printed(recorded("refined"))
    stopped, code = printed(replace(recorded("refined"), events=recorded("refined").events[:30], bounded_lines=(7,)))

    assert SCENARIOS["refined"].question in text
    assert "2026-01-01 00:00:00 UTC: progressive, scenario refined, profile good_day, seed 7" in text
    assert "FINAL answered" in text
    assert "stopped" not in text
    assert "corrected" not in text
    assert code == 1
    assert "this run was stopped before its end" in stopped
    assert "times corrected: line 7" in stopped


def test_what_was_changed_by_hand_is_said() -> None:
    """A run with knobs of its own does not pass for one of its profile."""
    recording = Recording.of(request("x"), [unknown(0, 0)], setup={"budgets": {"rerank_s": 1}, "faults": []})

    assert "changed by hand: budgets, faults" in printed(recording)[0]


def test_unknown_events_are_shown_and_cannot_steer_the_terminal() -> None:
    """Type and payload are printed, without control characters; they decide no exit code."""
    event = unknown(0, 1500).model_copy(update={"event_type": "cost\x1b[2J", "payload": {"html": "<b>\x07"}})
    text, code = printed(Recording.of(request("What?\x1b]0;owned\x07"), [event]))

    assert '   1.500 s  ? cost[2J: unknown to this version  {"html": "<b>\\u0007"}' in text
    assert "\x1b" not in text
    assert "\x07" not in text
    assert code == 1


def test_a_replay_that_is_left_leaves_nothing() -> None:
    """Closing it in the middle of a wait ends it."""

    async def main() -> list[RecordedEvent]:
        async with aclosing(replay(recorded())) as events:
            taken = [await anext(events)]
        assert_nothing_left()
        return taken

    assert run_virtual(main) == [recorded().events[0]]
