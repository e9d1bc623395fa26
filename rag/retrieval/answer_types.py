"""What type of answer a question expects (a telephone number, a percentage, a number of days), and where one stands.

Knows the words of questions and how such things are written, which `answer_types.toml` lists. Knows no library, no
statistics and no scores.

`What does the consultant charge?` shares its words with every passage about consultants. A passage in which no sentence
has an amount cannot answer it, however much of the question it repeats. The type of the expected answer is as old as
question answering (Voorhees and Tice 1999, Li and Roth 2002). Here it only ever speaks against a passage, never for
one, and a question of no known type is judged by its words alone.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from functools import cache, lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import NamedTuple

from rag.retrieval.analysis import FUNCTION_WORDS, stem, tokenise
from rag.retrieval.asking import asking_sentences
from rag.retrieval.passage_words import PassageWords
from rag.retrieval.sentences import sentence_spans


class ExpectedAnswer(NamedTuple):
    """What a question wants to be told."""

    type: str
    """A table of `answer_types.toml`."""
    given: frozenset[str] = frozenset()
    """Numbers of the question itself: the form that somebody names is not the form that he asks for."""
    counted: frozenset[str] = frozenset()
    """Stems of what is counted: `how many acres` is answered where a number stands in one sentence with acres."""


class _Type(NamedTuple):
    name: str
    asked: re.Pattern[str]
    written: re.Pattern[str]


@lru_cache(maxsize=1 << 10)
def expected_answers(question: str) -> tuple[ExpectedAnswer, ...]:
    """What a question expects, one type for each sentence that asks; nothing if that cannot be told from its words.

    Any of several is enough: a passage that gives the fee and not the time is no worse than the words it shares.
    """
    given = frozenset(token.text for token in tokenise(question) if token.is_number)
    found = (
        ExpectedAnswer(kind.name, given, _counted(sentence) if kind.name == "count" else frozenset())
        for sentence in asking_sentences(question)
        if (kind := _type_of(sentence))
    )
    return tuple(dict.fromkeys(found))


def _type_of(sentence: str) -> _Type | None:
    return next((kind for kind in _types().values() if kind.asked.search(sentence)), None)


_COUNTED = re.compile(r"\bhow many ((?:[\w'’-]+ ?){1,4})", re.IGNORECASE)


def _counted(sentence: str) -> frozenset[str]:
    """What stands between `how many` and the next function word."""
    stems: set[str] = set()
    if found := _COUNTED.search(sentence):
        for token in tokenise(found[1]):
            if token.text in FUNCTION_WORDS:
                break
            stems.add(stem(token.text))
    return frozenset(stems)


def answering_sentences(passage: PassageWords, expected: Iterable[ExpectedAnswer]) -> int:
    """The sentences of a passage that have anything of what is expected, as bits: bit i stands for sentence i.

    A question in the text that asks for the same is as good: what stands around it answers it.
    """
    found = 0
    for one in expected:
        values = reduce(or_, (bit for bit, value in _values(passage.text, one.type) if _is_new(value, one.given)), 0)
        if one.counted:
            values &= passage.where(one.counted, ())
        found |= values | _asking(passage.text).get(one.type, 0)
    return found


def _is_new(value: str, given: Set[str]) -> bool:
    """Whether a value has another number than those, or none at all."""
    if not given:
        return True
    numbers = {token.text for token in tokenise(value) if token.is_number}
    return not numbers or not numbers <= given


@lru_cache(maxsize=1 << 13)
def _values(text: str, of_type: str) -> tuple[tuple[int, str], ...]:
    """The values of a type in what a text states, each with the bit of its sentence."""
    written = _types()[of_type].written
    return tuple(
        (1 << place, value[0])
        for place, sentence in enumerate(_sentences(text))
        if sentence.states
        for value in written.finditer(sentence.text)
    )


@lru_cache(maxsize=1 << 12)
def _asking(text: str) -> Mapping[str, int]:
    """The sentences of a text that ask, as bits, by the type that they ask for."""
    found: defaultdict[str, int] = defaultdict(int)
    for place, sentence in enumerate(_sentences(text)):
        if sentence.text.endswith("?") and (kind := _type_of(sentence.text)):
            found[kind.name] |= 1 << place
    return dict(found)


class _Sentence(NamedTuple):
    text: str
    states: bool
    """It is in no paragraph that ends with a question: the figures of its story are those of who asks."""


@lru_cache(maxsize=1 << 12)
def _sentences(text: str) -> tuple[_Sentence, ...]:
    return tuple(
        _Sentence(text[span.start : span.end], not _paragraph_from(text, span.start).endswith("?"))
        for span in sentence_spans(text)
    )


def _paragraph_from(text: str, start: int) -> str:
    end = text.find("\n\n", start)
    return text[start : end if end >= 0 else len(text)].rstrip()


@cache
def _types() -> dict[str, _Type]:
    tables = tomllib.loads(Path(__file__).with_name("answer_types.toml").read_text(encoding="utf-8"))
    parts = tables.pop("parts")

    def either(patterns: Iterable[str]) -> re.Pattern[str]:
        whole = "|".join(patterns)
        while (named := re.sub(r"<([a-z]+)>", lambda match: parts[match[1]], whole)) != whole:
            whole = named
        return re.compile(whole, re.IGNORECASE)

    return {name: _Type(name, either(table["asked"]), either(table["written"])) for name, table in tables.items()}
