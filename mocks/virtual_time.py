"""Virtual time: an asyncio event loop whose clock jumps to the next timer instead of waiting for it.

Code that waits only with `asyncio.sleep`, `asyncio.timeout` and timers runs here unchanged: the same tasks in the same
order, thirty seconds of waiting in milliseconds of CPU, and the same again on every run. The rules:

* The clock starts at 0.0 s and moves only when no callback is ready; then it jumps to the next timer.
* Timers for the same instant run in the order in which they were set; nothing depends on memory addresses.
* `call_later` snaps to whole nanoseconds, so that 0.4 + 0.7 + 0.3 is 1.4. `call_at` keeps its deadline to the last bit:
  a clock that stops short of a deadline is asked for that deadline again, for ever (anyio re-arms its timers so).
* Nothing real gets in: no sockets, threads, subprocesses or signals. A try fails the run, even if its error is caught.
* What would hang raises, and says which tasks wait, and where.

It does not know how long code takes to compute, and cannot stop what goes round the loop, such as a blocking client.
"""
# ruff: noqa: D102 - asyncio documents the methods of an event loop; where ours differ, they say so.

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from asyncio import Future, Handle, Task
from asyncio import TimerHandle as Timer
from asyncio.base_events import _run_until_complete_cb  # type: ignore[attr-defined]  # private, but in every version
from asyncio.events import _get_running_loop, _set_running_loop
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterator
from contextvars import Context
from functools import partial, partialmethod
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

Ctx = Context | None
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class VirtualTimeError(RuntimeError):
    """Base of what can only go wrong in virtual time: a mistake in the code that runs there, or in how it is run."""


class Deadlock(VirtualTimeError):
    """Nothing is ready and no timer is set: the tasks named in the message would wait for ever."""


class Livelock(VirtualTimeError):
    """Callbacks keep scheduling callbacks at one instant: the clock would never move again."""


class VirtualTimeExceeded(VirtualTimeError):
    """The next timer lies past the cap on virtual time: most likely a poll loop that nothing ends."""


class FencedOperation(VirtualTimeError):
    """Something real was asked of the loop: a socket, a thread, a subprocess, a signal."""


def run_virtual(
    main: Callable[[], Coroutine[Any, Any, T]], *, max_virtual_s: float = 3600.0, max_callbacks: int = 1_000_000
) -> T:
    """Run `main()` to its end in virtual time, on a new loop that starts at 0.0 s, and return its result.

    `max_virtual_s` caps the clock, `max_callbacks` what may run at one instant. What `main` leaves behind is cancelled
    and closed; the thread's own event loop stays as it was. Raises what `main` raises, or a `VirtualTimeError`.
    """
    if _get_running_loop() is not None:
        raise VirtualTimeError("An event loop is running in this thread: call run_virtual() from synchronous code.")
    loop = VirtualTimeLoop(max_virtual_s=max_virtual_s, max_callbacks=max_callbacks)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(main())


class _NumberedTask(Task[Any]):
    """A task whose hash is its number, not its address.

    asyncio keeps tasks in sets. By address, the children of a cancelled group would end in another order on every run.
    """

    def __init__(self, loop: VirtualTimeLoop, coro: Any, **options: Any) -> None:
        self._number = next(loop._numbers)
        super().__init__(coro, loop=loop, **options)

    def __hash__(self) -> int:
        return self._number


