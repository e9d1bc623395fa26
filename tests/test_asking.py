"""Asking: which part of what a person types is the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.analysis import tokenise
from rag.retrieval.asking import asking_sentences, asking_tokens


def asked(text: str) -> str:
    """The words that ask."""
    positions = asking_tokens(text)
    return " ".join(token.surface for place, token in enumerate(tokenise(text)) if place in positions)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Nurse here. Would a conventional loan work?", "Would a conventional loan work"),
        ("Is it too early? I started in May.", "Is it too early"),
        ("We sold up. What is due? And who sends it?", "What is due And who sends it"),
        ("vet with a family of 3. what income does the table want", "what income does the table want"),
        ("He left. but can I keep the loan", "but can I keep the loan"),
        ("My loan is U.S. insured. Don't I owe less?", "Don't I owe less"),
        ("FHA file. Any chance of a second loan?", "Any chance of a second loan"),
    ],
)
def test_a_story_and_a_question(text: str, question: str) -> None:
    """The sentences with a question mark ask, and those that begin as questions do; the others tell."""
    assert asked(text) == question


@pytest.mark.parametrize(
    "text",
    ["escrow shortage vs escrow deficiency", "The limit for an FHA loan. The year is 2026.", "IPC limit, 85 LTV?"],
)
def test_keywords(text: str) -> None:
    """Where no sentence asks, or there is only one, all of it does."""
    assert asking_tokens(text) == frozenset(range(len(tokenise(text))))


def test_what_only_looks_like_a_question() -> None:
    """A word that merely begins like an auxiliary asks nothing."""
    assert asked("Isabel sold it. Canned goods stay. Who pays the tax?") == "Who pays the tax"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Rent is paid in cash. Is that acceptable?", "Rent is paid in cash Is that acceptable"),
        ("We moved. I work from home. How does this count", "I work from home How does this count"),
        ("My score is 612. And is that enough?", "My score is 612 And is that enough"),
        ("The roof leaks. Would such a house pass?", "The roof leaks Would such a house pass"),
    ],
)
def test_a_question_that_points_back(text: str, question: str) -> None:
    """It asks of the sentence before it, and of no other."""
    assert asked(text) == question


@pytest.mark.parametrize(
    "text",
    ["Is that acceptable?", "We sold up. Who pays the tax that is due?", "He left. Is the loan that he took mine?"],
)
def test_a_question_that_only_says_that(text: str) -> None:
    """Behind a noun the word points into its own sentence, and before the first sentence there is none."""
    assert asked(text) == " ".join(token.surface for token in tokenise(asking_sentences(text)[0]))


def test_the_sentences_that_ask() -> None:
    """As they were typed, in order, without what is told between them; where none asks, all of them."""
    assert asking_sentences("We sold up. What is due? A lot, I fear. And who sends it?") == (
        "What is due?",
        "And who sends it?",
    )
    assert asking_sentences("escrow shortage. 2026") == ("escrow shortage.", "2026")
    assert asking_sentences(" ") == ()


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Positions are those of tokens, and something asks wherever there is a word."""
    positions = asking_tokens(text)
    count = len(tokenise(text))

    assert bool(positions) == bool(count)
    assert all(place >= 0 for place in positions)
