"""The simplest client is a correct one: it splits on blank lines and reads after `data: `."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest

from app import build_backend
from rag.events import parse_event
from rag.grammar import verify_stream
from rag.service import build_server
from rag.service_report import Ledger
from rag.settings import Settings
from ui.options import Options
from ui.site import build_site


@contextmanager
def served(options: Options) -> Iterator[int]:
    """The whole site on a free port of this machine; gives the port."""
    settings, ledger = Settings(), Ledger()
    site = build_site(build_backend(options, settings, ledger).open_run, options, settings, ledger)
    server = build_server(site, host="127.0.0.1", port=0, log_level="warning")
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Options(profile="instant")) as port:
        yield port


def simple_client(port: int, **body: object) -> tuple[list[dict[str, Any]], list[str]]:
    """POST, read what comes, split on blank lines, read after `data: `: nothing else."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/query", json.dumps(body), {"content-type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200
    assert response.getheader("content-type", "").startswith("text/event-stream")
    text = response.read().decode("ascii")
    connection.close()
    frames = text.split("\n\n")
    assert frames.pop() == ""
    return [json.loads(frame[len("data: ") :]) for frame in frames], frames


def rebuild(events: list[dict[str, Any]]) -> dict[str, Any]:
    """What a page needs: status, answer, citations, refinement and final state."""
    page: dict[str, Any] = {"status": "", "answer": "", "citations": {}, "refinement": None, "final": None}
    for event in events:
        payload = event["payload"]
        match event["event_type"]:
            case "status_update":
                page["status"] = payload["message"]
            case "token":
                page["answer"] += payload["token"]
            case "citation_attached":
                page["citations"][payload["citation_id"]] = payload["status"]
            case "refinement_update":
                page["refinement"], page["answer"] = payload, payload["refined_answer"]
            case "final_answer":
                page["final"], page["answer"] = payload, payload["answer"]
    return page


def test_a_page_can_be_rebuilt_from_the_stream(port: int) -> None:
    """Status, answer, citations, patch and final state, from nothing but the frames."""
    question = "What is the maximum debt-to-income ratio for an FHA loan?"
    events, frames = simple_client(port, query=question, scenario="refined")
    page = rebuild(events)

    assert verify_stream(parse_event(json.dumps(event)) for event in events) == []
    assert page["status"]
    assert page["final"]["outcome"] == "answered"
    assert page["answer"] == page["final"]["answer"] == page["refinement"]["refined_answer"]
    assert "verified" in page["citations"].values()
    assert all(frame.isascii() and "\n" not in frame for frame in frames)


def test_a_refusal_can_be_rebuilt_too(port: int) -> None:
    """Nothing found: no token ever, and a final state that says so."""
    events, _ = simple_client(port, query="Which spices belong in a tagine?")
    page = rebuild(events)

    assert page["final"]["safe_fallback"]
    assert page["citations"] == {}
    assert "token" not in {event["event_type"] for event in events}


def test_the_other_endpoints(port: int) -> None:
    """Health, metrics and schema stand beside the page."""
    pages = {}
    for path in ("/healthz", "/metrics", "/schema", "/"):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        pages[path] = response.read().decode()
        connection.close()
        assert response.status == 200, path

    assert json.loads(pages["/healthz"])["status"] == "ok"
    assert "rag_runs" in pages["/metrics"]
    assert "status_update" in pages["/schema"]
    assert "gradio" in pages["/"].lower()
