"""Quotable sentences: what the sources say that bears on a question, weighed and chosen. Pure.

It compares words and knows nothing of meaning; it neither shortens nor joins sentences, so whatever it chooses is
exactly what a source says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from mocks.safety_rules import gives_orders, normalised
from mocks.vocabulary import ACRONYMS, find_terms
from rag.grounding.claims import content_tokens, is_checkable, markers
from rag.retrieval.analysis import query_terms, stem, tokenise
from rag.retrieval.sentences import sentence_spans
from rag.values import NumberedSource, Passage

HEADING_WEIGHT = 0.5
"""A question word in the heading over a sentence counts this much of one in the sentence."""
QUANTITY_BONUS = 0.15
"""For a sentence with a number, when a number was asked for."""
RANK_DISCOUNT = 0.04
"""For each place of a sentence's source in the list: earlier sources were found to be better."""
OTHER_NAME_FACTOR = 0.6
"""For a sentence that has none of the names in the question, and neither has its document: another programme's rule."""
OUTDATED_FACTOR = 0.6
"""For a rule that is no longer in force, unless the question asks for one."""
REPEATED_PENALTY = 0.3
"""Times the share of a sentence's words that the text so far has: each sentence should add something."""
SAME_FACT = 0.7
"""Share of common words (Jaccard) from which two sentences say the same."""
WORTH_SAYING = 0.45
"""A sentence with less than this part of the best one's score is filler."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of a source."""

    text: str
    position: int
    """Place of the sentence in its passage, from 0."""
    words: frozenset[str]
    """Stems of its content words and its numbers."""
    has_number: bool
    marker: int = 0
    """Number of its source in the request."""
    score: float = 0.0
    """How much it bears on the question; 0 to about 1.4, comparable within one question only."""

    @property
    def is_caveat(self) -> bool:
        """Whether it limits what was said before it."""
        return bool(_CAVEAT.search(self.text))


def quotes_for(question: str, sources: Sequence[NumberedSource]) -> list[Quote]:
    """All sentences of the sources that may be quoted, best first; a score of 0 has nothing of the question in it."""
    need = _Need.of(question, [quote for source in sources for quote in _quotable(source.passage.text)])
    scored = [
        replace(quote, marker=source.marker, score=need.met_by(quote, source.passage, rank))
        for rank, source in enumerate(sources)
        for quote in _quotable(source.passage.text)
    ]
    return sorted(scored, key=lambda quote: -quote.score)


@dataclass(frozen=True, slots=True)
class _Need:
    """What a question asks for, as far as words show it."""

    words: frozenset[str]
    names: frozenset[str]
    quantity: bool
    past: bool

    @classmethod
    def of(cls, question: str, quotes: Sequence[Quote]) -> Self:
        """The question's words and their translations, as far as any quote has them.

        All weigh the same: among sentences that were found for a question, its own subject is the commonest word, so
        weighing by rarity prefers the ones that stray.
        """
        translations = " ".join(match.term for match in find_terms(question))
        found = frozenset[str]().union(*(quote.words for quote in quotes))
        return cls(
            words=found & frozenset(query_terms(f"{question} {translations}")),
            names=_names(question),
            quantity=bool(_QUANTITY.search(question)),
            past=bool(_OUTDATED.search(question)),
        )

    def met_by(self, quote: Quote, passage: Passage, rank: int) -> float:
        """How much a quote bears on the question; 0 if it shares no word with it. `rank` of its source is from 0."""
        said, heading = self.words & quote.words, words_of(passage.section)
        if not said:
            return 0.0
        score = (len(said) + HEADING_WEIGHT * len(self.words & heading - said)) / len(self.words)
        score += QUANTITY_BONUS * (self.quantity and quote.has_number) - RANK_DISCOUNT * rank
        if self.names and not self.names & (quote.words | heading | words_of(passage.title)):
            score *= OTHER_NAME_FACTOR
        if not self.past and _OUTDATED.search(f"{passage.section} {quote.text}"):
            score *= OUTDATED_FACTOR
        return max(round(score, 6), 0.0)


