"""The seven measures as cards: value, target, verdict and distribution, over the runs of one origin. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.report import Origin, RunReport
from rag.service_report import Measure, service_report
from ui import labels
from ui.distributions import Histogram, histogram
from ui.render import filled

ORIGINS: dict[Origin, str] = {"live": "Live", "replayed": "Replayed", "lab": "Lab"}
MEANING: dict[Origin, str] = {
    "live": "Questions asked on this page, over HTTP or in the terminal of this process.",
    "replayed": "Recordings that were played to their end, each counted once, with the times it was recorded with.",
    "lab": "Experiments in virtual time: the real pipeline, without anybody waiting.",
}

Verdict = Literal["met", "missed", "caution", "none"]
_VERDICTS: dict[Verdict, str] = {
    "met": "target met",
    "missed": "target missed",
    "caution": "warning",
    "none": "no runs yet",
}

_TARGETS: dict[str, str] = {
    "first_token": "< 2 s",
    "first_useful": "< 5 s",
    "final": "< 30 s",
    "grounded_first": "100 %",
    "refined": "warning over 40 %",
    "abandoned": "< 5 %",
    "coverage": "> 0.85",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One measure. `histogram` for what is spread, `share` in [0, 1] for what is a yes or a no of each run."""

    name: str
    title: str
    value: str
    target: str
    verdict: Verdict
    verdict_text: str
    basis: str
    """What the value rests on."""
    histogram: Histogram | None
    share: float | None
    goal: float
    """The target as a share, 0 to 1; of a histogram, its place on the scale."""


def cards(runs: Sequence[RunReport]) -> tuple[Card, ...]:
    """The seven, in the order of the report."""
    return tuple(_card(measure, runs) for measure in service_report(runs))


def _card(measure: Measure, runs: Sequence[RunReport]) -> Card:
    verdict = _verdict(measure)
    values = [value for run in runs if (value := _value(measure.name, run)) is not None]
    spread = None
    if measure.name in _SPREAD:
        spread = histogram(values, measure.target, top=None if measure.unit == "ms" else 1.0)
    return Card(
        name=measure.name,
        title=measure.title,
        value=_written(measure),
        target=_TARGETS[measure.name],
        verdict=verdict,
        verdict_text=_VERDICTS[verdict],
        basis=_basis(measure, spread),
        histogram=spread,
        share=measure.value if spread is None else None,
        goal=measure.target / spread.top if spread else measure.target,
    )


def _verdict(measure: Measure) -> Verdict:
    if measure.met is None:
        return "none"
    if measure.met:
        return "met"
    # Much refinement is no failure of the service: the first evidence is too weak, and that is worth a look.
    return "caution" if measure.name == "refined" else "missed"


def _natural(pick: Callable[[RunReport], int | None]) -> Callable[[RunReport], float | None]:
    return lambda run: pick(run) if run.speed == 1 else None


_SPREAD: dict[str, Callable[[RunReport], float | None]] = {
    "first_token": _natural(lambda run: run.first_token_ms),
    "first_useful": _natural(lambda run: run.first_useful_ms),
    "final": _natural(lambda run: None if run.outcome == "abandoned" else run.total_ms),
    "coverage": lambda run: run.citation_coverage if run.outcome == "answered" else None,
}
"""How each run counts in a distribution: by the same rules as in `service_report`."""


def _value(name: str, run: RunReport) -> float | None:
    return _SPREAD[name](run) if name in _SPREAD else None


def _written(measure: Measure) -> str:
    if measure.value is None:
        return "\N{EN DASH}"
    if measure.unit == "ms":
        return labels.clock(measure.value)
    return labels.score(measure.value) if measure.name == "coverage" else f"{100 * measure.value:.0f} %"


def _basis(measure: Measure, spread: Histogram | None) -> str:
    if not measure.runs:
        return "no run has it yet"
    runs = labels.plural(measure.runs, "run")
    if measure.unit == "ms" and spread and spread.p95 is not None:
        return f"median of {runs}, p95 {labels.clock(spread.p95)}"
    return f"mean of {runs}" if spread else f"of {runs}"


def render_report(runs: Sequence[RunReport], origin: Origin) -> str:
    """The cards over the runs of one origin, what they leave out, and how the runs ended."""
    own = [run for run in runs if run.origin == origin]
    values = {
        "origin": origin,
        "origin_name": ORIGINS[origin],
        "meaning": MEANING[origin],
        "count": len(own),
        "others": [(ORIGINS[other], sum(run.origin == other for run in runs)) for other in ORIGINS if other != origin],
        "sped": sum(run.speed != 1 for run in own),
        "cards": cards(own),
        "outcomes": Counter(run.outcome.replace("_", " ") for run in own).most_common(),
    }
    return filled("runs.html", values)
