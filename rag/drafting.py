"""The draft: written token by token behind the open gate, cut into sentences, each with its sources; or not at all.

The writer is the last gate. The one before it compares words, and the writer reads: told to say `NO_ANSWER` when the
sources do not hold the answer, it may *decline*. No word of that is shown. So the first token of an answer is shown as
soon as it cannot be the beginning of a refusal, which for nearly every answer is at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from rag import wording
from rag.answer import sentence_payloads
from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationRateLimited,
    GenerationTimeout,
    RagError,
)
from rag.events import Token
from rag.evidence import number
from rag.grounding.citations import attach
from rag.grounding.claims import SentenceReader
from rag.prompt import declines, may_decline
from rag.run import Run
from rag.stages import ClaimFeed, stage
from rag.values import Claim, GenerationRequest, ScoredPassage

MAX_RETRY_WAIT_S = 2.0
"""A provider may ask for a pause before the one retry; a reader who sees nothing yet is not asked to wait longer."""


async def write(run: Run, feed: ClaimFeed, evidence: Sequence[ScoredPassage]) -> None:
    """Draft the answer from the evidence, token by token; each sentence goes to `feed` when it is complete.

    A draft that breaks off stays as far as it came, marked incomplete; a writer that declines leaves none, and
    `run.answer.declined`. Raises `GenerationError` when not one token came, and `ContentFiltered` when the provider
    stopped the text.
    """
    run.answer.sources, run.answer.declined = number(evidence), False
    run.note("prompt", f"Prompt assembled from {len(run.answer.sources)} sources.")
    try:
        await stage(
            run,
            "generation",
            lambda: _generate(run, feed),
            message=wording.drafting(len(run.answer.sources)),
            done=lambda _: wording.DECLINED if run.answer.declined else "The draft is complete.",
        )
    except ContentFiltered:
        raise
    except RagError:
        if not run.answer.text:
            raise
        run.answer.complete = False
        run.degrade("generation")


async def _generate(run: Run, feed: ClaimFeed) -> None:
    """Write with one second chance, which exists only as long as the reader has seen nothing."""
    request = GenerationRequest(question=run.request.question, sources=run.answer.sources)
    try:
        await Drafting(run, feed).write(run.parts.generator.stream(request))
    except GenerationError as error:
        if run.answer.text or not error.retryable:
            raise
        wait_s = error.retry_after_s if isinstance(error, GenerationRateLimited) else None
        await asyncio.sleep(min(wait_s or 0.0, MAX_RETRY_WAIT_S))
        await Drafting(run, feed).write(run.parts.generator.stream(request))


class Drafting:
    """Takes tokens, finds the sentences in them, and shows both."""

    def __init__(self, run: Run, feed: ClaimFeed) -> None:
        self._run = run
        self._feed = feed
        self._reader = SentenceReader()
        self._unsaid: list[str] = []
        """The first tokens, as long as they may be a refusal."""
        self._pieces: list[str] = []

    async def write(self, stream: AsyncGenerator[str]) -> None:
        """Consume the generator's tokens, each within its limit, and close it; a cut draft keeps what it has.

        However it is cut: by an error of the generator, or by the time limit of the stage or of the whole request,
        which come as a cancellation. What was said is the draft; safety checks all of it, and it is what ends up in
        the final answer.
        """
        try:
            async with aclosing(stream):
                while not self._run.answer.declined and (token := await self._next(stream)) is not None:
                    self._take(token)
            self._say_held()
        finally:
            self._close()
        if not self._pieces and not self._run.answer.declined:
            raise GenerationCut("The language model returned an empty answer.")

    async def _next(self, stream: AsyncGenerator[str]) -> str | None:
        budgets = self._run.settings.budgets
        begun = self._pieces or self._unsaid
        try:
            async with asyncio.timeout(budgets.inter_token_s if begun else budgets.first_token_s):
                return await anext(stream, None)
        except TimeoutError:
            raise GenerationTimeout from None

    def _close(self) -> None:
        """The last sentence has no successor to show that it is complete."""
        self._run.answer.text = "".join(self._pieces)
        for claim in self._reader.finish():
            self._sentence(claim)

    def _take(self, token: str) -> None:
        if not token:
            return
        if self._pieces:
            self._say(token)
            return
        self._unsaid.append(token)
        begun = "".join(self._unsaid)
        self._run.answer.declined = declines(begun)
        if not may_decline(begun):
            self._say_held()

    def _say_held(self) -> None:
        """What was held was no refusal, or the writer has ended without one."""
        held, self._unsaid = self._unsaid, []
        if not self._run.answer.declined:
            for token in held:
                self._say(token)

    def _say(self, token: str) -> None:
        run = self._run
        self._pieces.append(token)
        run.release.show(Token(token=token, grounded=run.gate is not None and run.gate.verdict == "open"))
        for claim in self._reader.feed(token):
            self._sentence(claim)

    def _sentence(self, claim: Claim) -> None:
        """A sentence is complete: show how it stands, attach its sources, and hand it on to be checked."""
        answer = self._run.answer
        answer.text = "".join(self._pieces)
        answer.claims.append(claim)
        citations = attach(claim, answer.sources)
        answer.citations.extend(citations)
        for payload in sentence_payloads(answer.text, claim, citations):
            self._run.release.show(payload)
        self._feed.put(claim)
