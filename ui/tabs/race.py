"""The Race tab: the same question four ways at once. What stands where, and which handler each control calls.

Four panes side by side, one time axis above them and one comparison below. Everything a race shows lives in the
handler that runs it; the tab itself holds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from ui.panels import (
    NOTHING_SAID,
    QuestionBar,
    js,
    panel,
    profile_select,
    question_field,
    scenario_select,
    seed_field,
    speed_select,
    start_button,
    stop_button,
    wire_run,
    wire_stories,
)
from ui.race_boards import PIECES, TRACKS, board_id, pane_boards, render_card, render_tracks
from ui.race_handlers import CARD, RaceHandlers
from ui.race_view import CONTENDERS, start_views
from ui.screen_options import ScreenOptions
from ui.tabs.context import TabContext
from ui.view import View
from ui.words import Status

PROFILE = "thirty_seconds"
"""Chosen at first: its stages, one after another, take the half minute that people complain about."""

STOPPED = Status("Stopped. All four runs have ended.", "stopped")


@dataclass(frozen=True, slots=True)
class _Controls:
    bar: QuestionBar
    scenario: gr.Dropdown
    profile: gr.Dropdown
    speed: gr.Dropdown
    seed: gr.Number
    watch: gr.HTML

    @property
    def form(self) -> list[gr.Textbox | gr.Dropdown | gr.Number]:
        """The inputs of a race, in the order of `RaceHandlers.race`."""
        return [self.bar.question, self.scenario, self.profile, self.speed, self.seed]


def build(context: TabContext) -> None:
    """Lay the tab out inside the current block, and wire it."""
    with gr.Column(elem_classes="rg-race"):
        controls = _controls(context.options)
        outputs = {TRACKS: panel(render_tracks(start_views("", context.options.speed)), "race-tracks")}
        with gr.Row(elem_classes="rg-panes"):
            for one in CONTENDERS:
                looks = ["rg-panel", "rg-pane", f"is-{one.strategy}", *(["is-wrong"] if one.wrong else [])]
                with gr.Column(elem_classes=looks):
                    boards = pane_boards(one)
                    for piece in PIECES:
                        name = board_id(one.strategy, piece)
                        outputs[name] = panel(boards[piece].paint(View(), 0), name)
        outputs[CARD] = panel(render_card(None), "race-card")
    stories = {story.name: story for story in context.options.scenarios}
    handlers = RaceHandlers(context.open_run, stories, outputs)
    wire_run(controls.bar, handlers.race, controls.form, list(outputs.values()), stopped=STOPPED)
    scenario = controls.scenario
    wire_stories(scenario.change, scenario, controls.bar.question, controls.watch, context.options)


def _controls(options: ScreenOptions) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = question_field("race", "Question for the race", next(iter(options.examples), ""))
        start, stop = start_button("race", "Start"), stop_button("race")
    with gr.Row(elem_classes="rg-options"):
        scenario = scenario_select(options, "race-scenario")
        profile = profile_select(options, PROFILE, "race-profile")
        speed = speed_select(options, "race-speed")
        seed = seed_field("race")
    _examples(options.examples, question, scenario)
    watch = panel(NOTHING_SAID, "race-watch")
    notice = panel(NOTHING_SAID, "race-notice")
    return _Controls(QuestionBar(question, start, stop, notice), scenario, profile, speed, seed, watch)


def _examples(examples: tuple[str, ...], question: gr.Textbox, scenario: gr.Dropdown) -> None:
    with gr.Row(elem_classes="rg-examples"):
        for example in examples:
            button = gr.Button(example, size="sm", scale=0)
            button.click(fn=None, js=f"() => {js([example, ''])}", outputs=[question, scenario])
