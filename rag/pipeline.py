"""The pipeline: the same stages in four arrangements, and how a run ends. Knows no vendor, no screen and no clock.

| what fails | what the reader gets |
|---|---|
| query safety | `final_answer`, outcome withheld; nothing was searched |
| both searches | `error` |
| weak evidence | `final_answer`, outcome safe_fallback; not a word was generated (unless the gate is switched off) |
| the writer finds no answer, nor in all the evidence | `final_answer`, outcome safe_fallback; not a word was shown |
| generation before its first token, twice | `error` |
| generation later | the text so far stays, `complete: false`, unless a second version completes it |
| safety, or a safety check that cannot run | the draft is withdrawn, outcome withheld |
| any other slow stage | the draft stands, `degraded` names the stage |
| the whole request's time | the checked draft stands; an unchecked one is withdrawn; without one, `error` |
| a bug | `error` with code `internal`; the traceback goes to the log |
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from rag import drafting, fast_path, slow_path, wording
from rag.errors import ContentFiltered, DeadlineExceeded, RagError
from rag.events import ErrorReport, FinalAnswer, StreamEvent
from rag.policy import without_release
from rag.ports import Parts
from rag.question import clean_question
from rag.refinement import refine, rewrite_unchecked
from rag.report import RunReport, measure, summarise
from rag.run import Run
from rag.settings import Settings
from rag.stages import ClaimFeed, Handoff, heartbeat
from rag.stream import Channel, run_stream
from rag.values import SERIAL, RewrittenQuery, RunRequest, ScoredPassage

Record = Callable[[RunReport], None]


class Pipeline:
    """Answers questions with one set of parts. Holds no state between runs."""

    def __init__(self, parts: Parts, settings: Settings | None = None, record: Record | None = None) -> None:
        self._parts = parts
        self._settings = settings or Settings()
        self._record = record or (lambda report: None)

    def answer(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        """The events of one run; the caller closes the generator. Raises `InvalidRequest` at once."""
        settings = self._settings
        if request.strategy == "ungated":
            settings = settings.model_copy(update={"gate": without_release(settings.gate)})
        question = clean_question(request.question, settings.limits.question_chars)
        asked = request.model_copy(update={"question": question})
        runs: list[Run] = []

        async def body(channel: Channel) -> None:
            run = Run(asked, self._parts, settings, channel)
            runs.append(run)
            await _conduct(run)

        def failure(channel: Channel, cause: BaseException) -> None:
            _end_with_error(runs[0], cause)

        return run_stream(
            body,
            failure=failure,
            on_end=lambda events: self._record(summarise(events, strategy=request.strategy, speed=request.speed)),
            request_id=request.request_id or uuid4().hex,
            started_at=request.started_at,
            max_events=settings.limits.events,
            grace_s=settings.budgets.grace_s,
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run that reached an outcome ends."""

    outcome: Literal["answered", "safe_fallback", "human_review", "withheld"]
    groundedness: float | None = None
    worst_claim: float | None = None
    refined: bool = False


async def _conduct(run: Run) -> None:
    """The run within its time, with a heartbeat, in the arrangement asked for."""
    if run.request.strategy == "blocking":
        run.channel.withhold()
        run.release.shut()  # one answer at the end, and not a word of it before
    try:
        async with asyncio.timeout(run.settings.budgets.request_s), asyncio.TaskGroup() as group:
            pulse = group.create_task(heartbeat(run))
            ending = await _answer(run)
            pulse.cancel()
    except TimeoutError:
        ending = _out_of_time(run)
    _end(run, ending)


async def _answer(run: Run) -> Ending:
    understanding = await fast_path.understand(run)
    if not understanding.safety.passed:
        return Ending("withheld")
    if run.settings.gate.domains[run.domain].human_review and run.request.strategy != "ungated":
        fast_path.ask_gate(run, asked=1)
        return Ending("human_review")
    arrangement = _serial if run.request.strategy in SERIAL else _progressive
    return await arrangement(run, understanding.query)


async def _progressive(run: Run, query: RewrittenQuery) -> Ending:
    """Every stage starts as soon as its inputs exist; the reader reads while the slow path checks.

    fast   rewrite | retrieval | gate | generation ................ |
    slow           | deep retrieval ............ | rerank |          | safety | refinement | groundedness
    slow                                 verification, sentence by sentence ... |

    With the gate switched off (`ungated`) the same whatever the gate says: the wrong way, to compare the others with.
    """
    first: Handoff[list[ScoredPassage]] = Handoff()
    feed = ClaimFeed()
    async with asyncio.TaskGroup() as group:
        deep = group.create_task(slow_path.deepen(run, query, first))
        decision = await fast_path.gather(run, query)
        first.leave(run.evidence)
        if decision.verdict == "hold":
            run.evidence = await deep
            decision = fast_path.ask_gate(run, asked=3)
        if decision.verdict != "open" and decision.enforced:
            deep.cancel()
            return Ending("safe_fallback")
        checking = group.create_task(slow_path.verify(run, feed))
        ended = await _draft(run, feed, deep)
        if ended is None and not await slow_path.check_answer(run):
            ended = Ending("withheld")
        if ended is not None:
            deep.cancel()
            checking.cancel()
            return ended
    run.evidence = deep.result()
    refined = not run.refused() and await refine(run)
    return await _conclude(run, refined=refined)


