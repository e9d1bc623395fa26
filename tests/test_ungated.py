"""The gate switched off: what then reaches the reader, how the stream admits it, and that nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.faults import Fault, FaultPlan
from mocks.library import library_parts
from mocks.profiles import load_profiles
from mocks.scenarios import SCENARIOS
from rag.events import (
    ErrorReport,
    FinalAnswer,
    PartialAnswerEvent,
    PipelineMetric,
    StatusEvent,
    StreamEvent,
    TokenEvent,
    parse_event,
    to_json,
)
from rag.grammar import verify_stream
from rag.pipeline import Pipeline
from rag.report import summarise
from rag.settings import DomainPolicy, GateSettings, Settings
from rag.values import Domain, GateDecision, RunRequest
from tests.harness import play, play_on, request, statuses, text_of

Raw = dict[str, Any]


def asking_for(passages: int) -> Settings:
    """A gate that counts any passage and asks for so many in every domain."""
    policy = DomainPolicy(min_passages=passages, min_confidence=0.0)
    return Settings(gate=GateSettings(domains=dict.fromkeys(get_args(Domain), policy), evidence_floor=0.0))


LENIENT, GREEDY = asking_for(0), asking_for(8)
"""Opens for any evidence; wants more than the first search returns, and no more than the second."""


def final_of(events: list[StreamEvent]) -> FinalAnswer:
    payload = events[-2].payload
    assert isinstance(payload, FinalAnswer)
    return payload


def decisions(events: list[StreamEvent]) -> list[GateDecision]:
    return [event.payload.gate for event in events if isinstance(event, StatusEvent) and event.payload.gate]


def grounded(events: list[StreamEvent]) -> set[bool]:
    return {event.payload.grounded for event in events if isinstance(event, TokenEvent)}


def play_with(faults: list[Fault], asked: RunRequest, settings: Settings | None = None) -> list[StreamEvent]:
    clockwork = Clockwork(load_profiles()["good_day"], seed=7, faults=FaultPlan(7, faults))
    return play_on(lambda: Pipeline(delayed_parts(library_parts(), clockwork), settings).answer(asked))


def test_a_hopeless_question_is_answered_with_ungrounded_words() -> None:
    """Where the gate gives an honest fallback, a run without it streams an answer, and every token admits it."""
    gated, ungated = play(scenario="nothing_found"), play(scenario="nothing_found", strategy="ungated")

    assert text_of(gated) == ""
    assert final_of(gated).outcome == "safe_fallback"
    assert len(text_of(ungated)) > 200
    assert grounded(ungated) == {False}
    assert final_of(ungated).outcome == "answered"


def test_the_decision_is_honest_and_not_obeyed() -> None:
    """The gate is asked once: its conditions fail, its verdict says so, and it says that nobody listens."""
    (decision,) = decisions(play(scenario="nothing_found", strategy="ungated"))

    assert decision.verdict == "retry"
    assert not decision.enforced
    assert [condition.passed for condition in decision.conditions] == [False, False]
    assert "switched off" in decision.reason


def test_no_second_search_and_the_first_word_sooner() -> None:
    """Weak evidence costs an ungated run no time, which is why the wrong way looks so good."""
    gated, ungated = (play(scenario="refined", settings=GREEDY, strategy=name) for name in ("progressive", "ungated"))
    first = [next(e.elapsed_ms for e in events if isinstance(e, TokenEvent)) for events in (gated, ungated)]

    assert "expanded_retrieval" in {event.payload.stage for event in statuses(gated, "started")}
    assert "expanded_retrieval" not in {event.payload.stage for event in statuses(ungated, "started")}
    assert first[1] < first[0]


def test_good_evidence_makes_no_difference() -> None:
    """Where the gate opens on the first evidence, switching it off changes nothing but what the run says of itself."""
    gated = play(scenario="refined", settings=LENIENT)
    ungated = play(scenario="refined", settings=LENIENT, strategy="ungated")

    def without_confession(events: list[StreamEvent]) -> list[Raw]:
        raw = [json.loads(to_json(event)) for event in events]
        for event in raw:
            event["payload"].pop("strategy", None)
            if event["payload"].get("gate"):
                del event["payload"]["gate"]["enforced"]
        return raw

    assert grounded(ungated) == {True}
    assert without_confession(ungated) == without_confession(gated)


def test_the_release_set_goes_with_the_gate() -> None:
    """Underwriting answers wait for safety because the domain table says so; without the gate nobody waits."""
    events = play(scenario="held_until_checked", strategy="ungated")
    verdict = next(event.seq for event in statuses(events, "finished") if event.payload.stage == "safety")
    first = next(event.seq for event in events if isinstance(event, TokenEvent | PartialAnswerEvent))

    assert first < verdict
    assert decisions(events)[0].waits_for == ()


def test_questions_for_people_are_answered_too() -> None:
    """A quote of today's rate, streamed: exactly what the gate is there to prevent, and marked as such."""
    events = play(scenario="human_review", strategy="ungated")

    assert decisions(events)[0].verdict == "review"
    assert text_of(events)
    assert grounded(events) == {False}


