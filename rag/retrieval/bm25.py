"""BM25 search over a library, behind the port `Retriever`: first look, deep look, and the last attempt.

Knows a corpus and when to look how far. Knows nothing of stages, thresholds and answers. Ranks come from BM25, the
numbers that leave this module from `rag.retrieval.confidence`: a BM25 score means nothing outside of its own list.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from rag.ports import SearchMode
from rag.retrieval.concepts import readings
from rag.retrieval.confidence import WeighedQuery, confidence_in, doubt, weighed
from rag.retrieval.corpus import Corpus
from rag.retrieval.index import Bm25Index, Progress, ranking
from rag.retrieval.meaning import WordVectors
from rag.retrieval.scorers import Scores
from rag.retrieval.statistics import CollectionStatistics
from rag.values import Passage, RewrittenQuery, ScoredPassage

FUSION_RANK = 60
"""Reciprocal rank fusion adds `1 / (60 + rank)` over the lists: only what is high in one or in both comes first."""
FUSED = 100
"""Places of each list that are fused: what is lower could not reach the first twenty."""
STRONG_HITS = 3
STRONG_CONFIDENCE = 0.5
"""The sections around one of the best three hits of this confidence often carry on with the subject."""
NEIGHBOUR_SHARE = 5
"""At most one place in five goes to them: they were not found, only guessed. With them 95.6 % of the passages for 75
everyday questions are among the first 15, without them 94.8 %."""
LOOKED_AROUND = 60
"""Best passages whose known questions may vote, however few are asked for. Answerable development questions refused, of
500, near misses answered, of 294, and right outcomes, of 836, with 30, 60 and 90: 37, 49 and 749; 36, 42 and 757; 37,
43 and 755."""
THREAD_ABOVE = 1000
"""Passages from which on a search goes to a thread. A deep one takes about 3 ms over 450 and 5 ms over 2,000, where it
would hold up every other stream of the process. Simulated time allows no threads: to simulate with a large library,
raise this."""


def fuse(*rankings: Sequence[int]) -> list[int]:
    """One ranking out of several by reciprocal ranks (Cormack, Clarke and Buettcher 2009)."""
    scores: defaultdict[int, float] = defaultdict(float)
    for one in rankings:
        for rank, position in enumerate(one, start=1):
            scores[position] += 1 / (FUSION_RANK + rank)
    return sorted(scores, key=lambda position: -scores[position])


class Bm25Retriever:
    """`Retriever` over a corpus held in memory; safe to share between runs, since a search changes nothing.

    A corpus of more than `thread_above` passages is searched in a worker thread.
    """

    def __init__(
        self,
        corpus: Corpus,
        *,
        words: WordVectors | None = None,
        thread_above: int = THREAD_ABOVE,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Builds the index, or finds it in the folder `cache`: seconds for a large corpus, so see `open`.

        With `words` the questions that are known of passages are compared by their meaning, too.
        """
        self._corpus = corpus
        self._thread_above = thread_above
        self._index = Bm25Index(corpus.all, words=words, cache=cache, progress=progress)
        self._position = {passage.passage_id: position for position, passage in enumerate(corpus.all)}
        self._in_primary = np.array([passage.index == "primary" for passage in corpus.all], dtype=np.float64)

    @classmethod
    async def open(cls, corpus: Corpus, *, cache: Path | None = None, progress: Progress | None = None) -> Self:
        """The same without holding up the event loop; `progress` is called from the thread that does the work."""
        return await asyncio.to_thread(partial(cls, corpus, cache=cache, progress=progress))

    @property
    def statistics(self) -> CollectionStatistics:
        """Word statistics of the whole library: the scale of every confidence."""
        return self._index.statistics

    def doubted(self, query: RewrittenQuery, passages: Sequence[Passage]) -> float:
        """What the questions known of these passages of the library take from every score; see `confidence.doubt`."""
        positions = [self._position[passage.passage_id] for passage in passages]
        return self._doubt(query, weighed(query, self.statistics), positions)

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
        asked = readings(query)
        if not asked:
            return []
        plain = self._allowed(np.max([self._index.concept_scores(reading) for reading in asked], axis=0), mode)
        if mode == "first":
            best = ranking(plain, max(top_k, LOOKED_AROUND))
            return self._scored(self._judging(query, best), best[:top_k])
        own = {term: 1.0 for reading in asked for concept in reading for term in concept.terms}
        wider = self._allowed(self._index.scores(self._index.expand(own, plain)), mode)
        best = fuse(ranking(plain, FUSED), ranking(wider, FUSED))
        judging = self._judging(query, best)
        found = self._scored(judging, best[:top_k])
        return self._with_neighbours(judging, found, top_k) if found else []

    def _allowed(self, scores: Scores, mode: SearchMode) -> Scores:
        return scores if mode == "expanded" else scores * self._in_primary

    def _judging(self, query: RewrittenQuery, best: Sequence[int]) -> WeighedQuery:
        """The query as it is compared with passages, after a look at the questions known of the best of them."""
        asked = weighed(query, self.statistics)
        return asked._replace(doubt=self._doubt(query, asked, best[:LOOKED_AROUND]))

    def _doubt(self, query: RewrittenQuery, asked: WeighedQuery, positions: Sequence[int]) -> float:
        return doubt(self._index.known.vote(query.original, asked.readings, positions))

    def _scored(self, asked: WeighedQuery, positions: Sequence[int]) -> list[ScoredPassage]:
        return [self._judged(asked, position) for position in positions]

    def _judged(self, asked: WeighedQuery, position: int) -> ScoredPassage:
        how_sure = confidence_in(asked, self._index.words(position), self.statistics)
        return ScoredPassage(passage=self._corpus.all[position], confidence=how_sure)

    def _with_neighbours(self, asked: WeighedQuery, found: list[ScoredPassage], top_k: int) -> list[ScoredPassage]:
        """The hits, the last of them giving way to the sections around the strongest."""
        places = top_k // NEIGHBOUR_SHARE
        known = {item.passage.passage_id for item in found[: top_k - places]}
        around: dict[str, Passage] = {}
        for hit in found[:STRONG_HITS]:
            if hit.confidence >= STRONG_CONFIDENCE:
                around |= {p.passage_id: p for p in self._corpus.neighbours(hit.passage) if p.passage_id not in known}
        guessed = list(around.values())[:places]
        kept = [item for item in found if item.passage not in guessed][: top_k - len(guessed)]
        return kept + self._scored(asked, [self._position[passage.passage_id] for passage in guessed])
