"""The Race tab in a real browser: four panes that fill at their own time, Stop, the end card, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import CONTRAST, NARROW, Screen, open_tab

SPICES = "Nothing found"


class Race:
    """The tab, and what one does on it."""

    def __init__(self, screen: Screen) -> None:
        self.page, self.screen = screen.page, screen
        open_tab(self.page, "Race")
        self.page.wait_for_selector("#race-start")

    def set(self, control: str, option: str) -> None:
        self.page.click(f"#race-{control} input")
        self.page.get_by_role("option", name=option, exact=True).click()

    def start(self) -> None:
        self.page.click("#race-start")

    def text(self, lane: str) -> str:
        parts = self.page.locator(f"#race-{lane}-answer .rg-text, #race-{lane}-tail .rg-text")
        return "".join(parts.all_text_contents()).strip()


@pytest.fixture
def race(browser: Browser, port: int) -> Iterator[Race]:
    screen = Screen(browser, port)
    yield Race(screen)
    screen.page.close()


def test_the_race_before_the_start(race: Race) -> None:
    """Four named panes, the wrong way marked, the half minute chosen, nothing running and nothing wrong."""
    for name in ("Blocking", "Stream last", "Progressive", "Without the gate"):
        expect(race.page.get_by_role("heading", name=name, level=2)).to_be_visible()
    expect(race.page.locator(".rg-pane .rg-wrong")).to_have_count(1)
    assert race.page.input_value("#race-profile input") == "Thirty seconds"
    assert race.page.is_disabled("#race-stop")
    assert race.screen.errors == []


def test_progressive_speaks_while_blocking_is_silent_and_the_card_follows(race: Race) -> None:
    """Words in one pane and none in the other; in the end four answers and one table, without a script error."""
    race.set("speed", "5×")
    race.start()
    race.page.wait_for_function("document.querySelector('#race-progressive-tail')?.textContent.trim().length > 10")
    assert race.text("blocking") == ""
    race.page.wait_for_function("document.querySelector('#race-blocking-head').innerText.includes('Not a word')")

    race.page.wait_for_selector(".rg-card-table")
    for lane in ("blocking", "stream-last", "progressive", "ungated"):
        assert "percent" in race.text(lane)
    assert "Progressive showed its first word" in race.page.inner_text(".rg-lessons")
    expect(race.page.locator("#race-start")).to_be_enabled()
    assert race.screen.errors == []


def test_stop_ends_all_four(race: Race) -> None:
    """Stop in mid-race: said at once, nothing moves any more, and one can start again."""
    race.start()
    race.page.wait_for_function("document.querySelector('#race-progressive-tail')?.textContent.trim().length > 10")
    race.page.click("#race-stop")

    expect(race.page.locator("#race-notice")).to_contain_text("Stopped")
    before = race.page.inner_text(".rg-panes")
    race.page.wait_for_timeout(700)
    assert race.page.inner_text(".rg-panes") == before
    expect(race.page.locator("#race-start")).to_be_enabled()


def test_the_wrong_way_is_seen_to_be_wrong(race: Race) -> None:
    """Nothing in the documents: three honest refusals, and a warning over the fourth pane's words."""
    race.set("speed", "10×")
    race.set("scenario", SPICES)
    race.page.wait_for_selector("#race-watch .rg-watch")
    race.start()
    race.page.wait_for_selector(".rg-card-table")

    assert "nothing stands behind these words" in race.page.inner_text("#race-ungated-head")
    assert "could not find enough trusted evidence" in race.page.inner_text("#race-progressive-answer")
    assert "off the screen" in race.page.inner_text(".rg-lessons")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_and_readable(browser: Browser, port: int, theme: str) -> None:
    """On a phone nothing is cut off sideways, and every text has contrast enough, before and after the race."""
    race = Race(Screen(browser, port, size=NARROW, theme=theme))
    race.set("speed", "10×")
    race.start()
    race.page.wait_for_selector(".rg-card-table")

    assert race.page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert race.page.evaluate(CONTRAST) == {}
    race.page.close()
