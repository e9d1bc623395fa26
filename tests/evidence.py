"""Evidence for writers: passages of the sample library or made up, requests with them, and what fails its check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rag.grounding.claims import split_claims
from rag.grounding.support import passage_support
from rag.retrieval.corpus import load_corpus
from rag.values import Claim, GenerationRequest, NumberedSource, Passage

SAMPLE_DOCS = Path(__file__).resolve().parent.parent / "sample_docs"
MARK = re.compile(r" \[\d+\]")


@lru_cache
def library() -> tuple[Passage, ...]:
    return load_corpus(SAMPLE_DOCS).all


def passage(text: str, section: str = "Rules", name: str = "guide") -> Passage:
    return Passage(passage_id=f"{name}#x", document_id=name, source=name, title=name, section=section, text=text)


def numbered(passages: Sequence[Passage]) -> tuple[NumberedSource, ...]:
    return tuple(NumberedSource(marker=n, passage=one) for n, one in enumerate(passages, start=1))


def asked(question: str, *passages: Passage) -> GenerationRequest:
    return GenerationRequest(question=question, sources=numbered(passages))


def refining(request: GenerationRequest, draft: str, *findings: str) -> GenerationRequest:
    return request.model_copy(update={"kind": "refinement", "draft": draft, "findings": findings})


def sections(*parts: str) -> list[Passage]:
    found = [next(one for one in library() if part in one.section) for part in parts]
    assert len(set(found)) == len(parts)
    return found


QUESTION = "What is the maximum debt-to-income ratio for an FHA loan?"


def evidence() -> list[Passage]:
    return sections("II.A.4.c", "II.A.4.d", "II.A.4.a", "II.A.4.f", "II.A.4.b")


def unsupported(text: str, request: GenerationRequest) -> list[Claim]:
    """Sentences that none of the sources they cite carries."""
    passages = {source.marker: source.passage for source in request.sources}
    return [
        claim
        for claim in split_claims(text)
        if not any(passage_support(claim, passages[marker]).supported for marker in claim.markers)
    ]
