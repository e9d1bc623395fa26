"""Delayed parts: each call takes what its profile says, to the millisecond."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.profiles import Profile
from mocks.virtual_time import run_virtual
from rag.values import GenerationRequest
from tests.instant_parts import (
    CALLS,
    CLAIM,
    PASSAGES,
    PROFILES,
    REFINEMENT,
    REQUEST,
    InstantParts,
    play,
    profile_with,
    written,
)


@pytest.mark.parametrize("stage", [stage for stage in CALLS if stage != "generation"])
def test_every_stage_waits_its_own_time(stage: str) -> None:
    """Each seam, mode and kind of check is timed by the stage of that name and by no other."""
    [(at_ms, result)] = play(CALLS[stage], profile=profile_with(**{stage: 137}))
    [(plain_ms, plain)] = play(CALLS[stage], profile=PROFILES["instant"])

    assert at_ms == 137
    assert plain_ms == 0
    assert result == plain


def test_the_fixed_thirty_seconds_add_up_exactly() -> None:
    """Called one after another, rewrite for the pair that runs side by side, they take 30,000 ms."""
    order = ["rewrite", "retrieval", "deep_retrieval", "rerank", "generation", "verification", "safety", "refinement"]
    log = play(*(CALLS[stage] for stage in [*order, "groundedness"]), profile=PROFILES["thirty_seconds"])

    assert [at_ms for at_ms, _ in log] == [300, 1000, 4500, 7000, 15000, 19500, 21500, 27500, 30000]


@pytest.mark.parametrize("tokens", [0, 1, 2, 3, 7, 300])
def test_a_total_is_exact_whatever_the_length(tokens: int) -> None:
    """Eight seconds for a word and eight seconds for a page, the first token at 900 ms."""
    arrivals, end_ms = arrivals_of(["x"] * tokens, PROFILES["thirty_seconds"])

    assert end_ms == 8000
    assert len(arrivals) == tokens
    assert arrivals[:1] == [900][:tokens]
    assert arrivals[-1:] == [900 if tokens == 1 else 8000][:tokens]


def arrivals_of(
    tokens: Sequence[str], profile: Profile, *, speed: float = 1.0, request: GenerationRequest = REQUEST
) -> tuple[list[float], float]:
    """When each token arrived and when the stream ended, in milliseconds."""

    async def main() -> tuple[list[float], float]:
        loop = asyncio.get_running_loop()
        parts = delayed_parts(InstantParts(tokens).parts, Clockwork(profile, speed=speed))
        async with aclosing(parts.generator.stream(request)) as stream:
            arrivals = [loop.time() * 1000 async for _ in stream]
        return arrivals, loop.time() * 1000

    return run_virtual(main)


def test_a_paced_text_is_exact_to_the_millisecond() -> None:
    """First token after 200 ms, then one every 20 ms: sums of binary fractions must not drift."""
    arrivals, _ = arrivals_of(["x"] * 300, PROFILES["article"])

    assert arrivals == pytest.approx([200 + 20 * n for n in range(300)], abs=1e-6)


def test_a_refinement_is_one_wait_and_then_all_of_its_text() -> None:
    """The second text is not shown while it is written, so its tokens come together."""
    arrivals, _ = arrivals_of(["x"] * 50, profile_with(refinement=6000), request=REFINEMENT)

    assert set(arrivals) == {6000}


def test_a_slow_reader_catches_up() -> None:
    """Tokens arrive at the sender's pace; a reader that paused finds them waiting and is not delayed twice."""

    async def main() -> list[float]:
        loop, arrivals = asyncio.get_running_loop(), []
        parts = delayed_parts(InstantParts(["x"] * 6).parts, Clockwork(PROFILES["article"]))
        async with aclosing(parts.generator.stream(REQUEST)) as stream:
            async for _ in stream:
                arrivals.append(round(loop.time() * 1000))
                if len(arrivals) == 2:
                    await asyncio.sleep(0.05)
        return arrivals

    assert run_virtual(main) == [200, 220, 270, 270, 280, 300]


def test_a_schedule_is_replayed_in_milliseconds_of_the_run() -> None:
    """The k-th call returns at the k-th time since the run's first call, at once if that is past."""
    verify, judge = CALLS["verification"], CALLS["groundedness"]
    log = play(CALLS["rewrite"], verify, verify, verify, verify, judge, verify, profile=PROFILES["article"])

    assert [at_ms for at_ms, _ in log] == [80, 8000, 9200, 10400, 10400, 14000, 14000]


def test_sentences_checked_side_by_side_return_in_the_order_of_their_calls() -> None:
    """A schedule counts calls, not ends."""

    async def main() -> list[tuple[int, float]]:
        parts = delayed_parts(InstantParts().parts, Clockwork(PROFILES["article"]))
        ends: list[tuple[int, float]] = []

        async def check(number: int) -> None:
            await parts.verifier.verify(CLAIM, PASSAGES[1])
            ends.append((number, asyncio.get_running_loop().time()))

        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(check(number))
        return ends

    assert run_virtual(main) == [(0, 8.0), (1, 9.2), (2, 10.4)]


@pytest.mark.parametrize("stage", ["rewrite", "verification", "generation"])
def test_speed_divides_every_wait(stage: str) -> None:
    """Sampled, scheduled and per token alike."""
    [(slow_ms, _)] = play(CALLS[stage], profile=PROFILES["article"])
    [(fast_ms, _)] = play(CALLS[stage], profile=PROFILES["article"], speed=4)

    assert fast_ms == pytest.approx(slow_ms / 4)


def test_the_same_seed_takes_the_same_time() -> None:
    """And another seed another time."""

    def times(seed: int) -> list[float]:
        async def main() -> list[float]:
            parts = delayed_parts(InstantParts().parts, Clockwork(PROFILES["bad_day"], seed=seed))
            ends = []
            for call in CALLS.values():
                await call(parts)
                ends.append(asyncio.get_running_loop().time())
            return ends

        return run_virtual(main)

    assert times(3) == times(3)
    assert times(3) != times(4)


def test_runs_at_once_do_not_share_a_clockwork() -> None:
    """Two runs on the same parts count their own calls and keep their own beginning."""

    async def main() -> list[float]:
        real, loop = InstantParts().parts, asyncio.get_running_loop()
        ends = []
        for origin_s in (0, 100):
            await asyncio.sleep(origin_s)
            await delayed_parts(real, Clockwork(PROFILES["article"])).verifier.verify(CLAIM, PASSAGES[1])
            ends.append(loop.time())
        return ends

    assert run_virtual(main) == [8.0, 116.0]


def test_without_waits_other_tasks_still_get_their_turn() -> None:
    """A text without pauses does not starve the rest of the event loop until its end."""

    async def main() -> int:
        turns = 0

        async def neighbour() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        parts = delayed_parts(InstantParts(["x"] * 320).parts, Clockwork(PROFILES["instant"]))
        task = asyncio.create_task(neighbour())
        await written(parts)
        task.cancel()
        return turns

    assert run_virtual(main) >= 10
