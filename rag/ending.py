"""How a stream ends by the rules when its run no longer can: a pure function from the events sent to those still owed.

A server that goes down, or a bug in a run, must not leave a reader with half a protocol: a draft nobody checked,
stages without an end, no terminal event, no metrics. Knows events only; no clock, no HTTP, and not who made them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rag.errors import RagError
from rag.events import (
    TERMINAL,
    AnyPayload,
    ErrorReport,
    MetricEvent,
    RefinementEvent,
    RefinementUpdate,
    StatusEvent,
    StatusUpdate,
    StreamEvent,
    TokenEvent,
    envelope,
)
from rag.report import measure
from rag.values import StageName, StageSpan, Strategy

WITHDRAWN = "The answer broke off before its safety check and has been withdrawn. Please do not rely on any of it."


def ending(log: Sequence[StreamEvent], *, strategy: Strategy, error: RagError, elapsed_ms: int) -> list[StreamEvent]:
    """The events that a stream still owes its reader after `log`; none if it came to its own end.

    `log` holds everything sent so far, at least one event. `elapsed_ms` is now, in milliseconds since the request.
    """
    sent = list(log)
    first = sent[0]
    started_at = first.timestamp - timedelta(milliseconds=first.elapsed_ms)
    now_ms = max(elapsed_ms, sent[-1].elapsed_ms)
    # Each event is appended before the next is made, because the metrics are measured on all that went before.
    for payload in _owed(sent, strategy, error, now_ms):
        sent.append(
            envelope(
                payload,
                request_id=first.request_id,
                started_at=started_at,
                seq=sent[-1].seq + 1,
                elapsed_ms=now_ms,
            )
        )
    return sent[len(log) :]


def _owed(sent: list[StreamEvent], strategy: Strategy, error: RagError, now_ms: int) -> Iterator[AnyPayload]:
    if not any(isinstance(event, TERMINAL) for event in sent):
        for status, start_ms in _stages(sent)[0].values():
            yield _stopped(status, now_ms - start_ms, error)
        if _shown_unchecked(sent):
            revision = 1 + sum(isinstance(event, RefinementEvent) for event in sent)
            yield RefinementUpdate(message=WITHDRAWN, revision=revision, kind="retract", reason=error.code)
        yield ErrorReport(code=error.code, message=str(error), retryable=error.retryable)
    if not any(isinstance(event, MetricEvent) for event in sent):
        refined = any(isinstance(event, RefinementEvent) and event.payload.kind == "improve" for event in sent)
        yield measure(sent, _stages(sent)[1], strategy, refined=refined)


def _shown_unchecked(sent: Sequence[StreamEvent]) -> bool:
    """Whether the reader has words before them that no safety check has passed and nothing has withdrawn."""
    shown = False
    for event in sent:
        match event:
            case TokenEvent():
                shown = True
            case StatusEvent(payload=StatusUpdate(stage="safety", state="finished")):
                return False
            case RefinementEvent(payload=RefinementUpdate(kind="retract")):
                return False
    return shown


def _stopped(status: StatusUpdate, duration_ms: int, error: RagError) -> StatusUpdate:
    """The end of a stage that was at work when its run was stopped."""
    return status.model_copy(
        update={"message": str(error), "state": "skipped", "duration_ms": duration_ms, "code": error.code}
    )


Running = dict[StageName, tuple[StatusUpdate, int]]


def _stages(sent: Sequence[StreamEvent]) -> tuple[Running, list[StageSpan]]:
    """The stages now at work (their *started* status and when it was sent), and the spans of those that ended."""
    running: Running = {}
    spans: list[StageSpan] = []
    for event in sent:
        if not isinstance(event, StatusEvent) or event.payload.state == "waiting":
            continue
        status = event.payload
        if status.state == "started":
            running[status.stage] = (status, event.elapsed_ms)
        else:
            _, start_ms = running.pop(status.stage, (status, None))
            spans.append(_span(status, start_ms, event.elapsed_ms))
    return running, spans


def _span(end: StatusUpdate, start_ms: int | None, end_ms: int) -> StageSpan:
    """A stage that ends without a start took no time: a pure decision, or one that was not needed."""
    cancelled = end.state == "skipped" and start_ms is not None
    return StageSpan.model_validate(
        {
            "stage": end.stage,
            "path": end.path,
            "start_ms": end_ms if start_ms is None else start_ms,
            "end_ms": end_ms,
            "outcome": "cancelled" if cancelled else end.state,
        }
    )
