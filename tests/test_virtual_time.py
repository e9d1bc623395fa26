"""Virtual time: exact, in order, never early, loud instead of hanging, and closed to the real world."""

from __future__ import annotations

import asyncio
import contextvars
import random
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import anyio
import pytest

from mocks.virtual_time import (
    Deadlock,
    FencedOperation,
    Livelock,
    VirtualTimeError,
    VirtualTimeExceeded,
    VirtualTimeLoop,
    run_virtual,
)

Log = list[tuple[str, float]]


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def sleep_through(delays_s: list[float]) -> float:
    for delay_s in delays_s:
        await asyncio.sleep(delay_s)
    return now_s()


@pytest.mark.parametrize(
    ("delays_s", "end_s"), [([0.4, 0.7, 0.3], 1.4), ([1.4] + [0.02] * 299, 7.38), ([0.0001] * 100_000, 10.0)]
)
def test_sums_of_sleeps_are_exact(delays_s: list[float], end_s: float) -> None:
    """0.4 + 0.7 + 0.3 is 1.4, where adding the floats gives 1.4000000000000001; more steps do not add more error."""
    assert run_virtual(lambda: sleep_through(delays_s)) == end_s


def test_tasks_due_at_one_instant_wake_in_the_order_in_which_they_went_to_sleep() -> None:
    """Equal deadlines are first in, first out, also when they were reached by different sums."""

    async def main() -> list[int]:
        woken: list[int] = []

        async def sleeper(number: int) -> None:
            await sleep_through([0.1, 0.2])
            woken.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(sleeper(number))
            await asyncio.sleep(0.3)  # the same instant in one step, so set before the others' second sleep
            woken.append(-1)
        return woken

    assert run_virtual(main) == [-1, *range(20)]


def test_timers_share_one_order_and_never_turn_the_clock_back() -> None:
    """`call_at` and `call_later` are one queue; what is already past runs now, at the time it is now."""

    async def main() -> Log:
        loop, log = asyncio.get_running_loop(), Log()
        for set_timer, when_s, name in [(loop.call_at, 2, "a"), (loop.call_later, 2, "b"), (loop.call_at, 2, "c")]:
            set_timer(when_s, lambda name=name: log.append((name, now_s())))
        await asyncio.sleep(2)
        loop.call_at(1, lambda: log.append(("past", now_s())))
        await asyncio.sleep(1)
        return log

    assert run_virtual(main) == [("a", 2.0), ("b", 2.0), ("c", 2.0), ("past", 2.0)]


def odd_floats() -> list[float]:
    rng = random.Random("odd deadlines")
    return [rng.uniform(1e-9, 1.0) for _ in range(2000)]


def test_no_timer_runs_early() -> None:
    """When a timer runs, the clock is at or past its deadline, to the last bit."""

    async def main() -> list[float]:
        loop, slack_s, timers = asyncio.get_running_loop(), list[float](), list[asyncio.TimerHandle]()
        for number, when_s in enumerate(odd_floats()):
            set_timer = loop.call_at if number % 2 else loop.call_later
            timers.append(set_timer(when_s, lambda number=number: slack_s.append(now_s() - timers[number].when())))
        await asyncio.sleep(1)
        return slack_s

    assert run_virtual(main) == [0.0] * 2000


def test_anyio_deadlines_at_odd_floats_end_on_time() -> None:
    """anyio arms a timer again until its deadline has passed; on a clock that rounds down that would never end."""

    async def main() -> list[float]:
        late_s = []
        for timeout_s in odd_floats():
            with anyio.move_on_after(timeout_s) as scope:
                await anyio.sleep_forever()
            late_s.append(now_s() - scope.deadline)
        return late_s

    assert run_virtual(main, max_callbacks=50) == [0.0] * 2000


def test_a_timeout_cuts_at_its_deadline_and_one_left_in_time_leaves_no_trace() -> None:
    """The cut comes at 1.25 s exactly; a timer that is not wanted any more does not move the clock."""

    async def main() -> float:
        with suppress(TimeoutError):
            async with asyncio.timeout(1.25):
                await asyncio.sleep(100)
        async with asyncio.timeout(1000):
            return await sleep_through([0.5, 0.5])

    assert run_virtual(main) == 2.25


def test_a_cancelled_task_cleans_up_in_virtual_time() -> None:
    """It hears of the cancellation at that instant, may wait in `finally`, and is done when that is over."""

    async def worker(log: Log) -> None:
        try:
            await asyncio.sleep(100)
        finally:
            log.append(("cancelled", now_s()))
            log.append(("clean", await sleep_through([0.25])))

    async def main() -> Log:
        log = Log()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(worker(log))
            await asyncio.sleep(1)
            task.cancel()
        return [*log, ("done" if task.cancelled() else "alive", now_s())]

    assert run_virtual(main) == [("cancelled", 1.0), ("clean", 1.25), ("done", 1.25)]


