"""The fast path: understand the question, find the least evidence that can carry a draft, ask the gate, write.

Everything here delays the reader's first word, so nothing here waits for the slow path, with one exception: evidence
that the gate finds promising but not sufficient is held until the deep search has spoken (see `rag.pipeline`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from rag import wording
from rag.answer import sentence_payloads
from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationRateLimited,
    GenerationTimeout,
    RagError,
)
from rag.events import Token
from rag.evidence import merge, number, sound
from rag.grounding.citations import attach
from rag.grounding.claims import SentenceReader
from rag.policy import classify, decide, switched_off
from rag.ports import SearchMode
from rag.run import Run
from rag.settings import RELEASABLE
from rag.stages import ClaimFeed, optional, stage, twice
from rag.values import (
    SERIAL,
    Claim,
    GateDecision,
    GenerationRequest,
    RewrittenQuery,
    SafetyVerdict,
    ScoredPassage,
    StageName,
)

MAX_RETRY_WAIT_S = 2.0
"""A provider may ask for a pause before the one retry; a reader who sees nothing yet is not asked to wait longer."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is known of the question before the first search."""

    query: RewrittenQuery
    safety: SafetyVerdict


async def understand(run: Run) -> Understanding:
    """Rewrite the question and check it against the policy, side by side; both are light and both come first."""
    async with asyncio.TaskGroup() as group:
        safety = group.create_task(_check_query(run))
        query = await _rewrite(run)
    run.domain = run.request.domain or classify(run.request.question)
    run.note("classification", f"Classified as {run.domain.replace('_', ' ')}.")
    return Understanding(query, safety.result())


async def _rewrite(run: Run) -> RewrittenQuery:
    question = run.request.question
    query = await optional(
        run,
        "rewrite",
        lambda: run.parts.rewriter.rewrite(question),
        message=wording.UNDERSTANDING,
        done=lambda query: f"Searching for: {query.text}",
    )
    if query is None or not query.text.strip():
        return RewrittenQuery(original=question, text=question, variants=(question,))
    return query


async def _check_query(run: Run) -> SafetyVerdict:
    verdict = await optional(
        run,
        "query_safety",
        lambda: run.parts.safety.check(run.request.question, kind="query"),
        message=wording.CHECKING_QUERY,
        done=lambda verdict: "The question is fine." if verdict.passed else "The question conflicts with the policy.",
    )
    return verdict or SafetyVerdict(passed=False, reasons=("safety_unavailable",))  # fail closed


async def gather(run: Run, query: RewrittenQuery) -> GateDecision:
    """First retrieval and the gate; on weak evidence one expanded search, and the gate again.

    A gate that is switched off sends nobody to search again. Raises `RetrievalError` when no search could be made.
    """
    first = await _search(run, query, "first")
    run.evidence = first or []
    decision = ask_gate(run, asked=1)
    if decision.verdict != "retry" or not decision.enforced:
        return decision
    expanded = await _search(run, query, "expanded")
    run.evidence = merge(run.evidence, expanded or [])
    return ask_gate(run, asked=2)


async def _search(run: Run, query: RewrittenQuery, mode: SearchMode) -> list[ScoredPassage] | None:
    """None when the first search failed and the expanded one may still succeed; raises when the last one did."""
    settings = run.settings.evidence
    first = mode == "first"

    async def search() -> list[ScoredPassage]:
        top_k = settings.first_top_k if first else settings.expanded_top_k
        return sound(await twice(lambda: run.parts.retriever.retrieve(query, top_k=top_k, mode=mode)))

    def done(found: list[ScoredPassage]) -> str:
        return wording.found(len(found))

    name: StageName = "retrieval" if first else "expanded_retrieval"
    message = wording.SEARCHING if first else wording.STILL_SEARCHING
    if first and run.request.strategy != "ungated":
        return await optional(run, name, search, message=message, done=done, passages=list)
    return await stage(run, name, search, message=message, done=done, passages=list)


