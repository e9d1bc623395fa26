"""The questions that passages are known to answer beside those that they are known to leave open.

A question for the *fee* of something whose *deadline* is in the library has nearly all the words of the passage, and no
comparison with the passage tells it from one that is answered. But whoever writes down the questions that a passage
answers can write down those that it leaves open, too, and then the two compete: does what is asked resemble the one
kind or the other? Unanswerable questions written for a passage are how SQuAD 2.0 (Rajpurkar, Jia and Liang 2018) taught
models to abstain; here they are looked up instead of learned.

Knows terms, weighed questions, meanings and positions in a list of passages. Knows neither who wrote the questions, nor
the texts of the passages, nor what a vote is worth in the end: that is `rag.retrieval.confidence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.analysis import query_terms
from rag.retrieval.matching import Weighed
from rag.retrieval.meaning import Meanings, WordVectors
from rag.retrieval.passage_words import RELATIVE, root_of
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.token_store import TokenStore
from rag.retrieval.weighing import WeighedConcept
from rag.values import Passage

Numbers = NDArray[np.float64]

THEIRS = 1.5
"""The share of the known question counts so many times that of the one asked: people add circumstances of their own.
Answerable development questions refused, of 500, near misses answered, of 294, and right outcomes, of 836, with 1, 1.5
and 2.2: 37, 42 and 756; 36, 42 and 757; 36, 45 and 754 (like the next three before the plainest questions were added,
with an even vote of .40)."""
VOTERS = 200
"""Nearest known questions that have a say. The same with 50, 200 and 1,000: 37, 47 and 751; 36, 42 and 757; 41, 41 and
753."""
CLOSE = 0.05
"""What is so much less near than another one counts a third of it. The same with .035, .05 and .07: 43, 46 and 746; 36,
42 and 757; 38, 51 and 746."""
FAR = 0.35
"""One more voter stands at this nearness and votes even: where nothing is nearer, nothing is known. From .30 to .40 it
changes no outcome of the sample library; with .45, three are worse."""
EVEN = 0.34
"""A vote that says nothing: less than is left open of all (.51). With .34, .36, .38 and .40: 37, 45 and 753; 34, 48 and
753; 34, 53 and 748; 32, 57 and 746."""


class KnownQuestions:
    """Of a list of passages; positions are those in the list. Never changes, so threads may share it."""

    def __init__(
        self,
        passages: Sequence[Passage],
        statistics: CollectionStatistics,
        tokens: TokenStore | None = None,
        words: WordVectors | None = None,
    ) -> None:
        """`tokens` are what `question_tokens` gives, where that is known already; with `words` meanings count, too.

        Raises `ValueError` if they are those of other passages.
        """
        tokens = TokenStore.of(question_tokens(passages)) if tokens is None else tokens
        self.tokens = tokens
        self._counts = [(len(answered), len(left_open)) for answered, left_open in map(_compared, passages)]
        self._first = np.cumsum([0, *map(sum, self._counts)])
        if self._first[-1] != len(tokens):
            raise ValueError("the terms are not those of the questions")
        self._meanings = Meanings(words, _known(passages)) if words else None
        self._number = {term: number for number, term in enumerate(tokens.vocabulary)}
        roots = [root_of(term) for term in tokens.vocabulary]
        self._root_number = {root: number for number, root in enumerate(dict.fromkeys(filter(None, roots)))}
        # One more than there are terms: what ends a question in the store is number -1, and weighs nothing.
        self.root_of = np.array([*(self._root_number.get(root, -1) for root in roots), -1], dtype=np.int32)
        self.weight_of = np.array([*map(statistics.idf, tokens.vocabulary), 0.0])

    def vote(self, question: str, readings: Iterable[Weighed], positions: Sequence[int]) -> float | None:
        """Of the known questions of these passages that ask nearly the same, the share that is left open; in [0, 1].

        None if the passages leave nothing open. The nearer a known question is, the more it counts (the kernel
        regression of Nadaraya and of Watson, both 1964). Near it is by the mean of up to three views: the terms that
        both hold, where of several readings the best one counts, and where vectors are known, the two of `Meanings`,
        the costly one only for those that are near by the others.
        """
        counts = [self._counts[position] for position in positions]
        if not any(left_open for _, left_open in counts):
            return None
        left_open = np.concatenate([np.repeat([False, True], count) for count in counts])
        here = _Selection(self, positions)
        near = np.max([np.zeros(len(left_open)), *(here.likeness(reading) for reading in readings)], axis=0)
        spans = self._spans(positions)
        if self._meanings:
            near = (near + self._meanings.cosines(question, spans)) / 2
        nearest = np.argsort(-near, kind="stable")[:VOTERS]
        near = near[nearest]
        if self._meanings:
            numbers = np.concatenate([np.arange(*span) for span in spans])[nearest]
            near = (2 * near + self._meanings.alignments(question, numbers)) / 3
        weights = np.exp((near - FAR) / CLOSE)
        voted = (weights[left_open[nearest]].sum() + EVEN) / (weights.sum() + 1)
        return round(float(voted), 3)  # the last digits of a product of vectors are another processor's business

    def number_of(self, term: str) -> int | None:
        """Of a term; None if no question has it."""
        return self._number.get(term)

    def number_of_root(self, root: str) -> int | None:
        """Of what terms begin with; None if none does."""
        return self._root_number.get(root)

    def _spans(self, positions: Iterable[int]) -> list[tuple[int, int]]:
        """Of each passage, the numbers of its first question and of the one after its last."""
        return [(int(self._first[position]), int(self._first[position + 1])) for position in positions]


class _Selection:
    """The known questions of some passages, laid end to end, for one comparison."""

    def __init__(self, known: KnownQuestions, positions: Sequence[int]) -> None:
        starts = known.tokens.starts
        spans = known._spans(positions)
        self._known = known
        self._terms = np.concatenate([known.tokens.numbers[starts[first] : starts[end]] for first, end in spans])
        self._roots = known.root_of[self._terms]
        self._weights = known.weight_of[self._terms]
        lengths = np.concatenate([np.diff(starts[first : end + 1]) for first, end in spans])
        self._size = len(lengths)
        self._asked_in = np.repeat(np.arange(self._size), lengths)
        """The question that a term stands in."""
        self._weight_each = np.maximum(np.bincount(self._asked_in, self._weights, self._size), _TINY)
        self._places: dict[tuple[str, int], NDArray[np.intp]] = {}

    def likeness(self, reading: Weighed) -> Numbers:
        """How much each of them is like a question, in [0, 1]. What the question only tells is not compared."""
        found, missing, shared = np.zeros(self._size), np.zeros(self._size), np.zeros(len(self._terms))
        for concept in reading:
            part = self._part(concept, shared)
            if not concept.is_aside:
                found += concept.weight * part
                missing += concept.loss * (1 - part)
        mine = found / np.maximum(found + missing, _TINY)
        theirs = np.bincount(self._asked_in, self._weights * shared, self._size) / self._weight_each
        return np.asarray((1 + THEIRS) * mine * theirs / np.maximum(THEIRS * mine + theirs, _TINY))

    def _part(self, concept: WeighedConcept, shared: Numbers) -> Numbers:
        """How much of a concept each question has, by its best wording; notes in `shared` which terms it meets."""
        best = np.zeros(self._size)
        for wording in concept.wordings:
            found = np.zeros(self._size)
            for term, root, share in wording:
                held = np.zeros(self._size)
                for places, worth in ((self._of_root(root), RELATIVE), (self._of_term(term), 1.0)):
                    held[self._asked_in[places]] = worth
                    shared[places] = np.maximum(shared[places], worth)
                found += share * held
            np.maximum(best, found, out=best)
        return best

    def _of_term(self, term: str) -> NDArray[np.intp]:
        return self._found("term", self._terms, self._known.number_of(term))

    def _of_root(self, root: str) -> NDArray[np.intp]:
        return self._found("root", self._roots, self._known.number_of_root(root))

    def _found(self, kind: str, among: NDArray[np.int32], number: int | None) -> NDArray[np.intp]:
        """Where a number stands; looked for once, for the readings of a question share most of their terms."""
        if number is None:
            return _NOWHERE
        places = self._places.get((kind, number))
        if places is None:
            places = self._places[kind, number] = np.flatnonzero(among == number)
        return places


_NOWHERE = np.empty(0, np.intp)
_TINY = 1e-9
"""Keeps 0 / 0 at 0."""


def _known(passages: Iterable[Passage]) -> Iterator[str]:
    """Each question that is compared; passage by passage, the answered ones first."""
    for answered, left_open in map(_compared, passages):
        yield from answered
        yield from left_open


def question_tokens(passages: Iterable[Passage]) -> Iterator[list[list[str]]]:
    """The terms of each question that is compared, each term once; in the order of `_known`."""
    for question in _known(passages):
        yield [list(dict.fromkeys(query_terms(question)))]


def _compared(passage: Passage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A passage that leaves nothing open has nothing to compare."""
    return (passage.questions, passage.open_questions) if passage.open_questions else ((), ())