def test_a_cancelled_handle_never_runs() -> None:
    """Neither a timer nor a ready callback runs after `cancel`, not even when it was cancelled as it fell due."""

    async def main() -> list[str]:
        loop, log, handles = asyncio.get_running_loop(), list[str](), list[asyncio.Handle]()
        loop.call_later(1, lambda: handles[0].cancel())
        handles.append(loop.call_later(1, log.append, "same instant"))
        loop.call_soon(log.append, "soon").cancel()
        await asyncio.sleep(5)
        return log

    assert run_virtual(main) == []


def test_context_task_factory_errors_and_debug_work_as_in_asyncio() -> None:
    """A timer runs in the context it was set in, tasks come from the factory, nobody's errors reach the handler."""
    variable, seen = contextvars.ContextVar("variable", default="outside"), list[object]()

    def factory(loop: Any, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=loop, **options | {"name": "from the factory"})

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        loop.set_exception_handler(lambda _, context: seen.append(type(context["exception"])))
        variable.set("inside")
        loop.call_later(1, lambda: seen.append(variable.get()))
        loop.call_later(2, lambda: 1 // 0)
        variable.set("too late")
        async with asyncio.TaskGroup() as group:
            seen.append(group.create_task(asyncio.sleep(3)).get_name())
        seen.append(loop.get_debug())

    with asyncio.Runner(loop_factory=VirtualTimeLoop, debug=True) as runner:
        runner.run(main())

    assert seen == ["from the factory", "inside", ZeroDivisionError, True]


async def ticking(log: Log, name: str) -> AsyncIterator[int]:
    try:
        for tick in range(100):
            yield tick
            await asyncio.sleep(1)
    finally:
        log.append((name, await sleep_through([0.5])))


def test_async_generators_are_finalised() -> None:
    """One that is abandoned ends at once, its `finally` awaited; those still held end with the run, oldest first."""
    log, held = Log(), list[AsyncIterator[int]]()

    async def main() -> None:
        async for tick in ticking(log, "abandoned"):
            if tick == 2:
                break
        await asyncio.sleep(1)
        for name in ("held first", "held second", "held third"):
            held.append(ticking(log, name))
            await anext(held[-1])

    run_virtual(main)

    assert log == [("abandoned", 2.5), ("held first", 3.5), ("held second", 4.0), ("held third", 4.5)]


def test_a_deadlock_names_the_tasks_and_where_they_wait() -> None:
    """Two tasks that wait for each other end the run at once, and still clean up."""
    log = Log()

    async def wait_then_set(awaited: asyncio.Event, given: asyncio.Event) -> None:
        try:
            await awaited.wait()
            given.set()
        finally:
            log.append(("clean", await sleep_through([1])))

    async def main() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        asyncio.get_running_loop().call_later(10, print).cancel()  # nobody waits for this one any more
        async with asyncio.TaskGroup() as group:
            group.create_task(wait_then_set(first, second), name="fast path")
            group.create_task(wait_then_set(second, first), name="slow path")

    with pytest.raises(Deadlock, match=r"at 0 s.*'fast path' > .*wait_then_set \(test_.*Event\.wait.*'slow path'"):
        run_virtual(main)
    assert log == [("clean", 1.0), ("clean", 1.0)]


def test_what_spins_at_one_instant_is_a_livelock() -> None:
    """A poll that never lets time pass is named; the cap counts per instant, so a long run is none."""

    async def poll() -> None:
        while now_s() < 1:
            await asyncio.sleep(0)

    assert run_virtual(lambda: sleep_through([0.01] * 500), max_callbacks=10) == 5.0
    with pytest.raises(Livelock, match=r"1000 callbacks.*poll \(test_virtual_time"):
        run_virtual(poll, max_callbacks=1000)


@pytest.mark.parametrize(("delay_s", "cap_s"), [(60.0, {}), (60.0, {"max_virtual_s": 3599.0}), (float("inf"), {})])
def test_waiting_without_end_meets_the_cap(delay_s: float, cap_s: dict[str, float]) -> None:
    """An hour of virtual time, or what was given; the message tells the next timer and who waits for it."""
    with pytest.raises(VirtualTimeExceeded, match=r"set for (3600|3660|inf) s .*sleep_through"):
        run_virtual(lambda: sleep_through([delay_s] * 100), **cap_s)


REAL_THINGS: dict[str, Callable[[asyncio.AbstractEventLoop], Any]] = {
    "network": lambda _: asyncio.open_connection("127.0.0.1", 9),
    "network, by anyio": lambda _: anyio.connect_tcp("127.0.0.1", 9),
    "threads": lambda _: asyncio.to_thread(print),
    "subprocesses": lambda _: asyncio.create_subprocess_exec("true"),
    "file descriptors": lambda loop: loop.add_reader(0, print),
    "signals": lambda loop: loop.add_signal_handler(2, print),
}


@pytest.mark.parametrize("real_thing", REAL_THINGS)
@pytest.mark.parametrize("caught", [(), Exception])
def test_the_fence_is_loud_even_if_the_error_is_caught(real_thing: str, caught: Any) -> None:
    """Code that turns every error into a fallback cannot make a run look sound that touched the real world."""

    async def main() -> None:
        with suppress(caught):
            await REAL_THINGS[real_thing](asyncio.get_running_loop())

    with pytest.raises(FencedOperation, match=real_thing.split(",", maxsplit=1)[0] + ".*mock"):
        run_virtual(main)


def test_another_thread_cannot_call_in() -> None:
    """The call is refused where it is made, and fails the run; the loop's own thread may call."""
    refused: list[object] = []

    def call_in(loop: asyncio.AbstractEventLoop) -> None:
        with pytest.raises(FencedOperation, match="other threads"):
            loop.call_soon_threadsafe(print)
        refused.append("in the thread")

    async def main() -> None:
        asyncio.get_running_loop().call_soon_threadsafe(refused.append, "not here")
        outsider = threading.Thread(target=call_in, args=[asyncio.get_running_loop()])
        outsider.start()
        outsider.join()

    with pytest.raises(FencedOperation, match="other threads"):
        run_virtual(main)
    assert refused == ["in the thread", "not here"]


def test_every_method_of_a_loop_is_written_or_refused() -> None:
    """Nothing that asyncio defines for a loop, in this Python, is left to its silent default."""
    missing = {name for name in vars(asyncio.AbstractEventLoop) if not name.startswith("__")} - set(
        vars(VirtualTimeLoop)
    )

    assert missing == set()


async def busy_scene() -> Log:
    """Eight producers with seeded gaps, ties, timeouts and a cancellation: many chances to come out in another order."""
    queue: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def produce(name: str) -> None:
        rng = random.Random(f"scene/{name}")
        for _ in range(50):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await asyncio.sleep(rng.choice([0.01, 0.02, 0.04, 0.08]))
            queue.put_nowait((name, now_s()))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(produce(f"producer {number}")) for number in range(8)]
        await asyncio.sleep(1)
        tasks[3].cancel()
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_the_same_run_twice_gives_the_same_log() -> None:
    """Each run starts at 0.0 s; order and times agree line by line, and there are ties to get wrong."""
    first, second = run_virtual(busy_scene), run_virtual(busy_scene)

    assert first == second
    assert len({at_s for _, at_s in first}) < len(first) / 2


