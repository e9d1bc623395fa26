"""Which panels to paint again, and when: changed ones only, heavy ones a few times a second.

A board is a part of the page that is sent as one piece. The cost of an update grows with the number of boards, changed
or not, so panels that change together share one. Knows views and renderers; nothing of Gradio, tasks or clocks: the
caller says what time it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ui import render
from ui.view import View

_LOG = logging.getLogger(__name__)

BoardName = Literal["head", "answer", "sources", "lower"]

HEAVY_EVERY_S = 0.25
"""The boards that are big and need no haste are painted at most this often."""


@dataclass(frozen=True, slots=True)
class Board:
    """How to paint a board, and the fields of the view it depends on."""

    paint: Callable[[View], str]
    inputs: tuple[str, ...]
    heavy: bool = False

    def differs(self, old: View | None, new: View) -> bool:
        """Whether the board would look different: fields are replaced only by a change, so identity tells."""
        return old is None or any(getattr(old, name) is not getattr(new, name) for name in self.inputs)


def ask_boards(support_note: str = "") -> dict[BoardName, Board]:
    """The boards of the Ask tab."""
    ends = ("final", "error", "metric")
    return {
        "head": Board(
            lambda view: render.render_status(view) + render.render_stages(view), ("status", "stages", *ends)
        ),
        "answer": Board(
            lambda view: render.render_answer(view) + render.render_revision(view),
            ("question", "stages", "sentences", "tail", "citations", "revision", "withdrawn", *ends),
        ),
        "sources": Board(
            lambda view: render.render_sources(view, support_note=support_note),
            ("citations", "evidence", "withdrawn", *ends),
            heavy=True,
        ),
        "lower": Board(
            lambda view: render.render_gate(view) + render.render_timeline(view) + render.render_metrics(view),
            ("question", "stages", "gates", "checks", "moments", "sentences", "evidence", *ends),
            heavy=True,
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
        changed = [name for name, board in self._boards.items() if board.differs(self._shown.get(name), view)]
        due = [name for name in changed if everything or self._is_due(name, now_s)]
        self._owed = len(due) < len(changed)
        painted = {name: html for name in due if (html := self._html(name, view)) is not None}
        for name in due:
            self._shown[name] = view
            self._painted_s[name] = now_s
        return painted

    def patience_s(self, longest_s: float) -> float:
        """How long the caller may wait for news before it should paint again."""
        return min(longest_s, HEAVY_EVERY_S) if self._owed else longest_s

    def _is_due(self, name: BoardName, now_s: float) -> bool:
        last_s = self._painted_s.get(name)
        return not self._boards[name].heavy or last_s is None or now_s - last_s >= HEAVY_EVERY_S

    def _html(self, name: BoardName, view: View) -> str | None:
        try:
            return self._boards[name].paint(view)
        except Exception:  # noqa: BLE001 - a panel that cannot be drawn must not take the draft down with it
            _LOG.exception("the board %s could not be painted", name)
            return None
