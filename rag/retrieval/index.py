"""An index: ranks passages for a question's concepts or for weighted terms, and widens a question by what it finds.

Knows passages, concepts and BM25. Knows no thresholds and no confidence, and never decides what is good enough.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from heapq import nlargest
from itertools import chain
from operator import itemgetter
from pathlib import Path

import numpy as np

from rag.retrieval import index_cache
from rag.retrieval.concepts import Concept
from rag.retrieval.known_questions import KnownQuestions, question_tokens
from rag.retrieval.meaning import WordVectors
from rag.retrieval.passage_words import PassageWords, read_passage, searchable_text, sentence_terms
from rag.retrieval.scorers import SPARSE_ABOVE, Scorer, Scores, SparseScorer, make_scorer
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.token_store import Sentences, TokenStore
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
        self,
        passages: Sequence[Passage],
        *,
        words: WordVectors | None = None,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        """A large index is looked for in the folder `cache` and left there; a small one is made sooner than found."""
        self.passages = tuple(passages)
        texts = [searchable_text(passage) for passage in self.passages]
        if cache and len(texts) > SPARSE_ABOVE:
            self._scorer, self._tokens, questions = _cached(self.passages, texts, cache, progress)
        else:
            self._scorer, self._tokens = _made(texts, progress)
            questions = None
        self.known = KnownQuestions(self.passages, self.statistics, questions, words)

    @property
    def statistics(self) -> CollectionStatistics:
        """Word statistics of the passages."""
        return self._scorer.statistics

    def words(self, position: int) -> PassageWords:
        """The words of the passage there, without reading its text again."""
        return read_passage(searchable_text(self.passages[position]), partial(self._tokens.sentences, position))

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """BM25 score of every passage for weighted terms; exactly 0 means that it has none of them."""
        total = np.zeros(len(self.passages))
        for term, its_weight in weights.items():
            self._scorer.add(total, term, its_weight)
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
            words, score = self.words(position), float(scores[position])
            for term, places in words.places.items():
                found[term] += len(places) / words.length * score * self.statistics.idf(term)
        return dict(nlargest(FEEDBACK_TERMS, found.items(), key=itemgetter(1)))


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


def _read(texts: Sequence[str], progress: Progress | None) -> Iterator[Sentences]:
    """The terms of every text, sentence by sentence."""
    for number, text in enumerate(texts, start=1):
        yield sentence_terms(text)
        if progress and (number % PROGRESS_EVERY == 0 or number == len(texts)):
            progress(number, len(texts))


def _made(texts: Sequence[str], progress: Progress | None) -> tuple[Scorer, TokenStore]:
    tokens = TokenStore.of(_read(texts, progress))
    return make_scorer(_documents(tokens)), tokens


def _documents(tokens: TokenStore) -> list[list[str]]:
    return [list(chain.from_iterable(tokens.sentences(position))) for position in range(len(tokens))]


def _cached(
    passages: Sequence[Passage], texts: Sequence[str], cache: Path, progress: Progress | None
) -> tuple[Scorer, TokenStore, TokenStore]:
    key = index_cache.key_of(chain(texts, ("\n".join(passage.open_questions) for passage in passages)))
    found = index_cache.load(cache, key)
    if found is not None:
        if progress:
            progress(len(texts), len(texts))
        return found
    tokens = TokenStore.of(_read(texts, progress))
    made = index_cache.CachedIndex(
        SparseScorer.of(_documents(tokens)), tokens, TokenStore.of(question_tokens(passages))
    )
    index_cache.store(cache, key, made)
    return made
