"""Many runs at once, in virtual time: a 30-second pipeline costs a few milliseconds, and the same seed the same result.

What comes back is what a service would remember (`RunReport`), so experiments and live runs are judged alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing

from mocks.simulation import Simulator
from mocks.virtual_time import run_virtual
from rag.events import StreamEvent
from rag.report import RunReport, summarise
from rag.values import RunRequest


def simulate(simulator: Simulator, request: RunRequest) -> list[StreamEvent]:
    """All events of one run. Raises `VirtualTimeError` when called from a running event loop."""

    async def main() -> list[StreamEvent]:
        async with aclosing(simulator.open(request)) as events:
            return [event async for event in events]

    return run_virtual(main)


def repeat(simulator: Simulator, request: RunRequest, seeds: Iterable[int]) -> list[RunReport]:
    """The same request once per seed: only the simulated latencies and faults differ."""
    seeded = (request.model_copy(update={"seed": seed}) for seed in seeds)
    return [summarise(simulate(simulator, one), strategy=one.strategy, origin="lab") for one in seeded]
