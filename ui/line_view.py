"""Two runs of one question beside each other: figures with their differences, and both on one time axis.

Pure geometry and words over the lab's figures; knows no HTML and no form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from lab.critical_path import CriticalPath, Milestone
from lab.figures import RunFigures
from lab.race import measure_of
from lab.what_if import Comparison
from rag.values import Path, StageName
from ui import labels
from ui.race_card import exposure_text, outcome_text
from ui.timeline import axis_ms, ticks

Direction = Literal["better", "worse", "same"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure before and after. `change` is signed text; empty where there is nothing to compare."""

    name: str
    note: str
    before: str
    after: str
    change: str
    direction: Direction


_MEASURES: tuple[tuple[str, str, str, Callable[[float], str], bool], ...] = (
    ("first_token_ms", "First word", "time until it is shown", labels.clock, False),
    ("first_useful_ms", "First useful sentence", "whole, and with a source", labels.clock, False),
    ("final_ms", "Final answer", "checked and signed off", labels.clock, False),
    ("groundedness", "Groundedness", "of the final text", labels.score, True),
    ("exposure_char_s", "Ungrounded exposure", "characters × seconds before their check", exposure_text, False),
    ("ungrounded_characters", "Shown without ground", "characters that had no business there", "{:,.0f}".format, False),
)
"""Field, name, note, how it is written, and whether more is better."""


def differences(result: Comparison) -> tuple[Difference, ...]:
    """The figures that the line is drawn for."""
    return tuple(_difference(result, *measure) for measure in _MEASURES)


def _difference(
    result: Comparison, field: str, name: str, note: str, text: Callable[[float], str], more_is_better: bool
) -> Difference:
    old, new = measure_of(result.before, field), measure_of(result.after, field)
    before, after = ("–" if value is None else text(value) for value in (old, new))
    if old is None or new is None or before == after:
        return Difference(name, note, before, after, "", "same")
    sign = "+" if new > old else "−"
    better = (new > old) == more_is_better
    return Difference(name, note, before, after, sign + text(abs(new - old)), "better" if better else "worse")


def verdict(result: Comparison) -> str:
    """What the change did, in one or two sentences."""
    old, new = result.before, result.after
    if old.outcome != new.outcome:
        return f"The change decides the outcome: before, {outcome_text(old)}; now, {outcome_text(new)}."
    if new.first_token_ms is None or old.first_token_ms is None:
        return f"Either way: {outcome_text(new)}. The first word waits for nothing, because there is none."
    late_ms = new.first_token_ms - old.first_token_ms
    moved = (
        "The first word comes at the same moment"
        if labels.clock(abs(late_ms)) == labels.clock(0)
        else f"The first word comes {labels.clock(abs(late_ms))} {'later' if late_ms > 0 else 'earlier'}"
    )
    return f"{moved}, and {_exposed(old, new)}."


