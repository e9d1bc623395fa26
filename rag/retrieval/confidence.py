"""How surely a passage answers a question, as a number in [0, 1] that means the same for every question.

Pure computation on concepts, words and word statistics; knows nothing of indexes, ranks and thresholds. A raw BM25
score has no scale: it grows with the question, with the collection and with the rarity of words. What has one is the
*share* of the question that a passage holds, when each concept weighs its inverse document frequency.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from rag.retrieval.concepts import Concept, readings
from rag.retrieval.passage_words import PassageWords, Words, read_passage
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
EVEN_ODDS = 0.40
"""Overlap at which the answer is as likely in the passages as not ..."""
STEEPNESS = 16.0
"""... and how fast the odds rise above it. A logistic fit gives .41 and 17.7 on the development questions, and on SQuAD
(right paragraph removed) .47 and 7.7: public questions are less clear-cut."""
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

    @property
    def overlap(self) -> float:
        """See `confidence`."""
        shared = self.coverage + self.sentence + self.relevance + PAIRS_WEIGHT * self.pairs
        return shared / (3 + PAIRS_WEIGHT) * -math.expm1(-INFORMATION_RATE * self.information)

    @property
    def confidence(self) -> float:
        """See `confidence`."""
        return calibrated(self.overlap)


def confidence(query: RewrittenQuery, passage_text: str, statistics: CollectionStatistics) -> float:
    """How likely it is that a library in which this is the best passage for the question answers it; in [0, 1].

        overlap = (coverage + sentence + relevance + pairs / 4) / 3.25  *  (1 - exp(-0.7 information))
        confidence = 1 / (1 + exp(16 (0.40 - overlap)))        from 0.40 up
                     (overlap / 0.40) ** 1.6 / 2               below

    The first factor separates questions inside a library from those outside, the second asks that what was found says
    something. Area under the ROC curve, answerable against not: SQuAD 2.0 .975 when the article is gone, .861 when only
    the right paragraph is; the development questions .986. Questions written to look answerable from related text fool
    it, as they fool every word overlap (.60).

    The scale is that of the development questions. Best passage of the widest search, 90 questions, 20 unanswerable:

    | confidence | questions | mean | answered by the library |
    |---|---|---|---|
    | under .05 | 8 | .03 | 0 % |
    | .05 to .20 | 2 | .08 | 0 % |
    | .20 to .50 | 6 | .35 | 0 % |
    | .50 to .65 | 5 | .60 | 40 % |
    | .65 to .80 | 4 | .74 | 100 % |
    | .80 to .97 | 13 | .90 | 92 % |
    | over .97 | 52 | .99 | 100 % |

    On SQuAD with one unanswerable question for each answerable one it is too sure at the top (.72 means 51 %, .94 means
    62 %) when the neighbouring paragraphs are all there, and too modest (.72 means 87 %) when the article is gone.
    """
    return max((match(reading, passage_text, statistics).confidence for reading in readings(query)), default=0.0)


def calibrated(overlap: float) -> float:
    """An overlap in [0, 1] on the scale of `confidence`: 0 for none, and it rises with it."""
    if overlap <= EVEN_ODDS:
        return 0.5 * float((overlap / EVEN_ODDS) ** FADE)
    return 1 / (1 + math.exp(STEEPNESS * (EVEN_ODDS - overlap)))


def match(question: Sequence[Concept], passage_text: str, statistics: CollectionStatistics) -> Match:
    """What a question finds in a passage; nothing if it has no concepts."""
    weighed = weigh(tuple(question), statistics)
    if not weighed:
        return Match()
    passage = read_passage(passage_text)
    in_passage = _share(weighed, passage.words)
    in_sentences = (_share(weighed, words) for words in passage.sentences)
    in_sentence = max(in_sentences, default=_Share(0.0, 0.0, 0.0))
    score = _bm25(weighed, passage, statistics.mean_length)
    return Match(
        coverage=in_passage.share,
        sentence=in_sentence.share,
        relevance=min(1.0, score / in_passage.total),
        saturation=score / (sum(concept.weight for concept in weighed) * (K1 + 1)),
        pairs=_pair_share(weighed, passage),
        information=in_sentence.found / statistics.rare_idf,
    )


class _Share(NamedTuple):
    share: float
    found: float
    total: float


def _share(question: Sequence[WeighedConcept], words: Words) -> _Share:
    """What of a question is among the words; of each concept the wording that is there most."""
    found = missing = 0.0
    for concept in question:
        part = max(_part(wording, words) for wording in concept.wordings)
        found += concept.weight * part
        missing += concept.loss * (1 - part)
    return _Share(found / (found + missing), found, found + missing)


def _part(wording: Sequence[WeighedTerm], words: Words) -> float:
    """Share of a wording that is among the words."""
    return min(1.0, sum(share * words.has(term, root) for term, root, share in wording))


def _bm25(question: Sequence[WeighedConcept], passage: PassageWords, mean_length: float) -> float:
    """BM25 with a concept in the place of a word; of its wordings the one that scores best counts, in full."""
    discount = K1 * (1 - B + B * passage.length / mean_length)

    def gain(wording: Sequence[WeighedTerm]) -> float:
        counts = ((passage.counts.get(term, 0), share) for term, _, share in wording)
        return sum(share * count * (K1 + 1) / (count + discount) for count, share in counts if count)

    return sum(concept.weight * max(map(gain, concept.wordings)) for concept in question)


def _pair_share(question: Sequence[WeighedConcept], passage: PassageWords) -> float:
    found = total = 0.0
    for one, other in pairwise(question):
        total += one.weight + other.weight
        here, there = one.terms & passage.words.whole, other.terms & passage.words.whole
        if any((a, b) in passage.neighbours or (b, a) in passage.neighbours for a in here for b in there):
            found += one.weight + other.weight
    return found / total if total else 0.0
