"""The second version: whether one is worth writing, what it says, and whether it may replace the draft."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from rag import wording
from rag.answer import WorkingAnswer, speak
from rag.errors import leading_cause
from rag.events import RefinementUpdate
from rag.evidence import number
from rag.grounding.citations import attach
from rag.grounding.claims import split_claims
from rag.grounding.support import passage_support
from rag.policy import why_refine
from rag.prompt import declines
from rag.revision import revise
from rag.run import Run
from rag.slow_path import check_citation
from rag.stages import optional
from rag.values import Citation, Claim, GenerationRequest, NumberedSource


async def refine(run: Run) -> bool:
    """Write a second version of a checked draft if there is a reason to, and show it if it is not worse grounded.

    True if it was shown.
    """
    reasons = reasons_to_refine(run)
    if not reasons:
        run.skip("refinement", "The draft needs no second version.")
        run.over("refinement")
        return False
    return await _attempt(run, reasons, checked=True)


async def rewrite_unchecked(run: Run) -> bool:
    """Always write a second version, and leave every check to the stages that follow.

    This is the serial pipeline's way: with no draft on the screen there is nothing to weigh the cost against.
    """
    return await _attempt(run, reasons_to_refine(run), checked=False)


async def _attempt(run: Run, reasons: Sequence[str], *, checked: bool) -> bool:
    candidate = await optional(
        run,
        "refinement",
        lambda: second_version(run, checked=checked),
        message=wording.REFINING,
        done=lambda found: "A better version was written." if found else "The draft stays: nothing better was found.",
    )
    if candidate is not None:
        show(run, candidate, reasons)
    run.over("refinement")
    return candidate is not None


def reasons_to_refine(run: Run) -> tuple[str, ...]:
    """In the evidence, in the checked sentences, and in a draft that broke off."""
    seen = [source.passage.passage_id for source in run.answer.sources]
    reasons = list(why_refine(seen, run.evidence, run.settings.refinement))
    unseen = run.unread()
    contradicted = run.answer.contradicted_claims()
    for claim in run.answer.failed_claims():
        helped = any(passage_support(claim, passage).supported for passage in unseen)
        said = "and a new passage supports it" if helped else "and nothing supports it"
        otherwise = ", as its source says otherwise," if claim in contradicted else ""
        reasons.append(f"Sentence {claim.index + 1} failed its check{otherwise} {said}.")
    if not run.answer.complete:
        reasons.append("The draft broke off.")
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A second version that may replace the draft."""

    answer: WorkingAnswer
    groundedness_before: float
    groundedness_after: float


async def second_version(run: Run, *, checked: bool) -> Candidate | None:
    """Write, check and compare. None when the text is none, the same, less grounded, or not safe."""
    sources = number(run.evidence, after=run.answer.sources)
    text = await _write(run, sources)
    answer = WorkingAnswer(text=text, claims=list(split_claims(text)), sources=sources)
    if not answer.claims or declines(text) or text.strip() == run.answer.text.strip():
        return None
    if checked and not await _check(run, answer):
        return None
    if not checked:
        answer.citations = [citation for claim in answer.claims for citation in attach(claim, sources)]
    before, after = run.answer.mean_support(), answer.mean_support()
    if after < before - run.settings.refinement.groundedness_tolerance:
        return None
    return Candidate(answer, before, after)


async def _check(run: Run, answer: WorkingAnswer) -> bool:
    """Verify what is new in the candidate and put its whole text before safety: the draft's pass does not cover it."""
    try:
        async with asyncio.TaskGroup() as group:
            safety = group.create_task(_safe(run, answer.text))
            citations = group.create_task(_checked_citations(run, answer))
    except ExceptionGroup as errors:
        raise leading_cause(errors) from None
    answer.citations, answer.checked_safe = citations.result(), safety.result()
    return answer.checked_safe


async def _safe(run: Run, text: str) -> bool:
    return (await run.parts.safety.check(text, kind="answer")).passed


async def _write(run: Run, sources: tuple[NumberedSource, ...]) -> str:
    request = GenerationRequest(
        question=run.request.question,
        sources=sources,
        kind="refinement",
        draft=run.answer.text,
        findings=tuple(claim.text for claim in run.answer.failed_claims()),
    )
    async with aclosing(run.parts.generator.stream(request)) as stream:
        return "".join([token async for token in stream])


async def _checked_citations(run: Run, answer: WorkingAnswer) -> list[Citation]:
    """Kept sentences keep their verdicts under new spans; new ones are checked now, side by side."""
    verdicts = {claim.text: run.answer.citations_of(claim) for claim in run.answer.claims}
    settled: list[Citation] = []

    async def check(citation: Citation, claim: Claim) -> None:
        settled.append(await check_citation(run, answer, citation, claim))

    async with asyncio.TaskGroup() as group:
        for claim in answer.claims:
            if claim.text in verdicts:
                settled += [_moved(citation, claim) for citation in verdicts[claim.text]]
                continue
            for citation in attach(claim, answer.sources):
                renamed = citation.model_copy(update={"citation_id": f"r1-{citation.citation_id}"})
                group.create_task(check(renamed, claim))
    return sorted(settled, key=lambda citation: (citation.claim_index, citation.marker))


def _moved(citation: Citation, claim: Claim) -> Citation:
    """The same link, where its sentence stands in the new text."""
    return citation.model_copy(update={"claim_index": claim.index, "answer_span": claim.span})


def show(run: Run, candidate: Candidate, reasons: Sequence[str]) -> None:
    """Put the second version in the draft's place: as a patch for who has read the draft, else as the text itself."""
    draft, run.answer = run.answer, candidate.answer
    if not run.release.is_open:
        run.release.replace(list(speak(run.answer)))
        return
    kept = {claim.text for claim in draft.claims}
    fresh = [claim for claim in run.answer.claims if claim.text not in kept]
    run.release.show(
        RefinementUpdate(
            message="The answer was improved.",
            revision=1,
            kind="improve",
            reason=" ".join(reasons) or "A second version is better supported.",
            groundedness_before=candidate.groundedness_before,
            groundedness_after=candidate.groundedness_after,
            operations=revise(
                draft.claims,
                run.answer.claims,
                failed=[claim.index for claim in draft.failed_claims()],
                contradicted=[claim.index for claim in draft.contradicted_claims()],
                evidence={claim.index: run.answer.citations_of(claim) for claim in run.answer.claims},
            ),
            refined_answer=run.answer.text,
            additional_citations=tuple(c for claim in fresh for c in run.answer.citations_of(claim)),
        )
    )
