"""How tests run the pipeline: in virtual time, every stream through the grammar, nothing left behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime

from mocks.library import library_parts
from mocks.simulation import Simulator
from mocks.virtual_time import run_virtual
from rag.events import StatusEvent, StreamEvent, TokenEvent
from rag.grammar import verify_stream
from rag.settings import Settings
from rag.values import RunRequest

STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
HEARTBEAT_MS = 1000

library_parts()  # the index is built once; after that, what exists now need not be searched for every run's garbage
gc.collect()
gc.freeze()


def request(question: str = "", **knobs: object) -> RunRequest:
    """A request with fixed id and start, so that the same run gives the same log."""
    fixed = {"question": question, "request_id": "test", "started_at": STARTED_AT}
    return RunRequest.model_validate(fixed | knobs)


def simulator(settings: Settings | None = None, **options: object) -> Simulator:
    return Simulator(library_parts(), settings=settings, **options)  # type: ignore[arg-type]


def play(question: str = "", *, settings: Settings | None = None, **knobs: object) -> list[StreamEvent]:
    """All events of a run, in virtual time, after checking the grammar and that nothing is left of the run."""
    return play_on(lambda: simulator(settings).open(request(question, **knobs)))


def play_on(open_run: Callable[[], AsyncGenerator[StreamEvent]]) -> list[StreamEvent]:
    """As `play`, for any way to open a run."""

    async def main() -> list[StreamEvent]:
        async with aclosing(open_run()) as events:
            played = [event async for event in events]
        assert_nothing_left()
        return played

    events = run_virtual(main)
    assert verify_stream(events, max_silence_ms=HEARTBEAT_MS) == []
    return events


def assert_nothing_left() -> None:
    """No task but the caller's, and no async generator still open."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    assert not tasks, f"left running: {tasks}"
    gc.collect()  # an abandoned generator would be finalised now, in a task of its own
    assert asyncio.all_tasks() == {asyncio.current_task()}


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.payload.token for event in events if isinstance(event, TokenEvent))


def statuses(events: list[StreamEvent], state: str, path: str | None = None) -> list[StatusEvent]:
    return [
        event
        for event in events
        if isinstance(event, StatusEvent)
        and event.payload.state == state
        and (path is None or event.payload.path == path)
    ]
