"""What a reader of a foreign file format gives: a title and sections of plain text, or why it cannot.

Knows no format, no files and no passages. The text of such files is nobody's markup: it is only ever shown escaped.
"""

from __future__ import annotations

from typing import NamedTuple

from rag.retrieval.markdown import Section

_DROPPED = (
    [*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)]  # control characters
    + [0x00AD, 0x200B, 0x2060, 0xFEFF]  # soft hyphens and zero widths: a word that has one inside is never found
    + [0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # these turn the text around them about
    + [*range(0xD800, 0xE000)]  # halves of characters, which no encoding can send on
)
_LINE_BREAKS = (0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_CLEAN = dict.fromkeys(_DROPPED) | dict.fromkeys(_LINE_BREAKS, "\n") | _LIGATURES


class Document(NamedTuple):
    """A document of which only the text is left."""

    title: str
    """Empty if the file does not say."""
    sections: tuple[Section, ...]


class UnreadableDocument(ValueError):
    """The message says what is wrong with the file and what to do; without the file's name, without a full stop."""


def clean(text: str) -> str:
    """Without control characters and other invisible signs; ligatures as letters, every line break as `\\n`.

    Nothing else is normalised: `½` and `²` are not the digits that compatibility forms make of them.
    """
    return text.translate(_CLEAN)
