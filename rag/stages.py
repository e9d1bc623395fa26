"""One stage: the events around a piece of work, its budget, and its error. And how stages hand values to each other.

Everything here runs inside the owner task of a run (see `rag.stream`), where a timeout is safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from rag import wording
from rag.errors import RagError, StageTimeout
from rag.run import Run
from rag.values import Claim, ScoredPassage, StageName

T = TypeVar("T")

Work = Callable[[], Awaitable[T]]
"""A callable, not a coroutine object: one that is handed to a task cancelled before its first step would never be
awaited, and Python complains about that."""


async def stage(
    run: Run,
    name: StageName,
    work: Work[T],
    *,
    message: str,
    done: Callable[[T], str],
    passages: Callable[[T], list[ScoredPassage]] | None = None,
    budget_s: float | None = None,
) -> T:
    """Run `work` as a stage: *started*, then exactly one of *finished*, *failed* or *skipped* (when cancelled).

    `budget_s` overrides the stage's budget from the settings. Raises what `work` raises if that is a `RagError`, and
    `StageTimeout` when the budget is spent.
    """
    run.begin(name, message)
    try:
        result = await within(budget_s or run.settings.budgets.of(name), work)
    except RagError as error:
        run.fail(name, error)
        raise
    except asyncio.CancelledError:
        run.drop(name)
        raise
    except Exception:
        run.fail(name, RagError())
        raise
    run.finish(name, done(result), passages(result) if passages else None)
    return result


async def optional(
    run: Run,
    name: StageName,
    work: Work[T],
    *,
    message: str,
    done: Callable[[T], str],
    passages: Callable[[T], list[ScoredPassage]] | None = None,
    budget_s: float | None = None,
) -> T | None:
    """A stage that the answer can do without: a failure is named in `degraded` and becomes None."""
    try:
        return await stage(run, name, work, message=message, done=done, passages=passages, budget_s=budget_s)
    except RagError:
        run.degrade(name)
        return None


async def within(budget_s: float, work: Work[T]) -> T:
    """Await `work` for `budget_s` seconds at most. Raises `StageTimeout`."""
    try:
        async with asyncio.timeout(budget_s):
            return await work()
    except TimeoutError:
        raise StageTimeout from None


async def twice(work: Work[T]) -> T:
    """Try once more after a failure that may pass."""
    try:
        return await work()
    except RagError as error:
        if not error.retryable:
            raise
    return await work()


class Handoff(Generic[T]):
    """A value that one path leaves for the other.

    The slow path must never await the fast path's *task*: asyncio hands a waiter's cancellation on to the task it
    awaits, so a slow stage that runs out of time would kill the draft. Waiting for an event kills nobody.
    """

    def __init__(self) -> None:
        self._ready = asyncio.Event()
        self._value: list[T] = []

    def leave(self, value: T) -> None:
        """Hand the value over, once."""
        self._value.append(value)
        self._ready.set()

    async def take(self) -> T:
        """The value, as soon as it is there; any number of takers."""
        await self._ready.wait()
        return self._value[0]


class ClaimFeed:
    """The sentences of the draft, handed over one by one as they are completed."""

    def __init__(self, finished: Sequence[Claim] | None = None) -> None:
        """`finished`: all the sentences, when there will be no others."""
        self._queue: asyncio.Queue[Claim | None] = asyncio.Queue()
        if finished is not None:
            for claim in finished:
                self.put(claim)
            self.close()

    def put(self, claim: Claim) -> None:
        """A sentence is complete."""
        self._queue.put_nowait(claim)

    def close(self) -> None:
        """There will be no more sentences."""
        self._queue.put_nowait(None)

    async def claims(self) -> AsyncGenerator[Claim]:
        """The sentences in order, until the feed is closed."""
        while (claim := await self._queue.get()) is not None:
            yield claim


async def heartbeat(run: Run) -> None:
    """Break every silence: name what is awaited, so that people see life and a lost reader is noticed."""
    if run.channel.silent:
        return  # a blocking pipeline has no pulse: that is what is wrong with it
    loop = asyncio.get_running_loop()
    silence_s = run.settings.budgets.heartbeat_s
    while True:
        await asyncio.sleep(max(0.0, run.channel.last_emit_s + silence_s - loop.time()))
        if loop.time() - run.channel.last_emit_s >= silence_s - 1e-6:
            awaited: list[StageName] = list(run.running) or ["generation"]
            run.wait(wording.waiting([str(name) for name in awaited]), awaited[0])
