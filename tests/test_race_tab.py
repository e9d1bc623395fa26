"""The Race tab without a browser: four lanes in virtual time, the panes as their readers see them, the end card."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from html import unescape
from typing import Any

import gradio as gr
import pytest

from lab.race import LANES, end_card
from mocks.virtual_time import run_virtual
from rag.errors import RetrievalError
from rag.events import StreamEvent
from rag.ports import OpenRun
from rag.values import RunRequest, Strategy
from tests.harness import assert_nothing_left, play, simulator
from ui.handlers import TICK_S
from ui.race_boards import PIECES, TRACKS, board_id, pane_boards
from ui.race_card import Card, card
from ui.race_handlers import CARD, MERGE_S, RaceHandlers
from ui.race_view import CONTENDERS, first_word_ms, race_line, start_views, tracks, unguarded
from ui.screen_options import ScenarioOption
from ui.view import View, apply

FHA = "What is the maximum debt-to-income ratio for an FHA loan?"
SPICES = "Which spices belong in a traditional Moroccan tagine?"
NAMES = [TRACKS, CARD, *(board_id(one.strategy, piece) for one in CONTENDERS for piece in PIECES)]


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html))


class Page:
    """The boards as a browser would have them, with the time at which each first said what."""

    def __init__(self, open_run: OpenRun, *stories: ScenarioOption) -> None:
        self.outputs = {name: gr.HTML(render=False) for name in NAMES}
        self.handlers = RaceHandlers(open_run, {story.name: story for story in stories}, self.outputs)
        self.html: dict[str, str] = dict.fromkeys(NAMES, "")
        self.history: list[tuple[float, dict[str, str]]] = []

    def race(
        self, question: str = FHA, scenario: str = "", profile: str = "thirty_seconds", speed: float = 1.0
    ) -> None:
        async def main() -> None:
            async with aclosing(self.handlers.race(question, scenario, profile, speed, 7)) as updates:
                async for update in updates:
                    self.take(update)
            assert_nothing_left()

        run_virtual(main)

    def take(self, update: dict[Any, Any]) -> None:
        names = {component: name for name, component in self.outputs.items()}
        painted = {} if update == gr.skip() else {names[component]: html for component, html in update.items()}
        self.html |= painted
        self.history.append((asyncio.get_running_loop().time(), painted))

    def pane(self, strategy: Strategy) -> str:
        return words(" ".join(self.html[board_id(strategy, piece)] for piece in PIECES))

    def first_text_s(self, strategy: Strategy) -> float:
        """When a pane first had a word of an answer."""
        boards = {board_id(strategy, piece) for piece in ("answer", "tail")}
        return next(
            at_s - self.history[0][0]
            for at_s, painted in self.history
            if any(words(painted[name]).strip() for name in boards & set(painted))
        )


def lanes(question: str, **knobs: Any) -> dict[Strategy, list[StreamEvent]]:
    return {lane: play(question, strategy=lane, seed=7, **knobs) for lane in LANES}


def seen(events: list[StreamEvent], speed: float = 1.0) -> View:
    view = View(question="q", speed=speed)
    for event in events:
        view = apply(view, event)
    return view


def the_card(question: str) -> Card:
    return card(end_card(lanes(question, profile="thirty_seconds")))


@pytest.fixture(scope="module")
def raced() -> Page:
    page = Page(simulator().open)
    page.race()
    return page


def test_blocking_shows_nothing_for_half_a_minute_while_progressive_speaks(raced: Page) -> None:
    """At natural speed: status at once and words before 2.5 s on one side, not a word before 30 s on the other."""
    statuses = [
        at_s - raced.history[0][0]
        for at_s, painted in raced.history
        if "Understanding" in words(painted.get(board_id("progressive", "head"), ""))
    ]

    assert statuses[0] < 0.5
    assert raced.first_text_s("progressive") < 2.5
    assert raced.first_text_s("blocking") >= 30


def test_every_lane_ends_and_the_card_compares_them(raced: Page) -> None:
    """After the race all four panes hold an answer, and the card holds all four lanes."""
    for lane in LANES:
        assert "percent" in raced.pane(lane)
    table = words(raced.html[CARD])
    assert all(one.name in table for one in CONTENDERS)
    assert "First word" in table and "Groundedness" in table
    assert "Finished" in words(raced.html[TRACKS])


def test_the_wrong_way_is_marked_before_it_starts() -> None:
    """The pane without a gate says what it is in words and with a sign, empty as it is."""
    for one in CONTENDERS:
        head = pane_boards(one)["head"].paint(View(), 0)
        assert ("the wrong way" in head) == one.wrong
        assert ("#rg-sign-cross" in head) == one.wrong


def test_updates_come_at_most_at_the_merged_pace(raced: Page) -> None:
    """Four streams share their updates, and a closed tab would be noticed within a tick."""
    times = [at_s for at_s, _ in raced.history]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]

    assert min(gaps[1:-1]) >= MERGE_S * 0.999
    assert max(gaps) <= MERGE_S + TICK_S + 0.01


def test_tokens_touch_the_tails_only(raced: Page) -> None:
    """While two panes write, most updates carry nothing but the sentence being written."""
    small = [painted for _, painted in raced.history if painted and all(name.endswith("tail") for name in painted)]

    assert len(small) > len(raced.history) / 3


def test_words_without_a_gate_are_called_what_they_are() -> None:
    """A question the documents cannot answer: three honest refusals, and one answer under a warning."""
    page = Page(simulator().open)
    page.race(SPICES)

    assert "I could not find enough trusted evidence" in page.pane("progressive")
    assert "nothing stands behind these words" in page.pane("ungated")
    assert "nothing stands behind" not in page.pane("progressive") + page.pane("blocking")
    assert "is-loose" in page.html[TRACKS]


def test_a_guarded_lane_is_never_called_unguarded() -> None:
    """Every lane but the one without a gate opens its gate before its first word."""
    views = {lane: seen(events) for lane, events in lanes(SPICES, profile="good_day").items()}

    assert [lane for lane, view in views.items() if unguarded(view)] == ["ungated"]


def test_the_first_word_of_a_silent_run_is_its_answer() -> None:
    """Blocking has no token: its reader's first word is the final answer; a refusal has none."""
    answered = seen(play(FHA, strategy="blocking", seed=7))
    refused = seen(play(SPICES, strategy="blocking", seed=7))

    assert first_word_ms(answered) == answered.moment_ms("final") is not None
    assert first_word_ms(refused) is None


