"""Which browser measures, and how it is started. Headless, without a sandbox, and without traffic of its own."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright, ViewportSize

VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    """The browser that `RAG_TEST_BROWSER` names, else the system's, else playwright's own."""
    path = os.environ.get("RAG_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    return playwright.chromium.launch(executable_path=path, args=_FLAGS)
