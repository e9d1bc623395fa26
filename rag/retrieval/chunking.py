"""Sections of a readable size: the length that a passage may have, to be found, cited and read beside an answer.

Knows sections of text. Knows nothing of documents, ids and search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.retrieval.markdown import Section
from rag.retrieval.sentences import sentence_spans
from rag.values import Span

MAX_WORDS = 250
"""A longer section is split: what is cited must be short enough to be read beside the answer."""
SPLIT_WORDS = 150
"""Size to which the parts of a split section are filled up: that of a usual section."""
MIN_WORDS = 15
"""A shorter section goes to its neighbour: alone it would win every search that names its few words."""
MAX_CHARACTERS = 4_000
"""Of a piece, whatever its words: a script without blanks, or a line of base64, is one word to the end of the file."""
MAX_PATH = 200
"""Characters of a heading with its parents' before it. Every passage carries them, so they must not be long."""


def readable_sections(parts: Iterable[Section], title: str) -> list[Section]:
    """Sections with words in them, none of them tiny; text without a heading stands under `title`.

    What is too short goes to the section before it, a short beginning to the one behind it.
    """
    merged: list[_Growing] = []
    for part in _with_parents(parts, title):
        words = _words(part.text)
        if merged and merged[-1].words < MIN_WORDS:
            merged[-1].take(part, part.text, words)
        elif merged and words < MIN_WORDS:
            text = f"{part.heading}: {part.text}"
            merged[-1].take(merged[-1].section, text, _words(text))
        else:
            merged.append(_Growing(part, [part.text], words))
    return [grown.section._replace(text="\n\n".join(grown.texts)) for grown in merged]


@dataclass(slots=True)
class _Growing:
    """A section to which others may still go; put together once, however many they are."""

    section: Section
    texts: list[str]
    words: int

    def take(self, section: Section, text: str, words: int) -> None:
        self.section = section
        self.texts.append(text)
        self.words += words


def _with_parents(parts: Iterable[Section], title: str) -> Iterator[Section]:
    """A subsection is headed by its parents' headings too, because it is read under them."""
    above: list[Section] = []
    for part in parts:
        above = [parent for parent in above if parent.level < part.level]
        if part.text:
            headings = [parent.heading for parent in above if parent.level > 1] + [part.heading]
            yield part._replace(heading=_path(list(filter(None, headings))) or title)
        above.append(part)


def _path(headings: list[str]) -> str:
    """The headings in one line, without the outermost ones where it would be too long."""
    while len(headings) > 1 and sum(map(len, headings)) > MAX_PATH:
        del headings[0]
    return " / ".join(headings)


def split_text(text: str) -> list[str]:
    """A section in pieces of at most `MAX_WORDS` words, cut between paragraphs, else sentences, else words."""
    if len(text) <= MAX_CHARACTERS and _words(text) <= MAX_WORDS:
        return [text]
    pieces: list[tuple[Span, int]] = []
    for unit in _units(text):
        words = _words(text[unit.start : unit.end])
        if pieces and _fits(last := pieces[-1], unit, words):
            pieces[-1] = Span(last[0].start, unit.end), last[1] + words
        else:
            pieces.append((unit, words))
    return [text[piece.start : piece.end] for piece, _ in pieces]


def _fits(piece: tuple[Span, int], unit: Span, words: int) -> bool:
    """Whether a piece with that many words may grow to the end of the unit."""
    span, counted = piece
    return counted + words <= SPLIT_WORDS and unit.end - span.start <= MAX_CHARACTERS


def _units(text: str) -> Iterator[Span]:
    """The smallest pieces to cut at: paragraphs, in long ones sentences, in endless ones runs of words."""
    for start, end in _paragraphs(text):
        paragraph = text[start:end]
        if len(paragraph) <= MAX_CHARACTERS and _words(paragraph) <= SPLIT_WORDS:
            yield Span(start, end)
            continue
        for sentence in sentence_spans(paragraph):
            for run in _RUN.finditer(paragraph, sentence.start, sentence.end):
                yield from _cut(start + run.start(), start + run.end())


_RUN = re.compile(rf"\S+(?:\s+\S+){{0,{SPLIT_WORDS - 1}}}")
_BLANKS = re.compile(r"\s*")


def _paragraphs(text: str) -> Iterator[Span]:
    """From its first word to the next empty line."""
    end = 0
    while blanks := _BLANKS.match(text, end):
        start = blanks.end()
        if start == len(text):
            return
        end = text.find("\n\n", start)
        end = len(text) if end < 0 else end
        yield Span(start, end)


def _cut(start: int, end: int) -> Iterator[Span]:
    for position in range(start, end, MAX_CHARACTERS):
        yield Span(position, min(position + MAX_CHARACTERS, end))


def _words(text: str) -> int:
    return len(text.split())