def _exposed(old: RunFigures, new: RunFigures) -> str:
    before, after = old.exposure.exposure_char_s, new.exposure.exposure_char_s
    if exposure_text(before) == exposure_text(after):
        return "the reader is exposed to unchecked text as before"
    if not after:
        return "the reader sees no unchecked text at all"
    if not before:
        return f"the reader now sees unchecked text: {exposure_text(after)} characters × seconds"
    factor = max(before, after) / max(1.0, min(before, after))
    if factor >= 2:
        return f"exposure to unchecked text is {factor:.0f} times {'smaller' if after < before else 'larger'}"
    return f"exposure to unchecked text {'falls' if after < before else 'rises'} by {abs(after - before) / before:.0%}"


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of a row in percent of the axis: a run of the stage, or a step of a critical path."""

    left: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage: when it ran, and where it stands on the two paths."""

    stage: StageName
    name: str
    bars: tuple[Strip, ...]
    first: tuple[Strip, ...]
    """Its steps on the path to the first word."""
    final: tuple[Strip, ...]
    """Its steps on the path to the final answer."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of the reader."""

    kind: str
    label: str
    left: float
    flip: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """A critical path in words: which stages a moment waited for, and how long for each."""

    name: str
    total: str
    steps: tuple[tuple[Path, str, str], ...]
    """Path, stage and time, in order; steps too short to matter are left out."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One run."""

    name: str
    fast: tuple[StageRow, ...]
    slow: tuple[StageRow, ...]
    marks: tuple[Mark, ...]
    chains: tuple[Chain, ...]
    outcome: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Both runs on one axis."""

    span_ms: int
    ticks: tuple[tuple[float, str], ...]
    runs: tuple[Picture, Picture]


_SHORT_MS = 20
_FLIP_PERCENT = 70.0
_LABEL_PERCENT = 26.0
"""Room that a label takes, as a share of the axis."""


def pictures(result: Comparison) -> Pictures:
    """Before and after."""
    span_ms = axis_ms(max(_end_ms(result.before), _end_ms(result.after)))
    runs = _picture("Before", result.before, span_ms), _picture("After", result.after, span_ms)
    return Pictures(span_ms, ticks(span_ms), runs)


def _end_ms(run: RunFigures) -> int:
    return max([run.final_ms, *(span.end_ms for span in run.spans)])


def _picture(name: str, run: RunFigures, span_ms: int) -> Picture:
    waits_for = run.gate.waits_for if run.gate else ()
    return Picture(
        name=name,
        fast=tuple(_row(run, stage, "fast", span_ms) for stage in labels.FAST_STAGES),
        slow=tuple(_row(run, stage, "slow", span_ms) for stage in labels.SLOW_STAGES),
        marks=tuple(_marks(run, span_ms)),
        chains=tuple(_chains(run)),
        outcome=outcome_text(run),
        waits_for=labels.listed(labels.STAGE[stage].lower() for stage in waits_for),
    )


def _strip(start_ms: int, end_ms: int, kind: str, title: str, span_ms: int) -> Strip:
    left = round(100 * start_ms / span_ms, 3)
    return Strip(left, round(100 * end_ms / span_ms - left, 3), kind, title)


def _row(run: RunFigures, stage: StageName, path: Path, span_ms: int) -> StageRow:
    name = labels.STAGE[stage]
    bars = tuple(
        _strip(
            span.start_ms,
            span.end_ms,
            span.outcome,
            f"{name}: {labels.clock(span.start_ms)} to {labels.clock(span.end_ms)}, {span.outcome}",
            span_ms,
        )
        for span in run.spans
        if (span.stage, span.path) == (stage, path) and not (span.outcome == "skipped" and span.start_ms == span.end_ms)
    )
    return StageRow(
        stage, name, bars, _on_path(run, "first_token", stage, span_ms), _on_path(run, "final", stage, span_ms)
    )


def _on_path(run: RunFigures, milestone: Milestone, stage: StageName, span_ms: int) -> tuple[Strip, ...]:
    way = run.paths.get(milestone)
    return tuple(
        _strip(
            step.start_ms,
            step.end_ms,
            milestone,
            f"on the path to the {_MILESTONE[milestone]}: {labels.duration(step.duration_ms)}",
            span_ms,
        )
        for step in (way.steps if way else ())
        if step.stage == stage and step.duration_ms
    )


_MILESTONE: dict[Milestone, str] = {"first_token": "first word", "final": "final answer"}


def _marks(run: RunFigures, span_ms: int) -> Iterable[Mark]:
    """First word and final answer; where the two labels would meet, the first one stands left of its pole."""
    final = round(100 * run.final_ms / span_ms, 3)
    if run.first_token_ms is not None and run.first_token_ms != run.final_ms:
        left = round(100 * run.first_token_ms / span_ms, 3)
        room = final - left - (_LABEL_PERCENT if final > _FLIP_PERCENT else 0)
        yield Mark("first_token", f"first word {labels.clock(run.first_token_ms)}", left, room < _LABEL_PERCENT)
    yield Mark("final", f"final {labels.clock(run.final_ms)}", final, final > _FLIP_PERCENT)


def _chains(run: RunFigures) -> Iterable[Chain]:
    for milestone, name in _MILESTONE.items():
        way = run.paths.get(milestone)
        if way is not None:
            yield Chain(name, labels.clock(way.at_ms), tuple(_steps(way)))


def _steps(way: CriticalPath) -> Iterable[tuple[Path, str, str]]:
    for step in way.steps:
        if step.duration_ms >= _SHORT_MS:
            yield step.path, labels.STAGE[step.stage], labels.duration(step.duration_ms)
