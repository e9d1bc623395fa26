"""The set-up of the Ask tab: the gallery of stories, the knobs, profiles as files, and the link to all of it.

What is turned stands in the page's own inputs (`ui/static/app.js` collects it); the server paints them and checks what
comes back. Nothing is kept here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

import gradio as gr

from mocks.profile_files import read_profile
from mocks.profiles import Profile
from rag.errors import InvalidRequest
from rag.values import Strategy
from ui import render
from ui.knob_form import read_turned
from ui.knob_panel import render_knob_note, render_knobs
from ui.labels import STRATEGY
from ui.link import read_link
from ui.panels import panel
from ui.render import filled
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.words import Status

_PICKED = """element.addEventListener("click", (event) => {
  const card = event.target.closest("[data-story]");
  if (card) trigger("click", { story: card.dataset.story });
})"""
_TURNED = "window.rg.turned()"
"""What the page's own inputs say, as JSON; empty when nothing is turned."""

Update = object


@dataclass(frozen=True, slots=True)
class Setup:
    """The controls of a run beside its question and its buttons."""

    scenario: gr.Dropdown
    domain: gr.Dropdown
    profile: gr.Dropdown
    speed: gr.Dropdown
    strategy: gr.Dropdown
    seed: gr.Number
    own: gr.Textbox
    turned: gr.Textbox
    watch: gr.HTML
    knobs: gr.HTML
    note: gr.HTML

    @property
    def form(self) -> list[gr.Dropdown | gr.Number | gr.Textbox]:
        """The inputs of a run after its question, in the order of `AskHandlers.ask`."""
        return [
            self.scenario,
            self.domain,
            self.profile,
            self.speed,
            self.strategy,
            self.seed,
            self.own,
            self.turned,
        ]


def collecting(inputs: int) -> str:
    """The script of an event with `inputs` inputs, the last of them `Setup.turned`: filled in from the page."""
    names = ", ".join(f"v{number}" for number in range(inputs - 1))
    return f"({names}) => [{names}, {_TURNED}]"


class SetupHandlers:
    """What the controls become when a story, a profile, a file or a link is chosen."""

    def __init__(self, options: ScreenOptions, *, knobs: bool, question_chars: int) -> None:
        self._options = options
        self._stories = {story.name: story for story in options.scenarios}
        self._profile = options.profile or (options.profiles[0][1] if options.profiles else "")
        self._knobs = knobs
        self._question_chars = question_chars

    def story(self, name: str) -> list[Update]:
        """Question, scenario, domain, profile, watch, seed, own, knobs, note: all as the story has them."""
        story = self._stories.get(name)
        if story is None:
            return [gr.skip(), "", gr.skip(), gr.skip(), render.render_watch("", ""), *self._fresh("", self._profile)]
        profile = story.profile or self._profile
        watch = render.render_watch(story.title, story.watch)
        return [story.question, story.name, story.domain or "", profile, watch, *self._fresh(story.name, profile)]

    def picked(self, event: gr.EventData) -> list[Update]:
        """The story whose card was pressed."""
        return self.story(str(event.story))

    def example(self, question: str) -> list[Update]:
        """An example is one's own question: no story any more."""
        return [question, *self.story("")[1:]]

    def named(self, scenario: str, profile: str, turned: str) -> list[Update]:
        """Own, knobs and note for another profile: a file is forgotten, what was turned stays turned."""
        return ["", self._table(scenario, profile, turned=turned), render_knob_note("")]

    def untouched(self, scenario: str, profile: str) -> list[Update]:
        """Seed, own, knobs and note as at first."""
        return self._fresh(scenario, profile)

    def loaded(self, text: str | None, scenario: str, profile: str) -> list[Update]:
        """Own, knobs and note from a file; a file that cannot be used changes nothing but the note."""
        if not text:
            return [gr.skip(), gr.skip(), gr.skip()]
        try:
            own = read_profile(text)
        except InvalidRequest as error:
            return [gr.skip(), gr.skip(), render_knob_note(str(error), bad=True)]
        said = f"The profile {own.name} is loaded. It counts until another latency is chosen."
        return [text, _painted(scenario, profile, own=own), render_knob_note(said)]

    def saved(self, scenario: str, profile: str, own: str, turned: str) -> list[Update]:
        """The TOML of what a run would get, and a note; no TOML if the knobs do not fit."""
        try:
            changes = read_turned(turned, own)
            made = changes.profile_for(scenario, profile)
        except InvalidRequest as error:
            return ["", render_knob_note(str(error), bad=True)]
        changed = made != changes.own and not made.name.endswith("_turned")
        named = made.model_copy(update={"name": f"{made.name}_turned"}) if changed else made
        return [named.to_toml(), render_knob_note(f"Saved as {named.name}.toml.")]

    def linked(self, search: str) -> list[Update]:
        """Question, speed, strategy, seed, scenario, domain, profile, own, watch, knobs, notice: as a link says."""
        link = read_link(search or "", self._options, question_chars=self._question_chars)
        if link is None:
            return [gr.skip()] * 11
        profile = link.profile or self._profile
        story = self._stories.get(link.scenario)
        own = read_profile(link.own) if link.own else None
        knobs = _painted(link.scenario, profile, own=own, turned=link.turned) if self._knobs else gr.skip()
        complaint = f"Not all of the link could be used. {'; '.join(link.complaints)}." if link.complaints else ""
        return [
            link.question,
            link.speed or self._options.speed,
            link.strategy,
            link.seed,
            link.scenario,
            link.domain,
            profile,
            link.own,
            render.render_watch(story.title, story.watch) if story else render.render_watch("", ""),
            knobs,
            render.render_notice(Status(complaint, "caution")) if complaint else gr.skip(),
        ]

    def _fresh(self, scenario: str, profile: str) -> list[Update]:
        return [None, "", self._table(scenario, profile), render_knob_note("")]

    def _table(self, scenario: str, profile: str, *, turned: str = "") -> Update:
        return _painted(scenario, profile, turned=turned) if self._knobs else gr.skip()


