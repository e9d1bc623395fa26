"""A passage read once: which of its sentences hold a word or a relative of it, and which words stand together."""

from __future__ import annotations

import pytest

from rag.retrieval.analysis import stem
from rag.retrieval.passage_words import RELATIVE, read_passage, root_of

FIRST, SECOND, THIRD = 1, 2, 4
PASSAGE = read_passage("Gift letters name donors. Escrow pays taxes. The gift and an invasion.")


@pytest.mark.parametrize(
    ("term", "sentences", "expected"),
    [
        ("gift", FIRST, 1.0),
        ("gift", SECOND, 0.0),
        ("gift", SECOND | THIRD, 1.0),
        ("invad", THIRD, RELATIVE),
        ("invad", FIRST | SECOND, 0.0),
        ("tax", SECOND, 1.0),
        ("of", FIRST, 0.0),
    ],
)
def test_what_sentences_hold(term: str, sentences: int, expected: float) -> None:
    """A word counts in full, a relative in part, and what has no root has no relatives."""
    assert PASSAGE.has(term, root_of(term), sentences) == expected


def test_where_words_are() -> None:
    """Every sentence with one of the words or of their relatives, and no other."""
    assert PASSAGE.where(["gift"], []) == FIRST | THIRD
    assert PASSAGE.where(["escrow"], ["inva"]) == SECOND | THIRD
    assert PASSAGE.where(["nowhere"], ["nowh"]) == 0


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("gift letter", True),
        ("letter gift", True),
        ("gift tax letter", True),
        ("gift tax escrow letter", False),
        ("gift tax escrow letter. Gift", True),
        ("gift", False),
    ],
)
def test_words_that_stand_together(text: str, near: bool) -> None:
    """Next to each other or with one between them, in either order."""
    assert read_passage(text).near("gift", stem("letter")) == near


def test_a_word_near_itself() -> None:
    """Only where it is repeated."""
    assert not read_passage("gift letter").near("gift", "gift")
    assert read_passage("gift letter gift").near("gift", "gift")
