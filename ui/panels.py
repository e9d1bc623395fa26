"""What several tabs lay out alike: a panel of our own HTML, the question with its choices, and Start and Stop.

Knows Gradio and what the page offers. What is run, and on which boards it shows, is known to the tabs alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency

from ui import render
from ui.screen_options import ScreenOptions
from ui.words import NO_QUESTION, Status

QUESTION_CHARS = 2000

NOTHING_SAID = render.render_watch("", "")
"""What stands in a notice, or beside a story, that has nothing to say."""

Choices = list[tuple[str, str]] | list[tuple[str, float]]
"""Title and value of everything one can choose."""


def panel(html: str, name: str | None = None) -> gr.HTML:
    """A block of rendered HTML under an element id: without Gradio's styles and scripts around it."""
    return gr.HTML(html, elem_id=name, apply_default_css=False, js_on_load=None)


def question_field(scope: str, label: str, first: str | None = None, *, autofocus: bool = False) -> gr.Textbox:
    """The question as `{scope}-question`; `label` is heard, not seen. `first` stands in it at first."""
    return gr.Textbox(
        first,
        label=label,
        show_label=False,
        container=False,
        placeholder="Ask about the documents",
        max_lines=4,
        max_length=QUESTION_CHARS,
        autofocus=autofocus,
        elem_id=f"{scope}-question",
        scale=1,
    )


def start_button(scope: str, title: str, *, min_width: int = 96) -> gr.Button:
    """The button that runs the question; its id has the title in it, as in `race-start`."""
    name = f"{scope}-{title.lower()}"
    return gr.Button(title, variant="primary", scale=0, min_width=min_width, elem_id=name)


def stop_button(scope: str) -> gr.Button:
    """Its counterpart as `{scope}-stop`; cannot be pressed until something runs."""
    return gr.Button("Stop", interactive=False, scale=0, min_width=96, elem_id=f"{scope}-stop")


def select(
    label: str, choices: Choices, value: str | float, name: str | None = None, *, shown: bool = True
) -> gr.Dropdown:
    """A short list to choose one thing from."""
    return gr.Dropdown(choices, value=value, label=label, filterable=False, min_width=140, elem_id=name, visible=shown)


def scenario_select(options: ScreenOptions, name: str | None = None, *, shown: bool = True) -> gr.Dropdown:
    """Every story by its title, after *no story*, which is chosen at first."""
    stories = [("Your own question", ""), *((story.title, story.name) for story in options.scenarios)]
    return select("Scenario", stories, "", name, shown=shown)


def profile_select(
    options: ScreenOptions, preferred: str, name: str | None = None, *, shown: bool = True
) -> gr.Dropdown:
    """The latency profiles, at first the `preferred` one if it is there; one entry where nothing is simulated."""
    profiles = list(options.profiles) or [("As it is", "")]
    names = [profile for _, profile in profiles]
    return select("Latency", profiles, preferred if preferred in names else names[0], name, shown=shown)


def speed_select(options: ScreenOptions, name: str | None = None, *, shown: bool = True) -> gr.Dropdown:
    """The speeds in their order, as a factor of real time."""
    speeds = [
        (f"{speed:g}\N{MULTIPLICATION SIGN}" + (" real time" if speed == 1 else ""), speed)
        for speed in sorted({*options.speeds, options.speed})
    ]
    return select("Speed", speeds, options.speed, name, shown=shown)


def seed_field(scope: str) -> gr.Number:
    """A seed that is always told, so that what is compared can be compared again."""
    return gr.Number(7, label="Seed", precision=0, min_width=140, elem_id=f"{scope}-seed")


def wire_stories(
    chosen: Callable[..., Dependency],
    scenario: gr.Dropdown,
    question: gr.Textbox,
    watch: gr.HTML,
    options: ScreenOptions,
) -> Dependency:
    """A story brings its question and says what to watch; `chosen` is the event of `scenario` that counts.

    The latency stays as the presenter chose it: it is what the tab compares the stories by.
    """
    stories = {story.name: story for story in options.scenarios}

    def choose(name: str) -> list[object]:
        story = stories.get(name)
        if story is None:
            return [gr.skip(), NOTHING_SAID]
        return [story.question, render.render_watch(story.title, story.watch)]

    return chosen(fn=choose, inputs=scenario, outputs=[question, watch], queue=False, api_visibility="private")


def js(value: object) -> str:
    """A value as a JavaScript literal."""
    return json.dumps(value)


_ON, _OFF = {"__type__": "update", "interactive": True}, {"__type__": "update", "interactive": False}


@dataclass(frozen=True, slots=True)
class QuestionBar:
    """The question, what starts and stops its run, and where the page says why there is none."""

    question: gr.Textbox
    start: gr.Button
    stop: gr.Button
    notice: gr.HTML


def wire_run(
    bar: QuestionBar,
    run: Callable[..., object],
    inputs: Sequence[gr.components.Component],
    outputs: Sequence[gr.HTML],
    *,
    stopped: Status,
    collect: str | None = None,
) -> Dependency:
    """Start, Enter and Stop; gives the event of Stop. `collect` is the script that fills the inputs in.

    The page itself switches the buttons and says `stopped`: as outputs of the run they would cost a quarter of a
    millisecond on every update, and a cancelled run cannot paint its own end.
    """
    starts = [bar.start.click, bar.question.submit]
    lamps = [bar.start, bar.stop, bar.notice]
    running, nothing_asked = js([_OFF, _ON, NOTHING_SAID]), js([_ON, _OFF, render.render_notice(NO_QUESTION)])
    gr.on(
        starts,
        fn=None,
        js=f"(text) => text.trim() ? {running} : {nothing_asked}",
        inputs=bar.question,
        outputs=lamps,
    )
    going = gr.on(
        starts,
        fn=run,
        inputs=inputs,
        js=collect,
        outputs=outputs,
        trigger_mode="once",
        concurrency_limit=None,
        api_visibility="private",
    )
    going.then(fn=None, js=f"() => {js([_ON, _OFF])}", outputs=lamps[:2])
    return bar.stop.click(
        fn=None, js=f"() => {js([_ON, _OFF, render.render_notice(stopped)])}", outputs=lamps, cancels=[going]
    )
