"""One way to report for all benchmarks: lines with their goals and baselines, in one table that people can read.

Knows lines and how to print them; knows nothing of what was measured. A table ends with the command, the machine and
the versions, because a figure without them cannot be compared. `--json FILE` writes the named figures alone.
"""

from __future__ import annotations

import json
import math
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple, TextIO

PACKAGES = ("pydantic", "numpy", "rank-bm25", "fastapi", "gradio")
"""Whose versions are named."""
NORMAL_95 = 1.959964
"""The normal deviate that leaves 2.5 % on each side."""


class Goal(NamedTuple):
    """What a figure is asked to be: at least, or at most."""

    sign: str
    limit: float

    def met(self, value: float) -> bool:
        """False for NaN."""
        return value >= self.limit if self.sign == ">=" else value <= self.limit

    def __str__(self) -> str:
        return f"{self.sign} {self.limit:g}"


def at_least(limit: float) -> Goal:
    """Higher is better."""
    return Goal(">=", limit)


def at_most(limit: float) -> Goal:
    """Lower is better."""
    return Goal("<=", limit)


@dataclass(frozen=True, slots=True)
class Line:
    """One measured number."""

    what: str
    value: float
    figure: str = ""
    """Name under which `--json` carries it; empty if it carries it not."""
    goal: Goal | None = None
    beside: str = ""
    """The same of a baseline or as published, with its source."""
    detail: str = ""
    """How many, how sure, how dear."""
    digits: int = 3

    def renamed(self, figure: str) -> Line:
        """The same line under another name in the JSON."""
        return replace(self, figure=figure)


@dataclass(frozen=True, slots=True)
class Section:
    """Lines that belong together."""

    title: str
    lines: Sequence[Line]
    notes: Sequence[str] = ()


def interval(bounds: tuple[float, float], digits: int = 3) -> str:
    """A 95 % interval as it stands in a line's detail."""
    return f"[{bounds[0]:.{digits}f}, {bounds[1]:.{digits}f}]"


def counted(what: str, hits: int, trials: int, figure: str = "", goal: Goal | None = None, beside: str = "") -> Line:
    """A share of something counted, with its 95 % interval (Wilson 1927); NaN if nothing was counted."""
    value = hits / trials if trials else math.nan
    return Line(what, value, figure, goal, beside, f"{hits} of {trials} {interval(wilson(hits, trials))}")


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share: honest for small samples and for shares near 0 and 1; all of [0, 1] without trials."""
    if not trials:
        return 0.0, 1.0
    share, spread = hits / trials, NORMAL_95**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def figures(sections: Iterable[Section]) -> dict[str, float]:
    """The named figures of all sections; one that could not be measured (NaN) is left out."""
    lines = (line for section in sections for line in section.lines)
    return {line.figure: line.value for line in lines if line.figure and not math.isnan(line.value)}


def write_json(path: Path, sections: Iterable[Section]) -> None:
    """`{"figures": {name: number}}`."""
    path.write_text(json.dumps({"figures": figures(sections)}, indent=2) + "\n", encoding="utf-8")


BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def write_document(path: Path, report: str) -> None:
    """Put a printed report between the two marks in a Markdown document, in place of the one that is there.

    Raises `ValueError` for a document without the marks.
    """
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path}: there is no place for the report; put {BEGIN} and {END} into it.")
    path.write_text(f"{head}{BEGIN}\n```text\n{report.rstrip()}\n```\n{END}{tail}", encoding="utf-8")


def print_report(title: str, sections: Sequence[Section], *, command: str, out: TextIO | None = None) -> None:
    """The whole table on `out` (standard output); it ends with command, date, machine and versions."""
    out = out or sys.stdout
    print(title, "=" * len(title), sep="\n", file=out)
    for section in sections:
        print("", section.title, "-" * len(section.title), *_table(section), sep="\n", file=out)
    print("", f"command   {command}", f"date      {date.today().isoformat()}", sep="\n", file=out)
    print(f"machine   {machine()}", f"versions  {versions()}", sep="\n", file=out)


_HEAD = ("what", "value", "goal", "", "beside", "detail")


def _table(section: Section) -> Iterator[str]:
    rows = [_HEAD, *map(_cells, section.lines)] if section.lines else []
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))] if rows else []
    yield from (_row(row, widths) for row in rows)
    yield from (f"  {note}" for note in section.notes)


def _cells(line: Line) -> tuple[str, ...]:
    value = "-" if math.isnan(line.value) else f"{line.value:.{line.digits}f}"
    verdict = ("met" if line.goal.met(line.value) else "MISSED") if line.goal else ""
    return (line.what, value, str(line.goal or ""), verdict, line.beside, line.detail)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (
        cell.rjust(width) if column == 1 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()


def machine() -> str:
    """Processor, cores and system."""
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def versions() -> str:
    """Python and the packages whose speed or results matter."""
    return ", ".join([f"Python {platform.python_version()}", *filter(None, map(_version, PACKAGES))])


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return ""
