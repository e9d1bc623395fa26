"""The grammar accepts what the pipeline says and objects to every kind of damage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from rag.events import StreamEvent, parse_event, to_json
from rag.grammar import RULES, TABLE, Violation, verify_stream
from tests.harness import play

GOOD = {
    name: play(scenario=name, speed=1)
    for name in ("refined", "nothing_found", "held_until_checked", "withdrawn_by_safety", "stream_cut")
}
"""Whole runs: improved, refused, held, withdrawn and cut."""

Raw = dict[str, Any]
runs = pytest.mark.parametrize("name", list(GOOD))


def raw(events: list[StreamEvent]) -> list[Raw]:
    return [json.loads(to_json(event)) for event in events]


def read(events: list[Raw]) -> list[StreamEvent]:
    return [parse_event(json.dumps(event)) for event in events]


def renumber(events: list[Raw]) -> list[Raw]:
    """A forger's work: the damage is hidden from the sequence numbers."""
    return [event | {"seq": number} for number, event in enumerate(events)]


def broken(events: list[Raw]) -> set[str]:
    return {violation.rule for violation in verify_stream(read(events))}


@runs
def test_a_whole_run_is_accepted(name: str) -> None:
    """No rule objects to what the pipeline says."""
    assert verify_stream(GOOD[name]) == []


@runs
def test_every_dropped_event_is_missed(name: str) -> None:
    """Whichever event gets lost, the stream is refused."""
    events = raw(GOOD[name])
    for lost in range(len(events)):
        assert broken(events[:lost] + events[lost + 1 :]), f"event {lost} was lost and nobody noticed"


@runs
def test_every_repeated_event_is_noticed(name: str) -> None:
    """Whichever event comes twice, the stream is refused."""
    events = raw(GOOD[name])
    for twice in range(len(events)):
        assert broken(events[: twice + 1] + events[twice:])


@runs
def test_every_swap_is_noticed(name: str) -> None:
    """Any two events in each other's place break the stream."""
    events = raw(GOOD[name])
    chance = random.Random("swaps")
    for _ in range(200):
        one, other = sorted(chance.sample(range(len(events)), 2))
        swapped = [*events]
        swapped[one], swapped[other] = events[other], events[one]
        assert broken(swapped)


def change(kind: str, **changes: object) -> Callable[[list[Raw]], None]:
    """Alter the payload of the last event of a kind."""

    def alter(events: list[Raw]) -> None:
        event = next(event for event in reversed(events) if event["event_type"] == kind)
        event["payload"].update(changes)

    return alter


def change_envelope(index: int, **changes: object) -> Callable[[list[Raw]], None]:
    return lambda events: events[index].update(changes)


def drop(kind: str) -> Callable[[list[Raw]], None]:
    def remove(events: list[Raw]) -> None:
        events.remove(next(event for event in events if event["event_type"] == kind))

    return remove


def shut_the_gate(events: list[Raw]) -> None:
    for event in events:
        if event["event_type"] == "status_update" and event["payload"]["gate"]:
            event["payload"]["gate"]["verdict"] = "retry"


def move_tokens_first(events: list[Raw]) -> None:
    events.insert(1, events.pop(next(i for i, e in enumerate(events) if e["event_type"] == "token")))


ALTERATIONS: list[tuple[str, str, Callable[[list[Raw]], None]]] = [
    ("refined", "text", change("token", token="altered")),
    ("refined", "gate", change("token", grounded=False)),
    ("refined", "text", change("partial_answer", text="altered")),
    ("refined", "citation", change("citation_attached", passage_id="elsewhere")),
    ("refined", "citation", change("citation_attached", quote="altered")),
    ("refined", "citation", change("citation_attached", answer_span=[0, 100_000])),
    ("refined", "refinement", change("refinement_update", revision=7)),
    ("refined", "refinement", change("refinement_update", operations=[])),
    ("refined", "refinement", change("refinement_update", refined_answer="altered")),
    ("refined", "final", change("final_answer", answer="altered")),
    ("refined", "final", change("final_answer", safety_pass=False)),
    ("refined", "final", change("final_answer", safe_fallback=True)),
    ("refined", "metric", change("pipeline_metric", time_to_first_token_ms=1)),
    ("refined", "metric", change("pipeline_metric", total_pipeline_ms=1)),
    ("refined", "envelope", change_envelope(5, request_id="another")),
    ("refined", "envelope", change_envelope(5, elapsed_ms=100_000)),
    ("refined", "envelope", change_envelope(5, timestamp="2031-01-01T00:00:00Z")),
    ("refined", "order", shut_the_gate),
    ("refined", "order", move_tokens_first),
    ("refined", "order", drop("final_answer")),
    ("refined", "order", drop("pipeline_metric")),
    ("nothing_found", "final", change("final_answer", groundedness_score=0.9)),
    ("withdrawn_by_safety", "refinement", change("refinement_update", refined_answer="still here")),
    ("withdrawn_by_safety", "final", change("final_answer", safety_pass=True)),
]


@pytest.mark.parametrize(("name", "rule", "alter"), ALTERATIONS)
def test_an_alteration_breaks_its_rule_even_when_renumbered(
    name: str, rule: str, alter: Callable[[list[Raw]], None]
) -> None:
    """What is changed inside a payload is found by the rule that is there for it, not by a gap in the numbers."""
    events = raw(GOOD[name])
    alter(events)
    found = broken(renumber(events))

    assert rule in found


def test_a_token_before_the_safety_verdict_of_a_held_answer_is_refused() -> None:
    """The release rule: what the gate's decision waits for comes first."""
    events = raw(GOOD["held_until_checked"])
    token = next(event for event in events if event["event_type"] == "token")
    gate = next(
        i for i, event in enumerate(events) if event["event_type"] == "status_update" and event["payload"]["gate"]
    )
    events.remove(token)
    events.insert(gate + 1, token)

    assert "release" in broken(renumber(events))


def test_the_draft_of_a_withdrawn_answer_may_not_come_back() -> None:
    """No sentence of a retracted draft survives in the final answer."""
    events = raw(GOOD["withdrawn_by_safety"])
    sentence = next(event["payload"]["text"] for event in events if event["event_type"] == "partial_answer")
    change("final_answer", answer=f"Sorry. {sentence}")(events)

    assert "final" in broken(events)


def test_silence_is_heard() -> None:
    """A gap longer than the heartbeat is a violation where time is exact."""
    violations = verify_stream(GOOD["refined"], max_silence_ms=1)

    assert {violation.rule for violation in violations} == {"silence"}


def test_an_empty_stream_is_no_stream() -> None:
    """Nothing at all is not a run."""
    assert verify_stream([]) == [Violation("order", 0, "the stream breaks off in state new")]


def test_the_table_is_closed() -> None:
    """Every state that the table leads to is in the table, and every rule is explained."""
    assert {following for row in TABLE.values() for following in row.values()} <= TABLE.keys()
    assert all(RULES.values())
