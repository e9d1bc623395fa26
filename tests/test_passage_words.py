"""A passage read once: which of its sentences hold a word or a relative of it, and which words stand together."""

from __future__ import annotations

import pytest

from rag.retrieval.analysis import stem
from rag.retrieval.passage_words import RELATIVE, forget_passages, read_passage, root_of, searchable_text
from rag.values import Passage

FIRST, SECOND, THIRD = 1, 2, 4
TEXT = "Gift letters name donors. Escrow pays taxes. The gift and an invasion."
PASSAGE = read_passage(TEXT)


@pytest.mark.parametrize(
    ("term", "exact", "related"),
    [
        ("gift", FIRST | THIRD, FIRST | THIRD),
        ("invad", 0, THIRD),
        ("tax", SECOND, 0),
        ("jumbo", 0, 0),
    ],
)
def test_what_sentences_hold(term: str, exact: int, related: int) -> None:
    """Those with the word itself and those with a relative are told apart; a short word has no relatives."""
    assert PASSAGE.holding.get(term, 0) == exact
    assert PASSAGE.holding_root.get(root_of(term), 0) == related


def test_a_relative_counts_less() -> None:
    """Or else a passage about invitations would be as good as one about invaders."""
    assert 0.0 < RELATIVE < 1.0


@pytest.mark.parametrize(
    ("term", "root"), [("invas", "inva"), ("loan", "loan"), ("tax", ""), ("2026", ""), ("b3x9", "")]
)
def test_roots(term: str, root: str) -> None:
    """Words of four letters and more have one; short ones and numbers begin like too much else."""
    assert root_of(term) == root


def test_a_passage_as_it_was_read() -> None:
    """Its text, how often each word stands where, and how many there are; stop words are none."""
    assert PASSAGE.text == TEXT
    assert PASSAGE.length == 9
    assert PASSAGE.places["gift"] == [0, 7]
    assert (PASSAGE.count("gift"), PASSAGE.count("tax"), PASSAGE.count("jumbo")) == (2, 1, 0)


def test_a_sentence_of_stop_words() -> None:
    """It holds nothing, and those behind it keep their places."""
    passage = read_passage("Gifts help. It is not. Taxes are due.")

    assert passage.where(["gift"], []) == FIRST
    assert passage.where(["tax"], []) == THIRD


def test_sentences_that_are_known_already() -> None:
    """A text is not read again where an index has its terms."""
    forget_passages()
    known = read_passage(TEXT, lambda: [["known"], ["only", "here"]])
    forget_passages()

    assert (known.text, known.length) == (TEXT, 3)
    assert known.where(["here"], []) == SECOND


FOUND_BY = ("guide", "donors", "letters", "grandma", "signed")


def test_what_a_passage_is_found_by() -> None:
    """Its title, heading and questions are words of it, each in a sentence of its own."""
    passage = Passage(
        passage_id="g#1",
        document_id="g",
        source="Shelf 7",
        title="Gift guide",
        section="Donors",
        text="Letters are signed",
        questions=("May Grandma chip in?", "who signs"),
    )
    words = read_passage(searchable_text(passage))

    assert [words.where([term], []) for term in map(stem, FOUND_BY)] == [1, 2, 4, 8, 20]
    assert words.count("shelf") == 0


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
