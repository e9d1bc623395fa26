"""Opens simulated runs: real parts behind simulated latency and faults, with a writer that only quotes.

Knows how scenario, profile, seed and speed become the parts of one run; knows nothing of how a run is shown.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace

from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.extractive_generator import ExtractiveGenerator
from mocks.faults import Fault, FaultPlan
from mocks.profiles import Profile, load_profiles
from mocks.scenarios import SCENARIOS, Scenario
from mocks.transport import held_back
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.pipeline import Pipeline
from rag.ports import Parts
from rag.report import RunReport
from rag.settings import Settings
from rag.values import RunRequest

DEFAULT_PROFILE = "good_day"

NO_STORY = Scenario(title="", question="", watch="", profile="", seed=0)
"""What is told where no scenario is named."""


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
        self.settings = settings or Settings()
        self._default_profile = default_profile
        self._record = record
        self.profiles: dict[str, Profile] = load_profiles()

    def on(self, parts: Parts, settings: Settings | None = None) -> Simulator:
        """The same simulation over another library; what its runs report goes where these go."""
        return Simulator(
            parts,
            settings=settings or self.settings,
            default_profile=self._default_profile,
            record=self._record,
        )

    def open(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        """Start a run; what the scenario says is used where the request says nothing. Raises `InvalidRequest`."""
        return self.open_with(request)

    def open_with(
        self,
        request: RunRequest,
        *,
        profile: Profile | None = None,
        settings: Settings | None = None,
        faults: Sequence[Fault] | None = None,
    ) -> AsyncGenerator[StreamEvent]:
        """As `open`, with latencies, settings or faults of one's own in the place of those that the names stand for.

        A given profile is taken as it is: a scenario's knobs change only the named ones.
        """
        story = self._scenario(request.scenario)
        seed = self.seed_of(request)
        profile = profile or self.profile_of(request)
        plan = FaultPlan(seed, story.faults if faults is None else faults)
        clockwork = Clockwork(profile, seed=seed, faults=plan, speed=request.speed)
        parts = delayed_parts(self._parts_for(story, profile), clockwork)
        budgeted = (settings or self.settings).at_speed(request.speed)
        events = Pipeline(parts, budgeted, self._record).answer(request.model_copy(update=_told_by(story, request)))
        return events if story.buffering is None else held_back(events, story.buffering, seed=seed)

    def profile_of(self, request: RunRequest) -> Profile:
        """The latencies that a request names, with what its scenario changes in them. Raises `InvalidRequest`."""
        story = self._scenario(request.scenario)
        named = self._profile(request.profile or story.profile or self._default_profile)
        return story.knobs.applied_to(named)

    def seed_of(self, request: RunRequest) -> int:
        """The seed that a request runs with. Raises `InvalidRequest`."""
        return request.seed if request.seed is not None else self._scenario(request.scenario).seed

    async def aclose(self) -> None:
        """A simulation holds nothing: what there is to release belongs to its runs."""

    @staticmethod
    def _scenario(name: str | None) -> Scenario:
        if name is None:
            return NO_STORY
        if name not in SCENARIOS:
            raise InvalidRequest(f"scenario: is not known; use one of {', '.join(SCENARIOS)}.")
        return SCENARIOS[name]

    def _profile(self, name: str) -> Profile:
        if name not in self.profiles:
            raise InvalidRequest(f"profile: is not known; use one of {', '.join(self.profiles)}.")
        return self.profiles[name]

    def _parts_for(self, story: Scenario, profile: Profile) -> Parts:
        """The writer errs where the story says so, and writes as much as the profile says."""
        sentences = profile.generation.draft_sentences
        if not (story.embellish or story.slip or sentences):
            return self._parts
        length = {"draft_sentences": sentences} if sentences else {}
        writer = ExtractiveGenerator(embellish=story.embellish, slip=story.slip, **length)
        return replace(self._parts, generator=writer)


def _told_by(story: Scenario, request: RunRequest) -> dict[str, object]:
    """The question and domain of the story, where the request has none of its own."""
    own_question = bool(request.question.strip())
    return {
        "question": request.question if own_question else story.question,
        "domain": request.domain or (None if own_question else story.domain),
    }
