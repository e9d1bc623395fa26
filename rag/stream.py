"""One run, one owner task, one channel, one thin iterator: how a pipeline becomes an async generator of events.

The lesson of this file. The obvious version runs the pipeline inside the generator itself:

    async def answer(question):
        async with asyncio.TaskGroup() as group:          # hazard: open across a yield
            slow = group.create_task(slow_path(question))
            async for token in draft(question):
                yield token                               # the reader's code runs *inside* our task group

It works until a reader leaves. A web framework then closes the generator, often from another task and sometimes
only when it is garbage collected: cancellation lands in whatever the reader was doing, the group raises
`BaseExceptionGroup([GeneratorExit])`, the slow path lives on (PEP 789 tells the story; `tests/test_naive.py` shows it).

So here the generator owns nothing but a channel. The work runs in one *owner task*, where task groups and timeouts
are safe; it emits into the channel and never waits for the reader. The generator forwards what arrives. When it is
closed, by whomever, it cancels the owner and waits, for a bounded time, until everything is gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

from rag.errors import RagError, leading_cause
from rag.events import AnyPayload, StreamEvent, envelope

logger = logging.getLogger(__name__)

Body = Callable[["Channel"], Awaitable[None]]
Failure = Callable[["Channel", BaseException], None]
OnEnd = Callable[[Sequence[StreamEvent]], None]


class Channel:
    """Where a run emits its events. Stamps each one on emit, so that a slow reader never distorts the times.

    `emit` is a plain function: it can neither block nor be cancelled, and a slow browser cannot slow the pipeline
    it is measuring. The price is an unbounded queue, so a run may emit `max_events` at most; more is a bug.
    """

    def __init__(self, request_id: str, started_at: datetime | None, max_events: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._origin = self._loop.time()
        self._wake = asyncio.Event()
        self._withheld: list[AnyPayload] | None = None
        self._closed = False
        self._max_events = max_events
        self.request_id = request_id
        self.started_at = started_at or datetime.now(UTC)
        self.log: list[StreamEvent] = []
        self.delivered = 0
        self.last_emit_s = self._origin

    def elapsed_ms(self) -> int:
        """Milliseconds since the request, by the loop's monotonic clock."""
        return round((self._loop.time() - self._origin) * 1000)

    def emit(self, payload: AnyPayload) -> None:
        """Stamp a payload and hand it to the reader. After `close` it goes nowhere: the reader has left."""
        if self._withheld is not None:
            self._withheld.append(payload)
        elif not self._closed:
            self._push(payload)

    def _push(self, payload: AnyPayload) -> None:
        if len(self.log) == self._max_events:
            self._max_events = -1  # said once: the events that end the run still have to go out
            raise RuntimeError("a run emitted more events than it may")
        self.log.append(
            envelope(
                payload,
                request_id=self.request_id,
                started_at=self.started_at,
                seq=len(self.log),
                elapsed_ms=self.elapsed_ms(),
            )
        )
        self.last_emit_s = self._loop.time()
        self._wake.set()

    def withhold(self) -> None:
        """Keep everything back until `let_go`: the silence of a blocking pipeline."""
        self._withheld = []

    def let_go(self) -> None:
        """Emit what was withheld, stamped now, because now is when a reader gets it."""
        payloads, self._withheld = self._withheld or [], None
        for payload in payloads:
            self.emit(payload)

    @property
    def silent(self) -> bool:
        """Whether events are being withheld."""
        return self._withheld is not None

    async def receive(self) -> StreamEvent | None:
        """The next event, or None when the run is over and everything has been read."""
        while self.delivered == len(self.log):
            if self._closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        event = self.log[self.delivered]
        self.delivered += 1
        return event

    def close(self) -> None:
        """No more events. Only the owner calls this, once, last."""
        self._closed = True
        self._wake.set()


async def run_stream(
    body: Body,
    *,
    failure: Failure,
    on_end: OnEnd,
    request_id: str,
    started_at: datetime | None = None,
    max_events: int,
    grace_s: float,
) -> AsyncGenerator[StreamEvent]:
    """Run `body` in an owner task and yield what it emits, until it is done or the reader closes the generator.

    `failure` turns an exception of the body into its last events. `on_end` is called once with the events that the
    reader took, whether or not the run came to its end. Nothing starts before the first `anext`.
    """
    channel = Channel(request_id, started_at, max_events)
    # The one bare task of the code base: its owner is this generator, whose `finally` cancels and awaits it.
    owner = asyncio.create_task(_own(body, channel, failure), name=f"rag-run-{request_id}")
    owner.add_done_callback(_retrieve)
    try:
        while (event := await channel.receive()) is not None:
            yield event  # nothing scoped is open here
    finally:
        owner.cancel()  # first and without an await: a second cancellation of ours cannot prevent it
        try:
            await _reap(owner, grace_s)
        finally:
            on_end(channel.log[: channel.delivered])


async def _own(body: Body, channel: Channel, failure: Failure) -> None:
    try:
        await body(channel)
    except Exception as error:
        cause = leading_cause(error)
        if not isinstance(cause, RagError):
            logger.error("run %s failed", channel.request_id, exc_info=cause)
        failure(channel, cause)
    finally:
        channel.close()


async def _reap(owner: asyncio.Task[None], grace_s: float) -> None:
    """Wait for the cancelled owner. `wait` neither raises the task's error nor cancels it a second time."""
    await asyncio.wait({owner}, timeout=grace_s)
    if not owner.done():
        stack = [str(frame) for frame in owner.get_stack(limit=3)]
        logger.error("%s ignores its cancellation, at %s", owner.get_name(), stack)


def _retrieve(owner: asyncio.Task[None]) -> None:
    """Take a failed owner's exception, so that asyncio does not report it a second time from the collector."""
    if not owner.cancelled():
        owner.exception()
