"""One answer on one page, watched in a real browser: starts the page's server, asks, and brings both logs together.

Knows the two pages by their selectors; what is computed from the logs stands in `lag`.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from benchmarks.screen.chromium import VIEWPORT
from benchmarks.screen.lag import Frames, Watched, signs_of, watched
from benchmarks.screen.tape import TAPE_PATH
from mocks.scenarios import DTI_QUESTION

ROOT = Path(__file__).resolve().parent.parent.parent

PageName = Literal["ask", "chat"]

START_PATIENCE_S = 120.0
RUN_PATIENCE = 12.0
"""A page may take this many times the nominal duration, and a minute more, before it is given up."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Where things stand on a page."""

    question: str
    answer: str
    chip: str = ""
    """Citation marks that the page shows without their brackets."""
    panels: tuple[str, ...] = ()
    """What has to change during a run for the run to count."""
    done: str = ""
    """Appears when the run is over; empty where nothing does."""


SUBJECTS: dict[PageName, Subject] = {
    "ask": Subject(
        question="#ask-question textarea",
        answer="#ask-answer .rg-text, #ask-tail .rg-text",
        chip=".rg-chip",
        panels=("#ask-head", "#ask-answer", "#ask-tail", "#ask-evidence", "#ask-lower"),
        done="#ask-head .rg-mood-done",
    ),
    "chat": Subject(question="textarea", answer="[data-testid=bot]"),
}

_PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")


def watch(browser: Browser, name: PageName, *, rate: float, tokens: int, slowdown: float = 1.0) -> Watched:
    """The lags of one answer, in a browser made `slowdown` times slower.

    Raises `ValueError` if a token was never shown or a panel never changed.
    """
    with _served(name, rate, tokens) as url:
        page = browser.new_page(viewport=VIEWPORT)
        try:
            found = _watched_page(_slowed(page, slowdown), url, SUBJECTS[name], rate, tokens)
        finally:
            page.close()
        tape = _tape(url)
    texts = tape["texts"]
    _check(found, tape)
    frames = Frames(found["at_ms"], found["signs"])
    return watched(
        texts, tape["emitted_ms"], frames, rate=rate, stream_bytes=tape["stream_bytes"], repaints=found["repaints"]
    )


def _slowed(page: Page, slowdown: float) -> Page:
    """The page with its own thread made slower, as on a machine that is not a developer's."""
    if slowdown != 1.0:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    return page


def _watched_page(page: Page, url: str, subject: Subject, rate: float, tokens: int) -> dict[str, Any]:
    """What the probe in the page saw of a whole run, and the text that stood there at its end."""
    patience_ms = (RUN_PATIENCE * tokens / rate + 60) * 1000
    page.set_default_timeout(patience_ms)
    page.goto(url)
    page.wait_for_selector(subject.question)
    page.evaluate(_PROBE, {"answer": subject.answer, "chip": subject.chip, "panels": subject.panels})
    _ask(page, url, subject.question)
    _wait_until_shown(page, url, tokens, patience_ms)
    if subject.done:
        page.wait_for_selector(subject.done)
    found: dict[str, Any] = page.evaluate("({...probe, text: probe.text()})")
    return found


def _ask(page: Page, url: str, question: str) -> None:
    """Ask once. A page that is still being wired does not hear Enter, and nothing tells when it is ready."""
    page.fill(question, DTI_QUESTION)
    until_s = time.monotonic() + START_PATIENCE_S
    while not _tape(url)["runs"] and time.monotonic() < until_s:
        page.press(question, "Enter")
        page.wait_for_timeout(3000)


def _wait_until_shown(page: Page, url: str, tokens: int, patience_ms: float) -> None:
    """Sleep through the run, then until the page shows all of it: asking the page more often would disturb it."""
    until_s = time.monotonic() + patience_ms / 1000
    while len(texts := _tape(url)["texts"]) < tokens:
        if time.monotonic() > until_s:
            raise ValueError(f"only {len(texts)} of {tokens} tokens were emitted")
        time.sleep(2)
    page.wait_for_function(f"probe.most >= {signs_of(''.join(texts))}", polling=500)


def _check(found: dict[str, Any], tape: dict[str, Any]) -> None:
    """A page that shows something else, or leaves panels dead, has not been measured."""
    if tape["runs"] != 1:
        raise ValueError(f"{tape['runs']} runs were begun instead of one")
    if found["text"] != "".join("".join(tape["texts"]).split()):
        raise ValueError("the text on the page is not the answer")
    if dead := [panel for panel, count in found["repaints"].items() if not count]:
        raise ValueError(f"these panels never changed: {', '.join(dead)}")


@contextmanager
def _served(name: PageName, rate: float, tokens: int) -> Iterator[str]:
    port = _free_port()
    options = ["--port", str(port), "--rate", str(rate), "--tokens", str(tokens)]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.screen.server", name, *options], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(process, url)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    until_s = time.monotonic() + START_PATIENCE_S
    while process.poll() is None and time.monotonic() < until_s:
        try:
            _tape(url)
        except URLError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the page did not start: exit code {process.poll()}")


def _tape(url: str) -> dict[str, Any]:
    with urlopen(url + TAPE_PATH, timeout=60) as answer:
        tape: dict[str, Any] = json.load(answer)
    return tape
