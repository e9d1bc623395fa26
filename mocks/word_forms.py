"""English word forms: what a word may be a form of, and small repairs of its spelling. Knows no field."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase

_IRREGULAR = (
    "become became; begin began begun; break broke broken; bring brought; build built; buy bought; catch caught; "
    "come came; draw drew drawn; fall fell fallen; fight fought; find found; forget forgot forgotten; "
    "freeze froze frozen; get got gotten; give gave given; go goes went gone; grow grew grown; have has had; "
    "hear heard; hold held; keep kept; leave left; lend lent; lose lost; make made; pay paid; rise rose risen; "
    "run ran; say said; see saw seen; sell sold; send sent; show shown; sink sank sunk; speak spoke spoken; "
    "spend spent; stand stood; steal stole stolen; take took taken; tell told; think thought; throw threw thrown; "
    "wear wore worn; write wrote written; child children; wife wives"
)
"""Words with forms that no rule makes: mostly verbs that a story about a loan is told with."""
_BASES = {form: base for base, *forms in map(str.split, _IRREGULAR.split("; ")) for form in forms}

_ENDINGS = (
    *(("'s", ""), ("ies", "y"), ("ied", "y"), ("es", ""), ("s", "")),
    *(("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")),
)
SHORTEST_BASE = 3
"""Letters that are left of a word without its ending."""

SHORTEST_REPAIRED = 6
"""Letters of the shortest word that is repaired: shorter ones have too many neighbours (`flour`, `floor`)."""
LONG = 7
"""Letters from which on a consonant may be missing (`morgage`) or a vowel too many: a shorter word may be right."""
_VOWELS = "aeiou"


@lru_cache(maxsize=1 << 12)
def bases(word: str) -> tuple[str, ...]:
    """The word and what it may be a form of: `paying` of pay (and paye), `bills` of bill; `payment` of none."""
    found = [word]
    if word in _BASES:
        found.append(_BASES[word])
    for ending, replacement in _ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= SHORTEST_BASE - len(replacement):
            found.append(root + replacement)
            if not replacement and len(root) > SHORTEST_BASE and root[-1] == root[-2]:
                found.append(root[:-1])
    return tuple(dict.fromkeys(found))


def repaired(word: str, known: Set[str]) -> str:
    """The known word of which this one is a slip of the pen, else the word itself.

    A slip is two letters swapped, one letter doubled or not, a vowel mistaken or left out, and in a longer word a vowel
    too many or a consonant too few. Other single letters make other words: `dental` and `denial`.
    """
    if len(word) < SHORTEST_REPAIRED or not word.isalpha() or not known.isdisjoint(bases(word)):
        return word
    return next((other for other in _slips(word) if other in known), word)


def _slips(word: str) -> Iterator[str]:
    for place, (letter, following) in enumerate(pairwise(word)):
        before, behind = word[:place], word[place + 2 :]
        yield f"{before}{following}{letter}{behind}"
        yield f"{before}{letter}{letter}{following}{behind}"
        if letter == following:
            yield f"{before}{letter}{behind}"
    for place in range(1, len(word)):
        before, letter, behind = word[:place], word[place], word[place + 1 :]
        yield from (f"{before}{vowel}{letter}{behind}" for vowel in _VOWELS)
        if letter in _VOWELS:
            yield from (f"{before}{vowel}{behind}" for vowel in _VOWELS)
        if letter in _VOWELS and len(word) >= LONG:
            yield before + behind
        if len(word) >= LONG:
            yield from (f"{before}{new}{letter}{behind}" for new in ascii_lowercase)