def ask_gate(run: Run, *, asked: int) -> GateDecision:
    """Put the evidence at hand before the gate, and show the decision."""
    waits_for = RELEASABLE if run.request.strategy in SERIAL else None
    decision = decide(run.evidence, run.domain, run.settings.gate, asked=asked, waits_for=waits_for)
    if run.request.strategy == "ungated":
        decision = switched_off(decision)
    run.gate = decision
    run.note("gate", decision.reason, gate=decision)
    if decision.verdict == "open":
        ended = {span.stage for span in run.spans}  # after a hold, the searches it waits for lie behind it
        run.release.wait_for(tuple(stage for stage in decision.waits_for if stage not in ended))
    return decision


async def write(run: Run, feed: ClaimFeed) -> None:
    """Draft the answer from the evidence, token by token; each sentence goes to `feed` when it is complete.

    A draft that breaks off stays as far as it came, marked incomplete. Raises `GenerationError` when not one token
    came, and `ContentFiltered` when the provider stopped the text.
    """
    try:
        run.answer.sources = number(run.evidence[: run.settings.evidence.first_top_k])
        run.note("prompt", f"Prompt assembled from {len(run.answer.sources)} sources.")
        await stage(
            run,
            "generation",
            lambda: _generate(run, feed),
            message=wording.drafting(len(run.answer.sources)),
            done=lambda _: "The draft is complete.",
        )
    except ContentFiltered:
        raise
    except RagError:
        if not run.answer.text:
            raise
        run.answer.complete = False
        run.degrade("generation")
    finally:
        feed.close()


async def _generate(run: Run, feed: ClaimFeed) -> None:
    """Write with one second chance, which exists only as long as the reader has seen nothing."""
    draft = Drafting(run, feed)
    request = GenerationRequest(question=run.request.question, sources=run.answer.sources)
    try:
        await draft.write(run.parts.generator.stream(request))
    except GenerationError as error:
        if run.answer.text or not error.retryable:
            raise
        wait_s = error.retry_after_s if isinstance(error, GenerationRateLimited) else None
        await asyncio.sleep(min(wait_s or 0.0, MAX_RETRY_WAIT_S))
        await draft.write(run.parts.generator.stream(request))


class Drafting:
    """Takes tokens, finds the sentences in them, and shows both."""

    def __init__(self, run: Run, feed: ClaimFeed) -> None:
        self._run = run
        self._feed = feed
        self._reader = SentenceReader()
        self._pieces: list[str] = []

    async def write(self, stream: AsyncGenerator[str]) -> None:
        """Consume the generator's tokens, each within its limit, and close it; a cut draft keeps what it has."""
        try:
            async with aclosing(stream):
                while (token := await self._next(stream)) is not None:
                    self._take(token)
        except GenerationError:
            self._close()
            raise
        self._close()
        if not self._pieces:
            raise GenerationCut("The language model returned an empty answer.")

    async def _next(self, stream: AsyncGenerator[str]) -> str | None:
        budgets = self._run.settings.budgets
        try:
            async with asyncio.timeout(budgets.inter_token_s if self._pieces else budgets.first_token_s):
                return await anext(stream, None)
        except TimeoutError:
            raise GenerationTimeout from None

    def _close(self) -> None:
        """The last sentence has no successor to show that it is complete."""
        self._run.answer.text = "".join(self._pieces)
        for claim in self._reader.finish():
            self._sentence(claim)

    def _take(self, token: str) -> None:
        run = self._run
        if not token:
            return
        self._pieces.append(token)
        run.release.show(Token(token=token, grounded=run.gate is not None and run.gate.verdict == "open"))
        for claim in self._reader.feed(token):
            self._sentence(claim)

    def _sentence(self, claim: Claim) -> None:
        """A sentence is complete: show how it stands, attach its sources, and hand it on to be checked."""
        answer = self._run.answer
        answer.text = "".join(self._pieces)
        answer.claims.append(claim)
        citations = attach(claim, answer.sources)
        answer.citations.extend(citations)
        for payload in sentence_payloads(answer.text, claim, citations):
            self._run.release.show(payload)
        self._feed.put(claim)
