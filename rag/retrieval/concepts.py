"""What a question is about, concept by concept, each with the ways in which a library may put it.

Knows the analyser and the rewriter's forms of a question. Knows no passages, no statistics and no scores.

A rewriter gives whole forms: `Can I back out?`, `Can I right of rescission?`. Where a form differs from the question as
it was typed, the two stretches stand for each other, so the question has one concept there, with two *alternatives*:
to find either is to find it. Judged form by form instead, a question with three everyday phrases would need one form in
which all three are translated the way one passage happens to say them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple

from rag.retrieval.analysis import QUESTION_WORDS, Token, query_terms, stem, tokenise
from rag.retrieval.asking import asking_tokens
from rag.values import RewrittenQuery

Terms = tuple[str, ...]
"""Stemmed terms; never empty where they are an alternative."""


Kind = Literal["word", "everyday", "number", "name", "code"]
"""`everyday`: said in words that belong to no subject (`my aunt`, `hang on to`). `name`: a capitalised word. `code`:
written as no word is: capitals (FHA, HomeReady), a year, a section number. `number`: any other, an amount (`410k`), a
month, a day of the week: often a fact about who asks, which no library repeats."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing a question speaks of."""

    alternatives: tuple[Terms, ...]
    """The ways of saying it, the question's own first; all terms of one of them are asked for."""
    kind: Kind = "word"
    aside: bool = False
    """Said outside the sentences that ask: it helps where it is found, and hardly hurts where it is missing."""

    @property
    def terms(self) -> frozenset[str]:
        """Every term of every alternative."""
        return frozenset(term for alternative in self.alternatives for term in alternative)


class _Stretch(NamedTuple):
    """Tokens `[start, end)` of the question as typed, and what a form says in their place."""

    start: int
    end: int
    terms: Terms
    form: str

    def meets(self, other: _Stretch) -> bool:
        """Whether they share a token; a stretch of none, where a form only adds words, meets what it touches."""
        if self.start == self.end or other.start == other.end:
            return self.start <= other.end and other.start <= self.end
        return self.start < other.end and other.start < self.end


LONGEST_WORDING = 8
"""Terms of the longest wording that is still one concept; a form that changes more is another question."""


@lru_cache(maxsize=1 << 10)
def readings(query: RewrittenQuery) -> tuple[tuple[Concept, ...], ...]:
    """The ways to read a question, each as its concepts; of a passage's scores for them the best one counts.

    The first is the question as typed with the wordings that stand for parts of it. A form that leaves nothing of it
    standing is a reading of its own. A question of nothing but function words has none.
    """
    tokens = tokenise(query.original)
    stretches = list(_stretches(tokens, (*query.variants, query.text)))
    telling = [one for one in stretches if _replaces(one, tokens) and not _combines(one, stretches)]
    parts = [stretch for stretch in telling if _is_part(stretch, tokens)]
    wholes = (stretch.form for stretch in telling if stretch not in parts)
    found = (_reading(query.original, parts), *map(plain_concepts, wholes))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=1 << 10)
def plain_concepts(text: str) -> tuple[Concept, ...]:
    """The concepts of a question that nobody rewrote: each of its words is one."""
    return _reading(text, [])


def _reading(text: str, stretches: Sequence[_Stretch]) -> tuple[Concept, ...]:
    """Concepts in the order of the question, each once; what only its story speaks of is an aside."""
    asking = asking_tokens(text)
    placed = list(_placed(tokenise(text), stretches, _names(text)))
    asked = {concept for place, concept in placed if not asking.isdisjoint(place)}
    return tuple(dict.fromkeys(one if one in asked else replace(one, aside=True) for _, one in placed))


def _placed(
    tokens: Sequence[Token], stretches: Sequence[_Stretch], names: frozenset[str]
) -> Iterator[tuple[range, Concept]]:
    """Every concept with the tokens that it stands for."""
    position = 0
    for group in _groups(stretches):
        start, end = group[0].start, max(stretch.end for stretch in group)
        yield from _single_words(tokens, range(position, start), names)
        yield range(start, end), _translated(tokens, start, end, group)
        position = end
    yield from _single_words(tokens, range(position, len(tokens)), names)


def _stretches(tokens: Sequence[Token], forms: Iterable[str]) -> Iterator[_Stretch]:
    """Where each form differs from the question: what is left when the common beginning and end are taken away."""
    typed = [token.text for token in tokens]
    for form in dict.fromkeys(forms):
        other = [token.text for token in tokenise(form)]
        start = _common(typed, other)
        behind = _common(typed[start:][::-1], other[start:][::-1])
        end = len(tokens) - behind
        if terms := query_terms(" ".join(other[start : len(other) - behind])):
            yield _Stretch(start, end, terms, form)


