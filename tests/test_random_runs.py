"""Two thousand random runs: latencies, faults, readers who leave at any moment. A failing seed is the bug report."""

from __future__ import annotations

import gc
import random
from contextlib import aclosing

import pytest

from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.faults import Fault, FaultPlan
from mocks.library import library_parts
from mocks.profiles import TIMED_STAGES, load_profiles
from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.events import TERMINAL, StreamEvent
from rag.grammar import StreamVerifier
from rag.pipeline import Pipeline
from rag.ports import Parts
from rag.report import RunReport
from rag.settings import Settings
from rag.values import RunRequest
from tests.harness import HEARTBEAT_MS, assert_nothing_left, request

RUNS = 2000
PARTS = 8
PROFILES = load_profiles()
QUESTIONS = [scenario.question for scenario in SCENARIOS.values()]


class CountsOpen:
    """Wraps the generator port and counts the text streams that are open: a connection that is left would show."""

    def __init__(self, parts: Parts) -> None:
        self.inner = parts.generator
        self.open = 0

    async def stream(self, asked):  # type: ignore[no-untyped-def]
        self.open += 1
        try:
            async with aclosing(self.inner.stream(asked)) as tokens:
                async for token in tokens:
                    yield token  # noqa: ASYNC119 - closed by the pipeline, which is what is being tested
        finally:
            self.open -= 1


class RandomRun:
    """Everything about one run, drawn from its seed."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(f"run/{seed}")
        self.seed = seed
        self.profile = PROFILES[chance.choice(list(PROFILES))]
        self.faults = [self._fault(chance) for _ in range(chance.choice((0, 0, 1, 2, 3)))]
        self.stop_after = chance.choice((None, None, chance.randrange(1, 200)))
        self.request: RunRequest = request(
            chance.choice(QUESTIONS),
            strategy=chance.choice(("progressive", "progressive", "progressive", "stream_last", "blocking")),
            domain=chance.choice((None, None, "underwriting_decisions", "general")),
        )
        budgets = {"request_s": chance.choice((60.0, 60.0, 6.0, 2.0)), "generation_s": chance.choice((40.0, 40.0, 1.5))}
        self.settings = Settings.model_validate({"budgets": budgets})
        self.reports: list[RunReport] = []

    @staticmethod
    def _fault(chance: random.Random) -> Fault:
        stage = chance.choice((*TIMED_STAGES, "generation", "generation"))
        writes = stage in ("generation", "refinement")
        kind = chance.choice(("error", "hang", "slow", "empty", "malformed", *(("cut", "cut") if writes else ())))
        extra: dict[str, object] = {"slow_ms": chance.uniform(10, 20_000)} if kind == "slow" else {}
        if writes and kind not in ("slow", "empty"):
            extra["after_tokens"] = chance.choice((0, 1, 30))
        return Fault.model_validate({"stage": stage, "kind": kind, "probability": chance.choice((1.0, 0.5)), **extra})

    async def events(self) -> list[StreamEvent]:
        """Run it, leave when the plan says so, and see that nothing is left."""
        parts = library_parts()
        counted = CountsOpen(parts)
        clockwork = Clockwork(self.profile, seed=self.seed, faults=FaultPlan(self.seed, self.faults))
        wrapped = delayed_parts(parts, clockwork)
        counted.inner = wrapped.generator
        ours = Parts(
            rewriter=wrapped.rewriter,
            retriever=wrapped.retriever,
            reranker=wrapped.reranker,
            generator=counted,
            verifier=wrapped.verifier,
            safety=wrapped.safety,
            judge=wrapped.judge,
        )
        taken: list[StreamEvent] = []
        async with aclosing(Pipeline(ours, self.settings, self.reports.append).answer(self.request)) as events:
            async for event in events:
                taken.append(event)
                if len(taken) == self.stop_after:
                    break
        assert counted.open == 0, "a text stream was left open"
        assert_nothing_left()
        return taken


def check(run: RandomRun, events: list[StreamEvent]) -> None:
    whole = run.stop_after is None or len(events) < run.stop_after
    verifier = StreamVerifier(HEARTBEAT_MS)
    for event in events:
        verifier.feed(event)
    if whole:
        assert verifier.finish() == []
        assert sum(isinstance(event, TERMINAL) for event in events) == 1
    else:
        assert verifier.violations == []
    ended = any(isinstance(event, TERMINAL) for event in events)
    assert [report.outcome != "abandoned" for report in run.reports] == [ended]


@pytest.mark.parametrize("part", range(PARTS))
def test_random_runs(part: int) -> None:
    """The grammar holds, whoever keeps reading gets exactly one ending, and nothing is left of any run."""
    gc.collect()
    gc.freeze()  # caches that earlier runs filled need not be searched for the garbage of these
    gc.disable()  # collected once per run by the harness instead of at random
    try:
        for seed in range(part, RUNS, PARTS):
            run = RandomRun(seed)
            try:
                check(run, run_virtual(run.events))
            except BaseException as error:
                error.add_note(f"seed {seed}: {run.profile.name}, {run.faults}, stop after {run.stop_after}")
                raise
    finally:
        gc.enable()


@pytest.mark.parametrize("seed", range(0, RUNS, 40))
def test_the_same_seed_gives_the_same_log(seed: int) -> None:
    """Chance is drawn from the seed and nothing else."""
    one, other = RandomRun(seed), RandomRun(seed)

    assert run_virtual(one.events) == run_virtual(other.events)
