"""The slow path: better evidence, checked sentences, a checked answer, a better answer. Runs while the draft is read.

A stage here that fails, hangs or runs out of time costs the answer its benefit and nothing else: the draft stands and
`degraded` names the stage. The one exception is safety, which fails closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from rag import wording
from rag.answer import WorkingAnswer
from rag.errors import RagError, SafetyError, VerificationError
from rag.events import CitationAttached, RefinementUpdate
from rag.evidence import merge, sound
from rag.grounding.citations import settle
from rag.run import Run
from rag.stages import ClaimFeed, Handoff, optional, twice, within
from rag.values import Citation, Claim, Groundedness, RewrittenQuery, ScoredPassage


async def deepen(run: Run, query: RewrittenQuery, first: Handoff[list[ScoredPassage]]) -> list[ScoredPassage]:
    """Search deeper than the first look and weigh all the evidence on one scale, best first.

    The deep search needs only the query, so it starts beside the first retrieval; `first` is what that one found.
    """
    top_k = run.settings.evidence.deep_top_k

    async def search() -> list[ScoredPassage]:
        return sound(await run.parts.retriever.retrieve(query, top_k=top_k, mode="deep"))

    deep = await optional(
        run,
        "deep_retrieval",
        search,
        message=wording.DEEPER,
        done=lambda found: wording.found(len(found)),
        passages=list,
    )
    run.over("deep_retrieval")
    evidence = merge(await first.take(), deep or [])
    reranked = await _rerank(run, query, evidence) if evidence else []
    run.over("rerank")
    return reranked


async def _rerank(run: Run, query: RewrittenQuery, evidence: list[ScoredPassage]) -> list[ScoredPassage]:
    """All the evidence on the reranker's scale; in retrieval order when the reranker fails."""
    top_k = run.settings.evidence.rerank_top_k
    known = {item.passage.passage_id: item for item in evidence}

    async def rerank() -> list[ScoredPassage]:
        ranked = sound(await run.parts.reranker.rerank(query, [item.passage for item in evidence]))
        ours = [item for item in ranked if item.passage.passage_id in known]
        forgotten = known.keys() - {item.passage.passage_id for item in ours}
        return [*ours, *(item for item in evidence if item.passage.passage_id in forgotten)][:top_k]

    reranked = await optional(
        run,
        "rerank",
        rerank,
        message=wording.RERANKING,
        done=lambda ranked: f"Kept the best {len(ranked)} of {len(evidence)} passages.",
        passages=list,
    )
    return evidence[:top_k] if reranked is None else reranked


async def verify(run: Run, feed: ClaimFeed) -> None:
    """Hold each sentence of the draft against its sources as soon as it is complete, all of them side by side."""
    async with aclosing(feed.claims()) as claims:
        first = await anext(claims, None)
        if first is None:
            run.skip("verification", "There is no sentence to check.")
        else:
            await optional(
                run,
                "verification",
                lambda: _verify_all(run, first, claims),
                message=wording.CHECKING_SENTENCES,
                done=lambda _: _verdict(run.answer.citations),
                budget_s=run.settings.budgets.request_s,  # as long as the draft; each sentence has its own limit
            )
    run.over("verification")


async def _verify_all(run: Run, first: Claim, rest: AsyncGenerator[Claim]) -> None:
    answer = run.answer  # of this draft, even if it is withdrawn while a check is under way
    failures: list[RagError] = []

    async def check(citation: Citation, claim: Claim) -> None:
        try:
            settled = await check_citation(run, answer, citation, claim)
        except RagError as error:
            failures.append(error)
            return
        answer.citations[answer.citations.index(citation)] = settled
        run.release.show(CitationAttached.model_validate(settled.model_dump()))

    async with asyncio.TaskGroup() as group:
        claim: Claim | None = first
        while claim is not None:
            for citation in answer.citations_of(claim):
                group.create_task(check(citation, claim))
            claim = await anext(rest, None)
    if failures:
        raise VerificationError(f"{len(failures)} citations could not be checked: {failures[0]}")


async def check_citation(run: Run, answer: WorkingAnswer, citation: Citation, claim: Claim) -> Citation:
    """Ask the verifier about one citation. Raises `VerificationError` or `StageTimeout`."""
    passage = answer.source_of(citation)
    support = await within(run.settings.budgets.verification_s, lambda: run.parts.verifier.verify(claim, passage))
    start, end = support.source_span
    if passage.text[start:end] != support.quote:
        raise VerificationError("The verifier quoted what is not in the passage.")
    return settle(citation, support)


def _verdict(citations: Sequence[Citation]) -> str:
    verified = sum(citation.status == "verified" for citation in citations)
    return f"{verified} of {len(citations)} citations verified."


async def check_answer(run: Run) -> bool:
    """Check the complete draft. Anything but an explicit pass withdraws it."""
    text = run.answer.text
    verdict = await optional(
        run,
        "safety",
        lambda: twice(lambda: run.parts.safety.check(text, kind="answer")),
        message=wording.CHECKING_SAFETY,
        done=lambda verdict: "The answer is fine." if verdict.passed else "The answer conflicts with the policy.",
    )
    if verdict is not None and verdict.passed:
        run.answer.checked_safe = True
        run.over("safety")
        return True
    withdraw(run, ", ".join(verdict.reasons) if verdict else SafetyError.code)
    return False


def withdraw(run: Run, reason: str) -> None:
    """Take back what was shown, openly, and forget it: no later event may carry any of it."""
    if run.release.shown and not run.release.is_shut:
        run.channel.emit(RefinementUpdate(message=wording.WITHHELD_ANSWER, revision=1, kind="retract", reason=reason))
    run.release.shut()
    run.answer = WorkingAnswer()


async def judge(run: Run) -> tuple[float | None, float | None]:
    """Score the final text against all the evidence: mean and worst support of its sentences."""
    passages = [source.passage for source in run.answer.sources]
    passages += [item.passage for item in run.evidence if item.passage not in passages]

    async def score() -> Groundedness:
        verdict = await run.parts.judge.score(run.answer.claims, passages)
        if not 0 <= verdict.worst <= verdict.score <= 1:  # NaN fails this too
            raise VerificationError("The groundedness judge returned an impossible score.")
        return verdict

    verdict = await optional(
        run,
        "groundedness",
        score,
        message=wording.JUDGING,
        done=lambda verdict: f"Groundedness {verdict.score:.2f}, weakest sentence {verdict.worst:.2f}.",
    )
    run.over("groundedness")
    return (verdict.score, verdict.worst) if verdict else (None, None)
