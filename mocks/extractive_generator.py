"""A language model that only quotes: it answers with sentences of the sources it is given, each under its mark.

It stands in for a real model offline. It invents nothing, so what the pipeline computes from its text (support,
citations, groundedness, the patch) is computed on a real answer, and other evidence gives another answer. Its draft
takes few sentences and its refinement may add some, as a real second pass does. Two knobs make it err on purpose, the
way real models err: `embellish` (a wrong figure, or a right sentence under the wrong source) and `slip`.
It knows the question and the sources, and no library, no pipeline and no time: it writes at once.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from functools import lru_cache

from mocks.embellishment import embellished
from mocks.quotes import Quote, choose, in_reading_order, quotes_for, same_fact, words_of
from rag.grounding.claims import split_claims
from rag.prompt import NO_ANSWER
from rag.values import Claim, GenerationRequest

MIN_SENTENCES, MAX_SENTENCES = 4, 10
"""Of a whole answer. A draft has fewer if its sources have."""
MAX_ADDITIONS = 3
"""Sentences that a refinement may add."""
ADDITION = 0.95
"""Share of the best quote's score that a new sentence of a refinement must have: it must bear on the question as
directly as the draft does. Of 404 refinements of drafts with one error anywhere, 92 were better by their gold
sentences at 0.9, 0.95 and 1, and 5, 4 and 3 worse, because they added what was beside the point
(`python -m benchmarks.quality --half dev`)."""
CORRECTION = 0.5
"""Share of a failed sentence's words that a quote must have to be what the sentence should have said."""

_TOKEN = re.compile(r"\s*(?:[\w'’-]+|[^\w\s])")


class ExtractiveGenerator:
    """A `Generator` that composes its text from quotes."""

    def __init__(self, *, draft_sentences: int = 6, embellish: bool = False, slip: str | None = None) -> None:
        """`draft_sentences` is the most a draft may have; `slip` is a sentence appended to every draft as it is."""
        self._draft_sentences = min(draft_sentences, MAX_SENTENCES)
        self._embellish = embellish
        self._slip = slip

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """The text as tokens: words with the space before them, and single signs. Joined they are the text."""
        for token in _TOKEN.findall(self.write(request)):
            yield token

    def write(self, request: GenerationRequest) -> str:
        """The whole text."""
        if request.kind == "refinement" and request.draft:
            return _refinement(request)
        texts = list(_draft(request, self._draft_sentences, self._embellish))
        return " ".join([*texts, self._slip] if self._slip and texts else texts) or NO_ANSWER


@lru_cache(maxsize=256)  # an experiment asks the same thing of the same evidence thousands of times
def _draft(request: GenerationRequest, at_most: int, embellish: bool) -> tuple[str, ...]:
    """The sentences of a first text, marks included; none if the sources have nothing of the question."""
    chosen = choose(quotes_for(request.question, request.sources), at_least=MIN_SENTENCES, at_most=at_most)
    texts = [cited(quote) for quote in in_reading_order(chosen)]
    return tuple(embellished(texts, request.sources) if embellish else texts)


@lru_cache(maxsize=256)
def _refinement(request: GenerationRequest) -> str:
    quotes = quotes_for(request.question, request.sources)
    return refinement(quotes, split_claims(request.draft or ""), request.findings)


def cited(quote: Quote) -> str:
    """The quote as a sentence of the answer: its mark before the full stop, or behind a closing quotation mark."""
    if quote.text[-1] in ".!":
        return f"{quote.text[:-1]} [{quote.marker}]{quote.text[-1]}"
    return f"{quote.text} [{quote.marker}]"


def refinement(quotes: Sequence[Quote], draft: Sequence[Claim], findings: Sequence[str]) -> str:
    """The draft again: sentences that passed as they are, failed ones set right or dropped, new evidence at the end.

    A last sentence that broke off counts as failed. New sentences come from sources that the draft does not cite.
    """
    failed = {finding.strip() for finding in findings}
    kept = {claim.index for claim in draft if claim.text not in failed and _TERMINATED.search(claim.text)}
    said = [words_of(claim.text) for claim in draft if claim.index in kept]
    texts: list[str] = []
    for claim in draft:
        if claim.index in kept:
            texts.append(claim.text)
        elif quote := _correction(claim, quotes, said):
            texts.append(cited(quote))
            said.append(quote.words)
    used = {marker for claim in draft for marker in claim.markers}
    unused = [quote for quote in quotes if quote.marker not in used]
    room = min(MAX_ADDITIONS, MAX_SENTENCES - len(texts))
    best = quotes[0].score if quotes else 0.0
    additions = choose([quote for quote in unused if quote.score >= ADDITION * best], at_most=room, said=said)
    return " ".join([*texts, *map(cited, additions)]) or NO_ANSWER


def _correction(claim: Claim, quotes: Sequence[Quote], said: Sequence[frozenset[str]]) -> Quote | None:
    """The quote that a failed sentence comes closest to, if it is close and not in the text already."""
    words = words_of(claim.text)
    fresh = [quote for quote in quotes if not any(same_fact(quote.words, other) for other in said)]
    closest = max(fresh, key=lambda quote: _likeness(words, quote), default=None)
    return closest if closest and _likeness(words, closest) >= CORRECTION else None


def _likeness(words: frozenset[str], quote: Quote) -> float:
    return len(words & quote.words) / len(words) if words else 0.0


_TERMINATED = re.compile(r"[.!?](?:[\"'”’)]|\s*\[\d+\])*$")
