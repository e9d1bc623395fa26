"""What if: the same seeded question twice in virtual time, once as it was set up and once with something changed.

Not an estimate: the real pipeline runs both times, so gate, retries and refinement take whatever branch the change
leads to. Every draw belongs to its seed, stage and call, so the two runs differ by the change and by nothing else.
Costs a few tens of milliseconds of CPU; `lab.worker` keeps that away from a live stream.
"""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from functools import lru_cache

from lab.figures import RunFigures, figures
from lab.setup import Setup
from mocks.knobs import read_knobs
from mocks.latency import Knobs
from mocks.library import library_parts
from mocks.simulation import Simulator
from mocks.virtual_time import run_virtual
from rag.events import StreamEvent
from rag.values import RunRequest, Value

_STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Change(Knobs):
    """A question and the two set-ups to be compared."""

    request: RunRequest
    """Scenario, profile, seed and strategy come from here; speed is ignored, since nobody waits."""
    setup: Setup
    baseline: Setup = Setup()


class Comparison(Value):
    """The same question before and after the change."""

    before: RunFigures
    after: RunFigures


def read_change(values: object) -> Change:
    """A change from what a form or a link says. Raises `InvalidRequest` naming the field and what is wrong with it."""
    return read_knobs(Change, values, what="change")


def what_if(change: Change, simulator: Simulator | None = None) -> Comparison:
    """Run both set-ups; on the bundled library unless a simulator is given.

    Raises `InvalidRequest` for a change that does not fit the profile, and `VirtualTimeError` when called from a
    running event loop.
    """
    stage = simulator or default_simulator()
    return Comparison(
        before=run_once(change.request, change.baseline, stage), after=run_once(change.request, change.setup, stage)
    )


def run_once(request: RunRequest, setup: Setup, simulator: Simulator) -> RunFigures:
    """The figures of one run in virtual time."""
    fixed = {"speed": 1.0, "request_id": "what-if", "started_at": _STARTED_AT}
    asked = request.model_copy(update=fixed)

    async def main() -> list[StreamEvent]:
        async with aclosing(setup.open(simulator, asked)) as events:
            return [event async for event in events]

    return figures(run_virtual(main), setup.strategy or request.strategy)


@lru_cache(maxsize=1)
def default_simulator() -> Simulator:
    """The simulation on the bundled library."""
    return Simulator(library_parts())
