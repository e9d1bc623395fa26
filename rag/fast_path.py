"""The fast path up to the gate: understand the question, find the least evidence that can carry a draft, ask the gate.

Everything here delays the reader's first word, so nothing here waits for the slow path, with one exception: evidence
that the gate finds promising but not sufficient is held until the deep search has spoken (see `rag.pipeline`). What
comes behind the gate is in `rag.drafting`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rag import wording
from rag.evidence import merge, sound
from rag.policy import classify, decide, switched_off
from rag.ports import SearchMode
from rag.run import Run
from rag.settings import RELEASABLE
from rag.stages import optional, stage, twice
from rag.values import (
    SERIAL,
    GateDecision,
    RewrittenQuery,
    SafetyVerdict,
    ScoredPassage,
    StageName,
)


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