def test_the_tracks_share_one_axis() -> None:
    """Stretches follow each other without a hole, on an axis that holds the longest lane."""
    views = {lane: seen(events) for lane, events in lanes(FHA, profile="thirty_seconds").items()}
    picture = tracks(views)

    assert picture.span_ms >= max(view.elapsed_ms for view in views.values())
    assert not picture.live
    for track in picture.tracks:
        at = 0.0
        for stretch in track.stretches:
            assert stretch.left == pytest.approx(at, abs=0.01)
            at = stretch.left + stretch.width
        assert at <= 100


def test_the_race_line_says_who_reads_and_who_waits() -> None:
    """Before, during and after: one sentence for the room."""
    views = start_views("", 1.0)
    assert "Ready" in race_line(views).text

    views = start_views(FHA, 1.0)
    for event in play(FHA, strategy="progressive", seed=7)[:60]:
        views["progressive"] = apply(views["progressive"], event)
    line = race_line(views)
    assert "Words to read: progressive." in line.text
    assert "Nothing to read yet: blocking, stream last and without the gate." in line.text


def test_the_card_ranks_the_honest_ways_only() -> None:
    """Each measure marks its best, however fast the lane without a gate is; what has no order earns no mark."""
    table = the_card(FHA)
    best = {
        row.name: [one.strategy for one, cell in zip(table.contenders, row.cells, strict=True) if cell.best]
        for row in table.rows
    }

    assert best["First word"] == ["progressive"]
    assert "blocking" in best["Exposure"] and "progressive" not in best["Exposure"]
    assert all("ungated" not in winners for winners in best.values())
    assert best["Outcome"] == []


def test_the_lessons_follow_from_the_figures() -> None:
    """The sentences name the very figures of the table, and change with the story."""
    good, bad = the_card(FHA), the_card(SPICES)
    first = next(row for row in good.rows if row.name == "First word")
    progressive = [
        cell.value for one, cell in zip(good.contenders, first.cells, strict=True) if one.strategy == "progressive"
    ]

    assert f"at {progressive[0]}" in good.lessons[0]
    assert any("did no harm" in lesson for lesson in good.lessons)
    assert any("kept every one of them off the screen" in lesson for lesson in bad.lessons)


def test_the_gate_is_not_blamed_for_what_it_cannot_see() -> None:
    """A wrong figure on good evidence is corrected in both lanes: leaving out the gate did no harm there."""
    result = end_card(lanes("", scenario="refined", profile="thirty_seconds"))
    wrong = result.lanes["ungated"].exposure

    assert wrong.ungrounded_characters > 0
    assert "without_gate" not in wrong.by_reason
    assert any("did no harm" in lesson for lesson in card(result).lessons)


def test_an_unknown_profile_is_said_calmly() -> None:
    """A request that cannot be run fails in all panes with its reason, and raises nothing."""
    page = Page(simulator().open)
    page.race(profile="no_such_day")

    assert all("profile" in page.pane(lane) for lane in LANES)


def test_a_lane_that_breaks_spoils_only_itself() -> None:
    """Three lanes finish and are compared although the fourth raised."""
    working = simulator().open

    async def broken(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        events = working(request)
        try:
            async for event in events:
                if request.strategy == "stream_last" and event.seq > 3:
                    raise RetrievalError
                yield event
        finally:
            await events.aclose()

    page = Page(broken)
    page.race(speed=10)

    assert "Stream last" not in words(page.html[CARD])
    assert "Progressive" in words(page.html[CARD])
    assert "rg-mood-failed" in page.html[board_id("stream_last", "head")]


def test_a_story_keeps_its_domain_only_with_its_own_question() -> None:
    """A scenario's domain belongs to its question: with another one the pipeline classifies for itself."""
    asked: list[RunRequest] = []

    async def listening(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        asked.append(request)
        for event in list[StreamEvent]():
            yield event

    story = ScenarioOption(name="refined", title="t", question=FHA, watch="w", domain="underwriting_decisions")
    page = Page(listening, story)
    page.race(FHA, "refined")
    page.race("Something else?", "refined")

    assert {request.domain for request in asked[:4]} == {"underwriting_decisions"}
    assert {request.domain for request in asked[4:]} == {None}
    assert [request.strategy for request in asked[:4]] == list(LANES)


def test_closing_the_page_ends_all_four_runs() -> None:
    """A tab closed in mid-race leaves nothing behind."""

    async def main() -> None:
        page = Page(simulator().open)
        updates = page.handlers.race(FHA, "", "thirty_seconds", 1.0, 7)
        for _ in range(20):
            page.take(await anext(updates))
        await updates.aclose()
        assert_nothing_left()

    run_virtual(main)
