"""Vectors of short texts from WordLlama, whose weights come with its package: nothing is downloaded, ever.

256 numbers for each of 32,000 pieces of words, from the token embeddings of LLaMA 2, trained so that their mean stands
for a text (WordLlama, MIT licence; 16 MB). An optional part: without the package questions are compared by their words
alone, and more near misses are answered (docs/quality.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from rag.retrieval.question_vectors import Embedder, Vectors

_log = logging.getLogger(__name__)
PACKAGE = "wordllama"
_TINY = 1e-9


@lru_cache(maxsize=1)
def word_vectors() -> Embedder | None:
    """The model, loaded once (0.3 s, 60 MB); None if its package is not installed or does not hold its weights."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        import wordllama  # type: ignore[import-untyped]

        folder = Path(wordllama.__file__).parent  # the loader's own idea of where its files lie is off by a letter
        model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    except (ImportError, OSError) as error:
        _log.warning("Questions are compared by their words alone: %s is not there (%s).", PACKAGE, error)
        return None
    finally:
        root.handlers[:], root.level = handlers, level  # importing it sets up the log of the whole process

    def embed(texts: Sequence[str]) -> Vectors:
        rows = model.embed(list(texts)) if texts else np.empty((0, 1), np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, _TINY), dtype=np.float32)

    return Embedder(f"{PACKAGE} {version(PACKAGE)}", embed)
