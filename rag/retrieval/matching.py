"""What a question and a passage share: its concepts, how many of them in one sentence, and with an answer beside them.

Pure computation on concepts, words and word statistics. Knows no indexes and no ranks, and not what the numbers are
worth: that is said in `rag.retrieval.confidence`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from rag.retrieval.answer_types import ExpectedAnswer, answering_sentences
from rag.retrieval.passage_words import ANYWHERE, RELATIVE, PassageWords
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.weighing import WeighedConcept, WeighedTerm

K1 = 1.5
"""BM25: how slowly a repeated word stops counting."""
B = 0.75
"""BM25: how much a long passage is discounted."""
PAIRS_WEIGHT = 0.25
"""What words that stand together as in the question count beside the three other signs. With 0 the area under the ROC
curve on SQuAD (right paragraph removed) falls by .001, with 1 that on the own questions by .01."""
INFORMATION_RATE = 0.7
"""One word that a single passage has makes a match 50 % certain (1 - e^-0.7), three 88 %; a common one proves little.
Flat: 0.5 and 1 change no area by more than .002. A rate of 2, as in a first version, costs .008 on SQuAD."""
OTHER_SUBJECT = 0.8
"""What is left of the overlap for each name of the question that the library knows and the passage lacks: the rule of
another programme is no answer, however well its words fit. Near misses answered, of 160 development questions: 61 with
0.9, 54 with 0.8, 54 with 0.7; answerable ones refused, of 380: 17, 19, 22. On SQuAD the same to .001."""
STORY_AT_MOST = 1.5
"""What is found of the story around a question counts as so many unseen words at most: it may lead to the passage, but
cannot stand for the answer. Of 113 questions from elsewhere, each put behind the story of a development question, 16
pass the gate without this bound, 13 with 2, 5 with 1.5 and 3 with 1.25; answerable questions refused, of 380: 20 with
2, 19 with 1.5, 21 with 1.25."""
NO_ANSWER = 0.4
"""A sentence without an answer of the type that a question expects counts so much of what it shares: the type is only
guessed from a few words. Near misses answered, of 160 development questions: 79 if types are ignored, 57 with 0.45, 53
with 0.3, 52 with 0; answerable ones refused, of 380: 16, 18, 20, 21. On SQuAD (article absent, right paragraph removed)
.976 and .867 with 0.45, .975 and .866 with 0.3, .970 and .862 with 0."""

Weighed = Sequence[WeighedConcept]
"""A reading of a question on the scale of a collection."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a question and a passage share; all of it in [0, 1] but `information` and `missing_names`."""

    coverage: float = 0.0
    """Share of the question's weight that occurs in the passage."""
    sentence: float = 0.0
    """Share of it in the passage's best sentence: words that stand together mean more than words scattered."""
    relevance: float = 0.0
    """BM25 score over the question's weight, cut at 1, which about one occurrence of every concept reaches."""
    saturation: float = 0.0
    """BM25 score over its upper bound, which endless repetition would reach."""
    pairs: float = 0.0
    """Share of the question's neighbouring concepts, by weight, with words at most one word apart in the passage."""
    information: float = 0.0
    """Weight found in the best sentence, in units of a word that one passage has; from 0 up."""
    missing_names: float = 0.0
    """Number of the question's names that the library has and the passage has not; from 0 up."""
    can_answer: bool = True
    """Whether any sentence has an answer of the type that the question expects."""

    @property
    def same_subject(self) -> float:
        """What is left of whatever is shared when the passage may speak of something else."""
        return float(OTHER_SUBJECT**self.missing_names)

    @property
    def overlap(self) -> float:
        """The signs together; see `rag.retrieval.confidence.confidence`."""
        shared = self.coverage + self.sentence + self.relevance + PAIRS_WEIGHT * self.pairs
        informed = -math.expm1(-INFORMATION_RATE * self.information)
        return shared / (3 + PAIRS_WEIGHT) * informed * self.same_subject


