"""Which event may follow which. The rules in prose, then as a table, then as a checker that every test run passes.

Rule of this file: whatever decides whether a stream is well formed stands here and nowhere else, and it is decided
from the events alone, as a stranger on the other end of the wire would have to decide it.

*The life of a stream.* Born with a status update, it works towards the gate, and speaks only once that is open, or is
said to be off. It ends in one terminal event, is measured, and is over. A retraction takes the speech away for good.

    new ------> working ----------> open ------------> ended ------> closed
      status      |   gate opens      |  final, error    |   metric
                  |                   | retract
                  |                   v
                  |               withdrawn ------------>|
                  +--------------------------------------+
                        final (not answered), error
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rag.events import (
    CitationEvent,
    FinalAnswerEvent,
    MetricEvent,
    PartialAnswerEvent,
    RefinementEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from rag.values import Citation, GateDecision, StageName

RULES: dict[str, str] = {
    "order": "An event comes only where the table allows it: a status first, no text before the gate is open or after "
    "a retraction, exactly one terminal event, after it exactly one pipeline_metric, then nothing.",
    "envelope": "One request_id; seq counts 0, 1, 2 ... without gaps; elapsed_ms never falls; timestamp is the start "
    "plus elapsed_ms.",
    "stages": "A stage that starts ends exactly once, before the terminal event; nothing ends that did not start, "
    "except decisions (classification, gate, prompt) and stages that are skipped.",
    "gate": "The gate speaks through a decision whose verdict follows from its conditions; once open it stays open; "
    "token.grounded repeats its verdict. Only in a run that is measured as ungated it says enforced: false; then text "
    "may come whatever its verdict.",
    "release": "No text before every stage that the gate's decision waits for has ended, and safety among them well.",
    "text": "Each partial_answer is the tokens so far up to the end of its sentence; sentences count 0, 1, 2 ...",
    "citation": "A citation names a passage that an earlier event carried; its quote is that passage's text at "
    "source_span; its answer_span lies in the answer; the same id comes again only with a new status.",
    "refinement": "Revisions count 1, 2 ...; the operations rebuild the sentences of both texts in order.",
    "final": "An answered run says what was last shown, after an explicit safety pass; any other outcome carries no "
    "citation and not one sentence of the draft.",
    "metric": "The measurements agree with the events they measure.",
    "silence": "Never more silence than the heartbeat (a blocking run excepted, which is silent by design).",
}

TABLE: dict[str, dict[str, str]] = {
    "new": {"status_update": "working"},
    "working": {
        "status_update": "working",
        "gate opens": "open",
        "gate is off": "open",
        "final_answer (not answered)": "ended",
        "error": "ended",
    },
    "open": {
        "status_update": "open",
        "token": "open",
        "partial_answer": "open",
        "citation_attached": "open",
        "refinement_update (improve)": "open",
        "refinement_update (retract)": "withdrawn",
        "final_answer (answered)": "ended",
        "final_answer (not answered)": "ended",
        "error": "ended",
    },
    "withdrawn": {"status_update": "withdrawn", "final_answer (not answered)": "ended", "error": "ended"},
    "ended": {"pipeline_metric": "closed"},
    "closed": {},
}
"""State -> symbol -> next state. A symbol that a state does not list may not come there."""

DECISIONS: frozenset[StageName] = frozenset({"classification", "gate", "prompt"})
"""Pure decisions take no time: they end without having started."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule."""

    rule: str
    seq: int
    message: str

    def __str__(self) -> str:
        return f"event {self.seq}: {self.rule}: {self.message}"


def symbol(event: StreamEvent) -> str:
    """The event as the table knows it."""
    if isinstance(event, StatusEvent):
        gate = event.payload.gate
        if gate and gate.verdict == "open":
            return "gate opens"
        return "status_update" if gate is None or gate.enforced else "gate is off"
    if isinstance(event, RefinementEvent):
        return f"refinement_update ({event.payload.kind})"
    if isinstance(event, FinalAnswerEvent):
        return f"final_answer ({'answered' if event.payload.outcome == 'answered' else 'not answered'})"
    return event.event_type


def verify_stream(events: Iterable[StreamEvent], *, max_silence_ms: int | None = None) -> list[Violation]:
    """Every rule that a complete stream breaks, in order; an empty list accepts it.

    `max_silence_ms` also checks the heartbeat, which only makes sense where time is not at the mercy of a busy machine.
    """
    verifier = StreamVerifier(max_silence_ms)
    for event in events:
        verifier.feed(event)
    return verifier.finish()