class VirtualTimeLoop(asyncio.AbstractEventLoop):
    """The event loop of virtual time; the parameters are those of `run_virtual`, which is the usual way in."""

    def __init__(self, *, max_virtual_s: float = 3600.0, max_callbacks: int = 1_000_000) -> None:
        self._now_s = 0.0
        self._max_virtual_s = self._time_cap_s = max_virtual_s
        self._max_callbacks, self._callbacks_now = max_callbacks, 0
        self._ready: deque[Handle] = deque()
        self._timers: list[tuple[float, int, Timer]] = []  # a heap; the number keeps equal times in order
        self._numbers = count()
        self._thread_id: int | None = None
        self._stopping = self._closed = self._debug = False
        self._breach: FencedOperation | None = None
        self._generators: WeakKeyDictionary[AsyncGenerator[Any, Any], None] = WeakKeyDictionary()  # oldest first
        self._task_factory: Callable[..., Task[Any]] | None = None
        self._exception_handler: Callable[..., object] | None = None

    def time(self) -> float:
        return self._now_s

    def call_soon(self, callback: Callable[[*Ts], object], *args: *Ts, context: Ctx = None) -> Handle:
        self._check_open()
        handle = Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Ctx = None) -> Timer:
        """Call `callback(*args)` in `delay` seconds, on a whole nanosecond: sums of floats must not drift."""
        return self.call_at(round(self._now_s + delay, 9), callback, *args, context=context)

    def call_at(self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Ctx = None) -> Timer:
        """Call `callback(*args)` at exactly `when`, or at once if that has passed."""
        self._check_open()
        timer = Timer(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _timer_handle_cancelled(self, handle: Timer) -> None:
        pass  # it is dropped when it comes up

    def call_soon_threadsafe(self, callback: Callable[[*Ts], object], *args: *Ts, context: Ctx = None) -> Handle:
        """`call_soon`, refused to other threads: they would bring real time in."""
        if self._thread_id not in {None, threading.get_ident()}:
            self._refuse("calls from other threads")
        return self.call_soon(callback, *args, context=context)

    def run_forever(self) -> None:
        """Run until `stop`. Raises a `VirtualTimeError` when nothing can happen any more, or nothing new."""
        self._check_open()
        if _get_running_loop() is not None:
            raise RuntimeError("An event loop is already running in this thread")
        outer_hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._generators.setdefault, self._close_abandoned)
        self._thread_id = threading.get_ident()
        _set_running_loop(self)
        try:
            while not self._stopping:
                self._run_once()
        finally:
            self._stopping, self._thread_id = False, None
            _set_running_loop(None)
            sys.set_asyncgen_hooks(*outer_hooks)

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        """Run until `future` is done; return its result or raise its error, or a `FencedOperation` it swallowed."""
        task: Future[T] = future if asyncio.isfuture(future) else self.create_task(future)
        task.add_done_callback(_run_until_complete_cb)  # stops the loop; anyio knows the root task by it
        try:
            self.run_forever()
            if not task.done():
                raise RuntimeError("Event loop stopped before Future completed")
            if self._breach is not None:
                raise self._breach
            return task.result()
        except (Deadlock, Livelock, VirtualTimeExceeded):
            task.cancel()  # it ends its children in good order; left to asyncio.Runner, all would be cancelled at once
            self.run_forever()
            raise
        finally:
            self._breach = None
            task.remove_done_callback(_run_until_complete_cb)
            if task.done() and not task.cancelled():
                task.exception()  # it counts as seen: the caller gets it, or the breach that led to it

    def _run_once(self) -> None:
        """Run what is ready or due now; what that makes ready is left for the next time."""
        ready, timers = self._ready, self._timers
        while timers and timers[0][2]._cancelled:
            heappop(timers)
        if not ready:
            self._jump()
        while timers and timers[0][0] <= self._now_s:
            ready.append(heappop(timers)[2])
        self._callbacks_now += len(ready)
        if self._callbacks_now > self._max_callbacks:
            self._callbacks_now = 0  # a new allowance, for the clean-up
            raise Livelock(f"Over {self._max_callbacks} callbacks, next {ready[0]}, {_situation(self)}")
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _jump(self) -> None:
        """Move the clock to the next timer, never back."""
        if not self._timers:
            raise Deadlock(f"Nothing is ready and no timer is set {_situation(self)}") from self._breach
        when_s = self._timers[0][0]
        if when_s > self._time_cap_s:
            self._time_cap_s = self._now_s + self._max_virtual_s  # a new allowance, for the clean-up
            raise VirtualTimeExceeded(f"The next timer is set for {when_s:g} s {_situation(self)}")
        if when_s > self._now_s:
            self._now_s, self._callbacks_now = when_s, 0

    def stop(self) -> None:
        self._stopping = True

    def is_running(self) -> bool:
        return self._thread_id is not None

    def close(self) -> None:
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    def is_closed(self) -> bool:
        return self._closed

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("Event loop is closed")

    def create_future(self) -> Future[Any]:
        return Future(loop=self)

    def create_task(self, coro: Any, **options: Any) -> Task[Any]:
        self._check_open()
        return (self._task_factory or _NumberedTask)(self, coro, **options)

    def get_task_factory(self) -> Any:
        return self._task_factory

    def set_task_factory(self, factory: Callable[..., Any] | None) -> None:
        self._task_factory = factory

    def _close_abandoned(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators.pop(generator, None)
        if not self._closed:
            self.call_soon(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self) -> None:
        """Close the async generators that are still open, one after the other, oldest first."""
        generators = list(self._generators)
        self._generators.clear()
        for generator in generators:
            try:
                await generator.aclose()
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the others must be closed as well
                self.call_exception_handler({"message": f"Failed to close {generator!r}", "exception": error})

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncio's own
        pass  # there is none

    def get_exception_handler(self) -> Any:
        return self._exception_handler

    def set_exception_handler(self, handler: Callable[..., object] | None) -> None:
        self._exception_handler = handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        logging.getLogger("asyncio").error("%s: %r", context.get("message"), context, exc_info=context.get("exception"))

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        (self._exception_handler or VirtualTimeLoop.default_exception_handler)(self, context)

    def get_debug(self) -> bool:
        return self._debug

    def set_debug(self, enabled: bool) -> None:
        self._debug = enabled

    def _refuse(self, what: str, *_: object, **__: object) -> NoReturn:
        breach = FencedOperation(f"Virtual time has no {what}: put a mock in its place, or use a real event loop.")
        self._breach = self._breach or breach
        raise breach

    _fenced: Any = partial(partialmethod, _refuse)  # Any, because it stands in for methods of many signatures
    run_in_executor = set_default_executor = _fenced("threads")
    add_signal_handler = remove_signal_handler = _fenced("signals")
    subprocess_shell = subprocess_exec = connect_read_pipe = connect_write_pipe = _fenced("subprocesses and pipes")
    getaddrinfo = getnameinfo = create_connection = create_server = create_datagram_endpoint = _fenced("network")
    create_unix_connection = create_unix_server = connect_accepted_socket = start_tls = sendfile = _fenced("sockets")
    sock_connect = sock_accept = sock_sendall = sock_sendto = sock_sendfile = _fenced("sockets")
    sock_recv = sock_recv_into = sock_recvfrom = sock_recvfrom_into = _fenced("sockets")
    add_reader = remove_reader = add_writer = remove_writer = _fenced("file descriptors")


def _situation(loop: VirtualTimeLoop) -> str:
    """The time, and every unfinished task with the calls that lead to where it waits."""
    tasks = sorted(" > ".join([repr(task.get_name()), *_calls(task.get_coro())]) for task in asyncio.all_tasks(loop))
    return f"at {loop.time():g} s, waiting: {'; '.join(tasks) or 'no task'}"


def _calls(coro: Any) -> Iterator[str]:
    """From a task's own coroutine inwards, as far as it can be seen: an async generator hides what it waits for."""
    while frame := getattr(coro, "cr_frame", None):
        yield f"{frame.f_code.co_qualname} ({Path(frame.f_code.co_filename).name}:{frame.f_lineno})"
        coro = coro.cr_await
