"""Sections of a readable size: the length that a passage may have, to be found, cited and read beside an answer.

Knows sections of text. Knows nothing of documents, ids and search.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.retrieval.markdown import Section
from rag.retrieval.sentences import sentence_spans
from rag.values import Span

MAX_WORDS = 250
"""A longer section is split: what is cited must be short enough to be read beside the answer."""
SPLIT_WORDS = 150
"""Size to which the parts of a split section are filled up: that of a usual section."""
MIN_WORDS = 15
"""A shorter section goes to its neighbour: alone it would win every search that names its few words."""


def readable_sections(parts: Iterable[Section], title: str) -> list[Section]:
    """Sections with words in them, none of them tiny; text without a heading stands under `title`.

    What is too short goes to the section before it, a short beginning to the one behind it.
    """
    merged: list[Section] = []
    for part in _with_parents(parts, title):
        if merged and _words(merged[-1].text) < MIN_WORDS:
            merged[-1] = part._replace(text=f"{merged[-1].text}\n\n{part.text}")
        elif merged and _words(part.text) < MIN_WORDS:
            merged[-1] = merged[-1]._replace(text=f"{merged[-1].text}\n\n{part.heading}: {part.text}")
        else:
            merged.append(part)
    return merged


def _with_parents(parts: Iterable[Section], title: str) -> Iterator[Section]:
    """A subsection is headed by its parents' headings too, because it is read under them."""
    above: list[Section] = []
    for part in parts:
        above = [parent for parent in above if parent.level < part.level]
        if part.text:
            headings = [parent.heading for parent in above if parent.level > 1] + [part.heading]
            yield part._replace(heading=" / ".join(filter(None, headings)) or title)
        above.append(part)


def split_text(text: str) -> list[str]:
    """A section in pieces of at most `MAX_WORDS` words, cut between paragraphs, else sentences, else words."""
    if _words(text) <= MAX_WORDS:
        return [text]
    pieces: list[Span] = []
    for unit in _units(text):
        if pieces and _words(text[pieces[-1].start : unit.end]) <= SPLIT_WORDS:
            pieces[-1] = Span(pieces[-1].start, unit.end)
        else:
            pieces.append(unit)
    return [text[piece.start : piece.end] for piece in pieces]


def _units(text: str) -> Iterator[Span]:
    """The smallest pieces to cut at: paragraphs, in long ones sentences, in endless ones runs of words."""
    for paragraph in re.finditer(r"\S(?:.|\n(?!\n))*", text):
        if _words(paragraph[0]) <= SPLIT_WORDS:
            yield Span(*paragraph.span())
            continue
        for sentence in sentence_spans(paragraph[0]):
            words = re.finditer(rf"\S+(?:\s+\S+){{0,{SPLIT_WORDS - 1}}}", paragraph[0][sentence.start : sentence.end])
            offset = paragraph.start() + sentence.start
            yield from (Span(offset + run.start(), offset + run.end()) for run in words)


def _words(text: str) -> int:
    return len(text.split())
