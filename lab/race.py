"""The race: one question, four arrangements, started together; what happened in each, and the card at the end.

`race` merges four live streams into one. As in `rag.stream`, the generator that is read owns nothing but a queue: the
streams are opened, read and closed in one owner task, where a task group is safe, and leaving cancels that task and
waits for it. A stream that raises instead of ending spoils its own lane and no other.
`end_card` is a pure comparison of what the lanes came to. Knows nothing of how a race is shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from lab.figures import RunFigures, figures
from rag.errors import RagError
from rag.events import TERMINAL, StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest, Strategy, Value

_LOG = logging.getLogger(__name__)

LANES: tuple[Strategy, ...] = ("blocking", "stream_last", "progressive", "ungated")
"""In the order in which the argument is told. The last is the wrong way, and must be marked as such."""

_GRACE_S = 2.0
"""How long cancelled lanes may take to let go; each run bounds its own clean-up, so this is only a bound."""

Lane = tuple[Strategy, StreamEvent]


async def race(open_run: OpenRun, request: RunRequest, lanes: Sequence[Strategy] = LANES) -> AsyncGenerator[Lane]:
    """Every event of every lane as it comes, with the lane's name. Ends when all lanes have; close it to end them.

    The lanes share question, scenario, profile, seed, speed and the moment of the start; each has a request id of its
    own. Raises `InvalidRequest`, before anything starts, for a request that cannot be run.
    """
    runs = {lane: open_run(_in_lane(request, lane)) for lane in lanes}
    arrived: asyncio.Queue[Lane | None] = asyncio.Queue()
    # Not in a TaskGroup, because this yields while it runs; the `finally` below cancels and awaits it.
    owner = asyncio.create_task(_run_all(runs, arrived), name="lab-race")
    try:
        while (arrival := await arrived.get()) is not None:
            yield arrival
    finally:
        owner.cancel()
        await asyncio.wait({owner}, timeout=_GRACE_S)


def _in_lane(request: RunRequest, lane: Strategy) -> RunRequest:
    name = request.request_id and f"{request.request_id}-{lane}"
    return request.model_copy(update={"strategy": lane, "request_id": name})


async def _run_all(runs: Mapping[Strategy, AsyncGenerator[StreamEvent]], arrived: asyncio.Queue[Lane | None]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for lane, events in runs.items():
                group.create_task(_run(lane, events, arrived), name=f"lab-race-{lane}")
    finally:
        arrived.put_nowait(None)


async def _run(lane: Strategy, events: AsyncGenerator[StreamEvent], arrived: asyncio.Queue[Lane | None]) -> None:
    try:
        async with aclosing(events):
            async for event in events:
                arrived.put_nowait((lane, event))
    except RagError as error:
        _LOG.warning("lane %s ended without its last events: %s", lane, error.code)
    except Exception:  # noqa: BLE001 - the other lanes are still running
        _LOG.exception("lane %s raised instead of ending", lane)


class EndCard(Value):
    """How the lanes compare. Only lanes that finished are on it."""

    lanes: dict[Strategy, RunFigures]
    best: dict[str, tuple[Strategy, ...]]
    """Measure -> the lanes that are best at it, several when they are equal. A measure that no lane has is left out."""


MEASURES: dict[str, bool] = {
    "first_status_ms": False,
    "first_token_ms": False,
    "first_useful_ms": False,
    "final_ms": False,
    "ungrounded_characters": False,
    "exposure_char_s": False,
    "wrong_words": False,
    "groundedness": True,
}
"""What the card compares, and whether more is better."""

NEEDS_AN_OPEN_GATE = frozenset({"first_useful_ms", "groundedness"})
"""Credit that an answer gets only if the gate found the evidence good enough: sentences about wage documents may rest
well on their sources, and are still no useful answer to a question about spices."""


def end_card(events: Mapping[Strategy, Sequence[StreamEvent]]) -> EndCard:
    """Compare the lanes of a race, in the order given, from all that they said."""
    lanes = {
        lane: figures(said, lane) for lane, said in events.items() if any(isinstance(event, TERMINAL) for event in said)
    }
    return EndCard(lanes=lanes, best={name: best for name in MEASURES if (best := _best(lanes, name))})


def measure_of(lane: RunFigures, name: str) -> float | None:
    """One of `MEASURES` of one lane; None if it never happened or is no credit to it."""
    if name in NEEDS_AN_OPEN_GATE and not lane.gate_open:
        return None
    value: float | None = getattr(lane if name in RunFigures.model_fields else lane.exposure, name)
    return value


def _best(lanes: Mapping[Strategy, RunFigures], name: str) -> tuple[Strategy, ...]:
    values = {lane: value for lane, found in lanes.items() if (value := measure_of(found, name)) is not None}
    if not values:
        return ()
    best = max(values.values()) if MEASURES[name] else min(values.values())
    return tuple(lane for lane, value in values.items() if value == best)
