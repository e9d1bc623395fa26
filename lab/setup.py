"""A set-up: everything that a person can turn about a run, as one value with bounds, and the run that follows from it.

What is not set stays as the house has it. Where a set-up comes from (sliders, a link, a test) is not known here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field

from mocks.faults import Fault
from mocks.knobs import ProfileKnobs
from mocks.latency import Knobs
from mocks.simulation import Simulator
from rag.events import StreamEvent
from rag.settings import RELEASABLE, Budgets, Section, Settings
from rag.values import Domain, RunRequest, Score, StageName, Strategy

S = TypeVar("S", bound=Section)

BUDGETS: frozenset[str] = frozenset(Budgets.model_fields) - {"heartbeat_s", "grace_s"}
"""The budgets that may be set: those of work. How often a run shows life is no knob."""


def _releasable(stages: tuple[StageName, ...]) -> tuple[StageName, ...]:
    """The release set in the order in which its stages end."""
    if strangers := [stage for stage in stages if stage not in RELEASABLE]:
        raise ValueError(f"no word can wait for {', '.join(strangers)}; use {', '.join(RELEASABLE)}")
    return tuple(stage for stage in RELEASABLE if stage in stages)


def _budget(name: str) -> str:
    if name not in BUDGETS:
        raise ValueError(f"there is no such budget; use {', '.join(sorted(BUDGETS))}")
    return name


class PolicyKnobs(Knobs):
    """Changes to one row of the gate's domain table. None leaves a field alone."""

    min_passages: int | None = Field(default=None, ge=0, le=50)
    min_confidence: Score | None = None
    release: Annotated[tuple[StageName, ...], AfterValidator(_releasable)] | None = None
    """The slow stages that the first word waits for."""
    human_review: bool | None = None


class Setup(Knobs):
    """Changes to how questions are run. `Setup()` changes nothing."""

    strategy: Strategy | None = None
    domains: dict[Domain, PolicyKnobs] = Field(default_factory=dict)
    fallback_below: Score | None = None
    evidence_floor: Score | None = None
    budgets: dict[Annotated[str, AfterValidator(_budget)], Annotated[float, Field(ge=0.05, le=600)]] = Field(
        default_factory=dict
    )
    """Seconds, under the names of `rag.settings.Budgets`."""
    profile: ProfileKnobs = ProfileKnobs()
    """Changes to the profile that the request names."""
    faults: tuple[Fault, ...] | None = Field(default=None, max_length=20)
    """In the place of those of the scenario; empty: nothing goes wrong."""

    def settings(self, base: Settings) -> Settings:
        """The settings with these changes."""
        table = dict(base.gate.domains)
        for domain, policy in self.domains.items():
            table[domain] = _changed(table[domain], policy.model_dump(exclude_none=True))
        floors = {"fallback_below": self.fallback_below, "evidence_floor": self.evidence_floor}
        given = {name: value for name, value in floors.items() if value is not None}
        return base.model_copy(
            update={
                "gate": base.gate.model_copy(update={"domains": table, **given}),
                "budgets": _changed(base.budgets, self.budgets),
            }
        )

    def open(self, simulator: Simulator, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        """Start a run with these changes; the caller closes it. Raises `InvalidRequest` naming what does not fit."""
        asked = request if self.strategy is None else request.model_copy(update={"strategy": self.strategy})
        return simulator.open_with(
            asked,
            profile=self.profile.applied_to(simulator.profile_of(asked)),
            settings=self.settings(simulator.settings),
            faults=self.faults,
        )


def _changed(section: S, changes: dict[str, Any]) -> S:
    return type(section).model_validate(section.model_dump() | changes)
