"""The event inspector: every event is in a row, a long answer stays a short list, and rows travel once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.events import Token, TokenEvent, envelope
from rag.recording_format import RecordedEvent, UnknownEvent
from tests.harness import play
from ui.inspector import EVERY_S, KINDS, RUN_TOKENS, SUMMARY_CHARS, Inspector, Row, render_shell

STORY = "refined"
START = datetime(2026, 1, 1, tzinfo=UTC)


def rows(events: list[RecordedEvent]) -> list[Row]:
    inspector = Inspector("run")
    inspector.add(events)
    return inspector.rows


def tokens(count: int, text: str = "word ") -> list[RecordedEvent]:
    return [
        envelope(Token(token=text, grounded=True), request_id="r", started_at=START, seq=seq, elapsed_ms=seq * 10)
        for seq in range(count)
    ]


def unknown(seq: int, payload: object) -> UnknownEvent:
    envelope_of = {"event_type": "cost_update", "request_id": "r", "timestamp": START, "seq": seq, "elapsed_ms": seq}
    return UnknownEvent.model_validate(envelope_of | {"payload": payload})


def sent(html: str | None) -> list[int]:
    return [int(index) for index in re.findall(r'data-index="(\d+)"', html or "")]


def test_every_event_is_in_exactly_one_row() -> None:
    """The rows' ranges of `seq` tile the run without a gap; only tokens share a row."""
    events = play(scenario=STORY)
    shown = rows(list(events))

    assert [seq for row in shown for seq in range(row.first_seq, row.last_seq + 1)] == [e.seq for e in events]
    assert all(row.count == 1 or row.kind == "token" for row in shown)
    assert [row.index for row in shown] == list(range(len(shown)))
    assert len(shown) < len(events) / 2


def test_rows_know_their_sentence() -> None:
    """Tokens, the finished sentence and its citation belong to the same sentence of the answer."""
    events = play(scenario=STORY)
    shown = rows(list(events))
    finished = [row for row in shown if row.kind == "partial_answer"]

    assert [row.claim for row in finished] == list(range(len(finished)))
    for row in finished:
        before = next(r for r in reversed(shown[: row.index]) if r.kind == "token")
        assert before.claim == row.claim
    assert {row.claim for row in shown if row.kind == "citation_attached"} <= {row.claim for row in finished}


def test_a_flood_of_tokens_is_a_short_list() -> None:
    """3,000 events of which 3,000 are tokens: as many rows as there are full runs of tokens, each with a short text."""
    shown = rows(tokens(3000))

    assert len(shown) == 3000 // RUN_TOKENS
    assert all(len(row.summary) <= SUMMARY_CHARS for row in shown)


def test_rows_travel_in_increments() -> None:
    """At most twice a second, and then only rows that are new, or that have grown since."""
    inspector = Inspector("run")
    inspector.add([unknown(0, 1), unknown(1, 2)])

    assert sent(inspector.paint(0.0)) == [0, 1]
    assert inspector.paint(10.0) is None, "nothing is new"
    inspector.add(tokens(4)[2:])
    assert sent(inspector.paint(10.0)) == [2]
    inspector.add([*tokens(5)[4:], unknown(5, 3)])
    assert inspector.paint(10.0 + EVERY_S / 2) is None, "too soon"
    assert sent(inspector.paint(10.0 + EVERY_S)) == [2, 3], "the run of tokens has grown"
    assert sent(inspector.paint(10.0 + EVERY_S, everything=True)) == [0, 1, 2, 3]


@settings(max_examples=50)
@given(cuts=st.lists(st.integers(min_value=0, max_value=300), max_size=8), story=st.sampled_from([STORY, "stream_cut"]))
def test_the_increments_put_together_are_the_list(cuts: list[int], story: str) -> None:
    """However a run is cut into portions, a reader of the increments ends with the rows of the whole run."""
    events: list[RecordedEvent] = list(play(scenario=story))
    inspector, read, now_s = Inspector("run"), dict[int, str](), 0.0
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(events)], strict=True):
        inspector.add(events[start:end])
        now_s += EVERY_S
        for line in re.findall(r"<li.*?</li>", inspector.paint(now_s) or "", re.DOTALL):
            read[sent(line)[0]] = line
    whole = re.findall(r"<li.*?</li>", inspector.paint(now_s, everything=True) or "", re.DOTALL)

    assert [read[index] for index in sorted(read)] == whole


def test_no_two_batches_have_the_same_name() -> None:
    """The page tells them apart by their name, because an update may change elements in place."""
    inspector = Inspector("run")
    names = re.findall(r'data-batch="([^"]+)"', "".join(inspector.paint(n, everything=True) or "" for n in range(5)))

    assert len(set(names)) == 5


def test_foreign_text_is_text() -> None:
    """Markup in a payload, a type or an address is shown as it was written and never becomes a tag."""
    inspector = Inspector('"><img src=x>', 'x"onload="alert(1)')
    hostile = unknown(0, {"<script>": "</li></ol><script>alert(1)</script>"})
    inspector.add([hostile.model_copy(update={"event_type": "<b>bold</b>"})])
    html = inspector.paint(0.0) or ""

    assert set(re.findall(r"<(\w+)", html)) == {"ol", "li", "span", "i"}
    assert "&lt;script&gt;" in html
    assert 'onload="' not in html


def test_an_unknown_event_is_shown_under_its_own_name() -> None:
    """Its type, its payload, and it can be filtered by *unknown*."""
    (row,) = rows([unknown(0, {"cents": 3})])

    assert (row.kind, row.name) == ("unknown", "cost_update")
    assert '"cents": 3' in row.summary


def test_every_type_of_the_protocol_can_be_filtered() -> None:
    """The shell offers one switch for every type; every row belongs to one of them."""
    html = render_shell("ask")

    assert re.findall(r'data-insp-filter="(\w+)"', html) == list(KINDS)
    assert {TokenEvent.model_fields["event_type"].default} <= set(KINDS)
    assert {row.kind for row in rows(list(play(scenario=STORY)))} <= set(KINDS)
    assert "data-insp-seek" not in html
    assert "data-insp-seek" in render_shell("rec", seekable=True)
