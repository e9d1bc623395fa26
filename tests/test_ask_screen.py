"""The Ask tab in a real browser, behind the real pipeline: versions, links both ways, knobs, Stop, kept runs, links.

Everything here may be slow: a run is made long enough by its knobs for whatever must happen in the middle of it, what
must come is waited for, and no time is asserted that the machine's load could stretch.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from mocks.profile_files import read_profile
from rag.events import FinalAnswerEvent, TokenEvent
from rag.recording import read
from tests.browser import NARROW, PATIENCE_MS, WIDE, Screen
from tests.scripted_run import answered
from tests.served import get, screen_served, served

PATIENCE_S = PATIENCE_MS / 1000

LATE = {"scenario": "refined", "speed": 0.5, "first_token.median_ms": 7000, "first_token.p95_ms": 7001}
"""The first word is 14 s away."""
LONG = {"scenario": "long_answer", "speed": 0.5, "inter_token.median_ms": 120, "inter_token.p95_ms": 121}
"""Half a minute of text."""
CHECKED = {"scenario": "refined", "speed": 0.5, "refinement.median_ms": 12_000, "refinement.p95_ms": 12_001}
"""The draft is complete long before it is revised."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served("--speed", "2") as number:
        yield number


@pytest.fixture
def screen(browser: Browser, port: int) -> Iterator[Screen]:
    screen = Screen(browser, port)
    yield screen
    assert screen.errors == []
    screen.page.close()


def set_up(screen: Screen, setup: dict[str, Any]) -> None:
    """Open the page by a link to this set-up, and wait until it stands in the controls."""
    screen.page.goto(f"http://127.0.0.1:{screen.port}/?{urlencode(setup)}")
    expect(screen.page.locator("#ask-question textarea")).not_to_be_empty()
    if any("." in name for name in setup):
        screen.page.wait_for_function("window.rg && window.rg.turned() !== ''")


def asked(screen: Screen, setup: dict[str, Any]) -> None:
    set_up(screen, setup)
    screen.page.click("#ask-ask")


def until_done(screen: Screen) -> None:
    screen.wait_for("#ask-head .rg-status:is(.rg-mood-done, .rg-mood-caution, .rg-mood-failed)")
    expect(screen.page.locator("#ask-ask")).to_be_enabled()


def until_focus(screen: Screen, start: str) -> str:
    """The id of what holds the focus, once it begins like this."""
    screen.page.wait_for_function("(start) => document.activeElement.id.startsWith(start)", arg=start)
    return str(screen.page.evaluate("document.activeElement.id"))


def answer(screen: Screen, scope: str = "ask") -> str:
    texts = f":is(#{scope}-answer, #{scope}-tail) .rg-text"
    return "".join(screen.page.locator(texts).all_text_contents())


def bare(text: str) -> str:
    """Marks are links with the number alone; on the wire they stand in brackets."""
    return text.replace("[", "").replace("]", "").strip()


def saved(screen: Screen) -> str:
    """The file behind *Save this run*."""
    with screen.page.expect_download() as download:
        screen.page.click("#ask-save-run")
    return download.value.path().read_text()


# Versions, links, bars -----------------------------------------------------------------------------------------------


def test_draft_diff_and_final(screen: Screen) -> None:
    """After a refinement three versions can be read without asking the server; a new run starts with the newest."""
    screen.ask("Refined")
    until_done(screen)
    sent = len(screen.requests)
    screen.page.check("#ask-answer-column .rg-pick-draft")
    draft = screen.text("#ask-answer .rg-version-draft:visible")
    screen.page.check("#ask-answer-column .rg-pick-diff")
    diff = screen.text(".rg-version-diff")
    struck, added = (screen.text(f".rg-version-diff {kind}").strip() for kind in ("del", "ins"))
    requests = [url for url in screen.requests[sent:] if "/queue/join" in url or "/run/" in url]

    assert struck in draft
    assert diff.count(added) > draft.count(added)
    assert requests == []
    expect(screen.page.locator("#ask-answer .rg-text:visible")).to_have_count(0)
    screen.page.click("#ask-ask")
    screen.page.wait_for_function("document.querySelector('#ask-answer-column .rg-pick-final').checked")


