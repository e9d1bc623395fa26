"""The writing of a library's questions in the terminal: one line that is written over, then what came of it.

Knows counts, names and a text stream. Knows neither the model nor the file format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from rag.retrieval.corpus import load_passages
from rag.retrieval.passage_questions import FILE_NAME
from rag.retrieval.question_writing import QuestionWork, QuestionWriter, Tally
from ui.terminal import EXIT_ANSWERED, EXIT_FALLBACK, clean

MAX_NAMED = 20
"""Passages that are named of those that were left out, or whose lines were dropped; the rest is a number."""


async def print_questions(
    folder: Path, writer: QuestionWriter, out: TextIO, per_passage: int, *, again: bool = False
) -> int:
    """Write up to `per_passage` questions for the passages that have none, `again` for all; returns the exit code.

    0 if every passage was dealt with, 3 if some were left out. Raises what `load_passages` and `QuestionWork` raise.
    """
    work = QuestionWork(folder, load_passages(folder), again=again)
    printer = QuestionPrinter(out, folder / FILE_NAME)
    try:
        printer.end(await work.run(writer, printer.tell, per_passage=per_passage))
    except BaseException:  # an interruption too: whoever made it wants to know what is left of the work
        printer.stop(work.tally)
        raise
    return EXIT_FALLBACK if work.tally.left_out else EXIT_ANSWERED


class QuestionPrinter:
    """Prints how far the work is, where somebody looks, and how it ended, everywhere."""

    def __init__(self, out: TextIO, path: Path) -> None:
        self._out = out
        self._path = path
        self._line_chars = 0

    def tell(self, tally: Tally) -> None:
        """Write the line of progress over the one before; nothing where `out` is a file or a pipe."""
        if not tally.asked:
            self._print("Dropped, as there is no such passage any more", tally.dropped)
        if self._out.isatty():
            line = f"Asking: {tally.asked:,} of {tally.to_ask:,} passages, {_count(tally.written, 'question')}"
            line += f", {len(tally.left_out):,} left out" if tally.left_out else ""
            self._out.write(f"\r{line:<{self._line_chars}}")
            self._out.flush()
            self._line_chars = len(line)

    def end(self, tally: Tally) -> None:
        """Print what came of it."""
        self._end_line()
        self._print("Left out", [f"{name}: {why}" for name, why in tally.left_out.items()])
        for line in _summary(tally):
            self._out.write(line + "\n")
        self._out.write(f"In {clean(str(self._path))}\n")

    def stop(self, tally: Tally) -> None:
        """Print what is kept of work that did not come to its end; nothing if it did not begin."""
        self._end_line()
        if tally.asked:
            self._out.write(f"Stopped after {tally.asked:,} of {tally.to_ask:,} passages. What they gave is kept in ")
            self._out.write(f"{clean(str(self._path))}; the same command, without --again, goes on from there.\n")

    def _end_line(self) -> None:
        if self._line_chars:
            self._out.write("\n")
            self._line_chars = 0

    def _print(self, title: str, names: Sequence[str]) -> None:
        if names:
            self._out.write(f"{title}:\n" + "".join(f"  {_one_line(name)}\n" for name in names[:MAX_NAMED]))
        if len(names) > MAX_NAMED:
            self._out.write(f"  and {len(names) - MAX_NAMED:,} more\n")


def _summary(tally: Tally) -> Iterator[str]:
    yield f"Asked about {_count(tally.to_ask, 'passage')}. New questions: {_kinds(tally.written, tally.written_open)}."
    one = tally.with_questions == 1
    has = f"{tally.with_questions:,} of {_count(tally.passages, 'passage')} in the library {'has' if one else 'have'}"
    yield f"Now {has} questions: {_kinds(tally.questions, tally.left_open)}."
    if tally.prompt_tokens or tally.answer_tokens:
        yield f"The model read {_count(tally.prompt_tokens, 'token')} and wrote {tally.answer_tokens:,}."


def _kinds(answered: int, left_open: int) -> str:
    return f"{answered:,} answered, {left_open:,} left open"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
