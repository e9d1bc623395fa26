"""A large library's index as it grows, in the terminal: one line that is written over, none for what is soon done.

Knows counts and a text stream. Knows nothing of documents, and tells nothing where nobody looks.
"""

from __future__ import annotations

from typing import TextIO

from rag.retrieval.scorers import SPARSE_ABOVE


class IndexProgress:
    """`Progress` of an index on `out`: silent for a small library, and where `out` is a file or a pipe."""

    def __init__(self, out: TextIO, *, told_above: int = SPARSE_ABOVE) -> None:
        self._out = out
        self._told_above = told_above

    def __call__(self, done: int, total: int) -> None:
        """So many passages of so many have been read; the last call ends the line."""
        if total <= self._told_above or not self._out.isatty():
            return
        end = "\n" if done >= total else ""
        self._out.write(f"\rReading the library: {done:,} of {total:,} passages{end}")
        self._out.flush()
