"""The Ask tab: what stands where, and which handler each control calls.

Everything a run shows lives in the handler that runs it; the tab itself holds nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import gradio as gr

from rag.ports import OpenRun
from ui import labels, render
from ui.handlers import AskHandlers
from ui.knob_form import OpenCustom
from ui.painter import BoardName, ask_boards
from ui.panels import panel
from ui.screen_options import ScreenOptions
from ui.tabs.ask_setup import Setup, SetupHandlers, collecting, lay_out_gallery, lay_out_knobs, wire, wire_link
from ui.view import View
from ui.words import NO_QUESTION, STOPPED

QUESTION_CHARS = 2000


@dataclass(frozen=True, slots=True)
class _Controls:
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    setup: Setup
    notice: gr.HTML

    @property
    def form(self) -> list[gr.Textbox | gr.Dropdown | gr.Number]:
        """The inputs of a run, in the order of `AskHandlers.ask`."""
        return [self.question, *self.setup.form]


def build(open_run: OpenRun, options: ScreenOptions, open_custom: OpenCustom | None = None) -> None:
    """Lay the tab out inside the current block, and wire it. With `open_custom` there are knobs to turn."""
    controls = _controls(options, knobs=open_custom is not None)
    boards = ask_boards(options.support_note)
    empty = {name: board.paint(View(), 0) for name, board in boards.items()}
    outputs: dict[BoardName, gr.HTML] = {"head": panel(empty["head"], "ask-head")}
    with gr.Row(elem_classes="rg-reading"):
        with gr.Column(elem_classes="rg-panel rg-answer", elem_id="ask-answer-column"):
            panel(render.render_versions())
            outputs["answer"] = panel(empty["answer"], "ask-answer")
            outputs["tail"] = panel(empty["tail"], "ask-tail")
            panel(render.render_legend())
        outputs["evidence"] = panel(empty["evidence"], "ask-evidence")
    outputs["lower"] = panel(empty["lower"], "ask-lower")
    _wire(controls, AskHandlers(open_run, boards, outputs, open_custom), outputs)


def _controls(options: ScreenOptions, *, knobs: bool) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = gr.Textbox(
            label="Question",
            show_label=False,
            container=False,
            placeholder="Ask about the documents",
            max_lines=4,
            max_length=QUESTION_CHARS,
            autofocus=True,
            elem_id="ask-question",
            scale=1,
        )
        ask = gr.Button("Ask", variant="primary", scale=0, min_width=96, elem_id="ask-ask")
        stop = gr.Button("Stop", interactive=False, scale=0, min_width=96, elem_id="ask-stop")
    scenario, domain, profile, speed = _choices(options)
    with gr.Row(elem_classes="rg-bench"):
        panel(render.render_folds(stories=len(options.scenarios), knobs=knobs))
        copy = gr.Button("Copy link", size="sm", scale=0, min_width=100, elem_id="ask-copy")
        panel(render.render_said("ask-copied"))
        with gr.Row(elem_classes="rg-examples"):
            examples = [(gr.Button(text, size="sm", scale=0), text) for text in options.examples]
    cards = lay_out_gallery(options.scenarios)
    strategy, seed, table, note, buttons = lay_out_knobs(options, shown=knobs)
    watch = panel(render.render_watch("", ""), "ask-watch")
    notice = panel(_NOTHING, "ask-notice")
    own, turned = gr.Textbox(visible=False), gr.Textbox(visible=False)
    setup = Setup(scenario, domain, profile, speed, strategy, seed, own, turned, watch, table, note)
    handlers = SetupHandlers(options, knobs=knobs, question_chars=QUESTION_CHARS)
    wire(setup, handlers, question, notice, cards, buttons, examples)
    wire_link(copy, setup, question)
    return _Controls(question, ask, stop, setup, notice)


def _choices(options: ScreenOptions) -> tuple[gr.Dropdown, gr.Dropdown, gr.Dropdown, gr.Dropdown]:
    """Scenario, domain, profile and speed."""
    stories = [("Your own question", ""), *((story.title, story.name) for story in options.scenarios)]
    domains = [("Found by the pipeline", ""), *((labels.DOMAIN[domain], domain) for domain in options.domains)]
    speeds = [
        (f"{speed:g}\N{MULTIPLICATION SIGN}" + (" real time" if speed == 1 else ""), speed)
        for speed in sorted({*options.speeds, options.speed})
    ]
    profiles = list(options.profiles) or [("As it is", "")]
    simulated = bool(options.profiles)
    with gr.Row(elem_classes="rg-options"):
        return (
            _select("Scenario", stories, "", shown=bool(options.scenarios)),
            _select("Domain", domains, ""),
            _select("Latency", profiles, options.profile or profiles[0][1], shown=simulated),
            _select("Speed", speeds, options.speed, shown=simulated),
        )


Choices = list[tuple[str, str]] | list[tuple[str, float]]


def _select(label: str, choices: Choices, value: str | float, *, shown: bool = True) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, filterable=False, min_width=140, visible=shown)


def _js(value: object) -> str:
    """A value as a JavaScript literal."""
    return json.dumps(value)


_NOTHING = render.render_watch("", "")
_ON, _OFF = {"__type__": "update", "interactive": True}, {"__type__": "update", "interactive": False}


def _wire(controls: _Controls, handlers: AskHandlers, outputs: dict[BoardName, gr.HTML]) -> None:
    """Ask, Enter and Stop.

    The page itself switches the buttons and says *Stopped*: as outputs of the run they would cost a quarter of a
    millisecond on every update, and a cancelled run cannot paint its own end.
    """
    starts = [controls.ask.click, controls.question.submit]
    lamps = [controls.ask, controls.stop, controls.notice]
    running, nothing_asked = _js([_OFF, _ON, _NOTHING]), _js([_ON, _OFF, render.render_notice(NO_QUESTION)])
    gr.on(
        starts,
        fn=None,
        js=f"(text) => text.trim() ? {running} : {nothing_asked}",
        inputs=controls.question,
        outputs=lamps,
    )
    run = gr.on(
        starts,
        fn=handlers.ask,
        inputs=controls.form,
        js=collecting(len(controls.form)),
        outputs=list(outputs.values()),
        trigger_mode="once",
        show_progress="hidden",
        concurrency_limit=None,
        api_visibility="private",
    )
    run.then(fn=None, js=f"() => {_js([_ON, _OFF])}", outputs=[controls.ask, controls.stop])
    controls.stop.click(
        fn=None, js=f"() => {_js([_ON, _OFF, render.render_notice(STOPPED)])}", outputs=lamps, cancels=[run]
    )
