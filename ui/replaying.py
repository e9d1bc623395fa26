"""Recordings on the page: choose one, open a file, play it from anywhere at any speed, step, scrub.

The page holds the cursor and sends it with every command; the handlers hold nothing. What they paint says which
command it answers (`turn`), so that a late answer never moves the cursor of a newer one. A handler never raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import RagError
from rag.recording_format import Recording, RecordingError, known
from rag.recording_player import MAX_SPEED, Player
from rag.report import summarise
from rag.service_report import Ledger
from ui.handlers import MERGE_S, TICK_S, Updates
from ui.inspector import Inspector
from ui.painter import Board, BoardName, Painter
from ui.recording_panels import render_controls, render_fault, render_now, render_recording
from ui.run_store import RunStore
from ui.view import View, apply

_LOG = logging.getLogger(__name__)

COUNTED_RUNS = 10_000
"""Replayed runs that are told apart; those after them are not counted."""

NOTHING_NEW: dict[str, Any] = gr.skip()
"""Gradio's word for it."""

PanelName = Literal["notice", "about", "controls", "now", "feed"]
"""What the tab paints beside the boards of the run."""


class Command(BaseModel):
    """What the page asks for: a recording, where the cursor stands, and what to do from there."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    source: str = Field(max_length=100)
    """Id of the recording in the store."""
    position_ms: float = Field(ge=0)
    count: int | None = Field(default=None, ge=0)
    """Events that have happened; None: as many as the position says."""
    speed: float = Field(default=1.0, gt=0, le=MAX_SPEED)
    move: int = Field(default=0, ge=-1000, le=1000)
    """Events to step on, or back if negative."""
    turn: int = Field(ge=0)


def cursor(recording: Recording, command: Command) -> Player:
    """The player where the command wants it, paused."""
    player = Player(recording, speed=command.speed).seek(command.position_ms)
    if command.count is not None:
        counted = player.step(command.count - player.count)
        # Among the events of one millisecond only the count knows which have happened.
        player = counted if counted.position_ms == player.position_ms else player
    return player.step(command.move) if command.move else player


@dataclass(frozen=True, slots=True)
class Panels:
    """The parts of the tab that are painted."""

    boards: Mapping[BoardName, gr.HTML]
    others: Mapping[PanelName, gr.HTML]


class RecordingHandlers:
    """The Recordings tab's event handlers."""

    def __init__(
        self, runs: RunStore, ledger: Ledger, boards: Mapping[BoardName, Board], panels: Panels, titles: dict[str, str]
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._boards = boards
        self._panels = panels
        self._titles = titles
        self._counted: set[tuple[str, datetime]] = set()

    async def choose(self, name: str | None, title: str = "") -> Updates:
        """Show a recording of the store at its beginning; `title` is for one that has no title of its own."""
        return await self._loaded(name, title) if name else NOTHING_NEW

    async def open(self, path: str | None) -> Updates:
        """Read a file that was handed in, keep its text, and show it; on a fault say so and leave all as it is."""
        if not path:
            return NOTHING_NEW
        file = Path(path)
        try:
            run_id = await asyncio.to_thread(self._taken, file)
        except RagError as fault:
            return {self._panels.others["notice"]: render_fault(file.name, str(fault))}
        return await self._loaded(run_id, file.name)

    async def show(self, text: str) -> Updates:
        """Where a step or a scrub leads, painted once."""
        found = await self._found(text)
        if found is None:
            return NOTHING_NEW
        recording, command = found
        player = cursor(recording, command)
        painted = self._html(_view_of(player))
        return self._updates(painted) | {self._panels.others["now"]: render_now(player, command.turn)}

    async def play(self, text: str) -> AsyncGenerator[Updates]:
        """Play from the cursor to the end, yielding what changed. A closed tab ends it at its next yield."""
        found = await self._found(text)
        if found is None:
            return
        recording, command = found
        now_s, painter = asyncio.get_running_loop().time, Painter(self._boards)
        player = cursor(recording, command).play()
        view, at_s = _view_of(player), now_s()
        while player.playing:
            yield self._frame(painter.paint(view, at_s), player, command.turn)
            wait_s = player.wait_s()
            await asyncio.sleep(max(MERGE_S, min(wait_s or 0.0, painter.patience_s(TICK_S))))
            earlier, passed_s, at_s = player, now_s() - at_s, now_s()
            player = player.advance(passed_s)
            view = reduce(apply, known(player.news(earlier) or ()), view)
        self._count(recording)
        yield self._frame(painter.paint(view, at_s, everything=True), player, command.turn)

    def _taken(self, file: Path) -> str:
        """Into the store, and off the disk."""
        try:
            return self._runs.open_file(file)
        finally:
            file.unlink(missing_ok=True)

    async def _found(self, text: str) -> tuple[Recording, Command] | None:
        """The recording and the command; None if there is no such thing, which the page says by staying as it is."""
        try:
            command = Command.model_validate_json(text)
            return await asyncio.to_thread(self._runs.recording, command.source), command
        except (ValidationError, RecordingError) as fault:
            _LOG.info("a replay was not possible: %s", type(fault).__name__)
            return None

    async def _loaded(self, run_id: str, file_name: str = "") -> Updates:
        others = self._panels.others
        try:
            recording = await asyncio.to_thread(self._runs.recording, run_id)
        except RagError as fault:
            return {others["notice"]: render_fault(file_name or run_id, str(fault))}
        inspector = Inspector(run_id, f"runs/{run_id}/frames")
        inspector.add(recording.events)
        player = Player(recording).seek(0)
        painted = self._html(_view_of(player))
        title = file_name or self._titles.get(run_id, run_id)
        return self._updates(painted) | {
            others["notice"]: "",
            others["about"]: render_recording(recording, title, run_id),
            others["controls"]: render_controls(recording, run_id),
            others["now"]: render_now(player, 0),
            others["feed"]: inspector.paint(0, everything=True) or "",
        }

    def _html(self, view: View) -> dict[BoardName, str]:
        return Painter(self._boards).paint(view, 0, everything=True)

    def _count(self, recording: Recording) -> None:
        """Report a run that was replayed to its end: once, however often somebody watches it."""
        header = recording.header
        run = recording.events[0].request_id, header.started_at
        if run in self._counted or len(self._counted) >= COUNTED_RUNS:
            return
        self._counted.add(run)
        report = summarise(known(recording.events), strategy=header.strategy, origin="replayed", speed=header.speed)
        self._ledger.record(report)

    def _updates(self, painted: Mapping[BoardName, str]) -> dict[gr.HTML, str]:
        return {self._panels.boards[name]: html for name, html in painted.items()}

    def _frame(self, painted: Mapping[BoardName, str], player: Player, turn: int) -> dict[Any, str]:
        return self._updates(painted) | {self._panels.others["now"]: render_now(player, turn)}


def _view_of(player: Player) -> View:
    """What the reader had seen when the recording stood here."""
    header = player.recording.header
    return reduce(apply, known(player.shown), View(question=header.question, speed=header.speed))
