"""Knobs, faults, profiles as files and links: what a person turned is what runs, and a wrong word is named."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

import gradio as gr
import pytest

from mocks.faults import Fault
from mocks.profile_files import MAX_FILE_CHARS, read_profile
from mocks.profiles import Profile, load_profiles
from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.errors import InvalidRequest
from rag.events import StreamEvent
from rag.settings import Settings
from rag.values import RunRequest
from tests.harness import simulator
from ui.handlers import AskHandlers
from ui.knob_form import Turned, named_profile, read_turned
from ui.knob_panel import render_knobs
from ui.link import PACKED, read_link
from ui.options import Options
from ui.painter import ask_boards
from ui.screen_options import ScreenOptions
from ui.site import screen_options
from ui.tabs.ask_setup import SetupHandlers

OFFERED: ScreenOptions = screen_options(Options(), Settings(), simulated=True)
PROFILES = load_profiles()


def turned(**knobs: object) -> str:
    return json.dumps({name.replace("__", "."): str(value) for name, value in knobs.items()})


def linked(**query: str) -> Any:
    link = read_link("?" + urlencode(query), OFFERED, question_chars=2000)
    assert link is not None
    return link


def packed(text: str) -> str:
    squeezer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    raw = squeezer.compress(text.encode()) + squeezer.flush()
    return PACKED + base64.urlsafe_b64encode(raw).decode().rstrip("=")


# What is turned ------------------------------------------------------------------------------------------------------


def test_nothing_turned_is_nothing() -> None:
    """An empty form, and one with empty fields, change nothing."""
    assert read_turned("") == read_turned('{"rerank.median_ms": " "}') == Turned()


def test_percents_are_shares() -> None:
    """People turn percents; the profile has probabilities. Everything else stays as it was."""
    made = read_turned(
        turned(rerank__median_ms=900, rerank__spike_percent=5, first_token__spike_percent=2, writer__jitter_percent=30)
    ).profile_for("", "good_day")

    assert made.stages["rerank"].median_ms == 900
    assert made.stages["rerank"].spike_probability == pytest.approx(0.05)
    assert made.generation.first_token.spike_probability == pytest.approx(0.02)
    assert made.generation.jitter == pytest.approx(0.3)
    assert made.stages["retrieval"] == PROFILES["good_day"].stages["retrieval"]


def test_the_story_changes_its_profile_first() -> None:
    """Knobs are turned on what the story runs with, not on the bare profile."""
    assert named_profile("spiky_generator", "good_day").generation.stall_ms == 1800
    assert (
        read_turned(turned(rerank__median_ms=1)).profile_for("spiky_generator", "good_day").generation.stall_ms == 1800
    )


def test_faults_stand_in_the_place_of_the_storys() -> None:
    """Rows of the form become faults; a form without rows clears the story's; silence leaves them alone."""
    broken = read_turned(turned(faults=1, fault1__stage="rerank", fault1__kind="error", fault1__percent=50)).faults

    assert broken == (Fault(stage="rerank", kind="error", probability=0.5),)
    assert read_turned(turned(faults=1)).faults == ()
    assert read_turned(turned(rerank__median_ms=1)).faults is None


@pytest.mark.parametrize(
    ("knobs", "complaint"),
    [
        (turned(rerank__median_ms="soon"), "rerank.median_ms: is not a number"),
        (turned(rerank__median_ms="nan"), "rerank.median_ms"),
        (turned(rerank__median_ms=-1), "rerank.median_ms"),
        (turned(rerank__median=1), "rerank.median: there is no such knob"),
        (turned(teleporter__median_ms=1), "stages.teleporter"),
        (turned(gate__median_ms=1), "gate has no latency"),
        (turned(writer__sentences=2.5), "draft_sentences"),
        (turned(faults=1, fault2__stage="rerank", fault2__kind="cut"), "fault 2: only a text can be cut"),
        (turned(faults=1, fault1__stage="rerank"), "fault 1: kind"),
        ("[]", "could not be read"),
        ("{", "could not be read"),
        ("[" * 10_000, "could not be read"),
        (json.dumps({"a": "x" * (MAX_FILE_CHARS + 1)}), "too many"),
    ],
)
def test_a_wrong_knob_is_named(knobs: str, complaint: str) -> None:
    """The message says which knob and what is wrong with it."""
    with pytest.raises(InvalidRequest, match=complaint):
        read_turned(knobs)


