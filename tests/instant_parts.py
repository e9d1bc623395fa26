"""Parts that answer at once and always the same, one call of every stage, and a player of such calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from mocks.clockwork import HANG_S, Clockwork
from mocks.delayed import delayed_parts
from mocks.faults import Fault, FaultPlan
from mocks.profiles import Profile, load_profiles
from mocks.virtual_time import run_virtual
from rag.errors import RagError
from rag.ports import Parts, SearchMode
from rag.values import (
    Claim,
    GenerationRequest,
    Groundedness,
    NumberedSource,
    Passage,
    RewrittenQuery,
    SafetyVerdict,
    ScoredPassage,
    Span,
    Support,
)

PROFILES = load_profiles()
QUERY = RewrittenQuery(original="dti?", text="debt-to-income?", variants=("dti?",))
PASSAGES = tuple(
    Passage(
        passage_id=f"guide#{n}", document_id="guide", source="Guide", title="Guide", section=f"{n}", text=f"Rule {n}."
    )
    for n in range(4)
)
CLAIM = Claim(index=0, text="Rule 1 [1].", span=Span(0, 11), markers=(1,))
REQUEST = GenerationRequest(question="dti?", sources=(NumberedSource(marker=1, passage=PASSAGES[0]),))
REFINEMENT = REQUEST.model_copy(update={"kind": "refinement", "draft": "Old."})


class InstantParts:
    """One object behind every seam, which answers at once and remembers what was asked and whether it was closed."""

    def __init__(self, tokens: Sequence[str] = ("The ", "limit ", "is ", "43", ".")) -> None:
        self.tokens, self.asked, self.closed = tokens, [], 0
        self.parts = Parts(**dict.fromkeys(Parts.__dataclass_fields__, self))

    async def rewrite(self, question: str) -> RewrittenQuery:
        self.asked.append("rewrite")
        return QUERY

    async def retrieve(self, query: RewrittenQuery, *, top_k: int, mode: SearchMode) -> Sequence[ScoredPassage]:
        self.asked.append(mode)
        return [ScoredPassage(passage=passage, confidence=0.9 - n / 10) for n, passage in enumerate(PASSAGES[:top_k])]

    async def rerank(self, query: RewrittenQuery, passages: Sequence[Passage]) -> Sequence[ScoredPassage]:
        return [ScoredPassage(passage=passage, confidence=0.9 - n / 10) for n, passage in enumerate(passages)]

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        try:
            for token in self.tokens:
                yield token
        finally:
            self.closed += 1

    async def verify(self, claim: Claim, passage: Passage) -> Support:
        return Support(score=0.8, supported=True, source_span=Span(0, 4), quote="Rule")

    async def check(self, text: str, *, kind: str) -> SafetyVerdict:
        self.asked.append(kind)
        return SafetyVerdict(passed=True)

    async def score(self, claims: Sequence[Claim], evidence: Sequence[Passage]) -> Groundedness:
        return Groundedness(score=0.8, worst=0.7, worst_claim=0)


Call = Callable[[Parts], Awaitable[Any]]


async def written(parts: Parts, request: GenerationRequest = REQUEST) -> list[str]:
    async with aclosing(parts.generator.stream(request)) as tokens:
        return [token async for token in tokens]


CALLS: dict[str, Call] = {
    "query_safety": lambda parts: parts.safety.check("q", kind="query"),
    "rewrite": lambda parts: parts.rewriter.rewrite("dti?"),
    "retrieval": lambda parts: parts.retriever.retrieve(QUERY, top_k=3, mode="first"),
    "deep_retrieval": lambda parts: parts.retriever.retrieve(QUERY, top_k=3, mode="deep"),
    "expanded_retrieval": lambda parts: parts.retriever.retrieve(QUERY, top_k=3, mode="expanded"),
    "rerank": lambda parts: parts.reranker.rerank(QUERY, PASSAGES),
    "generation": written,
    "verification": lambda parts: parts.verifier.verify(CLAIM, PASSAGES[1]),
    "safety": lambda parts: parts.safety.check("a", kind="answer"),
    "refinement": lambda parts: written(parts, REFINEMENT),
    "groundedness": lambda parts: parts.judge.score([CLAIM], PASSAGES),
}
"""One call of every stage that can be slow or fail."""


def profile_with(**stages_ms: float) -> Profile:
    """The instant profile, but these stages take so long."""
    instant = PROFILES["instant"]
    slower = {name: instant.stages[name].model_copy(update={"median_ms": ms}) for name, ms in stages_ms.items()}  # type: ignore[index]
    return instant.model_copy(update={"stages": instant.stages | slower})


def play(*calls: Call, profile: Profile, faults: Sequence[Fault] = (), speed: float = 1.0) -> list[tuple[float, Any]]:
    """What the calls give back or raise, one after another, each with the millisecond of the run."""

    async def main() -> list[tuple[float, Any]]:
        await asyncio.sleep(5)  # a run need not begin when its loop does
        clockwork = Clockwork(profile, seed=1, faults=FaultPlan(1, faults), speed=speed)
        parts = delayed_parts(InstantParts().parts, clockwork)
        log = []
        for call in calls:
            try:
                result: Any = await call(parts)
            except RagError as error:
                result = error
            log.append((round((asyncio.get_running_loop().time() - 5) * 1000, 3), result))
        return log

    return run_virtual(main, max_virtual_s=2 * HANG_S)


def fail(stage: str, kind: str, **knobs: object) -> Fault:
    return Fault.model_validate({"stage": stage, "kind": kind, **knobs})
