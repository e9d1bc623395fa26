"""The critical path: by hand on small runs, and held against the pipeline itself by slowing its stages down."""

from __future__ import annotations

from typing import get_args

import pytest

from lab.critical_path import ONE_BY_ONE, PROGRESSIVE, STREAMED, CriticalPath, Milestone, critical_path, critical_paths
from lab.figures import RunFigures
from lab.setup import Setup
from lab.what_if import run_once
from mocks.scenarios import SCENARIOS
from rag.settings import Settings
from rag.values import SERIAL, StageName, StageSpan
from tests.harness import play, request, simulator

DTI = "What is the maximum debt-to-income ratio for an FHA loan?"


def span(stage: StageName, start_ms: int, end_ms: int, outcome: str = "finished") -> StageSpan:
    return StageSpan.model_validate(
        {"stage": stage, "path": "fast", "start_ms": start_ms, "end_ms": end_ms, "outcome": outcome}
    )


RUN = [
    span("query_safety", 0, 200),
    span("rewrite", 0, 300),
    span("classification", 300, 300),
    span("retrieval", 300, 1000),
    span("gate", 1000, 1000),
    span("prompt", 1000, 1000),
    span("deep_retrieval", 300, 2000),
    span("rerank", 2000, 3000),
    span("generation", 1000, 5000),
    span("safety", 5000, 5600),
    span("verification", 2500, 6500),
    span("refinement", 6500, 8000),
    span("groundedness", 8000, 9000),
]
"""A progressive run, its stages in the order in which they ended."""


def named(path: CriticalPath) -> list[StageName]:
    return [step.stage for step in path.steps if step.duration_ms]


def test_first_token() -> None:
    """The fast path, cut where the first token came; stages that follow without a pause share a timestamp."""
    path = critical_path(RUN, "first_token", 1900)

    assert [step.stage for step in path.steps] == [
        "rewrite",
        "classification",
        "retrieval",
        "gate",
        "prompt",
        "generation",
    ]
    assert [(step.start_ms, step.end_ms) for step in path.steps if step.duration_ms] == [
        (0, 300),
        (300, 1000),
        (1000, 1900),
    ]
    assert path.slack_ms == {
        "rewrite": 0,
        "query_safety": 100,
        "classification": 0,
        "retrieval": 0,
        "gate": 0,
        "prompt": 0,
        "generation": 0,
    }


def test_final() -> None:
    """Through the draft and the last verdict; the stage that worked beside the draft counts only where it worked on."""
    path = critical_path(RUN, "final", 9000)

    assert named(path) == ["rewrite", "retrieval", "generation", "verification", "refinement", "groundedness"]
    assert next(step for step in path.steps if step.stage == "verification").start_ms == 5000
    assert path.slack_ms["safety"] == 900
    assert path.slack_ms["rerank"] == path.slack_ms["deep_retrieval"] == 3500


def test_a_held_answer_waits_for_its_release_set() -> None:
    """The first token came when the last stage of the release set ended, so the path leads through it."""
    path = critical_path(RUN, "first_token", 6500, waits_for=("verification", "safety"))

    assert named(path) == ["rewrite", "retrieval", "generation", "verification"]
    assert path.slack_ms["safety"] == 900
    assert "rerank" not in path.slack_ms


def test_a_second_search_is_on_the_path() -> None:
    """The gate sent the run to search again: both of its decisions stand where they were made."""
    run = [
        span("rewrite", 0, 100),
        span("classification", 100, 100),
        span("retrieval", 100, 200),
        span("gate", 200, 200),
        span("expanded_retrieval", 200, 900),
        span("gate", 900, 900),
        span("deep_retrieval", 100, 900, "cancelled"),
    ]
    path = critical_path(run, "final", 900)

    assert [step.stage for step in path.steps] == [
        "rewrite",
        "classification",
        "retrieval",
        "gate",
        "expanded_retrieval",
        "gate",
    ]


def test_a_pause_that_no_stage_explains_is_shown_as_a_wait() -> None:
    """The path accounts for every millisecond."""
    path = critical_path([span("rewrite", 50, 100), span("classification", 130, 130)], "final", 130)

    assert [(step.stage, step.wait_ms, step.duration_ms) for step in path.steps] == [
        ("rewrite", 50, 50),
        ("classification", 30, 0),
    ]


def test_nothing_ran() -> None:
    """No stages, no path."""
    assert critical_path([], "final", 0) == CriticalPath(milestone="final", at_ms=0, steps=(), slack_ms={})
    assert critical_paths([]) == {}
    assert critical_paths(play(scenario="refined")[:-1]) == {}


