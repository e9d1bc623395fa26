"""The project's own questions, and what the real pipeline does with them in virtual time.

Knows the two question files and how to play a question. What the runs are worth is judged in `own_results` and
`own_refinement`.

`questions.jsonl` is the development half, whatever its rows say: vocabulary and thresholds were chosen with its ranks
in view. `questions_test.jsonl` is the test half: written from the documents alone, and only measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from lab.runs import simulate
from mocks.library import SAMPLE_DOCS, library_parts
from mocks.simulation import Simulator
from rag.events import (
    CitationEvent,
    FinalAnswerEvent,
    MetricEvent,
    RefinementEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from rag.ports import Generator
from rag.values import Citation, GateDecision, RunRequest

Half = Literal["dev", "test"]
Kind = Literal["answerable", "near_miss", "out_of_corpus", "policy"]

FILES: dict[Half, str] = {"dev": "questions.jsonl", "test": "questions_test.jsonl"}
PROFILE = "instant"
"""No stage takes time: what is judged is what the run does, not how long."""


class Question(BaseModel):
    """One question with what a good library should do with it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    kind: Kind
    gold: tuple[str, ...] = ()
    """Ids of the passages that answer it."""
    gold_sentences: tuple[str, ...] = ()
    """The sentences of those passages that do."""
    expected_outcome: str
    domain: str = ""
    paraphrase: bool = False
    note: str = ""

    @property
    def is_paraphrase(self) -> bool:
        """Whether it was written to share few words with its source; the halves say so in different places."""
        return self.paraphrase or "paraphrase" in self.note


def load_questions(half: Half, folder: Path = SAMPLE_DOCS) -> list[Question]:
    """The questions of one half; none if its file does not exist."""
    path = folder / FILES[half]
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Question.model_validate(json.loads(line)) for line in lines if line.strip()]


@dataclass(frozen=True, slots=True)
class Played:
    """What one run did."""

    question: Question
    outcome: str
    """That of the final answer; `error` if there is none."""
    domain: str
    """What the pipeline took the question for; empty if it did not come that far."""
    streamed: bool
    """Whether any word of the model reached the reader, whatever happened later."""
    gates: tuple[GateDecision, ...]
    """Every time that the gate was asked."""
    draft: str
    refined: str | None
    """The second version, if one was shown."""
    citations: tuple[Citation, ...]
    """Of the final answer."""
    draft_citations: tuple[Citation, ...]
    """Of the draft, each as it was at last."""
    coverage: float | None
    """Share of the final answer's claims with a citation; None if there is no answer."""
    verified_coverage: float | None
    """Share of them with a citation that was verified."""
    cost_ms: float
    """CPU time of the whole run, in milliseconds."""


def play(questions: Sequence[Question], writer: Generator | None = None) -> list[Played]:
    """Run each question through the sample library without telling the pipeline its domain.

    `writer` takes the place of the extractive writer, which only quotes.
    """
    parts = library_parts()
    simulator = Simulator(replace(parts, generator=writer or parts.generator), default_profile=PROFILE)
    return [_play(simulator, question) for question in questions]


def _play(simulator: Simulator, question: Question) -> Played:
    start = time.process_time()
    events = simulate(simulator, RunRequest(question=question.question, request_id=question.id))
    return read_run(question, events, 1000 * (time.process_time() - start))


def read_run(question: Question, events: Sequence[StreamEvent], cost_ms: float = 0.0) -> Played:
    """What a run did, from its events alone: the same can be read from a recording."""
    final = next((event.payload for event in events if isinstance(event, FinalAnswerEvent)), None)
    metric = next(event.payload for event in events if isinstance(event, MetricEvent))
    updates = [event.payload for event in events if isinstance(event, RefinementEvent)]
    tokens = [event.payload.token for event in events if isinstance(event, TokenEvent)]
    cited = {e.payload.citation_id: e.payload for e in events if isinstance(e, CitationEvent)}
    gates = tuple(e.payload.gate for e in events if isinstance(e, StatusEvent) and e.payload.gate)
    return Played(
        question=question,
        outcome=final.outcome if final else "error",
        domain=gates[0].domain if gates else "",
        streamed=bool(tokens),
        gates=gates,
        draft="".join(tokens),
        refined=next((update.refined_answer for update in updates if update.kind == "improve"), None),
        citations=final.citations if final else (),
        draft_citations=tuple(cited.values()),
        coverage=metric.citation_coverage,
        verified_coverage=metric.verified_coverage,
        cost_ms=cost_ms,
    )
