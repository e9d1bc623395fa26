"""The open streams of one process: how many there may be, how one begins and ends, how all of them are ended at once.

Knows the response object of the web framework and the event loop; not how a request is read or a question answered.

The lesson of this file is who cleans up. A framework tells a stream that its reader left by cancelling it, and may
cancel every later await as well (anyio does), so that a run cannot let go in order; a body that never began is not
told at all. Here one method, `EventStream.__call__`, takes a place, opens the run, ends both in order, and hears of
the reader's leaving as one plain cancellation.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import NoReturn

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from rag.ending import ending
from rag.errors import RagError, ServerShutdown
from rag.events import ErrorEvent, FinalAnswerEvent, StreamEvent, to_sse
from rag.ports import OpenRun
from rag.values import RunRequest

logger = logging.getLogger(__name__)

SEND_TIMEOUT_S = 15.0
"""A reader who takes nothing for so long (at most twice as long) has left without saying so."""

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
"""Nobody between us and the reader may keep events back; the second one is for nginx."""


class Overloaded(RagError):
    """All streams are taken. Waiting in line would only hide it: the caller is told at once."""

    code = "overloaded"
    retryable = True
    default_message = "Too many answers are being written right now. Please try again in a moment."


class Admission:
    """Counts the open streams and refuses the one too many. No lock: one event loop, no await between look and take."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open_streams = 0
        self.runs: Counter[str] = Counter()
        """Ended runs by outcome: those of `final_answer`, `error`, or `abandoned` when the reader left."""

    def check(self) -> None:
        """Raises `Overloaded` when there is no room."""
        if self.open_streams >= self.limit:
            raise Overloaded

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Hold one place for as long as the block runs. Raises `Overloaded` instead of waiting for one."""
        self.check()
        self.open_streams += 1
        try:
            yield
        finally:
            self.open_streams -= 1


class Drain:
    """Tells every open stream at once that the server is going down.

    A stream that waits for its next event must hear of it in that moment, not at the next heartbeat. Each wait runs
    under a timeout without a deadline; `start` sets all those deadlines to now. So there is no second task per
    stream, no race between an event and a flag, and nothing to poll.
    """

    def __init__(self) -> None:
        self.started = False
        self._waits: set[asyncio.Timeout] = set()

    def start(self) -> None:
        """From now on no stream gets another event of its run. Call it on the event loop."""
        if self.started:
            return
        self.started = True
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            wait.reschedule(now)

    async def next_event(self, run: AsyncGenerator[StreamEvent]) -> StreamEvent | None:
        """The run's next event, None at its end. Raises `ServerShutdown` as soon as the drain starts.

        The run is cancelled then, and has let go of everything when this raises.
        """
        if self.started:
            raise ServerShutdown
        try:
            async with asyncio.timeout(None) as wait:
                self._waits.add(wait)
                return await anext(run)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if wait.expired():
                raise ServerShutdown from None
            raise
        finally:
            self._waits.discard(wait)


class EventStream(StreamingResponse):
    """One run on its way to one reader, as `text/event-stream`.

    Starlette iterates the body; this class decides when it begins and who is told when it ends.
    """

    def __init__(self, open_run: OpenRun, request: RunRequest, admission: Admission, drain: Drain) -> None:
        # Called here and not later: what it refuses must become an HTTP error. Nothing runs before the first `anext`.
        self._run = open_run(request)
        self._strategy = request.strategy
        self._admission = admission
        self._drain = drain
        self._log: list[StreamEvent] = []
        self._frames = self._frames_of_the_run()
        super().__init__(self._frames, media_type="text/event-stream", headers=STREAM_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Raises `Overloaded`, `ServerShutdown` or the run's own error while nothing has been sent."""
        with self._admission.stream():
            async with aclosing(self._run):
                await self._open()
                async with aclosing(self._frames):
                    await self._deliver(receive, send)

    async def _open(self) -> None:
        """Wait for the first event, which precedes all work: what fails before it is no stream yet."""
        first = await self._drain.next_event(self._run)
        if first is None:
            raise RuntimeError("a run ended without a single event")
        self._log.append(first)
        self._origin_s = asyncio.get_running_loop().time() - first.elapsed_ms / 1000

    async def _deliver(self, receive: Receive, send: Send) -> None:
        """Send the body while listening for the reader's leaving, which cancels the sending once."""
        watched = WatchedSend(send)
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [group.create_task(_until_disconnect(receive)), group.create_task(watched.until_stalled())]
                await self.stream_response(watched)
                for watcher in watchers:
                    watcher.cancel()
        except* ClientDisconnect:
            pass  # nobody is left to tell
        finally:
            self._admission.runs[_outcome(self._log)] += 1

    async def _frames_of_the_run(self) -> AsyncGenerator[str]:
        yield to_sse(self._log[0])
        error = RagError()  # for a run that just stops: a bug, like all that is not a RagError
        try:
            while (event := await self._drain.next_event(self._run)) is not None:
                self._log.append(event)
                yield to_sse(event)
        except RagError as known:
            error = known
        except Exception:  # the reader is owed an end by the rules whatever the bug; the log gets the traceback
            logger.exception("run %s broke off", self._log[0].request_id)
        await self._run.aclose()
        for owed in self._owed(error):
            self._log.append(owed)
            yield to_sse(owed)

    def _owed(self, error: RagError) -> list[StreamEvent]:
        elapsed_ms = round((asyncio.get_running_loop().time() - self._origin_s) * 1000)
        return ending(self._log, strategy=self._strategy, error=error, elapsed_ms=elapsed_ms)


def _outcome(log: Sequence[StreamEvent]) -> str:
    for event in reversed(log):
        if isinstance(event, FinalAnswerEvent):
            return event.payload.outcome
        if isinstance(event, ErrorEvent):
            return "error"
    return "abandoned"


async def _until_disconnect(receive: Receive) -> NoReturn:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


class WatchedSend:
    """`send` that knows whether it hangs: a reader who does not read is a reader who left.

    One look at it every `SEND_TIMEOUT_S` costs nothing; a timeout around every send is a timer per event.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = 0
        self._sending = False

    async def __call__(self, message: Message) -> None:
        """Send. Raises `ClientDisconnect` when the connection is broken."""
        self._begun += 1
        self._sending = True
        try:
            await self._send(message)
        except OSError:
            raise ClientDisconnect from None
        self._sending = False

    async def until_stalled(self) -> NoReturn:
        """Raises `ClientDisconnect` when one message has been on its way for too long."""
        while True:
            begun = self._begun
            await asyncio.sleep(SEND_TIMEOUT_S)
            if self._sending and self._begun == begun:
                raise ClientDisconnect


class LoopLag:
    """How late the event loop runs its timers: the one figure that shows a blocking call somewhere in the process."""

    INTERVAL_S = 0.05

    def __init__(self) -> None:
        self._lags_s: deque[float] = deque([0.0], maxlen=200)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Measure from now on; each measurement arms the next."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.INTERVAL_S, self._measure, loop, loop.time() + self.INTERVAL_S)

    def _measure(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        self._lags_s.append(loop.time() - due_s)
        self.start()

    def stop(self) -> None:
        """No more measurements."""
        if self._timer:
            self._timer.cancel()

    def p99_ms(self) -> float:
        """99th percentile of the last ten seconds, in milliseconds."""
        return round(sorted(self._lags_s)[int(len(self._lags_s) * 0.99)] * 1000, 3)
