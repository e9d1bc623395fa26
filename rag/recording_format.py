"""What a recording is made of: its header, its events, its limits, and the error of one that is not well made.

Knows neither files nor time: `rag.recording` reads and writes recordings, `rag.recording_player` plays them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Self

from pydantic import AwareDatetime, Field, JsonValue

from rag.errors import RagError
from rag.events import TERMINAL, Event, StreamEvent, to_json
from rag.values import Domain, RunRequest, Strategy, Value

FORMAT_VERSION: Literal[1] = 1
APP_VERSION = "0.1.0"
"""Of the program that writes; as in `pyproject.toml`."""

MAX_BYTES = 2_000_000
MAX_EVENTS = 20_000
MAX_RUN_MS = 600_000
MAX_GAP_MS = 60_000
"""A longer silence is cut to this. No run of ours lasts longer in all, so it can only be a machine that slept."""


class RecordingError(RagError):
    """A recording cannot be read or written. `line` is the first line at fault, from 1, where there is one."""

    code = "recording_invalid"
    default_message = "The recording cannot be read."

    def __init__(self, message: str | None = None, *, line: int | None = None) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


class RecordingHeader(Value):
    """The first line: how the run came about, so that it can be named, compared and run again."""

    format: Literal["progressive-rag-recording"] = "progressive-rag-recording"
    version: Literal[1] = FORMAT_VERSION
    app_version: str
    question: str
    domain: Domain | None = None
    """None: the pipeline classified the question itself."""
    strategy: Strategy
    scenario: str | None = None
    profile: str | None = None
    """Latency profile of the simulation; None on real parts."""
    seed: int | None = None
    speed: float = Field(gt=0, le=1000)
    """Of the simulation while it was recorded: the times of the events have it in them."""
    setup: dict[str, JsonValue] = Field(default_factory=dict)
    """What else was changed by hand, in the words of whoever recorded it; kept as it is. Empty: nothing."""
    started_at: AwareDatetime


class UnknownEvent(Event):
    """An event of a type that this program does not know, from a newer or another writer: envelope, and any payload."""

    event_type: str = Field(min_length=1, max_length=100)
    payload: JsonValue


RecordedEvent = StreamEvent | UnknownEvent


@dataclass(frozen=True, slots=True)
class Recording:
    """A run that can be played: at least one event, `seq` counts from 0, and `elapsed_ms` never falls."""

    header: RecordingHeader
    events: tuple[RecordedEvent, ...]
    bounded_lines: tuple[int, ...] = field(default=(), compare=False)
    """Lines of the file whose time fell, or came after too long a silence, and was bounded."""

    @classmethod
    def of(
        cls, request: RunRequest, events: Sequence[RecordedEvent], setup: Mapping[str, JsonValue] | None = None
    ) -> Self:
        """What a reader took of a run, whether or not it came to its end. Raises `RecordingError` if that is nothing.

        `request` should say what was in force, not only what was asked for: see `lab.record.as_told`. `setup` is what
        a request has no words for.
        """
        if not events:
            raise RecordingError("There is nothing to record: the run has not said anything.")
        told = request.model_dump(include={"question", "domain", "strategy", "scenario", "profile", "seed", "speed"})
        started_at = events[0].timestamp - timedelta(milliseconds=events[0].elapsed_ms)
        header = RecordingHeader(app_version=APP_VERSION, setup=dict(setup or {}), started_at=started_at, **told)
        return cls(header, tuple(events))

    @property
    def duration_ms(self) -> int:
        """From the request to the last event, at most `MAX_RUN_MS`."""
        return self.events[-1].elapsed_ms

    @property
    def ended(self) -> bool:
        """Whether the run reached its terminal event; false for one that its reader stopped."""
        return any(isinstance(event, TERMINAL) for event in self.events)


def known(events: Sequence[RecordedEvent]) -> list[StreamEvent]:
    """The events of this protocol: what a view can be folded from, and what the grammar can judge."""
    return [event for event in events if not isinstance(event, UnknownEvent)]


def to_line(event: RecordedEvent) -> str:
    """One event as JSON, in ASCII and without a line break: for an event of the protocol exactly `to_json`."""
    return event.model_dump_json(ensure_ascii=True) if isinstance(event, UnknownEvent) else to_json(event)
