"""The knobs that people turn: a few numbers for a stage and for the writer, and the profile they make of another.

A knob that is not touched stays as the profile has it. What comes out is an ordinary `Profile`, so it can be run,
written to a file and read back. What goes in comes from people, so everything is bounded here.
It knows profiles; it knows neither what the stages do nor how a knob looks on a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from mocks.latency import GenerationLatency, Knobs, LatencyModel
from mocks.profiles import TIMED_STAGES, Profile
from rag.errors import InvalidRequest
from rag.values import StageName

MAX_MS = 600_000.0
"""No knob goes past ten minutes: a request is given up long before."""
MAX_SPREAD = 1000.0
"""Most that the 95th percentile may be of the median. A wider lognormal is a typing error, and overflows."""
BY_HAND = "set by hand"
"""The source of a figure that a knob has changed."""

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class StageKnobs(Knobs):
    """Changes to one latency, in milliseconds. None leaves a knob alone."""

    median_ms: float | None = Field(default=None, ge=0, le=MAX_MS)
    p95_ms: float | None = Field(default=None, ge=0, le=MAX_MS)
    """Not given beside a new median: the spread stays, so the 95th percentile moves along."""
    spike_probability: float | None = Field(default=None, ge=0, le=1)
    spike_multiplier: float | None = Field(default=None, ge=1, le=100)

    def applied_to(self, model: LatencyModel) -> LatencyModel:
        """The latency with these changes. Raises `ValueError` for numbers that do not go together."""
        changes = _turned(self)
        if not changes:
            return model
        if model.schedule_ms is not None:
            if self.median_ms is None:
                raise ValueError("the profile has a schedule here: set median_ms to replace it")
            model = LatencyModel()
        elif self.median_ms is not None and self.p95_ms is None and model.p95_ms:
            changes["p95_ms"] = round(model.p95_ms * self.median_ms / model.median_ms, 3)
        changed = _changed(model, changes)
        if (changed.p95_ms or 0.0) > MAX_SPREAD * changed.median_ms:
            raise ValueError(f"p95_ms is more than {MAX_SPREAD:g} times median_ms")
        return changed


class GeneratorKnobs(Knobs):
    """Changes to how the writer's text arrives, and to its length. None leaves a knob alone."""

    first_token: StageKnobs = StageKnobs()
    inter_token: StageKnobs = StageKnobs()
    jitter: float | None = Field(default=None, ge=0, le=1)
    stall_probability: float | None = Field(default=None, ge=0, le=1)
    stall_ms: float | None = Field(default=None, ge=0, le=MAX_MS)
    draft_sentences: int | None = Field(default=None, ge=1, le=10)

    def applied_to(self, generation: GenerationLatency) -> GenerationLatency:
        """The generator with these changes. Raises `ValueError` for numbers that do not go together."""
        changes = _turned(self)
        if "first_token" in changes:
            changes["first_token"] = at("first_token", lambda: self.first_token.applied_to(generation.first_token))
        if "inter_token" in changes:
            pace = generation.inter_token or LatencyModel(schedule_ms=(0.0,))  # which only a new median replaces
            changes["inter_token"] = at("inter_token", lambda: self.inter_token.applied_to(pace))
            changes["total_ms"] = None
        elif generation.total_ms is not None and (self.jitter or self.stall_probability):
            raise ValueError("the profile spreads its text over an exact time: set inter_token.median_ms to replace it")
        return _changed(generation, changes)


class ProfileKnobs(Knobs):
    """Changes to a profile. `ProfileKnobs()` changes nothing."""

    stages: dict[StageName, StageKnobs] = Field(default_factory=dict)
    generation: GeneratorKnobs = GeneratorKnobs()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if unknown := sorted(set(self.stages) - set(TIMED_STAGES)):
            raise ValueError(f"{', '.join(unknown)} has no latency of this kind; use {', '.join(TIMED_STAGES)}")
        return self

    def applied_to(self, profile: Profile, *, name: str | None = None) -> Profile:
        """The profile with these changes, called `name`, its changed figures marked as set by hand.

        Raises `InvalidRequest` that names stage and knob.
        """
        try:
            stages = {stage: self._stage(stage, model) for stage, model in profile.stages.items()}
            generation = at("generation", lambda: self.generation.applied_to(profile.generation))
            before, after = _figures(profile.stages, profile.generation), _figures(stages, generation)
            sources = {
                figure: profile.sources[figure] if before.get(figure) == value else BY_HAND
                for figure, value in after.items()
            }
            changes = {"stages": stages, "generation": generation, "sources": sources, "name": name or profile.name}
            return Profile.model_validate({"description": profile.description, **changes})
        except ValueError as error:
            raise InvalidRequest(f"profile: {complaint(error)}.") from None

    def _stage(self, stage: StageName, model: LatencyModel) -> LatencyModel:
        knobs = self.stages.get(stage, StageKnobs())
        return at(f"stages.{stage}", lambda: knobs.applied_to(model))


def read_knobs(kind: type[M], values: object, *, what: str = "knobs") -> M:
    """A model of knobs from what a person or a file says. Raises `InvalidRequest` naming the field and the fault."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidRequest(f"{what}: {complaint(error)}.") from None


def at(place: str, work: Callable[[], T]) -> T:
    """The result of `work`; a `ValueError` that it raises says where."""
    try:
        return work()
    except ValueError as error:
        raise ValueError(f"{place}: {complaint(error)}") from None


def complaint(error: ValueError) -> str:
    """What is wrong, in one line: of pydantic's findings the first, under the name of its field."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part)[:40] for part in first["loc"] if part != "[key]")
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _turned(knobs: Knobs) -> dict[str, Any]:
    """The knobs that are turned: those that are neither None nor a group of knobs that are all left alone."""
    fields = type(knobs).model_fields
    return {name: value for name, value in knobs if value != fields[name].default}


def _changed(model: M, changes: Mapping[str, Any]) -> M:
    return type(model).model_validate({**model.model_dump(exclude_unset=True), **changes})


def _figures(stages: Mapping[StageName, LatencyModel], generation: GenerationLatency) -> dict[str, object]:
    """The figures that a profile must give a source for, with their values."""
    given: dict[str, object] = {
        "first_token": generation.first_token,
        "inter_token": generation.inter_token,
        "total": generation.total_ms,
        "jitter": generation.jitter or None,
        "stall": (generation.stall_probability, generation.stall_ms) if generation.stall_probability else None,
    }
    return dict(stages) | {figure: value for figure, value in given.items() if value is not None}
