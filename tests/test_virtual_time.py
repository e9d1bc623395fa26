"""Virtual time: exact, in order, never early, loud instead of hanging, and closed to the real world."""

from __future__ import annotations

import asyncio
import contextvars
import random
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import anyio
import pytest

from mocks import virtual_time
from mocks.virtual_time import VirtualTimeLoop, run_virtual

Log = list[tuple[str, float]]


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def sleep_through(delays_s: list[float]) -> float:
    for delay_s in delays_s:
        await asyncio.sleep(delay_s)
    return now_s()


async def wake(log: Log, name: str, delays_s: list[float]) -> None:
    log.append((name, await sleep_through(delays_s)))


async def linger(log: Log, name: str, event: asyncio.Event) -> None:
    try:
        await event.wait()
    finally:
        await wake(log, name, [0.5])


@pytest.mark.parametrize(
    ("delays_s", "end_s"), [([0.4, 0.7, 0.3], 1.4), ([1.4] + [0.02] * 299, 7.38), ([0.0001] * 100_000, 10.0)]
)
def test_sums_of_sleeps_are_exact(delays_s: list[float], end_s: float) -> None:
    """0.4 + 0.7 + 0.3 is 1.4, where adding the floats gives 1.4000000000000001; more steps do not add more error."""
    assert run_virtual(lambda: sleep_through(delays_s)) == end_s


def test_tasks_due_at_one_instant_wake_in_the_order_in_which_they_went_to_sleep() -> None:
    """Equal deadlines are first in, first out, also when they were reached by different sums."""

    async def main() -> Log:
        log = Log()
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(wake(log, f"two steps {number}", [0.1, 0.2]))
            await wake(log, "one step", [0.3])  # set before the others' second sleep
        return log

    assert run_virtual(main) == [("one step", 0.3), *((f"two steps {number}", 0.3) for number in range(20))]


def test_timers_of_both_kinds_share_one_order_and_a_cancelled_one_never_runs() -> None:
    """`call_at` and `call_later` are one queue; `cancel` counts even at the very instant at which the timer is due."""
    loop, log = VirtualTimeLoop(), list[str]()
    loop.call_at(2, log.append, "a")
    loop.call_later(2, lambda: cancelled.cancel())
    loop.call_later(2, log.append, "b")
    cancelled: asyncio.Handle = loop.call_later(2, log.append, "cancelled")
    loop.call_at(2, log.append, "c")
    loop.call_at(2, loop.stop)

    loop.run_forever()
    loop.close()

    assert log == ["a", "b", "c"]


ODD_FLOATS = [random.Random(f"deadline {number}").uniform(1e-9, 1.0) for number in range(2000)]


def test_no_timer_runs_early() -> None:
    """When a timer runs, the clock is at or past its deadline, to the last bit; it is never turned back to it."""

    async def main() -> list[float]:
        loop, slack_s, timers = asyncio.get_running_loop(), list[float](), list[asyncio.TimerHandle]()

        def measure(number: int) -> None:
            slack_s.append(now_s() - timers[number].when())

        for number, when_s in enumerate(ODD_FLOATS):
            timers.append((loop.call_at if number % 2 else loop.call_later)(when_s, measure, number))
        await asyncio.sleep(1)
        timers.append(loop.call_at(0.75, measure, 2000))
        await asyncio.sleep(1)
        return slack_s

    assert run_virtual(main) == [0.0] * 2000 + [0.25]


def test_anyio_deadlines_at_odd_floats_end_on_time() -> None:
    """anyio arms a timer again until its deadline has passed; on a clock that rounds down that would never end."""

    async def main() -> list[float]:
        late_s = []
        for timeout_s in ODD_FLOATS:
            with anyio.move_on_after(timeout_s) as scope:
                await anyio.sleep_forever()
            late_s.append(now_s() - scope.deadline)
        return late_s

    assert run_virtual(main, max_callbacks=50) == [0.0] * 2000


