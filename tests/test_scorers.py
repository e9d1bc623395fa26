"""Scorers: both packages give the same BM25, and the large one is chosen by size."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.retrieval import scorers
from rag.retrieval.scorers import OkapiScorer, Scorer, SparseScorer, make_scorer

WORDS = [f"word{number}" for number in range(200)]


def documents(count: int) -> list[list[str]]:
    """Documents whose words are as unevenly frequent as in real text."""
    dice = random.Random("scorers")
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return [dice.choices(WORDS, weights, k=dice.randint(1, 60)) for _ in range(count)]


MANY = documents(400)


@pytest.mark.parametrize(
    "terms", [["word0"], ["word3", "word150"], ["word7", "word7"], ["unseen"], ["unseen", "word9"], []]
)
def test_both_packages_score_alike(terms: list[str]) -> None:
    """Up to rounding, for common, rare, repeated and unseen words."""
    np.testing.assert_allclose(
        SparseScorer.of(MANY).scores(terms), OkapiScorer(MANY).scores(terms), rtol=1e-9, atol=1e-12
    )


def test_both_packages_know_the_same_words() -> None:
    """Their statistics are the same, so confidence does not depend on the size of the library."""
    okapi, sparse = OkapiScorer(MANY).statistics, SparseScorer.of(MANY).statistics

    assert okapi.mean_length == sparse.mean_length
    assert [okapi.idf(word) for word in [*WORDS, "unseen"]] == [sparse.idf(word) for word in [*WORDS, "unseen"]]


def test_the_size_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """rank-bm25 up to the limit, bm25s over it."""
    monkeypatch.setattr(scorers, "SPARSE_ABOVE", 400)

    assert isinstance(make_scorer(MANY), OkapiScorer)
    assert isinstance(make_scorer([*MANY, ["one", "more"]]), SparseScorer)


@pytest.mark.parametrize("scorer", [OkapiScorer(MANY), SparseScorer.of(MANY)], ids=["okapi", "sparse"])
def test_a_document_without_the_word(scorer: Scorer) -> None:
    """It has exactly 0, and one with the word has more, however common the word is."""
    for term in ("word0", "word199"):
        has = np.array([term in document for document in MANY])

        assert (scorer.scores([term])[has] > 0).all()
        assert (scorer.scores([term])[~has] == 0).all()


@pytest.mark.parametrize("texts", [[], [[]], [[], []]])
def test_nothing_to_index(texts: list[list[str]]) -> None:
    """No words, no scores, no division by zero."""
    assert OkapiScorer(texts).scores(["word"]).tolist() == [0.0] * len(texts)


@pytest.mark.parametrize("scorer", [OkapiScorer(MANY), SparseScorer.of(MANY)], ids=["okapi", "sparse"])
@pytest.mark.parametrize("term", ["word0", "word150", "unseen"])
def test_adding_one_term(scorer: Scorer, term: str) -> None:
    """To the last bit what its scores, weighed, would have added; an unseen word adds nothing."""
    total = np.arange(len(MANY), dtype=np.float64)
    expected = total + 0.3 * scorer.scores([term])
    scorer.add(total, term, 0.3)

    np.testing.assert_array_equal(total, expected)