def choose(
    quotes: Sequence[Quote], *, at_least: int = 0, at_most: int, said: Collection[frozenset[str]] = ()
) -> list[Quote]:
    """The best quotes, in order of choice, that say something new beside each other and `said`.

    Up to `at_most` that are worth saying; if those are fewer than `at_least`, what stands beside them in their sources.
    Empty if no quote has anything of the question.
    """
    best_score = max((quote.score for quote in quotes), default=0.0)
    worthy = [quote for quote in quotes if quote.score > 0 and quote.score >= WORTH_SAYING * best_score]
    chosen = _greedy(worthy, at_most, list(said))
    sources = {quote.marker for quote in chosen}
    beside = [quote for quote in quotes if quote.marker in sources and quote not in chosen]
    texts = [*said, *(quote.words for quote in chosen)]
    return [*chosen, *_greedy(beside, min(at_least, at_most) - len(chosen), texts)]


def _greedy(quotes: Sequence[Quote], count: int, texts: list[frozenset[str]]) -> list[Quote]:
    """Up to `count` quotes, each the one that is best in view of those before it and of `texts`."""
    chosen: list[Quote] = []
    free = list(quotes)
    while len(chosen) < count:
        free = [quote for quote in free if not any(same_fact(quote.words, text) for text in texts)]
        if not free:
            break
        known = frozenset().union(*texts)
        chosen.append(max(free, key=lambda quote: quote.score - REPEATED_PENALTY * _share(quote.words, known)))
        texts = [*texts, chosen[-1].words]
    return chosen


def in_reading_order(chosen: Sequence[Quote]) -> list[Quote]:
    """The best one first, then the others by source and place, those that only set limits at the end."""
    if not chosen:
        return []
    sources = list(dict.fromkeys(quote.marker for quote in chosen))
    rest = sorted(chosen[1:], key=lambda quote: (quote.is_caveat, sources.index(quote.marker), quote.position))
    return [chosen[0], *rest]


def same_fact(words: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences, given as their words, differ too little to stand in one text."""
    return len(words & other) >= SAME_FACT * len(words | other)


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """Stems of the content words of a sentence, and its numbers."""
    return frozenset(token.text for token in content_tokens(text))


@lru_cache(maxsize=4096)
def _quotable(passage: str) -> tuple[Quote, ...]:
    """The sentences that stand on their own: no heading, list item, table row, order to the reader, dangling word."""
    quotes = []
    for position, span in enumerate(sentence_spans(passage)):
        text = " ".join(passage[span.start : span.end].split())
        if _is_whole(text) and is_checkable(text) and not markers(text) and not gives_orders(normalised(text)):
            has_number = any(token.is_number for token in tokenise(text))
            quotes.append(Quote(text=text, position=position, words=words_of(text), has_number=has_number))
    return tuple(quotes)


def _is_whole(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) and not _DANGLING.match(text)


def _names(question: str) -> frozenset[str]:
    """Names in the question (FHA, Fannie Mae): capitalised words behind its first, without the field's own terms."""
    names = (t for t in tokenise(question)[1:] if t.surface[0].isupper() and t.surface.upper() not in ACRONYMS)
    return frozenset(stem(name.text) for name in names)


def _share(words: frozenset[str], known: frozenset[str]) -> float:
    return len(words & known) / len(words) if words else 1.0


_WHOLE = re.compile(r"[\"'“‘(]?[^\W_].*[^\W_][)\"'”’%]*[.!][\"'”’)]*", re.DOTALL)
_DANGLING = re.compile(
    r"(?:it|its|they|their|them|this|that|these|those|he|she|his|her|such|however|therefore|thus|then|otherwise|also|"
    r"but|and|or|so|both|instead|here|there)\b",
    re.IGNORECASE,
)
"""A sentence that begins so means something said before it."""
_CAVEAT = re.compile(
    r"\b(?:unless|except|exceptions?|however|although|even (?:if|when|though)|not|never|cannot|superseded)\b",
    re.IGNORECASE,
)
_OUTDATED = re.compile(
    r"\b(?:superseded|replaced|former|formerly|previous(?:ly)?|used to|no longer in force|"
    r"until (?:\w+ ){0,3}(?:19|20)\d\d|"
    r"(?:back )?in (?:19|20)\d\d|from \w+ (?:19|20)\d\d|before (?:\w+ ){0,3}(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\b(?:how (?:many|much|long|old|high|low|often|soon|far|big|large|late)|when|what (?:percent\w*|share|amount)|"
    r"max(?:imum)?|min(?:imum)?|limits?|deadline|within|number of|lowest|highest|largest|smallest|at (?:least|most))\b",
    re.IGNORECASE,
)
