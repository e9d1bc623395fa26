"""Confidence: one scale for every query, on which the gate's thresholds mean something."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.analysis import terms
from rag.retrieval.answer_types import expected_answers
from rag.retrieval.concepts import plain_concepts
from rag.retrieval.confidence import EVEN_ODDS, CollectionStatistics, calibrated, confidence, match
from rag.settings import Settings
from rag.values import RewrittenQuery

LIBRARY = [
    "The base limit for a manually underwritten FHA loan is a debt-to-income ratio of 43 percent.",
    "An FHA appraisal is valid for 180 days after its effective date.",
    "The escrow cushion of a mortgage loan may not exceed two months of payments.",
    "The grace period of a mortgage payment is 15 days.",
    "A conventional loan needs private mortgage insurance above a loan-to-value ratio of 80 percent.",
    "A gift letter names the donor, the amount and the relation to the borrower.",
]
STATISTICS = CollectionStatistics(terms(text) for text in LIBRARY)


def ask(question: str, *variants: str) -> RewrittenQuery:
    return RewrittenQuery(original=question, text=question, variants=variants)


def best(question: str) -> float:
    return max(confidence(ask(question), text, STATISTICS) for text in LIBRARY)


def test_a_question_that_the_library_answers() -> None:
    """It reaches every threshold, and its passage is the best one."""
    scores = [confidence(ask("How long is an FHA appraisal valid?"), text, STATISTICS) for text in LIBRARY]

    assert scores[1] == max(scores) > 0.8


@pytest.mark.parametrize("question", ["Who painted the Night Watch?", "How long should rice soak before cooking?", ""])
def test_a_question_from_elsewhere(question: str) -> None:
    """It stays under the floor, whatever common words it shares."""
    assert best(question) < 0.25


def test_a_subject_that_the_library_lacks() -> None:
    """One unknown word in a familiar question costs more than one that the library has elsewhere."""
    familiar = best("What is the debt-to-income limit for an FHA loan?")
    elsewhere = best("What is the debt-to-income limit for an escrow loan?")
    near_miss = best("What is the debt-to-income limit for a jumbo loan?")

    assert near_miss < elsewhere < familiar


def test_everyday_words() -> None:
    """What is said of aunts and last weeks does not count against a passage; a strange subject does."""
    plain = best("Is a gift letter signed by the donor?")
    told = best("My aunt kept asking me last week: is a gift letter really signed by the donor?")
    strange = best("My tagine kept asking me about saffron: is a gift letter signed by the donor?")

    assert strange < 0.5 < told
    assert plain - told < told - strange


def test_the_wrong_programme() -> None:
    """A name that the passage lacks weighs more than a common word that it lacks."""
    text = LIBRARY[4]

    assert confidence(ask("May a VA loan need insurance?"), text, STATISTICS) < confidence(
        ask("May a mortgage loan need insurance?"), text, STATISTICS
    )


def test_a_story_before_the_question() -> None:
    """What no library repeats of it costs next to nothing, and what the passage shares with it helps."""
    plain = best("How long is an appraisal valid?")
    unrelated = best("My tagine cracked on the ferry to Tangier. How long is an appraisal valid?")
    related = best("We are going FHA and set an effective date. How long is an appraisal valid?")

    assert plain - unrelated < 0.1
    assert related > plain


def test_a_story_from_the_library_before_a_question_from_elsewhere() -> None:
    """However familiar the story, it does not answer the question."""
    story = "The grace period of my mortgage payment is 15 days, and the escrow cushion is two months of payments."

    assert best(f"{story} How often is a sourdough starter fed with rye flour?") < 0.5


def test_a_name_in_the_story() -> None:
    """It says of what the question is asked, so a passage without it is held less likely."""
    elsewhere = confidence(ask("I have an FHA loan. How long is the grace period?"), LIBRARY[3], STATISTICS)
    here = confidence(ask("I have a mortgage loan. How long is the grace period?"), LIBRARY[3], STATISTICS)

    assert elsewhere < here - 0.1


def test_relatives_of_a_word() -> None:
    """A word that no rule unites with the passage's counts half if it begins alike."""
    related = confidence(ask("relation of donor and beneficiary"), "Relationship of donors.", STATISTICS)
    same = confidence(ask("relation of donor and beneficiary"), "Relation of donors.", STATISTICS)
    other = confidence(ask("relation of donor and beneficiary"), "Nephews of donors.", STATISTICS)

    assert other < related <= same


def test_a_phrase_in_the_librarys_words() -> None:
    """To find what stands for a phrase is to find the phrase: all three passages answer alike."""
    query = ask("Can I chip in for my son?", "Can I gift letter for my son?")
    texts = ("I chip in for a son.", "A gift letter for a son.")
    scores = [confidence(query, text, STATISTICS) for text in texts]

    assert min(scores) > 0.5
    assert confidence(query, "A son.", STATISTICS) < min(scores) / 2


def test_words_that_stand_together() -> None:
    """A passage that answers in one sentence is surer than one with the same words scattered over many."""
    together = "The grace period is 15 days. Fees differ. Letters are kept."
    scattered = "Grace is asked for. The period differs. Fees are due in days. Letters are kept 15 years."
    question = ask("grace period days")

    assert confidence(question, together, STATISTICS) > confidence(question, scattered, STATISTICS)


