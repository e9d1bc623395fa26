"""The Ask handler on runs of its own making, in virtual time: it paints, keeps pace, ends, and never raises."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from functools import partial, reduce
from typing import Any, TypeVar

import gradio as gr
import pytest

from lab.record import as_told
from mocks.virtual_time import run_virtual
from rag.errors import InvalidRequest
from rag.events import StreamEvent, Token
from rag.recording_format import MAX_BYTES, Recording
from rag.settings import Settings
from rag.values import RunRequest
from tests.harness import assert_nothing_left, simulator
from tests.scripted_run import Script, answered, event
from ui.handlers import MERGE_S, TICK_S, AskHandlers
from ui.inspector import Inspector
from ui.keeping import Keeping
from ui.knob_form import OpenCustom
from ui.link import read_link
from ui.options import Options
from ui.painter import BoardName, ask_boards
from ui.reader import EventReader
from ui.run_store import RunStore
from ui.site import screen_options
from ui.tabs.ask_setup import SetupHandlers
from ui.view import View, apply

T = TypeVar("T")
Open = Callable[[RunRequest], AsyncGenerator[StreamEvent]]
ASKED = ("What is it?", "", "", "", 1.0)


class Page:
    """The boards as a browser would have them, and when each update came."""

    def __init__(
        self,
        open_run: Open,
        open_custom: OpenCustom | None = None,
        *,
        sending_s: float = 0.0,
        run_bytes: int = MAX_BYTES,
    ) -> None:
        boards = ask_boards()
        self.outputs: dict[BoardName, gr.HTML] = {name: gr.HTML(render=False) for name in boards}
        self.runs, self.feed = RunStore(run_bytes=run_bytes), gr.HTML(render=False)
        keeping = Keeping(self.runs, self.feed, as_told)
        self.handlers = AskHandlers(open_run, boards, self.outputs, open_custom, keeping)
        self.sending_s = sending_s
        self.html: dict[BoardName, str] = {}
        self.rows: list[str] = []
        """What the inspector's feed was given, update by update."""
        self.updates_s: list[float] = []
        self.skips_s: list[float] = []

    async def ask(self, *form: Any) -> None:
        async with aclosing(self.handlers.ask(*(form or ASKED))) as updates:
            async for update in updates:
                self.take(update)
                await asyncio.sleep(self.sending_s)

    def take(self, update: dict[Any, Any]) -> None:
        names = {component: name for name, component in self.outputs.items()}
        now_s = asyncio.get_running_loop().time()
        if update == gr.skip():
            self.skips_s.append(now_s)
            return
        self.updates_s.append(now_s)
        self.rows += [html for component, html in update.items() if component is self.feed]
        self.html.update({names[component]: html for component, html in update.items() if component is not self.feed})

    @property
    def kept(self) -> str:
        """Id of the run that the feed names; empty when it offers none to save."""
        return next(iter(re.findall(r'data-saved="runs/([^"]+)\.jsonl"', self.rows[-1])), "")

    def shown_rows(self) -> dict[int, str]:
        """The inspector's list as the browser puts it together."""
        return {
            int(index): row
            for rows in self.rows
            for row, index in re.findall(r'(<li [^>]*data-index="(\d+)".*?</li>)', rows, re.DOTALL)
        }


class Player:
    """Plays a script at its own times, and remembers whether it was let go."""

    def __init__(self, events: list[StreamEvent], *, failure: Exception | None = None, tail_s: float = 0.0) -> None:
        self.events, self.failure, self.tail_s = events, failure, tail_s
        self.opened = self.closed = 0

    async def open(self, request: RunRequest) -> AsyncGenerator[StreamEvent]:
        self.opened += 1
        start_s = asyncio.get_running_loop().time()
        try:
            for each in self.events:
                await asyncio.sleep(start_s + each.elapsed_ms / 1000 - asyncio.get_running_loop().time())
                yield each
            await asyncio.sleep(self.tail_s)
            if self.failure:
                raise self.failure
        finally:
            self.closed += 1