@dataclass
class StreamVerifier:
    """The checker, one event at a time: `feed` them all, then `finish`."""

    max_silence_ms: int | None = None
    state: str = "new"
    violations: list[Violation] = field(default_factory=list)
    _last: StreamEvent | None = None
    _first: StreamEvent | None = None
    _running: set[StageName] = field(default_factory=set)
    _ended: dict[StageName, str] = field(default_factory=dict)
    _gate: GateDecision | None = None
    _passages: dict[str, str] = field(default_factory=dict)
    _text: str = ""
    _shown: str = ""  # what a reader now has in front of them: the tokens, or the last refinement
    _sentences: list[str] = field(default_factory=list)
    _citations: dict[str, Citation] = field(default_factory=dict)
    _revision: int = 0
    _withdrawn: bool = False
    _first_token_ms: int | None = None
    _terminal: StreamEvent | None = None
    _gaps: list[tuple[int, int]] = field(default_factory=list)

    def feed(self, event: StreamEvent) -> None:
        """Check the next event."""
        self._envelope(event)
        following = TABLE[self.state].get(symbol(event))
        misplaced = f"{symbol(event)} may not come in state {self.state}"
        self._require(event, "order", misplaced, holds=following is not None)
        self.state = following or self.state
        getattr(self, f"_on_{event.event_type}")(event)
        self._last = event

    def finish(self) -> list[Violation]:
        """The stream is over: what is missing, and everything that was wrong."""
        if self.state != "closed":
            seq = self._last.seq if self._last else 0
            self.violations.append(Violation("order", seq, f"the stream breaks off in state {self.state}"))
        return self.violations

    def _require(self, event: StreamEvent, rule: str, message: str, *, holds: bool) -> None:
        if not holds:
            self.violations.append(Violation(rule, event.seq, message))

    def _envelope(self, event: StreamEvent) -> None:
        last, self._first = self._last, self._first or event
        expected = last.seq + 1 if last else 0
        self._require(event, "envelope", f"seq is {event.seq}, not {expected}", holds=event.seq == expected)
        since_ms = round((event.timestamp - self._first.timestamp).total_seconds() * 1000)
        passed_ms = event.elapsed_ms - self._first.elapsed_ms
        self._require(event, "envelope", "timestamp and elapsed_ms disagree", holds=since_ms == passed_ms)
        if last:
            self._require(event, "envelope", "another request_id", holds=event.request_id == last.request_id)
            self._require(event, "envelope", "elapsed_ms fell", holds=event.elapsed_ms >= last.elapsed_ms)
        gap_ms = event.elapsed_ms - (last.elapsed_ms if last else 0)
        if self.max_silence_ms is not None and gap_ms > self.max_silence_ms:
            self._gaps.append((event.seq, gap_ms))

    def _on_status_update(self, event: StatusEvent) -> None:
        status = event.payload
        self._passages.update({p.passage_id: p.text for p in status.passages if p.text is not None})
        if status.gate:
            self._decision(event, status.gate)
        if status.state == "started":
            self._require(event, "stages", f"{status.stage} starts twice", holds=status.stage not in self._running)
            self._running.add(status.stage)
        elif status.state != "waiting":
            free = status.stage in DECISIONS or status.state == "skipped" or status.stage in self._running
            self._require(event, "stages", f"{status.stage} ends without a start", holds=free)
            self._running.discard(status.stage)
            self._ended[status.stage] = status.state

    def _decision(self, event: StatusEvent, gate: GateDecision) -> None:
        passed = all(condition.value >= condition.threshold for condition in gate.conditions)
        honest = all(c.passed == (c.value >= c.threshold) for c in gate.conditions)
        self._require(event, "gate", "a condition misreports itself", holds=honest)
        fits = gate.verdict == "review" or passed == (gate.verdict == "open")
        self._require(event, "gate", f"verdict {gate.verdict} against its conditions", holds=fits)
        self._gate = gate

    def _on_token(self, event: TokenEvent) -> None:
        opened = self._gate is not None and self._gate.verdict == "open"
        self._require(event, "gate", "grounded is not the verdict", holds=event.payload.grounded == opened)
        for stage in self._gate.waits_for if self._gate else ():
            state = self._ended.get(stage)
            good = state is not None and (stage != "safety" or state == "finished")
            self._require(event, "release", f"a token before {stage} has ended", holds=good)
        self._text += event.payload.token
        self._shown = self._text
        if self._first_token_ms is None:
            self._first_token_ms = event.elapsed_ms

    def _on_partial_answer(self, event: PartialAnswerEvent) -> None:
        claim, text = event.payload.claim, event.payload.text
        start, end = claim.answer_span
        whole = 0 <= start < end <= len(self._text) and text == self._text[:end]
        self._require(event, "text", "not the tokens up to the end of a sentence", holds=whole)
        self._require(event, "text", f"sentence {claim.index} out of turn", holds=claim.index == len(self._sentences))
        self._sentences.append(self._text[start:end])

    def _on_citation_attached(self, event: CitationEvent) -> None:
        citation = event.payload
        self._check_citation(event, citation, self._text)
        old = self._citations.get(citation.citation_id)
        if old:
            kept = {"passage_id", "claim_index", "marker", "answer_span"}
            same = all(getattr(old, name) == getattr(citation, name) for name in kept)
            self._require(event, "citation", "the same id with other ends", holds=same)
            self._require(event, "citation", "sent again unchanged", holds=old.status != citation.status)
        self._citations[citation.citation_id] = citation

    def _check_citation(self, event: StreamEvent, citation: Citation, answer: str) -> None:
        passage = self._passages.get(citation.passage_id)
        self._require(event, "citation", "an unknown passage", holds=passage is not None)
        start, end = citation.source_span
        quoted = passage is not None and 0 <= start <= end and passage[start:end] == citation.quote
        self._require(event, "citation", "the quote is not in the passage", holds=quoted)
        start, end = citation.answer_span
        self._require(event, "citation", "its sentence is not in the answer", holds=0 <= start < end <= len(answer))

    def _on_refinement_update(self, event: RefinementEvent) -> None:
        update = event.payload
        self._revision += 1
        self._require(event, "refinement", "revision out of turn", holds=update.revision == self._revision)
        if update.kind == "retract":
            self._withdrawn = True
            empty = not (update.refined_answer or update.operations or update.additional_citations)
            self._require(event, "refinement", "a retraction carries text", holds=empty)
            return
        before = [op.before for op in update.operations if op.before is not None]
        after = [op.after for op in update.operations if op.after is not None]
        self._require(event, "refinement", "not the draft's sentences", holds=before == self._sentences)
        self._require(event, "refinement", "not the new text", holds=_in_order(after, update.refined_answer))
        for citation in update.additional_citations:
            self._check_citation(event, citation, update.refined_answer)
        self._shown = update.refined_answer

    def _on_error(self, event: StreamEvent) -> None:
        self._require(event, "stages", f"still running: {sorted(self._running)}", holds=not self._running)
        self._terminal = event

    def _on_final_answer(self, event: FinalAnswerEvent) -> None:
        self._on_error(event)
        final = event.payload
        if final.outcome == "answered":
            self._require(event, "final", "safety was not passed", holds=final.safety_pass)
            same = not self._shown or final.answer == self._shown
            self._require(event, "final", "not the text last shown", holds=same)
            for citation in final.citations:
                self._check_citation(event, citation, final.answer)
        else:
            said = [sentence.strip() for sentence in self._sentences if len(sentence.split()) > 2]  # "The" is no leak
            clean = not any(sentence in final.answer for sentence in said)
            self._require(event, "final", "a sentence of the draft survives", holds=clean)
            self._require(event, "final", "citations without an answer", holds=not final.citations)
            honest = not final.groundedness_score and not (self._withdrawn and final.safety_pass)
            self._require(event, "final", "credit without an answer", holds=honest)
        fallback = final.safe_fallback == (final.outcome == "safe_fallback")
        self._require(event, "final", "safe_fallback against the outcome", holds=fallback)

    def _on_pipeline_metric(self, event: MetricEvent) -> None:
        metric = event.payload
        first_ms, total_ms = metric.time_to_first_token_ms, metric.total_pipeline_ms
        self._require(event, "metric", "time to first token", holds=self._first_token_ms in (None, first_ms))
        self._require(event, "metric", "total", holds=not self._terminal or self._terminal.elapsed_ms == total_ms)
        honest = self._gate is None or self._gate.enforced == (metric.strategy != "ungated")
        self._require(event, "gate", "the strategy hides whether the gate was obeyed", holds=honest)
        if metric.strategy != "blocking":
            for seq, gap_ms in self._gaps:
                self.violations.append(Violation("silence", seq, f"{gap_ms} ms of silence"))


def _in_order(sentences: list[str], text: str) -> bool:
    """Whether the sentences stand in the text one after the other and nothing but white space between them."""
    spaced = r"\s*".join(["", *map(re.escape, sentences), ""])
    return re.fullmatch(spaced, text) is not None
