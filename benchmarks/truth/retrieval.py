"""Retrieval: does a ranking put the documents that answer a question first?

A *ranker* is any function from a question and a number to document ids, best first, so the project's searches, its
reranker and the baseline are measured alike. Knows collections; knows no thresholds and no pipeline.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.truth.datasets import Collection, Document
from benchmarks.truth.metrics import Interval, bootstrap, mean, ndcg, recall
from rag.ports import SearchMode
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import Corpus
from rag.retrieval.rerank import LexicalReranker
from rag.values import Passage, RewrittenQuery, ScoredPassage

Ranker = Callable[[str, int], Sequence[str]]
"""`ranker(question, k)`: ids of at most `k` documents, best first."""

DEEP = 15
"""Passages that the reranker gets: those of the deep search."""


def passages_of(documents: Sequence[Document]) -> tuple[Passage, ...]:
    """Any documents as passages, one each."""
    return tuple(
        Passage(passage_id=one.id, document_id=one.id, source=one.title, title=one.title, section="", text=one.text)
        for one in documents
    )


def as_query(question: str) -> RewrittenQuery:
    """A question as it is: the mortgage vocabulary of the demo has no business in other collections."""
    return RewrittenQuery(original=question, text=question, variants=(question,))


class Subject:
    """The retrieval under test over any documents: its first search, its deep search, and its reranker."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.retriever = Bm25Retriever(Corpus(passages_of(documents)))
        self._reranker = LexicalReranker(self.retriever.statistics)

    def search(self, question: str, k: int, mode: SearchMode = "first") -> Sequence[ScoredPassage]:
        """The first `k` passages with their confidences."""
        return self.retriever.search(as_query(question), top_k=k, mode=mode)

    def first(self, question: str, k: int) -> list[str]:
        """A `Ranker`: plain BM25, as the fast path uses it."""
        return _ids(self.search(question, k))

    def deep(self, question: str, k: int) -> list[str]:
        """A `Ranker`: the expanded search of the slow path."""
        return _ids(self.search(question, k, "deep"))

    def reranked(self, question: str, k: int) -> list[str]:
        """A `Ranker`: BM25's first 15 in the reranker's order."""
        found = [item.passage for item in self.search(question, DEEP)]
        return _ids(asyncio.run(_rerank(self._reranker, question, found)))[:k]


async def _rerank(reranker: LexicalReranker, question: str, found: list[Passage]) -> Sequence[ScoredPassage]:
    return await reranker.rerank(as_query(question), found)


def _ids(found: Sequence[ScoredPassage]) -> list[str]:
    return [item.passage.passage_id for item in found]


class RawBm25:
    """The baseline: rank-bm25 as its README shows it, on lower-case words between white space."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._ids = [one.id for one in documents]
        self._model = BM25Okapi([f"{one.title} {one.text}".lower().split() for one in documents])

    def rank(self, question: str, k: int) -> list[str]:
        """A `Ranker`."""
        scores = self._model.get_scores(question.lower().split())
        return [self._ids[position] for position in np.argsort(-scores, kind="stable")[:k]]

    def top_score(self, question: str) -> float:
        """The highest raw score: what a pipeline without a confidence would compare with a threshold."""
        return float(self._model.get_scores(question.lower().split()).max())


@dataclass(frozen=True, slots=True)
class RankingResult:
    """How well one ranker does on one collection, over the questions that have an answer in it."""

    count: int
    ndcg_at_10: float
    interval: Interval
    recall_at_5: float
    recall_at_15: float
    cost_ms: float
    """CPU time a question, in milliseconds."""


def measure_ranking(collection: Collection, ranker: Ranker) -> RankingResult:
    """Ask every answerable question; 95 % interval of nDCG by bootstrap over questions."""
    asked = [query for query in collection.queries if query.relevant]
    start = time.process_time()
    rankings = [ranker(query.text, DEEP) for query in asked]
    cost_ms = 1000 * (time.process_time() - start) / len(asked)
    pairs = list(zip(rankings, (query.relevant for query in asked), strict=True))
    gains = [ndcg(found, relevant) for found, relevant in pairs]
    return RankingResult(
        count=len(asked),
        ndcg_at_10=mean(gains),
        interval=bootstrap(mean, gains),
        recall_at_5=mean([recall(found, relevant, 5) for found, relevant in pairs]),
        recall_at_15=mean([recall(found, relevant, 15) for found, relevant in pairs]),
        cost_ms=cost_ms,
    )
