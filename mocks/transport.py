"""What lies between a pipeline and its reader and spoils the streaming: a proxy that holds an answer back.

A reverse proxy with response buffering on collects what the server sends and passes it on when a buffer is full or
the answer is over. Nothing is lost and nothing is late at the server: every event keeps the time it was stamped with,
and only the reader notices. The cure is one header, `X-Accel-Buffering: no`, which the service sends.

It knows frames and their sizes; it knows no network and no time, because a full buffer is all that it waits for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Self

from pydantic import Field, model_validator

from mocks.latency import Knobs, random_for
from rag.events import StreamEvent, to_sse


class Buffering(Knobs):
    """How much a proxy holds before it passes anything on, in bytes of the wire."""

    min_bytes: int = Field(default=16_000, ge=1)
    max_bytes: int = Field(default=32_000, ge=1)
    """Every buffer's size is drawn anew between the two: other connections share the proxy's memory."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.min_bytes > self.max_bytes:
            raise ValueError(f"min_bytes ({self.min_bytes}) is over max_bytes ({self.max_bytes})")
        return self

    def size(self, seed: int, burst: int) -> int:
        """Bytes that are held before burst number `burst` (from 1)."""
        return random_for(seed, "transport.buffer", burst).randint(self.min_bytes, self.max_bytes)


async def held_back(
    events: AsyncGenerator[StreamEvent], buffering: Buffering, *, seed: int
) -> AsyncGenerator[StreamEvent]:
    """The same events in the same order, in bursts. Closes `events` when it is closed itself."""
    held: list[StreamEvent] = []
    held_bytes, burst = 0, 1
    try:
        async for event in events:
            held.append(event)
            held_bytes += len(to_sse(event))
            if held_bytes >= buffering.size(seed, burst):
                for passed_on in held:
                    yield passed_on
                held, held_bytes, burst = [], 0, burst + 1
        for passed_on in held:
            yield passed_on
    finally:
        await events.aclose()
