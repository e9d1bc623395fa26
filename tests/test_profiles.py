"""Profiles: what ships adds up to what it claims, a mistake is named, and what is written can be read again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mocks.latency import GenerationLatency, LatencyModel
from mocks.profiles import PROFILES_FILE, TIMED_STAGES, Profile, load_profiles, parse_profiles
from rag.errors import ConfigurationError

SHIPPED = load_profiles()


def test_the_named_profiles_ship() -> None:
    """The names that menus, documents and scenarios use."""
    assert list(SHIPPED) == ["article", "thirty_seconds", "azure_shared", "good_day", "bad_day", "instant"]


def test_thirty_seconds_is_thirty_seconds() -> None:
    """Its stages one after another take 30,000 ms exactly; query safety hides behind the longer rewrite."""
    profile = SHIPPED["thirty_seconds"]
    side_by_side = max(profile.stages["query_safety"].median_ms, profile.stages["rewrite"].median_ms)
    others = [stage for stage in TIMED_STAGES if stage not in {"query_safety", "rewrite", "expanded_retrieval"}]
    total_ms = side_by_side + sum(profile.stages[stage].median_ms for stage in others)

    assert all(profile.stages[stage].fixed for stage in TIMED_STAGES)
    assert total_ms + (profile.generation.total_ms or 0) == 30_000


def test_instant_is_instant() -> None:
    """Nothing in it takes any time."""
    profile = SHIPPED["instant"]

    assert all(model == LatencyModel() for model in profile.stages.values())
    assert profile.generation == GenerationLatency(inter_token=LatencyModel())


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=lambda profile: profile.name)
def test_every_figure_says_where_it_comes_from(profile: Profile) -> None:
    """A place on the web, the timeline that is replayed, a definition, or the word *illustrative*."""
    origin = re.compile(r"\b[a-z]+\.(?:com|io|ai)\b|illustrative|the published timeline|by definition")
    unexplained = {figure: source for figure, source in profile.sources.items() if not origin.search(source)}

    assert set(TIMED_STAGES) < set(profile.sources)
    assert unexplained == {}


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=lambda profile: profile.name)
def test_what_is_written_reads_back_equal(profile: Profile) -> None:
    """`to_toml` loses nothing."""
    assert parse_profiles(profile.to_toml()) == {profile.name: profile}


def test_awkward_text_survives_the_writer() -> None:
    """Quotes, line breaks, controls and other scripts in a description are data, not TOML."""
    awkward = 'a "quote" \\ back\nnew\tline \x00 \x7f é 漢字 ] [x] = #'
    profile = SHIPPED["bad_day"].model_copy(update={"description": awkward, "name": "my-day_2"})

    assert parse_profiles(profile.to_toml())["my-day_2"].description == awkward


def edited(before: str, after: str) -> str:
    text = PROFILES_FILE.read_text(encoding="utf-8")
    assert before in text
    return text.replace(before, after, 1)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("median_ms = 326, p95_ms = 629", "median_ms = 326, p95_ms = 29", ["'azure_shared'", "stages.rewrite", "29"]),
        ("median_ms = 326", "medain_ms = 326", ["'azure_shared'", "stages.rewrite.medain_ms"]),
        ("rewrite = { median_ms = 80 }\n", "", ["'article'", "stages lacks rewrite"]),
        ('first_token = "the published timeline: first token at 1,400 ms"\n', "", ["'article'", "lacks first_token"]),
        ('jitter = "illustrative"\n', 'joy = "x"\njitter = "illustrative"\n', ["'azure_shared'", "joy"]),
        ("total_ms = 8000", "total_ms = -8", ["'thirty_seconds'", "generation.total_ms"]),
        ("[article]\n", "speed = 2\n[article]\n", ["'speed'", "[speed]"]),
        ("[article]\n", "[article\n", ["not valid TOML", "line"]),
    ],
)
def test_a_mistake_names_profile_and_field(before: str, after: str, named: list[str], tmp_path: Path) -> None:
    """Whoever edits the file is told where, in terms of the file."""
    path = tmp_path / "mine.toml"
    path.write_text(edited(before, after), encoding="utf-8")

    with pytest.raises(ConfigurationError) as caught:
        load_profiles(path)

    assert all(part in str(caught.value) for part in ["mine.toml", *named])
