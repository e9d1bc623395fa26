"""Reads Markdown and plain text: front matter, headings, and blocks as plain readable text.

Knows nothing of files, documents or passages. Only as much Markdown as a policy library uses: headings, paragraphs,
lists, tables, emphasis, links. Nothing is rendered, and raw HTML stays what it is: text.

Whatever a file holds is read in time and memory that grow no faster than its length. So no pattern may look further
than the next sign of its own kind, and nothing that is repeated (a heading, a column's name) may be long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_FENCE = "---"
_FIELD = re.compile(r"(?P<key>[A-Za-z][\w-]*)\s*:(?:\s+(?P<value>.*))?$")
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)?")
_CLOSING_HASHES = re.compile(r"(?:^|(?<=\s))#+$")
_LIST_ITEM = re.compile(r"\s*(?:[-*+•]|[0-9]{1,3}[.)])\s")
_TABLE_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)*\|?")
_DECORATION = re.compile(r"\s*(?:```.*|(?:[-*_=]\s*){3,})")
"""Code fences, horizontal rules and underlines."""
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_INLINE = (
    (_LINK, r"\1"),
    (_LINK, r"\1"),  # again, for what stood around a picture: [![build](badge.svg)](status)
    (re.compile(r"\[\^[^\[\]\s]+\]:?"), ""),
    (re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).){1,1000})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)
MAX_HEADING = 200
"""Characters; a longer heading is a paragraph that somebody wanted large."""
_MAX_COLUMN_NAME = 100
"""Characters; a longer one is not said again in every row."""


class Section(NamedTuple):
    """A heading and the text under it, up to the next heading."""

    level: int
    """1 to 6, or 0 for text before the first heading."""
    heading: str
    text: str


class FrontMatterError(ValueError):
    """The front matter cannot be read; the message says in which line and what to do."""


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines between two `---` lines at the top, and the rest; empty if the text begins otherwise."""
    lines = text.split("\n")
    if lines[0].strip() != _FENCE:
        return {}, text
    closing = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if closing is None:
        raise FrontMatterError("the front matter is not closed; put a line `---` after its last field")
    return dict(_fields(lines[1:closing])), "\n".join(lines[closing + 1 :])


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(lines, start=2):
        if not line.strip() or line.startswith(("#", " ", "\t", "-")):
            continue  # blank, comment, or part of a list or block that another tool put there
        field = _FIELD.match(line)
        if field is None:
            raise FrontMatterError(f"line {number} of the front matter is not `key: value`")
        yield field["key"].lower(), (field["value"] or "").strip().strip("\"'")


def sections(text: str) -> list[Section]:
    """The text cut at its headings, each part as plain text; a heading without text is kept for what is under it."""
    found: list[Section] = []
    level, heading, lines, fenced = 0, "", list[str](), False
    for line in text.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        mark = None if fenced else _heading(line)
        if mark is None:
            lines.append(line)
            continue
        found.append(Section(level, heading, plain_text(lines)))
        level, heading, lines = *mark, []
    found.append(Section(level, heading, plain_text(lines)))
    return [section for section in found if section.heading or section.text]


def _heading(line: str) -> tuple[int, str] | None:
    """Level and text of a heading; None for any other line."""
    mark = _HEADING.match(line)
    if mark is None:
        return None
    heading = _inline(_CLOSING_HASHES.sub("", (mark[2] or "").rstrip()).rstrip())
    return (len(mark[1]), heading) if len(heading) <= MAX_HEADING else None


def plain_text(lines: Sequence[str]) -> str:
    """Paragraphs on one line each, list items and table rows on lines of their own, an empty line between blocks."""
    blocks = re.split(r"\n[^\S\n]*\n", _inline("\n".join(lines)))
    return "\n\n".join(text for block in blocks if (text := _block(block.strip("\n"))))


def _inline(text: str) -> str:
    text = _without_comments(text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def _without_comments(text: str) -> str:
    """A comment that is never closed is text."""
    kept: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[position:start])
        position = end + 3
    return "".join([*kept, text[position:]])


def _block(block: str) -> str:
    lines = [line for line in block.split("\n") if line.strip() and not _DECORATION.fullmatch(line)]
    if len(lines) > 1 and "|" in lines[0] and _TABLE_RULE.fullmatch(lines[1].strip()):
        return "\n".join(_table_rows(lines))
    joined: list[list[str]] = []
    for line in lines:
        if not joined or _LIST_ITEM.match(line):
            joined.append([])
        joined[-1].append(line.strip())
    return "\n".join(map(" ".join, joined))


def _table_rows(lines: Sequence[str]) -> Iterator[str]:
    """Each row as a sentence that stands alone: `Factors: two; Front-end: 40 %; Back-end: 50 %.`"""
    names = _cells(lines[0])
    header = [name if len(name) <= _MAX_COLUMN_NAME else "" for name in names]
    if once := [name for name in names if name not in header]:
        yield "; ".join(once) + "."
    for line in lines[2:]:
        named = [f"{name}: {cell}" if name else cell for name, cell in zip(header, _cells(line), strict=False) if cell]
        yield "; ".join(named) + "."


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