@pytest.mark.parametrize("plan", [PROGRESSIVE, ONE_BY_ONE])
def test_the_plans_know_every_stage(plan: dict[StageName, tuple[StageName, ...]]) -> None:
    """Each stage of the pipeline has its place, and needs only stages that exist."""
    stages = set(get_args(StageName))

    assert set(plan) == stages
    assert {needed for needs in plan.values() for needed in needs} <= stages
    assert all(needed in PROGRESSIVE[by] for needed, by in STREAMED)


@pytest.mark.parametrize("profile", ["bad_day", "instant"])
@pytest.mark.parametrize("strategy", ["progressive", "ungated", "stream_last", "blocking"])
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_the_path_explains_every_moment(name: str, strategy: str, profile: str) -> None:
    """On whole runs: steps follow each other, add up to the milestone, need each other by the plan, have no slack."""
    plan = ONE_BY_ONE if strategy in SERIAL else PROGRESSIVE
    paths = critical_paths(play(scenario=name, strategy=strategy, profile=profile))

    assert "final" in paths
    for path in paths.values():
        assert sum(step.wait_ms + step.duration_ms for step in path.steps) == path.at_ms == path.steps[-1].end_ms
        assert all(path.slack_ms[step.stage] == 0 for step in path.steps if step.duration_ms)
        assert min(path.slack_ms.values()) >= 0
        for before, after in zip(path.steps, path.steps[1:], strict=False):
            skipped = {need for step in plan[after.stage] for need in plan[step]}
            assert before.stage in {*plan[after.stage], *skipped}
            assert before.end_ms <= after.start_ms


def test_a_run_that_ran_out_of_time() -> None:
    """The end waited for what was cancelled at the deadline."""
    settings = Settings.model_validate({"budgets": {"request_s": 6.0}})
    path = critical_paths(play(DTI, profile="thirty_seconds", settings=settings))["final"]

    assert path.at_ms == path.steps[-1].end_ms == 6000


OPEN = {"domains": {"loan_guidelines": {"min_passages": 0, "min_confidence": 0}}}
PATIENT = {
    "budgets": {f"{stage}_s": 100 for stage in ("rerank", "deep_retrieval", "verification", "safety", "request")}
}
SLOWED: list[StageName] = [
    "rewrite",
    "query_safety",
    "retrieval",
    "deep_retrieval",
    "rerank",
    "generation",
    "verification",
    "safety",
    "groundedness",
]


def slowed(stage: StageName | None = None, slow_ms: int = 0, strategy: str = "progressive") -> RunFigures:
    """The run on fixed latencies with an open gate and ample budgets, one stage of it slower."""
    faults = [{"stage": stage, "kind": "slow", "slow_ms": slow_ms}] if stage and slow_ms else []
    setup = Setup.model_validate({"strategy": strategy, "faults": faults, **OPEN, **PATIENT})
    return run_once(request(DTI, profile="thirty_seconds"), setup, simulator())


@pytest.mark.parametrize("strategy", ["progressive", "stream_last"])
@pytest.mark.parametrize("stage", SLOWED)
@pytest.mark.parametrize("milestone", get_args(Milestone))
def test_slack_is_what_a_stage_may_really_take_longer(milestone: Milestone, stage: StageName, strategy: str) -> None:
    """Slowed by its slack it moves nothing; slowed by 200 ms more it moves the milestone by exactly 200 ms."""
    path = slowed(strategy=strategy).paths[milestone]
    slack_ms = path.slack_ms.get(stage)

    if slack_ms is None:
        assert slowed(stage, 5000, strategy).paths[milestone].at_ms == path.at_ms
    else:
        assert slowed(stage, slack_ms, strategy).paths[milestone].at_ms == path.at_ms
        assert slowed(stage, slack_ms + 200, strategy).paths[milestone].at_ms == path.at_ms + 200


def test_the_split_in_one_line() -> None:
    """No slow stage can delay the first token of a progressive run; every stage delays a blocking one."""
    split, serial = slowed().paths["first_token"], slowed(strategy="blocking").paths["first_token"]

    assert set(split.slack_ms) == {
        "rewrite",
        "query_safety",
        "classification",
        "retrieval",
        "gate",
        "prompt",
        "generation",
    }
    assert set(serial.slack_ms) == set(get_args(StageName)) - {"expanded_retrieval"}
    assert serial.at_ms == 30_000
