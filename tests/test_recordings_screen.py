"""The Recordings tab in a real browser: a replay is played, paused, stepped and scrubbed; events are inspected."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lab.record import SAMPLE_RECORDINGS
from rag.events import to_sse
from rag.recording import read
from rag.recording_format import known
from tests.browser import CONTRAST, NARROW, Screen, open_tab

STORY = "refined"
RECORDING = read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")
FILE = ".rg-rec-open input[type=file]"
ROWS = ".rg-insp[data-scope=rec] .rg-insp-list .rg-ev"


@pytest.fixture
def screen(browser: Browser, port: int) -> Iterator[Screen]:
    screen = Screen(browser, port)
    open_tab(screen.page, "Recordings")
    screen.page.wait_for_selector("#rec-choice")
    yield screen
    screen.page.close()


def choose(
    screen: Screen, number: int = sorted(p.stem for p in SAMPLE_RECORDINGS.glob("*.jsonl")).index(STORY)
) -> None:
    screen.page.click("#rec-choice input")
    screen.page.get_by_role("option").nth(number).click()
    screen.page.wait_for_selector("[data-rec-controls]")
    expect(screen.page.locator(ROWS).first).to_be_attached()


def scrub(screen: Screen, ms: float) -> None:
    screen.page.locator("[data-rec-scrub]").evaluate(
        """(range, ms) => { range.value = ms; for (const name of ["input", "change"])
           range.dispatchEvent(new Event(name, {bubbles: true})); }""",
        ms,
    )


def at_event(screen: Screen, count: int) -> None:
    expect(screen.page.locator("[data-rec-count]")).to_have_text(str(count))


def answer(screen: Screen) -> str:
    script = (
        "[...document.querySelectorAll('#rec-answer .rg-text, #rec-tail .rg-text')].map(e => e.textContent).join('')"
    )
    return " ".join(re.sub(r"\s*\[?\b\d\b\]?", "", str(screen.page.evaluate(script))).split())


def test_a_recording_replays_to_the_same_final_screen(screen: Screen) -> None:
    """Played at fifty times its speed, and scrubbed to its end: the same boards, and nothing fails."""
    choose(screen)
    screen.page.select_option("[data-rec-speed]", "50.0")
    screen.page.click("[data-rec-do=toggle]")
    at_event(screen, len(RECORDING.events))
    expect(screen.page.locator("[data-rec-do=toggle]")).to_have_text("Play")
    names = ["head", "answer", "tail", "evidence", "lower"]
    played = [screen.page.inner_html(f"#rec-{name}") for name in names]
    scrub(screen, 0)
    at_event(screen, sum(event.elapsed_ms == 0 for event in RECORDING.events))
    scrub(screen, RECORDING.duration_ms + 1000)
    at_event(screen, len(RECORDING.events))

    assert [screen.page.inner_html(f"#rec-{name}") for name in names] == played
    assert "checked" in screen.text("#rec-head .rg-status-text")
    assert screen.errors == []


def test_a_choice_is_asked_for_once(screen: Screen) -> None:
    """Gradio's list reports one choice as two `input`s; a second answer would set back whoever has gone on since."""
    before = len(screen.requests)
    choose(screen)
    at_event(screen, sum(event.elapsed_ms == 0 for event in RECORDING.events))

    assert sum("/queue/join" in request for request in screen.requests[before:]) == 1


def test_a_source_of_a_replay_opens_in_the_replay(screen: Screen) -> None:
    """*Whole passage* under a source of the recording opens that source, and no source of the Ask tab."""
    choose(screen)
    scrub(screen, RECORDING.duration_ms)
    source = screen.page.locator("#rec-source-1")
    source.locator("[data-open]").click()

    expect(source.locator(".rg-passage")).to_be_visible()
    expect(source.locator("[data-open]")).to_have_attribute("aria-expanded", "true")
    source.locator("[data-open]").click()
    expect(source.locator(".rg-passage")).to_be_hidden()


def test_pause_stands_still_and_play_goes_on(screen: Screen) -> None:
    """While it plays the clock runs and the draft grows; paused, nothing moves; played on, it goes on from there."""
    choose(screen)
    screen.page.click("[data-rec-do=toggle]")
    screen.wait_for("#rec-tail .rg-caret")
    screen.page.wait_for_function("document.querySelector('#rec-tail').textContent.trim().length > 20")
    screen.page.click("[data-rec-do=toggle]")
    expect(screen.page.locator("[data-rec-do=toggle]")).to_have_text("Play")
    screen.page.wait_for_timeout(500)
    stood = screen.text(".rg-rec-where"), screen.text("#rec-answer"), screen.text("#rec-tail")
    screen.page.wait_for_timeout(700)

    assert (screen.text(".rg-rec-where"), screen.text("#rec-answer"), screen.text("#rec-tail")) == stood
    screen.page.click("[data-rec-do=toggle]")
    screen.page.wait_for_function(
        "(before) => document.querySelector('.rg-rec-where').innerText > before", arg=stood[0]
    )


