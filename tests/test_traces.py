"""What a run leaves on the clock: stages, checks and evidence, as the view holds them."""

from __future__ import annotations

from functools import reduce

from rag.events import StreamEvent
from rag.values import StageName
from tests.scripted_run import Script, answered, status
from ui.view import View, apply


def seen(events: list[StreamEvent]) -> View:
    return reduce(apply, events, View(question="q"))


def test_stages_open_and_close() -> None:
    """Started and finished make a span; a heartbeat makes none; an end without a start is drawn from its duration."""
    script = Script()
    script.at(0, status("retrieval", "started"))
    script.at(400, status("retrieval", "waiting"))
    running = seen(script.events).stages
    script.at(900, status("retrieval", "finished", duration_ms=900))
    script.at(1000, status("rerank", "failed", duration_ms=300))

    assert [(run.start_ms, run.end_ms) for run in running] == [(0, None)]
    assert [(run.stage, run.start_ms, run.end_ms, run.outcome) for run in seen(script.events).stages] == [
        ("retrieval", 0, 900, "finished"),
        ("rerank", 700, 1000, "failed"),
    ]


def test_a_stage_may_run_twice() -> None:
    """Each end closes the newest open run of its stage."""
    script = Script()
    for at_ms, state in ((0, "started"), (10, "failed"), (20, "started"), (30, "finished")):
        script.at(at_ms, status("retrieval", state))

    assert [(run.start_ms, run.end_ms, run.outcome) for run in seen(script.events).stages] == [
        (0, 10, "failed"),
        (20, 30, "finished"),
    ]


def test_checks_run_from_attached_to_judged() -> None:
    """Every citation has one check, open until its verdict."""
    events = answered()
    at = next(i for i, each in enumerate(events) if each.elapsed_ms == 2100)

    assert [(c.claim_index, c.start_ms, c.end_ms, c.status) for c in seen(events[:at]).checks] == [
        (0, 1200, 2000, "verified"),
        (1, 1400, None, "pending"),
    ]


def test_a_passage_keeps_its_text_and_its_finder() -> None:
    """Later searches send known passages without their text: the view remembers both, newest search first."""
    first = {"passage_id": "a", "source": "s", "section": "x", "confidence": 0.5, "text": "Text of a."}
    again = {"passage_id": "a", "source": "s", "section": "x", "confidence": 0.9}
    other = {"passage_id": "b", "source": "s", "section": "y", "confidence": 0.8, "text": "Text of b."}
    script = Script()
    script.at(0, status("retrieval", "finished", passages=[first]))
    script.at(10, status("deep_retrieval", "finished", passages=[other, again]))
    found: list[tuple[str, str | None, StageName]] = [
        (item.passage.passage_id, item.passage.text, item.found_by) for item in seen(script.events).evidence
    ]

    assert found == [("b", "Text of b.", "deep_retrieval"), ("a", "Text of a.", "retrieval")]
