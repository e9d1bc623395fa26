"""The owner task: exact stamps, one ending, and nothing left behind however the reader leaves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence

import pytest

from mocks.virtual_time import run_virtual
from rag.errors import RetrievalError
from rag.events import AnyPayload, ErrorReport, StatusUpdate, StreamEvent
from rag.stream import Body, Channel, run_stream
from tests.harness import STARTED_AT, assert_nothing_left


def status(message: str) -> AnyPayload:
    return StatusUpdate(message=message, stage="rewrite", path="fast", state="waiting")


def failure(channel: Channel, cause: BaseException) -> None:
    channel.emit(ErrorReport(code=getattr(cause, "code", "internal"), message="failed", retryable=False))


class Reader:
    """Opens a stream and remembers what its owner was told at the end."""

    def __init__(self, body: Body, max_events: int = 100, grace_s: float = 1.0) -> None:
        self.taken: list[Sequence[StreamEvent]] = []
        self.events: AsyncGenerator[StreamEvent] = run_stream(
            body,
            failure=failure,
            on_end=self.taken.append,
            request_id="r",
            started_at=STARTED_AT,
            max_events=max_events,
            grace_s=grace_s,
        )


async def counting(channel: Channel) -> None:
    for number in range(5):
        channel.emit(status(str(number)))
        await asyncio.sleep(0.1)


def test_a_slow_reader_does_not_distort_the_times() -> None:
    """Events are stamped when they are emitted, not when they are read."""

    async def main() -> list[int]:
        stamps = []
        async for event in Reader(counting).events:
            stamps.append(event.elapsed_ms)
            await asyncio.sleep(10)
        return stamps

    assert run_virtual(main) == [0, 100, 200, 300, 400]


@pytest.mark.parametrize("taken", [0, 1, 3, 5])
def test_a_reader_who_leaves_takes_everything_down(taken: int) -> None:
    """Closing the generator after any number of events ends the owner, and what was read is reported."""

    async def main() -> None:
        reader = Reader(counting)
        for _ in range(taken):
            await anext(reader.events)
        await reader.events.aclose()

        assert_nothing_left()
        assert [len(events) for events in reader.taken] == ([taken] if taken else [])

    run_virtual(main)


def test_closing_from_another_task_is_clean() -> None:
    """A web framework closes our generator from a task of its own."""

    async def main() -> None:
        reader = Reader(counting)
        await anext(reader.events)
        async with asyncio.TaskGroup() as group:
            group.create_task(reader.events.aclose())

        assert_nothing_left()

    run_virtual(main)


def test_a_reader_cancelled_while_waiting_takes_everything_down() -> None:
    """Stop cancels the task that waits for the next event."""

    async def read(events: AsyncGenerator[StreamEvent]) -> None:
        async for _ in events:
            pass

    async def main() -> None:
        reader = Reader(counting)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(read(reader.events))
            await asyncio.sleep(0.25)
            task.cancel()

        assert_nothing_left()
        assert len(reader.taken[0]) == 3

    run_virtual(main)


@pytest.mark.parametrize(("error", "code"), [(RetrievalError(), "retrieval_failed"), (KeyError("x"), "internal")])
def test_a_failing_run_ends_with_an_error_event(error: Exception, code: str, caplog: pytest.LogCaptureFixture) -> None:
    """An expected failure is an event; a bug is an event and a traceback in the log, even out of a task group."""

    async def body(channel: Channel) -> None:
        channel.emit(status("first"))
        async with asyncio.TaskGroup():
            raise error

    async def main() -> list[StreamEvent]:
        return [event async for event in Reader(body).events]

    with caplog.at_level(logging.ERROR):
        events = run_virtual(main)

    assert getattr(events[-1].payload, "code", None) == code
    assert bool(caplog.records) == (code == "internal")


def test_a_part_that_ignores_cancellation_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """The reader is let go after the grace time, and the log says who did not listen."""

    async def body(channel: Channel) -> None:
        channel.emit(status("first"))
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(5)  # the bug

    async def main() -> float:
        reader = Reader(body)
        await anext(reader.events)
        await reader.events.aclose()
        return asyncio.get_running_loop().time()

    with caplog.at_level(logging.ERROR):
        assert run_virtual(main) == 1.0

    assert "ignores its cancellation" in caplog.text


def test_a_runaway_run_is_stopped() -> None:
    """The channel never blocks, so the number of events is bounded: more is a bug, not a memory leak."""

    async def body(channel: Channel) -> None:
        for number in range(1000):
            channel.emit(status(str(number)))

    async def main() -> list[StreamEvent]:
        return [event async for event in Reader(body, max_events=10).events]

    events = run_virtual(main)

    assert len(events) == 11
    assert getattr(events[-1].payload, "code", None) == "internal"


def test_what_is_withheld_comes_at_once_and_is_stamped_then() -> None:
    """A blocking pipeline's events reach the reader when it lets go of them."""

    async def body(channel: Channel) -> None:
        channel.withhold()
        await counting(channel)
        channel.let_go()

    async def main() -> list[int]:
        return [event.elapsed_ms async for event in Reader(body).events]

    assert run_virtual(main) == [500] * 5
