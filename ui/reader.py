"""Takes the events of a run, or of a race, as they come, so that whoever paints may take all that has arrived at once.

Waiting on an async generator with a time limit would kill it, so one task reads, and the waiting is done on a flag.
That task opens the run, reads it and closes it, all in itself: the page's generator may be closed from any task.
Knows nothing of Gradio, views or HTML.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Generic, TypeVar

T = TypeVar("T")

_GRACE_S = 1.0
"""How long a cancelled run may take to let go; it cleans up after itself, so this is only a bound."""


class EventReader(Generic[T]):
    """The events of the run that `open_events` starts. Close it; closing ends the run."""

    def __init__(self, open_events: Callable[[], AsyncGenerator[T]]) -> None:
        self._open_events = open_events
        self._arrived: list[T] = []
        self._news = asyncio.Event()
        self._over = False
        self.failure: Exception | None = None
        """What the run raised instead of ending, if it did."""
        # Not in a TaskGroup, because the handler yields while this runs; `aclose` cancels and drains it.
        self._task = asyncio.create_task(self._read(), name="ui-reader")

    @property
    def ended(self) -> bool:
        """Whether the run is over and everything it said has been taken."""
        return self._over and not self._arrived

    async def take(self, patience_s: float) -> list[T]:
        """Everything that has arrived; waits up to `patience_s` for the first. Empty when nothing came."""
        if not self._arrived and not self._over:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    await self._news.wait()
        taken, self._arrived = self._arrived, []
        return taken

    async def aclose(self) -> None:
        """End the run and wait until it has let go. May be called from any task, and twice."""
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=_GRACE_S)

    async def _read(self) -> None:
        try:
            async with aclosing(self._open_events()) as events:
                async for event in events:
                    self._arrived.append(event)
                    self._news.set()
        except Exception as failure:  # noqa: BLE001 - the page says it calmly; see `handlers.report_of`
            self.failure = failure
        finally:
            self._over = True
            self._news.set()
