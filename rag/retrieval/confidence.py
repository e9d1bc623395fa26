"""How surely a passage answers a question, as a number in [0, 1] that means the same for every question.

A raw BM25 score has no scale: it grows with the question, with the collection and with the rarity of words. What has
one is the *share* of the question that a passage holds, when each concept weighs its inverse document frequency.
Knows what `rag.retrieval.matching` counts, and what that is worth. Knows nothing of indexes, ranks and thresholds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rag.retrieval.answer_types import ExpectedAnswer, expected_answers
from rag.retrieval.concepts import Concept, readings
from rag.retrieval.known_questions import EVEN
from rag.retrieval.matching import Match, Weighed, match_words
from rag.retrieval.passage_words import PassageWords, read_passage
from rag.retrieval.passage_words import searchable_text as searchable_text
from rag.retrieval.statistics import CollectionStatistics as CollectionStatistics
from rag.retrieval.weighing import weigh
from rag.values import RewrittenQuery

EVEN_ODDS = 0.40
"""Overlap at which the answer is about as likely in the passages as not ..."""
STEEPNESS = 16.0
"""... and how fast the odds rise above it. A logistic fit gives .44 and 10 on 642 development questions, and on SQuAD
(right paragraph removed) .47 and 7.7. Kept on the generous side, so that no more than 8 % of the answerable questions
are refused. Refused of 500, near misses answered of 294 and outcomes right of 836 with even odds at .39, .40 and .41:
36, 46 and 753; 36, 42 and 757; 38, 41 and 756 (and an even vote of .40)."""
FADE = 1.6
"""Power by which confidence falls to 0 under even odds: as gently as the public fit, for there the gate only counts
passages with some evidence."""

VOTE = 0.9
"""What the vote of the known questions that ask nearly the same is worth. With 0 and 0.9 34 and 37 of 500 answerable
development questions are refused, 145 and 45 of 294 near misses answered, and 656 and 753 outcomes of 836 right."""
TRUST_AT_MOST = 0.1
"""What it may add to an overlap: to be asked for often is no evidence. Refused, answered and right with 0.05, 0.1 and
0.2 (and an even vote of .40): 45, 42 and 748; 36, 42 and 757; 34, 43 and 758. The larger bound lets more pass that
comes from another world."""


def confidence(query: RewrittenQuery, passage_text: str, statistics: CollectionStatistics) -> float:
    """How likely it is that a library in which this is the best passage for the question answers it; in [0, 1].

        overlap = (coverage + sentence + relevance + pairs / 4) / 3.25
                  * (1 - exp(-0.7 information)) * 0.8 ** missing names
        confidence = 1 / (1 + exp(16 (0.4 - overlap)))         from 0.4 up
                     (overlap / 0.4) ** 1.6 / 2                below

    The first factor separates questions inside a library from those outside, the second asks that what was found says
    something, the third that it speaks of the same subject. In `sentence` and `information` a sentence without the type
    of answer that the question expects counts 0.4. Area under the ROC curve, answerable against not: SQuAD 2.0 .975
    when the article is gone, .867 when only the right paragraph is. Questions written to look answerable from related
    text fool it, as they fool every word overlap (.59).

    The scale is that of the development questions, with the `doubt` that the retriever takes off. Best passage of the
    widest search, 836 questions by eleven authors, 336 of them unanswerable:

    | confidence | questions | mean | answered by the library |
    |---|---|---|---|
    | under .05 | 157 | .01 | 1 % |
    | .05 to .20 | 75 | .12 | 7 % |
    | .20 to .50 | 81 | .32 | 30 % |
    | .50 to .65 | 20 | .58 | 55 % |
    | .65 to .80 | 23 | .73 | 57 % |
    | .80 to .97 | 86 | .92 | 84 % |
    | over .97 | 394 | 1.00 | 95 % |

    Confidence compares words, so a hole in the vocabulary looks like one in the library: where nobody wrote down what
    its passages are asked for (`rag.retrieval.passage_questions`), everyday questions are refused more often. What the
    thresholds mean on SQuAD, which has no such questions, stands in docs/quality.md.
    """
    return confidence_in(weighed(query, statistics), read_passage(passage_text), statistics)


class WeighedQuery(NamedTuple):
    """All that a passage is compared with."""

    readings: tuple[Weighed, ...]
    expected: tuple[ExpectedAnswer, ...]
    doubt: float = 0.0
    """Taken from every overlap: see `doubt`."""


def weighed(query: RewrittenQuery, statistics: CollectionStatistics) -> WeighedQuery:
    """What a query may mean; to be had once for all passages, for it takes longer than a comparison."""
    weighed_readings = tuple(weigh(reading, statistics) for reading in readings(query))
    return WeighedQuery(weighed_readings, expected_answers(query.original))


def confidence_in(query: WeighedQuery, passage: PassageWords, statistics: CollectionStatistics) -> float:
    """`confidence` of a weighed query in a passage that has been read."""
    matches = (match_words(reading, passage, statistics, query.expected) for reading in query.readings)
    return max((calibrated(max(0.0, found.overlap - query.doubt)) for found in matches), default=0.0)


def doubt(vote: float | None) -> float:
    """What the questions known of the best passages take from every overlap, or add to it if it is negative.

        doubt = 0.9 (vote - 0.34), but at least -0.1

    `vote` is the share of those that ask nearly the same that is left open; None, if nothing is known to be.
    """
    return 0.0 if vote is None else max(-TRUST_AT_MOST, VOTE * (vote - EVEN))


def calibrated(overlap: float) -> float:
    """An overlap in [0, 1] on the scale of `confidence`: 0 for none, and it rises with it."""
    if overlap <= EVEN_ODDS:
        return 0.5 * float((overlap / EVEN_ODDS) ** FADE)
    return 1 / (1 + math.exp(STEEPNESS * (EVEN_ODDS - overlap)))


def match(
    question: Sequence[Concept],
    passage_text: str,
    statistics: CollectionStatistics,
    expected: Sequence[ExpectedAnswer] = (),
) -> Match:
    """What a question finds in a passage; nothing if it has no concepts. `expected` is what it wants to be told."""
    return match_words(weigh(tuple(question), statistics), read_passage(passage_text), statistics, tuple(expected))