def test_a_sentence_opens_its_source_while_text_streams(screen: Screen) -> None:
    """A click on a sentence of the growing draft opens the whole passage with its quote, and the focus stays there."""
    asked(screen, LONG)
    screen.wait_for("#ask-claim-0[data-cites]:not([data-cites=''])")
    screen.page.locator("#ask-claim-0").click(position={"x": 30, "y": 8})
    source = until_focus(screen, "ask-source-")
    screen.page.wait_for_function("document.querySelectorAll('#ask-answer [data-claim]').length > 2")
    passage = screen.page.locator(f"#{source} .rg-passage")

    assert until_focus(screen, "ask-source-") == source
    expect(passage).to_be_visible()
    assert len(passage.inner_text()) > len(passage.locator("mark[data-quoted~='0']").inner_text()) > 20
    expect(screen.page.locator(f"#{source} [data-open]")).to_have_attribute("aria-expanded", "true")
    screen.page.click("#ask-stop")


def test_a_mark_works_although_it_is_repainted_under_the_pointer(screen: Screen) -> None:
    """Pressed on one painting of the board and released on the next: the link is followed all the same."""
    asked(screen, LONG)
    screen.wait_for("#ask-claim-0 a.rg-chip")
    box = screen.page.locator("#ask-claim-0 a.rg-chip").bounding_box()
    assert box is not None
    screen.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    screen.page.mouse.down()
    screen.page.evaluate("const old = document.querySelector('#ask-claim-0'); old.replaceWith(old.cloneNode(true));")
    screen.page.mouse.up()

    until_focus(screen, "ask-source-")
    screen.page.click("#ask-stop")


def test_pointing_lights_both_ends(screen: Screen) -> None:
    """A sentence lights its source, and a source all the sentences that rest on it."""
    screen.ask("Happy path")
    until_done(screen)
    lit = """([selector, count]) => [...document.querySelectorAll(selector)]
        .filter(e => getComputedStyle(e).backgroundColor === 'rgb(255, 243, 196)').length === count"""
    resting = screen.page.locator(".rg-s[data-cites~='1']").count()
    screen.page.hover("#ask-claim-0", position={"x": 30, "y": 8})
    screen.page.wait_for_function(lit, arg=["#ask-evidence .rg-source", 1])
    screen.page.hover("#ask-source-1 .rg-source-head")

    assert resting >= 1
    screen.page.wait_for_function(lit, arg=["#ask-answer .rg-s[data-claim]", resting])


def test_a_bar_tells_by_pointer_and_by_key(screen: Screen) -> None:
    """Stage, path, times, duration and outcome; Escape puts the note away."""
    screen.ask("Happy path")
    until_done(screen)
    screen.page.hover("#ask-bar-slow-rerank-1")
    pointed = screen.text(".rg-tip.is-shown").split("\n")
    screen.page.keyboard.press("Escape")
    expect(screen.page.locator(".rg-tip.is-shown")).to_have_count(0)
    screen.page.focus("#ask-lower .rg-timeline")
    screen.page.keyboard.press("ArrowRight")
    first = until_focus(screen, "ask-bar-")
    screen.page.keyboard.press("ArrowRight")

    assert pointed[:2] == ["Reranking", "slow path"]
    assert "took" in pointed[3]
    assert pointed[4] == "finished"
    assert first == "ask-bar-fast-classification-1"
    until_focus(screen, "ask-bar-fast-rewrite-1")
    expect(screen.page.locator(".rg-tip.is-shown")).to_contain_text("Query rewrite")


# Controls ------------------------------------------------------------------------------------------------------------


def test_a_card_fills_the_controls_in(screen: Screen) -> None:
    """With the keyboard alone: open the gallery, choose a story, and the next key asks."""
    screen.page.focus("[data-fold=ask-stories]")
    screen.page.keyboard.press("Enter")
    screen.page.focus("[data-story=held_until_checked]")
    screen.page.keyboard.press("Enter")

    expect(screen.page.locator("#ask-question textarea")).to_have_value(re.compile("compensating factors"))
    expect(screen.page.get_by_label("Domain").first).to_have_value("Underwriting decisions")
    until_focus(screen, "ask-ask")
    expect(screen.page.locator("#ask-stories")).to_be_hidden()


