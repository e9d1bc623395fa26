"""Texts in pieces that a template can print: citation marks, quotes in their passage, words that changed. Pure.

Nothing here makes HTML: a piece is plain text with a kind, and the templates escape it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from rag.values import Span

_MARK = re.compile(r"\[(\d{1,3})\]")
_MAX_WORDS = 400
"""Longer sentences are shown whole: comparing them word by word costs more than it tells."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Plain text (`marker` is None), or the citation mark `[marker]`."""

    text: str
    marker: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words of a revised sentence: in both versions, only before, or only after."""

    text: str
    kind: Literal["same", "before", "after"]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote with a little of its passage on both sides."""

    before: str
    quote: str
    after: str


def pieces(text: str) -> list[Piece]:
    """`text` split at its `[n]` marks; joined again it is the same text."""
    result, cursor = [], 0
    for match in _MARK.finditer(text):
        if match.start() > cursor:
            result.append(Piece(text[cursor : match.start()]))
        result.append(Piece(match.group(), int(match.group(1))))
        cursor = match.end()
    if cursor < len(text):
        result.append(Piece(text[cursor:]))
    return result


def word_changes(before: str, after: str) -> list[Words]:
    """What changed between two versions of a sentence, word by word, in reading order."""
    old, new = _words(before), _words(after)
    if len(old) + len(new) > _MAX_WORDS:
        return [Words(before, "before"), Words(after, "after")]
    return [words for words in _compared(old, new) if words.text]


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text)


def _compared(old: list[str], new: list[str]) -> Iterator[Words]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Words("".join(new[j1:j2]), "same")
        else:
            yield Words("".join(old[i1:i2]), "before")
            yield Words("".join(new[j1:j2]), "after")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a passage's text, and the indices of the claims that quote it."""

    text: str
    claims: tuple[int, ...]


def quoted(passage: str, quotes: Iterable[tuple[int, str, Span]]) -> tuple[Stretch, ...]:
    """The whole passage, cut where a quote begins or ends; quotes may overlap.

    `quotes` are (claim index, quote, span); a span that does not hold its quote is not trusted and marks nothing.
    """
    trusted = [
        (claim, span)
        for claim, quote, span in quotes
        if 0 <= span.start < span.end <= len(passage) and passage[span.start : span.end] == quote
    ]
    cuts = sorted({0, len(passage), *(edge for _, span in trusted for edge in span)})
    return tuple(
        Stretch(passage[start:end], tuple(claim for claim, span in trusted if span.start <= start and end <= span.end))
        for start, end in zip(cuts, cuts[1:], strict=False)
    )


def excerpt(passage: str | None, quote: str, span: Span, *, margin_chars: int = 110) -> Excerpt:
    """The quote in its passage, with up to `margin_chars` on each side cut at a word.

    A span that does not hold the quote is not trusted: then the quote stands alone.
    """
    if passage is None or passage[span.start : span.end] != quote:
        return Excerpt("", quote, "")
    before = passage[max(0, span.start - margin_chars) : span.start]
    after = passage[span.end : span.end + margin_chars]
    if span.start > margin_chars:
        before = "… " + before.partition(" ")[2]
    if span.end + margin_chars < len(passage):
        after = after.rpartition(" ")[0] + " …"
    return Excerpt(before, quote, after)
