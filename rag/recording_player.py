"""Plays recordings: `replay` as a stream that keeps the recorded times, `Player` as a cursor to pause, step and scrub.

    player = Player(recording).play()               # a value: every control returns the next player
    player = player.advance(0.25)                   # a quarter of a second has passed on the wall
    player = player.pause().step(+1).seek(1_400)    # to the next event, then to 1.4 s
    view = reduce(apply, known(player.shown), View())

A screen that has folded an earlier player goes on with `news`, if the cursor only went forward; else it folds `shown`.
Times are those of the recording, whatever the speed: at speed 10 the first token of 1,400 ms comes after 140 ms and
still says 1,400. `replay` waits on the event loop; the player has no clock of its own and is told what has passed.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Self

from rag.errors import InvalidRequest
from rag.recording_format import RecordedEvent, Recording

MAX_SPEED = 1000.0


def checked_speed(speed: float) -> float:
    """The speed, if recordings can be played at it. Raises `InvalidRequest`."""
    if not 0 < speed <= MAX_SPEED:
        raise InvalidRequest(f"speed: must be over 0 and at most {MAX_SPEED:g}.")
    return speed


async def replay(recording: Recording, speed: float = 1.0, *, from_ms: float = 0) -> AsyncGenerator[RecordedEvent]:
    """The events, each at its recorded time divided by `speed`, counted from the first `anext`.

    Events up to `from_ms` come at once, the others as long after them as they did. A slow reader gets late events
    without more waiting. Raises `InvalidRequest` for a speed that is not in (0, `MAX_SPEED`].
    """
    speed = checked_speed(speed)
    now_s = asyncio.get_running_loop().time
    origin_s = now_s()
    for event in recording.events:
        due_s = origin_s + (event.elapsed_ms - from_ms) / 1000 / speed
        await asyncio.sleep(max(0.0, due_s - now_s()))  # also when it is late: others get their turn
        yield event


@dataclass(frozen=True, slots=True)
class Player:
    """A recording and a cursor in it. Every control returns the player as it is afterwards.

    `position_ms` and `count` stand for all there is: at `position_ms` the first `count` events have happened. They can
    differ only among events of the same millisecond, which `step` takes one by one.
    """

    recording: Recording
    position_ms: float = 0.0
    """0 to `recording.duration_ms`."""
    count: int = 0
    """Events that have happened, 0 to all."""
    speed: float = 1.0
    playing: bool = False

    @property
    def shown(self) -> tuple[RecordedEvent, ...]:
        """What has happened up to here: the state at this time."""
        return self.recording.events[: self.count]

    @property
    def at_end(self) -> bool:
        """Whether everything has happened."""
        return self.count == len(self.recording.events)

    def play(self) -> Self:
        """Go on; from the end, start again."""
        return replace(self.seek(0) if self.at_end else self, playing=True)

    def pause(self) -> Self:
        """Stand still."""
        return replace(self, playing=False)

    def at_speed(self, speed: float) -> Self:
        """Play so many times as fast as it was. Raises `InvalidRequest`."""
        return replace(self, speed=checked_speed(speed))

    def seek(self, position_ms: float) -> Self:
        """Go to a time, forward or back; beyond either end, to that end. Whether it plays stays as it was."""
        position_ms = min(position_ms, self.recording.duration_ms) if position_ms > 0 else 0.0  # NaN is 0
        count = bisect_right(self.recording.events, position_ms, key=attrgetter("elapsed_ms"))
        return replace(self, position_ms=position_ms, count=count)

    def step(self, events: int) -> Self:
        """So many events on, or back if negative, to the time of the last one that has then happened; and pause."""
        count = min(max(self.count + events, 0), len(self.recording.events))
        position_ms = float(self.recording.events[count - 1].elapsed_ms) if count else 0.0
        return replace(self, position_ms=position_ms, count=count, playing=False)

    def advance(self, wall_s: float) -> Self:
        """So many seconds have passed on the wall: where that leads while it plays. It stops at the end."""
        if not self.playing:
            return self
        moved = self.seek(self.position_ms + wall_s * 1000 * self.speed)
        return moved.pause() if moved.at_end else moved

    def wait_s(self) -> float | None:
        """Seconds on the wall until the next event; None when nothing will happen: paused, or at the end."""
        if not self.playing or self.at_end:
            return None
        due_ms = self.recording.events[self.count].elapsed_ms
        return max(0.0, due_ms - self.position_ms) / 1000 / self.speed

    def news(self, earlier: Player) -> tuple[RecordedEvent, ...] | None:
        """What has happened since `earlier`; None if this cursor is not further on in the same recording."""
        if self.recording is not earlier.recording or self.count < earlier.count:
            return None
        return self.recording.events[earlier.count : self.count]