def asked(page: Page, *form: Any) -> Page:
    async def main() -> None:
        await page.ask(*form)
        assert_nothing_left()

    run_virtual(main)
    return page


def run_in_this_thread(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """In virtual time, which knows no other thread: what would go to one is done at once."""

    async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "to_thread", at_once)
        return run_virtual(main)


def tokens(count: int, every_ms: int) -> list[StreamEvent]:
    script = Script()
    for number in range(count):
        script.at(number * every_ms, Token(token=f"{number} ", grounded=True))
    return script.events


def test_the_page_ends_as_the_view_does() -> None:
    """When the run is over every board shows exactly the final view, and nothing is left running."""
    page = asked(Page(Player(answered()).open))
    view = reduce(apply, answered(), View(question=ASKED[0]))

    for name, board in ask_boards().items():
        assert page.html[name] == board.paint(view, len(view.sentences))


def test_a_real_run_reaches_the_page() -> None:
    """The pipeline itself behind the handler: the answer is on the page when it ends."""
    page = asked(
        Page(simulator().open), "What is the maximum debt-to-income ratio for an FHA loan?", "refined", "", "", 1.0
    )

    assert "Answered and checked" in page.html["head"]
    assert "What changed, and why" in page.html["evidence"]


def test_the_first_paint_needs_no_event() -> None:
    """The draft's label and the waiting status stand before the run has said a word."""
    script = Script()
    script.at(5000, Token(token="late", grounded=True))
    page = Page(Player(script.events).open)

    async def main() -> float:
        async with aclosing(page.handlers.ask(*ASKED)) as updates:
            page.take(await anext(updates))
            return asyncio.get_running_loop().time()

    assert run_virtual(main) == 0.0
    assert "Draft" in page.html["answer"]
    assert "Sending the question" in page.html["head"]


def test_an_idle_page_shows_a_token_at_once() -> None:
    """Tokens further apart than the pause are painted the moment they come, not a tick later."""
    page = asked(Page(Player(tokens(10, every_ms=100)).open))

    assert [round(at_s, 3) for at_s in page.updates_s[2:11]] == [round(0.1 * n, 3) for n in range(1, 10)]


def test_close_tokens_share_an_update() -> None:
    """A flood is merged to the pause, whatever its rate, and loses nothing."""
    page = asked(Page(Player(tokens(1000, every_ms=1)).open))

    assert len(page.updates_s) <= 1.0 / MERGE_S + 5
    assert page.html["tail"].count(" ") > 0
    assert " 999 " in page.html["tail"] + page.html["answer"]


def test_a_slow_page_is_not_made_slower() -> None:
    """The time that sending takes counts towards the pause: a flood is sent as often as to a quick page."""
    flood = tokens(1000, every_ms=1)
    quick = asked(Page(Player(flood).open))
    slow = asked(Page(Player(flood).open, sending_s=0.8 * MERGE_S))

    assert len(slow.updates_s) >= 0.95 * len(quick.updates_s)


def test_many_live_runs_slow_each_other_down_gently() -> None:
    """Forty pages at two hundred tokens a second stay within what one process can send."""
    player = Player(tokens(200, every_ms=5))
    pages = [Page(player.open) for _ in range(40)]
    for page in pages:
        page.handlers = pages[0].handlers
        page.outputs, page.feed = pages[0].outputs, pages[0].feed

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for page in pages:
                group.create_task(page.ask())

    run_virtual(main)

    assert sum(len(page.updates_s) for page in pages) <= 1000
    assert all(" 199 " in page.html["tail"] + page.html["answer"] for page in pages)


