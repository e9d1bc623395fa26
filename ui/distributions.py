"""How a measure is spread over runs: equal bins beside the target, and the table of all runs as CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.report import RunReport
from rag.service_report import percentile

BINS = 12
_ROUND = (1, 1.5, 2, 3, 5, 7.5, 10)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in equal bins from 0 to `top`. A value on a boundary belongs to the upper bin, `top` to the last."""

    counts: tuple[int, ...]
    top: float
    target: float
    median: float | None
    p95: float | None

    @property
    def tallest(self) -> int:
        """At least 1, so that it can be divided by."""
        return max([1, *self.counts])

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.counts)


def histogram(values: Sequence[float], target: float, *, top: float | None = None) -> Histogram:
    """Values (all >= 0) over a scale that holds them and the target; `top` fixes the scale: 1 for shares."""
    top = top or _round_up(max([target * 1.2, *values]))
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, int(BINS * value / top))] += 1
    return Histogram(tuple(counts), top, target, percentile(values, 50), percentile(values, 95))


def _round_up(value: float) -> float:
    """The next of a few round numbers, times a power of ten."""
    power = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next(step * power for step in _ROUND if step * power >= value)


def to_csv(runs: Iterable[RunReport]) -> str:
    """One line a run, oldest first, under the names of `RunReport`; what a run does not have is empty."""
    names = list(RunReport.model_fields)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(names)
    table.writerows([_cell(getattr(run, name)) for name in names] for run in runs)
    return out.getvalue()


def _cell(value: object) -> str:
    """A spreadsheet takes a cell that begins with `=` for a formula; an apostrophe keeps it a text."""
    text = " ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
