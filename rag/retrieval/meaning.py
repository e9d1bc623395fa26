"""What questions mean, as far as vectors of words tell: a closeness beside that of their terms.

Two views of it, both from the vectors of the pieces that words are made of. The *mean* of a question's pieces says what
it is about as a whole; the *alignment* looks up for each piece the closest one of the other question, so that a single
other word still counts (soft matching as in BERTScore, Zhang et al. 2020, here with vectors that know no context).

Knows vectors and positions in a list of questions. Knows not where vectors come from: that is an adapter's business,
and a library without one does without this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.float64]
_AT_ONCE = 2048
"""Questions whose pieces are looked up together: all of them would take half a gigabyte."""
_IN_ONE_THREAD = (8192, 200_000)
"""Multiplications of a matrix by a vector and by a matrix: from 9,216 and 262,144 on OpenBLAS calls for help."""
_TINY = np.float32(1e-9)


class WordVectors(NamedTuple):
    """A vector for each piece of a word."""

    pieces: Callable[[Sequence[str]], Sequence[Sequence[int]]]
    """Texts to the numbers of their pieces. Safe to call from several threads."""
    table: Vectors
    """One row for each piece; of any length."""


class Meanings:
    """Of a list of questions; numbers are those in the list. Never changes, so threads may share it."""

    def __init__(self, words: WordVectors, questions: Iterable[str]) -> None:
        """Takes about 0.05 ms a question."""
        self._words = words
        pieces = [_distinct(found) for found in words.pieces(list(questions))]
        self._starts = np.cumsum([0, *map(len, pieces)])
        self._pieces = np.concatenate([np.empty(0, np.int32), *pieces])
        self._length_of = np.maximum(np.linalg.norm(words.table, axis=1), _TINY)
        had_by = np.bincount(self._pieces, minlength=len(words.table))
        self._weight_of = np.log(1 + len(pieces) / (1 + had_by))
        parts = [self._means(first, min(first + _AT_ONCE, len(pieces))) for first in range(0, len(pieces), _AT_ONCE)]
        self._mean_of = np.concatenate(parts) if parts else np.empty((0, words.table.shape[1]), np.float32)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def cosines(self, question: str, spans: Sequence[tuple[int, int]]) -> Numbers:
        """Of the mean of a question with those of the known ones in `spans`, in their order; in [-1, 1]."""
        asked = _mean(self._words.table[self._of(question)])[:, None]
        there = np.concatenate([np.arange(first, end) for first, end in spans])
        return _product(self._mean_of[there], asked)[:, 0]

    def alignments(self, question: str, numbers: NDArray[np.intp]) -> Numbers:
        """How well the pieces of a question and of each known one find each other; in [-1, 1].

        The harmonic mean (F-measure) of both directions, each a mean over pieces weighted by their rarity.
        """
        asked = self._of(question)
        spans = [(int(self._starts[number]), int(self._starts[number + 1])) for number in numbers]
        theirs = np.concatenate([self._pieces[first:end] for first, end in spans])
        firsts = np.cumsum([0, *(end - first for first, end in spans[:-1])])
        different, which = np.unique(theirs, return_inverse=True)
        close = _product(self._unit(different), self._unit(asked).T).T[:, which]
        mine, weights = self._weight_of[asked], self._weight_of[theirs]
        there = mine @ np.maximum.reduceat(close, firsts, axis=1) / mine.sum()
        back = np.add.reduceat(close.max(axis=0) * weights, firsts) / np.add.reduceat(weights, firsts)
        return np.asarray(2 * there * back / np.maximum(there + back, _TINY))

    def _of(self, question: str) -> NDArray[np.int32]:
        return _distinct(self._words.pieces([question])[0])

    def _unit(self, pieces: NDArray[np.int32]) -> Vectors:
        return np.asarray(self._words.table[pieces] / self._length_of[pieces, None])

    def _means(self, first: int, end: int) -> Vectors:
        starts = self._starts[first : end + 1]
        rows = self._words.table[self._pieces[starts[0] : starts[-1]]]
        sums = np.add.reduceat(rows, starts[:-1] - starts[0], axis=0)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _TINY))


def _product(rows: Vectors, columns: Vectors) -> Numbers:
    """`rows @ columns`, in portions that BLAS multiplies in this thread.

    Its other threads would gain nothing here, and go on spinning for a while in the time of other runs.
    """
    portion = max(1, _IN_ONE_THREAD[columns.shape[1] > 1] // columns.size)
    parts = [rows[first : first + portion] @ columns for first in range(0, len(rows), portion)]
    return np.concatenate(parts).astype(np.float64)


def _distinct(pieces: Sequence[int]) -> NDArray[np.int32]:
    """Each piece once; piece 0, which stands for what is unknown, if there is none."""
    return np.array(sorted(set(pieces)) or [0], dtype=np.int32)


def _mean(rows: Vectors) -> Vectors:
    """The direction of the mean, of length 1."""
    total = rows.sum(axis=0)
    return np.asarray(total / max(np.linalg.norm(total), _TINY))
