"""Matching: what a question and a passage share, sign by sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.analysis import terms
from rag.retrieval.answer_types import expected_answers
from rag.retrieval.concepts import plain_concepts
from rag.retrieval.matching import NO_ANSWER, OTHER_SUBJECT, STORY_AT_MOST, Match, match_words
from rag.retrieval.passage_words import read_passage
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.weighing import AS_NAMES, weigh

LIBRARY = (
    "An appraisal of an FHA home is valid for 180 days.",
    "A VA notice of value is valid for 6 months, says the Tall Timber guide.",
    "The escrow cushion is two months of payments.",
    "Taxes are paid in March 2026.",
)
STATISTICS = CollectionStatistics(terms(text) for text in LIBRARY)


def match(question: str, text: str) -> Match:
    weighed = weigh(plain_concepts(question), STATISTICS)
    return match_words(weighed, read_passage(text), STATISTICS, expected_answers(question))


def test_all_of_a_question() -> None:
    """What is found whole, in one sentence and in its order, has a full share of all that can be shared."""
    found = match("escrow cushion?", "The escrow cushion is small.")

    assert (found.coverage, found.sentence, found.pairs) == (1.0, 1.0, 1.0)
    assert found.relevance == pytest.approx(1.0, abs=0.2)
    assert found.same_subject == 1.0
    assert found.can_answer


def test_nothing_of_a_question() -> None:
    """Nothing found is zero in every sign, and so is what is shared with an empty passage."""
    for found in (match("escrow cushion?", "Rye flour."), match("escrow cushion?", ""), match("", LIBRARY[2])):
        assert (found.coverage, found.sentence, found.relevance, found.saturation, found.pairs) == (0, 0, 0, 0, 0)
        assert found.overlap == 0.0


def test_half_of_a_question() -> None:
    """The heavier half is worth more: a rare word says more of a passage than a common one."""
    rare = match("escrow months?", "The escrow is kept.").coverage
    common = match("escrow months?", "Some months go by.").coverage

    assert 0.0 < common < rare < 1.0


def test_words_in_several_sentences() -> None:
    """They are all found in the passage, and only some of them in its best sentence."""
    found = match("escrow cushion?", "The escrow is always kept by us. A cushion is soft.")

    assert found.coverage == 1.0
    assert 0.0 < found.sentence < 1.0
    assert found.pairs == 0.0


def test_repetition() -> None:
    """It raises what has no ceiling, and leaves the shares as they were."""
    once, often = match("escrow?", "The escrow is kept."), match("escrow?", "The escrow, an escrow, is an escrow.")

    assert often.saturation > once.saturation
    assert often.coverage == once.coverage == 1.0


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Is the home valid?", 0),
        ("Is the FHA home valid?", AS_NAMES["code"]),
        ("Is the VA or the FHA home valid?", 2 * AS_NAMES["code"]),
        ("Is it so in 2026?", AS_NAMES["code"]),
        ("Is the Timber home valid?", AS_NAMES["name"]),
        ("Is the timber home valid?", 0),
        ("Is the XQJ home valid?", 0),
    ],
)
def test_missing_names(question: str, missing: int) -> None:
    """Those that other passages have count, codes more than names; those that no passage has do not."""
    found = match(question, "The home is valid.")

    assert found.missing_names == missing
    assert found.same_subject == pytest.approx(OTHER_SUBJECT**missing)


def test_a_name_that_is_there() -> None:
    """It is not missed."""
    assert match("Is the FHA home valid?", LIBRARY[0]).missing_names == 0


def test_a_sentence_without_the_answer() -> None:
    """It counts in part, and the passage is told to be without an answer if no other sentence has one."""
    question = "How long is the home valid?"
    told, untold = match(question, "The home is valid for 9 days."), match(question, "The home is valid for all.")

    assert (told.can_answer, untold.can_answer) == (True, False)
    assert untold.sentence == pytest.approx(NO_ANSWER * told.sentence)
    assert untold.information == pytest.approx(NO_ANSWER * told.information)
    assert untold.coverage == told.coverage


def test_an_answer_elsewhere_in_the_passage() -> None:
    """The passage can answer, but the sentence that shares the question's words does not."""
    question = "How long is the home valid?"
    found = match(question, "The home is valid for all. Rye needs 9 days.")

    assert found.can_answer
    assert found.sentence == pytest.approx(NO_ANSWER * match(question, "The home is valid for 9 days.").sentence)


def test_a_question_that_expects_nothing() -> None:
    """No sentence counts less for it."""
    assert match("Is the home valid?", "The home is valid for all.").can_answer
    assert match("Is the home valid?", "The home is valid for all.").sentence == 1.0


def test_a_story() -> None:
    """However much of it is found, it counts as a word or two, so it cannot stand for the answer."""
    story = "The escrow cushion is two months of payments and taxes are paid in March."
    found = match(f"{story} Is rye flour good?", f"{story} Taxes. March. Payments.")

    assert found.information * STATISTICS.rare_idf == pytest.approx(STORY_AT_MOST * STATISTICS.largest_idf)
    assert found.coverage < 0.5


WORDS = sorted({word for text in LIBRARY for word in text.split()} | {"Rye", "How", "many?", "XQJ"})


@given(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join),
    st.sampled_from(["Rye flour is ground.", "Thank you."]),
)
def test_any_question_and_passage(question: str, text: str, more: str) -> None:
    """All shares are in [0, 1], and a sentence about something else takes nothing away of what is found."""
    found, longer = match(question, text), match(question, f"{text}.\n\n{more}")

    for share in (found.coverage, found.sentence, found.relevance, found.saturation, found.pairs, found.overlap):
        assert 0.0 <= share <= 1.0 + 1e-9
    assert found.sentence <= found.coverage + 1e-9
    assert longer.coverage >= found.coverage - 1e-9
    assert longer.missing_names <= found.missing_names
