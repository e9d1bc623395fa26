"""BM25 search over a library, behind the port `Retriever`: first look, deep look, and the last attempt.

Knows a corpus and how to rank its passages. Knows nothing of stages, thresholds and answers. Ranks come from BM25, the
numbers that leave this module from `rag.retrieval.confidence`: a BM25 score means nothing outside of its own list.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import nlargest
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi

from rag.ports import SearchMode
from rag.retrieval.analysis import query_terms, terms
from rag.retrieval.confidence import K1, B, CollectionStatistics, confidence, searchable_text
from rag.retrieval.corpus import Corpus
from rag.values import Passage, RewrittenQuery, ScoredPassage

FEEDBACK_PASSAGES = 5
"""Best passages whose words expand the query for a deep search ..."""
FEEDBACK_TERMS = 20
"""... by this many words ..."""
FEEDBACK_WEIGHT = 0.25
"""... that together weigh this much against the query's own: they find more, and they stray."""
FUSION_RANK = 60
"""Reciprocal rank fusion adds `1 / (60 + rank)` over the lists: only what is high in one or in both comes first."""
STRONG_HITS = 3
STRONG_CONFIDENCE = 0.5
"""The sections around one of the best three hits of this confidence often carry on with the subject."""
NEIGHBOUR_SHARE = 5
"""At most one place in five goes to them: they were not found, only guessed."""
THREAD_ABOVE = 500
"""Passages from which on a search goes to a thread. A deep one takes about 2 ms over 250: longer, and it would hold up
every other stream of the process. Simulated time allows no threads: to simulate with a large library, raise this."""


class _PositiveBm25(BM25Okapi):  # type: ignore[misc]
    """BM25Okapi with an inverse document frequency that is never negative or zero.

    In the original a word in half of the passages weighs nothing and one in more of them less than nothing, so that in
    a small library a perfect match may score below no match at all.
    """

    def _calc_idf(self, nd: Mapping[str, int]) -> None:
        self.idf = {term: math.log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for term, n in nd.items()}


class Bm25Index:
    """Ranks any list of passages for a weighted set of terms; positions are those in the list."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = tuple(passages)
        self._terms = [terms(searchable_text(passage)) for passage in self.passages]
        self.statistics = CollectionStatistics(self._terms)
        # The package divides by the number of words, so it must not be given a collection without any.
        self._model = _PositiveBm25(self._terms, k1=K1, b=B) if any(self._terms) else None

    def scores(self, weights: Mapping[str, float]) -> NDArray[np.float64]:
        """BM25 score of every passage; exactly 0 means that it has none of the terms."""
        total = np.zeros(len(self.passages))
        if self._model is not None:
            for term, weight in weights.items():
                total += weight * self._model.get_scores([term])
        return total

    def rank(self, weights: Mapping[str, float]) -> list[int]:
        """Positions of the passages that have any of the terms, best first; equal ones in their order."""
        scores = self.scores(weights)
        return [int(position) for position in np.argsort(-scores, kind="stable") if scores[position] > 0]

    def expand(self, query: Sequence[str]) -> dict[str, float]:
        """The query with the words that mark its best passages, weighted (pseudo-relevance feedback as in RM3).

        The query's words keep `1 - FEEDBACK_WEIGHT` of all the weight; a query that finds nothing keeps all of it.
        """
        own = dict.fromkeys(query, 1.0)
        found = self._feedback(own)
        if not found:
            return own
        spare = FEEDBACK_WEIGHT * len(own) / sum(found.values())
        return {term: (1 - FEEDBACK_WEIGHT) * own.get(term, 0.0) + spare * found.get(term, 0.0) for term in own | found}

    def _feedback(self, weights: Mapping[str, float]) -> dict[str, float]:
        """Words of the best passages: their share of each passage, times its score, times their rarity."""
        scores = self.scores(weights)
        found: defaultdict[str, float] = defaultdict(float)
        for position in self.rank(weights)[:FEEDBACK_PASSAGES]:
            words = self._terms[position]
            for term, count in Counter(words).items():
                found[term] += count / len(words) * float(scores[position]) * self.statistics.idf(term)
        return dict(nlargest(FEEDBACK_TERMS, found.items(), key=itemgetter(1)))


def fuse(*rankings: Sequence[int]) -> list[int]:
    """One ranking out of several by reciprocal ranks (Cormack, Clarke and Buettcher 2009)."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, position in enumerate(ranking, start=1):
            scores[position] += 1 / (FUSION_RANK + rank)
    return sorted(scores, key=lambda position: -scores[position])


class Bm25Retriever:
    """`Retriever` over a corpus held in memory; safe to share between runs, since a search changes nothing.

    A corpus of more than `thread_above` passages is searched in a worker thread.
    """

    def __init__(self, corpus: Corpus, *, thread_above: int = THREAD_ABOVE) -> None:
        self._corpus = corpus
        self._thread_above = thread_above
        self._primary = Bm25Index(corpus.primary)
        self._all = Bm25Index(corpus.all) if len(corpus.all) > len(corpus.primary) else self._primary

    @property
    def statistics(self) -> CollectionStatistics:
        """Word statistics of the whole library: the scale of every confidence."""
        return self._all.statistics

    async def retrieve(self, query: RewrittenQuery, *, top_k: int, mode: SearchMode) -> Sequence[ScoredPassage]:
        """At most `top_k` passages in order of rank; a query of nothing but function words finds none.

        `first` searches the primary index. `deep` searches it with an expanded query as well and looks around strong
        hits. `expanded` does so in the fallback index too. Never fails.
        """
        if len(self._corpus.all) > self._thread_above:
            return await asyncio.to_thread(self.search, query, top_k=top_k, mode=mode)
        return self.search(query, top_k=top_k, mode=mode)

    def search(self, query: RewrittenQuery, *, top_k: int, mode: SearchMode) -> list[ScoredPassage]:
        """What `retrieve` does, at once."""
        index = self._all if mode == "expanded" else self._primary
        words = query_terms(query.text or query.original)
        plain = index.rank(dict.fromkeys(words, 1.0))
        if mode == "first" or not plain:
            return self._scored(query, [index.passages[position] for position in plain[:top_k]])
        ranking = fuse(plain, index.rank(index.expand(words)))
        found = self._scored(query, [index.passages[position] for position in ranking[:top_k]])
        return self._with_neighbours(query, found, top_k)

    def _scored(self, query: RewrittenQuery, passages: Sequence[Passage]) -> list[ScoredPassage]:
        return [
            ScoredPassage(passage=passage, confidence=confidence(query, searchable_text(passage), self.statistics))
            for passage in passages
        ]

    def _with_neighbours(self, query: RewrittenQuery, found: list[ScoredPassage], top_k: int) -> list[ScoredPassage]:
        """The hits, the last of them giving way to the sections around the strongest."""
        places = top_k // NEIGHBOUR_SHARE
        known = {item.passage.passage_id for item in found[: top_k - places]}
        around: dict[str, Passage] = {}
        for hit in found[:STRONG_HITS]:
            if hit.confidence >= STRONG_CONFIDENCE:
                around |= {p.passage_id: p for p in self._corpus.neighbours(hit.passage) if p.passage_id not in known}
        guessed = list(around.values())[:places]
        kept = [item for item in found if item.passage not in guessed][: top_k - len(guessed)]
        return kept + self._scored(query, guessed)
