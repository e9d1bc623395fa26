"""Every picture of the documents, taken anew by one command: `python -m tests.screenshots`.

Runs the app as a person would start it, plays scenarios in a headless browser and writes `docs/screenshots/`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import FLAGS, Screen, browser_path
from tests.served import served

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
THEMES = ("light", "dark")

Shot = Callable[[Screen], None]


def until_done(page: Page) -> None:
    page.wait_for_function("!document.querySelector('#ask-ask').disabled", timeout=60_000)
    page.wait_for_timeout(400)  # the last transition


def empty(screen: Screen) -> None:
    screen.page.wait_for_timeout(300)


def drafting(screen: Screen) -> None:
    screen.ask("The published timeline")
    screen.page.wait_for_timeout(3500)


def final(screen: Screen) -> None:
    screen.ask("The published timeline")
    until_done(screen.page)


def refused(screen: Screen) -> None:
    screen.ask("Nothing found")
    until_done(screen.page)


def withdrawn(screen: Screen) -> None:
    screen.ask("Withdrawn by safety")
    until_done(screen.page)


SHOTS: dict[str, Shot] = {
    "ask-empty": empty,
    "ask-draft": drafting,
    "ask-final": final,
    "ask-refused": refused,
    "ask-withdrawn": withdrawn,
}


def take(browser: Browser, port: int, name: str, size: str, theme: str, folder: Path) -> Path:
    screen = Screen(browser, port, size=SIZES[size], theme=theme)
    SHOTS[name](screen)
    path = folder / f"{name}-{size}-{theme}.png"
    screen.page.screenshot(path=path, full_page=True)
    screen.page.close()
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SHOTS, help="one picture instead of all")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with served() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for name in [options.only] if options.only else SHOTS:
            for size in SIZES:
                for theme in THEMES:
                    print(take(browser, port, name, size, theme, options.folder))  # noqa: T201


if __name__ == "__main__":
    main()
