"""A run in the terminal: status, gate, tokens as they come, citations, patch, measurements. Knows events, no pipeline.

Text of documents, models and people is printed without control characters, so that it cannot steer the terminal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TextIO

from rag.events import (
    CitationAttached,
    CitationEvent,
    ErrorEvent,
    FinalAnswer,
    FinalAnswerEvent,
    MetricEvent,
    PipelineMetric,
    RefinementEvent,
    RefinementUpdate,
    StatusEvent,
    StatusUpdate,
    StreamEvent,
    TokenEvent,
    to_json,
)
from rag.values import GateDecision, Standing

EXIT_ANSWERED, EXIT_ERROR, EXIT_FALLBACK = 0, 1, 3

SIGNS: dict[Standing, str] = {"pending": "…", "verified": "✓", "weak": "~", "unsupported": "✗", "contradicted": "≠"}
PATCH_SIGNS = {"keep": " ", "append": "+", "revise": "±", "drop": "-"}


def clean(text: str) -> str:
    """Without control and direction-changing characters; line breaks stay."""
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf"))


async def print_jsonl(events: AsyncGenerator[StreamEvent], out: TextIO) -> int:
    """One event a line as it comes; returns the exit code."""
    code = EXIT_ERROR
    async with aclosing(events):
        async for event in events:
            out.write(to_json(event) + "\n")
            out.flush()
            code = exit_code(event, code)
    return code


async def print_run(events: AsyncGenerator[StreamEvent], out: TextIO) -> int:
    """The run for people; returns the exit code."""
    printer, code = Printer(out), EXIT_ERROR
    async with aclosing(events):
        async for event in events:
            printer.show(event)
            code = exit_code(event, code)
    return code


def exit_code(event: StreamEvent, so_far: int) -> int:
    """0 for an answer, 3 for an honest refusal, 1 for an error or no ending."""
    if isinstance(event, FinalAnswerEvent):
        return EXIT_ANSWERED if event.payload.outcome == "answered" else EXIT_FALLBACK
    return so_far


class Printer:
    """Writes events as lines, and tokens as running text between them."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._in_text = False

    def show(self, event: StreamEvent) -> None:
        """Print one event."""
        match event:
            case TokenEvent():
                self._token(event.payload.token)
            case StatusEvent():
                self._status(event.elapsed_ms, event.payload)
            case CitationEvent():
                self._citation(event.elapsed_ms, event.payload)
            case RefinementEvent():
                self._patch(event.elapsed_ms, event.payload)
            case FinalAnswerEvent():
                self._final(event.elapsed_ms, event.payload)
            case MetricEvent():
                self._metrics(event.payload)
            case ErrorEvent():
                self._line(event.elapsed_ms, f"ERROR {event.payload.code}: {event.payload.message}")
            case _:
                pass  # partial answers repeat what the tokens have shown

    def _line(self, elapsed_ms: int, text: str) -> None:
        if self._in_text:
            self._out.write("\n")
            self._in_text = False
        self._out.write(f"{elapsed_ms / 1000:8.3f} s  {clean(text)}\n")
        self._out.flush()

    def _token(self, token: str) -> None:
        if not self._in_text:
            self._out.write("\n            ")
            self._in_text = True
        self._out.write(clean(token).replace("\n", "\n            "))
        self._out.flush()

    def _status(self, elapsed_ms: int, status: StatusUpdate) -> None:
        if status.gate:
            self._gate(elapsed_ms, status.gate)
        elif status.state != "waiting" or not self._in_text:
            took = f" ({status.duration_ms} ms)" if status.duration_ms else ""
            self._line(elapsed_ms, f"{status.path:4}  {status.stage:18} {status.state:8} {status.message}{took}")

    def _gate(self, elapsed_ms: int, gate: GateDecision) -> None:
        self._line(elapsed_ms, f"GATE  {gate.verdict.upper()} ({gate.domain}): {gate.reason}")
        for condition in gate.conditions:
            sign = "✓" if condition.passed else "✗"
            self._line(
                elapsed_ms, f"        {sign} {condition.name}: {condition.value:.2f} of {condition.threshold:.2f}"
            )

    def _citation(self, elapsed_ms: int, citation: CitationAttached) -> None:
        if citation.status != "pending":
            where = f"[{citation.marker}] {citation.source}, {citation.section}"
            sign, word = SIGNS[citation.standing], citation.standing
            self._line(elapsed_ms, f"{sign} {word:12} {citation.confidence:.2f}  {where}")

    def _patch(self, elapsed_ms: int, update: RefinementUpdate) -> None:
        self._line(elapsed_ms, f"{update.kind.upper()}: {update.message} {update.reason}")
        for operation in update.operations:
            text = operation.after or operation.before or ""
            self._line(elapsed_ms, f"    {PATCH_SIGNS[operation.kind]} {text.strip()}")

    def _final(self, elapsed_ms: int, final: FinalAnswer) -> None:
        self._line(elapsed_ms, f"FINAL {final.outcome}{'' if final.complete else ', incomplete'}")
        if final.degraded:
            self._line(elapsed_ms, f"      done without: {', '.join(final.degraded)}")
        self._out.write("\n            " + clean(final.answer).replace("\n", "\n            ") + "\n\n")

    def _metrics(self, metric: PipelineMetric) -> None:
        rows = {
            "time to first token": _seconds(metric.time_to_first_token_ms),
            "time to first useful answer": _seconds(metric.time_to_first_useful_answer_ms),
            "total": _seconds(metric.total_pipeline_ms),
            "gate confidence before first token": _share(metric.groundedness_before_first_token),
            "citation coverage": _share(metric.citation_coverage),
            "verified": _share(metric.verified_coverage),
            "refined": "yes" if metric.refined else "no",
        }
        for name, value in rows.items():
            self._out.write(f"            {name:36} {value}\n")
        self._out.flush()


def _seconds(value_ms: int | None) -> str:
    return "-" if value_ms is None else f"{value_ms / 1000:.2f} s"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
