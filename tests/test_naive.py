"""The obvious version, and how it breaks: why `rag/stream.py` has an owner task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from mocks.virtual_time import run_virtual


async def naive(slow_fails_at_s: float | None = None) -> AsyncGenerator[int]:
    """The pipeline inside the generator: a task group is open across every yield."""

    async def slow_path() -> None:
        await asyncio.sleep(slow_fails_at_s or 60)
        if slow_fails_at_s:
            raise OSError("the reranker is down")

    async with asyncio.TaskGroup() as group:
        group.create_task(slow_path())
        for number in range(10):
            await asyncio.sleep(0.1)
            yield number  # noqa: ASYNC119 - the mistake under test


def test_leaving_raises_in_the_readers_face() -> None:
    """A reader who closes the generator after one token gets an exception group for it."""

    async def main() -> None:
        events = naive()
        await anext(events)
        await events.aclose()

    with pytest.raises(BaseExceptionGroup):
        run_virtual(main)


def test_a_failing_slow_path_cancels_the_reader() -> None:
    """The slow path's failure cancels whatever the reader is doing at that moment, here: drawing the screen."""
    drawn = []

    async def main() -> None:
        async with aclosing(naive(slow_fails_at_s=0.15)) as events:
            async for number in events:
                await asyncio.sleep(0.2)  # drawing
                drawn.append(number)

    with pytest.raises((asyncio.CancelledError, BaseExceptionGroup)):
        run_virtual(main)

    assert drawn == []
