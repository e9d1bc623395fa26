"""The answer while it is being made: its sentences, their citations, and the events that tell a reader about them.

Pure apart from the mutable `WorkingAnswer` itself; knows no stage and no channel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.events import AnyPayload, CitationAttached, ClaimState, PartialAnswer, Token
from rag.grounding.support import SUPPORT_THRESHOLD
from rag.values import Citation, Claim, NumberedSource, Passage


@dataclass(slots=True)
class WorkingAnswer:
    """The answer as far as it has come."""

    text: str = ""
    claims: list[Claim] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    sources: tuple[NumberedSource, ...] = ()
    """The passages the text may cite, by number."""
    complete: bool = True
    declined: bool = False
    """The writer read the sources and found no answer in them, so there is no text."""
    checked_safe: bool = False
    """An explicit pass of exactly this `text`."""

    def citations_of(self, claim: Claim) -> list[Citation]:
        """The citations of one sentence."""
        return [citation for citation in self.citations if citation.claim_index == claim.index]

    def source_of(self, citation: Citation) -> Passage:
        """The passage a citation points into."""
        return next(source.passage for source in self.sources if source.marker == citation.marker)

    def failed_claims(self) -> list[Claim]:
        """The sentences that were checked and that no cited source supports."""
        return [
            claim
            for claim in self.claims
            if claim.checkable
            and (cited := self.citations_of(claim))
            and all(citation.status in ("weak", "unsupported") for citation in cited)
        ]

    def contradicted_claims(self) -> list[Claim]:
        """Those of the failed sentences of which a cited source says otherwise."""
        return [
            claim
            for claim in self.failed_claims()
            if any(citation.contradicted for citation in self.citations_of(claim))
        ]

    def mean_support(self) -> float:
        """Mean over the checkable sentences of the best support among their citations; no citation counts 0."""
        best = [
            max((citation.confidence for citation in self.citations_of(claim)), default=0.0)
            for claim in self.claims
            if claim.checkable
        ]
        return sum(best) / len(best) if best else 0.0


def sentence_payloads(text: str, claim: Claim, citations: Sequence[Citation]) -> Iterator[AnyPayload]:
    """What the reader is told when a sentence is complete: how it stands, and its sources.

    The support shown is the overlap with the cited passage, computed on the spot; the verifier's word comes later.
    """
    support = max((citation.confidence for citation in citations), default=0.0)
    state = ClaimState(
        index=claim.index, answer_span=claim.span, support=support, grounded=support >= SUPPORT_THRESHOLD
    )
    yield PartialAnswer(text=text[: claim.span.end], claim=state)
    for citation in citations:
        yield CitationAttached.model_validate(citation.model_dump())


def speak(answer: WorkingAnswer) -> Iterator[AnyPayload]:
    """A finished answer as a stream: its words as tokens, and after each sentence what is known about it."""
    start = 0
    for claim in answer.claims:
        for word in re.findall(r"\s*\S+", answer.text[start : claim.span.end]):
            yield Token(token=word, grounded=True)
        yield from sentence_payloads(answer.text, claim, answer.citations_of(claim))
        start = claim.span.end
    if rest := answer.text[start:]:
        yield Token(token=rest, grounded=True)
