"""Reads PDF files, each in a process of its own, and cuts them at their pages: a citation says "Page 12".

Knows the child process and what its answers mean. What a PDF looks like inside knows only `rag.retrieval.pdf_worker`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from rag.retrieval.chunking import MIN_WORDS
from rag.retrieval.documents import Document, UnreadableDocument, clean
from rag.retrieval.markdown import Section
from rag.retrieval.pdf_worker import MAX_CHARACTERS, MAX_PAGES, Problem

TIME_LIMIT_S = 20.0
"""For one file. A text page takes some 10 ms, so that a thousand of them fit."""
WORKER = (sys.executable, "-m", "rag.retrieval.pdf_worker")

_ROOT = Path(__file__).resolve().parent.parent.parent
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What an interpreter may need to start. Nothing else of our environment, keys above all, is for that process."""
_PRINT_ANEW = "open it in a viewer and print it to a new PDF"
_SAID: dict[str, str] = {
    Problem.NOT_PDF: "is not a PDF, whatever its name says; give it the ending of what it is",
    Problem.ENCRYPTED: "is encrypted; save a copy without password and restrictions",
    Problem.BROKEN: f"is broken or cut off; get it again, or {_PRINT_ANEW}",
    Problem.PAGES: f"has more than {MAX_PAGES:,} pages; split it",
    Problem.CHARACTERS: f"unpacks to more than {MAX_CHARACTERS:,} characters; split it",
    Problem.MEMORY: f"unpacks to more than can be read; split it, or {_PRINT_ANEW}",
}
_LIST_ITEM = re.compile(r"[-*+•–‣▪] |\(?[0-9]{1,3}[.)] ")
_BROKEN_WORD = re.compile(r"\b([^\W\d_]+)-\n([^\W\d_]+)")
_SHORT_LINE = 0.7
"""A line under this share of the page's usual width ends its paragraph, if a capital or a digit comes after it."""


def read_pdf(data: bytes, *, worker: Sequence[str] = WORKER, time_limit_s: float = TIME_LIMIT_S) -> Document:
    """The pages of a PDF as sections called "Page 1", "Page 2"; blocks for as long as that takes.

    The title is left empty: what PDF files say of it is mostly the name of a template. `worker` is the command of the
    child process. Raises `UnreadableDocument`: encrypted, broken, no PDF, no text, over a limit, or over the time.
    """
    pages = _pages(_run(data, worker, time_limit_s))
    words = frozenset(re.findall(r"\w+", "\n".join(pages).lower()))
    texts = [_readable(page, words) for page in pages]
    if not any(texts):
        raise UnreadableDocument("holds no text, only pictures of it perhaps; run text recognition (OCR) over it")
    return Document("", tuple(_sections(texts)))


def _run(data: bytes, worker: Sequence[str], time_limit_s: float) -> bytes:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(
            worker,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableDocument(f"took over {time_limit_s:g} s to read; split it, or {_PRINT_ANEW}") from error
    except OSError as error:
        raise UnreadableDocument("cannot be read: no process could be started for it; leave it out") from error
    return done.stdout if done.returncode == 0 else b""


def _pages(answer: bytes) -> list[str]:
    """What the child said. One that died said nothing, or half of it: something in the file was too much for it."""
    try:
        said = json.loads(answer)
        if problem := said.get("problem"):
            raise UnreadableDocument(_SAID[problem])
        return [str(page) for page in said["pages"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadableDocument):
            raise
        raise UnreadableDocument(_SAID[Problem.BROKEN]) from error


def _sections(pages: Sequence[str]) -> list[Section]:
    """A page with hardly any words goes to the next one, and the last one to that before it; the heading names both."""
    sections: list[Section] = []
    first, pending = 1, list[str]()
    for number, text in enumerate(pages, start=1):
        pending += [text] if text else []
        if sum(len(part.split()) for part in pending) >= MIN_WORDS:
            sections.append(_section(first, number, pending))
            pending = []
        if not pending:
            first = number + 1
    if pending and sections:
        last = sections.pop()
        start = int(last.heading.split()[1])
        return [*sections, _section(start, len(pages), [last.text, *pending])]
    return [*sections, _section(first, len(pages), pending)] if pending else sections


def _section(first: int, last: int, texts: Sequence[str]) -> Section:
    heading = f"Page {first}" if first == last else f"Pages {first} to {last}"
    return Section(2, heading, "\n\n".join(texts))


def _readable(page: str, words: Collection[str]) -> str:
    """The lines of a page as paragraphs; a word cut at the end of a line is whole again."""
    lines = [" ".join(line.split()) for line in clean(page).split("\n")]
    lengths = sorted(len(line) for line in lines if line) or [0]
    width = lengths[len(lengths) * 9 // 10 - 1]
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if not line or (paragraphs[-1] and _begins_paragraph(line, paragraphs[-1][-1], width)):
            paragraphs.append([])
        paragraphs[-1] += [line] if line else []
    return "\n\n".join(_joined(paragraph, words) for paragraph in paragraphs if paragraph)


def _begins_paragraph(line: str, before: str, width: int) -> bool:
    if _LIST_ITEM.match(line):
        return True
    return len(before) < _SHORT_LINE * width and not line[0].islower() and not before.endswith((",", "-"))


def _joined(lines: Sequence[str], words: Collection[str]) -> str:
    """A hyphen at the end of a line stays in `debt-to-income` and goes if the document has the word in one piece."""

    def whole(cut: re.Match[str]) -> str:
        joined = cut[1] + cut[2]
        return joined if joined.lower() in words else f"{cut[1]}-{cut[2]}"

    return _BROKEN_WORD.sub(whole, "\n".join(lines)).replace("\n", " ")