def test_a_link_reproduces_the_set_up(screen: Screen, browser: Browser, port: int) -> None:
    """Story, seed and knobs travel in the address; opened elsewhere, everything stands as it stood and runs so."""
    screen.page.click("[data-fold=ask-knobs]")
    screen.choose("Refined")
    screen.page.get_by_label("Seed").first.fill("11")
    screen.page.fill('[data-knob="rerank.median_ms"]', "900")
    screen.page.select_option('[data-knob="fault1.stage"]', "groundedness")
    screen.page.select_option('[data-knob="fault1.kind"]', "error")
    screen.page.click("#ask-copy")
    expect(screen.page.locator("#ask-copied")).not_to_be_empty()
    address = screen.page.url
    there = Screen(browser, port)
    there.page.goto(address)
    there.page.wait_for_function(
        "(told) => window.rg && window.rg.turned() === told", arg=screen.page.evaluate("window.rg.turned()")
    )

    expect(there.page.get_by_label("Seed").first).to_have_value("11")
    there.page.click("#ask-ask")
    until_done(there)
    assert "groundedness did not finish" in there.text("#ask-answer")
    there.page.close()


def test_a_profile_goes_to_a_file_and_comes_back(screen: Screen, tmp_path: Path) -> None:
    """Saved with what was turned, loaded as the new base; a broken file is refused by the name of its field."""
    screen.page.click("[data-fold=ask-knobs]")
    screen.page.fill('[data-knob="rerank.median_ms"]', "900")
    with screen.page.expect_download() as download:
        screen.page.click("#ask-save")
    text = download.value.path().read_text()
    file = tmp_path / "mine.toml"
    screen.page.click("#ask-reset")
    screen.page.wait_for_function("window.rg.turned() === ''")
    broken = text.replace("median_ms = 900", "median_ms = -900")
    for content, said in ((text, "is loaded"), (broken, "stages.rerank.median_ms")):
        file.write_text(content)
        with screen.page.expect_file_chooser() as chooser:
            screen.page.click("#ask-load")
        chooser.value.set_files(file)
        expect(screen.page.locator("#ask-knob-note")).to_contain_text(said)

    assert read_profile(text).stages["rerank"].median_ms == 900
    expect(screen.page.locator('[data-knob="rerank.median_ms"]')).to_have_attribute("placeholder", "900")


def test_a_link_that_asks_too_much_says_so(screen: Screen) -> None:
    """What is unknown is named, as text; the rest is used."""
    screen.page.goto(f"http://127.0.0.1:{screen.port}/?q=Why&scenario=<img src=x onerror=alert(1)>&seed=soon")
    screen.wait_for("#ask-notice .rg-mood-caution")

    assert "scenario" in screen.text("#ask-notice")
    expect(screen.page.locator("#ask-question textarea")).to_have_value("Why")
    assert screen.dialogs == []


# Stop, reload, close -------------------------------------------------------------------------------------------------


def abandoned(port: int) -> int:
    """How many runs the service has seen abandoned: a run is counted when its last task has ended."""
    found = re.search(r'rag_runs\{outcome="abandoned"\} (\d+)', get(port, "/metrics")[1])
    return int(found[1]) if found else 0


@contextmanager
def one_run_is_abandoned(port: int, what: str) -> Iterator[None]:
    """What is done inside ends exactly one run; prints how long that took, the browser's own part included."""
    before, begun_s = abandoned(port), monotonic()
    yield
    while abandoned(port) == before and monotonic() < begun_s + PATIENCE_S:
        sleep(0.02)
    print(f"{what}: the run had ended after {monotonic() - begun_s:.2f} s")  # noqa: T201

    assert abandoned(port) == before + 1


