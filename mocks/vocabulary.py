"""The mortgage field in two languages: how borrowers say it, and how the library writes it.

Reads the thesaurus and finds its everyday phrases in a question. It knows words only: no passages, no scores.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from mocks.acronyms import ACRONYMS as ACRONYMS
from mocks.acronyms import ENGLISH_WORDS
from mocks.word_forms import bases, repaired
from rag.retrieval.analysis import FUNCTION_WORDS, NUMBER_WORDS, stem
from rag.retrieval.concepts import EVERYDAY

THESAURUS = Path(__file__).with_name("thesaurus")
"""A folder with one file for each part of the field; `README.md` in it explains the format."""

MOST_SKIPPED = 3
"""Words without a meaning of their own that may stand between two words of a phrase: `take away all of my house`."""

_FILLERS = (
    "all both whole entire own just only even still already really actually basically simply very quite pretty rather "
    "fairly almost nearly about around roughly exactly now then again maybe probably once first last next same current "
    "existing present old new little big small nice lovely poor other more every each"
)
FILLERS = (FUNCTION_WORDS | frozenset(_FILLERS.split())) - {"and", "but", "if", "or"}
"""Words that are skipped. What stands on the two sides of `and` is not one thing: `my house and the bill`."""


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

    A translation that stands in the question already is left out. Two phrases may have one translation (`flip`,
    `reselling`): left as it is, the second would look like something that the library never heard of.
    """
    taken: list[Match] = []
    for match in sorted(_all_matches(question), key=lambda match: match.start - match.end):
        if all(match.end <= other.start or other.end <= match.start for other in taken):
            taken.append(match)
    return sorted(taken)


def load_thesaurus() -> None:
    """Read now what the first question would have to wait for: about 0.2 s."""
    thesaurus()
    _spelled()


class _Word(NamedTuple):
    start: int
    end: int
    text: str
    """In small letters, its spelling repaired."""
    bases: tuple[str, ...]
    opens: bool
    """Whether it is the first of a sentence: no phrase reaches across."""


_Phrase = tuple[frozenset[str], ...]
"""The words that may stand in each place of an everyday phrase."""


def _all_matches(question: str) -> Iterator[Match]:
    words = _words(question)
    lowered = f"{question.lower()} {' '.join(word.text for word in words)}"
    for found in _ACRONYM.finditer(question):
        if found[1].upper() not in ENGLISH_WORDS or found[1].isupper():
            yield from _match(found.start(), found.end(), ACRONYMS[found[1].upper()].split("; "), lowered)
    for (start, end), wordings in _phrases_in(words).items():
        yield from _match(start, end, wordings, lowered)
    for word in words:
        if word.text != _plain(question[word.start : word.end]):
            yield Match(word.start, word.end, word.text)


def _match(start: int, end: int, wordings: Sequence[str], lowered: str) -> Iterator[Match]:
    fresh = [wording for wording in dict.fromkeys(wordings) if wording.lower() not in lowered]
    if fresh:
        yield Match(start, end, fresh[0], tuple(fresh[1:]))


def _words(question: str) -> list[_Word]:
    """The words of a question as they were meant. Capitals within a sentence are names, which keep their spelling."""
    found: list[_Word] = []
    for match in _WORD.finditer(question):
        word = _plain(match[0])
        if (match[0].islower() or not match.start()) and stem(word) not in EVERYDAY:
            word = _meant(word)
        opens = bool(_STOP.search(question, found[-1].end if found else 0, match.start()))
        found.append(_Word(match.start(), match.end(), word, bases(word), opens))
    return found


@lru_cache(maxsize=1 << 12)
def _meant(word: str) -> str:
    return repaired(word, _spelled())


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _phrases_in(words: Sequence[_Word]) -> dict[tuple[int, int], list[str]]:
    """Where phrases of the thesaurus stand, and what the library calls them."""
    found: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for position, word in enumerate(words):
        for phrase, wordings in (entry for base in word.bases for entry in thesaurus().get(base, ())):
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
            if word.opens:
                return None
            if not place.isdisjoint(word.bases):
                position += ahead
                break
            if not _is_skipped(word.text):
                return None
        else:
            return None
    return position


def _is_skipped(word: str) -> bool:
    return word in FILLERS or word in NUMBER_WORDS or word.isdecimal()


@cache
def thesaurus() -> dict[str, list[tuple[_Phrase, list[str]]]]:
    """Phrases and the library's wordings of each, by the word that the phrase begins with."""
    entries: defaultdict[str, list[tuple[_Phrase, list[str]]]] = defaultdict(list)
    for wordings, phrases in read_thesaurus():
        terms = [wording.strip() for wording in wordings.split(";")]
        for phrase in (read for text in phrases for read in _read_phrase(text)):
            for beginning in phrase[0]:
                entries[beginning].append((phrase, terms))
    return dict(entries)


def read_thesaurus(folder: Path = THESAURUS) -> list[tuple[str, list[str]]]:
    """Every entry as it is written: the library's wordings, and the everyday phrases."""
    files = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml")))
    return [entry for groups in files for group in groups.values() for entry in group.items()]


@cache
def _spelled() -> frozenset[str]:
    """Words that may have been meant: those of the library's wordings and of the phrases."""
    wordings: Iterator[str] = (word for wording, _ in read_thesaurus() for word in _WORD.findall(wording.lower()))
    phrases = (phrase for entries in thesaurus().values() for phrase, _ in entries)
    return frozenset(wordings).union(*(place for phrase in phrases for place in phrase))


def _read_phrase(phrase: str) -> Iterator[_Phrase]:
    """A phrase; several where a choice is between one word and a hyphenated one, which has more places."""
    places = [_alternatives(place) for place in phrase.lower().split()]
    for choice in product(*places):
        yield tuple(place for part in choice for place in part)


@cache
def _alternatives(place: str) -> tuple[_Phrase, ...]:
    parted = [_WORD.findall(word) for word in place.split("|")]
    single = frozenset(words[0] for words in parted if len(words) == 1)
    several = (tuple(map(frozenset, zip(words))) for words in parted if len(words) > 1)
    return (*([(single,)] if single else []), *several)


_ACRONYM = re.compile(rf"\b({'|'.join(sorted(ACRONYMS, key=len, reverse=True))})(?:'?s)?\b", re.IGNORECASE)
_STOP = re.compile(r"[.?!;:()](?:\s|$)|\n")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|%")
