"""From a question to a live page: opens a run, folds its events, and yields the boards that changed.

The hazards, and what answers them here:
* A yield costs about a millisecond of server time: events are taken in one go, flushed at once when the page is idle,
  then merged to `MERGE_S`, wider the more runs are live.
* A closed tab is noticed only at the next yield: there is one at least every `TICK_S`.
* The page's generator is closed from another task (tab closed) or cancelled in its own (Stop): nothing scoped is open
  across a yield, and `EventReader` keeps the run's own task affairs to itself.
* A handler that raises paints *Error* over a good draft: every failure becomes a view.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import gradio as gr
from pydantic import ValidationError

from rag.errors import InvalidRequest, RagError
from rag.events import ErrorReport, StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest
from ui.knob_form import OpenCustom, Turned, read_turned
from ui.painter import Board, BoardName, Painter
from ui.reader import EventReader
from ui.view import View, apply, failed

_LOG = logging.getLogger(__name__)

TICK_S = 0.5
"""Never longer without a yield."""
MERGE_S = 0.015
"""Tokens that come closer than this share an update."""
MERGE_PER_RUN_S = 0.0015
"""With many runs live each one waits this long per run, so that all of them together stay within one process."""

Updates = dict[gr.HTML, str] | dict[str, Any]
"""New values of the boards that changed; or Gradio's word for *nothing new*."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the person filled in. Empty strings mean: left to the pipeline."""

    question: str
    scenario: str
    domain: str
    profile: str
    speed: float
    strategy: str = ""
    seed: float | None = None
    own: str = ""
    """TOML of a profile from a file."""
    turned: str = ""
    """JSON of the knobs that differ from the profile and the story."""

    def request(self) -> RunRequest:
        """Raises `InvalidRequest`: the page checks its own inputs, but a caller need not be the page."""
        values = {
            "question": self.question,
            "scenario": self.scenario or None,
            "domain": self.domain or None,
            "profile": self.profile or None,
            "speed": self.speed,
            "seed": self.seed,
        }
        if self.strategy:
            values["strategy"] = self.strategy
        try:
            return RunRequest.model_validate(values)
        except ValidationError as error:
            raise InvalidRequest from error


class AskHandlers:
    """The Ask tab's event handlers. Holds no run: only how many are live, to set the pace."""

    def __init__(
        self,
        open_run: OpenRun,
        boards: Mapping[BoardName, Board],
        outputs: Mapping[BoardName, gr.HTML],
        open_custom: OpenCustom | None = None,
    ) -> None:
        self._open_run = open_run
        self._open_custom = open_custom
        self._boards = boards
        self._outputs = outputs
        self._live = 0

    async def ask(
        self,
        question: str,
        scenario: str,
        domain: str,
        profile: str,
        speed: float,
        strategy: str = "",
        seed: float | None = None,
        own: str = "",
        turned: str = "",
    ) -> AsyncGenerator[Updates]:
        """Run one question and keep the boards up to date until it ends. Never raises."""
        form = Form(
            (question or "").strip(),
            scenario or "",
            domain or "",
            profile or "",
            speed,
            strategy or "",
            seed,
            own or "",
            turned or "",
        )
        if not form.question:
            return  # the page says so itself
        start = View(question=form.question, speed=form.speed)
        frames = follow(partial(self._events, form), start, Painter(self._boards), self._merge_s)
        self._live += 1
        try:
            async for _, painted in frames:
                yield self._updates(painted)
        finally:
            self._live -= 1
            await frames.aclose()

    def _events(self, form: Form) -> AsyncGenerator[StreamEvent]:
        """The run that the form describes. Raises `InvalidRequest`, which the reader turns into a view."""
        request, turned = form.request(), read_turned(form.turned, form.own)
        if turned == Turned():
            return self._open_run(request)
        if self._open_custom is None:
            raise InvalidRequest("knobs: there is no simulation here to turn them in.")
        return turned.open(self._open_custom, request)

    def _updates(self, painted: Mapping[BoardName, str]) -> Updates:
        return {self._outputs[name]: html for name, html in painted.items()} or gr.skip()

    def _merge_s(self) -> float:
        return max(MERGE_S, MERGE_PER_RUN_S * self._live)


Frame = tuple[View, Mapping[BoardName, str]]
"""What the reader has seen, and the boards that changed."""


async def follow(
    open_events: Callable[[], AsyncGenerator[StreamEvent]],
    view: View,
    painter: Painter,
    merge_s: Callable[[], float] = lambda: MERGE_S,
) -> AsyncGenerator[Frame]:
    """One run from its first event to its end: a frame whenever boards are due, and at least every `TICK_S`.

    Never raises for a run that fails: that is a view too. Close it; closing ends the run.
    """
    now_s = asyncio.get_running_loop().time
    reader = EventReader(open_events)
    try:
        while not reader.ended:
            yield view, painter.paint(view, now_s())
            await asyncio.sleep(merge_s())
            view = reduce(apply, await reader.take(painter.patience_s(TICK_S)), view)
        view = failed(view, report_of(reader.failure))
        yield view, painter.paint(view, now_s(), everything=True)
    finally:
        await reader.aclose()


def report_of(failure: Exception | None) -> ErrorReport:
    """A failure in words that are safe to show; None is a run that ended without saying how."""
    if isinstance(failure, RagError):
        return ErrorReport(code=failure.code, message=str(failure), retryable=failure.retryable)
    if failure is not None:
        _LOG.error("the run raised instead of ending", exc_info=failure)
    return ErrorReport(code=RagError.code, message=RagError.default_message, retryable=True)
