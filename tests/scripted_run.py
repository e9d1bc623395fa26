"""A short run written by hand: every kind of event, with any text a test likes in every field that carries text."""

from __future__ import annotations

from datetime import UTC, datetime

from rag.events import (
    AnyPayload,
    CitationAttached,
    ClaimState,
    ErrorReport,
    FinalAnswer,
    FoundPassage,
    PartialAnswer,
    PipelineMetric,
    RefinementUpdate,
    StatusUpdate,
    StreamEvent,
    Token,
    envelope,
)
from rag.values import Citation, Condition, GateDecision, RevisionOperation, Span, StageName, StageSpan

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
FAST = {"classification", "rewrite", "retrieval", "gate", "expanded_retrieval", "prompt", "generation"}


def event(payload: AnyPayload, seq: int, at_ms: int = 0, request_id: str = "scripted") -> StreamEvent:
    return envelope(payload, request_id=request_id, started_at=STARTED_AT, seq=seq, elapsed_ms=at_ms)


def status(stage: StageName, state: str, message: str = "A status.", **more: object) -> StatusUpdate:
    path = "fast" if stage in FAST else "slow"
    return StatusUpdate.model_validate({"stage": stage, "path": path, "state": state, "message": message, **more})


def citation(claim: int, sentence: str, answer: str, state: str, dirt: str = "", **more: object) -> dict[str, object]:
    start = answer.index(sentence)
    return {
        "citation_id": f"c{claim}",
        "marker": claim + 1,
        "claim_index": claim,
        "source": f"FHA guide{dirt}",
        "section": f"Section {claim}{dirt}",
        "passage_id": f"p{claim}",
        "confidence": 0.9,
        "answer_span": (start, start + len(sentence)),
        "source_span": (0, len(f"Quote {claim}.{dirt}")),
        "quote": f"Quote {claim}.{dirt}",
        "status": state,
        **more,
    }


