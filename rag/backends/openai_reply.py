"""One answer of an OpenAI-compatible provider: its chunks as tokens, the way it ends as a verdict.

It does not know the prompt, the connection or the retry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from openai import AsyncStream
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_chunk import Choice as ChunkChoice

from rag.backends.openai_errors import translated
from rag.errors import ContentFiltered, GenerationCut, GenerationError, GenerationLength, GenerationMalformed


class Piece(NamedTuple):
    """What one chunk says."""

    text: str = ""
    finish: str | None = None
    """Why the text ends with this chunk; None if it goes on."""
    filtered: bool = False
    """Whether the provider's content filter, or the model itself, refuses to go on."""


class Reply:
    """Tokens of one answer, asked for one by one. Whoever makes it closes it, with `aclose`."""

    def __init__(self, chunks: AsyncStream[ChatCompletionChunk], *, tail_s: float) -> None:
        self._chunks = chunks
        self._tail_s = tail_s
        self._started = False
        self._finish: str | None = None

    async def next_token(self, until_s: float) -> str | None:
        """The next token, never an empty one, or None when the text is complete.

        `until_s` is the event loop's time at which to stop waiting. Raises a `GenerationError`: `GenerationTimeout` at
        that time, `ContentFiltered` as soon as the filter speaks, `GenerationLength` and `GenerationCut` at the end of
        a text that is not complete.
        """
        token = "" if self._finish else await translated(self._read(until_s), started=self._started)
        if token:
            self._started = True
            return token
        if self._finish:
            await self._read_tail()
        check_ending(self._finish, said=self._started)
        return None

    async def aclose(self) -> None:
        """Let go of the connection; in the middle of an answer that closes it, and the provider stops writing."""
        await self._chunks.close()

    async def _read(self, until_s: float) -> str:
        """The next text, or an empty one at the finish reason or the end of the stream."""
        async with asyncio.timeout_at(until_s):
            while (chunk := await anext(self._chunks, None)) is not None:
                text = self._take(chunk)
                if text or self._finish:
                    return text
        return ""

    def _take(self, chunk: ChatCompletionChunk) -> str:
        piece = read_chunk(chunk)
        if piece.filtered:
            raise ContentFiltered
        self._finish = self._finish or piece.finish
        return piece.text

    async def _read_tail(self) -> None:
        """Read what follows the finish reason: a late word of the content filter, and the end mark.

        Azure's asynchronous filter may speak after the text has ended. And only a connection that was read to its end
        can be used again, which saves the next request the handshake. Nothing else in the tail can spoil the text.
        """
        until_s = asyncio.get_running_loop().time() + self._tail_s
        try:
            await translated(self._drain(until_s), started=True)
        except ContentFiltered:
            raise
        except GenerationError:
            pass

    async def _drain(self, until_s: float) -> None:
        async with asyncio.timeout_at(until_s):
            while (chunk := await anext(self._chunks, None)) is not None:
                self._take(chunk)


def check_ending(finish: str | None, *, said: bool) -> None:
    """Raise unless the text is known to be complete: a stream that just ends has said nothing of the kind.

    `finish` is the finish reason, `said` whether there is any text.
    """
    if finish == "length":
        raise GenerationLength
    if finish != "stop":
        raise GenerationCut
    if not said:
        raise GenerationMalformed  # "complete", and not a word in it


def read_chunk(chunk: ChatCompletionChunk) -> Piece:
    """What `chunk` says; nothing at all for one without choices (usage, Azure's prompt filter results).

    The SDK does not validate what it receives, so every field may be missing or of another type. Raises
    `GenerationMalformed`, `AttributeError` or `TypeError` for what is not a chunk.
    """
    return _read_choice(chunk.choices[0], getattr(chunk.choices[0], "delta", None)) if chunk.choices else Piece()


def read_completion(completion: ChatCompletion) -> Piece:
    """What a whole answer says that was not streamed. Raises as `read_chunk`, and `IndexError` without a choice."""
    return _read_choice(completion.choices[0], getattr(completion.choices[0], "message", None))


def _read_choice(choice: ChunkChoice | Choice, said: object) -> Piece:
    text = getattr(said, "content", None) or ""
    if not isinstance(text, str):
        raise GenerationMalformed
    refused = bool(getattr(said, "refusal", None)) or choice.finish_reason == "content_filter"
    # An empty finish reason, as some servers send with every chunk, is none.
    return Piece(text, choice.finish_reason or None, refused or any(_filter_results(choice)))


def _filter_results(choice: object) -> Iterator[bool]:
    """Azure's annotations: one `{"filtered": bool, ...}` per category, beside `delta`."""
    results = getattr(choice, "content_filter_results", None)
    for verdict in results.values() if isinstance(results, dict) else ():
        yield isinstance(verdict, dict) and verdict.get("filtered") is True
