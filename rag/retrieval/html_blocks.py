"""The visible text of an HTML page, tag by tag, put together as sections of readable blocks.

Knows tags and text. Knows nothing of parsing, and does not ask what is hidden. The form of the text is that which
`rag.retrieval.markdown` gives: paragraphs between empty lines, list items and table rows on lines of their own, and a
row as a sentence that stands alone.
"""

from __future__ import annotations

import re
from typing import Literal

from rag.retrieval.documents import clean
from rag.retrieval.html_elements import BLOCKS, HEADINGS
from rag.retrieval.markdown import Section

_MAX_HEADING = 200
"""Characters; a longer heading is a paragraph that somebody wanted large, or a heading that was never closed."""
_MAX_COLUMN_NAME = 100
"""Characters; a longer one is not said again in every row."""
_WITHIN_HEADINGS = frozenset({"div", "header", "hgroup"})
_SPACE = re.compile(r"\s+")
_GAP = re.compile(r"\n{2,}")

Kind = Literal["text", "item", "row"]


class Blocks:
    """Sections grow here. Call `start`, `text` and `end` in the order of the page, then `finish`."""

    def __init__(self) -> None:
        self._sections: list[Section] = []
        self._level = 0
        self._heading = ""
        self._blocks: list[tuple[Kind, str]] = []
        self._inline: list[str] = []
        self._kind: Kind = "text"
        self._marker = ""
        self._open_heading = 0
        self._preformatted = 0
        self._lists: list[int | None] = []
        self._table = _Table()

    def text(self, text: str) -> None:
        """Text between two tags, entities decoded."""
        self._inline.append(text if self._preformatted else _SPACE.sub(" ", text))

    def start(self, tag: str) -> None:
        """A start tag that can be seen."""
        if tag in HEADINGS:
            self._end_heading()
            self._end_row()
            self._open_heading = int(tag[1])
        elif tag == "br":
            self._inline.append("\n")
        elif tag in ("td", "th", "tr", "table"):
            self._start_of_table(tag)
        elif tag in BLOCKS:
            self._break(tag)
            self._start_of_block(tag)

    def end(self, tag: str) -> None:
        """An end tag that can be seen."""
        if tag in HEADINGS:
            self._end_heading()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._end_table()
        elif tag in BLOCKS:
            self._break(tag)
            self._end_of_block(tag)

    def finish(self) -> tuple[Section, ...]:
        """All sections of the page, also those that are only a heading."""
        self._end_heading()
        self._end_row()
        self._end_table()
        self._end_section()
        return tuple(section for section in self._sections if section.heading or section.text)

    def _start_of_block(self, tag: str) -> None:
        if tag in ("ul", "ol", "menu"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li" and not self._table.in_row:
            self._kind, self._marker = "item", self._next_marker()
        elif tag == "pre":
            self._preformatted += 1

    def _end_of_block(self, tag: str) -> None:
        if tag == "pre" and self._preformatted:
            self._preformatted -= 1
        elif tag in ("ul", "ol", "menu") and self._lists:
            self._lists.pop()
        if tag in ("ul", "ol", "menu", "li"):  # an item without text leaves its marker to nobody
            self._kind, self._marker = "text", ""

    def _next_marker(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number + 1}. "

    def _start_of_table(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
            if not self._table.in_row:
                self._end_block()
            self._table.start_cell(is_heading=tag == "th")
        else:
            self._end_row()
            if tag == "table":
                self._end_table()

    def _break(self, tag: str) -> None:
        """A block begins or ends; within a heading or a cell that is no more than a space."""
        if self._open_heading and tag not in _WITHIN_HEADINGS:  # its end tag was forgotten
            self._end_heading()
        if self._open_heading or self._table.in_row:
            self._inline.append("\n" if tag == "li" else " ")
        else:
            self._end_block()

    def _end_block(self) -> None:
        text = _GAP.sub("\n\n", "\n".join(self._take_lines())).strip("\n")
        if text:
            self._add(self._kind, self._marker + text)
        if text or not self._marker:
            self._kind, self._marker = "text", ""

    def _end_heading(self) -> None:
        if not self._open_heading:
            self._end_row()
            return
        level, self._open_heading = self._open_heading, 0
        heading = " ".join(filter(None, self._take_lines()))
        self._end_table()
        self._end_section()
        self._level = level
        if len(heading) <= _MAX_HEADING:
            self._heading = heading
        else:
            self._add("text", heading)

    def _end_cell(self) -> None:
        if self._table.in_cell:
            self._table.end_cell(", ".join(filter(None, self._take_lines())))

    def _end_row(self) -> None:
        if self._open_heading:
            self._end_heading()
        if not self._table.in_row:
            self._end_block()
            return
        self._end_cell()
        self._add_rows(self._table.end_row())

    def _end_table(self) -> None:
        self._add_rows(self._table.end())

    def _add_rows(self, rows: list[str]) -> None:
        for row in rows:
            self._add("row", row)

    def _add(self, kind: Kind, text: str) -> None:
        self._blocks.append((kind, text))

    def _take_lines(self) -> list[str]:
        lines = clean("".join(self._inline)).split("\n")
        self._inline.clear()
        return [" ".join(line.split()) for line in lines]

    def _end_section(self) -> None:
        text: list[str] = []
        before: Kind = "text"
        for kind, block in self._blocks:
            text += ["" if not text else "\n" if kind == before != "text" else "\n\n", block]
            before = kind
        self._sections.append(Section(self._level, self._heading, "".join(text)))
        self._heading = ""
        self._blocks.clear()


class _Table:
    """Rows of the table that is being read; a table inside a cell takes its place."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._unsaid: list[str] = []
        self._row: list[str] | None = None
        self._only_headings = True
        self.in_cell = False

    @property
    def in_row(self) -> bool:
        return self._row is not None

    def start_cell(self, *, is_heading: bool) -> None:
        if self._row is None:
            self._row, self._only_headings = [], True
        self._only_headings &= is_heading
        self.in_cell = True

    def end_cell(self, text: str) -> None:
        if self._row is not None:
            self._row.append(text)
        self.in_cell = False

    def end_row(self) -> list[str]:
        """The row as a sentence, named by the columns' headings; nothing yet for a row that is those headings."""
        row, self._row = self._row or [], None
        if self._only_headings and len(row) > 1:
            unused = self.end()
            self._unsaid = row
            self._names = [name if len(name) <= _MAX_COLUMN_NAME else "" for name in row]
            return unused
        names = self._names if len(self._names) == len(row) else [""] * len(row)
        cells = [(name, cell) for name, cell in zip(names, row, strict=True) if cell]
        said = {name for name, _ in cells}
        self._unsaid = [name for name in self._unsaid if name not in said]
        return _sentence([f"{name}: {cell}" if name else cell for name, cell in cells])

    def end(self) -> list[str]:
        """The headings that no row has said, so that they are not lost; the next table begins without any."""
        unsaid = _sentence(list(filter(None, self._unsaid)))
        self._names, self._unsaid = [], []
        return unsaid


def _sentence(cells: list[str]) -> list[str]:
    text = "; ".join(cells)
    return [text if text.endswith((".", "!", "?")) else f"{text}."] if text else []
