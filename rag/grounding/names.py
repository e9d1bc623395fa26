"""Names of a claim that its source does not have. Knows capital letters; knows no list of names and no grammar."""

from __future__ import annotations

import re

from rag.grounding.claims import UNINFORMATIVE
from rag.grounding.reading import NAME_PREFIX, Comparison, is_name, prefixes, remembered
from rag.retrieval.analysis import Token, stem, tokenise

MOST_NAMES = 20
"""Names of one claim that are looked up; no claim of the development sets has more than 7. More is a list or a trap."""

_OPENING = re.compile(r"""[:;"“”*•\n]|\. """)
"""What follows begins anew and is capitalised whatever it is."""
_WORD = re.compile(r"[^\W\d_]+")
_SKIPPED = frozenset(["a", "an", "and", "for", "in", "of", "on", "the", "to"])
"""Small words that an acronym may leave out and that may stand within a name."""
_ACRONYM = re.compile(r"[A-Z]{2,6}")


def missing_names(pair: Comparison, source_text: str, heading: str = "") -> tuple[str, ...]:
    """The claim's names, as written, that neither source nor heading has.

    A name is a capitalised word, or several, that does not open the sentence or a part of it. `FHA` and `Federal
    Housing Administration` are one name, whether the source or the claim itself has the other form; that changes the
    area under the ROC curve by less than .001, and spares the reader a warning that is wrong. Of the claims that have a
    missing name, people found 30 % supported on AttributionBench dev (of all 50 %) and 11 % on WiCE dev (of all 33 %).
    """
    claim, known = pair.claim.text, pair.source.prefixes | _prefixes(heading)
    missing: dict[str, str] = {}
    for name in _names(claim)[:MOST_NAMES]:
        strange = [token for token in name if stem(token.text)[:NAME_PREFIX] not in known]
        if strange and not _is_shortened(name, known) and not _is_spelled_out(name, claim, source_text, heading):
            missing |= {token.text: token.surface for token in strange}
    return tuple(missing.values())


@remembered
def _names(claim: str) -> tuple[tuple[Token, ...], ...]:
    """Acronyms, and other names of one or more words, small words within them left out."""
    names: list[list[Token]] = []
    for part in _OPENING.split(claim):
        goes_on = False
        for token in tokenise(part)[1:]:
            if is_name(token) and token.text not in UNINFORMATIVE:
                is_acronym = bool(_ACRONYM.fullmatch(token.surface))
                names += [] if goes_on and not is_acronym else [[]]
                names[-1].append(token)
                goes_on = not is_acronym
            elif token.text not in _SKIPPED:
                goes_on = False
    return tuple(map(tuple, names))


@remembered
def _prefixes(heading: str) -> frozenset[str]:
    return prefixes(tokenise(heading))


def _is_shortened(name: tuple[Token, ...], known: frozenset[str]) -> bool:
    """Whether the source has the initials of a name of several words."""
    return len(name) > 1 and "".join(token.text[0] for token in name) in known


def _is_spelled_out(name: tuple[Token, ...], claim: str, *texts: str) -> bool:
    """Whether a name is an acronym, and its letters are the initials of words in the claim or in the texts.

    Any text has two words with any two initials, so of two letters the words must be capitalised.
    """
    acronym = name[0].surface
    if not _ACRONYM.fullmatch(acronym):
        return False
    found = map(_initials, (claim.replace(acronym, " "), *texts))
    return any(acronym in (initials if len(acronym) == 2 else initials.upper()) for initials in found)


@remembered
def _initials(text: str) -> str:
    """The first letters of all words, and again of those that are not small: LTV has its `to`, and HUD no `and`."""
    words = _WORD.findall(text)
    return "".join([*(word[0] for word in words), " ", *(word[0] for word in words if word not in _SKIPPED)])
