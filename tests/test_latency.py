"""Latency models: the percentiles they are given, draws that can be repeated, knobs that leave each other alone."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mocks.latency import GenerationLatency, LatencyModel, random_for

DRAWS = 20_000
ROOT = Path(__file__).resolve().parent.parent


def draws(model: LatencyModel, *, seed: int = 1, count: int = DRAWS) -> list[float]:
    return sorted(model.sample_ms(random_for(seed, "rerank", call)) for call in range(1, count + 1))


def percentile(ordered: list[float], share: float) -> float:
    return ordered[int(share * len(ordered))]


def test_median_and_p95_come_out_as_they_went_in() -> None:
    """The two knobs are what people read off a dashboard."""
    ordered = draws(LatencyModel(median_ms=600, p95_ms=1000))

    assert percentile(ordered, 0.50) == pytest.approx(600, rel=0.02)
    assert percentile(ordered, 0.95) == pytest.approx(1000, rel=0.02)


def test_body_and_spikes_fit_published_percentiles() -> None:
    """GPT-4o's first token, p50 639, p95 1,144 and p99 4,517 ms (modelstats.ai): no lognormal alone has all three."""
    spiky = draws(LatencyModel(median_ms=625, p95_ms=1024, spike_probability=0.02, spike_multiplier=7))
    plain = draws(LatencyModel(median_ms=639, p95_ms=1144))

    assert percentile(spiky, 0.50) == pytest.approx(639, rel=0.05)
    assert percentile(spiky, 0.95) == pytest.approx(1144, rel=0.05)
    assert percentile(spiky, 0.99) == pytest.approx(4517, rel=0.10)
    assert percentile(plain, 0.99) < 1600


@pytest.mark.parametrize("model", [LatencyModel(median_ms=80), LatencyModel(median_ms=80, p95_ms=80)])
def test_fixed_is_exact(model: LatencyModel) -> None:
    """Without a spread every draw is the median, to the last digit."""
    assert model.fixed
    assert set(draws(model, count=50)) == {80.0}


def test_bounds_hold_for_spikes_too() -> None:
    """`min_ms` and `max_ms` are promises about the result, not about the body."""
    model = LatencyModel(median_ms=100, p95_ms=300, spike_probability=0.5, spike_multiplier=50, min_ms=90, max_ms=250)
    ordered = draws(model, count=2000)

    assert ordered[0] == 90
    assert ordered[-1] == 250


@given(seed=st.integers(), call=st.integers(min_value=1, max_value=10**6))
def test_a_draw_is_finite_and_positive(seed: int, call: int) -> None:
    """No seed, however odd, gives an infinite or negative wait."""
    sampled_ms = LatencyModel(median_ms=100, p95_ms=900).sample_ms(random_for(seed, "rewrite", call))

    assert 0 < sampled_ms < 1e6


def test_a_knob_changes_its_own_stage_only() -> None:
    """Turning up the spikes leaves every unspiked call as it was: what differs is the knob (common random numbers)."""
    calm = LatencyModel(median_ms=100, p95_ms=200)
    spiky = calm.model_copy(update={"spike_probability": 0.1, "spike_multiplier": 5.0})
    pairs = [
        (calm.sample_ms(random_for(3, "rerank", call)), spiky.sample_ms(random_for(3, "rerank", call)))
        for call in range(1, 1001)
    ]
    changed = [after / before for before, after in pairs if after != before]

    assert 60 < len(changed) < 140
    assert changed == pytest.approx([5.0] * len(changed), rel=1e-4)


def test_seed_stage_and_call_each_give_another_draw() -> None:
    """Nothing shares a random number by accident."""
    model = LatencyModel(median_ms=100, p95_ms=200)
    keys = [
        (1, "rerank", 1),
        (2, "rerank", 1),
        (1, "rewrite", 1),
        (1, "rerank", 2),
        (1, "rerank", 11),
        (11, "rerank", 1),
    ]

    assert len({model.sample_ms(random_for(*key)) for key in keys}) == len(keys)


GOLDEN_MS = [44.758, 213.258, 94.769]
"""The first three draws of seed 7 for a median of 100 ms and a p95 of 200 ms; the same on every Python."""

PRINT_DRAWS = """
from mocks.latency import LatencyModel, random_for
model = LatencyModel(median_ms=100, p95_ms=200)
print([model.sample_ms(random_for(7, "rerank", call)) for call in (1, 2, 3)])
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_draws_are_the_same_everywhere(hash_seed: str) -> None:
    """Another process, another hash seed, another day: the same milliseconds."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    printed = subprocess.run(
        [sys.executable, "-c", PRINT_DRAWS], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert printed.strip() == str(GOLDEN_MS)


