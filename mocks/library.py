"""The parts of a simulated pipeline: real search and real checks on a folder of documents, and a writer that quotes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from mocks.extractive_generator import ExtractiveGenerator
from mocks.judges import RuleBasedSafety, VocabularyRewriter
from rag.grounding.judges import LexicalJudge, LexicalVerifier
from rag.ports import Generator, Parts
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import load_corpus
from rag.retrieval.rerank import LexicalReranker

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"


@lru_cache(maxsize=4)
def library_parts(folder: Path = SAMPLE_DOCS, generator: Generator | None = None) -> Parts:
    """Index the documents of a folder and put a pipeline's parts around them; cached, since parts hold no run's state.

    `generator` takes the place of the extractive writer. Raises `ConfigurationError` for documents that cannot be read.
    """
    retriever = Bm25Retriever(load_corpus(folder))
    return Parts(
        rewriter=VocabularyRewriter(),
        retriever=retriever,
        reranker=LexicalReranker(retriever.statistics),
        generator=generator or ExtractiveGenerator(),
        verifier=LexicalVerifier(retriever.statistics),
        safety=RuleBasedSafety(),
        judge=LexicalJudge(retriever.statistics),
    )
