"""The page in a real browser: what a person sees, in which order, and what no text can make it do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import sleep

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import CONTRAST, NARROW, ORDER, SPEAKS, Screen
from tests.served import screen_served, served


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with screen_served() as number:
        yield number


@pytest.fixture
def screen(browser: Browser, port: int) -> Iterator[Screen]:
    screen = Screen(browser, port)
    yield screen
    screen.page.close()


def test_the_page_before_the_first_question(screen: Screen) -> None:
    """Calm and complete: a ready line, what will happen, empty figures; nothing fails and nothing leaves the house."""
    assert "Ready" in screen.text(".rg-status-text")
    assert "Written by hand" in screen.text(".rg-header")
    assert screen.page.is_enabled("#ask-ask")
    assert screen.page.is_disabled("#ask-stop")
    assert screen.errors == []
    assert [
        url for url in screen.requests if not url.startswith((f"http://127.0.0.1:{screen.port}/", "data:", "blob:"))
    ] == []


def test_things_appear_in_their_order(screen: Screen) -> None:
    """The label before the first word, words before citations, citations before the revision, then the final answer."""
    screen.choose("answered")
    screen.page.evaluate(ORDER)
    screen.page.press("#ask-question textarea", "Enter")
    screen.wait_for(".rg-mood-done")
    seen = screen.page.evaluate("window.seen")

    assert sorted(seen, key=seen.get) == ["label", "token", "cited", "verified", "revised", "final"]
    assert "One is true" in screen.text(".rg-answer")
    assert "Final answer" in screen.text(".rg-answer")
    assert "target < 2 s" in screen.text(".rg-tiles")
    assert screen.errors == []


def test_the_shown_answer_is_the_answer(screen: Screen) -> None:
    """Character for character, marks as small links; and both buttons are where they were."""
    screen.ask("answered")
    screen.wait_for(".rg-mood-done")
    shown = screen.page.evaluate("[...document.querySelectorAll('.rg-text')].map(e => e.textContent).join('')")

    assert shown == "One is true 1. Two is right 2. Three is new 3."
    expect(screen.page.locator("#ask-ask")).to_be_enabled()
    expect(screen.page.locator("#ask-stop")).to_be_disabled()


def test_stop_leaves_nothing_running(screen: Screen) -> None:
    """Stopped halfway: the draft stays and says that it is unchecked, every task ends, and one can ask again."""
    screen.ask("waits")
    screen.page.wait_for_function(SPEAKS)
    screen.page.click("#ask-stop")
    screen.wait_for(".rg-mood-stopped")
    screen.wait_until_none_live()
    clock = screen.page.inner_text(".rg-tile:nth-child(3) .rg-value")
    sleep(0.6)

    assert "One" in screen.text(".rg-answer")
    assert "Stopped" in screen.text("#ask-notice")
    assert screen.page.is_hidden("#ask-head .rg-status")
    assert screen.page.inner_text(".rg-tile:nth-child(3) .rg-value") == clock
    screen.ask("answered")
    screen.wait_for(".rg-mood-done")
    assert screen.page.locator(".rg-mood-stopped").count() == 0


def test_a_closed_tab_leaves_nothing_running(browser: Browser, port: int) -> None:
    """Closing the tab in the middle of a run ends the run."""
    screen = Screen(browser, port)
    screen.ask("waits")
    screen.page.wait_for_function(SPEAKS)
    screen.page.close()

    screen.wait_until_none_live()


def test_a_second_enter_starts_no_second_run(screen: Screen) -> None:
    """While a run lasts, asking again waits: never two writers in one panel."""
    screen.choose("answered")
    screen.page.press("#ask-question textarea", "Enter")
    screen.page.wait_for_function(SPEAKS)
    screen.page.press("#ask-question textarea", "Enter")
    sleep(0.4)

    assert screen.live() == 1
    screen.wait_for(".rg-mood-done")


def test_an_empty_question_is_answered_with_a_hint(screen: Screen) -> None:
    """Nothing runs, nothing is lost, and the page says what is missing; the run before stays on the screen."""
    screen.page.fill("#ask-question textarea", "What is it?")
    screen.page.click("#ask-ask")
    screen.wait_for(".rg-mood-done")
    before = screen.text("#ask-answer")
    screen.page.fill("#ask-question textarea", "")
    screen.page.click("#ask-ask")
    screen.wait_for("#ask-notice .rg-mood-caution")
    screen.page.wait_for_timeout(500)  # for an answer that should not come

    assert "type a question" in screen.text("#ask-notice")
    assert screen.text("#ask-answer") == before != ""
    expect(screen.page.locator("#ask-ask")).to_be_enabled()
    assert screen.live() == 0


def test_hostile_text_is_text(screen: Screen) -> None:
    """Tags and templates in every field, the question and an example included: shown as typed, and nothing runs."""
    screen.page.click(".rg-examples button:last-child")
    expect(screen.page.locator("#ask-question textarea")).to_have_value(re.compile("<script>"))
    screen.choose("hostile")
    screen.page.fill("#ask-question textarea", "<img src=x onerror=alert(8)>")
    screen.page.click("#ask-ask")
    screen.wait_for(".rg-mood-done")
    shown = screen.text(".rg-page")

    assert screen.dialogs == []
    assert screen.page.title() == "Progressive RAG"
    assert shown.count("<script>alert(2)</script>") > 10
    assert "${alert(6)}{{7*7}}" in shown
    assert screen.page.evaluate("document.querySelectorAll('.rg-page :is(img, iframe, script, details)').length") == 0
    assert [url for url in screen.requests if url.endswith("/x")] == []


def test_a_withdrawn_answer_is_gone(screen: Screen) -> None:
    """After the retraction no word of the draft is left on the page."""
    screen.ask("withdrawn")
    screen.page.wait_for_function("document.querySelector('.rg-answer').textContent.includes('Dana')")
    screen.wait_for(".rg-phase-withdrawn, .rg-mood-failed")
    screen.page.wait_for_function("!document.querySelector('.rg-page').textContent.includes('Dana')")

    assert "Withdrawn" in screen.text(".rg-answer")


def test_a_failed_run_keeps_its_draft(screen: Screen) -> None:
    """An error is one calm sentence beside the draft: no red pill over it, no toast."""
    screen.ask("broken")
    screen.wait_for(".rg-status.rg-mood-failed")

    assert "The document search is not available right now." in screen.text(".rg-status-text")
    assert "Two is wrong" in screen.text(".rg-answer")
    assert "unfinished and not checked" in screen.text(".rg-answer")
    assert screen.page.locator(".toast-body, .error-text, .error-wrap").count() == 0
    expect(screen.page.locator("#ask-ask")).to_be_enabled()


def test_nothing_jumps_while_the_draft_is_written(screen: Screen) -> None:
    """From the first status to the last word of the draft, no panel changes its place."""
    screen.choose("answered")
    panels = "['#ask-head', '.rg-answer', '.rg-sources', '.rg-gate', '.rg-timeline', '.rg-tiles']"
    tops = f"{panels}.map(s => Math.round(document.querySelector(s).getBoundingClientRect().top))"
    before = screen.page.evaluate(tops)
    screen.page.click("#ask-ask")
    places = set()
    while not screen.page.locator(".rg-text .is-verified").count():
        places.add(tuple(screen.page.evaluate(tops)))

    assert places == {tuple(before)}


def test_a_mark_leads_to_its_source_and_back(screen: Screen) -> None:
    """With the keyboard alone: Enter on a mark focuses the source, Enter on its sentence focuses the sentence."""
    screen.ask("answered")
    screen.wait_for(".rg-mood-done")
    screen.page.focus(".rg-text a.rg-chip")
    screen.page.keyboard.press("Enter")
    source = screen.page.evaluate("document.activeElement.id")
    screen.page.keyboard.press("Tab")
    screen.page.keyboard.press("Enter")

    assert source == "ask-source-1"
    assert screen.page.evaluate("document.activeElement.id") == "ask-claim-0"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_narrow_page_does_not_scroll_sideways(browser: Browser, port: int, theme: str) -> None:
    """360 pixels: everything fits, before, during and after a run, and the answer comes before the sources."""
    screen = Screen(browser, port, size=NARROW, theme=theme)
    overflow = "document.documentElement.scrollWidth - innerWidth"
    widths = [screen.page.evaluate(overflow)]
    screen.ask("hostile")
    screen.page.wait_for_function(SPEAKS)
    widths.append(screen.page.evaluate(overflow))
    screen.wait_for(".rg-mood-done")
    widths.append(screen.page.evaluate(overflow))
    tops = screen.page.evaluate(
        "['.rg-answer', '.rg-revision', '.rg-sources'].map(s => document.querySelector(s).getBoundingClientRect().top)"
    )
    screen.page.close()

    assert widths == [0, 0, 0]
    assert tops == sorted(tops)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_is_readable_in_both_themes(browser: Browser, port: int, theme: str) -> None:
    """Every piece of text stands out from its ground by 4.5 to 1, before, during and after a run."""
    screen = Screen(browser, port, theme=theme)
    faint = screen.page.evaluate(CONTRAST)
    screen.ask("answered")
    screen.wait_for(".rg-text .is-verified")
    faint |= screen.page.evaluate(CONTRAST)
    screen.wait_for(".rg-mood-done")
    faint |= screen.page.evaluate(CONTRAST)
    screen.page.close()

    assert faint == {}


def test_a_scenario_fills_in_the_form(screen: Screen) -> None:
    """Choosing a story sets its question and says what to watch; an example goes back to one's own question."""
    screen.choose("withdrawn")
    chosen = screen.page.input_value("#ask-question textarea"), screen.text(".rg-watch")
    screen.page.get_by_label("Scenario").click()
    screen.page.get_by_role("option", name="Your own question").click()
    screen.page.get_by_role("button", name="An example?").click()
    expect(screen.page.locator("#ask-question textarea")).to_have_value("An example?")

    assert chosen == ("Play withdrawn", "withdrawn. See withdrawn.")


def test_the_whole_app_in_the_browser(browser: Browser) -> None:
    """`python app.py` as it is: the real pipeline behind the real security headers, without an error."""
    with served("--speed", "4") as port:
        screen = Screen(browser, port)
        screen.ask("Refined")
        screen.wait_for(".rg-mood-done")
        shown = screen.text(".rg-page")
        screen.page.close()

    assert "Final answer" in shown
    assert "What changed, and why" in shown
    assert screen.errors == []
