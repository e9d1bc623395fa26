"""A language model with a metronome: real sentences of the library, each under its mark, token by token on schedule.

Two of three sentences stand in the source that they name, the third somewhere else: so citations are verified, weak
and unsupported in turn, and every panel has something to show. Knows sources and rates; nothing of pages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import cycle, islice

from rag.grounding.claims import split_claims
from rag.retrieval.corpus import Corpus
from rag.values import GenerationRequest, NumberedSource

MIN_WORDS, MAX_WORDS = 12, 20
"""Of a sentence, its mark not counted."""

_PLAIN = re.compile(r"[A-Z][A-Za-z0-9 ,'%()-]+\.")
"""Text that Markdown leaves alone: both pages must show the same characters."""
_TOKEN = re.compile(r"\s*(?:[\w'-]+|[^\w\s])")


class SteadyWriter:
    """A `Generator` of `tokens` tokens at `rate` a second; where the loop was late it catches up."""

    def __init__(self, corpus: Corpus, *, rate: float, tokens: int) -> None:
        self._elsewhere = [text for passage in corpus.passages for text in plain_sentences(passage.text)]
        self._rate = rate
        self._tokens = tokens

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """A draft on schedule. A refinement is the draft as it is, at once: nothing better was found."""
        if request.kind == "refinement":
            yield request.draft or ""
            return
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        for index, token in enumerate(islice(self._endless(request.sources), self._tokens)):
            await asyncio.sleep(max(0.0, started_s + index / self._rate - loop.time()))
            yield token

    def _endless(self, sources: Sequence[NumberedSource]) -> Iterator[str]:
        """Tokens without end: words with the space before them, and single signs."""
        for index, text in enumerate(self._sentences(sources)):
            yield from _TOKEN.findall(f" {text}" if index else text)

    def _sentences(self, sources: Sequence[NumberedSource]) -> Iterator[str]:
        quotes = cycle([(text, item.marker) for item in sources for text in plain_sentences(item.passage.text)])
        for index, stranger in enumerate(cycle(self._elsewhere)):
            marker = sources[index % len(sources)].marker
            for text, mark in (next(quotes), next(quotes), (stranger, marker)):
                yield f"{text[:-1]} [{mark}]."


def plain_sentences(text: str) -> list[str]:
    """The sentences of a passage that have 12 to 20 words and no sign that a page could take for markup."""
    texts = (claim.text for claim in split_claims(text))
    return [text for text in texts if MIN_WORDS <= len(text.split()) <= MAX_WORDS and _PLAIN.fullmatch(text)]
