"""How a provider can behave, as scripts of bytes and pauses: the pure half of the pretended OpenAI server.

Each behaviour is one that providers or the networks before them show. It knows no sockets, and what the answer says is
given to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from mocks.openai_steps import HangUp, Pause, Send, Step
from mocks.openai_wire import LAST_HTTP_CHUNK, chunk_payload, error_response, head, http_chunk, sse

Behaviour = Literal[
    "normal",
    "empty_choices",  # the first chunk has no choices, as Azure's prompt filter results
    "silent_end",  # a clean end of the body without a finish reason
    "no_answer",  # finished, and not a word
    "length",
    "content_filter",
    "late_filter",  # the content filter speaks after the text has ended
    "refusal",  # the model refuses, in deltas of their own
    "reset",  # the connection is reset in the middle of the answer
    "close",  # the connection is closed in the middle of the answer
    "malformed",  # a chunk that is not JSON
    "not_a_chunk",  # a chunk that is JSON of another shape
    "error_event",  # an error where a chunk should be
    "stall_first",  # headers, then nothing
    "stall_middle",  # some tokens, then nothing
    "keep_alive_only",  # some tokens, then comments for ever: alive, and no progress
    "split_utf8",  # a character arrives in two pieces
    "unauthorized",  # 401; this and the other errors quote the key
    "rate_limited",  # 429 with retry-after for the first try of each prompt, then normal
    "server_error",  # 500
    "no_headers",  # the connection is closed before the headers
]
BEHAVIOURS: tuple[Behaviour, ...] = get_args(Behaviour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What there is to say, and how fast: seconds before the first token, and between two tokens."""

    text: str
    key: str = ""
    """The credential of the request, for the reply that quotes it."""
    prompt_tokens: int = 0
    """What the request cost, for the reply that tells."""
    first_token_s: float = 0.0
    inter_token_s: float = 0.0
    retry_after_s: float = 0.0

    @property
    def tokens(self) -> list[str]:
        """The text in words, each with the space before it."""
        return re.findall(r"\s*\S+", self.text)


SETTLE_S = 0.02
"""Between two writes that must not arrive as one, and before a reset, which may overtake what was written."""


def script(behaviour: Behaviour, answer: Answer) -> Iterator[Step]:
    """The steps of a streamed reply; endless for a provider that only keeps the connection alive."""
    if behaviour in INSTEAD:
        yield from INSTEAD[behaviour](answer)
        return
    yield Send(head("200 OK", "text/event-stream", "Transfer-Encoding: chunked"))
    yield Pause(math.inf if behaviour == "stall_first" else answer.first_token_s)
    yield from _STREAMS[behaviour](answer)
    yield Send(LAST_HTTP_CHUNK)


def not_found() -> bytes:
    """The reply to any other path."""
    return error_response("404 Not Found", "There is nothing but chat completions here.", "not_found")


def _normal(answer: Answer) -> Iterator[Step]:
    yield from _write(answer, answer.tokens)
    yield from _finish("stop")


def _empty_choices(answer: Answer) -> Iterator[Step]:
    yield _event({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]})
    yield from _normal(answer)


def _no_answer(answer: Answer) -> Iterator[Step]:
    yield from _finish("stop")


def _late_filter(answer: Answer) -> Iterator[Step]:
    yield from _write(answer, answer.tokens)
    yield _chunk({}, "stop")
    verdict = {"violence": {"filtered": True, "severity": "high"}}
    yield _event({"choices": [{"index": 0, "finish_reason": None, "content_filter_results": verdict}]})
    yield _data(b"data: [DONE]\n\n")


def _refusal(answer: Answer) -> Iterator[Step]:
    yield _chunk({"role": "assistant", "refusal": "I cannot help with that."})
    yield from _finish("stop")


def _split_utf8(answer: Answer) -> Iterator[Step]:
    event = sse(chunk_payload({"content": answer.text}))
    cut = next((index for index, byte in enumerate(event) if byte >= 0x80), len(event) // 2) + 1
    yield _data(event[:cut])
    yield Pause(SETTLE_S)
    yield _data(event[cut:])
    yield from _finish("stop")


def _half(*then: Step) -> Callable[[Answer], Iterator[Step]]:
    """A reply that writes half of the answer, so that the interruption is in the middle, and then does `then`."""

    def steps(answer: Answer) -> Iterator[Step]:
        yield from _write(answer, answer.tokens[: (len(answer.tokens) + 1) // 2])
        yield from then

    return steps


def _keep_alive_only(answer: Answer) -> Iterator[Step]:
    yield from _half()(answer)
    while True:
        yield _data(b": keep-alive\n\n")
        yield Pause(SETTLE_S)


def _write(answer: Answer, tokens: Sequence[str]) -> Iterator[Step]:
    yield _chunk({"role": "assistant", "content": ""})
    for number, token in enumerate(tokens):
        if number:
            yield Pause(answer.inter_token_s)
        yield _chunk({"content": token})


def _finish(reason: str) -> Iterator[Step]:
    yield _chunk({}, reason)
    yield _event({"choices": [], "usage": {"completion_tokens": 0, "prompt_tokens": 0, "total_tokens": 0}})
    yield _data(b"data: [DONE]\n\n")


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> Send:
    return _event(chunk_payload(delta, finish_reason))


def _event(payload: object) -> Send:
    return _data(sse(payload))


def _data(body: bytes) -> Send:
    return Send(http_chunk(body))


def _rate_limited(answer: Answer) -> Iterator[Step]:
    wish = (f"Retry-After: {math.ceil(answer.retry_after_s)}", f"retry-after-ms: {answer.retry_after_s * 1000:g}")
    yield Send(error_response("429 Too Many Requests", _quoting(answer), "rate_limit_exceeded", *wish))


def _unauthorized(answer: Answer) -> Iterator[Step]:
    yield Send(error_response("401 Unauthorized", _quoting(answer), "invalid_api_key"))


def _server_error(answer: Answer) -> Iterator[Step]:
    yield Send(error_response("500 Internal Server Error", _quoting(answer), "server_error"))


def _error_event(answer: Answer) -> Iterator[Step]:
    yield from _half()(answer)
    yield _event({"error": {"message": _quoting(answer), "code": "server_error"}})


def _no_headers(answer: Answer) -> Iterator[Step]:
    yield HangUp(reset=False)


def _quoting(answer: Answer) -> str:
    """An error message that gives the key away, as providers' messages have done."""
    return f"The request with the API key {answer.key} did not succeed."


_STREAMS: dict[Behaviour, Callable[[Answer], Iterator[Step]]] = {
    "normal": _normal,
    "stall_first": _normal,
    "empty_choices": _empty_choices,
    "silent_end": _half(),
    "no_answer": _no_answer,
    "length": _half(*_finish("length")),
    "content_filter": _half(*_finish("content_filter")),
    "late_filter": _late_filter,
    "refusal": _refusal,
    "reset": _half(Pause(SETTLE_S), HangUp(reset=True)),
    "close": _half(HangUp(reset=False)),
    "malformed": _half(_data(b'data: {"choices": [{"delta": {"content": "oo\n\n')),
    "not_a_chunk": _half(_event(["not", "a", "chunk"])),
    "error_event": _error_event,
    "stall_middle": _half(Pause(math.inf)),
    "keep_alive_only": _keep_alive_only,
    "split_utf8": _split_utf8,
}

INSTEAD: dict[Behaviour, Callable[[Answer], Iterator[Step]]] = {
    "unauthorized": _unauthorized,
    "rate_limited": _rate_limited,
    "server_error": _server_error,
    "no_headers": _no_headers,
}
"""Behaviours that are no stream at all."""
