"""The knobs as a table: one row per stage, what the profile says in grey, what a person turned in black. Pure.

Left empty, a knob stays as the profile has it; so the table shows at a glance what was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from mocks.faults import Fault, FaultKind
from mocks.latency import GenerationLatency, LatencyModel
from mocks.profiles import TIMED_STAGES, Profile
from rag.errors import InvalidRequest
from ui.knob_form import FAULT_NUMBERS, LATENCY_FIELDS, MAX_FAULTS, WRITER_FIELDS, faults_of, named_profile, read_flat
from ui.labels import FAST_STAGES, SLOW_STAGES, STAGE
from ui.render import filled


@dataclass(frozen=True, slots=True)
class Cell:
    """One knob: its flat name, its label, what the profile says, and what a person turned it to."""

    name: str
    label: str
    base: str
    value: str
    most: float


@dataclass(frozen=True, slots=True)
class KnobRow:
    """The knobs of one stage."""

    name: str
    path: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One fault as the form shows it: flat name -> (what the story says, what is set)."""

    number: int
    fields: Mapping[str, tuple[str, str]]


HEADINGS = {"median_ms": "median, ms", "p95_ms": "p95, ms", "spike_percent": "spikes, %", "spike_x": "spike \u00d7"}
WRITER_LABELS = {
    "jitter_percent": "jitter, %",
    "stall_percent": "stalls, % of tokens",
    "stall_ms": "stall, ms",
    "sentences": "sentences",
}
FAULT_LABELS = {"call": "call", "percent": "chance, %", "after_tokens": "after tokens", "slow_ms": "later by, ms"}
_MOST = {"spike_percent": 100, "spike_x": 100, "jitter_percent": 100, "stall_percent": 100, "sentences": 10}
_MOST_MS = 600_000


def render_knobs(
    scenario: str, profile: str, *, own: Profile | None = None, turned: str = "", painting: str = ""
) -> str:
    """The table for a story and a profile, with what is turned already. An unknown name or text shows the reason.

    What a person types stands in the page only, and the page drops an update that equals the last one: another
    `painting` makes the same table another text.
    """
    try:
        flat = read_flat(turned)
        base = own or named_profile(scenario, profile)
    except InvalidRequest as error:
        return filled("knobs_note.html", {"text": str(error), "bad": True})
    values = {
        "base": base,
        "painting": painting,
        "own": own is not None,
        "headings": list(HEADINGS.values()),
        "rows": tuple(_rows(base, flat)),
        "writer": tuple(_writer(base.generation, flat)),
        "faults": tuple(_faults(faults_of(scenario), flat)),
        "stages": [(stage, STAGE[stage]) for stage in (*TIMED_STAGES, "generation")],
        "kinds": get_args(FaultKind),
        "fault_labels": FAULT_LABELS,
    }
    return filled("knobs.html", values)


def render_knob_note(text: str, *, bad: bool = False) -> str:
    """What came of saving or loading a profile."""
    return filled("knobs_note.html", {"text": text, "bad": bad})


def _rows(base: Profile, flat: Mapping[str, str]) -> Iterable[KnobRow]:
    """The fast path, the writer, the slow path."""
    rows: list[tuple[str, str, str, LatencyModel | None]] = [
        (stage, STAGE[stage], "fast", base.stages[stage]) for stage in FAST_STAGES if stage in base.stages
    ]
    rows.append(("first_token", "First token", "fast", base.generation.first_token))
    rows.append(("inter_token", "Token to token", "fast", base.generation.inter_token))
    rows += [(stage, STAGE[stage], "slow", base.stages[stage]) for stage in SLOW_STAGES]
    for key, name, path, model in rows:
        yield KnobRow(name, path, tuple(_latency(key, name, model, flat)))


def _latency(key: str, name: str, model: LatencyModel | None, flat: Mapping[str, str]) -> Iterable[Cell]:
    for knob, (field, unit) in LATENCY_FIELDS.items():
        base = _base(model, field, unit)
        place = f"{key}.{knob}"
        yield Cell(place, f"{name}, {HEADINGS[knob]}", base, flat.get(place, ""), _MOST.get(knob, _MOST_MS))


def _base(model: LatencyModel | None, field: str, unit: float) -> str:
    """What the profile says, as the form would say it."""
    if model is None:
        return "spread"
    if model.schedule_ms is not None:
        return "schedule"
    value = getattr(model, field)
    return "fixed" if value is None else f"{value * unit:g}"


def _writer(generation: GenerationLatency, flat: Mapping[str, str]) -> Iterable[Cell]:
    for knob, (field, unit) in WRITER_FIELDS.items():
        value = getattr(generation, field)
        base = "by itself" if value is None else f"{value * unit:g}"
        place = f"writer.{knob}"
        yield Cell(place, WRITER_LABELS[knob], base, flat.get(place, ""), _MOST.get(knob, _MOST_MS))


def _faults(story: tuple[Fault, ...], flat: Mapping[str, str]) -> Iterable[FaultRow]:
    """Always the same number of rows. What the form says of faults stands in the place of the story's."""
    for number in range(1, MAX_FAULTS + 1):
        told = _told(story[number - 1]) if number <= len(story) else {}
        now = {field: flat.get(f"fault{number}.{field}", "") for field in _FAULT_FIELDS} if "faults" in flat else told
        yield FaultRow(number, {field: (told.get(field, ""), now.get(field, "")) for field in _FAULT_FIELDS})


_FAULT_FIELDS = ("stage", "kind", *FAULT_NUMBERS)


def _told(fault: Fault) -> dict[str, str]:
    told: dict[str, str] = {"stage": fault.stage, "kind": fault.kind}
    for knob, (field, unit) in FAULT_NUMBERS.items():
        value = getattr(fault, field)
        if value != Fault.model_fields[field].default:
            told[knob] = f"{value * unit:g}"
    return told
