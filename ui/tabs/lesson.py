"""The Lesson tab: a guided tour in nine steps. Predict, run, see what you should have noticed.

Each step is a page: its text and prediction are our own HTML, its runs are played on the boards of Ask, made smaller.
The tab holds nothing: the number of the step stands in a hidden field, the prediction in the page's own buttons.
"""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from ui import render
from ui.lesson_handlers import LessonHandlers, Pane, Panels
from ui.lesson_panels import PANES, empty_boards, lesson_boards, render_finding, render_play, render_step, render_steps
from ui.lesson_steps import STEPS, Play
from ui.panels import panel
from ui.tabs.context import TabContext
from ui.words import Status

SPEEDS = [
    (f"{speed:g}\N{MULTIPLICATION SIGN}" + (" real time" if speed == 1 else ""), speed) for speed in (1.0, 2.0, 4.0)
]
"""Not much faster: times are told at natural speed, and the program's own computing is multiplied with them."""

NO_GUESS = Status("Make your prediction first; a guess is enough.", "caution")
STOPPED = Status("Stopped. Press the button to run it again.", "stopped")

_TURNED = """element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button && button.ariaDisabled !== "true") trigger("click", { step: button.dataset.step });
})"""
_SHOW_FINDING = """const found = document.querySelector(".rg-lesson-finding");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
if (found) found.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });"""
_GUESS = "(document.querySelector('[name=lesson-guess]:checked')?.value ?? '')"


def build(context: TabContext) -> None:
    """Lay the tab out inside the current block, and wire it."""
    boards = [lesson_boards(scope, context.options.support_note) for scope in PANES]
    with gr.Column(elem_classes="rg-lesson"):
        number = gr.Textbox("0", visible=False)
        steps = gr.HTML(render_steps(0), apply_default_css=False, js_on_load=_TURNED, elem_id="lesson-steps")
        text = panel(render_step(0), "lesson-text")
        with gr.Row(elem_classes="rg-lesson-bar"):
            run = gr.Button("Run it", variant="primary", scale=0, min_width=120, elem_id="lesson-run")
            stop = gr.Button("Stop", interactive=False, scale=0, min_width=96, elem_id="lesson-stop")
            speed = gr.Radio(
                SPEEDS, value=1.0, label="Speed", show_label=False, container=False, elem_id="lesson-speed"
            )
        notice = panel("", "lesson-notice")
        with gr.Row(elem_classes="rg-lesson-panes"):
            plays = (*STEPS[0].plays, None)
            empty = empty_boards(boards)
            first, second = (_pane(scope, play, html) for scope, play, html in zip(PANES, plays, empty, strict=False))
        found = panel(render_finding(STEPS[0], "", None), "lesson-finding")
    panels = Panels(number, steps, text, found, notice, (first, second))
    _wire(LessonHandlers(context.open_run, boards, panels), panels, run, stop, speed)


def _pane(scope: str, play: Play | None, empty: dict[Any, str]) -> Pane:
    """One run: its heading, its status, and under each other answer, sources, gate and timeline."""
    with gr.Column(elem_classes="rg-run rg-lesson-pane", min_width=300):
        title = panel(render_play(play), f"{scope}-title")
        shown = {"head": panel(empty["head"], f"{scope}-head")}
        with gr.Row(elem_classes="rg-reading"):
            with gr.Column(elem_classes="rg-panel rg-answer"):
                panel(render.render_versions(scope))
                shown["answer"] = panel(empty["answer"], f"{scope}-answer")
                shown["tail"] = panel(empty["tail"], f"{scope}-tail")
            shown["evidence"] = panel(empty["evidence"], f"{scope}-evidence")
        shown["lower"] = panel(empty["lower"], f"{scope}-lower")
    return Pane(title, shown)  # type: ignore[arg-type]  # mypy widens the keys of a literal dict to str


def _wire(handlers: LessonHandlers, panels: Panels, run: gr.Button, stop: gr.Button, speed: gr.Radio) -> None:
    boards = [board for pane in panels.panes for board in pane.boards.values()]
    pages = [panels.number, panels.steps, panels.text, panels.finding, panels.notice]
    titles = [pane.title for pane in panels.panes]
    on, off = ({"__type__": "update", "interactive": value} for value in (True, False))
    lamps = [run, stop, panels.notice]
    idle, said = json.dumps([on, off, ""]), json.dumps([on, off, render.render_notice(NO_GUESS)])
    gr.on(run.click, fn=None, js=f"() => {_GUESS} ? {json.dumps([off, on, ''])} : {said}", outputs=lamps)
    playing = run.click(
        handlers.run,
        inputs=[panels.number, speed, panels.notice],
        outputs=[*boards, panels.finding],
        js=f"(number, speed) => [number, speed, {_GUESS}]",
        trigger_mode="once",
        concurrency_limit=None,
        api_visibility="private",
    )
    ended = f"() => {{ {_SHOW_FINDING} return {json.dumps([on, off])}; }}"
    playing.then(fn=None, js=ended, outputs=[run, stop])
    stopped = json.dumps([on, off, render.render_notice(STOPPED)])
    stop.click(fn=None, js=f"() => {stopped}", outputs=lamps, cancels=[playing])
    panels.steps.click(fn=None, js=f"() => {idle}", outputs=lamps, cancels=[playing])
    panels.steps.click(
        handlers.turn,
        outputs=[*pages, *titles, *boards],
        queue=False,
        api_visibility="private",
    )
