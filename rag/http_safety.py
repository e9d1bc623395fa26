"""What may come in, and what goes out with every answer: reading a `POST /query`, refusing politely, safe headers.

Plain functions and one plain ASGI middleware; nothing here knows the web framework, a stream or a pipeline.

Two rules for every refusal: the fault is named by its field, and nothing of the request is sent back. A value that
is echoed turns a 10 MB request into a 10 MB answer, and somebody's script into somebody else's page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from rag.errors import InvalidRequest
from rag.question import clean_question
from rag.values import RunRequest, Strategy

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = MutableMapping[str, Any]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_REFUSAL_BYTES = 1000
"""No refusal is longer, however many fields are at fault and however long their names are."""

_MAX_DETAILS, _FIELD_CHARS, _MESSAGE_CHARS = 10, 40, 600


class Detail(NamedTuple):
    """One fault of a request. `field` is empty when no field is to blame."""

    field: str
    message: str


class Refusal(Exception):
    """A request that is turned away before anything is done for it. All texts are ours, or a field's name."""

    def __init__(self, status: int, code: str, details: Sequence[Detail] = (), retry_after_s: int | None = None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.details = tuple(details)
        self.retry_after_s = retry_after_s

    def body(self) -> dict[str, Any]:
        """`{"error": {"code": ..., "details": [{"field": ..., "message": ...}]}}`, under `MAX_REFUSAL_BYTES`."""
        shown = self.details[:_MAX_DETAILS]
        details = [{"field": _printable(field), "message": message[:_MESSAGE_CHARS]} for field, message in shown]
        body = {"error": {"code": self.code, "details": details}}
        while len(details) > 1 and len(json.dumps(body)) > MAX_REFUSAL_BYTES:
            details.pop()
        return body


def invalid(field: str, message: str) -> Refusal:
    """The 422 for one fault."""
    return Refusal(422, "invalid_request", [Detail(field, message)])


def _printable(name: str) -> str:
    """The name of a field as it may be shown: a client chooses the names of unknown fields."""
    return re.sub(r"[^\w.\-]", "?", name[:_FIELD_CHARS], flags=re.ASCII)


class QueryBody(BaseModel):
    """The body of `POST /query`. Strict: `"5"` is no number and `true` is none either; NaN and Infinity are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    query: str
    domain: str | None = None
    scenario: str | None = None
    profile: str | None = Field(default=None, max_length=100)
    speed: float = Field(default=1.0, ge=0.1, le=1000)
    """From 0.1: slower, and one request could keep its stream open for hours."""
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    strategy: str = "progressive"

    @field_validator("query")
    @classmethod
    def _clean(cls, query: str, info: ValidationInfo) -> str:
        max_chars = _context(info).max_question_chars
        try:
            return clean_question(query, max_chars)
        except InvalidRequest:
            said = "must have 1 to {max_chars} characters of valid Unicode"
            raise PydanticCustomError("question_length", said, {"max_chars": max_chars}) from None

    @field_validator("domain", "scenario", "strategy")
    @classmethod
    def _known(cls, name: str | None, info: ValidationInfo) -> str | None:
        choices = _context(info).choices[info.field_name or ""]
        if name is not None and name not in choices:
            raise PydanticCustomError("unknown_choice", "must be one of: {names}", {"names": ", ".join(choices)})
        return name


@dataclass(frozen=True)
class QueryReader:
    """Turns the bytes of a `POST /query` into a `RunRequest`, or raises a `Refusal` that says what is wrong."""

    max_question_chars: int
    choices: Mapping[str, Sequence[str]]
    """The names that each of `domain`, `scenario` and `strategy` may have."""

    @classmethod
    def of(
        cls,
        *,
        max_question_chars: int,
        domains: Sequence[str],
        scenarios: Sequence[str],
        strategies: Sequence[str] = get_args(Strategy),
    ) -> QueryReader:
        """A reader that knows these domains, scenarios and strategies."""
        choices = {"domain": domains, "scenario": scenarios, "strategy": strategies}
        return cls(max_question_chars, choices)

    def read(self, content_type: str, body: bytes) -> RunRequest:
        """Raises `Refusal`: 415 for anything but JSON, else 422 with every field at fault.

        Of two equal keys the last one counts. JSON may be UTF-8, UTF-16 or UTF-32, as RFC 4627 had it.
        """
        # A page of another site can post a form or text/plain without asking; JSON it must ask for first.
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "unsupported_media_type", [Detail("", "the body must be application/json")])
        try:
            text = body.decode(json.detect_encoding(body))
            query = QueryBody.model_validate_json(text, context=self)
        except UnicodeDecodeError:
            raise invalid("body", "is not valid Unicode") from None
        except ValidationError as error:
            raise Refusal(422, "invalid_request", [_detail(item) for item in _errors(error)]) from None
        return RunRequest.model_validate({"question": query.query, **query.model_dump(exclude={"query"})})


def _context(info: ValidationInfo) -> QueryReader:
    reader: QueryReader = info.context  # type: ignore[assignment]  # pydantic types the context as Any or None
    return reader


def _errors(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False, include_input=False)


def _detail(error: ErrorDetails) -> Detail:
    return Detail(".".join(str(part) for part in error["loc"]) or "body", error["msg"])


CONTENT_SECURITY_POLICY = "; ".join(
    (
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",  # Gradio inlines its config and compiles templates
        "script-src-attr 'none'",  # no onerror=, onclick= ... in whatever a document smuggles in
        "img-src 'self' data: blob:",  # no image may carry text of an answer to another host
        "connect-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
    )
)

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)

_CLOSED_PATHS = re.compile(r"(^|/)(file=http|proxy=|deep_link(/|$)|monitoring(/|$))", re.IGNORECASE)
"""Routes of the mounted Gradio app that nobody needs here: the first two fetch any public address for anybody, the
third stores state of a session, the last tells of other people's use."""


class SafeSurface:
    """Pure ASGI middleware: the headers above on every answer, and a 404 for Gradio's routes that must stay closed.

    It touches only the start of an answer, never the events of a stream.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. WebSockets and the lifespan pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _CLOSED_PATHS.search(scope["path"]):
            await _not_found(_with_headers(send))
        else:
            await self._app(scope, receive, _with_headers(send))


def _with_headers(send: Send) -> Send:
    ours = {name for name, _ in SECURITY_HEADERS}

    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in ours]
            message["headers"] = [*kept, *SECURITY_HEADERS]
        await send(message)

    return send_safely


async def _not_found(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"9")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not Found", "more_body": False})
