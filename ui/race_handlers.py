"""From a question to a live race: opens the four runs, folds their events, and yields the boards that changed.

The hazards are those of `ui.handlers`, with four streams in the place of one; so updates are merged to a wider pace.
Holds nothing between races.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from functools import partial

import gradio as gr
from pydantic import ValidationError

from lab.race import Lane, end_card, race
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest, Strategy
from ui.handlers import TICK_S, Updates, report_of
from ui.race_boards import RacePainter, render_card
from ui.race_view import start_views
from ui.reader import EventReader
from ui.screen_options import ScenarioOption
from ui.view import View, apply, failed

MERGE_S = 0.05
"""Four streams share an update: twenty a second look alive, and leave the browser's time to the text."""

CARD = "card"
"""The board with the comparison."""


class RaceHandlers:
    """The Race tab's event handlers."""

    def __init__(
        self, open_run: OpenRun, scenarios: Mapping[str, ScenarioOption], outputs: Mapping[str, gr.HTML]
    ) -> None:
        self._open_run = open_run
        self._scenarios = scenarios
        self._outputs = outputs

    async def race(
        self, question: str, scenario: str, profile: str, speed: float, seed: float | None
    ) -> AsyncGenerator[Updates]:
        """Run one question four ways at once and keep the boards up to date until all have ended. Never raises."""
        asked = (question or "").strip()
        if not asked:
            return  # the page says so itself
        now_s = asyncio.get_running_loop().time
        field, painter = _Field(asked, speed), RacePainter()
        reader = EventReader(partial(self._lanes, asked, scenario or "", profile or "", speed, seed))
        try:
            yield self._updates(painter.paint(field.views, now_s()) | {CARD: render_card(None)})
            while not reader.ended:
                await asyncio.sleep(MERGE_S)
                field.take(await reader.take(painter.patience_s(TICK_S)))
                yield self._updates(painter.paint(field.views, now_s()))
            field.close(reader.failure)
            yield self._updates(painter.paint(field.views, now_s(), everything=True) | {CARD: field.card()})
        finally:
            await reader.aclose()

    def _lanes(
        self, question: str, scenario: str, profile: str, speed: float, seed: float | None
    ) -> AsyncGenerator[Lane]:
        story = self._scenarios.get(scenario)
        own = story is None or question != story.question
        values = {
            "question": question,
            "domain": None if own or story is None else story.domain,
            "scenario": scenario or None,
            "profile": profile or None,
            "speed": speed,
            "seed": seed,
        }
        try:
            return race(self._open_run, RunRequest.model_validate(values))
        except ValidationError as error:
            raise InvalidRequest from error

    def _updates(self, painted: Mapping[str, str]) -> Updates:
        return {self._outputs[name]: html for name, html in painted.items()} or gr.skip()


class _Field:
    """What the four lanes have said so far."""

    def __init__(self, question: str, speed: float) -> None:
        self.views: dict[Strategy, View] = start_views(question, speed)
        self._speed = speed
        self._said: dict[Strategy, list[StreamEvent]] = {lane: [] for lane in self.views}

    def take(self, arrived: list[Lane]) -> None:
        """Fold what has arrived."""
        for lane, event in arrived:
            self.views[lane] = apply(self.views[lane], event)
            self._said[lane].append(event)

    def close(self, failure: Exception | None) -> None:
        """A lane without an end has failed: nothing more will come."""
        open_lanes = [lane for lane, view in self.views.items() if not view.closed]
        for lane in open_lanes:
            self.views[lane] = failed(self.views[lane], report_of(failure))

    def card(self) -> str:
        """The comparison of the lanes that finished."""
        return render_card(end_card(self._said), self._speed)
