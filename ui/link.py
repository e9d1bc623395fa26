"""A link that reproduces a set-up: what its query says, checked against what the page offers. Pure.

    /?scenario=refined&profile=bad_day&seed=7&speed=2&strategy=progressive&q=...&rerank.median_ms=900

`ui/static/app.js` writes what is read here. A part that is not understood is named and left out; the rest counts.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import parse_qsl

from mocks.profile_files import MAX_FILE_CHARS, read_profile
from rag.errors import InvalidRequest
from rag.values import Strategy
from ui.knob_form import read_turned
from ui.screen_options import ScenarioOption, ScreenOptions

MAX_QUERY_CHARS = 32_000
MAX_FIELDS = 200
MAX_SEED = 2**53 - 1
"""Largest whole number that a browser keeps exact."""
PACKED = "z."
"""In front of a profile that was deflated and written in URL-safe base64."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What the controls should say. Empty: as they are at first."""

    question: str = ""
    scenario: str = ""
    domain: str = ""
    profile: str = ""
    speed: float | None = None
    strategy: Strategy = "progressive"
    seed: int | None = None
    own: str = ""
    turned: str = ""
    complaints: Sequence[str] = ()
    """What was left out, and why."""


def read_link(search: str, options: ScreenOptions, *, question_chars: int) -> Linked | None:
    """The set-up that a page's query asks for; None when it asks for none. Never raises."""
    asked = _fields(search)
    known = {name: text for name, text in asked.items() if name in _PLAIN or "." in name or name == "faults"}
    if not known:
        return None
    reader = _Reader(known, options)
    story = reader.story()
    return Linked(
        question=known.get("q", story.question if story else "")[:question_chars],
        scenario=story.name if story else "",
        domain=reader.among("domain", options.domains) or (story.domain if story else "") or "",
        profile=reader.among("profile", [name for _, name in options.profiles]) or (story.profile if story else ""),
        speed=reader.speed(),
        strategy=reader.strategy(),
        seed=reader.seed(),
        own=reader.own(),
        turned=reader.turned(),
        complaints=reader.complaints,
    )


_STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
_PLAIN = {"q", "scenario", "domain", "profile", "speed", "strategy", "seed", "own"}


def _fields(search: str) -> dict[str, str]:
    if len(search) > MAX_QUERY_CHARS:
        return {}
    try:
        return dict(parse_qsl(search.removeprefix("?"), max_num_fields=MAX_FIELDS))
    except ValueError:
        return {}


class _Reader:
    """Takes the fields one by one, and keeps what it has to complain about."""

    def __init__(self, asked: Mapping[str, str], options: ScreenOptions) -> None:
        self._asked = asked
        self._options = options
        self.complaints: list[str] = []

    def story(self) -> ScenarioOption | None:
        name = self.among("scenario", [story.name for story in self._options.scenarios])
        return next((story for story in self._options.scenarios if story.name == name), None)

    def among(self, name: str, offered: Collection[str]) -> str:
        """The text of a field if it is offered; else empty, and a complaint if there was one."""
        text = self._asked.get(name, "")
        if text and text not in offered:
            self.complaints.append(f"{name}: what the link asks for is not offered here")
            return ""
        return text

    def speed(self) -> float | None:
        offered = {f"{speed:g}": speed for speed in (*self._options.speeds, self._options.speed)}
        return offered.get(self.among("speed", list(offered)))

    def strategy(self) -> Strategy:
        asked = self.among("strategy", get_args(Strategy))
        return next((one for one in _STRATEGIES if one == asked), "progressive")

    def seed(self) -> int | None:
        text = self._asked.get("seed", "")
        if not text:
            return None
        try:
            seed = int(text)
        except ValueError:
            seed = MAX_SEED + 1
        if abs(seed) > MAX_SEED:
            self.complaints.append("seed: is not a whole number")
            return None
        return seed

    def own(self) -> str:
        text = self._asked.get("own", "")
        try:
            toml = unpacked(text) if text else ""
            if toml:
                read_profile(toml)
        except InvalidRequest as error:
            self.complaints.append(str(error).rstrip("."))
            return ""
        return toml

    def turned(self) -> str:
        knobs = {name: text for name, text in self._asked.items() if name not in _PLAIN}
        if not knobs:
            return ""
        text = json.dumps(knobs)
        try:
            read_turned(text)
        except InvalidRequest as error:
            self.complaints.append(str(error).rstrip("."))
            return ""
        return text


def unpacked(text: str) -> str:
    """The TOML of a packed profile. Raises `InvalidRequest`; never makes more of it than a file may hold."""
    try:
        packed = text.removeprefix(PACKED)
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        toml = inflating.decompress(raw, 4 * MAX_FILE_CHARS).decode()
    except (ValueError, binascii.Error, zlib.error):
        raise InvalidRequest(_DAMAGED) from None
    if not inflating.eof:
        raise InvalidRequest(_DAMAGED)
    return toml


_DAMAGED = "own: the profile in the link is damaged."