def test_a_cancelled_group_cleans_up_in_virtual_time_and_in_one_order() -> None:
    """Children hear at once and may wait in `finally`. asyncio keeps them in a set: its order must be the same too."""

    async def main() -> Log:
        log = Log()
        with suppress(TimeoutError):
            async with asyncio.timeout(1), asyncio.TaskGroup() as group:
                for number in range(6):
                    group.create_task(linger(log, f"child {number}", asyncio.Event()))
        return [*log, ("group over", now_s())]

    first, *others = [run_virtual(main) for _ in range(50)]

    assert sorted(first) == [*((f"child {number}", 1.5) for number in range(6)), ("group over", 1.5)]
    assert all(other == first for other in others)


def test_contexts_task_factory_errors_and_debug_work_as_in_asyncio() -> None:
    """Callbacks have their own context, a factory makes the tasks, errors nobody awaits reach the handler."""
    variable, seen = contextvars.ContextVar("variable", default="outside"), list[object]()

    def factory(loop: Any, coro: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(coro, loop=loop, **options | {"name": "from the factory"})

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: seen.append(type(context["exception"])))
        variable.set("inside")
        loop.call_later(1, lambda: seen.append(variable.get()))
        loop.call_soon(lambda: seen.append(variable.get()), context=contextvars.Context())
        loop.call_later(2, lambda: 1 // 0)
        variable.set("too late")
        loop.set_task_factory(factory)
        async with asyncio.TaskGroup() as group:
            seen.extend([loop.get_debug(), group.create_task(asyncio.sleep(3)).get_name()])

    with asyncio.Runner(loop_factory=VirtualTimeLoop, debug=True) as runner:
        runner.run(main())

    assert seen == [True, "from the factory", "outside", "inside", ZeroDivisionError]


async def ticking(log: Log, name: str) -> AsyncIterator[int]:
    try:
        for tick in range(100):
            yield tick
            await asyncio.sleep(1)
    finally:
        await wake(log, name, [0.5])


def test_async_generators_are_finalised() -> None:
    """One that is abandoned ends at once, its `finally` awaited; those still held end with the run, oldest first."""
    log = Log()
    held = [ticking(log, f"held {number}") for number in range(3)]

    async def main() -> None:
        async for tick in ticking(log, "abandoned"):
            if tick == 2:
                break
        await asyncio.sleep(1)
        for generator in held:
            await anext(generator)

    run_virtual(main)

    assert log == [("abandoned", 2.5), ("held 0", 3.5), ("held 1", 4.0), ("held 2", 4.5)]


def test_a_deadlock_names_the_tasks_and_where_they_wait() -> None:
    """Waiting for what never comes ends the run at once, whatever timers were cancelled, and the tasks clean up."""
    log = Log()

    async def main() -> None:
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(10, event.set).cancel()
        async with asyncio.TaskGroup() as group:
            group.create_task(linger(log, "fast is clean", event), name="fast")
            group.create_task(linger(log, "slow is clean", event), name="slow")

    with pytest.raises(virtual_time.Deadlock, match=r"at 0 s.*'fast' > linger \(test_.*Event\.wait.*'slow'") as caught:
        run_virtual(main)
    assert caught.value.__context__ is None  # no second deadlock on the way out
    assert sorted(log) == [("fast is clean", 0.5), ("slow is clean", 0.5)]


def test_what_spins_at_one_instant_is_a_livelock() -> None:
    """A task that never lets time pass is named; the cap counts per instant, so a long run is none."""
    assert run_virtual(lambda: sleep_through([0.01] * 500), max_callbacks=10) == 5.0
    with pytest.raises(virtual_time.Livelock, match=r"1000 callbacks.*sleep_through \(test_virtual_time"):
        run_virtual(lambda: sleep_through([0.0] * 5000), max_callbacks=1000)


@pytest.mark.parametrize(("delay_s", "cap_s"), [(60.0, 3600.0), (60.0, 3599.0), (float("inf"), 3600.0)])
def test_waiting_without_end_meets_the_cap(delay_s: float, cap_s: float) -> None:
    """The message tells the next timer and who waits for it; an infinite sleep is caught at once."""
    with pytest.raises(virtual_time.VirtualTimeExceeded, match=r"set for (3600|3660|inf) s .*sleep_through"):
        run_virtual(lambda: sleep_through([delay_s] * 100), max_virtual_s=cap_s)


REAL_THINGS: dict[str, Callable[[asyncio.AbstractEventLoop], Any]] = {
    "network": lambda _: asyncio.open_connection("127.0.0.1", 9),
    "network, by anyio": lambda _: anyio.connect_tcp("127.0.0.1", 9),
    "calls from other threads": lambda loop: ThreadPoolExecutor(1).submit(loop.call_soon_threadsafe, print).result(),
    "threads": lambda _: asyncio.to_thread(print),
    "subprocesses": lambda _: asyncio.create_subprocess_exec("true"),
    "signals": lambda loop: loop.add_signal_handler(2, print),
}


@pytest.mark.parametrize("real_thing", REAL_THINGS)
@pytest.mark.parametrize("caught", [(), Exception])
def test_the_fence_is_loud_even_if_the_error_is_caught(real_thing: str, caught: Any) -> None:
    """Code that turns every error into a fallback cannot make a run look sound that touched the real world."""

    async def main() -> None:
        with suppress(caught):
            await REAL_THINGS[real_thing](asyncio.get_running_loop())

    with pytest.raises(virtual_time.FencedOperation, match=real_thing.split(",", maxsplit=1)[0] + ".*mock"):
        run_virtual(main)


def test_every_method_of_a_loop_is_written_or_refused() -> None:
    """Nothing that asyncio defines for a loop, in this Python, is left to its silent default."""
    assert {name for name in vars(asyncio.AbstractEventLoop) if name[:2] != "__"} <= vars(VirtualTimeLoop).keys()


async def busy_scene() -> Log:
    """Eight producers with seeded gaps, ties and timeouts: many chances to come out in another order."""
    log = Log()

    async def produce(name: str) -> None:
        rng = random.Random(f"scene/{name}")
        for _ in range(50):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await asyncio.sleep(rng.choice([0.01, 0.02, 0.04, 0.08]))
            log.append((name, now_s()))

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(produce(f"producer {number}"))
    return log


def test_the_same_run_twice_gives_the_same_log() -> None:
    """Each run starts at 0.0 s; order and times agree line by line, and there are ties to get wrong."""
    first, second = run_virtual(busy_scene), run_virtual(busy_scene)

    assert first == second
    assert len({at_s for _, at_s in first}) < len(first) / 2


def test_a_run_inside_a_running_loop_is_refused() -> None:
    """The message says what to do, `main` is never called, and the outer loop goes on, real or virtual."""

    async def outer() -> str:
        with pytest.raises(virtual_time.VirtualTimeError, match=r"running in this thread.*synchronous"):
            run_virtual(lambda: pytest.fail("main was called"))
        with pytest.raises(RuntimeError, match="already running"):
            VirtualTimeLoop().run_forever()
        return "outer goes on"

    with asyncio.Runner() as runner:
        assert runner.run(outer()) == run_virtual(outer) == "outer goes on"


def test_a_run_closes_what_it_opened_and_leaves_the_thread_as_it_was() -> None:
    """A task left behind cleans up, the loop is closed, and the thread's own loop and hooks are what they were."""
    log, tasks, own_hooks = Log(), list[object](), sys.get_asyncgen_hooks()

    async def main() -> asyncio.AbstractEventLoop:
        tasks.append(asyncio.create_task(linger(log, "left behind", asyncio.Event())))
        await asyncio.sleep(1)
        return asyncio.get_running_loop()

    with asyncio.Runner() as own:
        loop = run_virtual(main)
        assert (asyncio.get_event_loop(), sys.get_asyncgen_hooks()) == (own.get_loop(), own_hooks)
    assert log == [("left behind", 1.5)]
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(print)
