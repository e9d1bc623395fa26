"""The wire protocol: eight kinds of event, one typed payload each, and the SSE frame around them.

Knows nothing of streams, screens or clocks: whoever emits an event stamps it. Which event may follow which
stands in `rag.grammar`. Writers send exactly the fields below; readers ignore fields they do not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rag.values import Citation, GateDecision, Path, RevisionOperation, Score, Span, StageName, StageSpan


class Payload(BaseModel):
    """Base of all payloads: frozen, tolerant of unknown fields, and free of NaN."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class FoundPassage(Payload):
    """A passage as evidence: what a citation may point into."""

    passage_id: str
    source: str
    section: str
    confidence: Score
    text: str | None = None
    """None when an earlier event of the same run already carried the text."""


class ClaimState(Payload):
    """A sentence of the draft as it stands when it is complete."""

    index: int = Field(ge=0)
    answer_span: Span
    support: Score
    """Overlap with the cited passage, computed on the spot; the verifier's verdict follows in `citation_attached`."""
    grounded: bool


class StatusUpdate(Payload):
    """A stage starts, ends, decides, or is being waited for. `message` is a sentence for people."""

    message: str
    stage: StageName
    path: Path
    state: Literal["started", "finished", "failed", "skipped", "waiting"]
    duration_ms: int | None = None
    """On an end state: how long the stage took."""
    code: str | None = None
    """On `failed`: the stable code of the error."""
    gate: GateDecision | None = None
    """On the gate's decision: every condition with its margin, and the verdict."""
    passages: tuple[FoundPassage, ...] = ()
    """On the end of a search or of the reranking: the evidence, best first."""


class Token(Payload):
    """A piece of the draft, as the model made it."""

    token: str = Field(min_length=1)
    grounded: bool
    """Whether the gate's last verdict on the evidence was *open*."""


class PartialAnswer(Payload):
    """The draft up to the end of a sentence."""

    text: str
    claim: ClaimState


class CitationAttached(Citation):
    """A citation, or news of one: sent again under the same id when its status changes."""


class RefinementUpdate(Payload):
    """The shown answer is improved, as a patch with its reason, or withdrawn."""

    message: str
    revision: int = Field(ge=1)
    kind: Literal["improve", "retract"]
    reason: str
    groundedness_before: Score | None = None
    groundedness_after: Score | None = None
    operations: tuple[RevisionOperation, ...] = ()
    refined_answer: str = ""
    """The whole new text; empty for a retraction."""
    additional_citations: tuple[Citation, ...] = ()


class FinalAnswer(Payload):
    """The last word of a run that reached an outcome."""

    complete: bool
    """False when the text is known to be cut short."""
    outcome: Literal["answered", "safe_fallback", "human_review", "withheld"]
    answer: str
    groundedness_score: Score | None
    """Mean support of the final claims by the final evidence; None when the judge failed."""
    worst_claim_score: Score | None = None
    safety_pass: bool
    """True only after an explicit pass of the text in `answer`, or for the pipeline's own fixed wording."""
    citations: tuple[Citation, ...] = ()
    safe_fallback: bool = False
    degraded: tuple[StageName, ...] = ()
    """Stages that failed or ran out of time; the answer stands without them."""


class PipelineMetric(Payload):
    """What the run felt like, in milliseconds since the request. None means it never happened."""

    time_to_first_token_ms: int | None
    time_to_first_useful_answer_ms: int | None
    """End of the first shown sentence that its cited passage supports."""
    total_pipeline_ms: int
    retrieval_ms: int | None
    """Duration of the first retrieval, the expanded search included."""
    chunks_used: int
    """Passages that the final answer cites."""
    groundedness_before_first_token: Score | None
    """Confidence of the best passage when the gate opened."""
    citation_coverage: Score | None
    """Share of the checkable sentences of the final answer with a citation attached."""
    verified_coverage: Score | None = None
    """Share of them whose citation was verified."""
    refined: bool
    strategy: str
    spans: tuple[StageSpan, ...]


class ErrorReport(Payload):
    """The run failed. `message` is fixed text, safe to show."""

    code: str
    message: str
    stage: StageName | None = None
    retryable: bool


