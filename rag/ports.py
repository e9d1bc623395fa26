"""The seams: what the pipeline asks of the outside world. Small Protocols; implementations do not inherit from them.

Every method may be cancelled at any await and then must release what it holds. Every failure is a `RagError`
of the kind its docstring names; anything else is treated as a bug.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.events import StreamEvent
from rag.values import (
    Claim,
    GenerationRequest,
    Groundedness,
    Passage,
    RewrittenQuery,
    RunRequest,
    SafetyVerdict,
    ScoredPassage,
    Support,
)

SearchMode = Literal["first", "deep", "expanded"]
"""`first`: the question as rewritten. `deep`: wider, for evidence the first look misses. `expanded`: deep, and the
fallback index too: the last attempt when the first look was weak."""


class QueryRewriter(Protocol):
    """Turns what a person typed into what the library can be searched for."""

    async def rewrite(self, question: str) -> RewrittenQuery:
        """Raises `RewriteError`; the pipeline then searches with the question as it is."""
        ...


class Retriever(Protocol):
    """Finds passages."""

    async def retrieve(self, query: RewrittenQuery, *, top_k: int, mode: SearchMode) -> Sequence[ScoredPassage]:
        """At most `top_k` passages, best first, confidence in [0, 1] and comparable between queries.

        Nothing found is an empty sequence, not an error. Raises `RetrievalError`.
        """
        ...


class Reranker(Protocol):
    """Scores passages of any origin on one scale."""

    async def rerank(self, query: RewrittenQuery, passages: Sequence[Passage]) -> Sequence[ScoredPassage]:
        """All of `passages`, best first, on the same [0, 1] scale as the gate's thresholds. Raises `RerankError`."""
        ...


class Generator(Protocol):
    """Writes text from numbered sources."""

    def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """Tokens in order; never an empty one. The caller closes the generator.

        A normal end means the text is complete. A text that begins with `rag.prompt.NO_ANSWER` says that the sources do
        not hold the answer, and is not shown. Otherwise raises a `GenerationError`: `GenerationCut`,
        `GenerationLength` and `ContentFiltered` tell apart how a text can be unfinished.
        """
        ...


class ClaimVerifier(Protocol):
    """Holds one claim against one passage."""

    async def verify(self, claim: Claim, passage: Passage) -> Support:
        """Raises `VerificationError`."""
        ...


class SafetyChecker(Protocol):
    """Applies the policy to a text."""

    async def check(self, text: str, *, kind: Literal["query", "answer"]) -> SafetyVerdict:
        """Raises `SafetyError` when it cannot tell; callers then fail closed."""
        ...


class GroundednessJudge(Protocol):
    """Scores a complete answer against all the evidence."""

    async def score(self, claims: Sequence[Claim], evidence: Sequence[Passage]) -> Groundedness:
        """Raises `VerificationError`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One implementation for every seam: all that a pipeline is made of."""

    rewriter: QueryRewriter
    retriever: Retriever
    reranker: Reranker
    generator: Generator
    verifier: ClaimVerifier
    safety: SafetyChecker
    judge: GroundednessJudge


OpenRun = Callable[[RunRequest], AsyncGenerator[StreamEvent]]
"""What the front ends (service, screen, terminal) are given: starts a run and returns its events.

Raises `InvalidRequest` at once for an unknown scenario or profile; the caller closes the generator."""
