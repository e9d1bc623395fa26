"""What a race looks like while it runs, as values: who takes part, and where each one stands on a common time axis.

Pure geometry over views; knows no HTML, no task and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lab.race import LANES
from rag.values import Strategy
from ui import labels
from ui.timeline import axis_ms, ticks
from ui.traces import MomentKind
from ui.view import View
from ui.words import Status

Views = Mapping[Strategy, View]
_Scale = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to arrange the same stages."""

    strategy: Strategy
    name: str
    idea: str
    """What the reader gets, in one sentence."""
    wrong: bool = False
    """Shown as a warning, never as a choice."""


_ALL = (
    Contender("blocking", "Blocking", "Every stage first, then the whole answer at once."),
    Contender("stream_last", "Stream last", "Every stage first, each one named; then the answer."),
    Contender("progressive", "Progressive", "A gated draft first, checked and corrected while you read."),
    Contender("ungated", "Without the gate", "Words at once, whether or not the evidence carries them.", wrong=True),
)
CONTENDERS: tuple[Contender, ...] = tuple(one for lane in LANES for one in _ALL if one.strategy == lane)
"""In the order in which the argument is told."""

_FIRST_AXIS_MS = 34_000
"""The axis starts a little longer than the half minute that people complain about, at the chosen speed."""


def start_views(question: str, speed: float) -> dict[Strategy, View]:
    """Every lane before its first event."""
    return {one.strategy: View(question=question, speed=speed) for one in CONTENDERS}


def unguarded(view: View) -> bool:
    """Whether the reader got words while the gate had not opened."""
    first_ms = view.moment_ms("first_token")
    opened = (mark.at_ms for mark in view.gates if mark.decision.verdict == "open")
    return first_ms is not None and not any(at_ms <= first_ms for at_ms in opened)


def first_word_ms(view: View) -> int | None:
    """When the reader had the first word: the first token, or the whole answer where no token comes."""
    answered = view.final is not None and view.final.outcome == "answered"
    first_ms = view.moment_ms("first_token")
    return view.moment_ms("final") if first_ms is None and answered else first_ms


def race_line(views: Views) -> Status:
    """Where the race stands, in one sentence."""
    begun = [view for view in views.values() if view.begun]
    if not begun:
        return Status("Ready. Four runs of the same question start together.", "idle")
    clock = labels.clock(max(view.elapsed_ms for view in begun))
    live = {one.name.lower(): first_word_ms(views[one.strategy]) for one in CONTENDERS if views[one.strategy].live}
    if not live:
        return Status("Finished. All four have come to their end.", "done", clock)
    reading = labels.listed(name for name, at_ms in live.items() if at_ms is not None)
    waiting = labels.listed(name for name, at_ms in live.items() if at_ms is None)
    said = [f"Words to read: {reading}." if reading else "", f"Nothing to read yet: {waiting}." if waiting else ""]
    return Status(" ".join(part for part in said if part), "working", clock)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a reader's time, in percent of the axis: `waiting`, `draft`, `revised`."""

    kind: str
    left: float
    width: float
    start_ms: int
    growing: bool


@dataclass(frozen=True, slots=True)
class Post:
    """A mark on a track; `flip` puts its label on the left of it. No label where the next mark leaves no room."""

    kind: str
    label: str
    left: float
    flip: bool


@dataclass(frozen=True, slots=True)
class Track:
    """One lane of the race: what its reader had before their eyes, and when."""

    contender: Contender
    stretches: tuple[Stretch, ...]
    posts: tuple[Post, ...]
    unguarded: bool


@dataclass(frozen=True, slots=True)
class Tracks:
    """All lanes on one axis of `span_ms`."""

    span_ms: int
    ticks: tuple[tuple[float, str], ...]
    tracks: tuple[Track, ...]
    live: bool
    elapsed_ms: int
    run: str
    """Changes from race to race: the page's clock starts anew."""


def tracks(views: Views) -> Tracks:
    """The four lanes at their newest events."""
    begun = any(view.begun for view in views.values())
    live = any(view.live for view in views.values())
    newest_ms = max(view.elapsed_ms for view in views.values())
    speed = next(iter(views.values())).speed
    span_ms = axis_ms(max(newest_ms, 0 if begun and not live else round(_FIRST_AXIS_MS / speed)))
    lanes = tuple(_track(one, views[one.strategy], span_ms) for one in CONTENDERS)
    run = next((view.request_id for view in views.values() if view.request_id), "")
    return Tracks(span_ms, ticks(span_ms), lanes, live, newest_ms, run)


_BEGINS = {"first_token": "draft", "revised": "revised"}
_ENDS = frozenset({"final", "error", "withdrawn"})
_FLIP_PERCENT = 80.0
_LABEL_PERCENT = 13.0
"""Room that a mark's label takes, as a share of the axis."""


def _track(contender: Contender, view: View, span_ms: int) -> Track:
    def at(ms: int) -> float:
        return round(100 * min(ms, span_ms) / span_ms, 3)

    turns = [(0, "waiting")] if view.begun else []
    turns += [(m.at_ms, _BEGINS.get(m.kind, "")) for m in view.moments if m.kind in {*_BEGINS, *_ENDS}]
    turns.sort(key=lambda turn: turn[0])
    stretches = []
    for number, (start_ms, kind) in enumerate(turns):
        last = number + 1 == len(turns)
        end_ms = view.elapsed_ms if last else turns[number + 1][0]
        if kind:
            stretches.append(
                Stretch(kind, at(start_ms), round(at(end_ms) - at(start_ms), 3), start_ms, last and view.live)
            )
    return Track(contender, tuple(stretches), tuple(_posts(view, at)), unguarded(view))


def _posts(view: View, at: _Scale) -> Iterable[Post]:
    marks = [(name, at_ms) for name in _POSTS if (at_ms := view.moment_ms(name)) is not None]
    if any(name == "withdrawn" for name, _ in marks):
        marks = [mark for mark in marks if mark[0] != "final"]
    for number, (name, at_ms) in enumerate(marks):
        left = at(at_ms)
        label = f"{labels.MOMENT[name]} {labels.clock(at_ms)}"
        room = at(marks[number + 1][1]) - left if number + 1 < len(marks) else _LABEL_PERCENT
        yield Post(name, label if room >= _LABEL_PERCENT else "", left, left > _FLIP_PERCENT)


_POSTS: tuple[MomentKind, ...] = ("first_token", "withdrawn", "final", "error")
