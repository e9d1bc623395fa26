"""The index: concepts and weighted terms are ranked alike, and a question is widened without losing itself."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.retrieval.concepts import plain_concepts
from rag.retrieval.index import FEEDBACK_WEIGHT, Bm25Index, ranking
from rag.values import Passage

TEXTS = (
    "The debt ratio is limited; obligations and liabilities are counted monthly.",
    "Debt ratio rules count obligations and liabilities too.",
    "Monthly obligations and liabilities of a spouse are counted.",
    "Appraisals are valid for 180 days.",
    "Gift letters name the donor.",
    "Escrow cushions are two months.",
)
RATIOS = [
    Passage(passage_id=f"g#{n}", document_id="g", source="", title="", section="", text=text)
    for n, text in enumerate(TEXTS)
]


def test_the_expanded_query_keeps_its_own_words() -> None:
    """They have all but a fixed share of the weight."""
    index = Bm25Index(RATIOS)
    own = {"debt": 1.0, "ratio": 1.0}
    weights = index.expand(own, index.scores(own))

    assert sum(weights.values()) == pytest.approx(2.0)
    assert min(weights["debt"], weights["ratio"]) >= 1 - FEEDBACK_WEIGHT
    assert len(weights) > len(own)
    assert index.expand({"xylophone": 1.0}, index.scores({"xylophone": 1.0})) == {"xylophone": 1.0}


def test_a_plain_question_is_plain_bm25() -> None:
    """Concepts of one word each score as BM25 scores their words."""
    index = Bm25Index(RATIOS)
    question = plain_concepts("debt ratio obligations")
    words = {term: 1.0 for concept in question for term in concept.terms}

    np.testing.assert_allclose(index.concept_scores(question), index.scores(words))


@pytest.mark.parametrize("at_most", [None, 1, 3, 50])
def test_ranking_by_score(at_most: int | None) -> None:
    """Only what scored, best first, equals in order; to ask for a few gives the beginning of the whole."""
    dice = random.Random("ranking")
    scores = np.array([dice.choice([0.0, 0.0, 1.0, 2.0, dice.random()]) for _ in range(300)])
    expected = sorted((n for n in range(300) if scores[n] > 0), key=lambda n: (-scores[n], n))

    assert ranking(scores, at_most) == expected[:at_most]
