"""How surely a passage answers a question, as a number in [0, 1] that means the same for every question.

Pure computation on concepts, words and word statistics; knows nothing of indexes, ranks and thresholds. A raw BM25
score has no scale: it grows with the question, with the collection and with the rarity of words. What has one is the
*share* of the question that a passage holds, when each concept weighs its inverse document frequency.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from rag.retrieval.concepts import Concept, readings
from rag.retrieval.passage_words import ANYWHERE, PassageWords, read_passage
from rag.retrieval.passage_words import searchable_text as searchable_text
from rag.retrieval.statistics import CollectionStatistics as CollectionStatistics
from rag.retrieval.weighing import WeighedConcept, WeighedTerm, weigh
from rag.values import RewrittenQuery

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
another programme is no answer, however well its words fit. Near misses answered, of 40 development questions: 13
without, 10 with it; answerable ones refused, of 162: 8 and 10. On SQuAD (right paragraph removed) the same to .001."""
STORY_AT_MOST = 1.5
"""What is found of the story around a question counts as so many unseen words at most: it may lead to the passage, but
cannot stand for the answer. Of 113 questions from elsewhere, each put behind the story of a development question, 16
pass the gate without this bound, 13 with 2, 5 with 1.5 and 3 with 1.25; the bound of 1.5 refuses no answerable question
of 162, 1.25 two."""
EVEN_ODDS = 0.40
"""Overlap at which the answer is about as likely in the passages as not ..."""
STEEPNESS = 16.0
"""... and how fast the odds rise above it. A logistic fit gives .43 and 10 on 392 development questions, and on SQuAD
(right paragraph removed) .47 and 7.7. Kept on the generous side: with .43 two more near misses of 80 are refused, and
five more answerable questions of 280."""
FADE = 1.6
"""Power by which confidence falls to 0 under even odds: as gently as the public fit, for there the gate only counts
passages with some evidence."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a question and a passage share; all of it in [0, 1] but `information`."""

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

    @property
    def overlap(self) -> float:
        """See `confidence`."""
        shared = self.coverage + self.sentence + self.relevance + PAIRS_WEIGHT * self.pairs
        informed = -math.expm1(-INFORMATION_RATE * self.information)
        return shared / (3 + PAIRS_WEIGHT) * informed * float(OTHER_SUBJECT**self.missing_names)

    @property
    def confidence(self) -> float:
        """See `confidence`."""
        return calibrated(self.overlap)


def confidence(query: RewrittenQuery, passage_text: str, statistics: CollectionStatistics) -> float:
    """How likely it is that a library in which this is the best passage for the question answers it; in [0, 1].

        overlap = (coverage + sentence + relevance + pairs / 4) / 3.25
                  * (1 - exp(-0.7 information)) * 0.8 ** missing names
        confidence = 1 / (1 + exp(16 (0.40 - overlap)))        from 0.40 up
                     (overlap / 0.40) ** 1.6 / 2               below

    The first factor separates questions inside a library from those outside, the second asks that what was found says
    something, the third that it speaks of the same subject. Area under the ROC curve, answerable against not: SQuAD 2.0
    .975 when the article is gone, .862 when only the right paragraph is. Questions written to look answerable from
    related text fool it, as they fool every word overlap (.59).

    The scale is that of the development questions. Best passage of the widest search, 392 questions by five authors,
    112 of them unanswerable:

    | confidence | questions | mean | answered by the library |
    |---|---|---|---|
    | under .05 | 18 | .03 | 0 % |
    | .05 to .20 | 23 | .12 | 13 % |
    | .20 to .50 | 52 | .38 | 29 % |
    | .50 to .65 | 13 | .57 | 46 % |
    | .65 to .80 | 11 | .73 | 45 % |
    | .80 to .97 | 77 | .92 | 78 % |
    | over .97 | 198 | .99 | 96 % |

    The rewriter knew the words of four of the authors. Before it had seen those of two of them, the area between their
    92 answerable questions and 30 near misses was only .73 and .62 (.92 and .88 later): confidence compares words, so a
    hole in the vocabulary looks like one in the library. On SQuAD with one unanswerable question for each answerable
    one it is too sure at the top (.72 means 47 %, .94 means 61 %) when the neighbouring paragraphs are all there, and
    too modest (.72 means 86 %) when the article is gone.
    """
    return confidence_in(weighed_readings(query, statistics), read_passage(passage_text), statistics)