# What runs -----------------------------------------------------------------------------------------------------------


class Opened:
    """Remembers how the runs were opened."""

    def __init__(self) -> None:
        self.plain: list[RunRequest] = []
        self.custom: list[tuple[RunRequest, Profile | None, Sequence[Fault] | None]] = []

    def open(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        self.plain.append(request)
        return simulator().open(request)

    def open_custom(
        self, request: RunRequest, *, profile: Profile | None = None, faults: Sequence[Fault] | None = None
    ) -> AsyncGenerator[StreamEvent]:
        self.custom.append((request, profile, faults))
        return simulator().open_with(request, profile=profile, faults=faults)


def asked(*form: Any, custom: bool = True) -> tuple[Opened, str]:
    """How the run was opened, and what the head board said last."""
    opened, boards = Opened(), ask_boards()
    outputs = {name: gr.HTML(render=False) for name in boards}
    handlers = AskHandlers(opened.open, boards, outputs, opened.open_custom if custom else None)
    shown: dict[Any, str] = {}

    async def main() -> None:
        async with aclosing(handlers.ask(*form)) as updates:
            async for update in updates:
                shown.update({} if update == gr.skip() else update)

    run_virtual(main)
    return opened, shown[outputs["head"]]


FORM = ("How long is an FHA appraisal valid?", "", "", "good_day", 1.0, "progressive")


def test_untouched_knobs_open_an_ordinary_run() -> None:
    """Seed and strategy travel in the request; the simulator's own way is taken."""
    opened, _ = asked(*FORM[:-1], "stream_last", 11, "", "")

    assert opened.custom == []
    assert (opened.plain[0].seed, opened.plain[0].strategy) == (11, "stream_last")


def test_turned_knobs_reach_the_run() -> None:
    """The profile that runs has the turned figure and the fault."""
    opened, said = asked(
        *FORM, None, "", turned(rerank__median_ms=900, faults=1, fault1__stage="rerank", fault1__kind="error")
    )
    _, profile, faults = opened.custom[0]

    assert profile is not None
    assert profile.stages["rerank"].median_ms == 900
    assert faults == (Fault(stage="rerank", kind="error"),)
    assert "not fully checked" in said


def test_a_profile_from_a_file_is_what_runs() -> None:
    """It stands in the place of the named one."""
    opened, _ = asked(*FORM, None, PROFILES["article"].to_toml(), "")

    assert opened.custom[0][1] == PROFILES["article"]


@pytest.mark.parametrize(
    ("form", "custom", "complaint"),
    [
        ((*FORM, None, "", turned(rerank__median_ms="x")), True, "is not a number"),
        ((*FORM, None, "[mine", ""), True, "not valid TOML"),
        ((*FORM, None, "", turned(rerank__median_ms=1)), False, "no simulation here"),
        ((*FORM[:-1], "teleport", None, "", ""), True, "could not be understood"),
    ],
)
def test_what_cannot_run_is_said_on_the_screen(form: tuple[Any, ...], custom: bool, complaint: str) -> None:
    """A handler never raises: the status line tells what is wrong."""
    opened, said = asked(*form, custom=custom)

    assert opened.plain == opened.custom == []
    if complaint != "could not be understood":
        assert complaint in said
    assert "rg-mood-failed" in said


# The table -----------------------------------------------------------------------------------------------------------


def test_the_table_shows_base_and_change() -> None:
    """What the profile says in the placeholder, what was turned in the value, the story's fault in its row."""
    html = render_knobs("stream_cut", "good_day", turned=turned(rerank__median_ms=900))

    assert (
        'data-knob="rerank.median_ms" data-base="" aria-label="Reranking, median, ms" placeholder="140" value="900"'
        in html
    )
    assert 'data-knob="fault1.after_tokens" data-base="45" value="45"' in html
    assert '<option value="cut" selected>' in html


@pytest.mark.parametrize("profile", list(PROFILES))
@pytest.mark.parametrize("scenario", ["", *SCENARIOS])
def test_every_story_and_profile_has_a_table(scenario: str, profile: str) -> None:
    """Schedules, spread texts and missing figures included."""
    assert render_knobs(scenario, profile).count("data-knob=") == 4 * 12 + 4 + 4 * 6


def test_foreign_text_in_the_table_is_text() -> None:
    """A value that a link brings along is printed, not obeyed."""
    html = render_knobs("", "good_day", turned=json.dumps({"rerank.median_ms": '"><script>alert(1)</script>'}))

    assert "<script>" not in html


# Links and files -----------------------------------------------------------------------------------------------------


def test_a_page_without_a_query_is_left_alone() -> None:
    """Gradio's own parameters are none of ours."""
    assert read_link("", OFFERED, question_chars=9) is None
    assert read_link("?__theme=dark", OFFERED, question_chars=9) is None


def test_a_link_says_everything() -> None:
    """Each control as the link has it."""
    link = linked(
        scenario="refined", profile="bad_day", seed="11", speed="2", strategy="ungated", q="Why?", domain="general",
        **{"rerank.median_ms": "900", "faults": "1"},
    )  # fmt: skip

    assert (link.scenario, link.profile, link.seed, link.speed) == ("refined", "bad_day", 11, 2.0)
    assert (link.strategy, link.question, link.domain) == ("ungated", "Why?", "general")
    assert read_turned(link.turned).faults == ()
    assert link.complaints == []


def test_a_story_alone_brings_the_rest() -> None:
    """`?scenario=held_until_checked` is enough for its question, domain and profile."""
    link, story = linked(scenario="held_until_checked"), SCENARIOS["held_until_checked"]

    assert (link.question, link.domain, link.profile) == (story.question, story.domain, story.profile)


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"scenario": "nope"}, "scenario"),
        ({"profile": "nope"}, "profile"),
        ({"domain": "nope"}, "domain"),
        ({"strategy": "nope"}, "strategy"),
        ({"speed": "7"}, "speed"),
        ({"seed": "1.5"}, "seed"),
        ({"seed": str(2**60)}, "seed"),
        ({"rerank.median_ms": "x"}, "rerank.median_ms"),
        ({"own": "z.!!!"}, "damaged"),
        ({"own": packed("[mine")}, "not valid TOML"),
    ],
)
def test_what_a_link_cannot_have_is_named_and_left_out(query: dict[str, str], complaint: str) -> None:
    """The rest of the link counts."""
    link = linked(**{"q": "Why?"} | query)

    assert link.question == "Why?"
    assert len(link.complaints) == 1
    assert complaint in link.complaints[0]


