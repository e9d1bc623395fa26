"""Texts in pieces: nothing is lost, nothing is invented."""

from __future__ import annotations

from rag.values import Span
from ui.marks import excerpt, pieces, word_changes


def test_marks_are_found_and_nothing_is_lost() -> None:
    """`[n]` becomes a piece of its own; the pieces joined are the text."""
    text = "One [1][2], not [a] nor [1234]."

    assert "".join(piece.text for piece in pieces(text)) == text
    assert [piece.marker for piece in pieces(text) if piece.marker] == [1, 2]


def test_changed_words_rebuild_both_versions() -> None:
    """Same and before give the old sentence, same and after the new one."""
    old, new = "It may reach 38 percent of income.", "It may reach 33 percent of gross income."
    words = word_changes(old, new)

    assert "".join(w.text for w in words if w.kind != "after").split() == old.split()
    assert "".join(w.text for w in words if w.kind != "before").split() == new.split()
    assert [w.text.strip() for w in words if w.kind == "before"] == ["38"]


def test_a_quote_is_shown_in_its_passage_only_if_it_is_there() -> None:
    """A span that does not hold the quote is not trusted."""
    passage = "x " * 100 + "The quote." + " y" * 100
    good = excerpt(passage, "The quote.", Span(200, 210))
    bad = excerpt(passage, "The quote.", Span(0, 10))

    assert good.before.startswith("… ")
    assert good.after.endswith(" …")
    assert (bad.before, bad.quote, bad.after) == ("", "The quote.", "")
