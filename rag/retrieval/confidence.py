from __future__ import annotations
import math
from collections import Counter
from collections.abc import Iterable, Sequence


class CollectionStatistics:
    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        self.document_frequency: Counter[str] = Counter()
        lengths = 0
        self.documents = 0
        for document in documents:
            self.document_frequency.update(set(document))
            lengths += len(document)
            self.documents += 1
        self.mean_length = lengths / self.documents if self.documents else 0.0

    def idf(self, term: str) -> float:
        frequency = self.document_frequency[term]
        return math.log(1 + (self.documents - frequency + 0.5) / (frequency + 0.5))
