"""The Line tab: which stages the first word waits for, and what that costs. What stands where, and what calls what.

The cards and the gate's table are plain HTML; `ui/static/line.js` presses *Compare* when one of them changes, and the
button collects their fields. The tab itself holds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from lab.worker import LabWorker
from ui import render
from ui.line_handlers import LineHandlers
from ui.line_render import render_line
from ui.panels import panel
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.tabs.ask import QUESTION_CHARS
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
    _wire_scenarios(controls, stories)


def _controls(options: ScreenOptions) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = gr.Textbox(
            options.examples[0] if options.examples else "",
            label="Question for the comparison",
            show_label=False,
            container=False,
            placeholder="Ask about the documents",
            max_lines=4,
            max_length=QUESTION_CHARS,
            elem_id="line-question",
            scale=1,
        )
        compare = gr.Button("Compare", variant="primary", scale=0, min_width=112, elem_id="line-compare")
    with gr.Row(elem_classes="rg-options"):
        stories = [("Your own question", ""), *((story.title, story.name) for story in options.scenarios)]
        profiles = list(options.profiles) or [("As it is", "")]
        names = [name for _, name in profiles]
        scenario = _select("Scenario", stories, "", "line-scenario")
        profile = _select("Latency", profiles, PROFILE if PROFILE in names else names[0], "line-profile")
        seed = gr.Number(7, label="Seed", precision=0, min_width=140, elem_id="line-seed")
    watch = panel(_NOTHING, "line-watch")
    return _Controls(question, compare, scenario, profile, seed, gr.Textbox(visible=False), watch)


def _select(label: str, choices: list[tuple[str, str]], value: str, name: str) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, filterable=False, min_width=140, elem_id=name)


def _tell(event: str) -> str:
    """JavaScript that tells `line.js` of something."""
    return f"() => {{ document.dispatchEvent(new Event({json.dumps(event)})); }}"


_NOTHING = render.render_watch("", "")


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


def _wire_scenarios(controls: _Controls, stories: dict[str, ScenarioOption]) -> None:
    """A story fills in its question; the page then presses *Compare* itself."""
    controls.scenario.input(
        fn=_filled_in(stories),
        inputs=controls.scenario,
        outputs=[controls.question, controls.watch],
        queue=False,
        api_visibility="private",
    ).then(fn=None, js=_tell("rg:line"))


def _filled_in(stories: dict[str, ScenarioOption]) -> Callable[[str], list[object]]:
    """The latency stays as it was chosen, so that stories can be compared."""

    def choose(name: str) -> list[object]:
        story = stories.get(name)
        if story is None:
            return [gr.skip(), _NOTHING]
        return [story.question, render.render_watch(story.title, story.watch)]

    return choose
