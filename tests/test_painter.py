"""Which boards are painted when: what changed, at its pace, and never a withdrawn text a moment longer."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import reduce
from html import unescape

import pytest

from rag.events import RefinementEvent, StreamEvent, Token
from tests.harness import play
from tests.scripted_run import answered, event, withdrawn
from ui.painter import PANELS_EVERY_S, BoardName, Painter, ask_boards
from ui.view import View, apply


def seen(events: list[StreamEvent]) -> View:
    return reduce(apply, events, View(question="q"))


@pytest.mark.parametrize(
    ("story", "question"),
    [
        ("refined", "q"),
        ("refined", ""),
        ("nothing_found", "q"),
        ("withdrawn_by_safety", "q"),
        ("held_until_checked", "q"),
    ],
)
def test_a_board_lists_every_field_it_reads(story: str, question: str) -> None:
    """A board with a forgotten input would go stale: while its inputs stay, so does all of it but the clock."""
    view = View(question=question)
    for each in play(scenario=story):
        before, view = view, apply(view, each)
        then = replace(before, elapsed_ms=view.elapsed_ms)
        for name, board in ask_boards().items():
            if all(getattr(view, field) is getattr(before, field) for field in board.inputs):
                assert board.paint(view, 0) == board.paint(then, 0), (name, each.payload)


def test_a_token_paints_the_tail_and_nothing_else() -> None:
    """The price of a token is one small board."""
    view = seen(answered()[:6])
    painter = Painter(ask_boards())
    painter.paint(view, 0.0)
    after = apply(view, event(Token(token=" more", grounded=True), 100, view.elapsed_ms))

    assert list(painter.paint(after, 10.0)) == ["tail"]
    assert painter.paint(after, 20.0) == {}


def test_big_boards_keep_their_pace() -> None:
    """A change within the pause is owed, not lost: it is painted when the pause is over."""
    events = play(scenario="refined")
    painter = Painter(ask_boards())
    first = painter.paint(seen(events[:3]), 0.0)
    soon = painter.paint(seen(events[:12]), PANELS_EVERY_S / 4)
    owed_s = painter.patience_s(10.0)
    later = until_nothing_is_owed(painter, seen(events[:12]), PANELS_EVERY_S)

    assert set(first) == set(ask_boards())
    assert "lower" not in soon
    assert owed_s <= PANELS_EVERY_S
    assert "lower" in {name for painted in later for name in painted}


def until_nothing_is_owed(painter: Painter, view: View, now_s: float) -> list[dict[BoardName, str]]:
    """What is painted at one moment after the other; fails if it never ends."""
    painted = []
    for step in range(10):
        painted.append(painter.paint(view, now_s + step / 1000))
        if painter.patience_s(10.0) == 10.0:
            return painted
    raise AssertionError("a board is never painted")


def test_big_boards_take_turns() -> None:
    """Never two of them in one update, unless one must not wait; the one that waited longest is first."""
    events = play(scenario="refined")
    big = {name for name, board in ask_boards().items() if board.every_s}
    painter = Painter(ask_boards())
    painter.paint(seen(events[:3]), 0.0)
    turns = until_nothing_is_owed(painter, seen(events[:60]), 1.0)
    painted = [big & set(turn) for turn in turns]

    assert all(len(turn) <= 1 for turn in painted)
    assert set().union(*painted) == big


def test_at_the_end_nothing_is_owed() -> None:
    """The last paint brings every board up to date, whatever its pace."""
    events = play(scenario="refined")
    painter = Painter(ask_boards())
    painter.paint(seen(events[:-2]), 0.0)
    painted = painter.paint(seen(events), 0.001, everything=True)

    assert painted["lower"] == ask_boards()["lower"].paint(seen(events), 0)
    assert painter.patience_s(10.0) == 10.0


def test_a_retraction_is_painted_at_once() -> None:
    """No board that may hold the text keeps its pace when the text has to go."""
    events = withdrawn("Dana")
    cut = next(i for i, each in enumerate(events) if isinstance(each, RefinementEvent))
    painter = Painter(ask_boards())
    page: dict[BoardName, str] = {}
    page.update(painter.paint(seen(events[:cut]), 0.0))
    before = "".join(page.values())
    page.update(painter.paint(seen(events[: cut + 1]), 0.001))

    assert "Dana" in before
    assert "Dana" not in page["answer"] + page["tail"] + page["evidence"]


def test_what_is_on_the_page_is_always_the_text() -> None:
    """Answer and tail are painted at different times and yet, after every paint, say together exactly the text."""
    painter, page = Painter(ask_boards()), dict[BoardName, str]()
    view = View(question="q")
    for number, each in enumerate(play(scenario="refined")):
        view = apply(view, each)
        page.update(painter.paint(view, number * 0.02))

        assert _text(page["answer"]) + _text(page["tail"]) == re.sub(r"\[(\d+)\]", r"\1", view.text)


def _text(html: str) -> str:
    """What the reader reads of the answer in a board."""
    found = re.search(r'<span class="rg-text.*', html, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", found.group())) if found else ""


def test_a_board_that_cannot_be_drawn_leaves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    """One broken panel is a log entry, not the end of the draft."""

    def broken(view: View, settled: int) -> str:
        raise ZeroDivisionError

    boards = ask_boards()
    boards["lower"] = replace(boards["lower"], paint=broken)
    painted = Painter(boards).paint(seen(answered()), 0.0)

    assert set(painted) == {"head", "answer", "tail", "evidence"}
    assert "lower could not be painted" in caplog.text
