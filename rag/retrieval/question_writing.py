"""Has the questions of a whole library written, a few passages at a time, into the file beside its documents.

Knows passages, the file, and that somebody writes questions. Knows no prompt, no vendor and no screen.

A library is large and a model is slow and paid for: so what is written is kept every few passages, in a file that is
replaced as a whole; a passage that has its line is not asked about again; one to which the model has no usable answer
is left out and named. Only what concerns every passage (no credentials, a service that stays away) ends the work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationLength,
    GenerationMalformed,
    leading_cause,
)
from rag.retrieval.passage_questions import PassageQuestions, read_questions, store_questions
from rag.values import Passage

AT_ONCE = 4
"""Passages asked about side by side: a few times faster than one by one, and no flood for a server of one's own."""
KEPT_EVERY = 5
"""Passages after which the file is written; in a large library a fiftieth of it, as each time all of it is written."""
OF_ONE_PASSAGE = (ContentFiltered, GenerationCut, GenerationLength, GenerationMalformed)
"""Failures that say nothing of the next passage."""


class Written(NamedTuple):
    """The questions of one passage, perhaps none, and what they cost in tokens, as far as the provider says."""

    questions: tuple[str, ...]
    """Those that it answers."""
    left_open: tuple[str, ...] = ()
    """Those that sound as if it did."""
    prompt_tokens: int = 0
    answer_tokens: int = 0


class QuestionWriter(Protocol):
    """Writes questions that a passage answers, and questions that it leaves open."""

    async def write(self, passage: Passage, *, at_most: int) -> Written:
        """Raises a `GenerationError`; one of `OF_ONE_PASSAGE` if others may fare better."""
        ...


@dataclass
class Tally:
    """How far the work is."""

    passages: int
    """In the library."""
    to_ask: int
    """Those that this call is about."""
    asked: int = 0
    """Of them, those that are done, well or not."""
    written: int = 0
    """Questions that this call has added, to those that are answered ..."""
    written_open: int = 0
    """... and to those that are left open."""
    with_questions: int = 0
    """Passages of the library that have at least one question now."""
    questions: int = 0
    """In the file now: answered ..."""
    left_open: int = 0
    """... and left open."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Passage ids without a usable answer, and why; a line from before stays."""
    dropped: tuple[str, ...] = ()
    """Ids in the file that are no passage's any more."""
    prompt_tokens: int = 0
    answer_tokens: int = 0


Told = Callable[[Tally], None]


class QuestionWork:
    """The questions of one library: what is there, what is to be written, and the writing of it."""

    def __init__(self, folder: Path, passages: Sequence[Passage], *, again: bool = False) -> None:
        """`again` asks about passages too that have a line; it is replaced when there is a new one.

        Raises `ConfigurationError` for a file that cannot be read.
        """
        self._folder = folder
        self._places = [passage.passage_id for passage in passages]
        known = read_questions(folder)
        self._rows = {name: known[name] for name in self._places if name in known}
        todo = [passage for passage in passages if again or passage.passage_id not in self._rows]
        self._todo: Iterator[Passage] = iter(todo)
        self._unkept = 0
        self.tally = Tally(len(passages), len(todo), dropped=tuple(name for name in known if name not in self._rows))
        self._count()

    async def run(self, writer: QuestionWriter, told: Told, *, per_passage: int, at_once: int = AT_ONCE) -> Tally:
        """Ask about every passage that is left, and tell of each; what came of it is kept however this ends.

        Raises a `GenerationError` that concerns every passage, and `ConfigurationError` if the file cannot be written,
        before anything is asked.
        """
        self._keep()
        told(self.tally)
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(at_once):
                    workers.create_task(self._work(writer, told, per_passage))
        except BaseExceptionGroup as group:
            raise leading_cause(group) from None
        finally:  # an interruption too: what was paid for is not thrown away
            if self._unkept:
                self._keep()
        return self.tally

    async def _work(self, writer: QuestionWriter, told: Told, per_passage: int) -> None:
        for passage in self._todo:  # shared with the other workers: each takes the next
            await self._ask(writer, passage, per_passage)
            self.tally.asked += 1
            if self._unkept >= max(KEPT_EVERY, len(self._places) // 50):
                self._keep()
            told(self.tally)

    async def _ask(self, writer: QuestionWriter, passage: Passage, per_passage: int) -> None:
        try:
            written = await writer.write(passage, at_most=per_passage)
        except OF_ONE_PASSAGE as error:
            self.tally.left_out[passage.passage_id] = str(error)
            return
        self._rows[passage.passage_id] = PassageQuestions(
            passage_id=passage.passage_id, questions=written.questions, open=written.left_open
        )
        self._unkept += 1
        self.tally.written += len(written.questions)
        self.tally.written_open += len(written.left_open)
        self.tally.prompt_tokens += written.prompt_tokens
        self.tally.answer_tokens += written.answer_tokens

    def _keep(self) -> None:
        """In the order of the library, so that the file reads like it and changes little from time to time."""
        store_questions(self._folder, (self._rows[name] for name in self._places if name in self._rows))
        self._unkept = 0
        self._count()

    def _count(self) -> None:
        rows = self._rows.values()
        self.tally.with_questions = sum(1 for row in rows if row.questions)
        self.tally.questions = sum(len(row.questions) for row in rows)
        self.tally.left_open = sum(len(row.open) for row in rows)
