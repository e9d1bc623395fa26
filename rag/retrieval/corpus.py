"""The library: documents in a folder become section-sized passages with stable ids.

Knows files and documents. Knows nothing of search; how Markdown is read stands in `rag.retrieval.markdown`, HTML in
`html_documents`, PDF in `pdf_documents`, and how long a passage may be in `chunking`.
Everything that is wrong with a folder is a `ConfigurationError` that names the file and the fix.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import get_args

from rag.errors import ConfigurationError
from rag.retrieval.chunking import readable_sections, split_text
from rag.retrieval.documents import Document, UnreadableDocument
from rag.retrieval.html_documents import read_html
from rag.retrieval.markdown import MAX_HEADING, FrontMatterError, Section, sections, split_front_matter
from rag.retrieval.passage_questions import with_questions
from rag.retrieval.pdf_documents import TIME_LIMIT_S, read_pdf
from rag.values import Domain, Passage

_FOREIGN: Mapping[str, Callable[[bytes], Document]] = {".html": read_html, ".htm": read_html, ".pdf": read_pdf}
"""Formats that are not our own, and who reads them."""
SUFFIXES = frozenset({".md", ".markdown", ".txt", *_FOREIGN})
_KINDS = ".md, .txt, .html or .pdf"
MAX_FILE_BYTES = 20_000_000
MAX_PASSAGES = 100_000
"""In a library: up to here its search is measured."""
_INDEXES = ("primary", "fallback")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True)
class Corpus:
    """All passages of a library, in reading order, document by document."""

    passages: tuple[Passage, ...]
    _by_id: dict[str, Passage] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {passage.passage_id: passage for passage in self.passages})

    @property
    def all(self) -> tuple[Passage, ...]:
        """Primary and fallback index together."""
        return self.passages

    @cached_property
    def primary(self) -> tuple[Passage, ...]:
        """What is searched first."""
        return tuple(passage for passage in self.passages if passage.index == "primary")

    @cached_property
    def _by_place(self) -> dict[tuple[str, int], Passage]:
        return {(passage.document_id, passage.ordinal): passage for passage in self.passages}

    def get(self, passage_id: str) -> Passage | None:
        """The passage of that id, or None."""
        return self._by_id.get(passage_id)

    def neighbours(self, passage: Passage) -> tuple[Passage, ...]:
        """The passages before and after it in its document; one at an end, none for a lone passage."""
        places = ((passage.document_id, passage.ordinal + step) for step in (-1, 1))
        return tuple(self._by_place[place] for place in places if place in self._by_place)


def load_corpus(folder: Path) -> Corpus:
    """Every document under `folder`, with the questions that its passages are known to answer.

    Raises `ConfigurationError`, as `load_passages` and `with_questions` do.
    """
    return Corpus(tuple(with_questions(load_passages(folder), folder)))


def load_passages(folder: Path) -> list[Passage]:
    """Every document under `folder`, in the order of their paths; hidden files and unknown kinds are left out.

    Raises `ConfigurationError`: no folder, no documents, too many passages, two documents with one id, and whatever
    `read_file` raises. No document is left out in silence: what is missing in a library gives wrong answers.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {folder}; name one that holds {_KINDS} documents.")
    passages: list[Passage] = []
    origin: dict[str, str] = {}
    for path in _documents(folder):
        name = path.relative_to(folder).as_posix()
        found = read_file(name, _read(path, name))
        _claim_id(found[0].document_id, name, origin)
        passages += found
        if len(passages) > MAX_PASSAGES:
            raise ConfigurationError(
                f"{name}: with it the library has more than {MAX_PASSAGES:,} passages; take documents out of {folder}."
            )
    if not passages:
        raise ConfigurationError(f"The folder {folder} holds no documents; put {_KINDS} files into it.")
    return passages


def _claim_id(document_id: str, name: str, origin: dict[str, str]) -> None:
    if origin.setdefault(document_id, name) != name:
        raise ConfigurationError(
            f"{name}: the document id {document_id} is taken by {origin[document_id]}; "
            "rename one of them, or give it another `id` in its front matter."
        )


def _documents(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.is_dir())
    visible = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(visible, key=lambda path: path.relative_to(folder).as_posix())


def _read(path: Path, name: str) -> bytes:
    """At most one byte more than a document may have."""
    try:
        if path.exists() and not path.is_file():
            raise ConfigurationError(f"{name}: is a pipe or a device, not a file; take it out of the folder.")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{name}: cannot be read; check that it exists and its permissions.") from error