class Script:
    """Payloads on a clock that the test sets."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []

    def at(self, at_ms: int, payload: AnyPayload) -> None:
        self.events.append(event(payload, len(self.events), at_ms))

    def search(self, dirt: str = "", *, passage: str = "") -> None:
        """Until the gate is open: four passages found; `dirt` goes everywhere, `passage` into their text only."""
        passages = tuple(
            FoundPassage(
                passage_id=f"p{i}",
                source=f"FHA guide{dirt}",
                section=f"Section {i}{dirt}",
                confidence=0.8,
                text=f"Quote {i}.{dirt} And more of it.{dirt}{passage}",
            )
            for i in range(4)
        )
        condition = Condition(name=f"confidence{dirt}", value=0.8, threshold=0.7, margin=0.1, passed=True)
        gate = GateDecision(
            verdict="open", domain="general", asked=1, conditions=(condition,), reason=f"Good enough.{dirt}"
        )
        self.at(0, status("retrieval", "started", f"Searching.{dirt}"))
        self.at(900, status("retrieval", "finished", f"Found.{dirt}", duration_ms=900, passages=passages))
        self.at(900, status("gate", "finished", f"Open.{dirt}", duration_ms=0, gate=gate))
        self.at(900, status("generation", "started", f"Drafting.{dirt}"))

    def draft(self, sentences: list[str], from_ms: int = 1000, step_ms: int = 50) -> str:
        """The sentences, word by word, each with its partial answer and its pending citation; gives the draft."""
        answer, now_ms = " ".join(sentences), from_ms
        shown = ""
        for claim, sentence in enumerate(sentences):
            for word in sentence.split(" "):
                token = f" {word}" if shown else word
                shown += token
                self.at(now_ms, Token(token=token, grounded=True))
                now_ms += step_ms
            start = answer.index(sentence)
            state = ClaimState(
                index=claim, answer_span=Span(start, start + len(sentence)), support=0.8, grounded=claim > 0
            )
            self.at(now_ms, PartialAnswer(text=shown, claim=state))
            self.at(now_ms, CitationAttached.model_validate(citation(claim, sentence, answer, "pending")))
        self.at(now_ms, status("generation", "finished", "The draft is complete.", duration_ms=now_ms - 900))
        return shown

    def report(self, at_ms: int) -> None:
        self.at(at_ms, metric(at_ms))


def metric(total_ms: int) -> PipelineMetric:
    return PipelineMetric(
        time_to_first_token_ms=1000,
        time_to_first_useful_answer_ms=1300,
        total_pipeline_ms=total_ms,
        retrieval_ms=900,
        chunks_used=2,
        groundedness_before_first_token=0.8,
        citation_coverage=1.0,
        verified_coverage=0.5,
        refined=True,
        strategy="progressive",
        spans=(StageSpan(stage="retrieval", path="fast", start_ms=0, end_ms=900, outcome="finished"),),
    )


def answered(dirt: str = "") -> list[StreamEvent]:
    """Draft, checks, a refinement that revises one sentence and adds one, and the final answer."""
    script = Script()
    script.search(dirt)
    first, second, third = f"One is true [1].{dirt}", f"Two is wrong [2].{dirt}", f"Three is new [3].{dirt}"
    draft = script.draft([first, second])
    script.at(2000, CitationAttached.model_validate(citation(0, first, draft, "verified", dirt)))
    script.at(2100, CitationAttached.model_validate(citation(1, second, draft, "unsupported", dirt)))
    revised = f"Two is right [2].{dirt}"
    refined = " ".join([first, revised, third])
    added = [citation(1, revised, refined, "verified", dirt), citation(2, third, refined, "weak", dirt)]
    operations = (
        RevisionOperation(kind="keep", before=first, after=first),
        RevisionOperation(kind="revise", before=second, after=revised, reason=f"Why.{dirt}", evidence=("p1",)),
        RevisionOperation(kind="append", after=third, reason=f"New.{dirt}", evidence=("p2",)),
        RevisionOperation(kind="drop", before=f"Gone.{dirt}", reason=f"Old.{dirt}"),
    )
    script.at(
        3000,
        RefinementUpdate(
            message=f"Improved.{dirt}",
            revision=1,
            kind="improve",
            reason=f"Better evidence.{dirt}",
            groundedness_before=0.5,
            groundedness_after=0.9,
            operations=operations,
            refined_answer=refined,
            additional_citations=tuple(Citation.model_validate(values) for values in added),
        ),
    )
    cited = [citation(0, first, refined, "verified", dirt), *added]
    script.at(3500, final(refined, citations=tuple(Citation.model_validate(values) for values in cited)))
    script.report(3500)
    return script.events


def final(answer: str, **more: object) -> FinalAnswer:
    known = {
        "complete": True,
        "outcome": "answered",
        "answer": answer,
        "groundedness_score": 0.9,
        "worst_claim_score": 0.6,
        "safety_pass": True,
    }
    return FinalAnswer.model_validate({**known, **more})


def withdrawn(secret: str) -> list[StreamEvent]:
    """A draft that says `secret`, quotes it, and is taken back."""
    script = Script()
    script.search(passage=f" {secret}")
    sentence = f"The borrower is {secret} [1]."
    answer = script.draft([sentence])
    script.at(2000, CitationAttached.model_validate(citation(0, sentence, answer, "verified", secret)))
    script.at(
        2500,
        RefinementUpdate(message="It was withdrawn.", revision=1, kind="retract", reason="personal_data"),
    )
    script.at(2600, Token(token=f" {secret}", grounded=True))
    script.at(3000, final("Please do not rely on it.", outcome="withheld", safety_pass=False))
    script.report(3000)
    return script.events


def broken() -> list[StreamEvent]:
    """A draft, then an error."""
    script = Script()
    script.search()
    script.draft(["One is true [1]."])
    script.at(2000, ErrorReport(code="internal", message="Something went wrong on our side.", retryable=True))
    return script.events
