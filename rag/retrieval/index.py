"""An index: ranks passages for a question's concepts or for weighted terms, and widens a question by what it finds.

Knows passages, concepts and BM25. Knows no thresholds and no confidence, and never decides what is good enough.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from operator import itemgetter
from pathlib import Path

import numpy as np

from rag.retrieval import index_cache
from rag.retrieval.analysis import terms
from rag.retrieval.concepts import Concept
from rag.retrieval.passage_words import searchable_text
from rag.retrieval.scorers import SPARSE_ABOVE, Scorer, Scores, SparseScorer, make_scorer
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.weighing import weigh
from rag.values import Passage

EVERYDAY_WEIGHT = 0.7
"""What an everyday word counts in the ranking. nDCG@10 with 1, 0.7 and 0.5: SciFact .692, .692, .687, Cranfield .392,
.393, .388; right passages of the development questions among the first 15: 98.1, 99.5 and 99.5 %."""
FEEDBACK_PASSAGES = 5
"""Best passages whose words expand the query for a deep search ..."""
FEEDBACK_TERMS = 20
"""... by this many words ..."""
FEEDBACK_WEIGHT = 0.25
"""... that together weigh this much against the query's own: they find more, and they stray. nDCG@10, deep search
against plain: Cranfield .404 against .393, SciFact .690 against .692. With a weight of 0.1, 94 % of the passages for 75
everyday questions are among the first 15, with 0.25 and with 0.4 96 %."""
PROGRESS_EVERY = 500
"""Passages between two reports of progress."""

Progress = Callable[[int, int], None]
"""Told how many passages of how many have been read; called in the thread that builds the index."""


class Bm25Index:
    """Ranks any list of passages; positions are those in the list. Never changes, so threads may share it."""

    def __init__(
        self, passages: Sequence[Passage], *, cache: Path | None = None, progress: Progress | None = None
    ) -> None:
        """A large index is looked for in the folder `cache` and left there; a small one is made sooner than found."""
        self.passages = tuple(passages)
        texts = [searchable_text(passage) for passage in self.passages]
        self._scorer = _cached_scorer(texts, cache, progress) if cache else make_scorer(_read(texts, progress))
        self._counts: Callable[[int], Counter[str]] = lru_cache(maxsize=1024)(self._count)

    @property
    def statistics(self) -> CollectionStatistics:
        """Word statistics of the passages."""
        return self._scorer.statistics

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """BM25 score of every passage for weighted terms; exactly 0 means that it has none of them."""
        total = np.zeros(len(self.passages))
        for term, its_weight in weights.items():
            total += its_weight * self._scorer.scores([term])
        return total

    def concept_scores(self, question: Sequence[Concept]) -> Scores:
        """BM25 score of every passage, each concept by its best wording; exactly 0 for a passage that has none."""
        total = np.zeros(len(self.passages))
        for concept, weighed in zip(question, weigh(tuple(question), self.statistics), strict=True):
            share = EVERYDAY_WEIGHT if concept.kind == "everyday" else 1.0
            total += share * weighed.weight * self._best_wording(concept)
        return total

    def _best_wording(self, concept: Concept) -> Scores:
        """Per unit of the concept's weight, so that a wording of many terms does not count more than one of few."""
        best = np.zeros(len(self.passages))
        for wording in concept.alternatives:
            if any(term in self.statistics for term in wording):
                scores = self._scorer.scores(wording) / sum(map(self.statistics.idf, wording))
                np.maximum(best, scores, out=best)
        return best

    def expand(self, question: Mapping[str, float], scores: Scores) -> dict[str, float]:
        """A weighted question with the words that mark its best passages (pseudo-relevance feedback as in RM3).

        `scores` are those of the question. Its own words keep `1 - FEEDBACK_WEIGHT` of all the weight; a question
        that finds nothing keeps all of it.
        """
        found = self._feedback(scores)
        if not found:
            return dict(question)
        spare = FEEDBACK_WEIGHT * sum(question.values()) / sum(found.values())
        words = [*question, *(term for term in found if term not in question)]
        return {term: (1 - FEEDBACK_WEIGHT) * question.get(term, 0.0) + spare * found.get(term, 0.0) for term in words}

    def _feedback(self, scores: Scores) -> dict[str, float]:
        """Words of the best passages: their share of each passage, times its score, times their rarity."""
        found: defaultdict[str, float] = defaultdict(float)
        for position in ranking(scores, FEEDBACK_PASSAGES):
            counts = self._counts(position)
            for term, count in counts.items():
                found[term] += count / counts.total() * float(scores[position]) * self.statistics.idf(term)
        return dict(nlargest(FEEDBACK_TERMS, found.items(), key=itemgetter(1)))

    def _count(self, position: int) -> Counter[str]:
        return Counter(terms(searchable_text(self.passages[position])))


def ranking(scores: Scores, at_most: int | None = None) -> list[int]:
    """Positions of the scores over 0, best first; equal ones in their order."""
    positions = np.flatnonzero(scores > 0)
    if (
        at_most is not None and len(positions) > 4 * at_most
    ):  # to sort 100,000 for the best 20 takes longer than to score them
        floor = np.partition(scores[positions], -at_most)[-at_most]
        positions = positions[scores[positions] >= floor]
    order = positions[np.argsort(-scores[positions], kind="stable")]
    return [int(position) for position in order[:at_most]]


def _read(texts: Iterable[str], progress: Progress | None) -> list[list[str]]:
    """The terms of every text."""
    texts = list(texts)
    documents: list[list[str]] = []
    for text in texts:
        documents.append(terms(text))
        if progress and (len(documents) % PROGRESS_EVERY == 0 or len(documents) == len(texts)):
            progress(len(documents), len(texts))
    return documents


def _cached_scorer(texts: Sequence[str], cache: Path, progress: Progress | None) -> Scorer:
    if len(texts) <= SPARSE_ABOVE:
        return make_scorer(_read(texts, progress))
    key = index_cache.key_of(texts)
    found = index_cache.load(cache, key)
    if found is not None:
        if progress:
            progress(len(texts), len(texts))
        return found
    scorer = SparseScorer.of(_read(texts, progress))
    index_cache.store(cache, key, scorer)
    return scorer
