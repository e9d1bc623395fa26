"""The Line tab in a real browser: a tick moves a stage over the line, and the figures follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import CONTRAST, NARROW, Screen, open_tab


def opened(screen: Screen) -> Page:
    """The tab with its first comparison, which the page asks for itself."""
    open_tab(screen.page, "Line")
    screen.page.wait_for_selector(".rg-lpictures")
    return screen.page


@pytest.fixture
def line(browser: Browser, port: int) -> Iterator[Page]:
    screen = Screen(browser, port)
    yield opened(screen)
    assert screen.errors == []
    screen.page.close()


def tick(page: Page, stage: str) -> None:
    page.check(f'[data-field="release.{stage}"]')


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def fill(page: Page, field: str, text: str) -> None:
    page.fill(f'[data-field="{field}"]', text)


def test_the_house_line_is_compared_with_itself(line: Page) -> None:
    """Looking at the tab is enough: both runs, no difference, every figure as before."""
    expect(line.locator("#line-status")).to_contain_text("house's own line")
    expect(line.locator(".rg-ldiff.is-same")).to_have_count(6)


def test_a_tick_moves_the_card_and_the_figures(line: Page) -> None:
    """The card crosses the line at once, the same question is run again, and old and new stand side by side."""
    card, mark = line.locator(".rg-lcard", has_text="Answer safety"), line.locator(".rg-lmark")
    assert top(card) > top(mark)
    tick(line, "safety")
    expect(line.locator("#line-status")).to_contain_text("later")

    assert top(card) < top(mark)
    after_s, change_s, before_s = map(
        float, re.findall(r"\d+\.\d", line.locator(".rg-ldiff", has_text="First word").inner_text())
    )
    assert after_s > before_s
    assert change_s == pytest.approx(after_s - before_s, abs=0.11)  # each of the three is rounded
    expect(line.locator(".rg-lrun").nth(1)).to_contain_text("the first word waits for answer safety")


def test_a_bad_value_is_named_and_the_house_line_comes_back(line: Page) -> None:
    """The fault names its field, the last comparison stays, and one press brings everything back."""
    fill(line, "domains.general.min_confidence", "1.5")
    expect(line.locator("#line-status")).to_contain_text("General, confidence")
    expect(line.locator(".rg-lpictures")).to_be_visible()

    line.click("[data-line-reset]")
    expect(line.locator("#line-status")).to_contain_text("house's own line")
    assert line.input_value('[data-field="domains.general.min_confidence"]') == "0.65"


def test_a_stricter_gate_refuses(line: Page) -> None:
    """The gate's table is live: ask more than the evidence has, and the outcome changes."""
    fill(line, "domains.loan_guidelines.min_passages", "50")
    expect(line.locator("#line-status")).to_contain_text("decides the outcome")


def test_a_story_of_another_domain_brings_its_line(line: Page) -> None:
    """Even after ticks of one's own: the boxes then show what that domain's first word waits for."""
    tick(line, "groundedness")
    expect(line.locator("#line-status")).to_contain_text("later")
    line.click("#line-scenario input")
    line.get_by_role("option", name="Held until checked", exact=True).click()

    expect(line.locator(".rg-ltable .is-mine")).to_contain_text("Underwriting")
    expect(line.locator('[data-field="release.safety"]')).to_be_checked()
    expect(line.locator('[data-field="release.groundedness"]')).not_to_be_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_and_readable(browser: Browser, port: int, theme: str) -> None:
    """On a phone nothing is cut off sideways, and every text has contrast enough."""
    page = opened(Screen(browser, port, size=NARROW, theme=theme))
    tick(page, "safety")
    expect(page.locator("#line-status")).to_contain_text("later")

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert page.evaluate(CONTRAST) == {}
    page.close()