@pytest.mark.parametrize(
    ("answered", "near_miss"),
    [
        ("How long is the grace period of a mortgage payment?", "What is the charge after the grace period?"),
        ("How long is an FHA appraisal valid?", "How long is a VA appraisal valid?"),
        ("How many months may the escrow cushion be?", "How many donors may sign a gift letter?"),
        ("Does a gift letter name the donor?", "What is the phone number of the donor in a gift letter?"),
        ("Which ratio is the base limit of an FHA loan?", "How much does an FHA appraisal cost?"),
    ],
)
def test_an_answer_and_a_near_miss(answered: str, near_miss: str) -> None:
    """Every threshold of the gate lies between what the library answers and what it only has the words of."""
    thresholds = [policy.min_confidence for policy in Settings().gate.domains.values() if policy.min_passages]

    assert best(near_miss) < min(thresholds) <= max(thresholds) < best(answered)


def test_the_type_of_an_answer() -> None:
    """Of two passages that share the same words with a question, that one is surer which has what is asked for."""
    question = ask("How long may the escrow cushion be kept?")
    told, untold = "The escrow cushion may be kept for two months.", "The escrow cushion may be kept for all of them."

    assert confidence(question, untold, STATISTICS) < confidence(question, told, STATISTICS) - 0.05
    assert confidence(ask("May the escrow cushion be kept?"), untold, STATISTICS) == pytest.approx(
        confidence(question, told, STATISTICS), abs=0.01
    )


def test_an_answer_in_another_sentence() -> None:
    """What is asked for has to stand where the words of the question stand: a number anywhere is no answer."""
    question = ask("How long may the escrow cushion be kept?")
    here = "The escrow cushion is kept for two months. Fees are due at closing."
    elsewhere = "The escrow cushion is kept. Fees are due in two months."

    assert confidence(question, elsewhere, STATISTICS) < confidence(question, here, STATISTICS) - 0.05


def test_a_code_and_a_name() -> None:
    """A programme in capitals that the passage lacks weighs more than a capitalised word, and that more than a word."""
    statistics = CollectionStatistics([["fha"], ["timb"], ["tiny"], ["grac", "period"], ["loan"], ["day"]])
    text = "The grace period of a loan is a day."
    code, name, word = (
        confidence(ask(f"Has a {one} loan a grace period?"), text, statistics) for one in ("FHA", "Timber", "tiny")
    )

    assert code < name < word


def test_a_name_that_no_document_has() -> None:
    """It is no sign that the passage speaks of something else: the library may not name anybody."""
    elsewhere = match(plain_concepts("Is the FHA loan valid?"), LIBRARY[2], STATISTICS)
    nowhere = match(plain_concepts("Is the XQJ loan valid?"), LIBRARY[2], STATISTICS)

    assert elsewhere.same_subject < nowhere.same_subject == 1.0


def test_a_match_of_common_words_only() -> None:
    """Full coverage of a question that says next to nothing proves little."""
    assert confidence(ask("mortgage?"), "A mortgage.", STATISTICS) < confidence(ask("donor?"), "A donor.", STATISTICS)


def test_the_best_variant_counts() -> None:
    """A translated form of the question lifts the score and never lowers it."""
    plain, text = ask("max DTI FHA?"), LIBRARY[0]
    helped = ask("max DTI FHA?", "maximum debt-to-income ratio of an FHA loan", "something else altogether")

    assert confidence(helped, text, STATISTICS) > confidence(plain, text, STATISTICS)


def test_the_inverse_document_frequency() -> None:
    """Always positive, also for a word in every document; larger for rarer words; largest for unknown ones."""
    everywhere = CollectionStatistics([["loan", "fha"], ["loan"], ["loan"]])

    assert 0 < everywhere.idf("loan") < everywhere.idf("fha") < everywhere.idf("jumbo") == everywhere.largest_idf
    assert everywhere.idf("fha") == pytest.approx(math.log(1 + 2.5 / 1.5))


@pytest.mark.parametrize("documents", [[], [[]], [["loan"]]])
def test_a_tiny_collection(documents: list[list[str]]) -> None:
    """No division by zero, and a perfect match is still one."""
    statistics = CollectionStatistics(documents)

    assert confidence(ask("loan"), "loan", statistics) > 0.3
    assert confidence(ask("loan"), "", statistics) == 0.0


def test_no_query_terms() -> None:
    """Nothing is matched by nothing."""
    assert match((), LIBRARY[0], STATISTICS).overlap == 0.0
    assert confidence(ask("What is it?"), LIBRARY[0], STATISTICS) == 0.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_scale(one: float, other: float) -> None:
    """It runs from 0 for no overlap, through even odds, and never falls."""
    low, high = sorted((one, other))

    assert calibrated(0.0) == 0.0
    assert calibrated(EVEN_ODDS) == 0.5
    assert calibrated(low) <= calibrated(high) < 1.0


@given(
    st.lists(st.sampled_from(" ".join(LIBRARY).split() + ["jumbo", "rice"]), max_size=12).map(" ".join),
    st.lists(st.sampled_from(" ".join(LIBRARY).split()), max_size=40).map(" ".join),
)
def test_any_query_and_passage(question: str, text: str) -> None:
    """Every part of the match is in [0, 1], and so is the confidence; a sentence never has more than its passage."""
    found = match(plain_concepts(question), text, STATISTICS, expected_answers(question))

    for part in (found.coverage, found.sentence, found.relevance, found.saturation, found.pairs, found.overlap):
        assert 0.0 <= part <= 1.0 + 1e-9
    assert 0.0 <= confidence(ask(question), text, STATISTICS) <= 1.0
    assert found.sentence <= found.coverage + 1e-9
    assert found.information >= 0.0 <= found.missing_names
