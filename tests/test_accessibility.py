"""Every tab of the page before axe-core, in the states of its story, light and dark: nothing that keeps people out.

axe-core (https://github.com/dequelabs/axe-core) comes with a package, so nothing is loaded from elsewhere. One page
goes through all states, because a run takes longer than a check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import NARROW, Screen, open_tab
from tests.served import served
from tests.tab_walk import finish_race, move_line, open_recording, play_lesson, predict_lesson, start_race

BARRIERS = {"moderate", "serious", "critical"}
"""Stricter than it has to be: a heading out of order is worth a look too."""

State = Callable[[Screen], None]
"""Brings the page from the state before into the next one."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served("--speed", "8") as port:
        yield port


def barriers(page: Page, place: str, *rules: str) -> list[str]:
    """What axe-core holds against the page as it stands, one line per element; `place` says where we are.

    With `rules` only these are asked.
    """
    page.wait_for_timeout(300)  # a colour in the middle of its transition is nobody's choice
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{place}: {rule['id']} ({rule['impact']}) at {' '.join(map(str, node['target']))}: {rule['help']}"
        for rule in violations
        if rule["impact"] in BARRIERS
        for node in rule["nodes"]
    ]


def in_both_themes(page: Page, place: str) -> list[str]:
    """The barriers of one state: all by day, by night those of colour; the page is left light."""
    found = barriers(page, place) + faint_tabs(page, place)
    page.evaluate("document.body.classList.add('dark')")
    found += barriers(page, f"{place}, dark", "color-contrast") + faint_tabs(page, f"{place}, dark")
    page.evaluate("document.body.classList.remove('dark')")
    return found


COLOURS = """tabs => tabs.map(tab => {
  const ground = (e) => { const { backgroundColor } = getComputedStyle(e);
    return backgroundColor.startsWith("rgba") ? ground(e.parentElement) : backgroundColor; };
  return [tab.innerText, getComputedStyle(tab).color, ground(tab)];
})"""


def faint_tabs(page: Page, place: str) -> list[str]:
    """The tabs whose label is hard to read. axe-core passes over them: a line drawn beside the label confuses it."""
    colours = page.locator(".rg-tabs [role=tab]").evaluate_all(COLOURS)
    return [f"{place}: tab {name}: {ink} on {ground}" for name, ink, ground in colours if contrast(ink, ground) < 4.5]


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two opaque colours, each as `rgb(r, g, b)`: 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def idle(screen: Screen) -> None:
    screen.page.wait_for_selector("[role=tab]")


def folds(screen: Screen) -> None:
    """Stories, knobs and whatever else is folded away: opened, or closed again."""
    for fold in screen.page.locator("button[data-fold]").all():
        fold.click()


def final(screen: Screen) -> None:
    """A revised answer: sources, patch, timeline and tiles."""
    if screen.page.locator("button[data-fold][aria-expanded=true]").count():
        folds(screen)
    screen.ask("Refined")
    screen.wait_for("#ask-head .rg-mood-done")


def withdrawn(screen: Screen) -> None:
    screen.ask("Withdrawn by safety")
    screen.wait_for("#ask-head .rg-mood-failed, #ask-head .rg-mood-caution")


def race(screen: Screen) -> None:
    start_race(screen)
    finish_race(screen)


def line(screen: Screen) -> None:
    move_line(screen)


def recordings(screen: Screen) -> None:
    open_recording(screen)
    screen.page.locator("[data-insp][data-scope=rec] .rg-ev").nth(2).click()


def metrics(screen: Screen) -> None:
    open_tab(screen.page, "Metrics")
    screen.page.wait_for_selector(".rg-run-card.is-met, .rg-run-card.is-missed")


def lesson(screen: Screen) -> None:
    """The step with two runs, to its end."""
    predict_lesson(screen)
    screen.page.locator("#lesson-speed").get_by_text("4").click()
    play_lesson(screen)


