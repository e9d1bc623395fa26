"""Numbers and names where the source has others: found among the same words, and not where they may well stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounding.displacement import displaced_names, displaced_numbers
from rag.grounding.reading import Comparison, read_claim, read_source
from rag.grounding.support import support

RULES = (
    "The grace period of a mortgage payment is 15 days and the late charge is 5 percent of the payment. "
    "An escrow account may hold a cushion of two months. "
    "In 2019 the servicer Oak Bank sent 400 notices, and Elm Trust sent 700 notices. "
    "Statements are due on the 3rd of the month."
)


def numbers(claim: str, source: str = RULES) -> list[tuple[str, str]]:
    return [
        (said, instead) for said, instead in displaced_numbers(Comparison.of(read_claim(claim), read_source(source)))
    ]


def names(claim: str, source: str = RULES) -> list[tuple[str, str]]:
    return [(said, instead) for said, instead in displaced_names(Comparison.of(read_claim(claim), read_source(source)))]


@pytest.mark.parametrize(
    ("claim", "displaced"),
    [
        ("The grace period of a mortgage payment is 5 days.", [("5", "15")]),
        ("The late charge is 15 percent of the payment.", [("15", "5")]),
        ("A late charge of 400 percent of the payment may be due.", [("400", "5")]),
        ("An escrow account may hold a cushion of five months.", [("five", "two")]),
        ("An escrow account may hold a cushion of 9 months.", [("9", "two")]),
        ("In 2019 the servicer Oak Bank sent 700 notices.", [("700", "400")]),
    ],
)
def test_a_number_of_something_else(claim: str, displaced: list[tuple[str, str]]) -> None:
    """It is named, with the number that the source has there; whether the source has it elsewhere does not matter."""
    assert numbers(claim) == displaced
    assert support(claim, RULES).contradicted


@pytest.mark.parametrize(
    "claim",
    [
        "The grace period of a mortgage payment is 15 days.",
        "Late charges amount to 5 percent; mortgage payments have a grace period of 15 days.",
        "Oak Bank and Elm Trust sent 400 and 700 notices in 2019.",
        "A cushion of two months may be held in the account for escrow.",
        "Notices: 700 by Elm Trust.",
        "Nothing is said of numbers.",
        "There are 15 banks on the river.",
        "",
    ],
)
def test_a_number_in_its_place(claim: str) -> None:
    """Other words around it, or another order, displace nothing."""
    assert numbers(claim) == []


def test_a_number_whose_words_stand_in_the_sentence_before() -> None:
    """What a number is said of may stand beside its sentence; a number far away from all of it is displaced."""
    story = "Liz Patterson served in the House of Congress for 6 years. She died at the age of 78."
    heading = "Part 78. The rules of the river follow. They are many. " + story.replace("the age of 78", "home")

    assert numbers("Liz Patterson of Congress died at 78 years.", story) == []
    assert numbers("Liz Patterson served in the House of Congress for 78 years.", heading) == [("78", "6")]


@pytest.mark.parametrize(
    ("claim", "displaced"),
    [
        ("In 2019 the servicer Elm Bank sent 400 notices.", [("Elm", "Oak")]),
        ("In 2019 the servicer Oak Bank sent 400 notices.", []),
        ("The bank Elm was the servicer, as people said in 2019, when notices went out.", []),
        ("In 2019 the servicer Ash Bank sent 400 notices.", []),
    ],
)
def test_a_name_of_somebody_else(claim: str, displaced: list[tuple[str, str]]) -> None:
    """It is found in a near quotation only; a name that the source lacks is missing, not displaced."""
    assert names(claim) == displaced


@given(st.lists(st.sampled_from(RULES.split()), max_size=12).map(" ".join), st.text(max_size=80))
def test_any_two_texts(words: str, text: str) -> None:
    """What is displaced is in the claim and not in the source's place, whatever the texts are."""
    for claim, source in ((words, RULES), (text, words), (words, f"{text} {words}")):
        for said, instead in [*numbers(claim, source), *names(claim, source)]:
            assert said in claim
            assert instead in source
            assert said != instead


@given(st.sampled_from(RULES.split(". ")), st.text(max_size=80))
def test_a_sentence_quoted_from_its_source(sentence: str, text: str) -> None:
    """It has nothing displaced, whatever stands around it."""
    assert numbers(sentence, f"{RULES}\n\n{text}") == names(sentence, f"{RULES}\n\n{text}") == []
