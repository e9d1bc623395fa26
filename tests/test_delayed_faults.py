"""Delayed parts that go wrong: exactly as planned, in the terms of each port, and with nothing left open."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from mocks.clockwork import Clockwork
from mocks.delayed import STRANGER, delayed_parts
from mocks.faults import FaultPlan
from mocks.virtual_time import run_virtual
from rag.errors import (
    GenerationCut,
    GenerationError,
    GenerationMalformed,
    RagError,
    RerankError,
    RetrievalError,
    RewriteError,
    SafetyError,
    VerificationError,
)
from rag.ports import Parts
from rag.values import GenerationRequest, RewrittenQuery
from tests.instant_parts import CALLS, PASSAGES, PROFILES, REFINEMENT, REQUEST, InstantParts, fail, play, profile_with

ERRORS = {
    "query_safety": SafetyError,
    "rewrite": RewriteError,
    "retrieval": RetrievalError,
    "deep_retrieval": RetrievalError,
    "expanded_retrieval": RetrievalError,
    "rerank": RerankError,
    "generation": GenerationError,
    "verification": VerificationError,
    "safety": SafetyError,
    "refinement": GenerationError,
    "groundedness": VerificationError,
}


@pytest.mark.parametrize("stage", CALLS)
def test_an_error_is_the_ports_own_and_comes_after_the_wait(stage: str) -> None:
    """What fails takes its time to fail, and raises what the port's docstring names; its retry is served."""
    profile = PROFILES["instant"] if stage == "generation" else profile_with(**{stage: 137})
    (failed_ms, error), (retried_ms, result) = play(
        CALLS[stage], CALLS[stage], profile=profile, faults=[fail(stage, "error", call=1)]
    )

    assert type(error) is ERRORS[stage]
    assert retried_ms == 2 * failed_ms
    assert not isinstance(result, RagError)


@pytest.mark.parametrize("stage", CALLS)
def test_a_hang_is_no_deadlock_and_can_be_cancelled(stage: str) -> None:
    """Whoever waits with a budget gets it back on time; virtual time sees a timer, not a deadlock."""

    async def with_budget(parts: Parts) -> str:
        try:
            async with asyncio.timeout(3):
                await CALLS[stage](parts)
        except TimeoutError:
            return "timeout"
        return "answer"

    assert play(with_budget, profile=PROFILES["instant"], faults=[fail(stage, "hang")]) == [(3000, "timeout")]


@pytest.mark.parametrize("stage", CALLS)
def test_slow_is_the_right_answer_later(stage: str) -> None:
    """The answer is the same, 900 ms after its time."""
    [(at_ms, result)] = play(CALLS[stage], profile=PROFILES["article"])
    [(late_ms, late)] = play(CALLS[stage], profile=PROFILES["article"], faults=[fail(stage, "slow", slow_ms=900)])

    assert late_ms == pytest.approx(at_ms + 900)
    assert late == result


def test_empty_answers_have_nothing_in_them() -> None:
    """Each port's way of saying nothing; no verdict on safety is an error, never a pass."""

    def empty(stage: str) -> Any:
        return play(CALLS[stage], profile=PROFILES["instant"], faults=[fail(stage, "empty")])[0][1]

    assert empty("rewrite") == RewrittenQuery(original="dti?", text="")
    assert [empty(stage) for stage in ("retrieval", "deep_retrieval", "expanded_retrieval", "rerank")] == [[]] * 4
    assert empty("generation") == empty("refinement") == []
    assert not empty("verification").supported
    assert empty("groundedness").score == 0
    assert type(empty("safety")) is type(empty("query_safety")) is SafetyError


def test_malformed_answers_have_the_right_type_and_break_the_ports_promise() -> None:
    """Rubbish that only a check of its content can find."""

    def malformed(stage: str) -> Any:
        return play(CALLS[stage], profile=PROFILES["instant"], faults=[fail(stage, "malformed")])[0][1]

    found = [item.passage.passage_id for item in malformed("retrieval")]
    ranked = [item.passage for item in malformed("rerank")]
    support = malformed("verification")

    assert malformed("rewrite").text.strip() == ""
    assert len(found) > 3 and len(set(found)) < len(found)
    assert ranked == [STRANGER, PASSAGES[0], PASSAGES[0]]
    assert support.supported and support.source_span.end > len(PASSAGES[1].text)
    assert not 0 <= malformed("groundedness").score <= 1
    assert not malformed("safety").passed
    assert type(malformed("generation")) is type(malformed("refinement")) is GenerationMalformed


@pytest.mark.parametrize(
    ("kind", "error"), [("cut", GenerationCut), ("error", GenerationError), ("malformed", GenerationMalformed)]
)
@pytest.mark.parametrize("after_tokens", [0, 1, 3, 5, 99])
@pytest.mark.parametrize("request_", [REQUEST, REFINEMENT], ids=["draft", "refinement"])
def test_a_text_breaks_off_after_so_many_tokens(
    kind: str, error: type[RagError], after_tokens: int, request_: GenerationRequest
) -> None:
    """Exactly that many arrive, then the error; a shorter text still fails, for it never says that it is finished."""
    stage = "generation" if request_.kind == "draft" else "refinement"

    async def main() -> tuple[int, type[BaseException] | None, int]:
        real, arrived = InstantParts(), 0
        plan = FaultPlan(1, [fail(stage, kind, after_tokens=after_tokens)])
        parts = delayed_parts(real.parts, Clockwork(PROFILES["article"], faults=plan))
        try:
            async with aclosing(parts.generator.stream(request_)) as tokens:
                async for _ in tokens:
                    arrived += 1
        except RagError as raised:
            return arrived, type(raised), real.closed
        return arrived, None, real.closed

    assert run_virtual(main) == (min(after_tokens, 5), error, 1)


def test_a_reader_that_leaves_closes_the_writer() -> None:
    """Closing the outer generator closes the inner one, at any token."""

    async def main() -> int:
        real = InstantParts()
        parts = delayed_parts(real.parts, Clockwork(PROFILES["article"]))
        async with aclosing(parts.generator.stream(REQUEST)) as tokens:
            await anext(tokens)
        return real.closed

    assert run_virtual(main) == 1


def test_a_cancelled_wait_closes_the_writer() -> None:
    """Cancelled between two tokens, nothing stays open."""

    async def main() -> int:
        real = InstantParts()
        parts = delayed_parts(real.parts, Clockwork(PROFILES["article"]))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.21), aclosing(parts.generator.stream(REQUEST)) as tokens:
                async for _ in tokens:
                    pass
        return real.closed

    assert run_virtual(main) == 1
