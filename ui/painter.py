"""Which panels to paint again, and when: changed ones only, big ones a few times a second.

A board is a part of the page that is sent as one piece. An update costs the server a little for every board, changed or
not, and the browser a little for every byte: so panels that change together share a board, and the sentence being
written has one of its own, the only one that tokens touch. Knows views and renderers; nothing of Gradio, tasks or
clocks: the caller says what time it is.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Literal

from ui import render
from ui.view import View

_LOG = logging.getLogger(__name__)

BoardName = Literal["head", "answer", "tail", "evidence", "lower"]

TEXT_EVERY_S = 0.25
PANELS_EVERY_S = 0.5
"""Reading keeps its pace; panels beside the text are glanced at."""
LONG_SENTENCES = 30
"""An answer of so many sentences makes its big boards twice as dear to the browser, and they are painted half as often:
their share of its time stays the same. With 2,000 tokens on the page a repainted answer costs 15 ms."""


@dataclass(frozen=True, slots=True)
class Board:
    """How to paint a board, and when it looks different."""

    paint: Callable[[View, int], str]
    """From the view and the number of sentences that the answer board shows."""
    inputs: tuple[str, ...]
    """The fields of the view it depends on."""
    every_s: float = 0.0
    """Painted at most this often: a big board costs the browser ten times as much as the sentence being written."""
    at_once: tuple[str, ...] = ()
    """Inputs of such a board that are never kept waiting: a withdrawn text must go now."""
    follows: BoardName | None = None
    """Painted whenever that board is: the tail starts where the answer board ends."""


_RUN = ("question", "request_id", "final", "error")
"""Whether a run has begun, and how it ended: every board shows that."""


def ask_boards(support_note: str = "", *, scope: str = "ask") -> dict[BoardName, Board]:
    """The boards of the Ask tab; `scope` begins their element ids, which a second run on a page needs for itself."""
    text = ("stages", "sentences", "citations", "revision", "withdrawn")
    return {
        "head": Board(
            lambda view, _: render.render_status(view) + render.render_stages(view),
            (*_RUN, "status", "stages", "gates", "metric"),
        ),
        "answer": Board(
            lambda view, _: render.render_answer(view, scope=scope),
            (*_RUN, *text, "gates", "moments"),
            every_s=TEXT_EVERY_S,
            at_once=("question", "revision", "withdrawn", "final", "error"),
        ),
        "tail": Board(
            lambda view, settled: render.render_tail(view, settled=settled, scope=scope),
            (*_RUN, *text, "tail"),
            follows="answer",
        ),
        "evidence": Board(
            lambda view, _: (
                render.render_sources(view, support_note=support_note, scope=scope) + render.render_revision(view)
            ),
            (*_RUN, "citations", "evidence", "revision", "withdrawn"),
            every_s=PANELS_EVERY_S,
            at_once=("revision", "withdrawn"),
        ),
        "lower": Board(
            lambda view, _: (
                render.render_gate(view) + render.render_timeline(view, scope=scope) + render.render_metrics(view)
            ),
            (*_RUN, "stages", "gates", "checks", "moments", "sentences", "citations", "evidence", "metric"),
            every_s=PANELS_EVERY_S,
        ),
    }


class Painter:
    """Remembers what each board last showed."""

    def __init__(self, boards: Mapping[BoardName, Board]) -> None:
        self._boards = boards
        self._shown: dict[BoardName, View] = {}
        self._painted_s: dict[BoardName, float] = {}
        self._owed = False

    def paint(self, view: View, now_s: float, *, everything: bool = False) -> dict[BoardName, str]:
        """HTML of the boards that changed and whose turn it is; with `everything`, of all that changed."""
        changed = {name for name, board in self._boards.items() if self._differs(name, view, board.inputs)}
        due = changed if everything else self._due(changed, view, now_s)
        self._owed = len(due) < len(changed)
        due = due | {name for name, board in self._boards.items() if board.follows in due}
        for name in due:
            self._shown[name] = view
            self._painted_s[name] = now_s
        return {name: html for name in self._boards if name in due and (html := self._html(name, view)) is not None}

    def patience_s(self, longest_s: float) -> float:
        """How long the caller may wait for news before it should paint again."""
        return min(longest_s, TEXT_EVERY_S) if self._owed else longest_s

    def _differs(self, name: BoardName, view: View, inputs: tuple[str, ...]) -> bool:
        """Whether one of the inputs is another object than the one shown: a fold replaces only what changes."""
        old = self._shown.get(name)
        return old is None or any(getattr(old, field) is not getattr(view, field) for field in inputs)

    def _due(self, changed: Set[BoardName], view: View, now_s: float) -> set[BoardName]:
        """What cannot wait, and one of the others: two big boards in one animation frame are felt in the text."""
        waited_s = {name: now_s - self._painted_s.get(name, -math.inf) for name in changed}
        urgent = {name for name in changed if self._is_urgent(name, view)}
        length = 1 + len(view.sentences) / LONG_SENTENCES
        rested = [name for name in changed - urgent if waited_s[name] >= length * self._boards[name].every_s]
        return urgent | {max(rested, key=waited_s.__getitem__)} if rested else urgent

    def _is_urgent(self, name: BoardName, view: View) -> bool:
        board = self._boards[name]
        return not board.every_s or name not in self._shown or self._differs(name, view, board.at_once)

    def _html(self, name: BoardName, view: View) -> str | None:
        answer = self._shown.get("answer")
        try:
            return self._boards[name].paint(view, len(answer.sentences) if answer else 0)
        except Exception:  # noqa: BLE001 - a panel that cannot be drawn must not take the draft down with it
            _LOG.exception("the board %s could not be painted", name)
            return None
