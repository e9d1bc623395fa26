"""Known questions as vectors: two that ask the same in words of their own lie close together, and may share no term.

What `rag.retrieval.known_questions` counts by words is asked here once more by meaning, as a vote of the nearest
neighbours: of the known questions that mean nearly the same, which share is left open? (The kernel regression of
Nadaraya and Watson, both 1964, with an exponential kernel.)

Knows vectors and positions in a list of questions. Knows not where vectors come from: that is an adapter's business,
and a library without one does without the vote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

CLOSE = 0.03
"""Difference of cosines at which a question weighs a third of the closest one. Near misses of 160 development questions
answered when 32 of the 440 answerable ones are refused: 16, 14, 14 and 22 with .02, .03, .04 and .06."""

Vectors = NDArray[np.float32]
NO_VECTORS: Vectors = np.empty((0, 0), np.float32)


class Embedder(NamedTuple):
    """Makes vectors of texts."""

    name: str
    """Of the model and its version: what was made by another one is not compared."""
    embed: Callable[[Sequence[str]], Vectors]
    """Texts to one row each, of length 1 (or 0 for a text without a word). Safe to call from several threads."""


class QuestionVectors:
    """Of a list of questions; numbers are those in the list. Never changes, so threads may share it."""

    def __init__(self, embedder: Embedder, vectors: Vectors) -> None:
        """`vectors`: one row for each question, as `of` makes them."""
        self._embedder = embedder
        self.vectors = vectors

    @classmethod
    def of(cls, embedder: Embedder, questions: Iterable[str]) -> Self:
        """Takes about 0.04 ms a question."""
        return cls(embedder, embedder.embed(list(questions)))

    def __len__(self) -> int:
        return len(self.vectors)

    def vote(self, question: str, spans: Sequence[tuple[int, int]], left_open: NDArray[np.bool_]) -> float:
        """Share of what is left open among the questions in `spans`, each weighed by its closeness; in [0, 1].

        `left_open` says it of each of them in that order. There has to be at least one.
        """
        asked = self._embedder.embed([question])[0]
        cosines = np.concatenate([self.vectors[first:end] @ asked for first, end in spans])
        weights = np.exp((cosines - cosines.max()) / CLOSE)
        return float(weights[left_open].sum() / weights.sum())
