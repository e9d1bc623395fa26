"""A recording in the terminal: what it is of, then its run as `ui.terminal` prints one, at any speed."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TextIO

from rag.recording_format import RecordedEvent, Recording, UnknownEvent, to_line
from rag.recording_player import replay
from ui.terminal import EXIT_ERROR, Printer, clean, exit_code

PAYLOAD_CHARS = 80
"""How much of an unknown event's payload is printed."""


async def print_replay(recording: Recording, out: TextIO, *, speed: float = 1.0, jsonl: bool = False) -> int:
    """Print the run, or its raw events, as time goes by; returns the exit code that `ask` would have returned."""
    printer, code = ReplayPrinter(out), EXIT_ERROR
    if not jsonl:
        printer.introduce(recording)
    async with aclosing(replay(recording, speed)) as events:
        async for event in events:
            if jsonl:
                out.write(to_line(event) + "\n")
                out.flush()
            else:
                printer.show(event)
            code = code if isinstance(event, UnknownEvent) else exit_code(event, code)
    return code


class ReplayPrinter(Printer):
    """Prints a run, what is to be known of its recording, and events that this program does not know."""

    def introduce(self, recording: Recording) -> None:
        """Print the set-up of the run, and what is wanting in the recording."""
        header = recording.header
        self._note(header.question)
        known = {"scenario": header.scenario, "domain": header.domain, "profile": header.profile, "seed": header.seed}
        told = [f"{name} {value}" for name, value in known.items() if value is not None]
        self._note(f"recorded {header.started_at:%Y-%m-%d %H:%M:%S %Z}: {', '.join([header.strategy, *told])}")
        if header.setup:
            self._note(f"changed by hand: {', '.join(header.setup)}")
        if recording.bounded_lines:
            self._note(f"times corrected: line {', '.join(map(str, recording.bounded_lines[:5]))}")
        if not recording.ended:
            self._note("this run was stopped before its end, or was too long to be kept whole")
        self._out.write("\n")

    def show(self, event: RecordedEvent) -> None:
        """Print one event."""
        if isinstance(event, UnknownEvent):
            payload = json.dumps(event.payload)[:PAYLOAD_CHARS]
            self._line(event.elapsed_ms, f"? {event.event_type}: unknown to this version  {payload}")
        else:
            super().show(event)

    def _note(self, text: str) -> None:
        self._out.write(f"            {clean(text)}\n")
