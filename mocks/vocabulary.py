"""The mortgage field in two languages: how borrowers say it, and how the library writes it.

Reads `thesaurus.toml` and finds its everyday phrases in a question. It knows words only: no passages, no scores.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rag.retrieval.analysis import FUNCTION_WORDS

ACRONYMS = {
    "APR": "annual percentage rate",
    "ARM": "adjustable-rate mortgage",
    "AUS": "automated underwriting system",
    "CD": "Closing Disclosure",
    "CLTV": "combined loan-to-value ratio",
    "DIL": "deed in lieu of foreclosure",
    "DPA": "down payment assistance",
    "DTI": "debt-to-income ratio",
    "DU": "Desktop Underwriter automated underwriting",
    "ECOA": "Equal Credit Opportunity Act",
    "EMD": "earnest money deposit",
    "FICO": "credit score",
    "FRM": "fixed-rate mortgage",
    "HCLTV": "high combined loan-to-value ratio",
    "HELOC": "home equity line of credit",
    "HOA": "homeowners association",
    "HOI": "homeowners insurance",
    "LE": "Loan Estimate",
    "LOE": "letter of explanation",
    "LPA": "Loan Product Advisor automated underwriting",
    "LTV": "loan-to-value ratio",
    "MIP": "mortgage insurance premium",
    "MPR": "minimum property requirements",
    "MRI": "minimum required investment",
    "NOE": "notice of error",
    "NSF": "returned payment",
    "PITI": "principal, interest, taxes and insurance housing payment",
    "PITIA": "principal, interest, taxes, insurance and association dues housing payment",
    "PMI": "private mortgage insurance",
    "POA": "power of attorney",
    "UFMIP": "upfront mortgage insurance premium",
    "UPB": "unpaid principal balance",
    "VOD": "verification of deposit",
    "VOE": "verification of employment",
}

ENGLISH_WORDS = frozenset({"ARM", "CD", "DIL", "DU", "LE"})
"""Acronyms that are a word in lower case, or a word of a name: they count only as written above."""

MOST_SKIPPED = 3
"""Function words that may stand between two words of a phrase: `take away all of my house`."""


class Match(NamedTuple):
    """A stretch of a question that the library says in other words."""

    start: int
    end: int
    term: str
    """The wording that is shown."""
    others: tuple[str, ...] = ()
    """Further wordings of the library."""


def find_terms(question: str) -> list[Match]:
    """What can be translated in a question, in order and without overlap; of phrases that overlap the longer one.

    A translation that stands in the question already is left out.
    """
    taken: list[Match] = []
    for match in sorted(_all_matches(question), key=lambda match: match.start - match.end):
        apart = all(match.end <= other.start or other.end <= match.start for other in taken)
        if apart and all(match.term != other.term for other in taken):
            taken.append(match)
    return sorted(taken)


class _Word(NamedTuple):
    start: int
    end: int
    text: str


_Phrase = tuple[frozenset[str], ...]
"""One set of words, inflected forms included, for each place of an everyday phrase."""


def _all_matches(question: str) -> Iterator[Match]:
    lowered = question.lower()
    for found in _ACRONYM.finditer(question):
        term = ACRONYMS[found[1].upper()]
        if (found[1].upper() not in ENGLISH_WORDS or found[1].isupper()) and term.lower() not in lowered:
            yield Match(found.start(), found.end(), term)
    for (start, end), wordings in _phrases_in(question).items():
        fresh = [wording for wording in dict.fromkeys(wordings) if wording.lower() not in lowered]
        if fresh:
            yield Match(start, end, fresh[0], tuple(fresh[1:]))


def _phrases_in(question: str) -> dict[tuple[int, int], list[str]]:
    """Where phrases of the thesaurus stand, and what the library calls them."""
    words = [_Word(m.start(), m.end(), m[0].lower().replace("’", "'")) for m in _WORD.finditer(question)]
    found: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for position, word in enumerate(words):
        for phrase, wordings in thesaurus().get(word.text, ()):
            last = _last_word(phrase, words, position)
            if last is not None:
                found[word.start, words[last].end] += wordings
    return found


def _last_word(phrase: _Phrase, words: Sequence[_Word], position: int) -> int | None:
    """Where a phrase that begins at a word ends, if all of it is there."""
    for place in phrase[1:]:
        for ahead in range(1, MOST_SKIPPED + 2):
            if position + ahead >= len(words):
                return None
            word = words[position + ahead]
            if word.text in place:
                position += ahead
                break
            if word.text not in FUNCTION_WORDS:
                return None
        else:
            return None
    return position


@cache
def thesaurus() -> dict[str, list[tuple[_Phrase, list[str]]]]:
    """Phrases and the library's wordings of each, by the word that the phrase begins with."""
    entries: defaultdict[str, list[tuple[_Phrase, list[str]]]] = defaultdict(list)
    groups = tomllib.loads(Path(__file__).with_name("thesaurus.toml").read_text(encoding="utf-8"))
    for wordings, phrases in (entry for group in groups.values() for entry in group.items()):
        for phrase in map(_read_phrase, phrases):
            for beginning in phrase[0]:
                entries[beginning].append((phrase, [wording.strip() for wording in wordings.split(";")]))
    return dict(entries)


def _read_phrase(phrase: str) -> _Phrase:
    places = phrase.lower().replace("-", " ").split()
    return tuple(frozenset(form for word in place.split("|") for form in _inflections(word)) for place in places)


def _inflections(word: str) -> Iterator[str]:
    """The word and its regular forms: `pay` gives pays and paying, but not payment, which is another thing."""
    yield word
    if len(word) < 3 or "'" in word:
        return
    root = word.removesuffix("e")
    if word.endswith("y") and word[-2] not in "aeiou":
        yield from (f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing")
        return
    yield from (
        f"{word}s",
        f"{word}es",
        f"{word}'s",
        f"{root}ed",
        f"{root}ing",
        f"{word}{word[-1]}ed",
        f"{word}{word[-1]}ing",
    )


_ACRONYM = re.compile(rf"\b({'|'.join(sorted(ACRONYMS, key=len, reverse=True))})(?:'?s)?\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
