"""Questions that the passages of a library answer, and questions that they leave open, written when it was indexed.

Knows the file that holds them. Knows neither who wrote them, nor search, nor scores.

A passage says `gift funds need a letter from the donor`; a reader asks whether her aunt may chip in. To search the
passage together with questions that it answers is the document expansion of Nogueira and Lin (2019, doc2query).
A language model or a person writes them once, before anybody asks; at run time it costs nothing but their words.
What a passage leaves open is written down beside it: see `rag.retrieval.known_questions`.
Both are only ever searched or compared: no draft, no citation and no check sees them, so no answer can rest on them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.errors import ConfigurationError
from rag.values import Passage

FILE_NAME = "passage_questions.jsonl"
"""In the folder of a library, beside its documents; a library without it is searched by its own words alone."""
MAX_QUESTIONS = 40
"""Of one passage: beyond, they would outweigh its text."""
MAX_LEFT_OPEN = 100
"""Of one passage: compared and not searched, so they outweigh nothing; but each one costs time."""
MAX_CHARACTERS = 400
"""Of one question: the longest of the sample library has half of that, story included; what is longer is cut."""


class PassageQuestions(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passage_id: str
    questions: tuple[str, ...] = Field(max_length=MAX_QUESTIONS)
    """Those that it answers."""
    open: tuple[str, ...] = Field(default=(), max_length=MAX_LEFT_OPEN)
    """Those that it leaves open, and every other passage of the library, too."""

    @model_validator(mode="after")
    def _compared(self) -> Self:
        if self.open and not self.questions:
            raise ValueError("open questions need answered ones beside them, for the two are compared")
        return self


def with_questions(passages: Iterable[Passage], folder: Path) -> list[Passage]:
    """The passages with the questions that the folder has for them; as they are if it has none.

    Raises `ConfigurationError` that names the line and the fix, also for a passage that does not exist: its questions
    would be lost in silence when a heading is renamed.
    """
    asked = _read(folder / FILE_NAME)
    found = [_with(passage, asked.pop(passage.passage_id, None)) for passage in passages]
    if asked:
        raise ConfigurationError(
            f"{FILE_NAME}: there is no passage {next(iter(asked))!r}; its heading or document was renamed or removed, "
            "so change its line, take it out, or let `python app.py questions` do so."
        )
    return found


def _with(passage: Passage, row: PassageQuestions | None) -> Passage:
    if row is None:
        return passage
    return passage.model_copy(update={"questions": row.questions, "open_questions": row.open})


def _read(path: Path) -> dict[str, PassageQuestions]:
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # splitlines would also cut at U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{FILE_NAME}: cannot be read as UTF-8 text.") from error
    found: dict[str, PassageQuestions] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _parse(line, number)
            if row.passage_id in found:
                raise ConfigurationError(
                    f"{FILE_NAME}: line {number}: {row.passage_id!r} has a line already; put their questions into one."
                )
            found[row.passage_id] = row
    return found


def _parse(line: str, number: int) -> PassageQuestions:
    try:
        row = PassageQuestions.model_validate_json(line)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the line"
        raise ConfigurationError(
            f"{FILE_NAME}: line {number}: {where}: {error.errors()[0]['msg']}; a line is "
            '{"passage_id": "...", "questions": ["...", ...], "open": ["...", ...]}, the last part optional.'
        ) from error
    return row.model_copy(update={"questions": _clean(row.questions), "open": _clean(row.open)})


def _clean(questions: Iterable[str]) -> tuple[str, ...]:
    """Each on one line, for a blank line would make two of it."""
    lines = (" ".join(question.split())[:MAX_CHARACTERS] for question in questions)
    return tuple(filter(None, lines))


def read_questions(folder: Path) -> dict[str, PassageQuestions]:
    """The lines of the folder's file by passage id, whether or not such passages exist; empty without a file.

    Raises `ConfigurationError` that names the line and the fix.
    """
    return _read(folder / FILE_NAME)


def store_questions(folder: Path, rows: Iterable[PassageQuestions]) -> None:
    """Make the file of the folder say this, in this order: all of it, or as before if interrupted.

    Raises `ConfigurationError` if the folder cannot be written to.
    """
    text = "".join(f"{row.model_dump_json()}\n" for row in rows)
    draft = folder / f".{FILE_NAME}.part"
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, folder / FILE_NAME)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise ConfigurationError(f"{FILE_NAME}: cannot be written; check the permissions of its folder.") from error
