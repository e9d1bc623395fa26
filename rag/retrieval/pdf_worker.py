"""The child process that reads one PDF: the file on standard input, its pages as JSON on standard output.

    python -m rag.retrieval.pdf_worker < handbook.pdf

It limits its own memory and processor time before it looks at the file, and is the only module that knows `pypdf`.
A PDF is a program of sorts: made wrong, or made on purpose, it takes a reader into loops and unpacks to gigabytes. Here
it can only end a process that has nothing to lose. What people are told stands in `rag.retrieval.pdf_documents`.

The answer is `{"pages": [text, ...]}` or `{"problem": code}`, in ASCII, so that whatever a page holds can be sent.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO

MAX_PAGES = 1_000
MAX_CHARACTERS = 10_000_000
"""Of all pages together: some 4,000 full ones. A file of 20 MB can unpack to much more."""
MEMORY_BYTES = 1 << 30
"""Address space of the process; a usual file of 20 MB needs under a third. macOS does not enforce it."""
PROCESSOR_S = 60
"""The parent stops waiting sooner; this ends a loop whose parent is gone."""
_HEADER_WITHIN = 1024
"""Bytes before `%PDF-` that readers put up with."""


class Problem(StrEnum):
    """Why a file was refused."""

    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    PAGES = "pages"
    CHARACTERS = "characters"
    MEMORY = "memory"


class Refused(Exception):
    """The file will not be read; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def limit_resources(memory_bytes: int = MEMORY_BYTES, processor_s: int = PROCESSOR_S) -> None:
    """Bind this process for good: memory, processor time, no file written, no memory dump. No-op without `resource`."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's time limit holds there as well
        return
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: processor_s,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        _, ceiling = resource.getrlimit(kind)
        bound = limit if ceiling == resource.RLIM_INFINITY else min(limit, ceiling)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (ValueError, OSError):  # a system that knows the limit and cannot keep it
            continue


def read_pages(data: bytes) -> list[str]:
    """The text of every page, in order. Raises `Refused`, and whatever else pypdf raises on broken files."""
    from pypdf import PdfReader  # here, so that the parent may import this module without it
    from pypdf.errors import LimitReachedError

    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise Refused(Problem.NOT_PDF)
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise Refused(Problem.ENCRYPTED)
        if len(reader.pages) > MAX_PAGES:
            raise Refused(Problem.PAGES)
        return list(_bounded(page.extract_text() for page in reader.pages))
    except LimitReachedError as error:  # pypdf has limits of its own for what a part of a file may unpack to
        raise Refused(Problem.MEMORY) from error


def _bounded(pages: Iterator[str]) -> Iterator[str]:
    characters = 0
    for page in pages:
        characters += len(page)
        if characters > MAX_CHARACTERS:
            raise Refused(Problem.CHARACTERS)
        yield page


def answer(data: bytes) -> dict[str, object]:
    """What the parent is told about the file."""
    try:
        return {"pages": read_pages(data)}
    except Refused as refused:
        return {"problem": refused.problem}
    except MemoryError:
        return {"problem": Problem.MEMORY}
    except Exception:  # noqa: BLE001 - pypdf warns that broken files may cause any exception
        return {"problem": Problem.BROKEN}


def main() -> None:
    """Read standard input to its end, answer, and end."""
    limit_resources()
    logging.disable()  # pypdf tells of every oddity that it got over
    json.dump(answer(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
