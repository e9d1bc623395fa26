"""The boards of the Ask tab for a second run on the same page, which is replayed: same panels, own ids, own clock.

Text that came from outside never holds a bare `<` or `>` (templates escape it), so whatever stands between the two is
a tag of ours, and only tags are touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from ui.painter import Board, BoardName, ask_boards
from ui.view import View

_TAG = re.compile(r"<[a-z][^<>]*>")
_TICKING = re.compile(r" data-(clock|start|run|elapsed)(?=[ =>])")


def own_clock(html: str, scope: str) -> str:
    """The HTML of a panel without the marks of the page's live clock.

    A replay runs at its own speed and stands still when paused: its clock reads `data-{scope}-clock` and
    `data-{scope}-start`.
    """
    return _TAG.sub(lambda tag: _TICKING.sub(rf" data-{scope}-\1", tag[0]), html)


def scoped_boards(scope: str, support_note: str = "") -> dict[BoardName, Board]:
    """The boards of `ask_boards` with ids that begin with `scope-`, each on the clock of its replay."""
    boards = ask_boards(support_note, scope=scope)
    return {name: replace(board, paint=_replayed(scope, board)) for name, board in boards.items()}


def _replayed(scope: str, board: Board) -> Callable[[View, int], str]:
    return lambda view, settled: own_clock(board.paint(view, settled), scope)
