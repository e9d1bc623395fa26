"""The protocol on the wire: round trips, ASCII frames, tolerant readers, clear errors."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.events import (
    CitationEvent,
    FrameError,
    StatusUpdate,
    Token,
    TokenEvent,
    envelope,
    from_sse,
    json_schema,
    parse_event,
    to_json,
    to_jsonl,
    to_sse,
)
from tests.harness import STARTED_AT, play


def token(text: str) -> TokenEvent:
    event = envelope(Token(token=text, grounded=True), request_id="r", started_at=STARTED_AT, seq=3, elapsed_ms=1500)
    assert isinstance(event, TokenEvent)
    return event


@given(st.text(min_size=1).filter(lambda text: text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_text_survives_the_frame(text: str) -> None:
    """One line of ASCII on the wire, the same text behind it: line separators and emoji included."""
    frame = to_sse(token(text))

    assert frame.isascii()
    assert frame.count("\n") == 2
    assert frame.startswith("data: {")
    assert list(from_sse(frame)) == [token(text)]


def test_a_whole_run_survives_json_and_sse() -> None:
    """Every event type of a run comes back equal."""
    events = play(scenario="refined")

    assert [parse_event(line) for line in to_jsonl(events).splitlines()] == events
    assert list(from_sse("".join(map(to_sse, events)))) == events
    assert list(from_sse("".join(map(to_sse, events)).replace("\n", "\r\n"))) == events


def test_a_citation_of_an_older_writer() -> None:
    """It says nothing of contradictions; it is read as one that is not contradicted."""
    attached = next(e for e in play(scenario="refined") if isinstance(e, CitationEvent) and e.payload.contradicted)
    raw = json.loads(to_json(attached))
    del raw["payload"]["contradicted"]
    read = parse_event(json.dumps(raw))

    assert isinstance(read, CitationEvent)
    assert (read.payload.status, read.payload.contradicted) == ("unsupported", False)


def test_readers_ignore_what_they_do_not_know() -> None:
    """A field of a newer writer, in the envelope or the payload, and comment lines do no harm."""
    raw = json.loads(to_json(token("x")))
    raw["trace"] = "new"
    raw["payload"]["colour"] = "new"

    assert parse_event(json.dumps(raw)) == token("x")
    assert list(from_sse(f": ping\n\nevent: x\nid: 7\ndata: {json.dumps(raw)}\n\n")) == [token("x")]


def test_writers_send_what_is_defined_and_nothing_else() -> None:
    """The envelope has exactly its six fields."""
    raw = json.loads(to_json(token("x")))

    assert set(raw) == {"event_type", "request_id", "timestamp", "seq", "elapsed_ms", "payload"}
    assert raw["timestamp"] == "2026-01-01T00:00:01.500000Z"


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ({"event_type": "tokens"}, "tag"),
        ({"seq": -1}, "seq"),
        ({"payload": {"token": "", "grounded": True}}, "payload.token"),
        ({"payload": {"token": "x"}}, "payload.grounded"),
        ({"timestamp": "2026-01-01T00:00:00"}, "timestamp"),
    ],
)
def test_a_damaged_event_is_refused_by_name(damage: dict[str, object], named: str) -> None:
    """The message says which field is at fault and echoes nothing of it."""
    raw = json.loads(to_json(token("secret"))) | damage

    with pytest.raises(FrameError) as caught:
        parse_event(json.dumps(raw))

    assert named in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_is_not_json_is_refused() -> None:
    """Rubbish is a `FrameError`, not a crash."""
    with pytest.raises(FrameError):
        parse_event("data: nonsense")


def test_the_schema_names_every_event() -> None:
    """The generated JSON Schema discriminates the eight types."""
    mapping = json_schema()["discriminator"]["mapping"]

    assert set(mapping) == {
        "status_update",
        "token",
        "partial_answer",
        "citation_attached",
        "refinement_update",
        "final_answer",
        "pipeline_metric",
        "error",
    }


def test_payloads_are_frozen() -> None:
    """An event is a fact: it cannot be changed after it was said."""
    payload = StatusUpdate(message="m", stage="rewrite", path="fast", state="started")

    with pytest.raises(ValueError, match="frozen"):
        payload.message = "other"  # type: ignore[misc]
