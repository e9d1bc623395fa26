"""The Race tab: the same question four ways at once. What stands where, and which handler each control calls.

Four panes side by side, one time axis above them and one comparison below. Everything a race shows lives in the
handler that runs it; the tab itself holds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from ui import render
from ui.panels import panel
from ui.race_boards import PIECES, TRACKS, board_id, pane_boards, render_card, render_tracks
from ui.race_handlers import CARD, RaceHandlers
from ui.race_view import CONTENDERS, start_views
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.tabs.ask import QUESTION_CHARS
from ui.tabs.context import TabContext
from ui.view import View
from ui.words import NO_QUESTION, Status

PROFILE = "thirty_seconds"
"""Chosen at first: its stages, one after another, take the half minute that people complain about."""

STOPPED = Status("Stopped. All four runs have ended.", "stopped")


@dataclass(frozen=True, slots=True)
class _Controls:
    question: gr.Textbox
    start: gr.Button
    stop: gr.Button
    scenario: gr.Dropdown
    profile: gr.Dropdown
    speed: gr.Dropdown
    seed: gr.Number
    watch: gr.HTML
    notice: gr.HTML

    @property
    def form(self) -> list[gr.Textbox | gr.Dropdown | gr.Number]:
        """The inputs of a race, in the order of `RaceHandlers.race`."""
        return [self.question, self.scenario, self.profile, self.speed, self.seed]


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
    _wire(controls, RaceHandlers(context.open_run, stories, outputs), list(outputs.values()))
    _wire_scenarios(controls, stories)


def _controls(options: ScreenOptions) -> _Controls:
    with gr.Row(elem_classes="rg-ask"):
        question = gr.Textbox(
            options.examples[0] if options.examples else "",
            label="Question for the race",
            show_label=False,
            container=False,
            placeholder="Ask about the documents",
            max_lines=4,
            max_length=QUESTION_CHARS,
            elem_id="race-question",
            scale=1,
        )
        start = gr.Button("Start", variant="primary", scale=0, min_width=96, elem_id="race-start")
        stop = gr.Button("Stop", interactive=False, scale=0, min_width=96, elem_id="race-stop")
    with gr.Row(elem_classes="rg-options"):
        stories = [("Your own question", ""), *((story.title, story.name) for story in options.scenarios)]
        profiles = list(options.profiles) or [("As it is", "")]
        names = [name for _, name in profiles]
        speeds = [
            (f"{speed:g}\N{MULTIPLICATION SIGN}" + (" real time" if speed == 1 else ""), speed)
            for speed in sorted({*options.speeds, options.speed})
        ]
        scenario = _select("Scenario", stories, "", "race-scenario")
        profile = _select("Latency", profiles, PROFILE if PROFILE in names else names[0], "race-profile")
        speed = _select("Speed", speeds, options.speed, "race-speed")
        seed = gr.Number(7, label="Seed", precision=0, min_width=140, elem_id="race-seed")
    _examples(options.examples, question, scenario)
    watch = panel(_NOTHING, "race-watch")
    notice = panel(_NOTHING, "race-notice")
    return _Controls(question, start, stop, scenario, profile, speed, seed, watch, notice)


def _examples(examples: tuple[str, ...], question: gr.Textbox, scenario: gr.Dropdown) -> None:
    with gr.Row(elem_classes="rg-examples"):
        for example in examples:
            button = gr.Button(example, size="sm", scale=0)
            button.click(fn=None, js=f"() => {_js([example, ''])}", outputs=[question, scenario])


def _select(
    label: str, choices: list[tuple[str, str]] | list[tuple[str, float]], value: str | float, name: str
) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, label=label, filterable=False, min_width=140, elem_id=name)


def _js(value: object) -> str:
    """A value as a JavaScript literal."""
    return json.dumps(value)


_NOTHING = render.render_watch("", "")
_ON, _OFF = {"__type__": "update", "interactive": True}, {"__type__": "update", "interactive": False}


def _wire(controls: _Controls, handlers: RaceHandlers, outputs: list[gr.HTML]) -> None:
    """Start, Enter and Stop; the page itself switches the buttons, as on the Ask tab."""
    starts = [controls.start.click, controls.question.submit]
    lamps = [controls.start, controls.stop, controls.notice]
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
        fn=handlers.race,
        inputs=controls.form,
        outputs=outputs,
        trigger_mode="once",
        concurrency_limit=None,
        api_visibility="private",
    )
    run.then(fn=None, js=f"() => {_js([_ON, _OFF])}", outputs=[controls.start, controls.stop])
    controls.stop.click(
        fn=None, js=f"() => {_js([_ON, _OFF, render.render_notice(STOPPED)])}", outputs=lamps, cancels=[run]
    )


def _wire_scenarios(controls: _Controls, stories: dict[str, ScenarioOption]) -> None:
    controls.scenario.change(
        fn=_filled_in(stories),
        inputs=controls.scenario,
        outputs=[controls.question, controls.watch],
        queue=False,
        api_visibility="private",
    )


def _filled_in(stories: dict[str, ScenarioOption]) -> Callable[[str], list[object]]:
    """A story brings its question; the latency stays as the presenter chose it, or there would be no race."""

    def choose(name: str) -> list[object]:
        story = stories.get(name)
        if story is None:
            return [gr.skip(), _NOTHING]
        return [story.question, render.render_watch(story.title, story.watch)]

    return choose
