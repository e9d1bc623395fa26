"""The panels of the lesson: its steps, the text of one, its runs on small boards, and what they showed.

One `render_*` function a panel, one template a function. Knows steps, findings and views; nothing of Gradio or of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mocks.scenarios import SCENARIOS
from ui import render
from ui.lesson_findings import Finding
from ui.lesson_steps import STEPS, Play, Step
from ui.painter import Board, BoardName, ask_boards
from ui.render import filled
from ui.view import View

PANES = ("lessona", "lessonb")
"""Prefixes of the element ids of a step's first and second run."""

_PLACE = ("First run", "Second run")
_NAMED = re.compile(r'(<section class="rg-panel[^<>]* aria-label=")')


def render_steps(number: int) -> str:
    """The way through the lesson; `number` counts from 0."""
    return filled("lesson_steps.html", {"steps": STEPS, "number": number})


def render_step(number: int) -> str:
    """What happens in a step, and the question to answer before pressing the button."""
    return filled("lesson_step.html", {"step": STEPS[number], "number": number})


def render_play(play: Play | None) -> str:
    """The heading of a run; None for a step that has no second one."""
    question = SCENARIOS[play.scenario].question if play else ""
    return filled("lesson_play.html", {"play": play, "question": question})


def render_finding(step: Step, guess: str, finding: Finding | None, *, speed: float = 1.0) -> str:
    """What one should have noticed, beside what one had predicted; None before the runs have ended."""
    words = dict(step.options)
    values = {
        "finding": finding,
        "guess": words.get(guess, ""),
        "right": words.get(finding.right, "") if finding else "",
        "hit": finding is not None and guess == finding.right,
        "caveats": step.caveats,
        "speed": speed,
    }
    return filled("lesson_finding.html", values)


def lesson_boards(scope: str, support_note: str = "") -> dict[BoardName, Board]:
    """The boards of Ask, fewer and smaller, with ids under a prefix of their own."""
    boards = ask_boards(support_note)
    paints: dict[BoardName, Callable[[View, int], str]] = {
        "head": lambda view, _: render.render_status(view),
        "answer": lambda view, _: render.render_answer(view, scope=scope),
        "tail": lambda view, settled: render.render_tail(view, settled=settled, scope=scope),
        "evidence": lambda view, _: render.render_sources(view, scope=scope) + render.render_revision(view),
        "lower": lambda view, _: render.render_gate(view) + render.render_timeline(view, scope=scope),
    }
    place = _PLACE[PANES.index(scope)]
    return {name: replace(boards[name], paint=_placed(paint, place)) for name, paint in paints.items()}


def _placed(paint: Callable[[View, int], str], place: str) -> Callable[[View, int], str]:
    """Panels named by their run as well: who jumps from region to region must not find two *Sources*."""
    return lambda view, settled: _NAMED.sub(rf"\g<1>{place}: ", paint(view, settled))


def empty_boards(boards: Sequence[dict[BoardName, Board]]) -> list[dict[BoardName, str]]:
    """Every pane before its run."""
    return [{name: board.paint(View(), 0) for name, board in pane.items()} for pane in boards]
