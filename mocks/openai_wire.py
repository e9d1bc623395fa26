"""The bytes of the chat-completions protocol, from the server's side: HTTP/1.1, its chunked coding, server-sent events.

Only as much of HTTP as the pretended OpenAI needs. It knows no behaviours and no answers.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple

LAST_HTTP_CHUNK = b"0\r\n\r\n"


class HttpRequest(NamedTuple):
    """A request with a JSON object for a body; `headers` by lower-case name."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


async def read_request(reader: asyncio.StreamReader) -> HttpRequest:
    """The next request of a connection.

    Raises `asyncio.IncompleteReadError` if the client has left, `ValueError` for what is not such a request.
    """
    try:
        block = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise ValueError("The headers are too long") from None
    request_line, *lines = block.decode("latin-1").strip().split("\r\n")
    _, path, _ = request_line.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
    if not isinstance(body, dict):
        raise ValueError("The body is not a JSON object")
    return HttpRequest(path, headers, body)


def head(status: str, content_type: str, *lines: str) -> bytes:
    """Status line and headers of a response, with the blank line that ends them."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *lines, "", ""]).encode()


def response(status: str, payload: object, *lines: str) -> bytes:
    """A whole response with a JSON body."""
    body = json.dumps(payload).encode()
    return head(status, "application/json", f"Content-Length: {len(body)}", *lines) + body


def error_response(status: str, message: str, code: str, *lines: str) -> bytes:
    """A whole response in the form of OpenAI's errors."""
    return response(status, {"error": {"message": message, "type": code, "code": code}}, *lines)


def http_chunk(body: bytes) -> bytes:
    """`body` as one chunk of the chunked coding (RFC 9112, 7.1)."""
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


def sse(payload: object) -> bytes:
    """`payload` as one server-sent event."""
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"


def chunk_payload(delta: dict[str, str], finish_reason: str | None = None) -> dict[str, object]:
    """One chunk of a streamed completion."""
    return {
        "id": "chatcmpl-mock",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }
