"""The lesson: complete, decided by its own runs, and honest about what they do not show."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache, reduce
from typing import Any

import gradio as gr
import pytest

from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.errors import RetrievalError
from rag.events import StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest
from tests.harness import assert_nothing_left, play, simulator
from tests.scripted_run import Script, event
from ui.lesson_findings import Finding, finding
from ui.lesson_handlers import LessonHandlers, Pane, Panels, step_number
from ui.lesson_panels import PANES, lesson_boards, render_finding, render_step, render_steps
from ui.lesson_played import Played
from ui.lesson_steps import STEPS, Play, Step
from ui.view import View, apply


def played(one: Play, speed: float = 1.0) -> Played:
    events = play(scenario=one.scenario, strategy=one.strategy, profile=one.profile, speed=speed)
    return Played.of(reduce(apply, events, View(speed=speed)), events, one.strategy, speed)


@cache
def found(key: str, speed: float = 1.0) -> Finding:
    step = next(step for step in STEPS if step.key == key)
    return finding(key, [played(one, speed) for one in step.plays])


steps = pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)


@steps
def test_every_step_is_complete(step: Step) -> None:
    """A story, a question with at least three predictions, one or two runs of scenarios that exist."""
    assert step.story
    assert step.question.endswith("?")
    assert len(dict(step.options)) == len(step.options) >= 3
    assert 1 <= len(step.plays) <= 2
    assert {one.scenario for one in step.plays} <= set(SCENARIOS)
    assert step.caveats


def test_the_tour_is_in_order_and_has_its_caveats() -> None:
    """Nine steps from the blank screen to the measures, and the findings that speak against the slogan are in it."""
    links = " ".join(caveat.link for step in STEPS for caveat in step.caveats)

    assert [step.key for step in STEPS][:4] == ["blank", "status", "fast", "gate"]
    assert len(STEPS) == len({step.key for step in STEPS}) == 9
    assert all(source in links for source in ("2604.06183", "s13421-024-01520-z", "mnsc.1110.1376", "nngroup.com"))


@steps
@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_the_runs_decide_every_prediction(step: Step, speed: float) -> None:
    """Each step's runs make one of its predictions true, the same one at any speed, and say something about it."""
    decided = found(step.key, speed)

    assert decided.right in dict(step.options)
    assert decided.right == found(step.key).right
    assert len(decided.points) >= 3


def test_what_the_runs_show() -> None:
    """The argument of the lesson, step by step, as the real pipeline tells it."""
    assert {step.key: found(step.key).right for step in STEPS} == {
        "blank": "long",
        "status": "split",
        "fast": "soon",
        "gate": "fluent",
        "draft": "start",
        "citations": "stands",
        "refinement": "few",
        "weak": "later",
        "measure": "gate",
    }


def test_figures_are_those_of_the_runs() -> None:
    """What is told is computed: other runs, other words."""
    slow, fast = (
        finding("blank", [played(Play(title="", scenario="refined", strategy="blocking", profile=profile))])
        for profile in ("thirty_seconds", "good_day")
    )

    assert "30.0 s" in slow.points[0]
    assert "30.0 s" not in fast.points[0]
    assert (slow.right, fast.right) == ("long", "middle")


def test_times_are_told_at_natural_speed() -> None:
    """Played four times as fast, the half minute is still told as half a minute."""
    assert "30.0 s" in found("blank", 4.0).points[0]


def test_predictions_that_nothing_decides_are_not_called_wrong() -> None:
    """Two good runs: no figure tells them apart, and the page says so."""
    good = played(Play(title="", scenario="happy_path"))
    same = finding("measure", [good, good])
    html = render_finding(STEPS[-1], "speed", same)

    assert same.right == ""
    assert "cannot tell these runs apart" not in " ".join(same.points)
    assert "decided neither way" in html


