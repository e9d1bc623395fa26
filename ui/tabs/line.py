"""The Line tab: which stages the first word waits for, and what that costs. What stands where, and what calls what.

The cards and the gate's table are plain HTML; `ui/static/line.js` presses *Compare* when one of them changes, and the
button collects their fields. The tab itself holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from lab.worker import LabWorker
from ui.line_handlers import LineHandlers
from ui.line_render import render_line
from ui.panels import (
    NOTHING_SAID,
    js,
    panel,
    profile_select,
    question_field,
    scenario_select,
    seed_field,
    start_button,
    wire_stories,
)
from ui.screen_options import ScreenOptions
from ui.tabs.context import TabContext

PROFILE = "thirty_seconds"
"""Chosen at first: a slow day shows best what waiting costs."""

_COLLECT = """(...form) => [...form.slice(0, -1), JSON.stringify(Object.fromEntries(
  [...document.querySelectorAll("#line-form [data-field]")]
    .map((e) => [e.dataset.field, e.type === "checkbox" ? e.checked : e.value])))]"""


@dataclass(frozen=True, slots=True)
class _Controls:
    question: gr.Textbox
    compare: gr.Button
    scenario: gr.Dropdown
    profile: gr.Dropdown
    seed: gr.Number
    fields: gr.Textbox
    watch: gr.HTML

    @property
    def form(self) -> list[gr.Textbox | gr.Dropdown | gr.Number]:
        """The inputs of a comparison, in the order of `LineHandlers.compare`."""
        return [self.question, self.scenario, self.profile, self.seed, self.fields]


def build(context: TabContext, worker: LabWorker) -> None:
    """Lay the tab out inside the current block, and wire it. `worker` belongs to the caller, who closes it."""
    stories = {story.name: story for story in context.options.scenarios}
    handlers = LineHandlers(worker, stories, context.settings)
    with gr.Column(elem_classes="rg-line"):
        controls = _controls(context.options)
        form = panel(handlers.first_form(next(iter(context.options.examples), "")), "line-controls")
        outputs = [form, panel(render_line(), "line-status"), panel("", "line-result")]
    _wire(controls, handlers, outputs)
    form.change(fn=None, js=_tell("rg:line-laid"))
    scenario = controls.scenario
    told = wire_stories(scenario.input, scenario, controls.question, controls.watch, context.options)
    told.then(fn=None, js=_tell("rg:line"))


def _controls(options: ScreenOptions) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = question_field("line", "Question for the comparison", next(iter(options.examples), ""))
        compare = start_button("line", "Compare", min_width=112)
    with gr.Row(elem_classes="rg-options"):
        scenario = scenario_select(options, "line-scenario")
        profile = profile_select(options, PROFILE, "line-profile")
        seed = seed_field("line")
    watch = panel(NOTHING_SAID, "line-watch")
    return _Controls(question, compare, scenario, profile, seed, gr.Textbox(visible=False), watch)


def _tell(event: str) -> str:
    """JavaScript that tells `line.js` of something."""
    return f"() => {{ document.dispatchEvent(new Event({js(event)})); }}"


def _wire(controls: _Controls, handlers: LineHandlers, outputs: list[gr.HTML]) -> None:
    gr.on(
        [controls.compare.click, controls.question.submit, controls.profile.input, controls.seed.change],
        fn=handlers.compare,
        js=_COLLECT,
        inputs=controls.form,
        outputs=outputs,
        trigger_mode="always_last",
        concurrency_limit=None,
        api_visibility="private",
    )
