"""A language model behind the OpenAI protocol that writes the questions of a passage, when a library is indexed.

Nobody reads along, so the answer is asked for whole, and patience is long: a provider that is busy is asked again after
a pause, up to minutes later. It knows how one passage is asked about; it does not know the library and the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

import httpx2
from openai.types.chat import ChatCompletion

from rag.backends.openai_client import Prompt, Provider, as_prompt, connect, output_limit
from rag.backends.openai_errors import translated
from rag.backends.openai_reply import check_ending, read_completion
from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationLength,
    GenerationMalformed,
    GenerationRateLimited,
)
from rag.retrieval.question_prompt import parse_questions, question_messages
from rag.retrieval.question_writing import Written
from rag.values import Passage

BAD_ANSWERS = (GenerationCut, GenerationLength, GenerationMalformed)
"""What a model may do better at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLimits:
    """What the questions of one passage may cost. Times in seconds."""

    connect_s: float = 5.0
    answer_s: float = 120.0
    """For the whole answer: a small model on a machine of one's own writes a few tokens a second."""
    pauses_s: tuple[float, ...] = (1.0, 4.0, 15.0)
    """Before each further try of a request that failed for now; a provider's own wish goes before."""
    longest_retry_after_s: float = 90.0
    """A provider that asks for a longer pause than this (a quota of the day) is not asked again."""
    output_tokens: int = 4000
    """Far more than the questions need: a reasoning model thinks on the same account."""


class OpenAIQuestions:
    """Implements `QuestionWriter`. Close it with `aclose`: it holds a pool of connections."""

    def __init__(self, provider: Provider, *, limits: QuestionLimits | None = None) -> None:
        """Use `provider` and own its client from now on."""
        self._limits = limits or QuestionLimits()
        timeout = httpx2.Timeout(self._limits.answer_s, connect=self._limits.connect_s)
        self._client = provider.client.with_options(max_retries=0, timeout=timeout)
        self._provider = provider

    @classmethod
    def from_environment(
        cls,
        kind: Literal["openai", "azure"],
        environ: Mapping[str, str],
        *,
        limits: QuestionLimits | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> Self:
        """A writer from the vendor's own variables, as `connect` reads them. Sends nothing; owns `http_client`."""
        return cls(connect(kind, environ, http_client), limits=limits)

    async def write(self, passage: Passage, *, at_most: int) -> Written:
        """Up to `at_most` questions that `passage` answers, and some that it leaves open, of one request.

        An unusable answer is asked for once more. Raises a `GenerationError`, and never a foreign one.
        """
        prompt = as_prompt(question_messages(passage, at_most=at_most))
        try:
            return _read(await self._answer(prompt), at_most)
        except BAD_ANSWERS:
            pass
        return _read(await self._answer(prompt), at_most)

    async def aclose(self) -> None:
        """Close the connection pool; the writer cannot be used after that."""
        await self._client.close()

    async def _answer(self, prompt: Prompt) -> ChatCompletion:
        for usual_s in self._limits.pauses_s:
            try:
                return await translated(self._ask(prompt), started=False)
            except GenerationError as error:
                pause_s = self._pause_s(error, usual_s)
                if pause_s is None:
                    raise
            await asyncio.sleep(pause_s)
        return await translated(self._ask(prompt), started=False)

    def _pause_s(self, error: GenerationError, usual_s: float) -> float | None:
        """How long to wait before the same request is sent again; None if there is no point in it."""
        if isinstance(error, BAD_ANSWERS) or not error.retryable:
            return None
        wish_s = error.retry_after_s if isinstance(error, GenerationRateLimited) else None
        pause_s = usual_s if wish_s is None else wish_s
        return pause_s if pause_s <= self._limits.longest_retry_after_s else None

    async def _ask(self, prompt: Prompt) -> ChatCompletion:
        max_tokens, max_completion_tokens = output_limit(self._provider.max_tokens_name, self._limits.output_tokens)
        async with asyncio.timeout(self._limits.answer_s):
            return await self._client.chat.completions.create(
                model=self._provider.model,
                messages=prompt,
                max_tokens=max_tokens,
                max_completion_tokens=max_completion_tokens,
            )


def _read(completion: ChatCompletion, at_most: int) -> Written:
    """The questions in an answer. The SDK does not validate what it receives: a field may be missing or of any type."""
    try:
        piece = read_completion(completion)
    except (AttributeError, IndexError, TypeError):
        raise GenerationMalformed from None
    if piece.filtered:
        raise ContentFiltered
    check_ending(piece.finish, said=bool(piece.text))
    questions = parse_questions(piece.text, at_most=at_most)
    return Written(
        questions.answered,
        questions.left_open,
        prompt_tokens=_tokens(completion, "prompt_tokens"),
        answer_tokens=_tokens(completion, "completion_tokens"),
    )


def _tokens(completion: ChatCompletion, name: str) -> int:
    """What the answer cost; 0 if the provider does not say."""
    count = getattr(getattr(completion, "usage", None), name, None)
    return count if isinstance(count, int) and count > 0 else 0
