"""The Metrics tab in a real browser: a replay shows up among the replayed runs only, and the table can be saved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import CONTRAST, FLAGS, NARROW, Screen, browser_path, open_tab
from tests.served import get, served


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served() as number:
        yield number


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser
        browser.close()


def test_a_replayed_run_is_counted_apart(browser: Browser, port: int) -> None:
    """Nothing live; one replayed run with its figures and verdicts; the table has its line."""
    screen = Screen(browser, port)
    open_tab(screen.page, "Recordings")
    screen.page.click("#rec-choice input")
    screen.page.get_by_role("option").first.click()
    screen.page.wait_for_selector("[data-rec-controls]")
    screen.page.select_option("[data-rec-speed]", "50.0")
    screen.page.click("[data-rec-do=toggle]")
    screen.wait_for("#rec-now [data-playing=no]:not([data-turn='0'])")
    open_tab(screen.page, "Metrics")
    screen.page.click("#metrics-refresh")
    expect(screen.page.locator(".rg-runs-basis")).to_contain_text("0 live runs")
    screen.page.get_by_label("Replayed").click()
    expect(screen.page.locator(".rg-runs-basis")).to_contain_text("1 replayed run.")

    assert screen.page.locator(".rg-run-card[data-measure]").count() == 7
    assert "target" in screen.text("[data-measure=first_token] .rg-run-verdict")
    assert ",replayed," in get(port, "/runs.csv")[1]
    assert screen.errors == []
    screen.page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_anywhere(browser: Browser, port: int, theme: str) -> None:
    """At 360 px nothing is cut off, and every text stands out from its ground."""
    screen = Screen(browser, port, size=NARROW, theme=theme)
    open_tab(screen.page, "Metrics")
    screen.page.wait_for_selector(".rg-run-card")

    assert screen.page.evaluate("document.querySelector('.rg-page').scrollWidth") <= NARROW["width"]
    assert screen.page.evaluate(CONTRAST) == {}
    screen.page.close()
