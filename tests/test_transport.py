"""A proxy that holds events back: bursts of the drawn sizes, nothing lost, nothing left open."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from mocks.transport import Buffering, held_back
from mocks.virtual_time import run_virtual
from rag.events import StreamEvent, Token, envelope, to_sse

EVENTS = [
    envelope(
        Token(token=f"word {number} ", grounded=True),
        request_id="test",
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        seq=number,
        elapsed_ms=number,
    )
    for number in range(100)
]
TEN_FRAMES = sum(len(to_sse(event)) for event in EVENTS[:10])


class Source:
    """Events, and how many of them have been taken."""

    def __init__(self) -> None:
        self.taken = 0
        self.closed = False

    async def events(self) -> AsyncGenerator[StreamEvent]:
        try:
            for event in EVENTS:
                self.taken += 1
                yield event
        finally:
            self.closed = True


def bursts(buffering: Buffering, seed: int = 1) -> list[int]:
    """How many events the source had given when each one was passed on."""
    source = Source()

    async def read() -> list[int]:
        async with aclosing(held_back(source.events(), buffering, seed=seed)) as events:
            return [source.taken async for _ in events]

    return run_virtual(read)


def test_everything_arrives_in_order() -> None:
    """What comes out is what went in, the rest of the last buffer included."""

    async def read() -> list[StreamEvent]:
        return [event async for event in held_back(Source().events(), Buffering(min_bytes=5000), seed=1)]

    assert run_virtual(read) == EVENTS


def test_nothing_passes_before_the_buffer_is_full() -> None:
    """With a buffer of ten frames the first ten are passed on together, after the tenth."""
    assert bursts(Buffering(min_bytes=TEN_FRAMES, max_bytes=TEN_FRAMES))[:10] == [10] * 10


def test_a_buffer_larger_than_the_answer_holds_all_of_it() -> None:
    """The reader gets one lump at the very end: the blank screen that people report."""
    assert bursts(Buffering(min_bytes=10**6, max_bytes=10**6)) == [100] * 100


def test_a_tiny_buffer_is_no_buffer() -> None:
    """Every frame fills it."""
    assert bursts(Buffering(min_bytes=1, max_bytes=1)) == list(range(1, 101))


def test_sizes_are_drawn_from_the_seed() -> None:
    """The same seed, the same lumps; another seed, others."""
    buffering = Buffering(min_bytes=500, max_bytes=5000)

    assert bursts(buffering, seed=1) == bursts(buffering, seed=1) != bursts(buffering, seed=2)


def test_leaving_closes_the_source() -> None:
    """A reader who goes away in mid-burst leaves nothing open behind the proxy."""
    source = Source()

    async def read() -> None:
        async with aclosing(held_back(source.events(), Buffering(min_bytes=2000, max_bytes=2000), seed=1)) as events:
            await anext(events)

    run_virtual(read)

    assert source.closed
    assert source.taken < 100


def test_sizes_must_make_sense() -> None:
    """The smallest buffer is not larger than the largest."""
    with pytest.raises(ValidationError, match="is over max_bytes"):
        Buffering(min_bytes=10, max_bytes=9)
