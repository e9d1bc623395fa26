"""A language model behind the OpenAI chat-completions protocol: OpenAI, Azure OpenAI, or anything that speaks it.

It turns a `GenerationRequest` into a stream of tokens and every way that can fail into one of our errors. It has its
own limits and its own single retry, because the SDK's are of no use here: its read timeout is ten minutes, and its
retries cannot tell whether a reader has already seen a word. It does not know the pipeline, events or the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Literal, Self

import httpx2
from openai import AsyncOpenAI

from rag.backends.openai_client import MaxTokensName, Prompt, as_prompt, connect, output_limit
from rag.backends.openai_errors import translated
from rag.backends.openai_reply import Reply
from rag.errors import GenerationError, GenerationRateLimited
from rag.prompt import PROMPT_CHARS, fit, messages
from rag.settings import Settings
from rag.values import GenerationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorLimits:
    """What one generation may cost. Times in seconds."""

    connect_s: float = 2.0
    first_token_s: float = 8.0
    """From the call to the first token, our retry included: the reader waits once."""
    inter_token_s: float = 5.0
    """Between two tokens. Keep-alive comments and empty chunks do not count: they are no progress."""
    tail_s: float = 0.5
    """After the finish reason, for what may still follow it; the text is complete by then."""
    retries: Literal[0, 1] = 1
    """Second tries of a generation that failed before its first token."""
    retry_pause_s: float = 0.25
    longest_retry_after_s: float = 2.0
    """A provider that asks for a longer pause than this is not asked again: the error says so sooner."""
    output_tokens: int = 1000
    prompt_chars: int = PROMPT_CHARS

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits for a pipeline of these settings, which gives a generation its second chance itself."""
        return cls(
            retries=0,
            first_token_s=settings.budgets.first_token_s,
            inter_token_s=settings.budgets.inter_token_s,
            output_tokens=settings.limits.output_tokens,
        )


class OpenAIGenerator:
    """Implements the `Generator` port. Close it with `aclose`: it holds a pool of connections."""

    def __init__(
        self,
        client: AsyncOpenAI,
        model: str,
        *,
        limits: GeneratorLimits | None = None,
        max_tokens_name: MaxTokensName = "max_completion_tokens",
    ) -> None:
        """Use `client` (an `AsyncAzureOpenAI` is one too) and own it from now on; see `Provider` for the rest."""
        self._limits = limits or GeneratorLimits()
        # No read timeout: it would count bytes, and a keep-alive comment is a byte. Our limits count tokens.
        timeout = httpx2.Timeout(self._limits.connect_s, read=None)
        self._client = client.with_options(max_retries=0, timeout=timeout)
        self._model = model
        self._max_tokens_name = max_tokens_name

    @classmethod
    def from_environment(
        cls,
        kind: Literal["openai", "azure"],
        environ: Mapping[str, str],
        *,
        limits: GeneratorLimits | None = None,
        http_client: httpx2.AsyncClient | None = None,
    ) -> Self:
        """A generator from the vendor's own variables, as `connect` reads them. Sends nothing; owns `http_client`."""
        provider = connect(kind, environ, http_client)
        return cls(provider.client, provider.model, limits=limits, max_tokens_name=provider.max_tokens_name)

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[str]:
        """Tokens of the answer to `request`; see the port. Raises a `GenerationError`, and never a foreign one."""
        loop = asyncio.get_running_loop()
        prompt = messages(fit(request, max_chars=self._limits.prompt_chars))
        reply, token = await self._begin(as_prompt(prompt))
        try:
            while token is not None:
                yield token
                token = await reply.next_token(loop.time() + self._limits.inter_token_s)
        finally:
            await reply.aclose()

    async def aclose(self) -> None:
        """Close the connection pool; the generator cannot be used after that."""
        await self._client.close()

    async def _begin(self, prompt: Prompt) -> tuple[Reply, str | None]:
        """Open the stream and wait for the first token. Fails at most once before it fails for good.

        Only here is a second try allowed: once a reader has seen a word, another answer would begin under their eyes.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._limits.first_token_s
        try:
            return await self._attempt(prompt, until_s)
        except GenerationError as error:
            pause_s = self._pause_before_retry_s(error)
            if pause_s is None or loop.time() + pause_s >= until_s:
                raise
        await asyncio.sleep(pause_s)
        return await self._attempt(prompt, until_s)

    def _pause_before_retry_s(self, error: GenerationError) -> float | None:
        """How long to wait before the second try; None if there is no point in one."""
        if not (error.retryable and self._limits.retries):
            return None
        wish_s = error.retry_after_s if isinstance(error, GenerationRateLimited) else None
        pause_s = self._limits.retry_pause_s if wish_s is None else wish_s
        return pause_s if pause_s <= self._limits.longest_retry_after_s else None

    async def _attempt(self, prompt: Prompt, until_s: float) -> tuple[Reply, str | None]:
        reply = await translated(self._open(prompt, until_s), started=False)
        try:
            return reply, await reply.next_token(until_s)
        except BaseException:  # a cancellation too: the connection must not outlive the call
            await reply.aclose()
            raise

    async def _open(self, prompt: Prompt, until_s: float) -> Reply:
        max_tokens, max_completion_tokens = output_limit(self._max_tokens_name, self._limits.output_tokens)
        async with asyncio.timeout_at(until_s):
            chunks = await self._client.chat.completions.create(
                model=self._model,
                messages=prompt,
                stream=True,
                max_tokens=max_tokens,
                max_completion_tokens=max_completion_tokens,
            )
        return Reply(chunks, tail_s=self._limits.tail_s)