def honest_after_stop(screen: Screen) -> None:
    """It says Stopped and nothing else that would be untrue; nothing moves any more; the buttons are as before."""
    screen.wait_for("#ask-notice .rg-mood-stopped")
    expect(screen.page.locator("#ask-ask")).to_be_enabled()
    expect(screen.page.locator("#ask-stop")).to_be_disabled()
    expect(screen.page.locator("#ask-head .rg-status")).to_be_hidden()
    expect(
        screen.page.locator("#ask-answer-column :is(.rg-caret, .rg-skeleton, .rg-panel-note):visible")
    ).to_have_count(0)
    before = answer(screen), screen.text("#ask-head"), screen.text("#ask-lower")
    sleep(0.7)
    assert (answer(screen), screen.text("#ask-head"), screen.text("#ask-lower")) == before
    assert "Final answer" not in screen.text("#ask-answer")


def test_stop_before_the_first_word(screen: Screen, port: int) -> None:
    """The gate is open and no word is there: none comes, and what was said so far can be saved."""
    asked(screen, LATE)
    screen.wait_for("#ask-lower .rg-gate-verdict.is-open")
    with one_run_is_abandoned(port, "stop before the first word"):
        screen.page.click("#ask-stop")
    honest_after_stop(screen)
    recording = read(saved(screen))

    assert answer(screen) == ""
    assert {event.event_type for event in recording.events} == {"status_update"}
    assert not recording.ended
    expect(screen.page.locator("[data-insp][data-scope=ask] [data-insp-total]")).to_contain_text(
        f"{len(recording.events)} in"
    )


def test_a_run_that_is_kept_in_part_says_so_where_it_is_saved(browser: Browser) -> None:
    """Beside *Save this run* stands how much of it the file holds, which is true; the next run is kept whole."""
    with screen_served("6000") as port:
        screen = Screen(browser, port)
        screen.ask("answered")
        until_done(screen)
        said = screen.page.locator("#ask-save-cut")
        expect(said).to_contain_text(f"of {len(answered())} events")
        words, recording = said.inner_text(), read(saved(screen))
        screen.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        sideways = screen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        screen.ask("broken")
        until_done(screen)

        expect(said).to_be_empty()
        assert f": only the first {len(recording.events)} of" in words
        assert 0 < len(recording.events) < len(answered())
        assert sideways == 0
        assert screen.page.get_attribute("#ask-save-run", "aria-describedby") == said.get_attribute("id")
        assert screen.errors == []
        screen.page.close()


def test_stop_while_the_text_is_written(screen: Screen, port: int) -> None:
    """The words that were there stay there, as a draft, and exactly they are in the saved run."""
    asked(screen, LONG)
    screen.wait_for("#ask-claim-0")
    with one_run_is_abandoned(port, "stop while the text is written"):
        screen.page.click("#ask-stop")
    honest_after_stop(screen)
    recording = read(saved(screen))
    tokens = "".join(event.payload.token for event in recording.events if isinstance(event, TokenEvent))

    assert "Draft" in screen.text("#ask-answer .rg-label")
    assert len(answer(screen)) > 20
    assert bare(tokens).startswith(bare(answer(screen)))
    assert not recording.ended


def test_stop_on_the_slow_path(screen: Screen, port: int) -> None:
    """The complete draft stays unrevised; a new run starts clean."""
    asked(screen, CHECKED)
    screen.wait_for("#ask-head .rg-slow .rg-stage.is-running:has-text('Refinement')")
    with one_run_is_abandoned(port, "stop on the slow path"):
        screen.page.click("#ask-stop")
    honest_after_stop(screen)

    assert screen.page.locator("#ask-evidence .rg-revision").count() == 0
    assert screen.page.locator("#ask-answer [data-claim]").count() >= 3
    assert not read(saved(screen)).ended
    screen.page.click("#ask-ask")
    expect(screen.page.locator("#ask-notice .rg-mood-stopped")).to_have_count(0)
    screen.wait_for("#ask-answer .rg-label.rg-mood-working")
    screen.page.click("#ask-stop")


