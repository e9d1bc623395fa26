"""Vectors of words from WordLlama, whose weights come with its package: nothing is downloaded, ever.

256 numbers for each of 32,000 pieces of words, from the token embeddings of LLaMA 2, trained so that their mean stands
for a text (WordLlama, MIT licence; 16 MB). An optional part: without the package questions are compared by their terms
alone, and more near misses are answered (docs/quality.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rag.retrieval.meaning import WordVectors

_log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def word_vectors() -> WordVectors | None:
    """The model, loaded once (0.3 s, 60 MB); None if its package is not installed or does not hold its weights."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        import wordllama  # type: ignore[import-untyped]

        folder = Path(wordllama.__file__).parent  # the loader's own idea of where its files lie is off by a letter
        model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)
    except (ImportError, OSError) as error:
        _log.warning("Questions are compared by their terms alone: wordllama is not there (%s).", error)
        return None
    finally:
        root.handlers[:], root.level = handlers, level  # importing it sets up the log of the whole process
    model.tokenizer.no_padding()

    def pieces(texts: Sequence[str]) -> list[list[int]]:
        found = model.tokenizer.encode_batch([text.lower() for text in texts], add_special_tokens=False)
        return [encoding.ids for encoding in found]

    return WordVectors(pieces, model.embedding)
