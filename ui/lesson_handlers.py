"""Turns the pages of the lesson and plays its runs. Holds nothing: step, prediction and speed come with every call.

A step's runs are played one after the other, because a person can watch only one thing. When the last has ended the
prediction is held against what they showed. A handler never raises: a run that fails is a view too.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from mocks.scenarios import SCENARIOS
from rag.events import StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest
from ui.handlers import follow
from ui.lesson_findings import finding
from ui.lesson_panels import empty_boards, render_finding, render_play, render_step, render_steps
from ui.lesson_played import Played
from ui.lesson_steps import STEPS, Play
from ui.painter import Board, BoardName, Painter
from ui.view import View

MAX_SPEED = 100.0
Updates = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Pane:
    """Where one run of a step is shown."""

    title: gr.HTML
    boards: Mapping[BoardName, gr.HTML]


@dataclass(frozen=True, slots=True)
class Panels:
    """The parts of the tab that are painted."""

    number: gr.Textbox
    steps: gr.HTML
    text: gr.HTML
    finding: gr.HTML
    notice: gr.HTML
    panes: tuple[Pane, Pane]


class LessonHandlers:
    """The Lesson tab's event handlers."""

    def __init__(self, open_run: OpenRun, boards: Sequence[dict[BoardName, Board]], panels: Panels) -> None:
        self._open_run = open_run
        self._boards = boards
        self._empty = empty_boards(boards)
        self._panels = panels

    def turn(self, event: gr.EventData) -> Updates:
        """The step whose button was pressed, with empty boards."""
        return self.page(str(event.step))

    def page(self, number: str) -> Updates:
        """A step before its runs; anything that is no step is the first one."""
        at = step_number(number)
        panels = self._panels
        updates: Updates = {
            panels.number: str(at),
            panels.steps: render_steps(at),
            panels.text: render_step(at),
            panels.finding: render_finding(STEPS[at], "", None),
            panels.notice: "",
        }
        for pane, play in zip(panels.panes, (*STEPS[at].plays, None), strict=False):
            updates[pane.title] = render_play(play)
        return updates | self._cleared()

    async def run(self, number: str, speed: float, guess: str) -> AsyncGenerator[Updates]:
        """Play the step's runs, then say what they showed. Without a prediction nothing runs: the page says why."""
        step = STEPS[step_number(number)]
        if guess not in dict(step.options):
            return
        pace = min(max(float(speed or 1.0), 0.1), MAX_SPEED)
        yield self._cleared() | {self._panels.finding: render_finding(step, guess, None)}
        played: list[Played] = []
        for pane, play in enumerate(step.plays):
            frames = self._played(pane, play, pace, played)
            try:
                async for updates in frames:
                    yield updates
            finally:
                await frames.aclose()
        found = finding(step.key, played) if all(run.view.metric for run in played) else None
        if found:
            yield {self._panels.finding: render_finding(step, guess, found, speed=pace)}

    async def _played(self, pane: int, play: Play, speed: float, played: list[Played]) -> AsyncGenerator[Updates]:
        """One run in its pane; when it has ended it is added to `played`."""
        events: list[StreamEvent] = []
        seen = View(question=SCENARIOS[play.scenario].question, speed=speed)
        outputs = self._panels.panes[pane].boards
        open_events = _noting(self._open_run, play.request(speed), events)
        frames = follow(open_events, seen, Painter(self._boards[pane]))
        try:
            async for frame in frames:
                seen, painted = frame
                yield {outputs[name]: html for name, html in painted.items()} or gr.skip()
        finally:
            await frames.aclose()
        played.append(Played.of(seen, events, play.strategy, speed))

    def _cleared(self) -> Updates:
        return {
            pane.boards[name]: html
            for pane, empty in zip(self._panels.panes, self._empty, strict=True)
            for name, html in empty.items()
        }


def step_number(text: str) -> int:
    """The number of a step, from 0; the first one for anything else."""
    return int(text) if text.isascii() and text.isdigit() and int(text) < len(STEPS) else 0


def _noting(
    open_run: OpenRun, request: RunRequest, events: list[StreamEvent]
) -> Callable[[], AsyncGenerator[StreamEvent]]:
    """Opens the run, and keeps every event that it sends."""

    async def opened() -> AsyncGenerator[StreamEvent]:
        stream = open_run(request)
        try:
            async for event in stream:
                events.append(event)
                yield event
        finally:
            await stream.aclose()

    return opened
