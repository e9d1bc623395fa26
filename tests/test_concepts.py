"""Concepts: what stands for what in a rewritten question, and which words say little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.analysis import stem
from rag.retrieval.concepts import EVERYDAY, Concept, plain_concepts, readings
from rag.values import RewrittenQuery


def rewritten(question: str, *forms: str) -> tuple[Concept, ...]:
    """The first reading."""
    return read(question, *forms)[0]


def read(question: str, *forms: str) -> tuple[tuple[Concept, ...], ...]:
    return readings(RewrittenQuery(original=question, text=forms[-1] if forms else question, variants=forms))


def wordings(question: tuple[Concept, ...]) -> list[tuple[tuple[str, ...], ...]]:
    return [concept.alternatives for concept in question]


def stems(words: str) -> tuple[str, ...]:
    return tuple(map(stem, words.split()))


def test_a_question_that_nobody_rewrote() -> None:
    """Each word that says something is a concept of its own, once, in order."""
    assert wordings(plain_concepts("How long is an appraisal valid, and is the appraisal paid?")) == [
        (stems("appraisal"),),
        (stems("valid"),),
        (stems("paid"),),
    ]


def test_a_form_with_one_change() -> None:
    """What was typed and what stands in its place are two wordings of one concept."""
    question = rewritten("Can I back out tomorrow?", "Can I right of rescission tomorrow?")

    assert wordings(question) == [(stems("back out"), stems("right rescission")), (stems("tomorrow"),)]


def test_several_forms_of_one_place() -> None:
    """Every form adds a wording; words that a form leaves standing belong to it."""
    question = rewritten(
        "Could we skip the appraisal on a condo?",
        "Could we value acceptance on a condo?",
        "Could we waiver of the appraisal on a condo?",
    )

    assert set(wordings(question)[0]) == {
        stems("skip appraisal"),
        stems("value acceptance"),
        stems("waiver appraisal"),
    }


def test_a_form_with_several_changes() -> None:
    """It is not read as one large concept when other forms have each change alone."""
    question = rewritten(
        "I got turned down by the bank",
        "I got denied by the lender",
        "I got denied by the bank",
        "I got turned down by the lender",
    )

    assert wordings(question) == [(stems("turned down"), stems("denied")), (stems("bank"), stems("lender"))]


def test_a_form_that_only_adds_words() -> None:
    """It stands for nothing that was typed."""
    assert rewritten("max DTI", "max DTI (debt-to-income ratio)") == plain_concepts("max DTI")


def test_a_form_that_adds_words_in_one_place_and_replaces_some_in_another() -> None:
    """It says nothing new beside the forms that do the one and the other alone."""
    question = rewritten(
        "score 745 on a condo, highest LTV?",
        "score (credit score) 745 on a condo, highest LTV (loan-to-value)?",
        "credit score 745 on a condo, highest LTV?",
        "credit score 745 on a condo, highest loan-to-value?",
        "score 745 on a condo, highest loan-to-value?",
    )

    assert wordings(question)[-1] == (stems("LTV".lower()), stems("loan value"))
    assert len(question) == 5


def test_what_is_told_before_the_question() -> None:
    """It is an aside, unless the question speaks of it, too."""
    question = rewritten("My aunt sold a condo. Is the condo insured?")

    assert {concept.alternatives[0][0]: concept.aside for concept in question} == {
        "aunt": True,
        "sold": True,
        "condo": False,
        stem("insured"): False,
    }


def test_a_translated_aside() -> None:
    """A phrase of the story stays an aside in the library's words."""
    question = rewritten("I backed out. Is a fee due?", "I rescission. Is a fee due?")

    assert [concept.aside for concept in question] == [True, False, False]


def test_a_form_that_is_a_sentence_of_its_own() -> None:
    """It is another reading, concept by concept, and the question as typed remains one."""
    form = "Waiting period after foreclosure"

    assert read("Sheriff sold my place", form) == (plain_concepts("Sheriff sold my place"), plain_concepts(form))


def test_a_form_that_changes_too_much() -> None:
    """A stretch of more than a phrase is no single concept, even with something left beside it."""
    form = "FHA one two three four five six seven eight nine words"

    assert read("FHA limits", form) == (plain_concepts("FHA limits"), plain_concepts(form))


def test_words_in_the_place_of_a_function_word() -> None:
    """A question can be about something in the library's words where its own say nothing."""
    question = rewritten("Who do I tell of the error?", "Who do I complaint of the error?")

    assert wordings(question) == [(stems("complaint"),), (stems("error"),)]


@pytest.mark.parametrize("question", ["", "   ", "?!", "What is it?", "How do I do that?"])
def test_a_question_about_nothing(question: str) -> None:
    """It cannot be read."""
    assert read(question, question) == ()


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("My aunt will chip in", {"aunt": "everyday", "chip": "word"}),
        ("Is the FHA limit 43 percent?", {"fha": "code", "limit": "word", "43": "number", "percent": "word"}),
        ("What was it in 2011?", {"2011": "code"}),
        ("A loan of 410k closing on a Monday in March 2014", {"410k": "number", "monday": "number", "march": "number"}),
        ("section B3-6-02", {"b3": "code", "6": "number"}),
        ("HomeReady limits. IRRRL fees.", {stem("homeready"): "code", stem("irrrl"): "code", stem("limits"): "word"}),
        ("a loan from Tall Timber for a home", {"tall": "name", stem("timber"): "name", stem("home"): "word"}),
        ("Mortgage limits. Condo rules.", {stem("mortgage"): "word", "condo": "word"}),
    ],
)
def test_kinds_of_words(question: str, kinds: dict[str, str]) -> None:
    """Everyday words, names, codes and numbers are told apart; a capital that only begins a sentence means nothing."""
    found = {concept.alternatives[0][0]: concept.kind for concept in plain_concepts(question)}

    assert kinds.items() <= found.items()


@pytest.mark.parametrize(
    "word",
    ["mortgage", "loan", "income", "appraisal", "credit", "pay", "cost", "escrow", "jumbo", "number", "name", "hour"],
)
def test_words_of_the_field(word: str) -> None:
    """They are no everyday words: a question that asks for one that is missing must feel it."""
    assert stem(word) not in EVERYDAY


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=4))
def test_any_question_and_any_forms(question: str, forms: list[str]) -> None:
    """Every concept has a wording, no wording is empty, and the first reading loses no word of the question."""
    found = read(question, *forms)
    own = {term for concept in plain_concepts(question) for term in concept.terms}

    assert all(concept.alternatives and all(concept.alternatives) for reading in found for concept in reading)
    assert not own or own <= {term for concept in found[0] for term in concept.terms}
