"""Opens simulated runs: real parts behind simulated latency and faults, with a writer that only quotes.

Knows how scenario, profile, seed and speed become the parts of one run; knows nothing of how a run is shown.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.extractive_generator import ExtractiveGenerator
from mocks.faults import FaultPlan
from mocks.profiles import Profile, load_profiles
from mocks.scenarios import SCENARIOS, Scenario
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.pipeline import Pipeline
from rag.ports import Parts
from rag.report import RunReport
from rag.settings import Settings
from rag.values import RunRequest

DEFAULT_PROFILE = "good_day"


class Simulator:
    """Runs questions on `parts` as if every call took its time. One instance serves any number of runs at once."""

    def __init__(
        self,
        parts: Parts,
        *,
        settings: Settings | None = None,
        default_profile: str = DEFAULT_PROFILE,
        record: Callable[[RunReport], None] | None = None,
    ) -> None:
        self._parts = parts
        self._settings = settings or Settings()
        self._default_profile = default_profile
        self._record = record
        self.profiles: dict[str, Profile] = load_profiles()

    def open(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        """Start a run; what the scenario says is used where the request says nothing. Raises `InvalidRequest`."""
        scenario = self._scenario(request.scenario)
        profile = self._profile(request.profile or (scenario and scenario.profile) or self._default_profile)
        seed = request.seed if request.seed is not None else (scenario.seed if scenario else 0)
        told = request.model_copy(update=_told_by(scenario, request))
        clockwork = Clockwork(
            profile, seed=seed, faults=FaultPlan(seed, scenario.faults if scenario else ()), speed=request.speed
        )
        parts = delayed_parts(self._parts_for(scenario), clockwork)
        settings = self._settings.at_speed(request.speed)
        return Pipeline(parts, settings, self._record).answer(told)

    async def aclose(self) -> None:
        """A simulation holds nothing: what there is to release belongs to its runs."""

    def _scenario(self, name: str | None) -> Scenario | None:
        if name is None:
            return None
        if name not in SCENARIOS:
            raise InvalidRequest(f"scenario: is not known; use one of {', '.join(SCENARIOS)}.")
        return SCENARIOS[name]

    def _profile(self, name: str) -> Profile:
        if name not in self.profiles:
            raise InvalidRequest(f"profile: is not known; use one of {', '.join(self.profiles)}.")
        return self.profiles[name]

    def _parts_for(self, scenario: Scenario | None) -> Parts:
        """The writer errs where the story says so; a scenario may also put one more document on the shelf."""
        if scenario is None or not (scenario.embellish or scenario.slip):
            return self._parts
        return replace(self._parts, generator=ExtractiveGenerator(embellish=scenario.embellish, slip=scenario.slip))


def _told_by(scenario: Scenario | None, request: RunRequest) -> dict[str, object]:
    """The question and domain of the story, where the request has none of its own."""
    if scenario is None:
        return {}
    own_question = bool(request.question.strip())
    return {
        "question": request.question if own_question else scenario.question,
        "domain": request.domain or (None if own_question else scenario.domain),
    }
