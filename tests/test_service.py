"""The endpoints over raw ASGI, and the whole service once over a real socket."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from raw_asgi import STORY, TEXT, Reply, ScriptedRuns, ask, leave_after, question, service_app
from starlette.responses import PlainTextResponse

from mocks.virtual_time import run_virtual
from rag.events import from_sse, json_schema, to_sse
from rag.grammar import verify_stream


def test_the_frames_of_a_run_arrive_as_they_are() -> None:
    """The body is `to_sse` of every event and nothing else, under headers that forbid keeping events back."""
    runs = ScriptedRuns()
    reply = run_virtual(lambda: ask(service_app(runs), question()))

    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["x-accel-buffering"] == "no"
    assert reply.body.decode() == "".join(to_sse(event) for event in runs.sent)
    assert len(runs.sent) == len(STORY)
    assert runs.closed == 1


def test_every_option_reaches_the_run() -> None:
    """What the body names is what the run is asked for."""
    runs = ScriptedRuns()
    options = {
        "domain": "general",
        "scenario": "article",
        "profile": "instant",
        "speed": 20,
        "seed": -7,
        "strategy": "blocking",
    }
    run_virtual(lambda: ask(service_app(runs), question("  Why?\r\n", **options)))

    asked = runs.requests[0].model_dump(exclude_none=True)
    assert asked == {"question": "Why?", **options}


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed_even_under_a_mounted_page(method: str) -> None:
    """A screen mounted at `/` takes every path it is given; `/query` stays ours."""
    runs = ScriptedRuns()
    app = service_app(runs)
    app.mount("/", PlainTextResponse("page"))
    reply = run_virtual(lambda: ask(app, question(), method=method))

    assert reply.status == 405
    assert reply.headers["allow"] == "POST"
    assert runs.opened == 0


def test_nothing_is_taken_before_the_parts_are_ready() -> None:
    """Health says so, questions are sent away with Retry-After, and both change when it is."""
    parts: list[str] = []
    app = service_app(ready=lambda: bool(parts))

    async def main() -> list[Reply]:
        early = [await ask(app, path="/healthz", method="GET"), await ask(app, question())]
        parts.append("index")
        return [*early, await ask(app, path="/healthz", method="GET"), await ask(app, question())]

    early_health, early_query, health, query = run_virtual(main)

    assert (early_health.status, early_health.json()["status"]) == (503, "starting")
    assert (early_query.status, early_query.json()["error"]["code"]) == (503, "starting")
    assert "retry-after" in early_query.headers
    assert health.status == 200
    assert health.json() == {"status": "ok", "streams": 0, "loop_lag_ms": 0.0}
    assert query.status == 200


def test_metrics_count_what_happened() -> None:
    """Open streams, ended runs by outcome, refusals by code, and whatever the caller adds."""
    app = service_app(metrics_text=lambda: "rag_added 1\n")

    async def main() -> Reply:
        await ask(app, question())
        await ask(app, question())
        await ask(app, question(), on_send=leave_after(2))
        await ask(app, question(""))
        async with asyncio.TaskGroup() as group:
            group.create_task(ask(app, question()))
            await asyncio.sleep(0.1)
            return await ask(app, path="/metrics", method="GET")

    reply = run_virtual(main)
    lines = reply.body.decode().splitlines()

    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        "rag_streams_open 1",
        'rag_runs_total{outcome="answered"} 2',
        'rag_runs_total{outcome="abandoned"} 1',
        'rag_refused_total{code="invalid_request"} 1',
        "rag_added 1",
    ):
        assert line in lines


def test_the_schema_is_the_protocol_s() -> None:
    """What is served is generated from the models."""
    reply = run_virtual(lambda: ask(service_app(), path="/schema", method="GET"))

    assert reply.json() == json.loads(json.dumps(json_schema()))


def test_a_blocked_event_loop_shows_in_the_health() -> None:
    """A call that holds up every stream at once is the one thing to be found here."""
    app = service_app()

    async def main() -> float:
        async with app.router.lifespan_context(app):
            await asyncio.sleep(0.06)
            time.sleep(0.2)  # noqa: ASYNC251  # the mistake that the detector is for
            await asyncio.sleep(0.06)
            reply = await ask(app, path="/healthz", method="GET")
        return float(reply.json()["loop_lag_ms"])

    with asyncio.Runner() as runner:
        assert runner.run(main()) > 100


SERVER = """
import sys
sys.path[:0] = sys.argv[1:3]
from raw_asgi import DRAFT, HANG, ScriptedRuns, service_app
from rag.service import serve
serve(service_app(ScriptedRuns((*DRAFT, HANG))), host="127.0.0.1", port=int(sys.argv[3]))
"""


def test_a_real_server_ends_its_streams_and_exits_on_sigterm() -> None:
    """Over a real socket: the reader of an open stream gets its error and its metrics, and the process is gone."""
    tests = Path(__file__).parent
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tests), str(tests.parent), str(port)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if "Uvicorn running" in line:
                break
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            body = question()
            head = f"POST /query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
            client.sendall(head.encode() + b"\r\n\r\n" + body)
            received = b""
            while TEXT[-1].encode() not in received:
                received += client.recv(65536)
            server.send_signal(signal.SIGTERM)
            while chunk := client.recv(65536):
                received += chunk
        server.wait(timeout=30)
    finally:
        server.kill()
        _, log = server.communicate()

    frames = "".join(line + "\n\n" for line in received.decode().splitlines() if line.startswith("data: "))
    assert verify_stream(from_sse(frames)) == []
    assert '"server_shutdown"' in frames
    assert received.endswith(b"0\r\n\r\n")
    assert server.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in log
