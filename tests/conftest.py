"""What tests share: how examples are made up, and one browser and one running app for each module of browser tests.

Not for the whole test run: Playwright's synchronous interface keeps an event loop running in this thread while it is
open, and then no other test could run one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import FLAGS, PATIENCE_MS, browser_path
from tests.served import served

settings.register_profile("any machine", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("any machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, and patience with it: the five seconds a test waits by default are too few where two share."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of `python app.py` in a process of its own."""
    with served() as number:
        yield number
