"""A browser for the tests: which one, one tab with its troubles counted, and what is measured inside the page."""

from __future__ import annotations

import os
import shutil
from time import monotonic, sleep

from playwright.sync_api import Browser, Page

from tests.served import get

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
PATIENCE_MS = 30_000


def browser_path() -> str | None:
    """The browser that the environment names, else the system's; None leaves it to playwright's own."""
    named = os.environ.get("PLAYWRIGHT_CHROMIUM") or os.environ.get("RAG_TEST_BROWSER")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


SPEAKS = "document.querySelector('.rg-answer').textContent.includes('One')"
"""Whether the first word of a run written by hand is on the page, in whichever part of the answer."""


class Screen:
    """One tab, and what went wrong or left the house in it."""

    def __init__(
        self, browser: Browser, port: int, *, size: dict[str, int] | None = None, theme: str = "light"
    ) -> None:
        self.port = port
        self.page: Page = browser.new_page(viewport=size or WIDE)  # type: ignore[arg-type]
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.page.on("console", lambda note: self.errors.append(note.text) if note.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.goto(f"http://127.0.0.1:{port}/?__theme={theme}")
        self.page.wait_for_selector("#ask-ask")
        self.page.wait_for_selector(".rg-status")

    def choose(self, scenario: str) -> None:
        self.page.get_by_label("Scenario").click()
        self.page.get_by_role("option", name=scenario, exact=True).click()
        self.page.wait_for_selector(".rg-watch")

    def ask(self, scenario: str) -> None:
        self.choose(scenario)
        self.page.click("#ask-ask")

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def wait_for(self, selector: str) -> None:
        self.page.wait_for_selector(selector, state="attached")

    def live(self) -> int:
        return int(get(self.port, "/healthz")[1])

    def wait_until_none_live(self) -> None:
        until = monotonic() + PATIENCE_MS / 1000
        while self.live() and monotonic() < until:
            sleep(0.05)
        assert self.live() == 0


def open_tab(page: Page, title: str) -> None:
    """Open one of the page's tabs, also where a narrow page keeps it in a menu."""
    page.wait_for_selector(".rg-tabs [role=tab]")
    tab = page.get_by_role("tab", name=title, exact=True)
    if not tab.count():
        page.get_by_role("button", name="More tabs").click()
        tab = page.locator(".overflow-dropdown").get_by_role("button", name=title, exact=True)
    tab.click()


ORDER = """() => {
  window.seen = {};
  const text = () => [...document.querySelectorAll('.rg-text')].map(e => e.textContent).join('');
  const firsts = {
    label: () => document.querySelector('.rg-answer .rg-label').textContent === 'Draft' && !text(),
    token: () => text().length > 0,
    cited: () => document.querySelector('.rg-source'),
    verified: () => document.querySelector('.rg-text .is-verified'),
    revised: () => document.querySelector('.rg-revision'),
    final: () => document.querySelector('.rg-mood-done'),
  };
  const look = () => {
    for (const [name, test] of Object.entries(firsts)) if (!(name in seen) && test()) seen[name] = performance.now();
    requestAnimationFrame(look);
  };
  look();
}"""


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3]));
  const linear = (v) => v <= 10 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = (c) => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const ground = (e) => { const layers = [];
    for (; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]); };
  const result = {};
  for (const e of document.querySelectorAll('.rg-page *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility({visibilityProperty: true}) || e.closest('button, .sr-only')) continue;
    const under = ground(e), ink = over(rgba(getComputedStyle(e).color), under);
    const [a, b] = [light(ink), light(under)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) result[e.tagName + '.' + e.className] = ratio.toFixed(2);
  }
  return result;
}"""
