"""The analyser: one term for what is written in two ways, and parts for what is written in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.analysis import query_terms, stem, terms, tokenise


@pytest.mark.parametrize(
    ("written", "otherwise"),
    [
        ("$726,200", "726,200 dollars"),
        ("43%", "43 percent"),
        ("43 %", "43 percent"),
        ("1,200.00 dollars", "1200 dollars"),
        ("3.50%", "3.5 percent"),
        ("five business days", "5 business days"),
        ("twenty-five months", "25 months"),
        ("the 36th day", "36 day"),
        ("the U.S. office at 5 p.m.", "US office at 5 PM"),
        ("a borrower's loans", "borrower loan"),
        ("a borrower\u2019s loans", "borrower loan"),
    ],
)
def test_two_ways_of_writing_one_thing(written: str, otherwise: str) -> None:
    """They give the same terms, so a question finds a passage that writes it the other way."""
    assert terms(written) == terms(otherwise)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("handbook 4000.1", {"4000.1"}),
        ("section B3-6-02", {"b3", "6", "02"}),
        ("debt-to-income ratio", {"debt", "ratio"}),
        ("section UW-2.10", {"uw", "2.10"}),
    ],
)
def test_a_compound_or_a_section_number(text: str, parts: set[str]) -> None:
    """It can be found by each of its parts, and a decimal is not torn apart."""
    assert parts <= set(terms(text))


def test_section_numbers_that_end_in_zero() -> None:
    """2.10 is not 2.1: only amounts and percentages lose their last zeros."""
    assert terms("section 2.10") != terms("section 2.1")


@pytest.mark.parametrize(
    "family",
    [
        ("limit", "limits", "limited", "limiting"),
        ("approve", "approved", "approval"),
        ("apply", "applies", "applied", "application"),
        ("refinance", "refinanced", "refinancing"),
        ("insure", "insured", "insurer", "insurance"),
        ("document", "documents", "documented"),
        ("transfer", "transferred", "transferring"),
        ("employ", "employed", "employer", "employment"),
        ("tax", "taxes"),
        ("loss", "losses"),
        ("eligible", "eligibility"),
    ],
)
def test_inflections_of_one_word(family: tuple[str, ...]) -> None:
    """They meet in one stem."""
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(("one", "other"), [("principal", "principle"), ("rate", "ratio"), ("loss", "lose")])
def test_words_that_only_look_alike(one: str, other: str) -> None:
    """They stay apart."""
    assert stem(one) != stem(other)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=20))
def test_any_word_keeps_a_recognisable_stem(word: str) -> None:
    """Stemming never leaves less than three letters, and never grows a word."""
    assert 3 <= len(stem(word)) <= len(word)


def test_function_words_of_a_question() -> None:
    """Only what the question is about is left, and each word once."""
    assert query_terms("How long must I wait, and how long does the wait for a loan take?") == ("wait", "loan")


@pytest.mark.parametrize("text", ["", "   ", "?!", "what is it", "How do I do that?"])
def test_a_question_about_nothing(text: str) -> None:
    """It has no terms."""
    assert query_terms(text) == ()


@given(st.text())
def test_any_text_at_all(text: str) -> None:
    """It is analysed without an error, and every token stands in the text as written."""
    for token in tokenise(text):
        assert token.surface in text
        assert token.text
