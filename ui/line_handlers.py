"""From the controls of the line to two runs beside each other. The runs are played in the lab's own process.

Holds nothing between calls: the form travels with every one of them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import gradio as gr

from lab.what_if import Comparison
from lab.worker import LabWorker
from rag.errors import RagError
from rag.policy import classify
from rag.settings import Settings
from rag.values import Domain
from ui.line_form import Form, change, house_form, is_house, read_form
from ui.line_render import render_form, render_line, render_result, result_line
from ui.screen_options import ScenarioOption
from ui.words import NO_QUESTION, Status

_LOG = logging.getLogger(__name__)

Painted = tuple[object, str, object]
"""The form, the status line and the comparison; the first and the last only if there is something new."""


class LineHandlers:
    """The Line tab's event handlers."""

    def __init__(self, worker: LabWorker, scenarios: Mapping[str, ScenarioOption], settings: Settings) -> None:
        self._worker = worker
        self._scenarios = scenarios
        self._settings = settings

    async def compare(self, question: str, scenario: str, profile: str, seed: float | None, fields: str) -> Painted:
        """Run the question as the house would and as the form says. Never raises."""
        asked = (question or "").strip()
        if not asked:
            return gr.skip(), render_line(NO_QUESTION), gr.skip()
        domain = self._domain(asked, scenario or "")
        relaid: object = gr.skip()
        try:
            form = read_form(fields, self._settings, domain)
            # Only if another row of the table is in force: nobody is to type into a form that is replaced.
            relaid = render_form(form, self._settings) if form.moved else relaid
            result = await self._result(form, asked, scenario or "", profile or "", seed)
        except RagError as error:
            return relaid, render_line(Status(str(error), "failed")), gr.skip()
        except Exception:  # noqa: BLE001 - the page says it calmly
            _LOG.exception("the line could not be computed")
            return relaid, render_line(Status(RagError.default_message, "failed")), gr.skip()
        line = result_line(result, unchanged=is_house(form, self._settings))
        return relaid, render_line(line), render_result(result)

    def first_form(self, question: str, scenario: str = "") -> str:
        """The form as the house has it."""
        return render_form(house_form(self._settings, self._domain(question, scenario)), self._settings)

    async def _result(self, form: Form, question: str, scenario: str, profile: str, seed: float | None) -> Comparison:
        own = self._is_own(question, scenario)
        request = {
            "question": question,
            "domain": None if own else self._scenarios[scenario].domain,
            "scenario": scenario or None,
            "profile": profile or None,
            "seed": seed,
        }
        return await self._worker.what_if(change(form, request))

    def _domain(self, question: str, scenario: str) -> Domain:
        """The row of the table that the question falls into, found as the pipeline finds it."""
        told = None if self._is_own(question, scenario) else self._scenarios[scenario].domain
        return told or classify(question)

    def _is_own(self, question: str, scenario: str) -> bool:
        story = self._scenarios.get(scenario)
        return story is None or question != story.question
