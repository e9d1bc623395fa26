"""The boards of the Ask tab under another prefix, for a second run on the same page: same panels, own ids, own clock.

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
_REFERENCE = re.compile(r' (id|href|data-goto|for|aria-controls|aria-labelledby|aria-describedby)="(#?)ask-')
_TICKING = re.compile(r" data-(clock|start|run|elapsed)(?=[ =>])")


def scoped(html: str, scope: str) -> str:
    """The HTML of a panel with ids and links that begin with `scope-`, and without the marks of the page's live clock.

    A replay runs at its own speed and stands still when paused: its clock reads `data-{scope}-clock` and
    `data-{scope}-start`.
    """

    def renamed(tag: re.Match[str]) -> str:
        text = _REFERENCE.sub(rf' \1="\2{scope}-', tag[0])
        return _TICKING.sub(rf" data-{scope}-\1", text)

    return _TAG.sub(renamed, html)


def scoped_boards(scope: str, support_note: str = "") -> dict[BoardName, Board]:
    """The boards of `ask_boards`, each painted under the prefix."""
    return {name: replace(board, paint=_under(scope, board)) for name, board in ask_boards(support_note).items()}


def _under(scope: str, board: Board) -> Callable[[View, int], str]:
    return lambda view, settled: scoped(board.paint(view, settled), scope)
