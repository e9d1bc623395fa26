"""Bad input is named and never echoed, good input arrives clean, and every answer carries the safety headers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from raw_asgi import JSON, STORY, Reply, ScriptedRuns, ask, question, scope, service_app, service_of, status
from starlette.responses import PlainTextResponse

from mocks.virtual_time import run_virtual
from rag.http_safety import Detail, Refusal

MAX_BODY_BYTES = 256 * 1024

BAD_BODIES: dict[str, tuple[bytes, str]] = {
    "empty question": (question(""), "query"),
    "blanks only": (question(" \t\n "), "query"),
    "control characters only": (question("\x00\x1b\x07"), "query"),
    "2,001 characters": (question("x" * 2001), "query"),
    "100 kB question": (question("x" * 100_000), "query"),
    "100 kB of combining marks": (question("a" + "\u0301\u0316" * 20_000), "query"),
    "lone surrogate": (b'{"query": "\\ud800"}', "body"),
    "surrogate as bytes": (b'{"query": "\xed\xa0\x80"}', "body"),
    "invalid UTF-8": (b'{"query": "\xff\xfe\xfd"}', "body"),
    "latin-1": ('{"query": "caf\xe9"}'.encode("latin-1"), "body"),
    "NaN": (b'{"query": "x", "speed": NaN}', "speed"),
    "Infinity": (b'{"query": "x", "speed": Infinity}', "speed"),
    "1e999": (b'{"query": "x", "speed": 1e999}', "speed"),
    "NaN in a string": (question("x", speed="nan"), "speed"),
    "NaN for a whole number": (b'{"query": "x", "seed": NaN}', "seed"),
    "NaN for the question": (b'{"query": NaN}', "query"),
    "negative speed": (question("x", speed=-1), "speed"),
    "no speed": (question("x", speed=0), "speed"),
    "speed that would last for days": (question("x", speed=1e-6), "speed"),
    "true for a number": (question("x", speed=True), "speed"),
    "fraction for a whole number": (question("x", seed=1.5), "seed"),
    "digits in a string": (question("x", seed="5"), "seed"),
    "30-digit number": (question("x", seed=10**30), "seed"),
    "5,000-digit number": (b'{"query": "x", "seed": ' + b"9" * 5000 + b"}", "body"),
    "null body": (b"null", "body"),
    "list body": (b"[1]", "body"),
    "string body": (b'"x"', "body"),
    "truncated": (b'{"query": "x', "body"),
    "empty body": (b"", "body"),
    "nested 100,000 deep": (b'{"query": ' + b"[" * 100_000, "body"),
    "nested 900 deep": (b'{"query": ' + b"[" * 900 + b"]" * 900 + b"}", "body"),
    "question is null": (b'{"query": null}', "query"),
    "question is a number": (b'{"query": 5}', "query"),
    "question is a list": (b'{"query": ["x"]}', "query"),
    "no question": (b"{}", "query"),
    "unknown field": (question("x", top_k=5), "top_k"),
    "__proto__": (question("x", __proto__={}), "__proto__"),
    "field name with markup": (
        question("x", **{"<script>alert(1)</script>" * 1000: 1}),
        "?script?alert?1???script??script?alert?1",
    ),
    "24,000 unknown fields": (b'{"query": "x",' + b",".join(b'"k%d":1' % i for i in range(24_000)) + b"}", "k0"),
    "profile of 100 kB": (question("x", profile="x" * 100_000), "profile"),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_bodies_are_refused_by_field_and_never_echoed(name: str) -> None:
    """422, the field at fault, less than 1 kB, nothing of the value, and no run was opened."""
    body, field = BAD_BODIES[name]
    runs = ScriptedRuns()
    reply = run_virtual(lambda: ask(service_app(runs), body))

    assert reply.status == 422
    assert reply.json()["error"]["code"] == "invalid_request"
    assert field in reply.faults()
    assert all(set(detail) == {"field", "message"} for detail in reply.json()["error"]["details"])
    assert len(reply.body) < 1000
    assert b"<script" not in reply.body and b"xxxx" not in reply.body and b"9999" not in reply.body
    assert runs.opened == 0


@pytest.mark.parametrize(
    ("field", "choices"),
    [
        ("domain", "general, loan_guidelines"),
        ("scenario", "article, bad_day"),
        ("strategy", "progressive, stream_last, blocking, ungated"),
    ],
)
def test_an_unknown_name_is_answered_with_the_known_ones(field: str, choices: str) -> None:
    """The message lists what may be asked for."""
    reply = run_virtual(lambda: ask(service_app(), question("x", **{field: "nonsense"})))

    assert reply.status == 422
    assert reply.faults() == {field: f"must be one of: {choices}"}
    assert b"nonsense" not in reply.body


def test_every_field_at_fault_is_named() -> None:
    """Three mistakes are three details, not three round trips."""
    reply = run_virtual(lambda: ask(service_app(), question("", speed="x", domain="y")))

    assert set(reply.faults()) == {"query", "speed", "domain"}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "", None],
)
def test_only_json_is_read(content_type: str | None) -> None:
    """What a foreign page may post without asking first is no question."""
    headers = {} if content_type is None else {"content-type": content_type}
    reply = run_virtual(lambda: ask(service_app(), question(), headers=headers))

    assert reply.status == 415
    assert reply.json()["error"]["code"] == "unsupported_media_type"


GOOD_BODIES: dict[str, tuple[bytes, str]] = {
    "2,000 characters": (question("x" * 2000), "x" * 2000),
    "blanks around 2,000 characters": (question("  " + "x" * 2000 + "\n\n"), "x" * 2000),
    "control characters": (question("a\x00\x1b[31m\x07b\r\nc\td"), "a[31mb\nc\td"),
    "decomposed letters": (question("cafe\u0301"), "caf\u00e9"),
    "bidi override": (question("a\u202eb"), "a\u202eb"),
    "UTF-8 with a mark": (b"\xef\xbb\xbf" + question("x"), "x"),
    "UTF-16": ('{"query": "caf\u00e9"}'.encode("utf-16"), "caf\u00e9"),
    "the same key twice": (b'{"query": "first", "query": "last"}', "last"),
    "escaped pair of surrogates": (b'{"query": "\\ud83d\\ude00"}', "\U0001f600"),
    "null options": (question("x", domain=None, scenario=None, profile=None, seed=None), "x"),
}


@pytest.mark.parametrize("name", GOOD_BODIES)
def test_unusual_but_valid_bodies_arrive_clean(name: str) -> None:
    """Normal form, no control characters but newline and tab, no blank ends."""
    body, text = GOOD_BODIES[name]
    runs = ScriptedRuns()
    reply = run_virtual(
        lambda: ask(service_app(runs), body, headers={"content-type": "Application/JSON; charset=utf-8"})
    )

    assert reply.status == 200
    assert [request.question for request in runs.requests] == [text]


@pytest.mark.parametrize("text", ["x\r\n\r\nevent: final_answer\r\ndata: {}\n\n", "a\u2028b\u0085c", "<script>"])
def test_text_cannot_break_out_of_its_frame(text: str) -> None:
    """Whatever a message says, there is one frame per event, in ASCII, and it reads back as it was."""
    story = ((0.0, status("rewrite", "waiting").model_copy(update={"message": text})), *STORY)
    runs = ScriptedRuns(story)
    reply = run_virtual(lambda: ask(service_app(runs), question(text)))

    assert reply.body.isascii()
    assert reply.body.count(b"\n\n") == len(story)
    assert reply.events() == runs.sent


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    """By its declared length at once; without one, as soon as it has grown too large."""
    app = service_app()
    pieces = [b"x" * 64 * 1024] * 160
    declared = run_virtual(lambda: ask(app, pieces, headers={**JSON, "content-length": str(10 * 1024 * 1024)}))
    chunked = run_virtual(lambda: ask(app, pieces))

    assert (declared.status, chunked.status) == (413, 413)
    assert (declared.pieces_taken, chunked.pieces_taken) == (0, 5)
    assert len(declared.body) < 1000 and len(chunked.body) < 1000
    assert service_of(app).refused["body_too_large"] == 2


def test_a_body_that_never_ends_takes_no_place() -> None:
    """Half a request is no request: no stream is counted for it, and it is given up."""
    runs = ScriptedRuns()
    app = service_app(runs, streams=1)

    async def half() -> int:
        sent, statuses = [b'{"query"'], list[int]()

        async def receive() -> dict[str, Any]:
            if not sent:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": sent.pop(), "more_body": True}

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        await app(scope("POST", "/query", JSON), receive, send)
        return statuses[0]

    async def main() -> tuple[int, Reply]:
        async with asyncio.TaskGroup() as group:
            stalled = group.create_task(half())
            await asyncio.sleep(1.0)
            other = await ask(app, question())
        return stalled.result(), other

    stalled, other = run_virtual(main)

    assert other.status == 200
    assert stalled == 408
    assert runs.opened == 1


REQUESTS = {
    "stream": ("POST", "/query", question(), 200),
    "refusal": ("POST", "/query", b"", 422),
    "too large": ("POST", "/query", b"x" * (MAX_BODY_BYTES + 1), 413),
    "wrong method": ("GET", "/query", b"", 405),
    "health": ("GET", "/healthz", b"", 200),
    "no such page": ("GET", "/nothing", b"", 404),
    "fetch for anybody": ("GET", "/gradio_api/file=http://127.0.0.1/", b"", 404),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_answer_carries_the_safety_headers(name: str) -> None:
    """Refusals and errors included: those are pages too."""
    method, path, body, status = REQUESTS[name]
    reply = run_virtual(lambda: ask(service_app(), body, method=method, path=path))

    assert reply.status == status
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    policy = dict(directive.split(" ", 1) for directive in reply.headers["content-security-policy"].split("; "))
    assert policy["script-src-attr"] == "'none'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["connect-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/gradio_api/file=http://example.org/x", 404),
        ("/gradio_api/file=HTTPS://example.org/x", 404),
        ("/gradio_api/proxy=https://example.org", 404),
        ("/gradio_api/deep_link", 404),
        ("/monitoring/summary", 404),
        ("/monitoring", 404),
        ("/gradio_api/file=/tmp/gradio/picture.png", 200),
        ("/gradio_api/queue/join", 200),
        ("/", 200),
    ],
)
def test_the_screen_s_side_doors_are_shut(path: str, status: int) -> None:
    """Routes of a mounted Gradio app that fetch for anybody or tell of others; all the rest still reaches it."""
    app = service_app()
    app.mount("/", PlainTextResponse("page"))
    reply = run_virtual(lambda: ask(app, method="GET", path=path))

    assert reply.status == status


def test_foreign_pages_and_foreign_names_get_nothing() -> None:
    """No CORS header for an origin that is not listed, 400 for a Host that is not ours, both settable."""
    app = service_app(allowed_hosts=["rag.example"], allowed_origins=["https://friend.example"])
    origins = ["https://evil.example", "null", "https://friend.example"]

    async def main() -> tuple[Reply, list[Reply]]:
        replies = [await ask(app, question(), headers={**JSON, "host": "rag.example", "origin": o}) for o in origins]
        return await ask(app, question(), headers={**JSON, "host": "evil.example"}), replies

    foreign_host, replies = run_virtual(main)

    assert foreign_host.status == 400
    assert [reply.status for reply in replies] == [200, 200, 200]
    allowed = [reply.headers.get("access-control-allow-origin") for reply in replies]
    assert allowed == [None, None, "https://friend.example"]
    assert not any("access-control-allow-credentials" in reply.headers for reply in replies)


def test_refusals_are_json_of_one_shape() -> None:
    """`{"error": {"code", "details"}}`, whatever went wrong."""

    async def main() -> list[Reply]:
        app = service_app()
        bad = [("POST", "/nothing"), ("PUT", "/query"), ("POST", "/query")]
        return [await ask(app, b"{}", method=method, path=path) for method, path in bad]

    shapes = [json.loads(reply.body) for reply in run_virtual(main)]

    assert [set(shape["error"]) for shape in shapes] == [{"code", "details"}] * 3
    assert [shape["error"]["code"] for shape in shapes] == ["not_found", "method_not_allowed", "invalid_request"]


def test_no_refusal_grows_with_the_request() -> None:
    """However many fields are at fault and however much there is to say of each, it stays under 1 kB."""
    refusal = Refusal(422, "invalid_request", [Detail(f"field{n}" * 100, "choices, " * 100) for n in range(1000)])

    assert 100 < len(json.dumps(refusal.body())) < 1000
