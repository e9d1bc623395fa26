"""From two logs to lags: when tokens were emitted, and how much text each animation frame showed. Pure.

Text is measured in signs: everything but white space, because both pages may lay white space out as they like.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np


@dataclass(frozen=True, slots=True)
class Frames:
    """The animation frames on which the page showed more text than ever before."""

    at_ms: Sequence[float]
    """Wall clock, milliseconds since 1970, rising."""
    signs: Sequence[int]
    """How much text was shown, rising."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one answer on one page."""

    lags_ms: Sequence[float]
    """Of every token: from its emission to the first frame that shows the whole of it."""
    behind_ms: Sequence[float]
    """Of every token: how late the pipeline itself emitted it, by the schedule of the most punctual one."""
    wall_over_nominal: float
    """From the first emission to the last token shown, over the schedule's length."""
    bytes_per_token: float
    repaints: dict[str, int]
    """How often each panel changed."""

    def lag_ms(self, percent: float) -> float:
        """A percentile of the lags; 100 is the worst."""
        return float(np.percentile(self.lags_ms, percent))


def signs_of(text: str) -> int:
    """How much text there is to be seen."""
    return sum(not sign.isspace() for sign in text)


def shown_ms(texts: Sequence[str], frames: Frames) -> list[float]:
    """Of every token the moment at which it was first shown whole. Raises `ValueError` if one never was."""
    needed = list(accumulate(map(signs_of, texts)))
    if needed and (not frames.signs or frames.signs[-1] < needed[-1]):
        raise ValueError(f"the page showed {frames.signs[-1] if frames.signs else 0} of {needed[-1]} signs")
    return [frames.at_ms[bisect_left(frames.signs, signs)] for signs in needed]


def watched(
    texts: Sequence[str],
    emitted_ms: Sequence[float],
    frames: Frames,
    *,
    rate: float,
    stream_bytes: int = 0,
    repaints: dict[str, int] | None = None,
) -> Watched:
    """Bring both logs together; `rate` is the schedule in tokens per second. Needs at least two tokens."""
    shown = shown_ms(texts, frames)
    nominal_ms = (len(texts) - 1) / rate * 1000
    begun_ms = [emitted - index / rate * 1000 for index, emitted in enumerate(emitted_ms)]
    earliest_ms = min(begun_ms)
    return Watched(
        lags_ms=[seen - emitted for seen, emitted in zip(shown, emitted_ms, strict=True)],
        behind_ms=[begun - earliest_ms for begun in begun_ms],
        wall_over_nominal=(shown[-1] - emitted_ms[0]) / nominal_ms,
        bytes_per_token=stream_bytes / len(texts),
        repaints=repaints or {},
    )
