"""The panels that only a recording has: what it is of, its transport, where its cursor stands, and a fault's message.

One `render_*` function a panel, one template a function. Knows recordings and players; nothing of Gradio or of time.
"""

from __future__ import annotations

import secrets
from collections import Counter
from functools import reduce

from rag.recording_format import Recording, UnknownEvent, known
from rag.recording_player import Player
from ui import labels
from ui.render import filled
from ui.view import View, apply

SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0)
NAMED_LINES = 5
"""Lines with a corrected time that are named; of more, their number is told."""


def render_recording(recording: Recording, title: str, run_id: str) -> str:
    """How the run came about, and what is wanting in the file."""
    header = recording.header
    facts = {
        "Domain": labels.DOMAIN[header.domain] if header.domain else "found by the pipeline",
        "Strategy": header.strategy.replace("_", " "),
        "Scenario": header.scenario,
        "Latency profile": header.profile,
        "Seed": header.seed,
        "Speed": f"{header.speed:g}\N{MULTIPLICATION SIGN}",
        "Recorded": f"{header.started_at:%Y-%m-%d %H:%M:%S %Z}",
        "Versions": f"program {header.app_version}, format {header.version}",
        "Length": f"{labels.plural(len(recording.events), 'event')} in {labels.clock(recording.duration_ms)}",
    }
    told = {name: value for name, value in facts.items() if value is not None}
    values = {"title": title, "header": header, "facts": told, "notes": notes(recording), "run_id": run_id}
    return filled("recording.html", values)


def notes(recording: Recording) -> list[str]:
    """What one should know before one trusts the replay; empty for a recording as this program writes it."""
    said = []
    if not recording.ended:
        said.append("The run was stopped before its end, or was too long to be kept whole.")
    if lines := recording.bounded_lines:
        named = labels.listed(str(line) for line in lines[:NAMED_LINES])
        more = f" and {len(lines) - NAMED_LINES} more" if len(lines) > NAMED_LINES else ""
        said.append(f"Times that fell back or stood too long were corrected: line {named}{more}.")
    unknown = Counter(event.event_type for event in recording.events if isinstance(event, UnknownEvent))
    if unknown:
        kinds = labels.listed(f"{name} ({count})" for name, count in unknown.items())
        said.append(f"Events unknown to this version are listed below and change nothing on the boards: {kinds}.")
    return said


def render_controls(recording: Recording, run_id: str) -> str:
    """Play, step, scrub and speed, with the reader's moments marked along the scale.

    No two are equal, so that the page notices when a recording is opened again.
    """
    duration_ms = max(recording.duration_ms, 1)
    view = reduce(apply, known(recording.events), View())
    marks = [
        (
            round(100 * moment.at_ms / duration_ms, 2),
            moment.kind,
            labels.MOMENT[moment.kind],
            labels.clock(moment.at_ms),
        )
        for moment in view.moments
    ]
    step_ms = max(1, duration_ms // 200)
    values = {
        "run_id": run_id,
        "opening": secrets.token_hex(4),
        "duration_ms": duration_ms,
        # A range input never goes beyond its last whole step, and the end must be within reach.
        "scale_ms": -(-duration_ms // step_ms) * step_ms,
        "step_ms": step_ms,
        "events": len(recording.events),
        "marks": marks,
        "speeds": SPEEDS,
    }
    return filled("recording_controls.html", values)


def render_now(player: Player, turn: int) -> str:
    """Where the cursor stands, for the page: an answer to its command number `turn`. Shows nothing itself."""
    return filled("recording_now.html", {"player": player, "turn": turn})


def render_fault(file_name: str, message: str) -> str:
    """A file that cannot be opened: which one, the line at fault, and that nothing was lost."""
    return filled("recording_fault.html", {"file_name": file_name, "message": message})
