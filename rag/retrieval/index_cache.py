"""Large indexes on disk, found by what they were made of. Numbers and words only: nothing in a cache file is ever run.

An index is a folder `<key>` of numpy arrays and JSON. The key is a hash of the texts, of the source of the analyser and
of the sentence rules, and of the settings of BM25, so that whatever changes an index changes its name, and no entry can
be out of date. An entry that is broken, or that cannot be written, costs time and nothing else. 100,000 passages of 80
words: 81 MB, loaded in 0.2 s.
The folder holds the `KEPT` indexes that were used last; what else lies in it is left alone.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from rag.retrieval import analysis, sentences
from rag.retrieval.matching import K1, B
from rag.retrieval.scorers import SparseScorer
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.token_store import TokenStore

_log = logging.getLogger(__name__)
FORMAT = 3
"""Of an entry. Raised when other files lie in it: what an older version left is not looked for."""
KEPT = 8
"""Indexes in the folder: libraries change, and each change leaves an index that nobody will ask for again."""
FOLDER_NAME = "progressive-rag"
OFF = frozenset({"", "off", "none", "0"})
"""What `RAG_CACHE_DIR` says to keep nothing on the disk."""
_ENTRY = re.compile(r"[0-9a-f]{32}")
_STATISTICS = "statistics.json"
_COUNTS = "document_frequency.npy"
_TOKENS, _STARTS, _VOCABULARY = "tokens.npy", "token_starts.npy", "token_vocabulary.json"
_QUESTIONS = "question_"
"""Before these names: those of the questions that are known."""


class CachedIndex(NamedTuple):
    """What an entry holds: ranks, the terms of the passages, and those of the questions that are known of them."""

    scorer: SparseScorer
    tokens: TokenStore
    questions: TokenStore


def cache_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where indexes are kept: `RAG_CACHE_DIR`, else the place that the system has for caches; None for nowhere.

    `RAG_CACHE_DIR=off` keeps nothing. The folder need not exist.
    """
    named = environ.get("RAG_CACHE_DIR")
    if named is not None:
        return None if named.strip().lower() in OFF else Path(named).expanduser()
    place = _place_for_caches(environ, platform)
    return place / FOLDER_NAME if place else None


def _place_for_caches(environ: Mapping[str, str], platform: str) -> Path | None:
    """XDG base directories, where a relative path counts as none; on macOS and Windows what stands for them there."""
    named = environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"])
    home = environ.get("HOME") or environ.get("USERPROFILE")
    if not home:  # a service without a home, in a container perhaps
        return None
    return Path(home, "Library", "Caches") if platform == "darwin" else Path(home, ".cache")


def key_of(texts: Iterable[str]) -> str:
    """The name of the index of these texts in this order: 32 hexadecimal digits."""
    digest = sha256(Path(analysis.__file__).read_bytes() + Path(sentences.__file__).read_bytes())
    digest.update(json.dumps([FORMAT, K1, B, version("bm25s")]).encode())
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:32]


def load(folder: Path, key: str) -> CachedIndex | None:
    """The index of that key, or None if it is not there or not whole."""
    entry = folder / key
    if not entry.is_dir():
        return None
    try:
        found = _read(entry)
        _touch(entry)
        return found
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        _log.warning("A cached index is broken and will be built anew: %s", key)
        return None


def _read(entry: Path) -> CachedIndex:
    import bm25s  # type: ignore[import-untyped]  # slow to import, and only large libraries need it

    model = bm25s.BM25.load(entry, allow_pickle=False, show_progress=False)
    facts = json.loads((entry / _STATISTICS).read_text(encoding="utf-8"))
    counts = np.load(entry / _COUNTS, allow_pickle=False)
    if len(counts) != len(model.vocab_dict) or model.scores["num_docs"] != facts["size"]:
        raise ValueError("the parts of the entry do not belong together")
    frequency = {term: int(counts[number]) for term, number in model.vocab_dict.items()}
    statistics = CollectionStatistics.of_counts(frequency, size=facts["size"], mean_length=facts["mean_length"])
    tokens = _read_tokens(entry)
    if len(tokens) != statistics.size:
        raise ValueError("the parts of the entry do not belong together")
    return CachedIndex(SparseScorer(model, statistics), tokens, _read_tokens(entry, _QUESTIONS))


def _read_tokens(entry: Path, before: str = "") -> TokenStore:
    vocabulary = json.loads((entry / f"{before}{_VOCABULARY}").read_text(encoding="utf-8"))
    numbers, starts = (np.load(entry / f"{before}{name}", allow_pickle=False) for name in (_TOKENS, _STARTS))
    return TokenStore(vocabulary, numbers, starts)


def store(folder: Path, key: str, index: CachedIndex) -> None:
    """Keep an index; it appears under its key all at once or not at all. That it cannot be written is no error."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=folder))
        try:
            _write(draft, index)
            shutil.rmtree(folder / key, ignore_errors=True)  # what is there was found broken
            os.rename(draft, folder / key)
            _prune(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError:
        _log.warning("The index could not be kept for the next start: %s", key)


def _write(entry: Path, index: CachedIndex) -> None:
    scorer = index.scorer
    scorer.model.save(entry, show_progress=False)
    facts = {"size": scorer.statistics.size, "mean_length": scorer.statistics.mean_length}
    (entry / _STATISTICS).write_text(json.dumps(facts), encoding="utf-8")
    np.save(entry / _COUNTS, np.diff(scorer.model.scores["indptr"]), allow_pickle=False)
    _write_tokens(entry, index.tokens)
    _write_tokens(entry, index.questions, _QUESTIONS)


def _write_tokens(entry: Path, tokens: TokenStore, before: str = "") -> None:
    (entry / f"{before}{_VOCABULARY}").write_text(json.dumps(tokens.vocabulary), encoding="utf-8")
    np.save(entry / f"{before}{_TOKENS}", tokens.numbers, allow_pickle=False)
    np.save(entry / f"{before}{_STARTS}", tokens.starts, allow_pickle=False)


def _touch(entry: Path) -> None:
    """Remember the use of an index, if the disk lets us."""
    with suppress(OSError):
        os.utime(entry)


def _prune(folder: Path) -> None:
    """Leave the indexes that were used last, and nothing that an interrupted start left behind long ago."""
    entries = [(path.stat().st_mtime, path) for path in folder.iterdir() if _ENTRY.match(path.name)]
    for _, path in sorted(entries, key=itemgetter(0), reverse=True)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
