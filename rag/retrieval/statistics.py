"""Word statistics of a collection: in how many documents a term occurs, and how rare that makes it.

Knows counts only; how they are come by, from texts or from an index on disk, is the caller's business.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Self


class CollectionStatistics:
    """Word statistics of a collection, given as the terms of each of its documents."""

    def __init__(self, documents: Iterable[Sequence[str]] = ()) -> None:
        self.size = 0
        frequency: Counter[str] = Counter()
        length = 0
        for document in documents:
            self.size += 1
            length += len(document)
            frequency.update(set(document))
        self.mean_length = length / self.size if length else 1.0
        self._document_frequency: Mapping[str, int] = frequency
        self._idf: dict[str, float] = {}
        """Of the collection's terms that were asked for: a search asks for those of its best passages."""

    @classmethod
    def of_counts(cls, document_frequency: Mapping[str, int], *, size: int, mean_length: float) -> Self:
        """From counts that are known already; `mean_length` is in terms, over 0."""
        statistics = cls()
        statistics.size, statistics.mean_length = size, mean_length
        statistics._document_frequency = document_frequency
        return statistics

    def __contains__(self, term: str) -> bool:
        """Whether any document has the term."""
        return self._document_frequency.get(term, 0) > 0

    def idf(self, term: str) -> float:
        """Inverse document frequency `ln(1 + (N - n + 0.5) / (n + 0.5))`: always positive, largest for an unseen term.

        The form without `1 +`, which rank-bm25 uses, is negative for words in more than half of the documents.
        """
        known = self._idf.get(term)
        if known is not None:
            return known
        frequency = self._document_frequency.get(term, 0)
        idf = math.log(1 + (self.size - frequency + 0.5) / (frequency + 0.5))
        if frequency:
            self._idf[term] = idf
        return idf

    @property
    def largest_idf(self) -> float:
        """That of a term which no document has."""
        return math.log(1 + (self.size + 0.5) / 0.5)

    @property
    def rare_idf(self) -> float:
        """That of a term which one document has."""
        return math.log(1 + (max(self.size, 1) - 0.5) / 1.5)
