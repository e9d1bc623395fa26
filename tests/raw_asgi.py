"""A scripted ASGI client without sockets, and scripted runs without a pipeline, for the tests of the service.

The client decides message by message when it reads, leaves or stalls, which no HTTP library lets a test do. With
`run_virtual` around it, nothing waits.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import FastAPI

from rag.errors import InvalidRequest
from rag.events import AnyPayload, FinalAnswer, StatusUpdate, StreamEvent, Token, envelope, from_sse
from rag.report import measure
from rag.service import Service, create_app
from rag.settings import Limits, Settings
from rag.values import GateDecision, RunRequest, StageName

JSON = {"content-type": "application/json"}
STARTED_AT = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = ("Lenders ", "accept ", "43 percent.")
State = Literal["started", "finished", "failed", "skipped", "waiting"]


def status(stage: StageName, state: State, **more: Any) -> StatusUpdate:
    path = "slow" if stage in {"safety", "deep_retrieval"} else "fast"
    return StatusUpdate.model_validate({"message": stage, "stage": stage, "path": path, "state": state, **more})


def gate_opens() -> StatusUpdate:
    gate = GateDecision(verdict="open", domain="general", asked=1, conditions=(), reason="Good evidence.")
    return status("gate", "finished", duration_ms=0, gate=gate)


MEASURE = "measure"
"""Stands for the metrics, which depend on the events before them."""
Step = tuple[float, AnyPayload | Exception | str]
"""Seconds to wait, then what the run emits or raises."""

DRAFT: tuple[Step, ...] = (
    (0.0, status("rewrite", "started")),
    (0.1, status("rewrite", "finished", duration_ms=100)),
    (0.0, gate_opens()),
    (0.0, status("generation", "started")),
    *((0.1, Token(token=token, grounded=True)) for token in TEXT),
)
CHECK: tuple[Step, ...] = (
    (0.0, status("generation", "finished", duration_ms=300)),
    (0.0, status("safety", "started")),
    (1.0, status("safety", "finished", duration_ms=1000)),
)
FINAL: Step = (
    0.0,
    FinalAnswer(complete=True, outcome="answered", answer="".join(TEXT), groundedness_score=0.9, safety_pass=True),
)
STORY: tuple[Step, ...] = (*DRAFT, *CHECK, FINAL, (0.0, MEASURE))
HANG: Step = (1e6, status("generation", "waiting"))


class ScriptedRuns:
    """An `OpenRun` that tells one story, and remembers what was asked, opened and closed."""

    def __init__(self, steps: Sequence[Step] = STORY) -> None:
        self.steps = steps
        self.requests: list[RunRequest] = []
        self.sent: list[StreamEvent] = []
        self.opened = 0
        self.closed = 0

    def __call__(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        if request.profile == "nope":
            raise InvalidRequest("profile: must be one of: article, instant")
        self.requests.append(request)
        return self._events(request)

    async def _events(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        self.opened += 1
        loop = asyncio.get_running_loop()
        origin_s, log = loop.time(), list[StreamEvent]()
        try:
            for wait_s, step in self.steps:
                await asyncio.sleep(wait_s)
                if isinstance(step, Exception):
                    raise step
                elapsed_ms = round((loop.time() - origin_s) * 1000)
                payload: Any = measure(log, (), request.strategy, refined=False) if isinstance(step, str) else step
                event = envelope(payload, request_id="r1", started_at=STARTED_AT, seq=len(log), elapsed_ms=elapsed_ms)
                log.append(event)
                self.sent.append(event)
                yield event
        finally:
            try:
                await asyncio.sleep(0.01)  # a real run must await its tasks before it is gone
            finally:
                self.closed += 1


@dataclass
class Reply:
    """What one request got."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False
    pieces_taken: int = 0
    """How much of the request's body the service read."""

    def json(self) -> Any:
        return json.loads(self.body)

    def events(self) -> list[StreamEvent]:
        return list(from_sse(self.body.decode("ascii")))

    def faults(self) -> dict[str, str]:
        return {detail["field"]: detail["message"] for detail in self.json()["error"]["details"]}


OnSend = Callable[[Reply, asyncio.Event], object]
"""Called after every message sent to the client; setting the event makes the client leave."""


async def ask(
    app: FastAPI,
    body: bytes | Sequence[bytes] = b"",
    *,
    method: str = "POST",
    path: str = "/query",
    headers: Mapping[str, str] | None = None,
    on_send: OnSend | None = None,
    stall_after: int | None = None,
) -> Reply:
    """One request from its first to its last message. `body` may come in pieces.

    `stall_after` is the number of messages after which the client takes no more, without leaving.
    """
    reply, left = Reply(), asyncio.Event()
    pieces = [body] if isinstance(body, bytes) else list(body)
    incoming = iter([(piece, index + 1 < len(pieces)) for index, piece in enumerate(pieces)])
    taken = 0

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)  # as over a socket: other requests come in between
        if (piece := next(incoming, None)) is not None:
            reply.pieces_taken += 1
            return {"type": "http.request", "body": piece[0], "more_body": piece[1]}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal taken
        if taken == stall_after:
            await asyncio.Event().wait()
        taken += 1
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            reply.body += message.get("body", b"")
            reply.complete = not message.get("more_body", False)
        if on_send:
            on_send(reply, left)
            await asyncio.sleep(0)

    await app(scope(method, path, JSON if headers is None else headers), receive, send)
    return reply


def scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    pairs = [(name.encode(), value.encode()) for name, value in {"host": "testserver", **headers}.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": pairs,
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }


def question(text: str = "How much debt may a borrower have?", **more: Any) -> bytes:
    return json.dumps({"query": text, **more}).encode()


def service_app(runs: ScriptedRuns | None = None, *, streams: int = 64, **options: Any) -> FastAPI:
    return create_app(
        runs or ScriptedRuns(),
        domains=("general", "loan_guidelines"),
        scenarios=("article", "bad_day"),
        settings=Settings(limits=Limits(streams=streams)),
        **options,
    )


def service_of(app: FastAPI) -> Service:
    service: Service = app.state.service
    return service


def leave_after(frames: int) -> OnSend:
    """For `on_send`: the client leaves when it has so many frames."""
    return lambda reply, left: left.set() if reply.body.count(b"\n\n") >= frames else None
