"""What one run comes to, small enough to send between processes and to stand beside another: no text, only figures.

A pure fold over the events of a complete run. The what-if comparison and the race show the same figures, so that a
number means the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from lab.critical_path import CriticalPath, Milestone, critical_paths
from lab.exposure import Exposure, exposure
from rag.events import FinalAnswerEvent, MetricEvent, StatusEvent, StreamEvent
from rag.report import summarise
from rag.values import GateDecision, StageName, StageSpan, Strategy, Value


class RunFigures(Value):
    """The figures of one run, times in milliseconds since the request. None means that it never happened."""

    strategy: Strategy
    outcome: str
    """Outcome of the final answer, `error:<code>`, or `abandoned` for a run that is not complete."""
    first_status_ms: int | None
    first_token_ms: int | None
    first_useful_ms: int | None
    final_ms: int
    groundedness: float | None
    """Of the final answer; None without one, or without a verdict."""
    worst_claim: float | None
    verified_coverage: float | None
    exposure: Exposure
    refined: bool
    complete: bool
    """False if the answer is known to be cut short."""
    degraded: tuple[StageName, ...]
    gate: GateDecision | None
    """The gate's last decision."""
    spans: tuple[StageSpan, ...]
    paths: dict[Milestone, CriticalPath]

    @property
    def gate_open(self) -> bool:
        """Whether the evidence deserved an answer. Without it, support by that evidence is no merit."""
        return self.gate is not None and self.gate.verdict == "open"


def figures(events: Sequence[StreamEvent], strategy: Strategy) -> RunFigures:
    """The figures of a run; of one that is broken off, as far as it came."""
    report = summarise(events, strategy=strategy)
    metric = next((event.payload for event in events if isinstance(event, MetricEvent)), None)
    final = next((event.payload for event in events if isinstance(event, FinalAnswerEvent)), None)
    decisions = [event.payload.gate for event in events if isinstance(event, StatusEvent) and event.payload.gate]
    return RunFigures(
        strategy=strategy,
        outcome=report.outcome,
        first_status_ms=next((event.elapsed_ms for event in events if isinstance(event, StatusEvent)), None),
        first_token_ms=report.first_token_ms,
        first_useful_ms=report.first_useful_ms,
        final_ms=report.total_ms,
        groundedness=report.groundedness,
        worst_claim=final.worst_claim_score if final and final.outcome == "answered" else None,
        verified_coverage=metric.verified_coverage if metric else None,
        exposure=exposure(events),
        refined=report.refined,
        complete=final is not None and final.complete,
        degraded=final.degraded if final else (),
        gate=decisions[-1] if decisions else None,
        spans=metric.spans if metric else (),
        paths=critical_paths(events),
    )
