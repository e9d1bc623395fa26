"""The Ask tab: what stands where, and which handler each control calls.

Everything a run shows lives in the handler that runs it; the tab itself holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency

from rag.ports import OpenRun
from ui import labels, render
from ui.handlers import AskHandlers
from ui.inspector import render_shell
from ui.keeping import Keeping
from ui.painter import BoardName, ask_boards
from ui.panels import (
    NOTHING_SAID,
    QUESTION_CHARS,
    QuestionBar,
    panel,
    profile_select,
    question_field,
    scenario_select,
    select,
    speed_select,
    start_button,
    stop_button,
    wire_run,
)
from ui.screen_options import ScreenOptions
from ui.tabs.ask_documents import DocumentHandlers, lay_out_button, lay_out_documents, wire_documents
from ui.tabs.ask_setup import Setup, SetupHandlers, collecting, lay_out_gallery, lay_out_knobs, wire, wire_link
from ui.tabs.context import AskExtras
from ui.view import View
from ui.words import STOPPED

SAVE = (
    '<p class="rg-keep" data-keep><a id="ask-save-run" aria-describedby="ask-save-cut" download>Save this run</a>'
    '<button type="button" id="ask-replay-run">Replay it</button><span id="ask-save-cut"></span></p>'
)
"""Filled in by `ui/static/app.js` when a run has spoken: as an output of the run it would cost on every update."""
UNREVISED = (
    '<p class="rg-panel rg-unrevised"><span>What the checks change in the draft, and why, will stand here.</span>'
    "<span>Nothing in the draft had to change.</span></p>"
)
"""Keeps the place of the revision, so that nothing moves when there is one."""


@dataclass(frozen=True, slots=True)
class _Controls:
    bar: QuestionBar
    setup: Setup

    @property
    def form(self) -> list[gr.Textbox | gr.Dropdown | gr.Number]:
        """The inputs of a run, in the order of `AskHandlers.ask`."""
        return [self.bar.question, *self.setup.form]


def build(open_run: OpenRun, options: ScreenOptions, extras: AskExtras) -> None:
    """Lay the tab out inside the current block, and wire it."""
    controls = _controls(options, extras)
    boards = ask_boards(options.support_note)
    empty = {name: board.paint(View(), 0) for name, board in boards.items()}
    outputs: dict[BoardName, gr.HTML] = {"head": panel(empty["head"], "ask-head")}
    with gr.Row(elem_classes="rg-reading"):
        with gr.Column(elem_classes="rg-panel rg-answer", elem_id="ask-answer-column"):
            panel(render.render_versions())
            outputs["answer"] = panel(empty["answer"], "ask-answer")
            outputs["tail"] = panel(empty["tail"], "ask-tail")
            panel(render.render_legend())
        panel(UNREVISED, "ask-unrevised")
        outputs["evidence"] = panel(empty["evidence"], "ask-evidence")
    outputs["lower"] = panel(empty["lower"], "ask-lower")
    keeping = _lay_out_inspector(extras)
    painted = [*outputs.values(), keeping.feed] if keeping else [*outputs.values()]
    handlers = AskHandlers(open_run, boards, outputs, extras.open_custom, keeping, extras.documents)
    stop = _wire(controls, handlers, painted)
    if keeping:
        stop.then(
            handlers.whole,
            inputs=gr.Textbox(visible=False),
            outputs=keeping.feed,
            js="() => [document.querySelector('[data-keep]').dataset.keep]",
            api_visibility="private",
        )


def _lay_out_inspector(extras: AskExtras) -> Keeping | None:
    """The events of the run under its boards, where runs are kept."""
    if extras.runs is None:
        return None
    panel(render_shell("ask"))
    return Keeping(extras.runs, panel("", "ask-feed"), extras.told)


def _controls(options: ScreenOptions, extras: AskExtras) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = question_field("ask", "Question", autofocus=True)
        ask, stop = start_button("ask", "Ask"), stop_button("ask")
    scenario, domain, profile, speed = _choices(options)
    knobs = extras.open_custom is not None
    with gr.Row(elem_classes="rg-bench"):
        panel(render.render_folds(stories=len(options.scenarios), knobs=knobs))
        if extras.documents is not None:
            lay_out_button()
        copy = gr.Button("Copy link", size="sm", scale=0, min_width=100, elem_id="ask-copy")
        panel(SAVE)
        panel(render.render_said("ask-copied"))
        with gr.Row(elem_classes="rg-examples"):
            examples = [(gr.Button(text, size="sm", scale=0), text) for text in options.examples]
    documents = lay_out_documents() if extras.documents is not None else None
    cards = lay_out_gallery(options.scenarios)
    strategy, seed, table, note, buttons = lay_out_knobs(options, shown=knobs)
    watch = panel(render.render_watch("", ""), "ask-watch")
    notice = panel(NOTHING_SAID, "ask-notice")
    own, turned = gr.Textbox(visible=False), gr.Textbox(visible=False)
    setup = Setup(scenario, domain, profile, speed, strategy, seed, own, turned, watch, table, note)
    handlers = SetupHandlers(options, knobs=knobs, question_chars=QUESTION_CHARS)
    wire(setup, handlers, question, notice, cards, buttons, examples)
    wire_link(copy, setup, question)
    if documents is not None and extras.documents is not None:
        wire_documents(documents, DocumentHandlers(extras.documents, extras.library), scenario, watch)
    return _Controls(QuestionBar(question, ask, stop, notice), setup)


def _choices(options: ScreenOptions) -> tuple[gr.Dropdown, gr.Dropdown, gr.Dropdown, gr.Dropdown]:
    """Scenario, domain, profile and speed."""
    domains = [("Found by the pipeline", ""), *((labels.DOMAIN[domain], domain) for domain in options.domains)]
    simulated = bool(options.profiles)
    with gr.Row(elem_classes="rg-options"):
        return (
            scenario_select(options, shown=bool(options.scenarios)),
            select("Domain", domains, ""),
            profile_select(options, options.profile, shown=simulated),
            speed_select(options, shown=simulated),
        )


def _wire(controls: _Controls, handlers: AskHandlers, outputs: list[gr.HTML]) -> Dependency:
    """Ask, Enter and Stop; gives the event of Stop."""
    collect = collecting(len(controls.form))
    return wire_run(controls.bar, handlers.ask, controls.form, outputs, stopped=STOPPED, collect=collect)
