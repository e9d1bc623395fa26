"""The Metrics tab in a real browser: a replay shows up among the replayed runs only, a stopped run as abandoned."""

from __future__ import annotations

import csv
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import CONTRAST, NARROW, Screen, open_tab
from tests.served import get


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


def wait_until_counted(port: int) -> None:
    """Who leaves is counted when the run has let go of everything, which may take a moment."""
    until = monotonic() + 10
    while "abandoned" not in get(port, "/runs.csv")[1] and monotonic() < until:
        sleep(0.05)


def test_a_stopped_run_is_an_abandonment(browser: Browser, port: int) -> None:
    """Stop in the middle of a draft: one live run, abandoned, over the target; the file has it, and no finished one."""
    screen = Screen(browser, port)
    screen.page.fill("#ask-question textarea", "How long is an FHA appraisal valid?")
    screen.page.click("#ask-ask")
    screen.wait_for("#ask-tail .rg-caret")
    screen.page.click("#ask-stop")
    screen.wait_for("#ask-notice .rg-mood-stopped")
    wait_until_counted(port)
    open_tab(screen.page, "Metrics")
    expect(screen.page.locator(".rg-runs-basis")).to_contain_text("1 live run.")
    card = screen.page.locator("[data-measure=abandoned]")
    expect(card).to_contain_text("100 %")
    expect(card).to_contain_text("target missed")
    expect(screen.page.locator(".rg-run-outcomes")).to_contain_text("abandoned")
    with screen.page.expect_download() as download:
        screen.page.click(".rg-runs-save")
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))

    assert download.value.suggested_filename == "runs.csv"
    assert [row for row in rows if row["origin"] == "live"] == [row for row in rows if row["outcome"] == "abandoned"]
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