def test_a_run_inside_a_running_loop_is_refused() -> None:
    """The message says what to do, `main` is never called, and the outer loop goes on, real or virtual."""

    async def outer() -> str:
        with pytest.raises(VirtualTimeError, match=r"running in this thread.*synchronous"):
            run_virtual(lambda: pytest.fail("main was called"))
        await asyncio.sleep(0)
        return "outer goes on"

    with asyncio.Runner() as runner:
        assert runner.run(outer()) == run_virtual(outer) == "outer goes on"


def test_a_run_closes_what_it_opened_and_leaves_the_thread_as_it_was() -> None:
    """Tasks left behind clean up, the loop is closed, and the thread's own loop and hooks are what they were."""
    log, tasks, own_loop = Log(), list[asyncio.Task[None]](), asyncio.new_event_loop()

    async def straggler() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            log.append(("straggler", await sleep_through([0.5])))

    async def main() -> asyncio.AbstractEventLoop:
        tasks.append(asyncio.create_task(straggler()))
        await asyncio.sleep(1)
        return asyncio.get_running_loop()

    asyncio.set_event_loop(own_loop)
    hooks = sys.get_asyncgen_hooks()
    try:
        loop = run_virtual(main)
        assert asyncio.get_event_loop() is own_loop
        assert sys.get_asyncgen_hooks() == hooks
    finally:
        asyncio.set_event_loop(None)
        own_loop.close()

    assert log == [("straggler", 1.5)]
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(print)
