"""Named sets of latencies: one `Profile` per kind of day, read from `profiles.toml` and written back as TOML.

A profile must give every timed stage and say where each figure comes from, so that nobody takes a guess for a
measurement. It knows neither what the stages do nor when they run.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, Self, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from mocks.latency import GenerationLatency, Knobs, LatencyModel
from rag.errors import ConfigurationError
from rag.values import StageName

PROFILES_FILE = Path(__file__).with_name("profiles.toml")

UNTIMED: frozenset[StageName] = frozenset({"classification", "gate", "prompt"})
"""Pure functions of the pipeline: they call nobody, so they have no latency to simulate."""

TIMED_STAGES: tuple[StageName, ...] = tuple(
    stage for stage in get_args(StageName) if stage not in UNTIMED and stage != "generation"
)
"""The stages with one latency per call; generation has a latency per token and stands beside them."""


class Profile(Knobs):
    """Latencies of all stages under one name."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    description: str = Field(min_length=1)
    stages: dict[StageName, LatencyModel]
    """One entry per name in `TIMED_STAGES`. `verification` is per sentence; `refinement` is the wait before all of
    the second text's tokens, which then arrive at once."""
    generation: GenerationLatency
    sources: dict[str, str]
    """Who published each figure, or the word *illustrative*. By stage, and `first_token`, `inter_token`, `total`,
    `jitter`, `stall` for those of the generator that are given."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        _require("stages", set(self.stages), set(TIMED_STAGES))
        _require("sources", set(self.sources), self._figures())
        return self

    def _figures(self) -> set[str]:
        generation = self.generation
        given = {
            "inter_token": generation.inter_token is not None,
            "total": generation.total_ms is not None,
            "jitter": generation.jitter > 0,
            "stall": generation.stall_probability > 0,
        }
        return {*self.stages, "first_token", *(figure for figure, is_given in given.items() if is_given)}

    def to_toml(self) -> str:
        """This profile as the text of a profile file: `parse_profiles` reads it back as an equal profile."""
        lines = [f"[{self.name}]", f"description = {_toml(self.description)}", "", f"[{self.name}.stages]"]
        lines += [f"{stage} = {_toml(self.stages[stage])}" for stage in TIMED_STAGES]
        lines += ["", f"[{self.name}.generation]"]
        lines += [f"{knob} = {_toml(value)}" for knob, value in _given(self.generation)]
        lines += ["", f"[{self.name}.sources]"]
        lines += [f"{figure} = {_toml(source)}" for figure, source in self.sources.items()]
        return "\n".join(lines) + "\n"


def load_profiles(path: Path = PROFILES_FILE) -> dict[str, Profile]:
    """All profiles of a file by name, in the file's order. Raises `ConfigurationError` naming profile and field."""
    return parse_profiles(path.read_text(encoding="utf-8"), origin=path.name)


def parse_profiles(text: str, *, origin: str = "profiles") -> dict[str, Profile]:
    """All profiles of a TOML text by name. Raises `ConfigurationError` naming `origin`, profile and field."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{origin} is not valid TOML: {error}.") from error
    return {name: _profile(name, table, origin) for name, table in tables.items()}


def _profile(name: str, table: Any, origin: str) -> Profile:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{origin}: {name!r} stands outside of a profile. A profile is a table, [{name}].")
    try:
        return Profile.model_validate({"name": name, **table})
    except ValidationError as error:
        complaints = "; ".join(
            f"{_place(found['loc'])}: {found['msg'].removeprefix('Value error, ')}" for found in error.errors()
        )
        raise ConfigurationError(f"{origin}, profile {name!r}: {complaints}.") from error


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "[key]") or "profile"


def _require(field: str, given: set[Any], wanted: set[Any]) -> None:
    if missing := sorted(wanted - given):
        raise ValueError(f"{field} lacks {', '.join(missing)}")
    if unknown := sorted(given - wanted):
        raise ValueError(f"{field} has {', '.join(unknown)}, which nothing here uses")


def _given(model: BaseModel) -> list[tuple[str, Any]]:
    """The fields that were set to something else than their default, in the order of the class."""
    fields = type(model).model_fields
    return [(name, value) for name, value in model if value != fields[name].default]


def _toml(value: Any) -> str:
    """A value of a profile as TOML: text, number, list, or a model as an inline table."""
    if isinstance(value, BaseModel):
        inside = ", ".join(f"{name} = {_toml(entry)}" for name, entry in _given(value))
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, str):  # JSON's escapes are TOML's too; DEL is the one that only TOML asks for
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(entry) for entry in value)}]"
    return repr(int(value) if float(value).is_integer() else value)