def match_words(
    weighed: Weighed,
    passage: PassageWords,
    statistics: CollectionStatistics,
    expected: tuple[ExpectedAnswer, ...] = (),
) -> Match:
    """What a question finds in a passage that has been read; `expected` is what it wants to be told."""
    if not weighed:
        return Match()
    story_at_most = STORY_AT_MOST * statistics.largest_idf
    answering = answering_sentences(passage, expected) if expected else ANYWHERE
    held = [_held(concept, passage) for concept in weighed]
    parts = [_part(one, ANYWHERE) for one in held]
    in_passage = _share(weighed, parts, story_at_most)
    in_sentences = (
        _share(weighed, [_part(one, sentence) for one in held], story_at_most).times(
            1.0 if sentence & answering else NO_ANSWER
        )
        for sentence in _each(held)
    )
    in_sentence = max(in_sentences, default=_Share(0.0, 0.0, 0.0))
    score = _bm25([one for one, part in zip(weighed, parts, strict=True) if part], passage, statistics.mean_length)
    return Match(
        coverage=in_passage.share,
        sentence=in_sentence.share,
        relevance=min(1.0, score / in_passage.total),
        saturation=score / (sum(concept.weight for concept in weighed) * (K1 + 1)),
        pairs=_pair_share(weighed, passage),
        information=in_sentence.found / statistics.rare_idf,
        missing_names=sum(one.as_names * (1 - part) for one, part in zip(weighed, parts, strict=True)),
        can_answer=answering != 0,
    )


class _Held(NamedTuple):
    """Where a passage has anything of a concept; sets of sentences are bits, as in `PassageWords`."""

    anywhere: int
    wordings: tuple[tuple[tuple[float, int, int], ...], ...] = ()
    """Of each wording's terms the share, the sentences that hold it, and those that hold a relative."""


_NOWHERE = _Held(0)


def _held(concept: WeighedConcept, passage: PassageWords) -> _Held:
    anywhere = passage.where(concept.terms, concept.roots)
    if not anywhere:
        return _NOWHERE
    exact, relative = passage.holding, passage.holding_root
    wordings = (
        tuple((share, exact.get(term, 0), relative.get(root, 0)) for term, root, share in wording)
        for wording in concept.wordings
    )
    return _Held(anywhere, tuple(wordings))


def _part(held: _Held, where: int) -> float:
    """How much of a concept is in these sentences, by its best wording; in [0, 1]."""
    if not held.anywhere & where:
        return 0.0
    best = 0.0
    for wording in held.wordings:
        found = 0.0
        for share, exact, relative in wording:
            if exact & where:
                found += share
            elif relative & where:
                found += RELATIVE * share
        best = max(best, found)
    return min(1.0, best)


class _Share(NamedTuple):
    share: float
    found: float
    total: float

    def times(self, factor: float) -> _Share:
        return _Share(factor * self.share, factor * self.found, self.total)


def _share(question: Weighed, parts: Sequence[float], story_at_most: float) -> _Share:
    """What is found of a question of which these parts are there, concept by concept."""
    asked = told = missing = 0.0
    for concept, part in zip(question, parts, strict=True):
        missing += concept.loss * (1 - part)
        if concept.is_aside:
            told += concept.weight * part
        else:
            asked += concept.weight * part
    found = asked + min(told, story_at_most)
    return _Share(found / (found + missing), found, found + missing)


def _each(held: Iterable[_Held]) -> Iterator[int]:
    """One by one the sentences that hold anything of a question; most hold nothing."""
    left = reduce(or_, (one.anywhere for one in held), 0)
    while left:
        yield left & -left
        left &= left - 1


def _bm25(question: Weighed, passage: PassageWords, mean_length: float) -> float:
    """BM25 with a concept in the place of a word; of its wordings the one that scores best counts, in full."""
    discount = K1 * (1 - B + B * passage.length / mean_length)

    def gain(wording: Sequence[WeighedTerm]) -> float:
        total = 0.0
        for term, _, share in wording:
            if count := passage.count(term):
                total += share * count * (K1 + 1) / (count + discount)
        return total

    return sum(concept.weight * max(map(gain, concept.wordings)) for concept in question)


def _pair_share(question: Weighed, passage: PassageWords) -> float:
    found = total = 0.0
    for one, other in pairwise(question):
        total += one.weight + other.weight
        here, there = one.terms & passage.places.keys(), other.terms & passage.places.keys()
        if any(passage.near(a, b) for a in here for b in there):
            found += one.weight + other.weight
    return found / total if total else 0.0
