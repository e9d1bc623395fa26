"""The gate's confidence: does it tell questions that a library answers from questions that it does not?

The same questions are asked of the whole library and of one from which the answer has been taken away, so each is its
own control: *absent* takes the whole article, *near miss* only the paragraph that answers (with a twentieth of the
others, so that twenty indexes serve all questions). What is taken away is really gone: no statistic remembers it.
Any function from documents to a scorer of questions can be measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.truth.datasets import Collection, Document, Query
from benchmarks.truth.metrics import Interval, Sample, auroc, bootstrap
from benchmarks.truth.retrieval import RawBm25, Subject

Confidence = Callable[[str], float]
"""How sure a library is that it answers a question; any scale, higher is surer."""
Library = Callable[[Sequence[Document]], Confidence]
"""Makes a confidence from the documents of a library."""

FIRST = 5
"""Passages that the gate is asked about."""
FOLDS = 20
"""Parts into which the paragraphs are divided for the near misses."""


def project_confidence(documents: Sequence[Document]) -> Confidence:
    """The function under test: the best confidence of the first search."""
    subject = Subject(documents)
    return lambda question: max((item.confidence for item in subject.search(question, FIRST)), default=0.0)


def raw_top_score(documents: Sequence[Document]) -> Confidence:
    """The baseline: the highest raw BM25 score."""
    return RawBm25(documents).top_score


@dataclass(frozen=True, slots=True)
class GateResult:
    """How well a confidence separates two lists of questions."""

    count: int
    """Questions on the side that has fewer."""
    auroc: float
    interval: Interval


def measure_gate(answerable: Sample, unanswerable: Sample, *, paired: bool = False) -> GateResult:
    """Compare two lists of confidences; `paired` if they belong to the same questions in the same order."""
    return GateResult(
        count=min(len(answerable), len(unanswerable)),
        auroc=auroc(answerable, unanswerable),
        interval=bootstrap(auroc, answerable, unanswerable, paired=paired),
    )


@dataclass(frozen=True, slots=True)
class SquadScores:
    """Confidences in the same order of questions, but for the last, which is of other questions."""

    answerable: Sample
    near_miss: Sample
    """The same questions when the answering paragraph is gone."""
    absent: Sample
    """The same questions when its whole article is gone."""
    adversarial: Sample
    """Questions written about the paragraphs so that they look answerable and are not."""
    cost_ms: float
    """CPU time a question, in milliseconds."""


def score_squad(collection: Collection, library: Library = project_confidence, *, sample: int = 1500) -> SquadScores:
    """Ask every n-th answerable question, at most `sample` of them, and as many adversarial ones."""
    asked = _every_nth([query for query in collection.queries if query.relevant], sample)
    tricked = _every_nth([query for query in collection.queries if not query.relevant], sample)
    whole = library(collection.documents)
    start = time.process_time()
    answerable = [whole(query.text) for query in asked]
    cost_ms = 1000 * (time.process_time() - start) / len(asked)
    fold = {document.id: str(place % FOLDS) for place, document in enumerate(collection.documents)}
    return SquadScores(
        answerable=answerable,
        near_miss=_without(collection, asked, library, lambda document: fold[document.id]),
        absent=_without(collection, asked, library, lambda document: document.group),
        adversarial=[whole(query.text) for query in tricked],
        cost_ms=cost_ms,
    )


def _without(
    collection: Collection, asked: Sequence[Query], library: Library, part: Callable[[Document], str]
) -> list[float]:
    """Each question asked of the library without the part that its answer is in."""
    part_of = {document.id: part(document) for document in collection.documents}
    scores: dict[Query, float] = {}
    for gone in sorted(set(part_of.values())):
        rest = library([document for document in collection.documents if part_of[document.id] != gone])
        scores |= {query: rest(query.text) for query in asked if part_of[query.near] == gone}
    return [scores[query] for query in asked]


def _every_nth(queries: Sequence[Query], at_most: int) -> list[Query]:
    """Spread over the whole list."""
    return list(queries[:: -(-len(queries) // at_most)]) if queries else []
