"""What may stand in a recording, line by line. Lines are fed one after the other; the first one at fault is refused.

A recording is the word of a stranger until it is read. Only what can be replayed without surprise is let in:

| what is wrong | what happens |
|---|---|
| nothing there, not JSON, nested too deeply, a number out of range | refused |
| no header, or the header of another format or version | refused |
| over 2 MB, over 20,000 events, over 10 minutes | refused, at the line that goes over |
| a time that is negative, NaN or no whole number; `seq` does not count 0, 1, 2; another `request_id` | refused |
| a second end; after the end, anything of the protocol but its one `pipeline_metric` | refused |
| a time that falls; more than a minute of silence | bounded: no time passes; one minute passes |
| no end, because the reader stopped the run | read, and `Recording.ended` is false |
| an event of a type that is not of this protocol | kept as `UnknownEvent`, and written again as it was |

Whether the run keeps the other rules of the protocol is not asked: a recording may show a run that breaks them, and
`rag.grammar.verify_stream` says which. Text stays as it is: whoever shows it treats it as a stranger's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, JsonValue, ValidationError

from rag.events import TERMINAL, FrameError, MetricEvent, StreamEvent, parse_event
from rag.recording_format import (
    FORMAT_VERSION,
    MAX_EVENTS,
    MAX_GAP_MS,
    MAX_RUN_MS,
    RecordedEvent,
    Recording,
    RecordingHeader,
    UnknownEvent,
)

NO_HEADER = "is not the header of a recording; `python app.py ask ... --record FILE` writes recordings"

LARGEST_NUMBER = 2**53
"""Beyond it, whole numbers are not the same in every JSON reader (RFC 8259, section 6)."""

KNOWN_TYPES = frozenset(model.model_fields["event_type"].default for model in get_args(get_args(StreamEvent)[0]))
"""The event types of this protocol."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Reader:
    """The run as far as it has been read: `feed` it every line that is not blank, then `finish`."""

    header: RecordingHeader | None = None
    events: list[RecordedEvent] = field(default_factory=list)
    _bounded_lines: list[int] = field(default_factory=list)
    _written_ms: int = 0  # the latest time in the file
    _played_ms: int = 0  # the same moment when the run is played, long silences cut
    _last: StreamEvent | None = None  # of this protocol

    def feed(self, number: int, line: bytes) -> None:
        """Read the next line; the first one is the header. Raises `FrameError`."""
        if self.header is None:
            self.header = _header(line)
            return
        if len(self.events) == MAX_EVENTS:
            raise FrameError(f"goes over the limit of {MAX_EVENTS:,} events")
        event = _event(line)
        self._check_sequence(event)
        self._check_ending(event)
        self.events.append(self._in_time(event, number))

    def finish(self) -> Recording:
        """The file is over. Raises `FrameError` when there is no run in it."""
        if self.header is None:
            raise FrameError(NO_HEADER)
        if not self.events:
            raise FrameError("is missing: there is no event after the header")
        return Recording(self.header, tuple(self.events), tuple(self._bounded_lines))

    def _check_sequence(self, event: RecordedEvent) -> None:
        if event.seq != len(self.events):
            raise FrameError(f"seq: is not {len(self.events)}; a line is missing, doubled or out of place")
        if self.events and event.request_id != self.events[0].request_id:
            raise FrameError("request_id: is that of another run")

    def _check_ending(self, event: RecordedEvent) -> None:
        if isinstance(event, UnknownEvent):
            return  # where those belong, only their writer knows
        last, self._last = self._last, event
        measures = isinstance(last, TERMINAL) and isinstance(event, MetricEvent)
        if isinstance(last, (*TERMINAL, MetricEvent)) and not measures:
            raise FrameError(f"event_type: {event.event_type} comes after the end of the run")

    def _in_time(self, event: RecordedEvent, number: int) -> RecordedEvent:
        """The event at the time at which it is to be played."""
        gap_ms = event.elapsed_ms - self._written_ms
        if not 0 <= gap_ms <= MAX_GAP_MS:
            self._bounded_lines.append(number)
        self._written_ms = max(self._written_ms, event.elapsed_ms)
        self._played_ms += min(max(gap_ms, 0), MAX_GAP_MS)
        if self._played_ms > MAX_RUN_MS:
            raise FrameError(f"elapsed_ms: goes over the limit of {MAX_RUN_MS // 60_000} minutes")
        moved = event.elapsed_ms != self._played_ms
        return event.model_copy(update={"elapsed_ms": self._played_ms}) if moved else event


class _Signature(BaseModel):
    """What the header of every version has."""

    format: Literal["progressive-rag-recording"]
    version: int


def _header(line: bytes) -> RecordingHeader:
    try:
        signature = _Signature.model_validate_json(line, strict=True)
    except ValidationError:
        raise FrameError(NO_HEADER) from None
    if signature.version != FORMAT_VERSION:
        raise FrameError(f"version: is another one; this program reads version {FORMAT_VERSION} of the format")
    header = _parsed(RecordingHeader, line)
    if not _plausible(header.setup):
        raise FrameError("setup: a number in it is out of range")
    return header


def _event(line: bytes) -> RecordedEvent:
    event = _parsed(UnknownEvent, line)  # whoever wrote it, the envelope is the same
    if not _plausible(event.payload):
        raise FrameError("payload: a number in it is out of range")
    return parse_event(line) if event.event_type in KNOWN_TYPES else event


def _parsed(model: type[Model], line: bytes) -> Model:
    """Strictly: a number in quotes is not a number. Raises `FrameError` that names the first field at fault."""
    try:
        return model.model_validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        what = first["msg"].replace(" at line 1 column ", " in column ")
        raise FrameError(f"{where}: {what}" if where else what) from None


def _plausible(payload: JsonValue) -> bool:
    """Whether every number in it is finite, and small enough to calculate with."""
    pending = [payload]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            return False
    return True
