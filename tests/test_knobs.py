"""Knobs: what is turned changes, what is not stays, what makes no sense is refused by name; and profiles as files."""

from __future__ import annotations

from typing import Any

import pytest

from mocks.knobs import BY_HAND, MAX_MS, GeneratorKnobs, ProfileKnobs, StageKnobs, read_knobs
from mocks.latency import LatencyModel
from mocks.profile_files import MAX_FILE_CHARS, read_profile
from mocks.profiles import TIMED_STAGES, load_profiles, parse_profiles
from rag.errors import InvalidRequest

PROFILES = load_profiles()
AZURE = PROFILES["azure_shared"]
THIRTY = PROFILES["thirty_seconds"]


def turned(profile: str = "azure_shared", **knobs: Any) -> Any:
    return read_knobs(ProfileKnobs, knobs).applied_to(PROFILES[profile])


@pytest.mark.parametrize("name", list(PROFILES))
def test_untouched_knobs_change_nothing(name: str) -> None:
    """No knob turned gives the same profile, sources and all."""
    assert ProfileKnobs().applied_to(PROFILES[name]) == PROFILES[name]


def test_one_knob_changes_one_figure() -> None:
    """The stage has the new number, all else is as it was, and the source says whose number it is."""
    changed = turned(stages={"rerank": {"spike_probability": 0.5}})

    assert changed.stages["rerank"] == AZURE.stages["rerank"].model_copy(update={"spike_probability": 0.5})
    assert {stage for stage in TIMED_STAGES if changed.stages[stage] != AZURE.stages[stage]} == {"rerank"}
    assert changed.generation == AZURE.generation
    assert changed.sources == AZURE.sources | {"rerank": BY_HAND}


def test_a_new_median_keeps_the_spread() -> None:
    """Twice the median is twice the 95th percentile: the shape of the distribution is another knob."""
    changed = turned(stages={"rerank": {"median_ms": 1200}}).stages["rerank"]

    assert changed.p95_ms == 2000
    assert changed.sigma == pytest.approx(AZURE.stages["rerank"].sigma)


def test_both_can_be_set() -> None:
    """A median with its own 95th percentile is taken as given."""
    changed = turned(stages={"safety": {"median_ms": 10, "p95_ms": 500}}).stages["safety"]

    assert (changed.median_ms, changed.p95_ms) == (10, 500)


def test_a_schedule_gives_way_to_a_median() -> None:
    """The published timeline has schedules; a median takes the place of one."""
    assert turned("article", stages={"safety": {"median_ms": 50}}).stages["safety"] == LatencyModel(median_ms=50)


def test_the_writers_knobs() -> None:
    """First token, pace, jitter, stalls and length."""
    changed = turned(
        generation={
            "first_token": {"median_ms": 500},
            "inter_token": {"median_ms": 10, "p95_ms": 10},
            "jitter": 0.0,
            "stall_probability": 0.1,
            "stall_ms": 700,
            "draft_sentences": 9,
        }
    )

    assert changed.generation.first_token.median_ms == 500
    assert changed.generation.inter_token.fixed
    assert (changed.generation.stall_probability, changed.generation.stall_ms) == (0.1, 700)
    assert changed.generation.draft_sentences == 9
    assert "jitter" not in changed.sources
    assert changed.sources["stall"] == BY_HAND


def test_a_pace_replaces_an_exact_time() -> None:
    """A text that was spread over eight seconds gets a pace instead, and its source goes with it."""
    changed = turned("thirty_seconds", generation={"inter_token": {"median_ms": 30}})

    assert changed.generation.total_ms is None
    assert changed.generation.inter_token == LatencyModel(median_ms=30)
    assert "total" not in changed.sources
    assert changed.sources["inter_token"] == BY_HAND


