"""What the reader has seen so far, as a value: `view = apply(view, event)` over the events of one run.

The fold is pure and total: it never raises, whatever the order, and an event seen before changes nothing. A token
costs the same at the end of an answer as at its start. Knows only events and values: live runs, recordings and the
lab share it, and it is tested without a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from rag.events import (
    CitationAttached,
    ErrorReport,
    FinalAnswer,
    PartialAnswer,
    PipelineMetric,
    RefinementUpdate,
    StatusUpdate,
    StreamEvent,
    Token,
)
from rag.values import Citation
from ui.sentences import Sentence, concluded, joined, restated, revised, with_citation
from ui.traces import (
    Check,
    Evidence,
    GateMark,
    Moment,
    MomentKind,
    StageRun,
    reported,
    with_check,
    with_passages,
    with_status,
)

Phase = Literal["idle", "waiting", "drafting", "checking", "revised", "final", "withdrawn", "failed"]
"""Where the answer is, as its label says it."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What the reader is told when the answer is taken back; both empty when nothing had been shown."""

    message: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Everything the screen shows of one run. `View()` is the screen before the first question."""

    question: str = ""
    speed: float = 1.0
    """The simulation's speed factor: targets are meant for 1."""
    request_id: str | None = None
    last_seq: int = -1
    elapsed_ms: int = 0
    status: StatusUpdate | None = None
    """The newest status: its message is the status line."""
    stages: tuple[StageRun, ...] = ()
    gates: tuple[GateMark, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Newest search first, best first; each passage once."""
    sentences: tuple[Sentence, ...] = ()
    tail: str = ""
    """The sentence being written: tokens after the last finished sentence."""
    settled_chars: int = 0
    """Length of the finished sentences: where `tail` starts in the draft."""
    citations: tuple[Citation, ...] = ()
    checks: tuple[Check, ...] = ()
    moments: tuple[Moment, ...] = ()
    revision: RefinementUpdate | None = None
    draft: tuple[Sentence, ...] = ()
    """The text as it stood when a refinement replaced it; empty until then."""
    withdrawn: Withdrawal | None = None
    """Set when the answer was taken back. From then on the view holds no text of it."""
    final: FinalAnswer | None = None
    metric: PipelineMetric | None = None
    error: ErrorReport | None = None

    @property
    def text(self) -> str:
        """The answer as shown: while drafting, exactly the tokens so far."""
        return joined(self.sentences) + self.tail

    @property
    def closed(self) -> bool:
        """Whether the run has reached its end, good or bad."""
        return self.final is not None or self.error is not None

    @property
    def live(self) -> bool:
        """Whether the run has begun and not ended."""
        return not self.closed and self.begun

    @property
    def begun(self) -> bool:
        """Whether a question was asked."""
        return bool(self.question) or self.request_id is not None

    @property
    def phase(self) -> Phase:
        """What the answer's label says."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.closed:
            return "final" if self.final else "failed"
        if self.revision:
            return "revised"
        if self.sentences or self.tail:
            return "checking" if self.draft_ended else "drafting"
        return "waiting" if self.begun else "idle"

    @property
    def draft_ended(self) -> bool:
        """Whether generation was seen to end."""
        return any(run.stage == "generation" and run.end_ms is not None for run in self.stages)

    @property
    def gate(self) -> GateMark | None:
        """The gate's last word."""
        return self.gates[-1] if self.gates else None

    def moment_ms(self, kind: MomentKind) -> int | None:
        """When it first happened, or None."""
        return next((moment.at_ms for moment in self.moments if moment.kind == kind), None)


def apply(view: View, event: StreamEvent) -> View:
    """The view after one more event. Events of another run, and those seen before, change nothing."""
    if event.seq <= view.last_seq or view.request_id not in {None, event.request_id}:
        return view
    at_ms = max(event.elapsed_ms, view.elapsed_ms)
    seen = replace(view, request_id=event.request_id, last_seq=event.seq, elapsed_ms=at_ms)
    return _FOLDS[event.event_type](_marked(seen, "status"), event.payload)


def failed(view: View, report: ErrorReport) -> View:
    """The view of a run that failed: no more events will come; what is shown stays."""
    return view if view.closed else replace(_marked(view, "error"), error=report)


def _marked(view: View, kind: MomentKind) -> View:
    if any(moment.kind == kind for moment in view.moments):
        return view
    return replace(view, moments=(*view.moments, Moment(kind, view.elapsed_ms)))


def _status(view: View, payload: StatusUpdate) -> View:
    return replace(
        view,
        status=payload,
        stages=with_status(view.stages, payload, view.elapsed_ms),
        gates=(*view.gates, GateMark(view.elapsed_ms, payload.gate)) if payload.gate else view.gates,
        evidence=with_passages(view.evidence, payload) if view.withdrawn is None else (),
    )


def _still_drafting(view: View) -> bool:
    return not view.closed and view.withdrawn is None and view.revision is None


def _token(view: View, payload: Token) -> View:
    if not _still_drafting(view):
        return view
    return _marked(replace(view, tail=view.tail + payload.token), "first_token")


def _sentence(view: View, payload: PartialAnswer) -> View:
    """Move the finished sentence from the tail to the sentences. A text that the tokens do not say is ignored."""
    fresh = payload.text[view.settled_chars :]
    if not _still_drafting(view) or not fresh or not view.tail.startswith(fresh):
        return view
    claim = payload.claim
    cut = min(max(claim.answer_span.start - view.settled_chars, 0), len(fresh))
    sentence = restated(Sentence(claim.index, fresh[:cut], fresh[cut:], support=claim.support), view.citations)
    settled = replace(
        view,
        sentences=(*view.sentences, sentence),
        tail=view.tail[len(fresh) :],
        settled_chars=view.settled_chars + len(fresh),
    )
    return _marked(settled, "useful") if claim.grounded else settled


def _citation(view: View, payload: CitationAttached) -> View:
    if view.closed or view.withdrawn is not None:
        return view
    citations = with_citation(view.citations, payload)
    sentences = tuple(
        restated(sentence, citations) if sentence.index == payload.claim_index else sentence
        for sentence in view.sentences
    )
    checks = with_check(view.checks, payload, view.elapsed_ms)
    cited = replace(view, citations=citations, sentences=sentences, checks=checks)
    return _marked(cited, "verified") if payload.status == "verified" else cited


def _refinement(view: View, payload: RefinementUpdate) -> View:
    if view.closed or view.withdrawn is not None:
        return view
    if payload.kind == "retract":
        return _marked(_emptied(view, Withdrawal(payload.message, payload.reason)), "withdrawn")
    sentences, citations = revised(
        view.sentences, view.citations, payload.refined_answer, payload.operations, payload.additional_citations
    )
    patched = replace(
        view, sentences=sentences, tail="", citations=citations, revision=payload, draft=view.draft or _whole(view)
    )
    return _marked(patched, "revised")


def _whole(view: View) -> tuple[Sentence, ...]:
    """The finished sentences, and what was written of the next one."""
    return (*view.sentences, Sentence(None, "", view.tail)) if view.tail else view.sentences


def _emptied(view: View, withdrawn: Withdrawal | None) -> View:
    """Without the answer and without what quotes it: an extractive draft is made of its passages."""
    return replace(
        view, sentences=(), tail="", citations=(), evidence=(), checks=(), revision=None, draft=(), withdrawn=withdrawn
    )


def _final(view: View, payload: FinalAnswer) -> View:
    if view.closed:
        return view
    if payload.outcome != "answered":
        return _marked(replace(_unanswered(view, payload), final=payload), "final")
    sentences, citations = concluded(_whole(view), view.citations, payload.answer, payload.citations)
    return _marked(replace(view, sentences=sentences, tail="", citations=citations, final=payload), "final")


def _unanswered(view: View, payload: FinalAnswer) -> View:
    """Nothing of a draft survives an outcome without an answer; only a withheld one takes the evidence along."""
    if payload.outcome == "withheld" or view.withdrawn is not None:
        return _emptied(view, view.withdrawn or Withdrawal())
    return replace(_emptied(view, None), evidence=view.evidence)


def _metric(view: View, payload: PipelineMetric) -> View:
    return replace(view, metric=payload, stages=reported(payload.spans) or view.stages)


_FOLDS: dict[str, Callable[[View, Any], View]] = {
    "status_update": _status,
    "token": _token,
    "partial_answer": _sentence,
    "citation_attached": _citation,
    "refinement_update": _refinement,
    "final_answer": _final,
    "pipeline_metric": _metric,
    "error": failed,
}
