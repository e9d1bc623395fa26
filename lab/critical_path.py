"""Which stages a moment had to wait for: the critical path to the first token, the first useful sentence, the end.

The plan of the pipeline stands here once, as data: what each stage needs. A run tells when each stage really ran.
From both follows the chain of stages that led to a milestone, one waiting for the other, and how much later any other
stage could have ended without moving it (its slack). Shortening what is not on the path gains nothing.

The walk goes back from the milestone: of the stages that a stage needed, the one that ended last. Stages that follow
each other without a pause share a timestamp, so *at the same time* counts as before; the order in which stages ended
(the order of the spans) decides between equals, and makes a circle impossible.

Pure. It explains the run that was; what a change would do is another run (`lab.what_if`), because gate, retries and
refinement may take another branch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.events import MetricEvent, StatusEvent, StreamEvent
from rag.values import SERIAL, Path, StageName, StageSpan, Value

Milestone = Literal["first_token", "first_useful", "final"]
Plan = Mapping[StageName, tuple[StageName, ...]]

_FAST: dict[StageName, tuple[StageName, ...]] = {
    "rewrite": (),
    "query_safety": (),
    "classification": ("rewrite", "query_safety"),
    "retrieval": ("classification",),
    "gate": ("classification", "retrieval", "expanded_retrieval", "rerank"),
    "expanded_retrieval": ("gate",),
}

PROGRESSIVE: Plan = {
    **_FAST,
    "deep_retrieval": ("classification",),
    "rerank": ("deep_retrieval", "gate"),
    "prompt": ("gate",),
    "generation": ("prompt",),
    "verification": ("generation",),
    "safety": ("generation",),
    "refinement": ("verification", "safety", "rerank"),
    "groundedness": ("refinement",),
}
"""Stage -> what it needs, in the arrangements where every stage starts as soon as it can (`ungated` too)."""

ONE_BY_ONE: Plan = {
    **_FAST,
    "deep_retrieval": ("gate",),
    "rerank": ("deep_retrieval",),
    "prompt": ("gate", "rerank"),
    "generation": ("prompt",),
    "refinement": ("generation",),
    "verification": ("refinement",),
    "safety": ("verification",),
    "groundedness": ("safety",),
}
"""The same for the serial arrangements."""

STREAMED: frozenset[tuple[StageName, StageName]] = frozenset({("generation", "verification")})
"""(needed, by): the second takes what the first makes while it is being made, so it starts early and ends later."""


class PathStep(Value):
    """A stretch of the critical path: the time that one stage contributed to the milestone."""

    stage: StageName
    path: Path
    start_ms: int
    end_ms: int
    wait_ms: int = 0
    """Between the end of the stage before it and its own start: time that no stage accounts for."""

    @property
    def duration_ms(self) -> int:
        """Its contribution; 0 for a pure decision."""
        return self.end_ms - self.start_ms


class CriticalPath(Value):
    """The chain of stages that a milestone waited for, in the order in which they ran."""

    milestone: Milestone
    at_ms: int
    steps: tuple[PathStep, ...]
    slack_ms: dict[StageName, int]
    """How much later each stage that led to the milestone could have ended; 0 on the path. A stage that is not
    listed did not lead there: however late it ended, the milestone would not have moved."""


def critical_paths(events: Sequence[StreamEvent]) -> dict[Milestone, CriticalPath]:
    """The path to each milestone that a complete run reached. Empty for a run without its measurements."""
    metric = next((event.payload for event in events if isinstance(event, MetricEvent)), None)
    if metric is None:
        return {}
    decisions = [event.payload.gate for event in events if isinstance(event, StatusEvent) and event.payload.gate]
    waits_for = decisions[-1].waits_for if decisions else ()
    reached: dict[Milestone, int | None] = {
        "first_token": metric.time_to_first_token_ms,
        "first_useful": metric.time_to_first_useful_answer_ms,
        "final": metric.total_pipeline_ms,
    }
    plan = plan_of(metric.strategy)
    return {
        milestone: critical_path(metric.spans, milestone, at_ms, plan=plan, waits_for=waits_for)
        for milestone, at_ms in reached.items()
        if at_ms is not None
    }


def plan_of(strategy: str) -> Plan:
    """What each stage needs under a strategy."""
    return ONE_BY_ONE if strategy in SERIAL else PROGRESSIVE


def critical_path(
    spans: Sequence[StageSpan],
    milestone: Milestone,
    at_ms: int,
    *,
    plan: Plan = PROGRESSIVE,
    waits_for: Sequence[StageName] = (),
) -> CriticalPath:
    """The path to a milestone that was reached at `at_ms`.

    `spans` are the stages of the run in the order in which they ended; a stage may occur more than once. `waits_for`
    is the release set: what the first words waited for beside the generator.
    """
    nodes = [
        _Node(number, span, min(span.end_ms, at_ms)) for number, span in enumerate(spans) if span.start_ms <= at_ms
    ]
    needed = {node.number: _needed_by(node, nodes, plan) for node in nodes}
    leading = _needed_by_milestone(milestone, nodes, needed, waits_for)
    return CriticalPath(
        milestone=milestone,
        at_ms=at_ms,
        steps=tuple(_steps(_last(leading), needed)),
        slack_ms=_slack(leading, needed, at_ms),
    )


@dataclass(frozen=True, slots=True)
class _Node:
    """One span, as far as the milestone saw it."""

    number: int
    span: StageSpan
    end_ms: int
    """Cut at the milestone, which may come while the stage is at work: the first token ends no stage."""


Needed = Mapping[int, Sequence[_Node]]
"""Number of a node -> the nodes that it needed."""


def _needed_by(node: _Node, nodes: Sequence[_Node], plan: Plan) -> list[_Node]:
    """Of each stage in the plan, its last span that ended before this one began (streamed: before it ended)."""
    found = []
    for stage in plan.get(node.span.stage, ()):
        limit_ms = node.end_ms if (stage, node.span.stage) in STREAMED else node.span.start_ms
        earlier = (other for other in nodes if other.number < node.number and other.span.stage == stage)
        found += [other for other in earlier if other.span.end_ms <= limit_ms][-1:]
    return found


def _needed_by_milestone(
    milestone: Milestone, nodes: Sequence[_Node], needed: Needed, waits_for: Sequence[StageName]
) -> list[_Node]:
    """Words need the writer and the release set; the end needs every stage that no other stage came after."""
    words: list[StageName] = ["generation", *waits_for]
    if milestone != "final" and (found := [node for node in nodes if node.span.stage in words]):
        return found
    followed = {other.number for others in needed.values() for other in others}
    return [node for node in nodes if node.number not in followed]


def _last(nodes: Sequence[_Node]) -> _Node | None:
    """The one that the others did not have to be waited for: it ended last. Nobody waited for a cancelled one."""
    return max(nodes, key=lambda node: (node.end_ms, node.span.outcome != "cancelled", node.number), default=None)


def _steps(node: _Node | None, needed: Needed) -> list[PathStep]:
    """The path that ends with `node`. What was skipped took no part in it."""
    if node is None:
        return []
    before = _last(needed[node.number])
    before_ms = before.end_ms if before else 0
    steps = _steps(before, needed)
    if node.span.outcome != "skipped":
        steps.append(
            PathStep(
                stage=node.span.stage,
                path=node.span.path,
                start_ms=max(node.span.start_ms, before_ms),
                end_ms=node.end_ms,
                wait_ms=max(0, node.span.start_ms - before_ms),
            )
        )
    return steps


def _slack(leading: Sequence[_Node], needed: Needed, at_ms: int) -> dict[StageName, int]:
    """How much later each stage could have ended: backwards from the milestone, the tightest successor decides."""
    latest_ms = {node.number: at_ms for node in leading}
    slack_ms: dict[StageName, int] = {}
    nodes = {node.number: node for node in leading}
    while nodes:
        node = nodes.pop(max(nodes))  # all that came after it have had their say
        spare_ms = latest_ms[node.number] - node.end_ms
        slack_ms[node.span.stage] = min(spare_ms, slack_ms.get(node.span.stage, spare_ms))
        for other in needed[node.number]:
            own_ms = node.end_ms - max(node.span.start_ms, other.end_ms)
            bound_ms = latest_ms[node.number] - own_ms
            latest_ms[other.number] = min(bound_ms, latest_ms.get(other.number, bound_ms))
            nodes[other.number] = other
    return slack_ms