def read_file(name: str, data: bytes, *, pdf_time_limit_s: float = TIME_LIMIT_S) -> list[Passage]:
    """The passages of one file, at least one; the ending of `name`, its path in the library, tells its kind.

    A PDF blocks for up to `pdf_time_limit_s`. Raises `ConfigurationError` that names the file and the fix:
    empty, too large, encrypted, broken, not what its name says, not UTF-8, bad front matter.
    """
    if len(data) > MAX_FILE_BYTES:
        raise ConfigurationError(f"{name}: is larger than {MAX_FILE_BYTES // 1_000_000} MB; split it.")
    try:
        reader = _reader_of(name, pdf_time_limit_s)
        if not data.strip():
            raise UnreadableDocument("is empty; write some text into it, or leave it out")
        passages = _read_foreign(name, reader(data)) if reader else read_document(name, data.decode("utf-8-sig"))
        if not passages:
            raise UnreadableDocument("holds no text; write some into it, or leave it out")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name}: not UTF-8 text; save it with that encoding.") from error
    except UnreadableDocument as error:
        raise ConfigurationError(f"{name}: {error}.") from error
    return passages


def _reader_of(name: str, pdf_time_limit_s: float) -> Callable[[bytes], Document] | None:
    """Who reads the file; None for our own formats."""
    suffix = PurePosixPath(name).suffix.lower()
    return partial(read_pdf, time_limit_s=pdf_time_limit_s) if suffix == ".pdf" else _FOREIGN.get(suffix)


def read_document(name: str, text: str) -> list[Passage]:
    """The passages of a Markdown or text document; `name` is its path, from which a missing `id` is made.

    Raises `ConfigurationError` for front matter that cannot be read or says what does not exist.
    """
    try:
        fields, body = split_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    except FrontMatterError as error:
        raise ConfigurationError(f"{name}: {error}.") from error
    return _read_sections(name, fields, sections(body))


def _read_foreign(name: str, document: Document) -> list[Passage]:
    """Without front matter: what has no title is called by the name of its file."""
    return _read_sections(name, {"title": document.title or PurePosixPath(name).stem}, document.sections)


def _read_sections(name: str, fields: Mapping[str, str], parts: Sequence[Section]) -> list[Passage]:
    document_id = fields.get("id") or slug(name.rpartition(".")[0])
    if not _ID.fullmatch(document_id):
        raise ConfigurationError(
            f"{name}: the id {shorten(document_id, 80)!r} may have up to 200 letters, digits, `.`, `_` and `-` only, "
            "and must have one; it is the file's name if nothing else is said."
        )
    title = fields.get("title") or next((part.heading for part in parts if part.level == 1), "") or document_id
    title = shorten(title, MAX_HEADING)
    template = Passage(
        passage_id="",
        document_id=document_id,
        source=shorten(fields.get("source") or title, MAX_HEADING),
        title=title,
        section="",
        text="",
        domain=_choice(name, fields, "domain", get_args(Domain), "general"),
        index="fallback" if _choice(name, fields, "index", _INDEXES, "primary") == "fallback" else "primary",
    )
    return _passages(template, readable_sections(parts, title))


def _choice(name: str, fields: Mapping[str, str], key: str, allowed: Sequence[str], default: str) -> str:
    value = fields.get(key) or default
    if value not in allowed:
        raise ConfigurationError(f"{name}: `{key}: {value}` is not known; use one of {', '.join(allowed)}.")
    return value


def shorten(text: str, at_most: int) -> str:
    """The text, or its beginning and an ellipsis. Every passage carries its title: a long one would fill the memory."""
    return text if len(text) <= at_most else text[: at_most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def slug(heading: str) -> str:
    """Lower case; every run of other characters than a-z and 0-9 becomes one hyphen; none at the ends."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _passages(template: Passage, parts: Iterable[Section]) -> list[Passage]:
    passages: list[Passage] = []
    ids = _Ids()
    for part in parts:
        for text in split_text(part.text):
            passage_id = ids.free(f"{template.document_id}#{slug(part.heading) or 'section'}")
            update = {"passage_id": passage_id, "section": part.heading, "text": text, "ordinal": len(passages)}
            passages.append(template.model_copy(update=update))
    return passages


class _Ids:
    """The ids of a document's passages: a heading that comes again is numbered, `#limits`, `#limits-2`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._again: Counter[str] = Counter()

    def free(self, wanted: str) -> str:
        """An id that nobody has yet."""
        candidate = wanted
        while candidate in self._taken:
            self._again[wanted] += 1
            candidate = f"{wanted}-{self._again[wanted] + 1}"
        self._taken.add(candidate)
        return candidate