def _replaces(stretch: _Stretch, tokens: Sequence[Token]) -> bool:
    """Whether its form puts something in the place of words; one that only adds words stands for nothing typed."""
    own = set(_terms(tokens[stretch.start : stretch.end]))
    return stretch.start < stretch.end and not (own and own <= set(stretch.terms))


def _is_part(stretch: _Stretch, tokens: Sequence[Token]) -> bool:
    """Whether something of the question is left beside the stretch, and the stretch is short enough for a phrase."""
    beside = _terms([*tokens[: stretch.start], *tokens[stretch.end :]])
    longest = max(len(stretch.terms), len(_terms(tokens[stretch.start : stretch.end])))
    return bool(beside) and longest <= LONGEST_WORDING


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Number of words that both begin with."""
    pairs = zip(one, other, strict=False)
    return next((count for count, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _groups(stretches: Sequence[_Stretch]) -> list[list[_Stretch]]:
    """Stretches that share words of the question, group by group in its order."""
    groups: list[list[_Stretch]] = []
    for stretch in sorted(stretches):
        if groups and any(stretch.meets(other) for other in groups[-1]):
            groups[-1].append(stretch)
        else:
            groups.append([stretch])
    return groups


def _combines(stretch: _Stretch, stretches: Sequence[_Stretch]) -> bool:
    """Whether it holds changes in several places, each of which another form has alone: then it says nothing new."""
    parts = [other for other in stretches if stretch.start <= other.start and other.end <= stretch.end]
    return any(not one.meets(other) for one, other in combinations(parts, 2))


def _translated(tokens: Sequence[Token], start: int, end: int, group: Iterable[_Stretch]) -> Concept:
    """The concept of tokens `[start, end)`; where a form keeps some of them, they belong to its wording."""
    own = _terms(tokens[start:end])
    others = (
        (*_terms(tokens[start : stretch.start]), *stretch.terms, *_terms(tokens[stretch.end : end]))
        for stretch in group
    )
    forms = (own, *others)
    return Concept(tuple(dict.fromkeys(tuple(dict.fromkeys(form)) for form in forms if form)))


def _terms(tokens: Iterable[Token]) -> Terms:
    return tuple(dict.fromkeys(stem(token.text) for token in tokens if token.text not in QUESTION_WORDS))


def _single_words(tokens: Sequence[Token], places: range, names: frozenset[str]) -> Iterator[tuple[range, Concept]]:
    for place in places:
        token = tokens[place]
        if token.text not in QUESTION_WORDS:
            term = stem(token.text)
            yield range(place, place + 1), Concept(((term,),), _kind(token, term, names))


def _kind(token: Token, term: str, names: frozenset[str]) -> Kind:
    if token.is_number or token.text in _CALENDAR or _AMOUNT.fullmatch(token.text):
        return "code" if token.is_number and token.surface in names else "number"
    if token.surface in names:
        return "code" if _CODE.search(token.surface) else "name"
    return "everyday" if term in EVERYDAY else "word"


_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_CALENDAR = frozenset(f"{_MONTHS} {_DAYS}".split())
_AMOUNT = re.compile(r"\d+[km]")

_NAME = re.compile(r"(?<=[\w,;:\"'(] )[A-Z]\w*|\b\w+[A-Z]\w*|\b(?:19|20)\d\d\b|\b(?=\d*[A-Za-z])(?=\w*\d)\w+\b")
"""A capitalised word in mid-sentence (at its beginning every word is), a word with a capital inside (HomeReady, FHA), a
year, or a word with a digit in it (B3)."""

_CODE = re.compile(r"\w[A-Z]|\d")


def _names(text: str) -> frozenset[str]:
    return frozenset(_NAME.findall(text))


def _read_words(path: Path) -> frozenset[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(stem(word) for line in lines if not line.startswith("#") for word in line.split())


EVERYDAY = _read_words(Path(__file__).with_name("everyday_words.txt"))
"""Stems of ordinary English words that carry no subject: verbs for anything, feelings, relatives, times of day. Words
for what can be asked of a subject (number, name, hour, size) are left out, for a passage without them gives no answer:
of 80 near misses by five authors three fewer are answered for it, of 280 answerable questions none more is refused."""
