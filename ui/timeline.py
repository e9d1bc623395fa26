"""Where everything stands on the time axis, in percent of its width. Pure geometry over a view; knows no HTML.

Rows are fixed from the start, so that the picture fills in without moving.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.values import Path, StageName
from ui.labels import FAST_STAGES, MOMENT, SLOW_STAGES, STAGE, VERDICT_WORD, clock, duration
from ui.traces import Check, GateMark, Moment, StageRun
from ui.view import View

_LENGTHS_MS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 45_000, 60_000, 90_000, 120_000)
_FIRST_LIVE_MS = 15_000
"""A running axis starts at this length: short runs then fill in without a rescaling."""
_TICKS = 5
_CHAR_PERCENT = 0.72
"""Room that one letter of a moment's label takes on a wide screen, as a share of the axis."""
_FLIP_PERCENT = 86.0
"""Right of this a label stands left of its pole, or it would leave the picture."""
_FEWEST_TIERS, _MOST_TIERS = 4, 8
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
    """Left, verdict and, where the next verdict leaves room for it, the label."""
    flags: tuple[Flag, ...]
    tiers: int
    """Room to keep for the flags."""
    segments: tuple[Segment, ...]
    live: bool
    now: float


def timeline(view: View) -> Timeline:
    """The picture of a view at its newest event."""
    now_ms = _end_ms(view)
    scale = _Scale(_span_ms(now_ms, live=view.live or not view.begun), now_ms, view.live)
    flags = _flags(view, scale)
    return Timeline(
        span_ms=scale.span_ms,
        ticks=tuple((100 * i / _TICKS, _tick(scale.span_ms * i / _TICKS)) for i in range(_TICKS + 1)),
        fast=_rows(view, "fast", FAST_STAGES, scale),
        slow=_rows(view, "slow", SLOW_STAGES, scale),
        gates=tuple(_gates(view.gates, scale)),
        flags=flags,
        tiers=max([_FEWEST_TIERS, *(flag.tier + 1 for flag in flags)]),
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
    if stage == "gate" and runs and view.gate:
        time = VERDICT_WORD[view.gate.decision.verdict]
    if runs and all(run.outcome == "skipped" and run.end_ms == run.start_ms for run in runs):
        time = "not needed"
    return Row(stage, STAGE[stage], stage_state(view, stage, path), time, bars, threads)


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


def _gates(marks: tuple[GateMark, ...], scale: _Scale) -> Iterable[tuple[float, str, str]]:
    for number, mark in enumerate(marks):
        label = f"gate {VERDICT_WORD[mark.decision.verdict]} {clock(mark.at_ms)}"
        room = scale.at(marks[number + 1].at_ms) - scale.at(mark.at_ms) if number + 1 < len(marks) else 100.0
        yield scale.at(mark.at_ms), mark.decision.verdict, label if room > _CHAR_PERCENT * len(label) + 1 else ""


def _flags(view: View, scale: _Scale) -> tuple[Flag, ...]:
    """Each label at the end of its pole, on the tier where the least is in its way, the lowest of those.

    Labels stand right of their poles and are placed from the right, so that a longer pole need not run through one;
    near the right end they stand left of their poles and are placed last, from the left.
    """
    placed: list[Flag] = []
    for flag in sorted((_flag(moment, scale) for moment in view.moments), key=_placing):
        tiers = [replace(flag, tier=tier) for tier in range(_MOST_TIERS)]
        placed.append(min(tiers, key=lambda tried: sum(_in_the_way(tried, other) for other in placed)))
    return tuple(sorted(placed, key=lambda flag: flag.left))


def _flag(moment: Moment, scale: _Scale) -> Flag:
    left = scale.at(moment.at_ms)
    return Flag(moment.kind, MOMENT[moment.kind], clock(moment.at_ms), left, 0, left > _FLIP_PERCENT)


def _placing(flag: Flag) -> tuple[bool, float]:
    return (True, flag.left) if flag.flip else (False, -flag.left)


def _reach(flag: Flag) -> tuple[float, float]:
    width = 1 + _CHAR_PERCENT * len(f"{flag.name} {flag.time}")
    return (flag.left - width, flag.left) if flag.flip else (flag.left, flag.left + width)


def _in_the_way(flag: Flag, other: Flag) -> bool:
    (begins, ends), (other_begins, other_ends) = _reach(flag), _reach(other)
    labels_touch = flag.tier == other.tier and begins < other_ends and other_begins < ends
    pole_through_label = begins < other.left < ends and other.tier >= flag.tier
    label_on_pole = other_begins < flag.left < other_ends and other.tier <= flag.tier
    return labels_touch or pole_through_label or label_on_pole


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
