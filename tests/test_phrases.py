"""The language of cues: each sign means what it says, short forms are read, and hostile text costs little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.phrases import GAP_WORDS, Intent, phrases, reading, shows_any


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("bank/lender", "Ask the lender.", True),
        ("bank/lender", "Ask the lenders.", False),
        ("lend*", "Ask the lenders.", True),
        ("the? loan is", "My loan is late.", True),
        ("next_door/upstairs", "the man next door", True),
        ("so ~ never", "so that the careful clerk never asks", True),
        ("so ~ never", "I say so. It never was.", False),
        ("can not", "I can't, really", True),
        ("my ex 's", "my ex-wife's house", False),
        ("my ex wife 's", "my ex-wife\u2019s house", True),
        ("9000", "about $9,000 or so", True),
        ("5.5", "a rate of 5.5 or less", True),
    ],
)
def test_a_sign_of_the_language(phrase: str, text: str, found: bool) -> None:
    """Alternatives, endings, perhaps, gaps within a sentence, and the reading of short forms and numbers."""
    assert bool(phrases(phrase).search(reading(text))) is found


def test_a_gap_has_an_end() -> None:
    """So a clause further on is not taken for the same thought, and time stays linear."""
    cue = phrases("so ~ never")

    assert cue.search(reading("so " + "x " * GAP_WORDS + "never"))
    assert not cue.search(reading("so " + "x " * (GAP_WORDS + 1) + "never"))


def test_a_mark_in_the_middle_is_an_error() -> None:
    """A table that would never match is told at once."""
    with pytest.raises(ValueError, match="question mark"):
        phrases("new?/old? house")


def test_an_intent_needs_all_its_cues_and_none_of_the_other() -> None:
    """One cue alone means nothing; what makes it another question wins."""
    intent = Intent("a forged letter", (phrases("forge"), phrases("letter")), phrases("report"))

    assert shows_any([intent], reading("Forge me a letter"))
    assert not shows_any([intent], reading("What is a letter of explanation?"))
    assert not shows_any([intent], reading("They forge a letter; whom do I report?"))


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    """Single spaces, small letters, a stop at the end."""
    read = reading(text)

    assert read.startswith(" ") and read.endswith(" . ")
    assert "  " not in read
