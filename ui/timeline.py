"""Where everything stands on the time axis, in percent of its width. Pure geometry over a view; knows no HTML.

Rows are fixed from the start, so that the picture fills in without moving.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.values import Path, StageName
from ui.labels import FAST_STAGES, MOMENT, SLOW_STAGES, STAGE, clock, duration
from ui.traces import Check, StageRun
from ui.view import View

_LENGTHS_MS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000)
_FIRST_LIVE_MS = 15_000
"""A running axis starts at this length: short runs then fill in without a rescaling."""
_TICKS = 5
_LABEL_PERCENT = 15.0
"""Room that a moment's label takes on a wide screen: labels nearer than this go to different tiers."""
_TIERS = 3
_CHECK_LEVELS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One run of a stage. A running bar ends at the newest event; the page lets it grow on from there."""

    left: float
    width: float
    outcome: str
    start_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Thread:
    """One sentence's check, from attached to judged, drawn thin on one of a few levels."""

    left: float
    width: float
    status: str
    level: int
    start_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """One stage's line: its name, state, total time and bars."""

    stage: StageName
    name: str
    state: str
    time: str
    bars: tuple[Bar, ...]
    threads: tuple[Thread, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A moment in the reader's lane; `tier` keeps neighbouring labels apart; `flip` puts the label left of the pole."""

    kind: str
    name: str
    time: str
    left: float
    tier: int
    flip: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the reader's time: waiting, reading a draft, reading a revised draft, reading the final answer."""

    kind: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture. `span_ms` is the length of the axis."""

    span_ms: int
    ticks: tuple[tuple[float, str], ...]
    fast: tuple[Row, ...]
    slow: tuple[Row, ...]
    gates: tuple[tuple[float, str, str], ...]
    """Left, verdict, time."""
    flags: tuple[Flag, ...]
    segments: tuple[Segment, ...]
    live: bool
    now: float


def timeline(view: View) -> Timeline:
    """The picture of a view at its newest event."""
    now_ms = _end_ms(view)
    scale = _Scale(_span_ms(now_ms, live=view.live or not view.begun), now_ms, view.live)
    return Timeline(
        span_ms=scale.span_ms,
        ticks=tuple((100 * i / _TICKS, _tick(scale.span_ms * i / _TICKS)) for i in range(_TICKS + 1)),
        fast=_rows(view, "fast", FAST_STAGES, scale),
        slow=_rows(view, "slow", SLOW_STAGES, scale),
        gates=tuple((scale.at(g.at_ms), g.decision.verdict, clock(g.at_ms)) for g in view.gates),
        flags=_flags(view, scale),
        segments=_segments(view, scale),
        live=view.live,
        now=scale.at(now_ms),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    span_ms: int
    now_ms: int
    live: bool

    def at(self, ms: float) -> float:
        return round(100 * min(ms, self.span_ms) / self.span_ms, 3)

    def width(self, start_ms: int, end_ms: int | None) -> float:
        return round(max(self.at(self.now_ms if end_ms is None else end_ms) - self.at(start_ms), 0.0), 3)


def _end_ms(view: View) -> int:
    ends = [run.end_ms or 0 for run in view.stages]
    return max([view.moment_ms("final") or view.moment_ms("error") or view.elapsed_ms, *ends])


def _span_ms(now_ms: int, *, live: bool) -> int:
    """The shortest round length that holds the run with a little air."""
    needed = max(now_ms * 1.03, _FIRST_LIVE_MS if live else 0)
    return next((length for length in _LENGTHS_MS if length >= needed), int(-(-needed // 60_000) * 60_000))


def _tick(ms: float) -> str:
    return f"{ms / 1000:g} s"


def _rows(view: View, path: Path, stages: tuple[StageName, ...], scale: _Scale) -> tuple[Row, ...]:
    seen = dict.fromkeys(run.stage for run in view.stages if run.path == path)
    names = [*stages, *(stage for stage in seen if stage not in stages)]
    return tuple(_row(view, stage, path, scale) for stage in names)


def _row(view: View, stage: StageName, path: Path, scale: _Scale) -> Row:
    runs = [run for run in view.stages if run.stage == stage and run.path == path]
    threads = tuple(_threads(view.checks, scale)) if stage == "verification" else ()
    bars = tuple(_bar(run, scale) for run in runs)
    ended = [run.end_ms - run.start_ms for run in runs if run.end_ms is not None]
    time = duration(sum(ended)) if ended else ""
    return Row(stage, STAGE[stage], stage_state(view, stage, path), time, bars, threads)


def stage_state(view: View, stage: StageName, path: Path) -> str:
    """`idle`, `waiting`, `unused`, or the outcome of its newest run; what never ended in a closed run is cancelled."""
    runs = [run for run in view.stages if run.stage == stage and run.path == path]
    if not runs:
        return "unused" if view.closed else "waiting" if view.begun else "idle"
    return "cancelled" if runs[-1].end_ms is None and view.closed else runs[-1].outcome


def _bar(run: StageRun, scale: _Scale) -> Bar:
    outcome = run.outcome if run.end_ms is not None or scale.live else "cancelled"
    until = "running" if run.end_ms is None else clock(run.end_ms)
    title = f"{STAGE[run.stage]}: {clock(run.start_ms)} to {until}, {outcome}"
    return Bar(scale.at(run.start_ms), scale.width(run.start_ms, run.end_ms), outcome, run.start_ms, title)


def _threads(checks: Iterable[Check], scale: _Scale) -> Iterable[Thread]:
    for number, check in enumerate(checks):
        status = check.status if check.end_ms is not None or scale.live else "cancelled"
        end_ms = scale.now_ms if check.end_ms is None else check.end_ms
        title = f"Sentence {check.claim_index + 1}: {status} after {duration(end_ms - check.start_ms)}"
        width = scale.width(check.start_ms, check.end_ms)
        yield Thread(scale.at(check.start_ms), width, status, number % _CHECK_LEVELS, check.start_ms, title)


def _flags(view: View, scale: _Scale) -> tuple[Flag, ...]:
    """Each label on the lowest tier where it does not touch the one before."""
    free_from = [-100.0] * _TIERS
    flags = []
    for moment in sorted(view.moments, key=lambda moment: moment.at_ms):
        left = scale.at(moment.at_ms)
        flip = left > 100 - _LABEL_PERCENT
        begins = left - _LABEL_PERCENT if flip else left
        tier = next((t for t in range(_TIERS) if free_from[t] <= begins), free_from.index(min(free_from)))
        free_from[tier] = begins + _LABEL_PERCENT
        flags.append(Flag(moment.kind, MOMENT[moment.kind], clock(moment.at_ms), left, tier, flip))
    return tuple(flags)


def _segments(view: View, scale: _Scale) -> tuple[Segment, ...]:
    """The reader's time between the marks that changed what was on the screen."""
    kinds = {"status": "waiting", "first_token": "draft", "revised": "revised"}
    ends = {"final", "error", "withdrawn"}
    turns = sorted((m for m in view.moments if m.kind in kinds or m.kind in ends), key=lambda moment: moment.at_ms)
    segments = []
    for number, here in enumerate(turns):
        until_ms = turns[number + 1].at_ms if number + 1 < len(turns) else None
        if here.kind in kinds:
            segments.append(Segment(kinds[here.kind], scale.at(here.at_ms), scale.width(here.at_ms, until_ms)))
    return tuple(segments)
