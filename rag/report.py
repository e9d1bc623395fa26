"""What runs felt like: folds from events to numbers. Pure; knows no clock, no stream and no screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rag.events import (
    ErrorEvent,
    FinalAnswer,
    FinalAnswerEvent,
    MetricEvent,
    PartialAnswerEvent,
    PipelineMetric,
    RefinementEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from rag.grounding.citations import coverage
from rag.grounding.claims import split_claims
from rag.values import StageSpan, Strategy


def measure(
    log: Sequence[StreamEvent], spans: Sequence[StageSpan], strategy: Strategy, *, refined: bool
) -> PipelineMetric:
    """The measurements of one run from its events up to and including the terminal one, and its stage spans."""
    final = next((event for event in log if isinstance(event, FinalAnswerEvent)), None)
    answered_ms = final.elapsed_ms if final and final.payload.outcome == "answered" else None
    first_token_ms = next((event.elapsed_ms for event in log if isinstance(event, TokenEvent)), answered_ms)
    attached, verified = _coverage(final.payload) if final else (None, None)
    return PipelineMetric(
        time_to_first_token_ms=first_token_ms,
        time_to_first_useful_answer_ms=_first_useful_ms(log, answered_ms),
        total_pipeline_ms=log[-1].elapsed_ms if log else 0,
        retrieval_ms=_retrieval_ms(spans),
        chunks_used=len({citation.passage_id for citation in final.payload.citations}) if final else 0,
        groundedness_before_first_token=_gate_confidence(log) if first_token_ms is not None else None,
        citation_coverage=attached,
        verified_coverage=verified,
        refined=refined,
        strategy=strategy,
        spans=tuple(spans),
    )


def _first_useful_ms(log: Sequence[StreamEvent], answered_ms: int | None) -> int | None:
    grounded = (
        event.elapsed_ms for event in log if isinstance(event, PartialAnswerEvent) and event.payload.claim.grounded
    )
    return next(grounded, answered_ms)


def _retrieval_ms(spans: Sequence[StageSpan]) -> int | None:
    searches = [span for span in spans if span.stage in ("retrieval", "expanded_retrieval")]
    return sum(span.end_ms - span.start_ms for span in searches) if searches else None


def _gate_confidence(log: Sequence[StreamEvent]) -> float | None:
    """Confidence of the best passage when the gate opened; None if it never did."""
    for event in log:
        gate = event.payload.gate if isinstance(event, StatusEvent) else None
        if gate and gate.verdict == "open":
            return next((c.value for c in gate.conditions if c.name.startswith("confidence")), None)
    return None


def _coverage(final: FinalAnswer) -> tuple[float | None, float | None]:
    if final.outcome != "answered":
        return None, None
    return coverage(split_claims(final.answer), final.citations)


Origin = Literal["live", "replayed", "lab"]
"""Where a run came from: a person's question, a recording, or an experiment."""


class RunReport(BaseModel):
    """One run in a line: what a service remembers of it. Holds no text of anybody."""

    model_config = ConfigDict(frozen=True)

    strategy: str
    origin: Origin = "live"
    speed: float = 1.0
    """Of the simulation: its times are times of people only at 1."""
    outcome: str
    """Outcome of the final answer, `error:<code>`, or `abandoned` when the reader left before the end."""
    total_ms: int
    """To the end, or to the last event the reader took."""
    first_token_ms: int | None = None
    first_useful_ms: int | None = None
    gate_opened_first: bool | None = None
    """Whether the gate was open before the first token; None without a token."""
    refined: bool = False
    citation_coverage: float | None = None
    groundedness: float | None = None
    degraded: tuple[str, ...] = ()


def summarise(
    events: Sequence[StreamEvent], *, strategy: Strategy, origin: Origin = "live", speed: float = 1.0
) -> RunReport:
    """The report of a run from the events that its reader took; one that is broken off counts as abandoned."""
    metric = next((event.payload for event in events if isinstance(event, MetricEvent)), None)
    final = next((event.payload for event in events if isinstance(event, FinalAnswerEvent)), None)
    error = next((event.payload for event in events if isinstance(event, ErrorEvent)), None)
    measured = metric or measure(events, (), strategy, refined=any(isinstance(e, RefinementEvent) for e in events))
    outcome = final.outcome if final else f"error:{error.code}" if error else "abandoned"
    tokens = any(isinstance(event, TokenEvent) for event in events)
    return RunReport(
        strategy=strategy,
        origin=origin,
        speed=speed,
        outcome=outcome,
        total_ms=measured.total_pipeline_ms,
        first_token_ms=measured.time_to_first_token_ms,
        first_useful_ms=measured.time_to_first_useful_answer_ms,
        gate_opened_first=measured.groundedness_before_first_token is not None if tokens else None,
        refined=measured.refined,
        citation_coverage=measured.citation_coverage,
        groundedness=final.groundedness_score if final and final.outcome == "answered" else None,
        degraded=tuple(final.degraded) if final else (),
    )
