"""The HTTP front end: `POST /query` answers with a stream of events, beside it health, metrics and the event schema.

Knows HTTP and how to open a run; not what a run does, nor what a screen looks like (`app.py` mounts Gradio on it).
How a request is read stands in `rag.http_safety`, how a stream begins and ends in `rag.http_streams`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from socket import socket
from typing import get_args

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import InvalidRequest, RagError, ServerShutdown
from rag.events import json_schema
from rag.http_safety import SECURITY_HEADERS, Detail, QueryReader, Refusal, SafeSurface, invalid
from rag.http_streams import Admission, Drain, EventStream, LoopLag, Overloaded
from rag.ports import OpenRun
from rag.settings import Settings
from rag.values import Strategy

BODY_TIMEOUT_S = 10.0
"""A request that is not complete by then is given up; no stream is taken for it."""
RETRY_AFTER_S = 5
UPLOAD_BYTES = 25_000_000 + 64 * 1024
"""Five documents of 5 MB, which is more than a recording may have, and the form around them."""
SHUTDOWN_TIMEOUT_S = 5
"""What is still open then (an idle browser's connection) is cut."""


@dataclass
class Service:
    """The endpoints and what they share."""

    open_run: OpenRun
    reader: QueryReader
    admission: Admission
    ready: Callable[[], bool]
    metrics_text: Callable[[], str]
    release: Callable[[], Awaitable[None]]
    drain: Drain = field(default_factory=Drain)
    lag: LoopLag = field(default_factory=LoopLag)
    refused: Counter[str] = field(default_factory=Counter)

    async def query(self, request: Request) -> Response:
        """Run a question. Every refusal comes before anything is opened."""
        self._check_open()
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await request.body()
        except (TimeoutError, ClientDisconnect):
            raise Refusal(408, "incomplete_body") from None
        asked = self.reader.read(request.headers.get("content-type", ""), body)
        return EventStream(self.open_run, asked, self.admission, self.drain)

    def _check_open(self) -> None:
        if self.drain.started:
            raise ServerShutdown
        if not self.ready():
            raise Refusal(503, "starting", retry_after_s=RETRY_AFTER_S)
        self.admission.check()

    async def only_post(self, request: Request) -> Response:
        """A page mounted at `/` would take every other method of `/query` for itself."""
        raise HTTPException(405, headers={"Allow": "POST"})

    async def healthz(self) -> Response:
        """Whether questions are taken: 200 when they are, 503 while the parts are being made."""
        ready = self.ready()
        body = {
            "status": "ok" if ready else "starting",
            "streams": self.admission.open_streams,
            "loop_lag_ms": self.lag.p99_ms(),
        }
        return JSONResponse(body, status_code=200 if ready else 503)

    async def metrics(self) -> Response:
        """The process's counters in the Prometheus text format."""
        text = (
            _metric("rag_streams_open", "gauge", "Event streams being sent.", {"": self.admission.open_streams})
            + _metric(
                "rag_event_loop_lag_seconds", "gauge", "How late timers run (p99).", {"": self.lag.p99_ms() / 1000}
            )
            + _metric("rag_runs_total", "counter", "Ended runs.", _labelled("outcome", self.admission.runs))
            + _metric("rag_refused_total", "counter", "Requests turned away.", _labelled("code", self.refused))
        )
        return PlainTextResponse(text + self.metrics_text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def schema(self) -> Response:
        """JSON Schema of one event."""
        return JSONResponse(json_schema(), media_type="application/schema+json")

    async def refuse(self, request: Request, error: Exception) -> Response:
        """Turn what was raised before the first byte into an answer that says why, and count it."""
        refusal = _as_refusal(error)
        self.refused[refusal.code] += 1
        headers = dict(getattr(error, "headers", None) or {})
        if refusal.retry_after_s is not None:
            headers["Retry-After"] = str(refusal.retry_after_s)
        return JSONResponse(refusal.body(), status_code=refusal.status, headers=headers)

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Measure the event loop while the application runs, and close what its runs use when it stops."""
        self.lag.start()
        try:
            yield
        finally:
            self.lag.stop()
            await self.release()


_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


def _as_refusal(error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case HTTPException(status_code=status):
            return Refusal(status, _CODE_OF_STATUS.get(status, "http_error"))
        case InvalidRequest():
            # These messages begin with the field at fault: "query: is empty; ask a question."
            field, colon, message = str(error).partition(": ")
            return invalid(field, message) if colon and field.isidentifier() else invalid("body", str(error))
        case Overloaded() | ServerShutdown():
            return Refusal(503, error.code, [Detail("", str(error))], RETRY_AFTER_S)
        case RagError():
            return Refusal(503 if error.retryable else 500, error.code, [Detail("", str(error))])
        case _:
            return Refusal(500, RagError.code)


async def _internal(request: Request, error: Exception) -> Response:
    """The answer to a bug. It is sent from outside of all middleware, so it brings its own headers."""
    headers = {name.decode(): value.decode() for name, value in SECURITY_HEADERS}
    return JSONResponse(_as_refusal(error).body(), status_code=500, headers=headers)


def _labelled(label: str, counts: Counter[str]) -> dict[str, float]:
    return {f'{{{label}="{name}"}}': count for name, count in sorted(counts.items())}


def _metric(name: str, kind: str, meaning: str, samples: Mapping[str, float]) -> str:
    lines = [f"{name}{labels} {value}\n" for labels, value in samples.items()]
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n" + "".join(lines)


def create_app(
    open_run: OpenRun,
    *,
    domains: Sequence[str],
    scenarios: Sequence[str],
    settings: Settings,
    strategies: Sequence[str] = get_args(Strategy),
    metrics_text: Callable[[], str] | None = None,
    ready: Callable[[], bool] | None = None,
    release: Callable[[], Awaitable[None]] | None = None,
    allowed_hosts: Sequence[str] = ("*",),
    allowed_origins: Sequence[str] = (),
) -> FastAPI:
    """The application, onto which a screen can be mounted.

    `domains`, `scenarios` and `strategies` are the names a request may use. `metrics_text` adds lines in the
    Prometheus format to `/metrics`. While `ready` says no, questions are refused with 503. `release` is awaited once,
    when the application stops. `allowed_hosts` are the `Host` names served (`*.example.com` and `*` work),
    `allowed_origins` the foreign pages that may read answers; none by default.
    `app.state.service` gives access to the counters and the drain.
    """
    limits = settings.limits
    service = Service(
        open_run=open_run,
        reader=QueryReader.of(
            max_question_chars=limits.question_chars, domains=domains, scenarios=scenarios, strategies=strategies
        ),
        admission=Admission(limits.streams),
        ready=ready or (lambda: True),
        metrics_text=metrics_text or (lambda: ""),
        release=release or _nothing,
    )
    app = FastAPI(
        title="Progressive RAG",
        openapi_url=None,
        lifespan=service.lifespan,
        middleware=_middleware(limits.body_bytes, allowed_hosts, allowed_origins),
    )
    app.state.service = service
    _add_routes(app, service)
    return app


class BodyLimits:
    """Pure ASGI middleware: a limit on every body, and a wider one where the page takes a recording."""

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self._usual = RequestBodyLimitMiddleware(app, max_body_size=max_body_size)
        self._upload = RequestBodyLimitMiddleware(app, max_body_size=UPLOAD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        upload = scope["type"] == "http" and scope["path"] == "/gradio_api/upload"
        await (self._upload if upload else self._usual)(scope, receive, send)


async def _nothing() -> None:
    """There is nothing to release."""


def _middleware(body_bytes: int, hosts: Sequence[str], origins: Sequence[str]) -> list[Middleware]:
    """Outermost first. Plain ASGI all of them: one `BaseHTTPMiddleware` would slow every event of every stream."""
    return [
        Middleware(SafeSurface),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        Middleware(BodyLimits, max_body_size=body_bytes),
        # Present even when it allows nobody: without it a mounted Gradio app allows every origin, with credentials.
        Middleware(CORSMiddleware, allow_origins=list(origins), allow_methods=["POST"], allow_headers=["content-type"]),
    ]


def _add_routes(app: FastAPI, service: Service) -> None:
    app.add_api_route("/query", service.query, methods=["POST"])
    app.add_api_route("/query", service.only_post, methods=["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
    for path, endpoint in (
        ("/healthz", service.healthz),
        ("/metrics", service.metrics),
        ("/schema", service.schema),
    ):
        app.add_api_route(path, endpoint, methods=["GET", "HEAD"])
    for refused in (Refusal, RagError, HTTPException):
        app.add_exception_handler(refused, service.refuse)
    app.add_exception_handler(Exception, _internal)


class DrainingServer(uvicorn.Server):
    """uvicorn, but open streams are told that the server is going down before it waits for them to end."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Called on the event loop, soon after a signal or `should_exit`."""
        self._drain.start()
        await super().shutdown(sockets)


def build_server(app: FastAPI, *, host: str, port: int, log_level: str = "info") -> DrainingServer:
    """A server for an application made by `create_app`."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_TIMEOUT_S,
    )
    return DrainingServer(config, app.state.service.drain)


def serve(app: FastAPI, *, host: str, port: int, log_level: str = "info") -> None:
    """Serve until SIGTERM or Ctrl-C; open streams end by the protocol. Returns after Ctrl-C, as a command should."""
    with suppress(KeyboardInterrupt):
        build_server(app, host=host, port=port, log_level=log_level).run()
