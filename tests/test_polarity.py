"""Denials and opposites: found in what is all but repeated, and not where the same thing is said in other words."""

from __future__ import annotations

import pytest

from rag.grounding.polarity import denied, says_the_opposite
from rag.grounding.reading import Comparison, read_claim, read_source
from rag.grounding.support import support


def opposite(claim: str, source: str) -> bool:
    return says_the_opposite(Comparison.of(read_claim(claim), read_source(source)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The fee is not refunded.", {"refund"}),
        ("The lender doesn’t refund it and can't keep the fee.", {"refund", "keep"}),
        ("No borrower may pay twice, nor is a fee due.", {"borrow", "fee"}),
        ("It is not, as people say, due.", set()),
        ("Not only the fee but the charge is due, no later than in May and for no more than a year.", set()),
        ("Rule No. 5 asks whether or not a fee is due, no matter how small; not all are.", set()),
        ("Never mind.", {"mind"}),
        ("", set()),
    ],
)
def test_what_a_denial_reaches(text: str, words: set[str]) -> None:
    """The next word that means something, in the same clause; bounds, parts and questions deny nothing."""
    assert denied(text) == words


PAIRS = [
    ("A gift is allowed for the down payment.", "A gift is not allowed for the down payment."),
    ("The borrower must live in the home.", "The borrower must never live in the home."),
    ("The lender can waive the appraisal.", "The lender can't waive the appraisal."),
    ("The new tax increases the payment.", "The new tax reduces the payment."),
    ("Reserves of at least three months are held.", "Reserves of at most three months are held."),
    ("The fee is more than 40 dollars.", "The fee is less than 40 dollars."),
    ("The notice comes before the payment is due.", "The notice comes after the payment is due."),
    ("Gifts from relatives are allowed.", "Gifts from relatives are prohibited."),
    ("An appraisal is required for the loan.", "An appraisal is optional for the loan."),
    ("The minimum score for the loan is 580.", "The maximum score for the loan is 580."),
]


@pytest.mark.parametrize(("one", "other"), [*PAIRS, *(pair[::-1] for pair in PAIRS)])
def test_a_sentence_and_its_opposite(one: str, other: str) -> None:
    """Each contradicts the other; neither contradicts itself, and both have their say in the support."""
    assert opposite(one, other)
    assert not opposite(one, one)
    assert support(one, other).contradicted and not support(one, other).supported


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("A gift is prohibited for the down payment.", "A gift is not allowed for the down payment."),
        ("The contract is not lawful in this state.", "The contract is unlawful in this state."),
        ("A gift is not allowed for the down payment.", "Rules exclude that a gift is allowed for the down payment."),
        ("The fee is no more than 40 dollars.", "The fee is at most 40 dollars."),
        ("The fee is due no later than May 5.", "The fee is due by May 5."),
        ("The wait is no longer than 30 days.", "The wait is up to 30 days."),
        ("The fee was not lowered.", "The fee was not reduced but raised."),
        ("The tax increases and reduces the payment.", "The tax increases the payment."),
        ("A rise in the tax increases the payment.", "A rise in the tax reduces the payment."),
        ("Not all gifts are allowed.", "Gifts from relatives are allowed."),
        ("The home must not be rented.", "The borrower signs the note on the day of closing."),
        ("The home is inspected.", "Whether the home is inspected or not, the fee is due."),
        ("", "The fee is not due."),
        ("The fee is not due.", ""),
    ],
)
def test_the_same_in_other_words(claim: str, source: str) -> None:
    """Where a denial could be meant by another word, or one text has both opposites, no contradiction is seen."""
    assert not opposite(claim, source)


def test_a_denial_of_the_whole() -> None:
    """In a near quotation a denial counts even if the denied word is new; in a paraphrase it may answer anything."""
    source = "The servicer of the loan pays the insurance and the taxes of the home from the account."

    assert opposite(f"It is not true that {source.lower()}", source)
    assert not opposite("It is not odd that a servicer looks after the taxes of a home.", source)


def test_only_the_nearest_sentence_counts() -> None:
    """What another sentence of the passage denies is no answer to the claim."""
    source = "A gift is allowed for the down payment. A loan is not allowed for the down payment of a home."

    assert not opposite("A gift is allowed for the down payment.", source)
    assert opposite("A loan is allowed for the down payment of a home.", source)
