"""Profiles that people bring along: read from TOML text, and refused with a reason if a knob could not be set so.

`Profile.to_toml` writes what is read here. Knows profiles and the bounds of the knobs; knows no disk and no screen.
"""

from __future__ import annotations

from collections.abc import Iterator

from mocks.knobs import StageKnobs, at, complaint
from mocks.latency import LatencyModel
from mocks.profiles import Profile, parse_profiles
from rag.errors import ConfigurationError, InvalidRequest

MAX_FILE_CHARS = 64 * 1024
"""Length of the largest profile file that is read."""


def read_profile(text: str) -> Profile:
    """The one profile of a TOML text. Raises `InvalidRequest` that names the field and what is wrong with it."""
    if len(text) > MAX_FILE_CHARS:
        raise InvalidRequest(f"profile: the file is longer than {MAX_FILE_CHARS:,} characters.")
    try:
        profiles = parse_profiles(text, origin="the file")
    except ConfigurationError as error:
        raise InvalidRequest(f"profile: {error}") from None
    except RecursionError:
        raise InvalidRequest("profile: the file is nested too deeply.") from None
    if len(profiles) != 1:
        raise InvalidRequest(f"profile: the file must hold one profile, not {len(profiles)}.")
    profile = next(iter(profiles.values()))
    try:
        for place, model in _latencies(profile):
            at(place, lambda model=model: _check(model))  # type: ignore[misc]  # mypy sees no type in a default
    except ValueError as error:
        raise InvalidRequest(f"profile: {complaint(error)}.") from None
    return profile


def _latencies(profile: Profile) -> Iterator[tuple[str, LatencyModel]]:
    """Every latency of a profile with its place; the writer's other times as if they were fixed latencies."""
    generation = profile.generation
    yield from ((f"stages.{stage}", model) for stage, model in profile.stages.items())
    yield "generation.first_token", generation.first_token
    if generation.inter_token is not None:
        yield "generation.inter_token", generation.inter_token
    yield "generation.total_ms", LatencyModel(median_ms=generation.total_ms or 0.0)
    yield "generation.stall_ms", LatencyModel(median_ms=generation.stall_ms)


def _check(model: LatencyModel) -> None:
    """Raise `ValueError` for a latency that no knob could be set to."""
    longest_ms = max([*(model.schedule_ms or ()), model.min_ms or 0.0, model.max_ms or 0.0])
    StageKnobs(median_ms=longest_ms)
    given = model.model_dump(include=set(StageKnobs.model_fields) & model.model_fields_set)
    StageKnobs.model_validate(given).applied_to(LatencyModel())
