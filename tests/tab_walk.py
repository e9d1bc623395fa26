"""The way through the tabs that pictures and checks of the whole page have in common, one step of it a function.

Each step opens its tab, or goes on where the one before has left it, and ends when there is something to look at.
Knows the controls of the page; not what is looked at, and not how fast the service behind it is.
"""

from __future__ import annotations

from tests.browser import Screen, open_tab

PATIENCE_MS = 90_000
"""Runs at natural speed take up to half a minute, on a busy machine longer."""


def start_race(screen: Screen) -> None:
    """All four runs are on their way."""
    open_tab(screen.page, "Race")
    screen.page.click("#race-start")


def finish_race(screen: Screen) -> None:
    """The comparison stands below the panes."""
    screen.page.wait_for_selector(".rg-card-table", timeout=PATIENCE_MS)


def move_line(screen: Screen) -> None:
    """The first word waits for the safety check too, and the page says what that costs."""
    open_tab(screen.page, "Line")
    screen.page.wait_for_selector(".rg-lpictures")
    screen.page.check('[data-field="release.safety"]')
    screen.page.wait_for_selector(".rg-ldiff.is-worse")


def open_recording(screen: Screen) -> None:
    """A run with a refinement, at its beginning, with all its events."""
    open_tab(screen.page, "Recordings")
    screen.page.click("#rec-choice input")
    screen.page.get_by_role("option", name="Refined", exact=True).click()
    screen.page.wait_for_selector("[data-rec-controls]")
    screen.page.wait_for_selector("[data-insp][data-scope=rec] .rg-ev")


def predict_lesson(screen: Screen) -> None:
    """The step that switches the gate off and on, its prediction made."""
    open_tab(screen.page, "Lesson")
    screen.page.click("#lesson-go-4")
    screen.page.wait_for_selector("#lesson-text :text('Step 4')")
    screen.page.check("[name=lesson-guess][value=honest]")


def play_lesson(screen: Screen) -> None:
    """Both runs of the step have ended, and what they showed stands below them."""
    screen.page.click("#lesson-run")
    screen.page.wait_for_selector(".rg-lesson-finding", timeout=PATIENCE_MS)
