"""The event inspector: what a run said, event by event, as rows that reach the browser in increments.

Tokens are folded into runs of tokens, so that a long answer stays a short list. A row is sent when it is new, and
again while it grows; the whole list goes out once, at the end, and repairs whatever a sleeping tab has missed.
Pure but for what it remembers to have sent; knows no Gradio and no clock: the caller says what time it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from rag.events import (
    CitationAttached,
    ErrorReport,
    FinalAnswer,
    PartialAnswer,
    PipelineMetric,
    RefinementUpdate,
    StatusUpdate,
    Token,
)
from rag.recording_format import RecordedEvent, UnknownEvent
from ui.labels import CITATION, STAGE, clock, plural, score
from ui.render import filled

EVERY_S = 0.5
"""Rows are sent at most twice a second while the run lasts."""
RUN_TOKENS = 200
"""A longer run of tokens begins a new row: a row that grows is sent again."""
SUMMARY_CHARS = 160

KINDS: dict[str, str] = {
    "status_update": "status",
    "token": "token",
    "partial_answer": "sentence",
    "citation_attached": "citation",
    "refinement_update": "refinement",
    "final_answer": "final",
    "pipeline_metric": "metric",
    "error": "error",
    "unknown": "unknown",
}
"""The types one can filter by, with their short names. Every type that this program does not know is *unknown*."""


@dataclass(frozen=True, slots=True)
class Row:
    """One event, or a run of tokens."""

    index: int
    kind: str
    """A key of `KINDS`."""
    name: str
    """The event type as it was written."""
    first_seq: int
    last_seq: int
    at_ms: int
    until_ms: int
    summary: str
    claim: int | None = None
    """The sentence it belongs to, from 0."""

    @property
    def count(self) -> int:
        """How many events it stands for."""
        return self.last_seq - self.first_seq + 1


class Inspector:
    """The rows of one run, and how much of them the browser has been sent.

    `run` names the run to the browser (a new name starts a new list); `frames` is the address of its raw frames and
    `saved` that of the whole run as a file, see `ui.run_store.add_download_route`; empty when they are not kept.
    """

    def __init__(self, run: str, frames: str = "", saved: str = "") -> None:
        self.rows: list[Row] = []
        self._run = run
        self._frames = frames
        self._saved = saved
        self._sent = 0  # rows that the browser has, and that cannot change any more
        self._changed = True
        self._sent_s = -EVERY_S
        self._next_claim = 0
        self._batches = 0

    def add(self, events: Iterable[RecordedEvent]) -> None:
        """Take more events of the run."""
        for event in events:
            self._changed = True
            last = self.rows[-1] if self.rows else None
            if last and isinstance(event.payload, Token) and last.kind == "token" and last.count < RUN_TOKENS:
                self.rows[-1] = _grown(last, event, event.payload.token)
            else:
                self.rows.append(self._row(event))

    def paint(self, now_s: float, *, everything: bool = False) -> str | None:
        """What to send: the rows since last time, with `everything` the whole list; None if it is not time yet."""
        if not everything and (not self._changed or now_s - self._sent_s < EVERY_S):
            return None
        first = 0 if everything else self._sent
        grows = bool(self.rows) and self.rows[-1].kind == "token"
        self._sent, self._changed, self._sent_s = len(self.rows) - grows, False, now_s
        self._batches += 1
        saved = self._saved if self.rows else ""
        last_seq = self.rows[-1].last_seq if self.rows else -1
        batch = Batch(f"{self._run}.{last_seq}.{self._batches}", self._run, self._frames, saved, whole=everything)
        return render_rows(self.rows[first:], batch)

    def _row(self, event: RecordedEvent) -> Row:
        payload = event.payload
        kind = "unknown" if isinstance(event, UnknownEvent) else event.event_type
        claim = self._claim_of(payload)
        at_ms = event.elapsed_ms
        return Row(len(self.rows), kind, event.event_type, event.seq, event.seq, at_ms, at_ms, summary_of(event), claim)

    def _claim_of(self, payload: Any) -> int | None:
        match payload:
            case PartialAnswer():
                self._next_claim = payload.claim.index + 1
                return payload.claim.index
            case CitationAttached():
                return payload.claim_index
            case Token():
                return self._next_claim
        return None


def _grown(row: Row, event: RecordedEvent, token: str) -> Row:
    return replace(
        row, last_seq=event.seq, until_ms=event.elapsed_ms, summary=shortened(row.summary + token, strip=False)
    )


def shortened(text: str, *, strip: bool = True) -> str:
    """At most `SUMMARY_CHARS` characters of it, on one line."""
    line = text.replace("\n", " ").replace("\r", " ")
    line = line.strip() if strip else line
    return line if len(line) <= SUMMARY_CHARS else line[: SUMMARY_CHARS - 1] + "\N{HORIZONTAL ELLIPSIS}"


def summary_of(event: RecordedEvent) -> str:
    """One line on what an event says."""
    if isinstance(event, UnknownEvent):
        return shortened(json.dumps(event.payload, ensure_ascii=False))
    if isinstance(event.payload, Token):
        return shortened(event.payload.token, strip=False)
    return shortened(_SUMMARIES[type(event.payload)](event.payload))


def _status(payload: StatusUpdate) -> str:
    took = f" after {payload.duration_ms} ms" if payload.duration_ms is not None else ""
    verdict = f", gate: {payload.gate.verdict}" if payload.gate else ""
    found = f", {plural(len(payload.passages), 'passage')}" if payload.passages else ""
    code = f" ({payload.code})" if payload.code else ""
    return f"{STAGE[payload.stage]} {payload.state}{took}{code}{verdict}{found}: {payload.message}"


def _sentence(payload: PartialAnswer) -> str:
    claim = payload.claim
    said = payload.text[claim.answer_span.start :].strip()
    return f"Sentence {claim.index + 1}, support {score(claim.support)}: {said}"


def _citation(payload: CitationAttached) -> str:
    where = f"{payload.source}, {payload.section}"
    state = CITATION[payload.standing]
    return f"[{payload.marker}] for sentence {payload.claim_index + 1}, {state}, {score(payload.confidence)}: {where}"


def _refinement(payload: RefinementUpdate) -> str:
    changed = sum(operation.kind != "keep" for operation in payload.operations)
    return f"{payload.kind}, {plural(changed, 'sentence')} changed: {payload.reason}"


def _final(payload: FinalAnswer) -> str:
    degraded = f", without {', '.join(STAGE[stage].lower() for stage in payload.degraded)}" if payload.degraded else ""
    grounded = f", groundedness {score(payload.groundedness_score)}" if payload.groundedness_score is not None else ""
    return f"{payload.outcome.replace('_', ' ')}{grounded}{degraded}: {payload.answer}"


def _metric(payload: PipelineMetric) -> str:
    first_ms = payload.time_to_first_token_ms
    first = f"first token {clock(first_ms)}" if first_ms is not None else "no token"
    return f"{first}, total {clock(payload.total_pipeline_ms)}, {plural(payload.chunks_used, 'passage')} cited"


def _error(payload: ErrorReport) -> str:
    return f"{payload.code}: {payload.message}"


_SUMMARIES: dict[type[Any], Callable[[Any], str]] = {
    StatusUpdate: _status,
    PartialAnswer: _sentence,
    CitationAttached: _citation,
    RefinementUpdate: _refinement,
    FinalAnswer: _final,
    PipelineMetric: _metric,
    ErrorReport: _error,
}


def render_shell(scope: str, *, seekable: bool = False, is_open: bool = False) -> str:
    """The empty inspector of the boards with this prefix. Sent once; the browser fills it from what `paint` gives.

    `seekable` adds a button that moves a replay to the selected event.
    """
    values = {"scope": scope, "kinds": KINDS, "seekable": seekable, "is_open": is_open}
    return filled("inspector.html", values)


@dataclass(frozen=True, slots=True)
class Batch:
    """What the browser must know about rows it is sent."""

    name: str
    """No two batches have the same: the page may update elements in place."""
    run: str
    frames: str = ""
    saved: str = ""
    whole: bool = False


def render_rows(rows: Iterable[Row], batch: Batch) -> str:
    """Rows for the feed; nothing of it is visible until the browser has put it into the list."""
    return filled("inspector_rows.html", {"rows": list(rows), "batch": batch, "kinds": KINDS})
