"""Where everything stands on the time axis, in percent of its width. Pure geometry over a view; knows no HTML.

Rows are fixed from the start, so that the picture fills in without moving.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lab.critical_path import Milestone, PathStep, critical_path, plan_of
from rag.values import Path, StageName
from ui.axis import CHAR_PERCENT, Scale, times
from ui.labels import FAST_STAGES, SLOW_STAGES, STAGE, VERDICT_WORD, clock, duration
from ui.reader_lane import FEWEST_TIERS, Band, Flag, Segment, bands, flags, segments
from ui.traces import Check, GateMark, StageRun
from ui.view import View

_LENGTHS_MS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000)
_FIRST_LIVE_MS = 15_000
"""A running axis starts at this length: short runs then fill in without a rescaling."""
_AIR = 1.03
_TICKS = 5
_CHECK_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One run of a stage. A running bar ends at the newest event; the page lets it grow on from there."""

    left: float
    width: float
    outcome: str
    start_ms: int
    tip: tuple[str, ...]
    """What pointing at it tells: stage, path, times, duration, outcome."""


@dataclass(frozen=True, slots=True)
class Thread:
    """One sentence's check, from attached to judged, drawn thin on one of a few levels."""

    left: float
    width: float
    status: str
    level: int
    start_ms: int
    tip: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of the critical path to `first_token` or to the `final` answer."""

    milestone: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One stage's line: its name, state, total time and bars."""

    stage: StageName
    name: str
    state: str
    time: str
    bars: tuple[Bar, ...]
    threads: tuple[Thread, ...] = ()
    legs: tuple[Leg, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture. `span_ms` is the length of the axis."""

    span_ms: int
    ticks: tuple[tuple[float, str], ...]
    fast: tuple[Row, ...]
    slow: tuple[Row, ...]
    gates: tuple[tuple[float, str, str], ...]
    """Left, verdict and, where the next verdict leaves room for it, the label."""
    flags: tuple[Flag, ...]
    tiers: int
    """Room to keep for the flags."""
    segments: tuple[Segment, ...]
    bands: tuple[Band, ...]
    live: bool
    now: float


def timeline(view: View) -> Timeline:
    """The picture of a view at its newest event."""
    now_ms = _end_ms(view)
    scale = Scale(_span_ms(now_ms, live=view.live or not view.begun), now_ms, view.live)
    poles = flags(view, scale)
    return Timeline(
        span_ms=scale.span_ms,
        ticks=ticks(scale.span_ms),
        fast=_rows(view, "fast", FAST_STAGES, scale),
        slow=_rows(view, "slow", SLOW_STAGES, scale),
        gates=tuple(_gates(view.gates, scale)),
        flags=poles,
        tiers=max([FEWEST_TIERS, *(flag.tier + 1 for flag in poles)]),
        segments=segments(view, scale),
        bands=tuple(bands(scale)),
        live=view.live,
        now=scale.at(now_ms),
    )


def _end_ms(view: View) -> int:
    ends = [run.end_ms or 0 for run in view.stages]
    return max([view.moment_ms("final") or view.moment_ms("error") or view.elapsed_ms, *ends])


def _span_ms(now_ms: int, *, live: bool) -> int:
    return axis_ms(max(now_ms, _FIRST_LIVE_MS / _AIR if live else 0))


def axis_ms(needed_ms: float) -> int:
    """The shortest round length that holds `needed_ms` with a little air."""
    needed = round(needed_ms * _AIR)
    return next((length for length in _LENGTHS_MS if length >= needed), -(-needed // 60_000) * 60_000)


def ticks(span_ms: int) -> tuple[tuple[float, str], ...]:
    """The marks of an axis: percent of its length, and the time there."""
    return tuple((100 * i / _TICKS, f"{span_ms * i / _TICKS / 1000:g} s") for i in range(_TICKS + 1))


def _rows(view: View, path: Path, stages: tuple[StageName, ...], scale: Scale) -> tuple[Row, ...]:
    seen = dict.fromkeys(run.stage for run in view.stages if run.path == path)
    names = [*stages, *(stage for stage in seen if stage not in stages)]
    return tuple(_row(view, stage, path, scale) for stage in names)


def _row(view: View, stage: StageName, path: Path, scale: Scale) -> Row:
    runs = [run for run in view.stages if run.stage == stage and run.path == path]
    steps = _steps(view, stage, path)
    threads = tuple(_threads(view.checks, scale)) if stage == "verification" else ()
    bars = tuple(_bar(run, scale) for run in runs)
    ended = [run.end_ms - run.start_ms for run in runs if run.end_ms is not None]
    time = duration(sum(ended)) if ended else ""
    if stage == "gate" and runs and view.gate:
        time = VERDICT_WORD[view.gate.decision.verdict]
    if runs and all(run.outcome == "skipped" and run.end_ms == run.start_ms for run in runs):
        time = "not needed"
    legs = tuple(Leg(name, scale.at(step.start_ms), scale.width(step.start_ms, step.end_ms)) for name, step in steps)
    return Row(stage, STAGE[stage], stage_state(view, stage, path), time, bars, threads, legs)


def stage_state(view: View, stage: StageName, path: Path) -> str:
    """`idle`, `waiting`, `unused`, or how its newest run ended; for the gate its verdict.

    What never ended although the run is over was cancelled.
    """
    if stage == "gate" and view.gate:
        return view.gate.decision.verdict
    runs = [run for run in view.stages if run.stage == stage and run.path == path]
    if not runs:
        return "unused" if view.closed else "waiting" if view.begun else "idle"
    return "cancelled" if runs[-1].end_ms is None and view.closed else runs[-1].outcome


def _bar(run: StageRun, scale: Scale) -> Bar:
    outcome = run.outcome if run.end_ms is not None or scale.live else "cancelled"
    tip = (STAGE[run.stage], f"{run.path} path", *times(run.start_ms, run.end_ms), outcome)
    return Bar(scale.at(run.start_ms), scale.width(run.start_ms, run.end_ms), outcome, run.start_ms, tip)


def _threads(checks: Iterable[Check], scale: Scale) -> Iterable[Thread]:
    for number, check in enumerate(checks):
        status = check.status if check.end_ms is not None or scale.live else "cancelled"
        tip = (f"Check of sentence {check.claim_index + 1}", "slow path", *times(check.start_ms, check.end_ms), status)
        width = scale.width(check.start_ms, check.end_ms)
        yield Thread(scale.at(check.start_ms), width, status, number % _CHECK_LEVELS, check.start_ms, tip)


def _gates(marks: tuple[GateMark, ...], scale: Scale) -> Iterable[tuple[float, str, str]]:
    for number, mark in enumerate(marks):
        label = f"gate {VERDICT_WORD[mark.decision.verdict]} {clock(mark.at_ms)}"
        room = scale.at(marks[number + 1].at_ms) - scale.at(mark.at_ms) if number + 1 < len(marks) else 100.0
        yield scale.at(mark.at_ms), mark.decision.verdict, label if room > CHAR_PERCENT * len(label) + 1 else ""


def _steps(view: View, stage: StageName, path: Path) -> Iterable[tuple[str, PathStep]]:
    """The parts of the critical paths that belong to a stage; known when the run has been measured."""
    metric = view.metric
    if metric is None:
        return
    ends: dict[Milestone, int | None] = {
        "first_token": metric.time_to_first_token_ms,
        "final": metric.total_pipeline_ms,
    }
    waits_for = view.gate.decision.waits_for if view.gate else ()
    for milestone, at_ms in ends.items():
        if at_ms is not None:
            plan = plan_of(metric.strategy)
            chain = critical_path(metric.spans, milestone, at_ms, plan=plan, waits_for=waits_for)
            yield from ((milestone, step) for step in chain.steps if (step.stage, step.path) == (stage, path))
