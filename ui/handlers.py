"""From a question to a live page: opens a run, folds its events, and yields the boards that changed.

The hazards, and what answers them here:
* A yield costs about a millisecond of server time, and every output another 0.17 ms, changed or not: Gradio builds a
  component anew for each that is left out. So the outputs are few (five boards and the inspector's feed), and events
  are taken in one go: flushed at once when the page is idle, then merged to `MERGE_S`, wider the more runs are live.
* A closed tab is noticed only at the next yield: there is one at least every `TICK_S`.
* The page's generator is closed from another task (tab closed) or cancelled in its own (Stop): nothing scoped is open
  across a yield, and `EventReader` keeps the run's own task affairs to itself.
* A handler that raises paints *Error* over a good draft: every failure becomes a view.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import gradio as gr
from pydantic import ValidationError

from rag.errors import InvalidRequest, RagError
from rag.events import ErrorReport, StreamEvent
from rag.ports import OpenRun
from rag.recording_format import RecordingError
from rag.values import RunRequest
from ui.keeping import Keeping, KeptRun, inspector_of, render_cut
from ui.knob_form import OpenCustom, Turned, read_flat, read_turned
from ui.painter import Board, BoardName, Painter
from ui.reader import EventReader
from ui.uploads import DocumentStore, Opened
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
_NOTHING_NEW: dict[str, Any] = gr.skip()


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

    def setup(self) -> dict[str, Any]:
        """What a recording should tell beside the request: knobs and file, as the page sent them. Empty: neither."""
        told: dict[str, Any] = {"turned": read_flat(self.turned), "own": self.own}
        return {name: value for name, value in told.items() if value}


class AskHandlers:
    """The Ask tab's event handlers. Holds no run: only how many are live, to set the pace."""

    def __init__(
        self,
        open_run: OpenRun,
        boards: Mapping[BoardName, Board],
        outputs: Mapping[BoardName, gr.HTML],
        open_custom: OpenCustom | None = None,
        keeping: Keeping | None = None,
        documents: DocumentStore | None = None,
    ) -> None:
        self._open_run = open_run
        self._open_custom = open_custom
        self._keeping = keeping
        self._documents = documents
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
            yield _NOTHING_NEW  # the page says so itself; a generator that yields nothing would empty every board
            return
        start = View(question=form.question, speed=form.speed)
        kept, now_s = KeptRun(self._keeping) if self._keeping else None, asyncio.get_running_loop().time
        taken = kept.take if kept else _nothing
        frames = follow(partial(self._events, form, kept), start, Painter(self._boards), self._merge_s, taken)
        self._live += 1
        try:
            async for view, painted in frames:
                rows = kept.updates(now_s(), everything=view.closed) if kept else {}
                yield self._updates(painted) | rows or _NOTHING_NEW
        finally:
            self._live -= 1
            await frames.aclose()

    async def whole(self, run_id: str) -> Updates:
        """Every event of a kept run for the inspector: a stopped run cannot paint its own last rows."""
        if self._keeping is None:
            return _NOTHING_NEW
        try:
            recording = await asyncio.to_thread(self._keeping.runs.recording, run_id)
        except RecordingError:  # it had not said anything, or is not kept any more
            return _NOTHING_NEW
        inspector = inspector_of(run_id)
        inspector.add(recording.events)
        rows = inspector.paint(0, everything=True) or ""
        return {self._keeping.feed: rows + render_cut(self._keeping.runs.log(run_id))}

    def _events(self, form: Form, kept: KeptRun | None) -> AsyncGenerator[StreamEvent]:
        """The run that the form describes. Raises `InvalidRequest`, which the reader turns into a view."""
        events = self._opened(form.request(), read_turned(form.turned, form.own))
        if kept:
            kept.begin(form.request(), form.setup())
        return events

    def _opened(self, request: RunRequest, turned: Turned) -> AsyncGenerator[StreamEvent]:
        open_run, open_custom = self._open_run, self._open_custom
        if turned.documents:
            open_run, open_custom = self._asked(turned.documents)
            request = request.model_copy(update={"scenario": None})  # a story is told by the library alone
        if not turned.simulates:
            return open_run(request)
        if open_custom is None:
            raise InvalidRequest("knobs: there is no simulation here to turn them in.")
        return turned.open(open_custom, request)

    def _asked(self, documents: str) -> Opened:
        """How a run over somebody's own documents is opened. Raises `InvalidRequest` when they are not kept."""
        if self._documents is None:
            raise InvalidRequest("documents: there are none but the library here.")
        return self._documents.get(documents).opened

    def _updates(self, painted: Mapping[BoardName, str]) -> dict[gr.HTML, str]:
        return {self._outputs[name]: html for name, html in painted.items()}

    def _merge_s(self) -> float:
        return max(MERGE_S, MERGE_PER_RUN_S * self._live)


Frame = tuple[View, Mapping[BoardName, str]]
"""What the reader has seen, and the boards that changed."""


def _nothing(events: Sequence[StreamEvent]) -> None:
    """For those who keep nothing."""


async def follow(
    open_events: Callable[[], AsyncGenerator[StreamEvent]],
    view: View,
    painter: Painter,
    merge_s: Callable[[], float] = lambda: MERGE_S,
    taken: Callable[[Sequence[StreamEvent]], None] = _nothing,
) -> AsyncGenerator[Frame]:
    """One run from its first event to its end: a frame whenever boards are due, and at least every `TICK_S`.

    Frames begin at least `merge_s` apart, the time that sending takes included: a page at rest shows an event at once,
    and a slow page is not made slower. `taken` is told what every frame has in it. Never raises for a run that fails:
    that is a view too. Close it; closing ends the run.
    """
    now_s = asyncio.get_running_loop().time
    reader = EventReader(open_events)
    try:
        while not reader.ended:
            painted_s = now_s()
            yield view, painter.paint(view, painted_s)
            await asyncio.sleep(max(0.0, painted_s + merge_s() - now_s()))
            events = await reader.take(painter.patience_s(TICK_S))
            taken(events)
            view = reduce(apply, events, view)
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
