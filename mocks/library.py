"""The parts of a simulated pipeline: real search and real checks on documents, and a writer that quotes.

Knows how documents become parts. Knows nothing of latency, of faults, and of where the documents come from.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mocks.extractive_generator import ExtractiveGenerator
from mocks.judges import RuleBasedSafety, VocabularyRewriter
from rag.backends.word_vectors import word_vectors
from rag.grounding.judges import LexicalJudge, LexicalVerifier
from rag.ports import Generator, Parts
from rag.retrieval.bm25 import THREAD_ABOVE, Bm25Retriever
from rag.retrieval.corpus import load_corpus
from rag.retrieval.index import Progress
from rag.retrieval.rerank import LexicalReranker

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"


@lru_cache(maxsize=4)
def library_parts(
    folder: Path = SAMPLE_DOCS,
    generator: Generator | None = None,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    thread_above: int = THREAD_ABOVE,
) -> Parts:
    """Index the documents of a folder and put a pipeline's parts around them; kept, since parts hold no run's state.

    Blocks: seconds for a large library, less where `cache` has its index from an earlier start. `progress` is told of
    each step. `generator` takes the place of the extractive writer. Simulated time allows no threads: to simulate with
    more than `thread_above` passages, raise it. Raises `ConfigurationError` for documents that cannot be read.
    """
    retriever = Bm25Retriever(
        load_corpus(folder), words=word_vectors(), thread_above=thread_above, cache=cache, progress=progress
    )
    return parts_around(retriever, generator)


def parts_around(retriever: Bm25Retriever, generator: Generator | None = None) -> Parts:
    """A pipeline's parts around an index that is made already; every score is on the scale of its documents."""
    return Parts(
        rewriter=VocabularyRewriter(),
        retriever=retriever,
        reranker=LexicalReranker(retriever.statistics, retriever.doubted),
        generator=generator or ExtractiveGenerator(),
        verifier=LexicalVerifier(),
        safety=RuleBasedSafety(),
        judge=LexicalJudge(),
    )
