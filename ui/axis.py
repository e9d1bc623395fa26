"""The time axis of a picture: where a moment stands on it, in percent of its width, and how times are told. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ui.labels import clock, duration

CHAR_PERCENT = 0.72
"""Room that one letter of a label takes on a wide screen, as a share of the axis."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis of `span_ms`; what has not ended lasts until `now_ms`."""

    span_ms: int
    now_ms: int
    live: bool

    def at(self, ms: float) -> float:
        """Percent from the left; what lies beyond the axis stands at its end."""
        return round(100 * min(ms, self.span_ms) / self.span_ms, 3)

    def width(self, start_ms: int, end_ms: int | None) -> float:
        """Percent of the axis from start to end, or to now."""
        return round(max(self.at(self.now_ms if end_ms is None else end_ms) - self.at(start_ms), 0.0), 3)


def times(start_ms: int, end_ms: int | None) -> tuple[str, ...]:
    """From when to when, and how long, in words."""
    if end_ms is None:
        return (f"since {clock(start_ms)}",)
    return (f"{clock(start_ms)} to {clock(end_ms)}", f"took {duration(end_ms - start_ms)}")