def test_a_packed_profile_comes_back() -> None:
    """And one that would unpack to more than a file may hold does not fill the memory."""
    assert read_profile(linked(own=packed(PROFILES["article"].to_toml())).own) == PROFILES["article"]
    assert "damaged" in linked(own=packed("a" * 20_000_000)).complaints[0]


@pytest.mark.parametrize("search", ["?" + "q=a&" * 500, "?q=" + "a" * 100_000, "?%ff%fe=%00", "?q=%ff"])
def test_a_hostile_query_does_nothing(search: str) -> None:
    """Too many fields, too long, not text: never an error."""
    read_link(search, OFFERED, question_chars=2000)


def handlers() -> SetupHandlers:
    return SetupHandlers(OFFERED, knobs=True, question_chars=2000)


def test_what_is_saved_can_be_loaded() -> None:
    """The file holds what a run would get; loaded, it is the base of the table."""
    toml, note = handlers().saved("refined", "good_day", "", turned(rerank__median_ms=900))
    own, table, said = handlers().loaded(str(toml), "refined", "good_day")

    assert read_profile(str(toml)).stages["rerank"].median_ms == 900
    assert "good_day_turned.toml" in str(note)
    assert own == toml
    assert 'placeholder="900"' in str(table)
    assert "is loaded" in str(said)


def test_knobs_that_do_not_fit_are_not_saved() -> None:
    """The note names the field."""
    toml, note = handlers().saved("", "good_day", "", turned(rerank__p95_ms=1))

    assert toml == ""
    assert "stages.rerank: p95_ms" in str(note)


def test_a_file_that_is_no_profile_changes_nothing() -> None:
    """Only the note."""
    own, table, note = handlers().loaded("[mine]\nnonsense = 1", "", "good_day")

    assert own == table == gr.skip()
    assert "is-bad" in str(note)