NAMED_LATE = """for (const send of [window.fetch]) window.fetch = async (target, options) => {
  const answer = await send(target, options);
  if (String(target).includes("/queue/join")) await new Promise((done) => setTimeout(done, 1000));
  return answer;
};"""
"""A service whose answer to *start this run* takes a second on its way back."""


def test_stop_before_the_page_knows_the_name_of_the_run(screen: Screen, port: int) -> None:
    """The run has begun and the page has not heard so: it is stopped all the same, and nothing is refused."""
    screen.page.add_init_script(NAMED_LATE)
    set_up(screen, LATE)
    with one_run_is_abandoned(port, "stop before the name"):
        screen.page.click("#ask-ask")
        screen.page.click("#ask-stop")
    screen.wait_for("#ask-notice .rg-mood-stopped")


@pytest.mark.parametrize("way", ["reload", "close"])
def test_who_leaves_in_the_middle_leaves_nothing_running(browser: Browser, port: int, way: str) -> None:
    """The tab is reloaded or closed while text streams: the run ends, and is counted as abandoned."""
    screen = Screen(browser, port)
    asked(screen, LONG)
    screen.wait_for("#ask-claim-0")
    with one_run_is_abandoned(port, way):
        screen.page.reload() if way == "reload" else screen.page.close()
    if way == "reload":
        screen.wait_for("#ask-answer .rg-steps")
        assert answer(screen) == ""
        screen.page.close()


# Kept runs -----------------------------------------------------------------------------------------------------------


def test_two_tabs_do_not_mix(browser: Browser, port: int) -> None:
    """Two questions at the same time: each tab ends with the answer of its own run, and keeps that run."""
    questions = ("How long is an FHA appraisal valid?", "How much of an FHA down payment can be a gift?")
    tabs = [Screen(browser, port) for _ in questions]
    for tab, question in zip(tabs, questions, strict=True):
        asked(tab, {"q": question, "speed": 1})
    for tab, question in zip(tabs, questions, strict=True):
        until_done(tab)
        recording = read(saved(tab))
        (final,) = [event.payload for event in recording.events if isinstance(event, FinalAnswerEvent)]

        assert recording.header.question == question
        assert len(final.answer) > 20
        assert bare(answer(tab)) == bare(final.answer)
        assert tab.text("#ask-answer .rg-question") == question
    assert answer(tabs[0]) != answer(tabs[1])
    for tab in tabs:
        assert tab.errors == []
        tab.page.close()


def test_a_linked_run_says_the_same(browser: Browser, port: int) -> None:
    """Run twice from one link: the same events in every lane, but for times. (Exact in virtual time: test_handlers.)"""
    setup = {"scenario": "refined", "profile": "good_day", "seed": 7, "speed": 4}
    runs = []
    for _ in range(2):
        screen = Screen(browser, port)
        asked(screen, setup)
        until_done(screen)
        runs.append(timeless(saved(screen)))
        screen.page.close()

    assert len(runs[0]) > 10
    assert runs[0] == runs[1]


def timeless(text: str) -> dict[str, list[Any]]:
    """What a run said in each of its lanes, in order; lanes are concurrent, so that only the order within one holds.

    Heartbeats are left out: how many there are is a matter of time.
    """
    lanes: dict[str, list[Any]] = defaultdict(list)
    for line in text.splitlines()[1:]:
        event = json.loads(line)
        payload = event["payload"]
        if payload.get("state") != "waiting":
            lane = payload.get("stage") or payload.get("citation_id") or ""
            lanes[f"{event['event_type']} {lane}"].append(without_times(payload))
    return lanes


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: without_times(item) for name, item in value.items() if not name.endswith("_ms") and name != "spans"
        }
    return [without_times(item) for item in value] if isinstance(value, list) else value


SHOWN = """(scope) => {
  const one = (board, selector) => (document.querySelector(`#${scope}-${board} ${selector}`) || {}).innerText;
  const all = (board, selector) => [...document.querySelectorAll(`#${scope}-${board} ${selector}`)]
    .map(e => [e.innerText, e.className]);
  const sentences = all("answer", ".rg-text .rg-s"), sources = all("evidence", ".rg-source");
  return { label: one("answer", ".rg-label"), sentences, sources, revision: one("evidence", ".rg-revision"),
    gate: one("lower", ".rg-gate"), tiles: one("lower", ".rg-tiles"), status: one("head", ".rg-status-text") };
}"""


