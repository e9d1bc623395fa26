"""Each named story ends as its name says, told by the real pipeline in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.events import (
    CitationEvent,
    FinalAnswer,
    FinalAnswerEvent,
    PartialAnswerEvent,
    PipelineMetric,
    RefinementEvent,
    StatusEvent,
    StreamEvent,
    TokenEvent,
)
from rag.grammar import verify_stream
from tests.harness import HEARTBEAT_MS, play, request, simulator, statuses, text_of

READING_WORDS_PER_S = 4.0
"""238 words a minute: silent reading of English non-fiction, the mean of 190 studies (Brysbaert 2019)."""


def final_of(events: list[StreamEvent]) -> FinalAnswer:
    payload = events[-2].payload
    assert isinstance(payload, FinalAnswer)
    return payload


def metric_of(events: list[StreamEvent]) -> PipelineMetric:
    payload = events[-1].payload
    assert isinstance(payload, PipelineMetric)
    return payload


def gates(events: list[StreamEvent]) -> list[str]:
    return [event.payload.gate.verdict for event in events if isinstance(event, StatusEvent) and event.payload.gate]


def revisions(events: list[StreamEvent]) -> list[str]:
    return [event.payload.kind for event in events if isinstance(event, RefinementEvent)]


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_every_scenario_obeys_the_grammar(name: str) -> None:
    """Every story is one well-formed stream (the harness checks) that reaches an outcome."""
    assert isinstance(play(scenario=name)[-2], FinalAnswerEvent)


def test_happy_path() -> None:
    """Answered from verified sentences, nothing degraded, nothing changed after reading."""
    events = play(scenario="happy_path")
    final = final_of(events)

    assert final.outcome == "answered"
    assert final.complete
    assert final.degraded == ()
    assert gates(events) == ["open"]
    assert revisions(events) == []
    assert {citation.status for citation in final.citations} == {"verified"}
    assert final.answer == text_of(events)
    assert metric_of(events).citation_coverage == 1.0


def test_refined() -> None:
    """A sentence fails its check, a patch repairs it, and the answer is better grounded for it."""
    events = play(scenario="refined")
    patch = next(event.payload for event in events if isinstance(event, RefinementEvent))
    failed = [e for e in events if isinstance(e, CitationEvent) and e.payload.status in ("weak", "unsupported")]

    assert revisions(events) == ["improve"]
    assert failed
    assert {citation.payload.standing for citation in failed} == {"contradicted"}
    assert "failed its check, as its source says otherwise," in patch.reason
    assert "Its source says otherwise." in {operation.reason for operation in patch.operations}
    assert patch.groundedness_after is not None
    assert patch.groundedness_before is not None
    assert patch.groundedness_after > patch.groundedness_before
    assert final_of(events).answer == patch.refined_answer != text_of(events)
    assert metric_of(events).refined


def test_weak_then_found() -> None:
    """The gate stays shut on the first evidence and opens after the wider search."""
    events = play(scenario="weak_then_found")

    assert gates(events)[0] == "retry"
    assert gates(events)[-1] == "open"
    assert [event.payload.message for event in statuses(events, "started", "fast")][2] == (
        "Still searching trusted sources..."
    )
    assert final_of(events).outcome == "answered"


def test_nothing_found() -> None:
    """An honest fallback: no token, no citation, no credit, and not a word of a model."""
    events = play(scenario="nothing_found")
    final = final_of(events)

    assert gates(events) == ["retry", "fallback"]
    assert text_of(events) == ""
    assert final.outcome == "safe_fallback"
    assert final.safe_fallback
    assert final.groundedness_score == 0.0
    assert final.citations == ()
    assert not statuses(events, "started", "fast")[-1].payload.message.startswith("Drafting")


def test_held_until_checked() -> None:
    """No token, no sentence and no citation precedes the safety verdict; then the answer comes at once."""
    events = play(scenario="held_until_checked")
    verdict = next(e.seq for e in statuses(events, "finished") if e.payload.stage == "safety")
    text = [event.seq for event in events if isinstance(event, TokenEvent | PartialAnswerEvent | CitationEvent)]

    assert text
    assert min(text) > verdict
    assert final_of(events).outcome == "answered"


def test_human_review() -> None:
    """Nothing is searched and nothing is written."""
    events = play(scenario="human_review")

    assert gates(events) == ["review"]
    assert text_of(events) == ""
    assert final_of(events).outcome == "human_review"
    assert not [e for e in statuses(events, "started") if "retrieval" in e.payload.stage]


def test_withdrawn_by_safety() -> None:
    """The draft was read, is withdrawn openly, and not one token of it reaches the final answer."""
    events = play(scenario="withdrawn_by_safety")
    final = final_of(events)
    sentences = [event.payload.text for event in events if isinstance(event, PartialAnswerEvent)]

    assert text_of(events)
    assert revisions(events) == ["retract"]
    assert final.outcome == "withheld"
    assert not final.safety_pass
    assert final.citations == ()
    assert all(sentence not in final.answer for sentence in sentences)
    assert "Whitfield" not in final.answer


def test_slow_verifier() -> None:
    """The draft stands, the screen is told what was not checked, and no citation claims to be verified."""
    events = play(scenario="slow_verifier")
    final = final_of(events)

    assert final.outcome == "answered"
    assert "verification" in final.degraded
    assert text_of(events)


def test_reranker_down() -> None:
    """The evidence keeps its order and nothing is lost."""
    final = final_of(play(scenario="reranker_down"))

    assert final.outcome == "answered"
    assert final.complete
    assert final.degraded == ("rerank",)


def test_stream_cut() -> None:
    """What was shown stays; a second version completes it or the answer is marked incomplete."""
    events = play(scenario="stream_cut")
    final = final_of(events)

    assert final.outcome == "answered"
    assert "generation" in final.degraded
    assert final.complete == (revisions(events) == ["improve"])


def test_proxy_buffering() -> None:
    """The reader gets lumps, long after what is in them was stamped; nothing is lost."""
    arrivals: list[float] = []

    async def read() -> list[StreamEvent]:
        events = []
        async with aclosing(simulator().open(request(scenario="proxy_buffering"))) as stream:
            async for event in stream:
                arrivals.append(asyncio.get_running_loop().time() * 1000)
                events.append(event)
        return events

    events = run_virtual(read)
    late_ms = [arrived - event.elapsed_ms for arrived, event in zip(arrivals, events, strict=True)]

    assert final_of(events).outcome == "answered"
    assert verify_stream(events, max_silence_ms=HEARTBEAT_MS) == []
    assert late_ms[0] > 300
    assert max(late_ms) > 1000
    assert len(set(arrivals)) < 10 < len({event.elapsed_ms for event in events})
    assert events == play(SCENARIOS["proxy_buffering"].question, profile="azure_shared", seed=7)


def test_spiky_generator() -> None:
    """Tokens stop for more than a second, more than once, and never without a word about what is awaited."""
    events = play(scenario="spiky_generator")
    times_ms = [event.elapsed_ms for event in events if isinstance(event, TokenEvent)]
    stalls = [later - earlier for earlier, later in pairwise(times_ms) if later - earlier > 1000]

    assert len(stalls) >= 2
    assert metric_of(events).time_to_first_token_ms in range(2000, 8000)
    assert any("generation" in event.payload.message for event in statuses(events, "waiting"))
    assert final_of(events).outcome == "answered"


def test_safety_service_down() -> None:
    """The check is tried twice and fails closed: what was read is withdrawn, and the reason is the service."""
    events = play(scenario="safety_service_down")
    retraction = next(event.payload for event in events if isinstance(event, RefinementEvent))

    assert text_of(events)
    assert (retraction.kind, retraction.reason) == ("retract", "safety_unavailable")
    assert final_of(events).outcome == "withheld"
    assert final_of(events).degraded == ("safety",)


def test_long_answer() -> None:
    """Far more than anybody reads before it is signed off, and more than the writer writes by itself."""
    events = play(scenario="long_answer")
    usual = play(SCENARIOS["long_answer"].question)
    read_words = metric_of(events).total_pipeline_ms / 1000 * READING_WORDS_PER_S

    assert sum(isinstance(event, PartialAnswerEvent) for event in events) > 6
    assert len(text_of(events)) > len(text_of(usual))
    assert len(text_of(events).split()) > 2 * read_words
    assert final_of(events).outcome == "answered"