async def _serial(run: Run, query: RewrittenQuery) -> Ending:
    """One stage after the other, as most pipelines are first written: simple, and nothing to see until the end."""
    first: Handoff[list[ScoredPassage]] = Handoff()
    feed = ClaimFeed()
    decision = await fast_path.gather(run, query)
    if decision.verdict == "fallback":
        return Ending("safe_fallback")
    first.leave(run.evidence)
    run.evidence = await slow_path.deepen(run, query, first)
    if decision.verdict == "hold" and fast_path.ask_gate(run, asked=3).verdict != "open":
        return Ending("safe_fallback")
    if ended := await _draft(run, feed):
        return ended
    refined = await rewrite_unchecked(run)
    await slow_path.verify(run, ClaimFeed(run.answer.claims))
    if not await slow_path.check_answer(run):
        return Ending("withheld")
    return await _conclude(run, refined=refined)


async def _draft(run: Run, feed: ClaimFeed, deep: asyncio.Task[list[ScoredPassage]] | None = None) -> Ending | None:
    """The draft; None if it stands, else how the run ends: the provider stopped it, or the writer found no answer.

    A writer that declines is asked once more with all the evidence, if there is any that it has not read.
    """
    try:
        await drafting.write(run, feed, run.evidence[: run.settings.evidence.first_top_k])
        if run.answer.declined and deep is not None:
            run.evidence = await deep
        if run.answer.declined and run.unread():
            await drafting.write(run, feed, run.evidence)
    except ContentFiltered as filtered:
        slow_path.withdraw(run, filtered.code)
        return Ending("withheld")
    finally:
        feed.close()
    return Ending("safe_fallback") if run.answer.declined else None


async def _conclude(run: Run, *, refined: bool) -> Ending:
    if run.refused():
        slow_path.withdraw(run, "a required check failed")
        return Ending("safe_fallback")
    score, worst = await slow_path.judge(run)
    return Ending("answered", score, worst, refined)


def _out_of_time(run: Run) -> Ending:
    """The request's time is up: a checked draft stands, an unchecked one is withdrawn, no draft is an error."""
    for span in run.spans:
        if span.outcome == "cancelled":
            run.degrade(span.stage)
    if run.answer.text and run.answer.checked_safe:
        return Ending("safe_fallback" if run.refused() else "answered")
    if run.answer.declined:
        return Ending("safe_fallback")
    if not run.answer.text and not run.release.shown:
        raise DeadlineExceeded
    slow_path.withdraw(run, DeadlineExceeded.code)
    return Ending("withheld")


def _fixed_text(run: Run, outcome: str) -> str:
    """What is said in place of an answer."""
    if outcome == "safe_fallback":
        return wording.SAFE_FALLBACK
    if outcome == "human_review":
        return wording.HUMAN_REVIEW
    if run.gate is not None:
        return wording.WITHHELD_ANSWER
    return wording.UNCHECKED_QUERY if "query_safety" in run.degraded else wording.WITHHELD_QUERY


def _end(run: Run, ending: Ending) -> None:
    """The terminal event and the measurements: the last two events of every run."""
    answered = ending.outcome == "answered"
    run.channel.let_go()
    if answered:
        final = FinalAnswer(
            complete=run.answer.complete,
            outcome="answered",
            answer=run.answer.text,
            groundedness_score=ending.groundedness,
            worst_claim_score=ending.worst_claim,
            safety_pass=run.answer.checked_safe,
            citations=tuple(run.answer.citations),
            degraded=tuple(run.degraded),
        )
    else:
        final = FinalAnswer(
            complete=True,
            outcome=ending.outcome,
            answer=_fixed_text(run, ending.outcome),
            groundedness_score=0.0,
            safety_pass=ending.outcome != "withheld",  # the words are ours
            safe_fallback=ending.outcome == "safe_fallback",
            degraded=tuple(run.degraded),
        )
    run.channel.emit(final)
    run.channel.emit(measure(run.channel.log, run.spans, run.request.strategy, refined=ending.refined))


def _end_with_error(run: Run, cause: BaseException) -> None:
    """A run that cannot reach an outcome says so, in fixed words."""
    if run.release.shown and not run.answer.checked_safe:
        slow_path.withdraw(run, "the run failed before the text was checked")
    error = cause if isinstance(cause, RagError) else RagError()
    failed = [span.stage for span in run.spans if span.outcome == "failed"]
    run.channel.let_go()
    run.channel.emit(
        ErrorReport(
            code=error.code, message=str(error), stage=failed[-1] if failed else None, retryable=error.retryable
        )
    )
    run.channel.emit(measure(run.channel.log, run.spans, run.request.strategy, refined=False))
