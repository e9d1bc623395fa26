"""The reader's lane of the timeline: what was on the screen when, its turning points, and how such a wait feels.

Pure geometry over a view; knows no HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ui.axis import CHAR_PERCENT, Scale, times
from ui.labels import MOMENT, clock
from ui.traces import Moment
from ui.view import View

_FLIP_PERCENT = 86.0
"""Right of this a label stands left of its pole, or it would leave the picture."""
FEWEST_TIERS, _MOST_TIERS = 4, 8


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
    tip: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """How a wait of this length feels to people; `name` is empty where there is no room for it."""

    kind: str
    left: float
    width: float
    name: str
    tip: tuple[str, ...]


def flags(view: View, scale: Scale) -> tuple[Flag, ...]:
    """Each label at the end of its pole, on the tier where the least is in its way, the lowest of those.

    Labels stand right of their poles and are placed from the right, so that a longer pole need not run through one;
    near the right end they stand left of their poles and are placed last, from the left.
    """
    placed: list[Flag] = []
    for flag in sorted((_flag(moment, scale) for moment in view.moments), key=_placing):
        tiers = [replace(flag, tier=tier) for tier in range(_MOST_TIERS)]
        placed.append(min(tiers, key=lambda tried: sum(_in_the_way(tried, other) for other in placed)))
    return tuple(sorted(placed, key=lambda flag: flag.left))


def _flag(moment: Moment, scale: Scale) -> Flag:
    left = scale.at(moment.at_ms)
    return Flag(moment.kind, MOMENT[moment.kind], clock(moment.at_ms), left, 0, left > _FLIP_PERCENT)


def _placing(flag: Flag) -> tuple[bool, float]:
    return (True, flag.left) if flag.flip else (False, -flag.left)


def _reach(flag: Flag) -> tuple[float, float]:
    width = 1 + CHAR_PERCENT * len(f"{flag.name} {flag.time}")
    return (flag.left - width, flag.left) if flag.flip else (flag.left, flag.left + width)


def _in_the_way(flag: Flag, other: Flag) -> bool:
    (begins, ends), (other_begins, other_ends) = _reach(flag), _reach(other)
    labels_touch = flag.tier == other.tier and begins < other_ends and other_begins < ends
    pole_through_label = begins < other.left < ends and other.tier >= flag.tier
    label_on_pole = other_begins < flag.left < other_ends and other.tier <= flag.tier
    return labels_touch or pole_through_label or label_on_pole


def segments(view: View, scale: Scale) -> tuple[Segment, ...]:
    """The reader's time between the marks that changed what was on the screen."""
    kinds = {"status": "waiting", "first_token": "draft", "revised": "revised"}
    ends = {"final", "error", "withdrawn"}
    turns = sorted((m for m in view.moments if m.kind in kinds or m.kind in ends), key=lambda moment: moment.at_ms)
    found = []
    for number, here in enumerate(turns):
        until_ms = turns[number + 1].at_ms if number + 1 < len(turns) else None
        if here.kind in kinds:
            tip = (_READING[kinds[here.kind]], *times(here.at_ms, until_ms))
            found.append(Segment(kinds[here.kind], scale.at(here.at_ms), scale.width(here.at_ms, until_ms), tip))
    return tuple(found)


_READING = {"waiting": "You waited", "draft": "You read the draft", "revised": "You read the revised draft"}

_LIMITS: tuple[tuple[str, int, int | None, str, str], ...] = (
    ("instant", 0, 100, "instant", "Up to 0.1 s an answer feels instant"),
    ("flow", 100, 1_000, "in flow", "Up to 1 s the wait is noticed, and the train of thought holds"),
    ("attention", 1_000, 10_000, "attention holds", "Up to 10 s attention stays with the task"),
    ("lost", 10_000, None, "the mind wanders", "After 10 s people turn to something else"),
)
"""Three limits of response time: J. Nielsen, Usability Engineering (1993), chapter 5, after R. B. Miller (1968)."""


def bands(scale: Scale) -> Iterable[Band]:
    """The limits within which a wait feels the same, as far as the axis reaches."""
    for kind, start_ms, end_ms, name, meaning in _LIMITS:
        if start_ms < scale.span_ms:
            left = scale.at(start_ms)
            width = round(scale.at(scale.span_ms if end_ms is None else end_ms) - left, 3)
            fits = width > CHAR_PERCENT * len(name) + 1
            yield Band(kind, left, width, name if fits else "", (meaning, "response times after Nielsen 1993"))
