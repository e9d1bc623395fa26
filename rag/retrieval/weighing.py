"""A question on the scale of one collection: how much each concept weighs when it is found, and when it is missing.

Knows concepts and word statistics. Knows no passages and no scores.

Finding and missing do not mirror each other. A question in everyday words (`my aunt will chip in`) holds words that no
library has, and they say nothing about whether it has the answer; a programme's name that a passage lacks says much.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from rag.retrieval.concepts import Concept, Kind, Terms
from rag.retrieval.passage_words import root_of
from rag.retrieval.statistics import CollectionStatistics

MISSING: Mapping[Kind, float] = {"word": 1.25, "everyday": 0.8, "number": 1.0, "name": 1.6, "code": 1.6}
"""What a missing concept weighs, as a multiple of what it weighs when it is found. Area under the ROC curve on SQuAD,
article absent and right paragraph removed: .975 and .865 with 1 for words and 0.5 for everyday ones, .976 and .867 with
these. Near misses answered, of 160 development questions: 63 (even odds at .40) and 54 (at .38); answerable ones
refused, of 380: 17 and 19. 1.3 for names lets a near miss through and gains nothing."""
UNHEARD_MISSING = 0.05
"""The same for an everyday word that no document of the collection has: it tells who is speaking, not what about. With
0.2 the same development questions are answered."""
ASIDE_MISSING = 0.02
"""The same, as a share, for what is told outside the sentences that ask. Answerable questions refused, of 46 and of 46
by two authors whose words nobody had seen: 28 and 31 if the story counts in full, 21 and 23 with 0.3, 14 and 18 with
0.1, 11 and 16 with 0.02; near misses answered, of 15 and of 15: 5 and 4, 5 and 5, 6 and 5, 6 and 5.
A name that the library knows keeps its loss: `my USDA loan` says of what the question is asked."""
NAME_FLOOR = 0.5
"""A missing name weighs as if it were at least half as rare as an unseen word: `FHA` is common in a mortgage library,
and yet the rule of another programme is the wrong answer. Own questions .937 without, .948 with; SQuAD the same."""

AS_NAMES: Mapping[Kind, int] = {"name": 1, "code": 2}
"""What is written in capitals or digits names one thing only (FHA, HomeReady, 2025); a capitalised word may be any word
of a form's title. With 1 for both, seven near misses of 160 more are answered and two answerable questions of 380 fewer
refused; with 3, none fewer are answered and three more refused."""


class WeighedTerm(NamedTuple):
    """One term of a wording."""

    term: str
    root: str
    share: float
    """Of the wording's weight; the shares of a wording add up to 1."""


class WeighedConcept(NamedTuple):
    """One concept of a question."""

    weight: float
    """What it counts when it is found; over 0."""
    loss: float
    """What it counts when it is missing; over 0."""
    wordings: tuple[tuple[WeighedTerm, ...], ...]
    terms: frozenset[str]
    roots: frozenset[str]
    """Of its terms, those that have one."""
    as_names: int
    """How many names it counts for where it is missing; 0 for what is none, or is in no document: a passage without a
    name that others have may speak of something else."""
    is_aside: bool
    """Told, not asked."""


@lru_cache(maxsize=512)
def weigh(question: tuple[Concept, ...], statistics: CollectionStatistics) -> tuple[WeighedConcept, ...]:
    """Every concept of the question, in order."""
    return tuple(_weigh(concept, statistics) for concept in question)


def _weigh(concept: Concept, statistics: CollectionStatistics) -> WeighedConcept:
    weight = _weight(concept, statistics)
    wordings = tuple(_shares(wording, statistics) for wording in concept.alternatives)
    roots = frozenset(root for term in concept.terms if (root := root_of(term)))
    as_names = AS_NAMES.get(concept.kind, 0) if concept.alternatives[0][0] in statistics else 0
    loss = _loss(concept, weight, statistics)
    if concept.aside and not as_names:
        loss *= ASIDE_MISSING
    return WeighedConcept(weight, loss, wordings, concept.terms, roots, as_names, concept.aside)


def _weight(concept: Concept, statistics: CollectionStatistics) -> float:
    """The inverse document frequency of what the library may call it.

    Of its wordings the weightiest that the library knows, but never more than one word that it does not know: a phrase
    of four words is still one concept.
    """
    known = (wording for wording in concept.alternatives if all(term in statistics for term in wording))
    weights = (sum(map(statistics.idf, wording)) for wording in known)
    return min(max(weights, default=statistics.largest_idf), statistics.largest_idf)


def _loss(concept: Concept, weight: float, statistics: CollectionStatistics) -> float:
    if concept.kind in AS_NAMES:
        return MISSING[concept.kind] * max(weight, NAME_FLOOR * statistics.largest_idf)
    if concept.kind == "everyday" and concept.alternatives[0][0] not in statistics:
        return UNHEARD_MISSING * weight
    return MISSING[concept.kind] * weight


def _shares(wording: Terms, statistics: CollectionStatistics) -> tuple[WeighedTerm, ...]:
    idf = [statistics.idf(term) for term in wording]
    return tuple(WeighedTerm(term, root_of(term), one / sum(idf)) for term, one in zip(wording, idf, strict=True))