def test_a_saved_run_replays_to_the_same_final_screen(screen: Screen) -> None:
    """Answer, sentence states, citations, revision, gate and tiles are those that Ask had, by way of *Replay it*."""
    screen.ask("Refined")
    until_done(screen)
    shown = screen.page.evaluate(SHOWN, "ask")
    screen.page.click("#ask-replay-run")
    screen.page.select_option("[data-rec-speed]", "50.0")
    screen.page.click("[data-rec-do=toggle]")
    screen.wait_for("#rec-head .rg-status:not(.rg-mood-working, .rg-mood-idle)")
    expect(screen.page.locator("[data-rec-do=toggle]")).to_have_text("Play")

    assert len(shown["sentences"]) >= 3
    assert "target" in shown["tiles"]
    assert screen.page.evaluate(SHOWN, "rec") == shown


def test_events_under_ask(screen: Screen) -> None:
    """Folded away at first; opened, a selected event marks its place and its sentence, and its frame is copied raw."""
    screen.ask("Refined")
    until_done(screen)
    inspector = screen.page.locator("[data-insp][data-scope=ask]")
    expect(inspector.locator(".rg-insp-list")).to_be_hidden()
    inspector.locator("summary").click()
    row = inspector.locator(".rg-ev.is-citation_attached").first
    row.click()
    claim, seq = row.get_attribute("data-claim"), int(row.get_attribute("data-first") or -1)
    expect(inspector.locator("[data-insp-payload]")).to_contain_text("citation_id")
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    inspector.locator("[data-insp-copy]").click()
    expect(inspector.locator("[data-insp-said]")).to_contain_text("copied")
    mark = "getComputedStyle(document.querySelector('#ask-lower .rg-tl-grid .rg-track'), '::after').display"
    lines = saved(screen).splitlines()

    assert screen.page.evaluate("navigator.clipboard.readText()") == f"data: {lines[1 + seq]}\n\n"
    assert screen.page.evaluate(mark) == "block"
    assert screen.page.evaluate(f"getComputedStyle(document.querySelector('#ask-claim-{claim}')).boxShadow") != "none"
    expect(inspector.locator("[data-insp-total]")).to_contain_text(f"{len(lines) - 1} in")


# Calm ----------------------------------------------------------------------------------------------------------------

PLACES = """() => {
  window.places = [];
  const panels = ['#ask-head', '.rg-answer', '.rg-sources', '.rg-gate', '.rg-timeline', '.rg-tiles'];
  const top = (e) => e.getClientRects().length ? e.getClientRects()[0].top + scrollY : null;
  const look = () => {
    const now = Object.fromEntries(panels.map(s => [s, top(document.querySelector(s))]));
    for (const e of document.querySelectorAll('#ask-answer .rg-text .rg-s[data-claim]'))
      now[`sentence ${e.dataset.claim}`] = top(e);
    places.push(now);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_jumps_when_the_draft_is_revised(browser: Browser, port: int, size: dict[str, int]) -> None:
    """From the first status to the final answer no sentence and no panel moves, the revision included."""
    screen = Screen(browser, port, size=size)
    asked(screen, {"scenario": "refined", "speed": 2})
    screen.wait_for("#ask-answer .rg-label.rg-mood-working")
    screen.page.evaluate(PLACES)
    until_done(screen)
    places: list[dict[str, float]] = screen.page.evaluate("places")
    names = set().union(*places)
    tops = {name: [at[name] for at in places if at.get(name) is not None] for name in names}
    shifts = {name: max(seen) - min(seen) for name, seen in tops.items() if seen}
    print({name: round(shift, 1) for name, shift in sorted(shifts.items()) if shift})  # noqa: T201
    revised = screen.page.locator("#ask-evidence .rg-revision").count()
    screen.page.close()

    assert revised == 1
    assert {name: shift for name, shift in shifts.items() if shift > 1} == {}