class Event(BaseModel):
    """The envelope that every event shares."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    event_type: str
    request_id: str
    timestamp: AwareDatetime
    """Start of the request plus `elapsed_ms`, UTC."""
    seq: int = Field(ge=0)
    elapsed_ms: int = Field(ge=0)
    """Since the request, monotonic, stamped on emit: a slow reader never distorts it."""


class StatusEvent(Event):
    event_type: Literal["status_update"] = "status_update"
    payload: StatusUpdate


class TokenEvent(Event):
    event_type: Literal["token"] = "token"
    payload: Token


class PartialAnswerEvent(Event):
    event_type: Literal["partial_answer"] = "partial_answer"
    payload: PartialAnswer


class CitationEvent(Event):
    event_type: Literal["citation_attached"] = "citation_attached"
    payload: CitationAttached


class RefinementEvent(Event):
    event_type: Literal["refinement_update"] = "refinement_update"
    payload: RefinementUpdate


class FinalAnswerEvent(Event):
    event_type: Literal["final_answer"] = "final_answer"
    payload: FinalAnswer


class MetricEvent(Event):
    event_type: Literal["pipeline_metric"] = "pipeline_metric"
    payload: PipelineMetric


class ErrorEvent(Event):
    event_type: Literal["error"] = "error"
    payload: ErrorReport


StreamEvent = Annotated[
    StatusEvent
    | TokenEvent
    | PartialAnswerEvent
    | CitationEvent
    | RefinementEvent
    | FinalAnswerEvent
    | MetricEvent
    | ErrorEvent,
    Field(discriminator="event_type"),
]

AnyPayload = (
    StatusUpdate
    | Token
    | PartialAnswer
    | CitationAttached
    | RefinementUpdate
    | FinalAnswer
    | PipelineMetric
    | ErrorReport
)

TERMINAL = (FinalAnswerEvent, ErrorEvent)

_ADAPTER: TypeAdapter[StreamEvent] = TypeAdapter(StreamEvent)
_EVENT_OF: dict[type[BaseModel], type[Event]] = {
    StatusUpdate: StatusEvent,
    Token: TokenEvent,
    PartialAnswer: PartialAnswerEvent,
    CitationAttached: CitationEvent,
    RefinementUpdate: RefinementEvent,
    FinalAnswer: FinalAnswerEvent,
    PipelineMetric: MetricEvent,
    ErrorReport: ErrorEvent,
}


class FrameError(ValueError):
    """A text is not an event of this protocol; the message says what is wrong with it."""


def envelope(payload: AnyPayload, *, request_id: str, started_at: datetime, seq: int, elapsed_ms: int) -> StreamEvent:
    """Wrap a payload in the event type that belongs to it."""
    kind: Any = _EVENT_OF[type(payload)]
    event: StreamEvent = kind(
        request_id=request_id,
        timestamp=started_at + timedelta(milliseconds=elapsed_ms),
        seq=seq,
        elapsed_ms=elapsed_ms,
        payload=payload,
    )
    return event


def to_json(event: StreamEvent) -> str:
    """One line of ASCII: clients that split lines on U+2028 or U+0085 survive."""
    return event.model_dump_json(ensure_ascii=True)


def to_sse(event: StreamEvent) -> str:
    """The frame on the wire: exactly `data: {json}` and a blank line."""
    return f"data: {to_json(event)}\n\n"


def parse_event(text: str | bytes) -> StreamEvent:
    """Read one event from JSON. Raises `FrameError` that names the first field at fault."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "event"
        raise FrameError(f"{where}: {first['msg']}") from error


def from_sse(text: str) -> Iterator[StreamEvent]:
    """Read the events of a complete SSE text; comment lines and other fields are skipped, CRLF is accepted."""
    for frame in text.replace("\r\n", "\n").split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in frame.split("\n") if line.startswith("data:")]
        if data:
            yield parse_event("\n".join(data))


def to_jsonl(events: Iterable[StreamEvent]) -> str:
    """One event a line."""
    return "".join(to_json(event) + "\n" for event in events)


def json_schema() -> dict[str, Any]:
    """JSON Schema of one event, generated from the models above."""
    schema = _ADAPTER.json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "StreamEvent", **schema}


def schema_text() -> str:
    """The schema as committed in `docs/events.schema.json`."""
    return json.dumps(json_schema(), indent=2, sort_keys=True) + "\n"
