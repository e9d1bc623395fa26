"""Documents that a person brings: read with bounds, indexed, and kept in memory under ids that nobody can guess.

Knows files, the library's readers and how long to keep what they made. Knows no page. Nothing is written to the disk,
and a file that was handed in is deleted as soon as it is read. The name and the text of a file are foreign text: they
are only ever shown escaped.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rag.errors import ConfigurationError, InvalidRequest
from rag.ports import OpenRun
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import SUFFIXES, Corpus, read_file
from rag.settings import Settings
from rag.values import Passage
from ui.knob_form import OpenCustom

_LOG = logging.getLogger(__name__)

MAX_FILES = 5
MAX_FILE_BYTES = 5_000_000
MAX_PASSAGES = 5_000
"""Of all files together: indexed in about a second, and searched in milliseconds."""
MAX_SETS = 20
"""Kept at once; the oldest goes first. With `MAX_PASSAGES` this bounds the memory of all of them."""
KEPT_S = 3600.0
PDF_TIME_LIMIT_S = 5.0
"""Somebody waits for it; at a start of the program a file may take longer."""
NAME_CHARS = 80
"""Of a file's name, where it is shown."""
KINDS = "Markdown, text, HTML or PDF"


class Fault(NamedTuple):
    """A file that was left out."""

    name: str
    message: str
    """What is wrong with it and what to do; without the name, with its full stop."""


class Opened(NamedTuple):
    """How runs over one library are opened."""

    open_run: OpenRun
    open_custom: OpenCustom | None = None
    """With latencies and faults of one's own; None where nothing is simulated."""


OpenLibrary = Callable[[Bm25Retriever, int], Opened]
"""Puts a pipeline around an index of that many passages."""


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """Documents that can be asked."""

    set_id: str
    """Whoever knows it may ask them."""
    names: tuple[str, ...]
    passages: int
    opened: Opened
    expires_s: float


class DocumentStore:
    """The document sets of all pages. Used from the event loop alone."""

    def __init__(
        self,
        open_library: OpenLibrary,
        *,
        now_s: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
        kept_s: float = KEPT_S,
        max_sets: int = MAX_SETS,
    ) -> None:
        self._open_library = open_library
        self._now_s = now_s
        self._kept_s = kept_s
        self._max_sets = max_sets
        self._sets: OrderedDict[str, DocumentSet] = OrderedDict()

    def __len__(self) -> int:
        self._forget_old()
        return len(self._sets)

    def keep(self, names: Sequence[str], retriever: Bm25Retriever, passages: int) -> DocumentSet:
        """Keep an index for `kept_s`; the oldest set gives way to it where there are too many."""
        kept = DocumentSet(
            set_id=secrets.token_urlsafe(16),  # 128 bits
            names=tuple(names),
            passages=passages,
            opened=self._open_library(retriever, passages),
            expires_s=self._now_s() + self._kept_s,
        )
        self._sets[kept.set_id] = kept
        self._forget_old()
        return kept

    def get(self, set_id: str) -> DocumentSet:
        """The documents of that id. Raises `InvalidRequest` when they are not kept, or not any more."""
        self._forget_old()
        kept = self._sets.get(set_id)
        if kept is None:
            raise InvalidRequest("documents: yours are not kept here any more; please choose the files again.")
        return kept

    def forget(self, set_id: str) -> None:
        """Let go of documents at once; of an id that is not known there is nothing to forget."""
        self._sets.pop(set_id, None)

    def _forget_old(self) -> None:
        now_s = self._now_s()
        while self._sets and (len(self._sets) > self._max_sets or next(iter(self._sets.values())).expires_s <= now_s):
            self._sets.popitem(last=False)


def fitting(settings: Settings, passages: int) -> Settings:
    """The settings for a library of so few passages, which says each thing once: one of ten has to have evidence."""
    at_most = max(1, passages // 10)
    domains = {
        name: policy.model_copy(update={"min_passages": min(policy.min_passages, at_most)})
        for name, policy in settings.gate.domains.items()
    }
    return settings.model_copy(update={"gate": settings.gate.model_copy(update={"domains": domains})})


def read_upload(file: Path, *, free: int = MAX_PASSAGES) -> list[Passage] | Fault:
    """The passages of a file that was handed in, at most `free` of them, or why it is left out. Never raises.

    Blocks for seconds at the worst. The file is deleted, whatever it is.
    """
    try:
        return _checked(file.name, _taken(file), free)
    except ConfigurationError as error:
        return Fault(file.name, _without_name(file.name, str(error)))
    except Exception:  # noqa: BLE001 - a reader that fails on one file must not lose the others
        _LOG.exception("an uploaded file made its reader fail")
        return Fault(file.name, "cannot be read; save it anew, or give its text in a .txt file.")


def discard(files: Sequence[Path]) -> None:
    """Delete files that were handed in, and the folders that held one each."""
    for file in files:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        with suppress(OSError):
            file.parent.rmdir()


def with_own_ids(passages: Sequence[Passage], taken: Collection[str]) -> list[Passage]:
    """The passages of one document; if another one has its id already, `guide`, they are those of `guide-2`."""
    document_id = passages[0].document_id
    numbered = (f"{document_id}-{number}" for number in range(2, len(taken) + 3))
    own = document_id if document_id not in taken else next(name for name in numbered if name not in taken)
    return [
        passage.model_copy(
            update={"document_id": own, "passage_id": own + passage.passage_id.removeprefix(document_id)}
        )
        for passage in passages
    ]


async def index(passages: Sequence[Passage]) -> Bm25Retriever:
    """The index of all documents of a set, made in a thread."""
    return await Bm25Retriever.open(Corpus(tuple(passages)))


def _taken(file: Path) -> bytes:
    """At most one byte more than a file may have; then the file is gone."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError("did not arrive; choose it again.") from error
    finally:
        discard([file])


def _checked(name: str, data: bytes, free: int) -> list[Passage]:
    if file_suffix(name) not in SUFFIXES:
        raise ConfigurationError(f"is not a kind of file that can be read here; give it as {KINDS}.")
    if len(data) > MAX_FILE_BYTES:
        raise ConfigurationError(f"is larger than {MAX_FILE_BYTES // 1_000_000} MB; split it.")
    passages = read_file(name, data, pdf_time_limit_s=PDF_TIME_LIMIT_S)
    if len(passages) > free:
        raise ConfigurationError(
            f"makes {len(passages):,} passages, and together there may be {MAX_PASSAGES:,}; split it, or leave it out."
        )
    return passages


def file_suffix(name: str) -> str:
    """The ending of a file's name in lower case, with its dot."""
    return Path(name).suffix.lower()


def _without_name(name: str, message: str) -> str:
    """The reader's message says the file's name first; the page says it in its own way."""
    return message.removeprefix(f"{name}: ")
