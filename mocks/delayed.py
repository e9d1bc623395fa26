"""Every seam of `rag.ports`, slowed down: thin wrappers that wait, and go wrong on purpose, around a real part.

What a wrapped part computes is real and is computed after the wait. The wrappers know the run's `Clockwork` and what
an empty or malformed answer of their port looks like; they know nothing of the pipeline that calls them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Literal

from mocks.clockwork import Clockwork, Writing
from rag.errors import SafetyError
from rag.ports import (
    ClaimVerifier,
    Generator,
    GroundednessJudge,
    Parts,
    QueryRewriter,
    Reranker,
    Retriever,
    SafetyChecker,
    SearchMode,
)
from rag.values import (
    Claim,
    GenerationRequest,
    Groundedness,
    Passage,
    RewrittenQuery,
    SafetyVerdict,
    ScoredPassage,
    Span,
    StageName,
    Support,
)

SEARCH_STAGES: dict[SearchMode, StageName] = {
    "first": "retrieval",
    "deep": "deep_retrieval",
    "expanded": "expanded_retrieval",
}

STRANGER = Passage(
    passage_id="malformed#nowhere", document_id="malformed", source="?", title="?", section="?", text=" "
)
"""A passage that nobody asked for, without a word in it: what a broken index or reranker may send."""


def delayed_parts(real: Parts, clockwork: Clockwork) -> Parts:
    """The same parts, each behind its wrapper; all of them share the run's `clockwork`."""
    return Parts(
        rewriter=DelayedRewriter(real.rewriter, clockwork),
        retriever=DelayedRetriever(real.retriever, clockwork),
        reranker=DelayedReranker(real.reranker, clockwork),
        generator=DelayedGenerator(real.generator, clockwork),
        verifier=DelayedVerifier(real.verifier, clockwork),
        safety=DelayedSafety(real.safety, clockwork),
        judge=DelayedJudge(real.judge, clockwork),
    )


class DelayedRewriter:
    """A query rewriter that takes its time. Malformed: a rewriting that has lost the question."""

    def __init__(self, inner: QueryRewriter, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def rewrite(self, question: str) -> RewrittenQuery:
        """As `QueryRewriter.rewrite`."""
        fault = await self._clockwork.pause("rewrite")
        if fault is not None and fault.kind == "empty":
            return RewrittenQuery(original=question, text="")
        if fault is not None and fault.kind == "malformed":
            return RewrittenQuery(original="", text=" ", variants=("", " "))
        return await self._inner.rewrite(question)


class DelayedRetriever:
    """A retriever that takes its time. Malformed: everything twice, worst first, and a blank passage on top."""

    def __init__(self, inner: Retriever, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def retrieve(self, query: RewrittenQuery, *, top_k: int, mode: SearchMode) -> Sequence[ScoredPassage]:
        """As `Retriever.retrieve`."""
        fault = await self._clockwork.pause(SEARCH_STAGES[mode])
        if fault is not None and fault.kind == "empty":
            return []
        found = await self._inner.retrieve(query, top_k=top_k, mode=mode)
        if fault is not None and fault.kind == "malformed":
            return [ScoredPassage(passage=STRANGER, confidence=1.0), *reversed(found), *found]
        return found


class DelayedReranker:
    """A reranker that takes its time. Malformed: a passage it was not given, the best one twice, the others lost."""

    def __init__(self, inner: Reranker, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def rerank(self, query: RewrittenQuery, passages: Sequence[Passage]) -> Sequence[ScoredPassage]:
        """As `Reranker.rerank`."""
        fault = await self._clockwork.pause("rerank")
        if fault is not None and fault.kind == "empty":
            return []
        ranked = await self._inner.rerank(query, passages)
        if fault is not None and fault.kind == "malformed":
            return [ScoredPassage(passage=STRANGER, confidence=1.0), *ranked[:1], *ranked[:1]]
        return ranked


class DelayedGenerator:
    """A generator whose tokens arrive one by one, or all at once after a wait for a refinement."""

    def __init__(self, inner: Generator, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """As `Generator.stream`."""
        writing = Writing(self._clockwork, "refinement" if request.kind == "refinement" else "generation")
        if writing.fault is not None and writing.fault.kind == "empty":
            writing.expect(tokens=1)
            await writing.next_token()
            return
        tokens = self._inner.stream(request)
        try:
            if writing.needs_length:
                text = [token async for token in tokens]
                writing.expect(len(text))
                for token in text:
                    await writing.next_token()
                    yield token
            else:
                writing.expect()
                async for token in tokens:
                    await writing.next_token()
                    yield token
            await writing.end()
        finally:
            await tokens.aclose()


class DelayedVerifier:
    """A claim verifier that takes its time. Malformed: full support by a quote that stands nowhere."""

    def __init__(self, inner: ClaimVerifier, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def verify(self, claim: Claim, passage: Passage) -> Support:
        """As `ClaimVerifier.verify`."""
        fault = await self._clockwork.pause("verification")
        if fault is not None and fault.kind == "empty":
            return Support(score=0.0, supported=False, source_span=Span(0, 0), quote="")
        if fault is not None and fault.kind == "malformed":
            nowhere = Span(len(passage.text), len(passage.text) + 9)
            return Support(score=1.0, supported=True, source_span=nowhere, quote="malformed")
        return await self._inner.verify(claim, passage)


class DelayedSafety:
    """A safety checker that takes its time. Empty, no verdict, is an error; malformed is a refusal without reason."""

    def __init__(self, inner: SafetyChecker, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def check(self, text: str, *, kind: Literal["query", "answer"]) -> SafetyVerdict:
        """As `SafetyChecker.check`."""
        fault = await self._clockwork.pause("query_safety" if kind == "query" else "safety")
        if fault is not None and fault.kind == "empty":
            raise SafetyError
        if fault is not None and fault.kind == "malformed":
            return SafetyVerdict(passed=False)
        return await self._inner.check(text, kind=kind)


class DelayedJudge:
    """A groundedness judge that takes its time. Malformed: scores outside of [0, 1], and a claim that is not there."""

    def __init__(self, inner: GroundednessJudge, clockwork: Clockwork) -> None:
        self._inner, self._clockwork = inner, clockwork

    async def score(self, claims: Sequence[Claim], evidence: Sequence[Passage]) -> Groundedness:
        """As `GroundednessJudge.score`."""
        fault = await self._clockwork.pause("groundedness")
        if fault is not None and fault.kind == "empty":
            return Groundedness(score=0.0, worst=0.0)
        if fault is not None and fault.kind == "malformed":
            return Groundedness.model_construct(score=42.0, worst=-1.0, worst_claim=len(claims))
        return await self._inner.score(claims, evidence)