def test_a_step_is_one_event(screen: Screen) -> None:
    """On and back by the keyboard alone."""
    choose(screen)
    first = sum(event.elapsed_ms == 0 for event in RECORDING.events)
    at_event(screen, first)
    screen.page.focus("[data-rec-do=on]")
    for count in range(first + 1, first + 4):
        screen.page.keyboard.press("Enter")
        at_event(screen, count)
    screen.page.focus("[data-rec-do=back]")
    screen.page.keyboard.press("Enter")
    at_event(screen, first + 2)


def test_a_scrub_while_playing_goes_on_from_there(screen: Screen) -> None:
    """Let go of the slider, and the replay goes on at the new place."""
    choose(screen)
    screen.page.click("[data-rec-do=toggle]")
    screen.page.wait_for_timeout(400)
    scrub(screen, RECORDING.duration_ms - 1500)
    expect(screen.page.locator("[data-rec-do=toggle]")).to_have_text("Pause")
    at_event(screen, len(RECORDING.events))
    expect(screen.page.locator("[data-rec-do=toggle]")).to_have_text("Play")


def test_an_event_is_inspected(screen: Screen) -> None:
    """Selecting a citation marks its place and its sentence; its raw frame can be copied; keys move the selection."""
    choose(screen)
    scrub(screen, RECORDING.duration_ms + 1000)
    at_event(screen, len(RECORDING.events))
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    row = screen.page.locator(f"{ROWS}.is-citation_attached").first
    row.click()
    seq, claim = int(row.get_attribute("data-first") or -1), row.get_attribute("data-claim")
    expect(screen.page.locator("[data-insp][data-scope=rec] [data-insp-payload]")).to_contain_text("citation_id")
    screen.page.click("[data-insp][data-scope=rec] [data-insp-copy]")
    expect(screen.page.locator("[data-insp][data-scope=rec] [data-insp-said]")).to_contain_text("copied")
    marked = "getComputedStyle(document.querySelector('#rec-lower .rg-tl-grid .rg-track'), '::after').display"
    lit = f"getComputedStyle(document.querySelector('#rec-claim-{claim}')).boxShadow"

    assert screen.page.evaluate("navigator.clipboard.readText()") == to_sse(known(RECORDING.events)[seq])
    assert screen.page.evaluate(marked) == "block"
    assert screen.page.evaluate(lit) != "none"

    screen.page.focus(".rg-insp[data-scope=rec] .rg-insp-list")
    screen.page.keyboard.press("ArrowDown")
    expect(row).to_have_attribute("aria-selected", "false")
    screen.page.click(".rg-insp[data-scope=rec] [data-insp-filter=token]")
    expect(screen.page.locator(f"{ROWS}.is-token").first).to_be_hidden()


def test_a_bad_file_loses_nothing(screen: Screen, tmp_path: Path) -> None:
    """The message names the line; the recording that was open is still there and still plays."""
    choose(screen)
    path = tmp_path / "foreign.jsonl"
    path.write_text((SAMPLE_RECORDINGS / f"{STORY}.jsonl").read_text().split("\n")[0] + '\n{"seq": "x"}\n')
    screen.page.set_input_files(FILE, str(path))
    expect(screen.page.locator(".rg-rec-fault")).to_contain_text("line 2:")
    screen.page.click("[data-rec-do=on]")

    at_event(screen, sum(event.elapsed_ms == 0 for event in RECORDING.events) + 1)


def test_an_opened_file_shows_what_nobody_knows(screen: Screen, tmp_path: Path) -> None:
    """3,000 events of a foreign type: all are listed and can be filtered, and only those in sight are laid out."""
    lines = (SAMPLE_RECORDINGS / f"{STORY}.jsonl").read_text().splitlines()[:2]
    first = json.loads(lines[1])
    foreign = {"event_type": "cost", "request_id": first["request_id"], "timestamp": first["timestamp"], "payload": 1}
    lines += [json.dumps(foreign | {"seq": seq, "elapsed_ms": seq}) for seq in range(1, 3001)]
    path = tmp_path / "foreign.jsonl"
    path.write_text("\n".join(lines))
    screen.page.set_input_files(FILE, str(path))
    expect(screen.page.locator(".rg-rec-note").last).to_contain_text("cost (3000)")
    expect(screen.page.locator(ROWS)).to_have_count(3001)
    skipped = """(rows) => [...document.querySelectorAll(rows)]
        .filter((row) => !row.firstChild.checkVisibility({contentVisibilityAuto: true})).length"""

    assert screen.page.evaluate(skipped, ROWS) > 2900
    screen.page.locator(f"{ROWS}.is-unknown").first.click()
    screen.page.keyboard.press("End")
    screen.page.click(".rg-insp[data-scope=rec] [data-insp-filter=unknown]")
    expect(screen.page.locator(f"{ROWS}.is-unknown").first).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_read_anywhere(browser: Browser, port: int, theme: str) -> None:
    """At 360 px nothing sticks out of the page, and every text stands out from its ground, also what is yet to come."""
    screen = Screen(browser, port, size=NARROW, theme=theme)
    open_tab(screen.page, "Recordings")
    choose(screen)
    scrub(screen, RECORDING.duration_ms / 2)
    screen.page.wait_for_selector(f"{ROWS}.is-ahead")
    screen.page.locator(ROWS).nth(3).click()

    assert screen.page.evaluate("document.querySelector('.rg-page').scrollWidth") <= NARROW["width"]
    assert screen.page.evaluate(CONTRAST) == {}
    screen.page.close()