STORY: tuple[State, ...] = (
    idle,
    folds,
    final,
    withdrawn,
    race,
    line,
    recordings,
    metrics,
    lesson,
)


def test_no_tab_keeps_people_out(browser: Browser, port: int) -> None:
    """Through the story of every tab, by day and by night: no violation that is more than minor."""
    screen = Screen(browser, port)
    found: list[str] = []
    for state in STORY:
        state(screen)
        found += in_both_themes(screen.page, state.__name__)
    told = {title.lower() for title in screen.page.get_by_role("tab").all_inner_texts()} - {"ask"}
    screen.page.close()

    assert told <= {state.__name__ for state in STORY}, "a tab was added: its story belongs above"
    assert not found, "\n" + "\n".join(dict.fromkeys(found))
    assert screen.errors == []


def test_a_narrow_page_keeps_nobody_out(browser: Browser, port: int) -> None:
    """On a phone the tabs go into a menu, and blocks stand under each other: with an answer, and on a folded tab."""
    screen = Screen(browser, port, size=NARROW)
    final(screen)
    found = in_both_themes(screen.page, "narrow, final")
    open_tab(screen.page, "Lesson")
    screen.page.wait_for_selector("#lesson-run")
    found += in_both_themes(screen.page, "narrow, lesson")
    screen.page.close()

    assert not found, "\n" + "\n".join(dict.fromkeys(found))


def test_the_page_is_checked_while_it_is_written(browser: Browser, port: int) -> None:
    """A draft in the making, and one that was stopped, are as open to everybody as a finished answer."""
    screen = Screen(browser, port)
    screen.page.goto(f"http://127.0.0.1:{port}/?scenario=long_answer&profile=thirty_seconds&speed=0.5")
    screen.page.wait_for_selector("#ask-watch .rg-watch")
    screen.page.click("#ask-ask")
    screen.wait_for("#ask-tail .rg-caret")
    found = barriers(screen.page, "while the draft is written")
    still_written = screen.page.locator("#ask-tail .rg-caret").count()
    screen.page.click("#ask-stop")
    screen.wait_for("#ask-notice .rg-mood-stopped")
    found += barriers(screen.page, "stopped")
    screen.page.close()

    assert still_written, "the run was over before the check"
    assert not found, "\n" + "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("width", [1920, 3840])
def test_a_wall_can_be_read_from_the_last_row(browser: Browser, port: int, width: int) -> None:
    """On a large screen the page is magnified as a whole: nothing sticks out, and a list opens under its field."""
    screen = Screen(browser, port, size={"width": width, "height": width * 9 // 16})
    field = screen.page.locator(".rg-options .wrap:has(> .wrap-inner)").first
    field.click()
    places = [found.bounding_box() for found in (field, screen.page.get_by_role("listbox"))]
    wide = screen.page.evaluate("document.querySelector('.rg-header').getBoundingClientRect().width / innerWidth")
    sideways = screen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    screen.page.close()

    above, below = places
    assert above is not None
    assert below is not None
    assert below["x"] == pytest.approx(above["x"], abs=4)
    assert below["y"] == pytest.approx(above["y"] + above["height"], abs=8)
    assert below["width"] == pytest.approx(above["width"], abs=8)
    assert wide > 0.7
    assert sideways == 0


def test_a_barrier_would_be_seen(browser: Browser) -> None:
    """The check is not blind: a button without a name and a picture without words are named, with their place."""
    page = browser.new_page()
    page.set_content(
        "<html lang=en><title>t</title><main><h1>x</h1><button id=mute></button><img id=blank src=data:></main>"
    )
    found = barriers(page, "planted")
    page.close()

    assert [line.partition(": ")[2].partition(":")[0] for line in found] == [
        "button-name (critical) at #mute",
        "image-alt (critical) at #blank",
    ]
    assert contrast("rgb(255, 255, 255)", "rgb(0, 0, 0)") == pytest.approx(21)
    assert contrast("rgb(100, 116, 139)", "rgb(246, 247, 249)") < 4.5
