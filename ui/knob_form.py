"""What a person turned, as the page sends it and as a link carries it: flat names and texts, checked and made values.

    rerank.median_ms=900  first_token.spike_percent=5  writer.sentences=8
    faults=1  fault1.stage=rerank  fault1.kind=error

Beside them the page may say which uploaded documents it asks (`documents`). Whoever knows that id may ask them, so it
is in no link and in no recording.

Percents are for people; the knobs behind them are shares. Knows the knobs and their bounds; knows no page.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mocks.faults import Fault
from mocks.knobs import ProfileKnobs, read_knobs
from mocks.profile_files import MAX_FILE_CHARS, read_profile
from mocks.profiles import Profile, load_profiles
from mocks.scenarios import SCENARIOS
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.values import RunRequest

PERCENT = 100.0

LATENCY_FIELDS: dict[str, tuple[str, float]] = {
    "median_ms": ("median_ms", 1.0),
    "p95_ms": ("p95_ms", 1.0),
    "spike_percent": ("spike_probability", PERCENT),
    "spike_x": ("spike_multiplier", 1.0),
}
"""Name in the form -> field of `StageKnobs`, and how many of the form's units make one of the field's."""

WRITER_FIELDS: dict[str, tuple[str, float]] = {
    "jitter_percent": ("jitter", PERCENT),
    "stall_percent": ("stall_probability", PERCENT),
    "stall_ms": ("stall_ms", 1.0),
    "sentences": ("draft_sentences", 1.0),
}
"""The same for the other knobs of `GeneratorKnobs`."""

FAULT_NUMBERS: dict[str, tuple[str, float]] = {
    "call": ("call", 1.0),
    "percent": ("probability", PERCENT),
    "after_tokens": ("after_tokens", 1.0),
    "slow_ms": ("slow_ms", 1.0),
}
"""The same for the numbers of a `Fault`."""

MAX_FAULTS = 4
"""As many as the form has rows for."""

DOCUMENTS = "documents"
"""Name under which the page sends the id of the uploaded documents."""
_MAX_ID_CHARS = 64

_WRITER_TIMES = ("first_token", "inter_token")


class OpenCustom(Protocol):
    """Opens a run on latencies and faults of one's own: `mocks.simulation.Simulator.open_with`."""

    def __call__(
        self, request: RunRequest, *, profile: Profile | None = None, faults: Sequence[Fault] | None = None
    ) -> AsyncGenerator[StreamEvent]:
        """Start a run. Raises `InvalidRequest`."""
        ...


@dataclass(frozen=True, slots=True)
class Turned:
    """What differs from the story and the profile that were chosen. `Turned()` differs in nothing."""

    knobs: ProfileKnobs = ProfileKnobs()
    faults: tuple[Fault, ...] | None = None
    """In the place of the story's; None leaves those alone."""
    own: Profile | None = None
    """A profile from a file, in the place of the named one."""
    documents: str = ""
    """Id of the documents that are asked in the place of the library: see `ui.uploads`."""

    @property
    def simulates(self) -> bool:
        """Whether it takes a simulation to do what is asked."""
        return self != Turned(documents=self.documents)

    def profile_for(self, scenario: str, profile: str) -> Profile:
        """The latencies that a run gets. Raises `InvalidRequest` for unknown names and knobs that do not fit."""
        return self.knobs.applied_to(self.own or named_profile(scenario, profile))

    def open(self, open_custom: OpenCustom, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        """Start a run with these changes; the caller closes it. Raises `InvalidRequest` naming what does not fit."""
        profile = self.profile_for(request.scenario or "", request.profile or "")
        return open_custom(request, profile=profile, faults=self.faults)


def named_profile(scenario: str, profile: str) -> Profile:
    """The profile of that name, else the story's own, with what the story changes in it. Raises `InvalidRequest`."""
    story = SCENARIOS.get(scenario)
    profiles = load_profiles()
    name = profile or (story.profile if story else "")
    if name not in profiles:
        raise InvalidRequest(f"profile: is not known; use one of {', '.join(profiles)}.")
    return story.knobs.applied_to(profiles[name]) if story else profiles[name]


def read_turned(text: str, own: str = "") -> Turned:
    """The changes that the page's JSON tells, on the profile whose TOML is `own`.

    Raises `InvalidRequest` that names the field and what is wrong with it.
    """
    flat = _read_names(text)
    documents = flat.pop(DOCUMENTS, "")
    if len(documents) > _MAX_ID_CHARS:
        raise InvalidRequest("documents: there are no such documents.")
    return Turned(
        knobs=read_knobs(ProfileKnobs, _nested(flat)),
        faults=read_faults(flat),
        own=read_profile(own) if own else None,
        documents=documents,
    )


def read_flat(text: str) -> dict[str, str]:
    """Name -> text of every knob that was turned, and nothing else of what the page says. Raises `InvalidRequest`."""
    return {name: value for name, value in _read_names(text).items() if name != DOCUMENTS}


def _read_names(text: str) -> dict[str, str]:
    if len(text) > MAX_FILE_CHARS:
        raise InvalidRequest("knobs: there are too many of them.")
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise InvalidRequest("knobs: could not be read.") from None
    if not isinstance(values, dict):
        raise InvalidRequest("knobs: could not be read.")
    return {name: str(value).strip() for name, value in values.items() if str(value).strip()}


def read_faults(flat: Mapping[str, str]) -> tuple[Fault, ...] | None:
    """The faults of the form, None if it says nothing of them. Raises `InvalidRequest` naming the row."""
    if "faults" not in flat:
        return None
    rows = (_row(flat, f"fault{number}") for number in range(1, MAX_FAULTS + 1))
    return tuple(read_knobs(Fault, row, what=f"fault {number}") for number, row in enumerate(rows, 1) if row)


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    """The flat names as `ProfileKnobs` has them; names of no knob are kept, so that they are complained about."""
    stages: dict[str, dict[str, Any]] = {}
    writer: dict[str, Any] = {}
    for name, text in flat.items():
        place, _, knob = name.partition(".")
        if place == "faults" or place.startswith("fault"):
            continue
        if place == "writer":
            _put(writer, WRITER_FIELDS, knob, text, name)
        else:
            target = writer.setdefault(place, {}) if place in _WRITER_TIMES else stages.setdefault(place, {})
            _put(target, LATENCY_FIELDS, knob, text, name)
    return {"stages": stages, "generation": writer}


def _row(flat: Mapping[str, str], row: str) -> dict[str, Any]:
    """One row of the faults; empty without a stage."""
    given = {name.removeprefix(f"{row}."): text for name, text in flat.items() if name.startswith(f"{row}.")}
    if "stage" not in given:
        return {}
    fault: dict[str, Any] = {"stage": given.pop("stage"), "kind": given.pop("kind", "")}
    for knob, text in given.items():
        _put(fault, FAULT_NUMBERS, knob, text, f"{row}.{knob}")
    return fault


def _put(target: dict[str, Any], fields: Mapping[str, tuple[str, float]], knob: str, text: str, name: str) -> None:
    if knob not in fields:
        raise InvalidRequest(f"knobs: {name[:40]}: there is no such knob.")
    field, unit = fields[knob]
    try:
        value = float(text)
    except ValueError:
        raise InvalidRequest(f"knobs: {name[:40]}: is not a number.") from None
    target[field] = value / unit


def faults_of(scenario: str) -> tuple[Fault, ...]:
    """What goes wrong in the story as it is told."""
    story = SCENARIOS.get(scenario)
    return story.faults if story else ()
