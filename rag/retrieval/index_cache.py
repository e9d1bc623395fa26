"""Large indexes on disk, found by what they were made of. Numbers and words only: nothing in a cache file is ever run.

An index is a folder `<key>` of numpy arrays and JSON. The key is a hash of the texts, of the analyser's source and of
the settings of BM25, so that whatever changes an index changes its name, and no entry can be out of date. An entry that
is broken, or that cannot be written, costs time and nothing else. 100,000 passages of 80 words: 86 MB, loaded in 0.2 s.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np

from rag.retrieval import analysis
from rag.retrieval.confidence import K1, B
from rag.retrieval.scorers import SparseScorer
from rag.retrieval.statistics import CollectionStatistics

_log = logging.getLogger(__name__)
_STATISTICS = "statistics.json"
_COUNTS = "document_frequency.npy"


def key_of(texts: Iterable[str]) -> str:
    """The name of the index of these texts in this order: 32 hexadecimal digits."""
    digest = sha256(Path(analysis.__file__).read_bytes())
    digest.update(json.dumps([K1, B, version("bm25s")]).encode())
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:32]


def load(folder: Path, key: str) -> SparseScorer | None:
    """The index of that key, or None if it is not there or not whole."""
    entry = folder / key
    if not entry.is_dir():
        return None
    try:
        return _read(entry)
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        _log.warning("A cached index is broken and will be built anew: %s", key)
        return None


def _read(entry: Path) -> SparseScorer:
    import bm25s  # type: ignore[import-untyped]  # slow to import, and only large libraries need it

    model = bm25s.BM25.load(entry, allow_pickle=False, show_progress=False)
    facts = json.loads((entry / _STATISTICS).read_text(encoding="utf-8"))
    counts = np.load(entry / _COUNTS, allow_pickle=False)
    if len(counts) != len(model.vocab_dict) or model.scores["num_docs"] != facts["size"]:
        raise ValueError("the parts of the entry do not belong together")
    frequency = {term: int(counts[number]) for term, number in model.vocab_dict.items()}
    statistics = CollectionStatistics.of_counts(frequency, size=facts["size"], mean_length=facts["mean_length"])
    return SparseScorer(model, statistics)


def store(folder: Path, key: str, scorer: SparseScorer) -> None:
    """Keep an index; it appears under its key all at once or not at all. That it cannot be written is no error."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=folder))
        try:
            _write(draft, scorer)
            shutil.rmtree(folder / key, ignore_errors=True)  # what is there was found broken
            os.rename(draft, folder / key)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError:
        _log.warning("The index could not be kept for the next start: %s", key)


def _write(entry: Path, scorer: SparseScorer) -> None:
    scorer.model.save(entry, show_progress=False)
    facts = {"size": scorer.statistics.size, "mean_length": scorer.statistics.mean_length}
    (entry / _STATISTICS).write_text(json.dumps(facts), encoding="utf-8")
    np.save(entry / _COUNTS, np.diff(scorer.model.scores["indptr"]), allow_pickle=False)
