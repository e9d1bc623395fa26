"""A writer that errs where it matters: in a sentence of the draft that the question's gold sentences support.

The writer of `mocks` with `embellish` errs in any sentence, and most are not gold, so no gold sentence can tell whether
the refinement was right. This one knows the gold sentences, which is why it stands here and not among the mocks.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence

from benchmarks.truth.datasets import LabelledClaim
from benchmarks.truth.own_questions import Question
from benchmarks.truth.perturbations import Kind, changes
from mocks.extractive_generator import ExtractiveGenerator
from rag.grounding.claims import assertion, split_claims
from rag.grounding.support import SUPPORT_THRESHOLD, support
from rag.values import Claim, GenerationRequest


class ErringWriter:
    """A `Generator`: the extractive writer, with one error of `kind` in a gold sentence of each draft that has one.

    Its refinements are the extractive writer's own. A draft in whose gold sentences no such error can be made stays as
    it is.
    """

    def __init__(self, questions: Sequence[Question], kind: Kind) -> None:
        self._gold: Mapping[str, tuple[str, ...]] = {one.question: one.gold_sentences for one in questions}
        self._kind = kind
        self._writer = ExtractiveGenerator()
        self.errors: dict[str, str] = {}
        """Question -> the false sentence in its draft, without citation marks."""

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """The text, word by word."""
        text = self._writer.write(request)
        for token in re.findall(r"\s*\S+", self._spoilt(text, request) if request.kind == "draft" else text):
            yield token

    def _spoilt(self, text: str, request: GenerationRequest) -> str:
        sources = "\n\n".join(source.passage.text for source in request.sources)
        for claim in self._gold_claims(text, request.question):
            for changed in changes(self._kind, [LabelledClaim(claim.text, sources, supported=True)]):
                self.errors[request.question] = assertion(changed.claim)
                return text[: claim.span.start] + changed.claim + text[claim.span.end :]
        return text

    def _gold_claims(self, text: str, question: str) -> list[Claim]:
        """The claims that the gold sentences support, best first."""
        gold = "\n\n".join(self._gold.get(question, ()))
        scored = [(support(claim.text, gold).score, claim) for claim in split_claims(text) if claim.checkable]
        known = [item for item in scored if item[0] >= SUPPORT_THRESHOLD]
        return [claim for _, claim in sorted(known, key=lambda item: -item[0])]