def _painted(scenario: str, profile: str, *, own: Profile | None = None, turned: str = "") -> str:
    return render_knobs(scenario, profile, own=own, turned=turned, painting=secrets.token_hex(4))


KnobControls = tuple[gr.Dropdown, gr.Number, gr.HTML, gr.HTML, list[gr.Button]]


def lay_out_knobs(options: ScreenOptions, *, shown: bool) -> KnobControls:
    """Strategy, seed, the table, its note, and the buttons load, save and reset."""
    profile = options.profile or (options.profiles[0][1] if options.profiles else "")
    with gr.Column(elem_id="ask-knobs", elem_classes="rg-panel rg-fold", visible=shown):
        with gr.Row(elem_classes="rg-options rg-knob-bar"):
            strategies = [(STRATEGY[one], one) for one in get_args(Strategy)]
            strategy = gr.Dropdown(strategies, value="progressive", label="Strategy", filterable=False, min_width=180)
            seed = gr.Number(None, label="Seed", precision=0, min_width=110, placeholder="the story's own")
            buttons = [
                gr.Button(name, size="sm", scale=0, min_width=150, elem_id=f"ask-{key}")
                for key, name in (("load", "Load a profile"), ("save", "Save as TOML"), ("reset", "Reset the knobs"))
            ]
        note = panel(render_knob_note(""), "ask-knob-note")
        table = panel(render_knobs("", profile) if shown else "", "ask-knob-table")
    return strategy, seed, table, note, buttons


def lay_out_gallery(stories: tuple[ScenarioOption, ...]) -> gr.HTML:
    """The stories as cards."""
    with gr.Column(elem_id="ask-stories", elem_classes="rg-panel rg-fold", visible=bool(stories)):
        cards = filled("stories.html", {"stories": stories})
        return gr.HTML(cards, apply_default_css=False, js_on_load=_PICKED, elem_id="ask-cards")


def wire(
    setup: Setup,
    handlers: SetupHandlers,
    question: gr.Textbox,
    notice: gr.HTML,
    cards: gr.HTML,
    buttons: list[gr.Button],
    examples: list[tuple[gr.Button, str]],
) -> None:
    """Everything that fills the controls in."""
    quiet: dict[str, Any] = {"queue": False, "api_visibility": "private"}
    story = [question, setup.scenario, setup.domain, setup.profile, setup.watch]
    fresh = [setup.seed, setup.own, setup.knobs, setup.note]
    setup.scenario.input(handlers.story, setup.scenario, [*story, *fresh], **quiet)
    cards.click(handlers.picked, None, [*story, *fresh], **quiet)
    for button, text in examples:
        button.click(_with(handlers.example, text), None, [*story, *fresh], **quiet)
    where = [setup.scenario, setup.profile]
    rest = [setup.own, setup.knobs, setup.note]
    setup.profile.input(handlers.named, [*where, setup.turned], rest, js=collecting(3), **quiet)
    load, save, reset = buttons
    picking = "async (text, scenario, profile) => [await window.rg.pick(), scenario, profile]"
    load.click(handlers.loaded, [setup.own, *where], rest, js=picking, **quiet)
    toml = gr.Textbox(visible=False)
    save.click(handlers.saved, [*where, setup.own, setup.turned], [toml, setup.note], js=collecting(4), **quiet).then(
        fn=None, inputs=toml, js="(text) => { window.rg.save(text); }"
    )
    reset.click(handlers.untouched, where, fresh, **quiet)
    filled_in = [
        question,
        setup.speed,
        setup.strategy,
        setup.seed,
        *where[:1],
        setup.domain,
        setup.profile,
        setup.own,
        setup.watch,
        setup.knobs,
        notice,
    ]
    search = gr.Textbox(visible=False)
    gr.on(None, handlers.linked, search, filled_in, js="() => [location.search]", **quiet)  # None: when the page loads


def wire_link(button: gr.Button, setup: Setup, question: gr.Textbox) -> None:
    """The link is made in the page: it already knows everything."""
    names = "q, scenario, domain, profile, speed, strategy, seed, own"
    button.click(
        fn=None,
        inputs=[question, *setup.form[:-1]],
        js=f"({names}) => {{ window.rg.link({{ {names} }}); }}",
    )


def _with(handler: Callable[[str], list[Update]], text: str) -> Callable[[], list[Update]]:
    return lambda: handler(text)
