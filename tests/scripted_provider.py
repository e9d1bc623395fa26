"""A provider of chat completions that answers from a script, at the transport: without sockets, for virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import httpx2
import openai
import pytest

from mocks.virtual_time import run_virtual
from rag.backends.openai_generator import GeneratorLimits, OpenAIGenerator
from rag.errors import GenerationError
from rag.values import GenerationRequest, NumberedSource, Passage

PASSAGE = Passage(passage_id="d#s", document_id="d", source="Guide", title="G", section="S", text="It is two years.")
REQUEST = GenerationRequest(question="How long?", sources=(NumberedSource(marker=1, passage=PASSAGE),))
LIMITS = GeneratorLimits()
FOREVER_S = 1000.0

Step = tuple[float, bytes]
"""Seconds to wait, then bytes to send."""


def event(payload: object) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def chunk(text: str | None = None, finish: str | None = None, **delta: object) -> bytes:
    return event({"choices": [{"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}]})


DONE = b"data: [DONE]\n\n"
ENDING: tuple[Step, ...] = ((0, chunk(finish="stop")), (0, DONE))


class Body(httpx2.AsyncByteStream):
    """A response body that can be read once, as a real one."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self._steps = iter(steps)
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for wait_s, data in self._steps:
            await asyncio.sleep(wait_s)
            yield data

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Scripted(httpx2.AsyncBaseTransport):
    """Answers each request with the next script: steps of a stream, or a whole error response."""

    scripts: list[tuple[Step, ...] | tuple[int, dict[str, str]]]
    headers_after_s: float = 0.0
    asked_at_s: list[float] = field(default_factory=list)
    sent: list[dict[str, object]] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked_at_s.append(asyncio.get_running_loop().time())
        self.sent.append(json.loads(await request.aread()))
        await asyncio.sleep(self.headers_after_s)
        match self.scripts.pop(0):
            case (int(status), dict(headers)):
                return httpx2.Response(status, headers=headers, json={"error": {}}, request=request)
            case steps:
                self.bodies.append(Body(steps))
                headers = {"content-type": "text/event-stream"}
                return httpx2.Response(200, headers=headers, stream=self.bodies[-1], request=request)


@dataclass
class Run:
    """What came of one generation."""

    tokens: list[tuple[float, str]]
    error: GenerationError | None
    ended_at_s: float

    @property
    def text(self) -> str:
        return "".join(token for _, token in self.tokens)


def generator(transport: Scripted, limits: GeneratorLimits = LIMITS) -> OpenAIGenerator:
    http_client = httpx2.AsyncClient(transport=transport)
    client = openai.AsyncOpenAI(api_key="sk-x", base_url="http://mock.invalid/v1", http_client=http_client)
    return OpenAIGenerator(client, "a-model", limits=limits)


def run(
    transport: Scripted,
    limits: GeneratorLimits = LIMITS,
    *,
    reader_needs_s: float = 0.0,
    request: GenerationRequest = REQUEST,
) -> Run:
    """Read one whole generation in virtual time, by a reader who needs so long for every token."""

    async def main() -> Run:
        loop, model = asyncio.get_running_loop(), generator(transport, limits)
        tokens: list[tuple[float, str]] = []
        error = None
        try:
            async with aclosing(model.stream(request)) as stream:
                async for token in stream:
                    tokens.append((loop.time(), token))
                    await asyncio.sleep(reader_needs_s)
        except GenerationError as raised:
            error = raised
        ended_at_s = loop.time()
        await model.aclose()
        return Run(tokens, error, ended_at_s)

    return run_virtual(main)


def without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK looks up the platform's name in a thread, once per client; virtual time has no threads."""

    def inline(function: Callable[[], str]) -> Callable[[], Awaitable[str]]:
        async def call() -> str:
            return function()

        return call

    monkeypatch.setattr("openai._base_client.asyncify", inline)
