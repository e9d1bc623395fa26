"""The page without a mouse: ask, hear how it goes, follow a citation, stop. And what a screen reader is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SPEAKS, Screen
from tests.served import screen_served, served

MOST_STOPS = 150
"""Nobody should have to press Tab more often to come round the page."""

HEAR = """() => {
  window.heard = [];
  const texts = () => [...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status], [role=alert]')]
    .filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.textContent.trim()).filter(Boolean);
  let before = new Set(texts());
  new MutationObserver(() => {
    const now = texts();
    for (const text of now) if (!before.has(text)) heard.push(text);
    before = new Set(now);
  }).observe(document.body, {childList: true, characterData: true, subtree: true});
}"""
"""Keeps what the live regions of the page say from now on."""

AT = "(selector) => Boolean(document.activeElement && document.activeElement.matches(selector))"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with screen_served() as number:
        yield number


@pytest.fixture(scope="module")
def whole() -> Iterator[int]:
    """The whole app, at four times its speed."""
    with served("--speed", "4") as number:
        yield number


@pytest.fixture
def screen(browser: Browser, port: int) -> Iterator[Screen]:
    screen = Screen(browser, port)
    yield screen
    screen.page.close()


def tab_to(page: Page, selector: str) -> int:
    """Press Tab until such an element has the focus; gives how often that was. Fails when it never comes."""
    for presses in range(1, MOST_STOPS + 1):
        page.keyboard.press("Tab")
        if page.evaluate(AT, selector):
            return presses
    raise AssertionError(f"Tab does not reach {selector}")


def ask(page: Page, question: str = "Is one true?") -> None:
    tab_to(page, "#ask-question textarea")
    page.keyboard.type(question)
    page.keyboard.press("Enter")


def test_a_question_is_asked_and_its_answer_told(screen: Screen) -> None:
    """Tab, type, Enter: the status and the end are announced, and never the words of the draft one by one."""
    screen.page.evaluate(HEAR)
    ask(screen.page)
    screen.wait_for("#ask-head .rg-mood-done")
    heard = screen.page.evaluate("window.heard")
    shown = screen.text("#ask-head .rg-status-text")

    assert "Searching." in heard
    assert heard[-1] == shown
    assert len(heard) == len(set(heard)) <= 12
    assert not [text for text in heard if "One is true" in text or "Two is" in text]


def test_a_citation_leads_to_its_opened_source(screen: Screen) -> None:
    """Tab to a mark, Enter: its source has the focus and shows the passage; Tab and Enter lead back to the sentence."""
    ask(screen.page)
    screen.wait_for("#ask-head .rg-mood-done")
    tab_to(screen.page, "#ask-answer a.rg-chip")
    screen.page.keyboard.press("Enter")
    source = screen.page.evaluate("document.activeElement.id")
    opened = screen.page.is_visible(f"#{source} .rg-passage")
    tab_to(screen.page, f"#{source} a[data-goto]")
    screen.page.keyboard.press("Enter")

    assert source == "ask-source-1"
    assert opened
    assert screen.page.evaluate("document.activeElement.id") == "ask-claim-0"


def test_a_source_is_opened_and_closed_in_its_place(screen: Screen) -> None:
    """The button under a quote shows the whole passage and hides it again, and says which it is."""
    ask(screen.page)
    screen.wait_for("#ask-head .rg-mood-done")
    tab_to(screen.page, "#ask-source-1 [data-open]")
    states = []
    for _ in range(2):
        screen.page.keyboard.press("Enter")
        states.append(
            (
                screen.page.is_visible("#ask-source-1 .rg-passage"),
                screen.page.get_attribute("#ask-source-1 [data-open]", "aria-expanded"),
            )
        )

    assert states == [(True, "true"), (False, "false")]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_run_is_stopped(screen: Screen, key: str) -> None:
    """From the question Stop is the next place but one at most; it stops everything, and says so."""
    screen.page.evaluate(HEAR)
    ask(screen.page, "Which run waits?")
    screen.page.wait_for_function(SPEAKS)
    presses = tab_to(screen.page, "#ask-stop")
    screen.page.keyboard.press(key)
    screen.wait_for("#ask-notice .rg-mood-stopped")
    screen.wait_until_none_live()

    assert presses <= 2
    assert "Stopped" in screen.page.evaluate("window.heard")[-1]


def test_the_focus_stays_while_the_panels_are_painted(screen: Screen) -> None:
    """A citation that has the focus keeps it through every repaint of the answer around it."""
    ask(screen.page)
    screen.wait_for("#ask-answer a.rg-chip")
    tab_to(screen.page, "#ask-answer a.rg-chip")
    lost = 0
    while not screen.page.locator("#ask-head .rg-mood-done").count():
        lost += not screen.page.evaluate(AT, "#ask-answer a.rg-chip")

    assert lost == 0


FOCUS_SHOWS = """() => {
  const e = document.activeElement, looks = () => {
    for (const motion of document.getAnimations()) try { motion.finish(); } catch { /* it never ends */ }
    const chain = [];
    for (let x = e; x && chain.length < 12; x = x.parentElement) {
      const { outline, boxShadow, backgroundColor } = getComputedStyle(x);
      chain.push(outline, boxShadow, backgroundColor);
    }
    const mark = e.nextElementSibling; // what a hidden radio button is drawn as
    return chain.join() + (mark ? getComputedStyle(mark).outline : "");
  };
  if (e === document.body) return true;
  const held = looks();
  e.blur();
  const free = looks();
  e.focus();
  return held !== free;
}"""
"""Whether what has the focus looks different from when it has not, by a line, a shadow or a ground on it or around it;
the thin border of a field is not enough."""


def tour(page: Page, start: str) -> list[str]:
    """Go round the page with Tab, from `start` back to it. Gives the places whose focus is not to be seen."""
    tab_to(page, start)
    faint = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        faint += [] if page.evaluate(FOCUS_SHOWS) else [page.evaluate("document.activeElement.outerHTML.slice(0, 90)")]
        if page.evaluate(AT, start):
            return faint
    raise AssertionError(f"no way back to {start}: the focus is at {page.evaluate('document.activeElement.outerHTML')}")


def test_the_focus_can_be_seen_and_goes_round(browser: Browser, whole: int) -> None:
    """On every tab, opened without a mouse: Tab comes back to where it began, and every place shows the focus."""
    screen = Screen(browser, whole)
    titles = [title.strip() for title in screen.page.get_by_role("tab").all_inner_texts()]
    opened, faint = [], {}
    for title in titles:
        opened += [title] if opens(screen.page, title) else []
        if title == "Line":
            screen.page.wait_for_selector(".rg-lpictures")
        faint[title] = tour(screen.page, ".rg-tabs [role=tab][aria-selected=true]")
    screen.page.close()

    assert opened == titles
    assert len(titles) >= 6
    assert not any(faint.values()), faint


def opens(page: Page, title: str) -> bool:
    tab = page.get_by_role("tab", name=title, exact=True)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(AT, "[role=tab]") and not tab.evaluate("e => e === document.activeElement"):
            page.keyboard.press("ArrowRight")
        if tab.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    return tab.get_attribute("aria-selected") == "true"


@pytest.fixture
def page(browser: Browser, whole: int) -> Iterator[Page]:
    """The page of the whole app."""
    screen = Screen(browser, whole)
    yield screen.page
    assert screen.errors == []
    screen.page.close()


def test_draft_diff_and_final_by_arrows(page: Page, whole: int) -> None:
    """After a revision the arrow keys turn from the final text to the changes and to the draft, and back."""
    page.goto(f"http://127.0.0.1:{whole}/?scenario=refined&speed=8")
    page.wait_for_selector("#ask-watch .rg-watch")
    tab_to(page, "#ask-ask")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask-head .rg-mood-done")
    tab_to(page, "#ask-answer-column .rg-pick-final")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#ask-answer .rg-version-diff")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#ask-answer .rg-version-draft")).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#ask-answer .rg-text")).to_be_visible()


def test_a_stage_is_moved_and_the_gate_is_edited(page: Page) -> None:
    """Space moves a stage over the line and keeps the focus; a number typed into the table changes the outcome."""
    opens(page, "Line")
    page.wait_for_selector(".rg-lpictures")
    tab_to(page, '[data-field="release.safety"]')
    page.keyboard.press("Space")
    expect(page.locator("#line-status")).to_contain_text("later")
    assert page.evaluate(AT, '[data-field="release.safety"]')
    tab_to(page, '[data-field="domains.loan_guidelines.min_passages"]')
    page.keyboard.press("Control+a")
    page.keyboard.type("50")
    expect(page.locator("#line-status")).to_contain_text("decides the outcome")


def test_a_race_is_started_heard_and_started_again(page: Page) -> None:
    """Enter starts the four; the end and what it means are announced, not the words; then Stop is two places away."""
    opens(page, "Race")
    page.evaluate(HEAR)
    tab_to(page, "#race-question textarea")
    page.keyboard.press("Enter")
    page.wait_for_selector(".rg-card-table")
    heard = page.evaluate("window.heard")
    assert [text for text in heard if "All four have come to their end" in text]
    assert [text for text in heard if "Progressive showed its first word" in text]
    assert not [text for text in heard if "percent" in text]

    tab_to(page, "#race-question textarea")
    page.keyboard.press("Enter")
    expect(page.locator("#race-stop")).to_be_enabled()
    assert tab_to(page, "#race-stop") <= 2
    page.keyboard.press("Enter")
    expect(page.locator("#race-notice")).to_contain_text("Stopped")


def test_a_recording_is_chosen_scrubbed_and_filtered(page: Page) -> None:
    """The list opens by its arrows; End on the slider is the end; an event is selected by arrows, its kind left out."""
    opens(page, "Recordings")
    tab_to(page, "#rec-choice input")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-rec-controls]")
    total = page.get_attribute("[data-rec-controls]", "data-events") or "none"
    tab_to(page, "[data-rec-do=on]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-rec-count]")).not_to_have_text("0")
    tab_to(page, "[data-rec-scrub]")
    page.keyboard.press("End")
    expect(page.locator("[data-rec-count]")).to_have_text(total)
    tab_to(page, "[data-insp][data-scope=rec] .rg-insp-list")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-insp][data-scope=rec] [data-insp-payload]")).to_contain_text("path")
    tab_to(page, "[data-insp][data-scope=rec] [data-insp-filter=token]")
    page.keyboard.press("Space")
    expect(page.locator("[data-insp][data-scope=rec] .rg-ev.is-token").first).to_be_hidden()


def test_a_step_of_the_lesson_is_predicted_and_run(page: Page) -> None:
    """The prediction by arrows, the run by Enter; Next leads to the last page, and keeps the focus even there."""
    opens(page, "Lesson")
    tab_to(page, "#lesson-go-8")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lesson-text :text('Step 8')")
    tab_to(page, "[name=lesson-guess]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#lesson-speed input")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#lesson-run")
    page.keyboard.press("Enter")
    page.wait_for_selector(".rg-lesson-finding")
    tab_to(page, "#lesson-next")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lesson-text :text('Step 9')")
    assert page.evaluate(AT, "#lesson-next")


MOVING = "document.getAnimations().filter(a => a.playState === 'running' && a.effect.target.closest('.rg-page')).length"


@pytest.mark.parametrize("wanted", ["no-preference", "reduce"])
def test_nothing_moves_for_who_wants_none(screen: Screen, wanted: Literal["no-preference", "reduce"]) -> None:
    """While a draft is written the sign turns and the caret blinks, and neither for a reader who asked for calm."""
    screen.page.emulate_media(reduced_motion=wanted)
    ask(screen.page)
    screen.wait_for("#ask-tail .rg-caret")
    still = "document.querySelector('#ask-tail .rg-caret') !== null"
    # Gradio fades a thing in now and then, by script and once; ours would turn and blink for ever.
    found = screen.page.wait_for_function(f"{still} && ({MOVING} > 0) === {str(wanted == 'no-preference').lower()}")

    assert found.json_value() is True