def test_silence_is_broken_so_that_a_closed_tab_is_noticed() -> None:
    """Never longer than a tick without a yield, while the run says nothing for half a minute."""
    script = Script()
    script.at(0, Token(token="One", grounded=True))
    script.at(30_000, Token(token=" two", grounded=True))
    page = asked(Page(Player(script.events).open))
    yields = sorted(page.updates_s + page.skips_s)

    assert max(after - before for before, after in zip(yields, yields[1:], strict=False)) <= TICK_S + 2 * MERGE_S


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "from another task"])
def test_a_closed_page_ends_its_run(elsewhere: bool) -> None:
    """Closing the generator, in its own task or another, closes the run at once and leaves no task."""
    player = Player(tokens(1000, every_ms=100))
    page = Page(player.open)

    async def main() -> float:
        updates = page.handlers.ask(*ASKED)
        for _ in range(5):
            page.take(await anext(updates))
        before_s = asyncio.get_running_loop().time()
        if elsewhere:
            await asyncio.create_task(updates.aclose())
        else:
            await updates.aclose()
        assert_nothing_left()
        return asyncio.get_running_loop().time() - before_s

    assert run_virtual(main) <= 1.0
    assert (player.opened, player.closed) == (1, 1)


def test_stop_ends_its_run() -> None:
    """A cancelled handler, wherever it waits, has closed its run when it is gone."""
    player = Player(tokens(1000, every_ms=700))
    page = Page(player.open)

    async def main() -> None:
        task = asyncio.create_task(page.ask())
        await asyncio.sleep(2.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert_nothing_left()

    run_virtual(main)

    assert (player.opened, player.closed) == (1, 1)


def test_a_run_that_raises_leaves_the_draft(caplog: pytest.LogCaptureFixture) -> None:
    """A bug becomes one calm sentence; the draft stays; no word of the exception reaches the page."""
    events = [each for each in answered() if each.elapsed_ms < 2000]
    page = asked(Page(Player(events, failure=RuntimeError("key sk-123")).open))
    everything = "".join(page.html.values())

    assert "Something went wrong on our side." in page.html["head"]
    assert "One is true" in page.html["answer"] + page.html["tail"]
    assert "unfinished and not checked" in page.html["answer"]
    assert "sk-123" not in everything
    assert "instead of ending" in caplog.text


def test_a_run_that_just_ends_is_not_called_an_answer() -> None:
    """A stream without a last word is a failure, and said to be one."""
    page = asked(Page(Player(answered()[:8]).open))

    assert "Something went wrong on our side." in page.html["head"]


def test_a_refused_request_is_said_calmly() -> None:
    """What `open_run` refuses to start reads like any other status."""

    def refuse(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        raise InvalidRequest("scenario: is not one of ours.")

    page = asked(Page(refuse))

    assert "scenario: is not one of ours." in page.html["head"]
    assert "No answer" in page.html["answer"]


@pytest.mark.parametrize("form", [("q", "", "nowhere", "", 1.0), ("q", "", "", "", -1.0)])
def test_a_form_that_is_not_ours_is_refused(form: tuple[Any, ...]) -> None:
    """The page checks its inputs, but a caller need not be the page."""
    player = Player(answered())
    page = asked(Page(player.open), *form)

    assert "The request is not valid." in page.html["head"]
    assert player.opened == 0


def test_no_question_starts_no_run() -> None:
    """An empty form is not a run; it is answered all the same, or Gradio would empty every board."""
    player = Player(answered())
    page = asked(Page(player.open), "   ", "", "", "", 1.0)

    assert player.opened == 0
    assert page.html == {}
    assert len(page.skips_s) == 1


def test_the_form_reaches_the_run() -> None:
    """Every control is in the request; what is left empty is left to the pipeline."""
    requests: list[RunRequest] = []

    def remember(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        requests.append(request)
        return Player(answered()).open(request)

    asked(Page(remember), " q ", "refined", "general", "article", 2.0)
    asked(Page(remember), "q", "", "", "", 1)

    assert requests[0] == RunRequest(question="q", scenario="refined", domain="general", profile="article", speed=2.0)
    assert requests[1] == RunRequest(question="q")


def test_a_run_that_will_not_let_go_does_not_hold_the_page() -> None:
    """Closing waits for the run, but not for ever."""

    async def stubborn(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        try:
            yield event(Token(token="x", grounded=True), 0)
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(100)

    async def main() -> float:
        reader = EventReader(partial(stubborn, RunRequest(question="q")))
        await reader.take(1.0)
        before_s = asyncio.get_running_loop().time()
        await reader.aclose()
        return asyncio.get_running_loop().time() - before_s

    assert 0.5 <= run_virtual(main) <= 1.5


# Runs that are kept --------------------------------------------------------------------------------------------------

REFINED = ("What is the maximum debt-to-income ratio for an FHA loan?", "refined", "", "good_day", 2.0, "", 7)


def test_a_run_is_kept_as_its_reader_took_it() -> None:
    """The saved file is the recording of every event, with what was in force in its header."""
    player = Player(answered())
    page = asked(Page(player.open), *ASKED[:3], "good_day", 2.0, "stream_last")
    recording = page.runs.recording(page.kept)

    assert recording.events == tuple(answered())
    assert recording.ended
    header = recording.header
    assert (header.question, header.profile, header.seed, header.speed) == (ASKED[0], "good_day", 0, 2.0)
    assert header.strategy == "stream_last"


def test_a_run_can_be_saved_as_soon_as_it_has_spoken() -> None:
    """The first update after the first event names the file, and the file is there."""
    page = Page(Player(answered()).open)

    async def main() -> Recording:
        async with aclosing(page.handlers.ask(*ASKED)) as updates:
            while not page.rows:
                page.take(await anext(updates))
            return page.runs.recording(page.kept)

    recording = run_virtual(main)
    assert len(page.updates_s) <= 2
    assert recording.events == tuple(answered()[: len(recording.events)])


def test_a_stopped_run_is_kept_and_listed_whole() -> None:
    """A recording without an end, of exactly what had been said; Stop asks for the rows that were not sent any more."""
    page = Page(Player(tokens(1000, every_ms=7)).open)

    async def main() -> dict[Any, Any]:
        task = asyncio.create_task(page.ask())
        await asyncio.sleep(0.9)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await page.handlers.whole(page.kept)

    inspected = run_in_this_thread(main)
    recording = page.runs.recording(page.kept)

    assert not recording.ended
    assert 100 <= len(recording.events) <= 130
    assert f'data-last="{recording.events[-1].seq}"' in inspected[page.feed]


def test_a_run_that_is_kept_in_part_says_so() -> None:
    """Over the limit, the end of the run tells how much of it is saved, and so does Stop; a whole run tells nothing."""

    def after_stop(page: Page) -> str:
        updates: dict[Any, Any] = run_in_this_thread(lambda: page.handlers.whole(page.kept))
        return str(updates[page.feed])

    whole, page = Page(Player(answered()).open), Page(Player(answered()).open, run_bytes=5_000)
    asked(whole)
    asked(page)
    log = page.runs.log(page.kept)
    assert log is not None
    saved = page.runs.text(page.kept)
    events, megabytes = saved.count("\n") - 1, f"{len(saved) / 1e6:.2g}"
    words = f"Cut off at {megabytes} MB: only the first {events} of {len(answered())} events are in it."

    assert log.full
    assert words in page.rows[-1]
    assert words in after_stop(page)
    assert not any("data-cut" in rows for rows in whole.rows)
    assert "data-cut" not in after_stop(whole)


def test_a_failed_run_is_kept() -> None:
    """What was said before the failure can be saved."""
    page = asked(Page(Player(answered()[:8], failure=InvalidRequest()).open))
    recording = page.runs.recording(page.kept)

    assert recording.events == tuple(answered()[:8])
    assert not recording.ended


def test_a_run_that_never_spoke_cannot_be_saved() -> None:
    """A refused request empties the inspector of the run before, and offers nothing to save."""

    def refuse(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        raise InvalidRequest

    page = asked(Page(refuse))

    assert page.shown_rows() == {}
    assert page.kept == ""
    assert len(page.runs) == 0


def test_an_unknown_run_changes_nothing() -> None:
    """Whoever asks for the events of a run that is not kept gets no new list and no error."""
    page = Page(Player([]).open)

    assert run_in_this_thread(lambda: page.handlers.whole("gone")) == gr.skip()


def test_the_inspector_ends_with_every_event() -> None:
    """Its rows, put together from the feed, are those of the whole run; they come twice a second and no oftener."""
    page = asked(Page(simulator().open), *REFINED)
    inspector = Inspector(page.kept)
    inspector.add(page.runs.recording(page.kept).events)

    assert [row.summary for row in inspector.rows] != []
    assert list(page.shown_rows()) == [row.index for row in inspector.rows]
    assert len(page.rows) <= 2 * page.updates_s[-1] + 4


def test_a_long_answer_costs_the_inspector_little() -> None:
    """3,000 tokens: the feed is a small part of what the page is sent, and every row goes out once or twice."""
    page = Page(Player(tokens(3000, every_ms=5)).open)
    sent = {"feed": 0, "tail": 0}

    def count(update: dict[Any, Any]) -> None:
        sent["feed"] += len(update.get(page.feed, ""))
        sent["tail"] += len(update.get(page.outputs["tail"], ""))
        Page.take(page, update)

    page.take = count  # type: ignore[method-assign]
    asked(page)

    assert len(page.shown_rows()) == 3000 // 200
    assert sent["feed"] < 0.1 * sent["tail"]


# A linked set-up -----------------------------------------------------------------------------------------------------

LINKS = (
    "?scenario=refined&profile=good_day&seed=7&speed=2",
    "?scenario=reranker_down&profile=bad_day&seed=11&speed=5&strategy=stream_last",
    "?q=How+long+is+an+FHA+appraisal+valid%3F&profile=thirty_seconds&seed=3&speed=10&rerank.median_ms=900"
    "&faults=1&fault1.stage=groundedness&fault1.kind=error",
)


@pytest.mark.parametrize("link", LINKS)
def test_a_linked_set_up_reproduces_the_event_log(link: str) -> None:
    """Asked by hand and opened from its link: the same log, byte for byte but for id and wall clock."""
    first, again = asked_by_link(link), asked_by_link(link)

    assert len(first) > 20
    assert first == again


def test_another_seed_is_another_log() -> None:
    """What the comparison above would miss, it does not."""
    assert asked_by_link(LINKS[0]) != asked_by_link(LINKS[0].replace("seed=7", "seed=8"))


def test_a_recording_tells_what_was_turned() -> None:
    """Knobs and faults have no place in a request: the header of the saved run has them as the page sent them."""
    turned = asked_by_link(LINKS[2])[0]["setup"]["turned"]

    assert turned["rerank.median_ms"] == "900"
    assert turned["fault1.stage"] == "groundedness"
    assert asked_by_link(LINKS[0])[0]["setup"] == {}


def asked_by_link(link: str) -> list[dict[str, Any]]:
    """What a page says that was opened with this query: through the same code, in virtual time."""
    options = screen_options(Options(), Settings(), simulated=True)
    linked = SetupHandlers(options, knobs=True, question_chars=2000).linked(link)
    question, speed, strategy, seed, scenario, domain, profile, own = linked[:8]
    read = read_link(link, options, question_chars=2000)
    assert read is not None and not read.complaints
    page = Page(simulator().open, simulator().open_with)
    asked(page, question, scenario, domain, profile, speed, strategy, seed, own, read.turned)
    header, *events = (json.loads(line) for line in page.runs.lines(page.kept))
    del header["started_at"]
    return [header, *({k: v for k, v in event.items() if k not in {"request_id", "timestamp"}} for event in events)]