Weighed = Sequence[WeighedConcept]
"""A question on the scale of a collection."""


def weighed_readings(query: RewrittenQuery, statistics: CollectionStatistics) -> list[Weighed]:
    """What a query may mean; to be had once for all passages, for it takes longer than a comparison."""
    return [weigh(reading, statistics) for reading in readings(query)]


def confidence_in(asked: Iterable[Weighed], passage: PassageWords, statistics: CollectionStatistics) -> float:
    """`confidence` of weighed readings in a passage that has been read."""
    return max((match_words(reading, passage, statistics).confidence for reading in asked), default=0.0)


def calibrated(overlap: float) -> float:
    """An overlap in [0, 1] on the scale of `confidence`: 0 for none, and it rises with it."""
    if overlap <= EVEN_ODDS:
        return 0.5 * float((overlap / EVEN_ODDS) ** FADE)
    return 1 / (1 + math.exp(STEEPNESS * (EVEN_ODDS - overlap)))


def match(question: Sequence[Concept], passage_text: str, statistics: CollectionStatistics) -> Match:
    """What a question finds in a passage; nothing if it has no concepts."""
    return match_words(weigh(tuple(question), statistics), read_passage(passage_text), statistics)


def match_words(weighed: Weighed, passage: PassageWords, statistics: CollectionStatistics) -> Match:
    """`match` of a weighed question with a passage that has been read."""
    if not weighed:
        return Match()
    story_at_most = STORY_AT_MOST * statistics.largest_idf
    held = [passage.where(concept.terms, concept.roots) for concept in weighed]
    parts = _parts(weighed, held, passage, ANYWHERE)
    in_passage = _share(weighed, parts, story_at_most)
    in_sentences = (
        _share(weighed, _parts(weighed, held, passage, sentence), story_at_most) for sentence in _each(held)
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
        missing_names=sum(1 - part for one, part in zip(weighed, parts, strict=True) if one.is_known_name),
    )


class _Share(NamedTuple):
    share: float
    found: float
    total: float


def _share(question: Sequence[WeighedConcept], parts: Sequence[float], story_at_most: float) -> _Share:
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


def _each(held: Iterable[int]) -> Iterator[int]:
    """One by one the sentences that hold anything of a question; most hold nothing."""
    left = reduce(or_, held, 0)
    while left:
        yield left & -left
        left &= left - 1


def _parts(question: Sequence[WeighedConcept], held: Sequence[int], passage: PassageWords, where: int) -> list[float]:
    """Of each concept how much of it is in these sentences; `held` are those that hold anything of it."""
    return [
        max([_part(wording, passage, where) for wording in concept.wordings]) if sentences & where else 0.0
        for concept, sentences in zip(question, held, strict=True)
    ]


def _part(wording: Sequence[WeighedTerm], passage: PassageWords, where: int) -> float:
    """Share of a wording that is in these sentences."""
    return min(1.0, sum([share * passage.has(term, root, where) for term, root, share in wording]))


def _bm25(question: Sequence[WeighedConcept], passage: PassageWords, mean_length: float) -> float:
    """BM25 with a concept in the place of a word; of its wordings the one that scores best counts, in full."""
    discount = K1 * (1 - B + B * len(passage.terms) / mean_length)

    def gain(wording: Sequence[WeighedTerm]) -> float:
        counts = ((passage.counts.get(term, 0), share) for term, _, share in wording)
        return sum(share * count * (K1 + 1) / (count + discount) for count, share in counts if count)

    return sum(concept.weight * max(map(gain, concept.wordings)) for concept in question)


def _pair_share(question: Sequence[WeighedConcept], passage: PassageWords) -> float:
    found = total = 0.0
    for one, other in pairwise(question):
        total += one.weight + other.weight
        here, there = one.terms & passage.counts.keys(), other.terms & passage.counts.keys()
        if any(passage.near(a, b) for a in here for b in there):
            found += one.weight + other.weight
    return found / total if total else 0.0
