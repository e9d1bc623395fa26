"""The simplest client is a correct one: it splits on blank lines and reads after `data: `."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from rag.events import parse_event
from rag.grammar import verify_stream
from tests.served import get, served


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served("--profile", "instant") as port:
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
    pages = {path: get(port, path) for path in ("/healthz", "/metrics", "/schema", "/")}

    assert {status for status, _ in pages.values()} == {200}
    assert json.loads(pages["/healthz"][1])["status"] == "ok"
    assert "rag_runs" in pages["/metrics"][1]
    assert "status_update" in pages["/schema"][1]
    assert "gradio" in pages["/"][1].lower()


def test_the_server_stops_when_told_while_a_stream_is_open() -> None:
    """SIGTERM ends open streams by the protocol; the process then exits by itself (`served` waits for it)."""
    with served("--profile", "thirty_seconds") as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps({"query": "What is the maximum debt-to-income ratio for an FHA loan?"})
        connection.request("POST", "/query", body, {"content-type": "application/json"})
        response = connection.getresponse()
        first = response.readline()
    rest = response.read().decode("ascii")
    connection.close()
    frames = [first.decode("ascii").strip(), *rest.strip().split("\n\n")]
    events = [json.loads(frame[len("data: ") :]) for frame in frames]

    assert events[-2]["event_type"] == "error"
    assert events[-2]["payload"]["code"] == "server_shutdown"
    assert verify_stream(parse_event(json.dumps(event)) for event in events) == []
