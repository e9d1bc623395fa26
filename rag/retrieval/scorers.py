"""BM25 over any number of documents: rank-bm25 while they are few, bm25s when they are many; the same scores.

Knows terms and positions in a list. Knows no passages, no questions and no files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from rag.retrieval.matching import K1, B
from rag.retrieval.statistics import CollectionStatistics

if TYPE_CHECKING:
    import bm25s  # type: ignore[import-untyped]

SPARSE_ABOVE = 4000
"""Documents from which on bm25s takes over. rank-bm25 looks at every document for each new term, 0.7 ms over 4,000
and 2.4 ms over 10,000; bm25s looks only where the term is, about 0.01 ms over either."""
REMEMBERED_TERMS = 1024
"""Terms whose scores are kept: questions share most of their words, and 4,000 numbers are 32 kB."""

Scores = NDArray[np.float64]


class Scorer(Protocol):
    """BM25 scores of every document."""

    statistics: CollectionStatistics

    def scores(self, terms: Sequence[str]) -> Scores:
        """Sum over the terms; exactly 0 for a document that has none of them."""
        ...

    def add(self, total: Scores, term: str, weight: float) -> None:
        """Add the scores of one term, times `weight`, to a sum over all documents."""
        ...


def make_scorer(documents: Sequence[Sequence[str]]) -> Scorer:
    """The scorer that suits the number of documents, each given as its terms."""
    return SparseScorer.of(documents) if len(documents) > SPARSE_ABOVE else OkapiScorer(documents)


class _PositiveBm25(BM25Okapi):  # type: ignore[misc]
    """BM25Okapi with an inverse document frequency that is never negative or zero.

    In the original a word in half of the documents weighs nothing and one in more of them less than nothing, so that in
    a small library a perfect match may score below no match at all.
    """

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: math.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for term, n in nd.items()}


class OkapiScorer:
    """rank-bm25, the default."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.statistics = CollectionStatistics(documents)
        # The package divides by the number of words, so it must not be given a collection without any.
        self._model = _PositiveBm25(documents, k1=K1, b=B) if any(documents) else None
        self._of_term: Callable[[str], Scores] = lru_cache(maxsize=REMEMBERED_TERMS)(self._score)

    def scores(self, terms: Sequence[str]) -> Scores:
        """See `Scorer`."""
        total = np.zeros(self.statistics.size)
        for term in terms:
            if term in self.statistics:
                total += self._of_term(term)
        return total

    def add(self, total: Scores, term: str, weight: float) -> None:
        """See `Scorer`."""
        if term in self.statistics:
            total += weight * self._of_term(term)

    def _score(self, term: str) -> Scores:
        if self._model is None:
            return np.zeros(self.statistics.size)
        return np.asarray(self._model.get_scores([term]), dtype=np.float64)


class SparseScorer:
    """bm25s, for large collections: the scores of all terms in all documents, computed once, in a sparse matrix."""

    def __init__(self, model: bm25s.BM25, statistics: CollectionStatistics) -> None:
        self.model = model
        self.statistics = statistics

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]]) -> SparseScorer:
        """Compute the matrix; seconds for 100,000 documents."""
        import bm25s  # only large libraries need it, and it is slow to import

        model = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float64")
        model.index([list(document) for document in documents], create_empty_token=False, show_progress=False)
        return cls(model, CollectionStatistics(documents))

    def scores(self, terms: Sequence[str]) -> Scores:
        """See `Scorer`. The package leaves out the constant factor k1 + 1, which rank-bm25 has."""
        known = [term for term in terms if term in self.statistics]
        if not known:
            return np.zeros(self.statistics.size)
        return (K1 + 1) * np.asarray(self.model.get_scores(known), dtype=np.float64)

    def add(self, total: Scores, term: str, weight: float) -> None:
        """See `Scorer`. Touches only the documents that have the term: a question with feedback has forty terms."""
        if term in self.statistics:
            number, matrix = self.model.vocab_dict[term], self.model.scores
            entries = slice(matrix["indptr"][number], matrix["indptr"][number + 1])
            total[matrix["indices"][entries]] += weight * ((K1 + 1) * matrix["data"][entries])