def test_safety_is_not_the_gates() -> None:
    """A draft that fails its safety check is withdrawn with and without a gate."""
    assert final_of(play(scenario="withdrawn_by_safety", strategy="ungated")).outcome == "withheld"


def test_a_required_check_is_not_required_without_the_gate() -> None:
    """In underwriting a failed verifier refuses the answer; ungated it is only named, and what was shown stays."""
    broken = [Fault(stage="verification", kind="error")]
    asked = request(SCENARIOS["held_until_checked"].question, domain="underwriting_decisions")
    gated = play_with(broken, asked)
    ungated = play_with(broken, asked.model_copy(update={"strategy": "ungated"}))

    assert final_of(gated).outcome == "safe_fallback"
    assert final_of(ungated).outcome == "answered"
    assert "verification" in final_of(ungated).degraded
    assert final_of(ungated).answer == text_of(ungated)


def test_a_failed_search_ends_in_an_error() -> None:
    """With no gate there is no second search: a first one that cannot be made is the end, not an empty draft."""
    events = play_with([Fault(stage="retrieval", kind="error")], request("FHA appraisal?", strategy="ungated"))
    report = events[-2].payload

    assert isinstance(report, ErrorReport)
    assert report.stage == "retrieval"
    assert text_of(events) == ""


def test_measurements_tell() -> None:
    """The measure *gate open before the first token* can fail, and here it does."""
    events = play(scenario="nothing_found", strategy="ungated")
    metric = events[-1].payload

    assert isinstance(metric, PipelineMetric)
    assert metric.strategy == "ungated"
    assert metric.groundedness_before_first_token is None
    assert summarise(events, strategy="ungated").gate_opened_first is False


@pytest.mark.parametrize("profile", ["instant", "bad_day", "thirty_seconds"])
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_story_obeys_the_grammar_without_a_gate(name: str, profile: str) -> None:
    """Whatever goes wrong and however slow, the stream is well formed (the harness checks it)."""
    assert play(scenario=name, profile=profile, strategy="ungated")


@pytest.mark.parametrize("strategy", ["progressive", "stream_last", "blocking"])
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_gated_strategies_are_what_they_were(name: str, strategy: str) -> None:
    """Every decision of theirs is enforced, and no token of theirs comes without an open gate."""
    events = play(scenario=name, strategy=strategy)

    assert all(decision.enforced for decision in decisions(events))
    assert grounded(events) <= {True}


def change(path: tuple[str, ...], value: object) -> Callable[[Raw], None]:
    def alter(payload: Raw) -> None:
        for key in path[:-1]:
            payload = payload.get(key) or {}
        if path[-1] in payload:
            payload[path[-1]] = value

    return alter


@pytest.mark.parametrize(
    ("what", "rule", "alter"),
    [
        ("tokens boast of a gate", "gate", change(("grounded",), True)),
        ("the decision claims to be obeyed", "order", change(("gate", "enforced"), True)),
        ("the decision claims to be open", "gate", change(("gate", "verdict"), "open")),
        ("the run is measured as progressive", "gate", change(("strategy",), "progressive")),
    ],
)
def test_an_ungated_run_cannot_pass_for_a_gated_one(what: str, rule: str, alter: Callable[[Raw], None]) -> None:
    """Each lie about the gate breaks a rule."""
    raw = [json.loads(to_json(event)) for event in play(scenario="nothing_found", strategy="ungated")]
    for event in raw:
        alter(event["payload"])
    violations = verify_stream(parse_event(json.dumps(event)) for event in raw)

    assert rule in {violation.rule for violation in violations}, what


def test_a_gated_run_cannot_be_measured_as_ungated() -> None:
    """The strategy and the decisions of a run must agree in both directions."""
    raw = [json.loads(to_json(event)) for event in play(scenario="happy_path")]
    raw[-1]["payload"]["strategy"] = "ungated"

    assert {v.rule for v in verify_stream(parse_event(json.dumps(event)) for event in raw)} == {"gate"}