@pytest.mark.parametrize(
    ("profile", "knobs", "complaint"),
    [
        ("azure_shared", {"stages": {"rerank": {"median_ms": -1}}}, "stages.rerank.median_ms: "),
        ("azure_shared", {"stages": {"rerank": {"median_ms": MAX_MS + 1}}}, "stages.rerank.median_ms: "),
        ("azure_shared", {"stages": {"rerank": {"median_ms": float("nan")}}}, "stages.rerank.median_ms: "),
        ("azure_shared", {"stages": {"rerank": {"medium_ms": 5}}}, "stages.rerank.medium_ms: Extra inputs"),
        ("azure_shared", {"stages": {"rerank": {"p95_ms": 5}}}, r"stages.rerank: p95_ms \(5\) is under median_ms"),
        ("azure_shared", {"stages": {"rerank": {"median_ms": 1, "p95_ms": 5000}}}, "more than 1000 times"),
        ("azure_shared", {"stages": {"reranker": {}}}, "stages.reranker"),
        ("azure_shared", {"stages": {"gate": {"median_ms": 5}}}, "gate has no latency"),
        ("azure_shared", {"stages": {"generation": {"median_ms": 5}}}, "generation has no latency"),
        ("azure_shared", {"generation": {"jitter": 2}}, "generation.jitter: "),
        ("azure_shared", {"generation": {"draft_sentences": 0}}, "generation.draft_sentences: "),
        ("azure_shared", {"generation": {"inter_token": {"p95_ms": 1}}}, "generation: inter_token: p95_ms"),
        ("article", {"stages": {"safety": {"p95_ms": 50}}}, "stages.safety: the profile has a schedule here"),
        ("thirty_seconds", {"generation": {"jitter": 0.5}}, "generation: the profile spreads its text"),
        ("thirty_seconds", {"generation": {"inter_token": {"p95_ms": 9}}}, "generation: inter_token: "),
        ("thirty_seconds", {"generation": {"first_token": {"median_ms": 9000}}}, "generation: total_ms needs"),
        ("azure_shared", "not knobs at all", "knobs: Input should be"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(profile: str, knobs: Any, complaint: str) -> None:
    """The message names the stage, the knob and what is wrong."""
    with pytest.raises(InvalidRequest, match=complaint):
        read_knobs(ProfileKnobs, knobs).applied_to(PROFILES[profile])


def test_what_was_turned_can_be_saved_and_loaded() -> None:
    """A profile made with knobs, under a name of its own, written as TOML, reads back equal."""
    knobs = ProfileKnobs(
        stages={"rerank": StageKnobs(median_ms=900)},
        generation=GeneratorKnobs(inter_token=StageKnobs(median_ms=20), stall_probability=0.1, stall_ms=5),
    )
    mine = knobs.applied_to(THIRTY, name="mine")

    assert mine.name == "mine"
    assert read_profile(mine.to_toml()) == mine


@pytest.mark.parametrize("name", list(PROFILES))
def test_what_ships_can_be_loaded(name: str) -> None:
    """Every shipped profile is within the bounds that brought ones are held to."""
    assert read_profile(PROFILES[name].to_toml()) == PROFILES[name]


GOOD = AZURE.to_toml()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "one profile, not 0"),
        (GOOD + THIRTY.to_toml(), "one profile, not 2"),
        ("[mine", "not valid TOML"),
        (GOOD.replace("rerank = { median_ms = 600", "rerank = { median_ms = -600"), "stages.rerank.median_ms"),
        (GOOD.replace("median_ms = 600, p95_ms = 1000", "median_ms = 6e8"), "stages.rerank: median_ms"),
        (GOOD.replace("median_ms = 600", "median_ms = 1e-300"), "stages.rerank: p95_ms is more than"),
        (GOOD.replace("max_ms = 20000", "max_ms = 1e300"), "generation.first_token: median_ms"),
        (GOOD.replace("stall_ms = 900", "stall_ms = 1e9"), "generation.stall_ms: median_ms"),
        (GOOD.replace("median_ms = 600", "median_ms = inf"), "stages.rerank.median_ms"),
        (GOOD.replace("rerank = {", "reranker = {"), "stages.reranker"),
        (GOOD + "x" * MAX_FILE_CHARS, "longer than"),
        ("[a]\nb = " + "[" * 5000, "nested too deeply|not valid TOML"),
        (GOOD.replace("[azure_shared", "['<script>'"), "name"),
    ],
)
def test_a_bad_file_is_refused_by_name(text: str, complaint: str) -> None:
    """A file from outside gets a message that names the field, never a traceback, and never a run that overflows."""
    with pytest.raises(InvalidRequest, match=complaint):
        read_profile(text)


def test_a_missing_stage_is_named() -> None:
    """A profile must give every stage."""
    lines = [line for line in GOOD.splitlines() if not line.startswith("rerank =")]

    with pytest.raises(InvalidRequest, match="stages lacks rerank"):
        read_profile("\n".join(lines))


def test_parsing_and_reading_agree() -> None:
    """`read_profile` is `parse_profiles` with bounds and nothing else."""
    assert parse_profiles(GOOD) == {"azure_shared": read_profile(GOOD)}
