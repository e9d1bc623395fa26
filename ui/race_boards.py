"""The race as HTML, and which pieces of it are painted when.

Each pane is painted like an answer of its own: a small head, the finished sentences a few times a second, and the
sentence being written, the only piece that tokens touch. Knows views and templates; nothing of Gradio or of tasks.
"""

from __future__ import annotations

from collections.abc import Iterator

from lab.race import EndCard
from rag.values import Strategy
from ui import labels
from ui.painter import TEXT_EVERY_S, Board, BoardName, Painter
from ui.race_card import card
from ui.race_view import CONTENDERS, Contender, Views, first_word_ms, race_line, tracks, unguarded
from ui.render import filled
from ui.sentences import joined
from ui.view import View
from ui.words import Status, status_line

PIECES: tuple[BoardName, ...] = ("head", "answer", "tail")
"""The boards of a pane, from top to bottom."""

TRACKS = "tracks"
"""The board with the common time axis."""

_TRACKS_EVERY_S = 0.25

_RUN = ("question", "request_id", "final", "error")
_TEXT = ("sentences", "withdrawn")


def pane_boards(contender: Contender) -> dict[BoardName, Board]:
    """The boards of one pane."""
    return {
        "head": Board(
            lambda view, _: render_head(contender, view),
            (*_RUN, "status", "stages", "gates", "moments", "sentences"),
            every_s=TEXT_EVERY_S,
            at_once=("question", "final", "error", "withdrawn", "moments"),
        ),
        "answer": Board(
            lambda view, _: render_text(view),
            (*_RUN, *_TEXT, "revision", "moments"),
            every_s=TEXT_EVERY_S,
            at_once=("question", "final", "error", "revision", "withdrawn"),
        ),
        "tail": Board(lambda view, settled: render_tail(view, settled), (*_RUN, *_TEXT, "tail"), follows="answer"),
    }


def board_id(strategy: Strategy, piece: BoardName) -> str:
    """The element id of a pane's board."""
    return f"race-{strategy}-{piece}".replace("_", "-")


class RacePainter:
    """Remembers what each board of a race last showed."""

    def __init__(self) -> None:
        self._panes = {one.strategy: Painter(pane_boards(one)) for one in CONTENDERS}
        self._tracked: tuple[object, ...] = ()
        self._tracked_s = -_TRACKS_EVERY_S

    def paint(self, views: Views, now_s: float, *, everything: bool = False) -> dict[str, str]:
        """HTML by board id of what changed and whose turn it is."""
        painted: dict[str, str] = {}
        for strategy, pane in self._panes.items():
            boards = pane.paint(views[strategy], now_s, everything=everything)
            painted |= {board_id(strategy, piece): html for piece, html in boards.items()}
        if self._tracks_differ(views) and (everything or now_s - self._tracked_s >= _TRACKS_EVERY_S):
            self._tracked, self._tracked_s = _track_inputs(views), now_s
            painted[TRACKS] = render_tracks(views)
        return painted

    def patience_s(self, longest_s: float) -> float:
        """How long the caller may wait for news before it should paint again."""
        return min(pane.patience_s(longest_s) for pane in self._panes.values())

    def _tracks_differ(self, views: Views) -> bool:
        inputs = _track_inputs(views)
        return len(inputs) != len(self._tracked) or any(a is not b for a, b in zip(inputs, self._tracked, strict=True))


def _track_inputs(views: Views) -> tuple[object, ...]:
    """What the tracks are made of: while these objects stay, the page lets the picture grow by itself."""
    fields = (*_RUN, "moments", "gates")
    return tuple(getattr(view, field) for view in views.values() for field in fields)


def render_head(contender: Contender, view: View) -> str:
    """Name and idea of a lane, where it stands, and the three moments that matter."""
    return filled(
        "race_head.html",
        {"one": contender, "view": view, "line": pane_line(view), "times": _times(view), "warning": _warning(view)},
    )


def pane_line(view: View) -> Status:
    """The status line of a pane: what that reader was told, even if it was nothing."""
    if not view.begun:
        return Status("Ready", "idle")
    if view.live and view.status is None:
        return Status("Not a word from the server yet", "working", labels.clock(view.elapsed_ms))
    line = status_line(view)
    if view.final and unguarded(view):
        return Status("Answered, though the gate had not opened.", "failed", line.clock)
    return line


def _times(view: View) -> Iterator[tuple[str, str]]:
    for name, at_ms in (
        ("first word", first_word_ms(view)),
        ("useful", view.moment_ms("useful") or (first_word_ms(view) if view.final else None)),
        ("final", view.moment_ms("final")),
    ):
        yield name, "–" if at_ms is None else labels.clock(at_ms)


def _warning(view: View) -> str:
    """What a reader of this lane should have been told."""
    if not unguarded(view):
        return ""
    return "The gate had not opened: nothing stands behind these words."


def render_text(view: View) -> str:
    """The finished sentences of a pane, or what is said in place of an answer."""
    titles = labels.SENTENCE | (labels.UNCHECKED if view.closed else {})
    return filled("race_text.html", {"view": view, "titles": titles, "unguarded": unguarded(view)})


def render_tail(view: View, settled: int) -> str:
    """The text after the first `settled` sentences, as being written."""
    text = joined(view.sentences[settled:]) + view.tail
    return filled("race_tail.html", {"view": view, "text": text, "unguarded": unguarded(view)})


def render_tracks(views: Views) -> str:
    """Where the race stands, and all lanes on one time axis."""
    return filled("race_tracks.html", {"race": tracks(views), "line": race_line(views)})


def render_card(result: EndCard | None, speed: float = 1.0) -> str:
    """How the lanes compare; before the end, what will stand here."""
    return filled("race_card.html", {"card": card(result, speed) if result and result.lanes else None})
