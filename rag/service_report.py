"""The seven measures over many runs, with their targets: what a service says about itself. A pure fold, and its text.

Knows `RunReport`s; where they come from and how long they are kept is the `Ledger`'s choice.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles

from rag.report import Origin, RunReport

KEPT_RUNS = 10_000
"""Reports a process remembers; at some 200 bytes each they may stay."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the seven: its value over the runs that have it, and whether it meets its target."""

    name: str
    title: str
    unit: str
    value: float | None
    """None while no run has it."""
    target: float
    at_most: bool
    """Whether the target is an upper bound."""
    runs: int
    """How many runs the value rests on."""

    @property
    def met(self) -> bool | None:
        """None while there is nothing to judge."""
        if self.value is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target


def percentile(values: Sequence[float], share: int) -> float | None:
    """The `share`-th percentile (1 to 99, linear interpolation); None of nothing."""
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[share - 1]


def service_report(runs: Iterable[RunReport]) -> tuple[Measure, ...]:
    """The seven measures. Latencies are medians; the others are shares or means over the runs that have the value.

    Only runs at natural speed count for the latencies: their targets are about people, who cannot be sped up.
    """
    kept = list(runs)
    answered = [run for run in kept if run.outcome == "answered"]

    def median(pick: Callable[[RunReport], int | None], among: list[RunReport]) -> tuple[float | None, int]:
        values = [float(value) for run in among if run.speed == 1 and (value := pick(run)) is not None]
        return percentile(values, 50), len(values)

    def mean(values: list[float]) -> tuple[float | None, int]:
        return (fmean(values), len(values)) if values else (None, 0)

    ended = [run for run in kept if run.outcome != "abandoned"]
    opened = [float(run.gate_opened_first) for run in kept if run.gate_opened_first is not None]
    coverage = [run.citation_coverage for run in answered if run.citation_coverage is not None]
    refined = mean([float(run.refined) for run in answered])
    abandoned = mean([float(run.outcome == "abandoned") for run in kept])
    rows: list[tuple[str, str, str, tuple[float | None, int], float, bool]] = [
        ("first_token", "Time to first token", "ms", median(lambda r: r.first_token_ms, kept), 2000, True),
        ("first_useful", "Time to first useful answer", "ms", median(lambda r: r.first_useful_ms, kept), 5000, True),
        ("final", "Time to final answer", "ms", median(lambda r: r.total_ms, ended), 30_000, True),
        ("grounded_first", "Gate open before the first token", "share", mean(opened), 1.0, False),
        ("refined", "Refinement rate", "share", refined, 0.40, True),
        ("abandoned", "Abandonment rate", "share", abandoned, 0.05, True),
        ("coverage", "Citation coverage", "share", mean(coverage), 0.85, False),
    ]
    return tuple(
        Measure(name, title, unit, value, target, at_most, runs)
        for name, title, unit, (value, runs), target, at_most in rows
    )


class Ledger:
    """The reports of a process's runs, newest last, bounded."""

    def __init__(self, kept: int = KEPT_RUNS) -> None:
        self.runs: deque[RunReport] = deque(maxlen=kept)

    def record(self, report: RunReport) -> None:
        """Remember one run."""
        self.runs.append(report)

    def of(self, origin: Origin) -> list[RunReport]:
        """The runs that came from there, oldest first."""
        return [run for run in self.runs if run.origin == origin]

    def prometheus(self) -> str:
        """The measures and the outcomes of the live runs in Prometheus' text format."""
        live = self.of("live")
        lines = [
            "# HELP rag_runs Runs remembered by this process, by outcome.",
            "# TYPE rag_runs gauge",
        ]
        outcomes = Counter(run.outcome for run in live)
        lines += [f'rag_runs{{outcome="{outcome}"}} {count}' for outcome, count in sorted(outcomes.items())]
        for measure in service_report(live):
            name = f"rag_{measure.name}_{measure.unit}"
            lines.append(f"# HELP {name} {measure.title}, over {measure.runs} runs; target {measure.target:g}.")
            lines.append(f"# TYPE {name} gauge")
            if measure.value is not None:
                lines.append(f"{name} {measure.value:g}")
        return "\n".join(lines) + "\n"