def test_a_gate_that_opens_at_once_costs_nothing() -> None:
    """The step on weak retrieval says what happened, not what should have."""
    assert finding("weak", [played(Play(title="", scenario="happy_path"))]).right == "nothing"


def test_the_reader_is_average_and_no_more() -> None:
    """238 words a minute from the first word on, nothing before it."""
    run = played(Play(title="", scenario="article"))
    first_ms = run.figures.first_token_ms or 0

    assert run.words_read(first_ms + 60_000) == pytest.approx(238)
    assert run.words_read(0) == 0


@steps
def test_every_page_can_be_painted(step: Step) -> None:
    """Text, navigation and finding of a step; the current step is marked, the prediction set beside what came true."""
    number = STEPS.index(step)
    wrong = next(key for key, _ in step.options if key != found(step.key).right)
    html = render_finding(step, wrong, found(step.key))

    assert render_step(number).count('type="radio"') == len(step.options)
    assert render_steps(number).count('aria-current="step"') == 1
    assert "You predicted" in html
    assert "is-miss" in html
    assert "is-hit" in render_finding(step, found(step.key).right, found(step.key))


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("", 0), ("9", 0), ("-1", 0), ("x", 0), ("²", 0)])
def test_a_step_that_does_not_exist_is_the_first(text: str, number: int) -> None:
    """Whatever the page sends, there is a page to show."""
    assert step_number(text) == number


class Tab:
    """The tab as a browser would have it."""

    def __init__(self, open_run: OpenRun) -> None:
        boards = [lesson_boards(scope) for scope in PANES]
        panes = [Pane(gr.HTML(render=False), {name: gr.HTML(render=False) for name in pane}) for pane in boards]
        names = ("steps", "text", "finding", "notice")
        others = {name: gr.HTML(render=False) for name in names}
        self.panels = Panels(gr.Textbox(render=False), panes=(panes[0], panes[1]), **others)
        self.handlers = LessonHandlers(open_run, boards, self.panels)
        self.html: dict[Any, str] = {}

    def run(self, key: str, guess: str) -> None:
        number = [step.key for step in STEPS].index(key)

        async def main() -> None:
            async with aclosing(self.handlers.run(str(number), 1.0, guess)) as updates:
                async for update in updates:
                    self.html.update({} if update == gr.skip() else update)
            assert_nothing_left()

        run_virtual(main)

    def shown(self, pane: int, board: str) -> str:
        return self.html[self.panels.panes[pane].boards[board]]  # type: ignore[index]


def test_a_step_plays_its_runs_and_then_says_what_they_showed() -> None:
    """The gate, off and on: both panes end in their own way, and the finding answers the prediction."""
    tab = Tab(simulator().open)
    tab.run("gate", "honest")

    assert "Answered" in tab.shown(0, "head")
    assert "No answer" in tab.shown(1, "head")
    assert "Write a fluent answer" in tab.html[tab.panels.finding]


def test_without_a_prediction_nothing_runs() -> None:
    """A prediction after the fact is none."""
    tab = Tab(simulator().open)
    tab.run("gate", "")

    assert tab.html == {}


def test_a_run_that_fails_leaves_no_finding() -> None:
    """A broken run is told as such, and nothing is concluded from it."""

    async def broken(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        script = Script()
        script.search()
        yield event(script.events[0].payload, 0)
        raise RetrievalError

    tab = Tab(broken)
    tab.run("draft", "start")

    assert "not available" in tab.shown(0, "head")
    assert "What you should have noticed" not in tab.html[tab.panels.finding]


def test_turning_the_page_clears_the_boards() -> None:
    """A new step begins with its text and empty boards, and a second pane only if it has a second run."""
    tab = Tab(simulator().open)
    page = tab.handlers.page("4")

    assert "Streaming a draft" in page[tab.panels.text]
    assert "rg-empty" in page[tab.panels.panes[1].title]
    assert "Ten sentences" in page[tab.panels.panes[0].title]
    assert "rg-lesson-finding" not in page[tab.panels.finding]
