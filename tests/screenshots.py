"""Every picture of the documents, taken anew by one command: `python -m tests.screenshots`.

Runs the app as a person would start it, plays each tab's story once in a headless browser, and pictures it wide and
narrow, light and dark, into `docs/screenshots/` as `<scene>-<wide|narrow>-<light|dark>.png`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext
from functools import partial
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from mocks.scenarios import SCENARIOS
from tests.browser import FLAGS, Screen, browser_path, open_tab
from tests.served import served
from tests.tab_walk import finish_race, move_line, open_recording, play_lesson, predict_lesson, start_race

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
TALLEST_PX = 3000
"""Longer pages are cut here: nobody reads a picture that is eight screens long."""
COLOURS = 224
"""Flat surfaces and one typeface: more colours cost bytes and show nothing."""

LIVE_RUNS, STOPPED_RUNS, AT_ONCE = 24, 1, 3
STORIES = (
    "happy_path",
    "refined",
    "happy_path",
    "nothing_found",
    "long_answer",
    "happy_path",
    "happy_path",
    "spiky_generator",
)
"""What the readers of the metrics picture ask for, in turn."""


def until_done(page: Page) -> None:
    page.wait_for_function("!document.querySelector('#ask-ask').disabled", timeout=60_000)


def ask_idle(screen: Screen) -> None:
    screen.page.wait_for_selector(".rg-examples button")


def ask_draft(screen: Screen) -> None:
    """Taken while the draft is being checked: about five of its fourteen seconds are left for four pictures."""
    screen.ask("The published timeline")
    screen.page.wait_for_selector("#ask-answer .rg-source, #ask-evidence .rg-source")


def ask_final(screen: Screen) -> None:
    """The end of a run, its events opened and a citation selected among them."""
    screen.ask("The published timeline")
    until_done(screen.page)
    screen.page.click("[data-insp][data-scope=ask] summary")
    screen.page.locator("[data-insp][data-scope=ask] .rg-ev.is-citation_attached").first.click()


def ask_refused(screen: Screen) -> None:
    screen.ask("Nothing found")
    until_done(screen.page)


def race(screen: Screen) -> None:
    """At natural speed, to the comparison."""
    race_running(screen)
    finish_race(screen)


def race_running(screen: Screen) -> None:
    """Amid the half minute: one reader reads, another looks at an empty pane."""
    start_race(screen)
    screen.page.wait_for_function("document.querySelector('#race-progressive-answer .rg-text')?.innerText.length > 250")


def recordings(screen: Screen) -> None:
    """A replay that stands still a little after the revision."""
    open_recording(screen)
    screen.page.locator("[data-rec-scrub]").evaluate(
        """range => { range.value = range.max * .93;
           for (const name of ["input", "change"]) range.dispatchEvent(new Event(name, {bubbles: true})); }"""
    )
    screen.page.wait_for_selector("#rec-answer .rg-text")


def metrics(screen: Screen) -> None:
    open_tab(screen.page, "Metrics")
    screen.page.wait_for_selector(".rg-run-card")
    screen.page.click("#metrics-refresh")


def lesson(screen: Screen) -> None:
    """The step that switches the gate off and on."""
    predict_lesson(screen)
    play_lesson(screen)


SCENES: dict[str, Callable[[Screen], None]] = {
    "ask-idle": ask_idle,
    "ask-final": ask_final,
    "ask-refused": ask_refused,
    "line": move_line,
    "recordings": recordings,
    "metrics": metrics,
    "ask-draft": ask_draft,
    "lesson": lesson,
    "race": race,
    "race-running": race_running,
}
"""In this order, so that Metrics tells of its visitors: what comes later breaks runs off, or switches the gate off."""


@contextmanager
def visitors(port: int) -> Iterator[Callable[[], object]]:
    """Readers of the service, a few at a time, so that Metrics has something to tell. Gives what waits for the last."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        visits = [pool.submit(visit, port, seed) for seed in range(LIVE_RUNS + STOPPED_RUNS)]
        yield partial(wait, visits)


def visit(port: int, seed: int) -> None:
    """Read one run to its end, or, the last visitors, its first words only."""
    story = SCENARIOS[STORIES[seed % len(STORIES)]]
    asked = {"query": story.question, "scenario": STORIES[seed % len(STORIES)], "seed": seed}
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", "/query", json.dumps(asked), {"content-type": "application/json"})
        response = connection.getresponse()
        if seed < LIVE_RUNS:
            response.read()
        else:
            response.read(2000)
    finally:
        connection.close()


def take(browser: Browser, port: int, scene: str, folder: Path) -> Iterator[Path]:
    """Play the scene once, and picture it in every size and theme."""
    screen = Screen(browser, port, size=SIZES["wide"])
    SCENES[scene](screen)
    for size, viewport in SIZES.items():
        for theme in THEMES:
            screen.page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", theme == "dark")
            path = folder / f"{scene}-{size}-{theme}.png"
            save(screen.page, viewport, path)
            yield path
    screen.page.close()


def save(page: Page, viewport: dict[str, int], path: Path) -> None:
    """The whole page, or its upper part, in few colours.

    The window is made as tall as the picture: what lies below its edge would not have been laid out.
    """
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.evaluate(
        """() => { document.activeElement.blur(); scrollTo(0, 0);
           for (const field of document.querySelectorAll("textarea")) field.dispatchEvent(new Event("input")); }"""
    )
    height = page.evaluate("document.querySelector('.rg-page').getBoundingClientRect().bottom + 32")
    page.set_viewport_size(
        {"width": viewport["width"], "height": max(viewport["height"], min(round(height), TALLEST_PX))}
    )
    page.wait_for_timeout(400)  # the last transition
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SCENES, nargs="+", default=list(SCENES), help="these scenes instead of all")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        with visitors(port) if "metrics" in options.only else nullcontext(int) as all_gone:
            for scene in options.only:
                if scene == "metrics":
                    all_gone()
                for path in take(browser, port, scene, options.folder):
                    print(path)  # noqa: T201


if __name__ == "__main__":
    main()