def test_a_schedule_serves_its_last_entry_to_all_later_calls() -> None:
    """A published timeline names a few moments; further calls return at the last of them."""
    model = LatencyModel(schedule_ms=(8000, 9200, 10400))

    assert [model.scheduled_ms(call) for call in range(1, 6)] == [8000, 9200, 10400, 10400, 10400]
    assert LatencyModel(median_ms=5).scheduled_ms(1) is None


@pytest.mark.parametrize(
    ("knobs", "complaint"),
    [
        ({"median_ms": 100, "p95_ms": 50}, "under median_ms"),
        ({"p95_ms": 50}, "multiple of its median"),
        ({"median_ms": 100, "min_ms": 9, "max_ms": 8}, "over max_ms"),
        ({"median_ms": -1}, "greater than or equal to 0"),
        ({"median_ms": float("nan")}, "finite"),
        ({"spike_probability": 1.5}, "less than or equal to 1"),
        ({"spike_multiplier": 0.5}, "greater than or equal to 1"),
        ({"median": 100}, "not permitted"),
        ({"schedule_ms": []}, "one time or more"),
        ({"schedule_ms": [900, 800]}, "none before"),
        ({"schedule_ms": [900], "median_ms": 1}, "stands alone"),
    ],
)
def test_knobs_that_contradict_each_other_are_refused(knobs: dict[str, object], complaint: str) -> None:
    """A profile with a slip in it is an error with a reason, not a strange latency."""
    with pytest.raises(ValidationError, match=complaint):
        LatencyModel.model_validate(knobs)


def test_tokens_come_at_the_pace_of_their_text() -> None:
    """One text is fast or slow as a whole; single gaps stray from its pace only by the jitter."""
    writer = GenerationLatency(
        first_token=LatencyModel(median_ms=300), inter_token=LatencyModel(median_ms=20, p95_ms=60), jitter=0.1
    )
    paces = []
    for call in range(1, 40):
        due_ms = list(islice(writer.due_ms(5, call), 200))
        gaps_ms = [after - before for before, after in pairwise(due_ms)]
        pace_ms = sum(gaps_ms) / len(gaps_ms)
        paces.append(pace_ms)

        assert due_ms[0] == 300
        assert max(gaps_ms) <= pace_ms * 1.15
        assert min(gaps_ms) >= pace_ms * 0.85
    assert max(paces) > 2 * min(paces)


def test_a_stall_lengthens_single_gaps() -> None:
    """Stalls come at their probability, last as long as they say, and leave the other gaps alone."""
    calm = GenerationLatency(inter_token=LatencyModel(median_ms=20))
    stalling = calm.model_copy(update={"stall_probability": 0.05, "stall_ms": 900.0})
    due_ms = list(islice(stalling.due_ms(5, 1), 2001))
    gaps_ms = [round(after - before) for before, after in pairwise(due_ms)]

    assert set(gaps_ms) == {20, 920}
    assert 60 < gaps_ms.count(920) < 140


@given(tokens=st.integers(min_value=0, max_value=400))
def test_a_total_is_spread_over_whatever_is_written(tokens: int) -> None:
    """First token when it is due, last one exactly at the total, the others evenly between."""
    writer = GenerationLatency(first_token=LatencyModel(median_ms=900), total_ms=8000)
    due_ms = list(writer.due_ms(0, 1, tokens=tokens))

    assert len(due_ms) == tokens
    assert due_ms[:1] == [900][:tokens]
    assert tokens < 2 or due_ms[-1] == 8000
    assert due_ms == sorted(due_ms)


@pytest.mark.parametrize(
    ("knobs", "complaint"),
    [
        ({}, "either inter_token or total_ms"),
        ({"inter_token": {}, "total_ms": 5}, "either inter_token or total_ms"),
        ({"total_ms": 5, "jitter": 0.1}, "exact"),
        ({"total_ms": 5, "first_token": {"median_ms": 6}}, "not over it"),
        ({"total_ms": 500, "first_token": {"median_ms": 6, "p95_ms": 9}}, "fixed first_token"),
        ({"inter_token": {"schedule_ms": [1]}}, "tokens are sampled"),
    ],
)
def test_a_writer_with_contradicting_knobs_is_refused(knobs: dict[str, object], complaint: str) -> None:
    """A pace or a total, not both and not neither; and a total leaves nothing to chance."""
    with pytest.raises(ValidationError, match=complaint):
        GenerationLatency.model_validate(knobs)


def test_a_total_needs_the_length_of_the_text() -> None:
    """Spreading over an unknown number of tokens is a mistake of the caller, said at once."""
    with pytest.raises(ValueError, match="known number"):
        GenerationLatency(total_ms=10).due_ms(0, 1)


def test_sampling_never_touches_the_global_generator() -> None:
    """Whoever else uses `random` is not disturbed."""
    before = random.getstate()
    draws(LatencyModel(median_ms=10, p95_ms=20), count=10)

    assert random.getstate() == before
