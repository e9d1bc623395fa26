"""The Recordings tab without a browser: any cursor shows what was seen, files are refused gently, runs count once."""

from __future__ import annotations

import asyncio
import json
import re
from functools import reduce
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from lab.record import SAMPLE_RECORDINGS
from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.recording import read
from rag.recording_format import RecordingError, known
from rag.recording_player import Player
from rag.service_report import Ledger
from ui.recording_panels import notes
from ui.replaying import Command, PanelName, Panels, RecordingHandlers, cursor
from ui.run_store import RunStore
from ui.scoped import own_clock, scoped_boards
from ui.tabs.recordings import bundled
from ui.view import View, apply

STORY = "withdrawn_by_safety"
OTHERS: tuple[PanelName, ...] = ("notice", "about", "controls", "now", "feed")


class Tab:
    def __init__(self) -> None:
        self.runs, self.ledger = RunStore(bundled()), Ledger()
        boards = scoped_boards("rec")
        panels = Panels(
            {name: gr.HTML(render=False) for name in boards}, {name: gr.HTML(render=False) for name in OTHERS}
        )
        self.names: dict[Any, str] = {panel: name for name, panel in [*panels.boards.items(), *panels.others.items()]}
        self.handlers = RecordingHandlers(self.runs, self.ledger, boards, panels, {STORY: "A story"})

    def named(self, updates: Any) -> dict[str, str]:
        return {self.names[panel]: html for panel, html in updates.items() if panel in self.names}

    def play(self, **command: object) -> list[dict[str, str]]:
        async def run() -> list[dict[str, str]]:
            return [self.named(frame) async for frame in self.handlers.play(text(**command))]

        # The store parses in a thread, which virtual time refuses: have it parsed before.
        self.runs.recording(STORY)
        return run_virtual(run)


def text(**command: object) -> str:
    return json.dumps({"source": STORY, "position_ms": 0, "speed": 1, "turn": 1} | command)


def wanted(**command: object) -> Command:
    return Command.model_validate_json(text(**command))


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(function: Any, *arguments: Any) -> Any:
        return function(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


def test_every_scenario_has_its_recording() -> None:
    """What one can choose is one recording of every scenario, and each can be opened."""
    assert set(bundled()) == set(SCENARIOS)
    for path in bundled().values():
        assert read(path).ended


def test_a_choice_shows_the_run_at_its_beginning() -> None:
    """Header with question, versions, profile and seed; the transport; every event in the inspector."""
    tab, recording = Tab(), read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")
    painted = tab.named(asyncio.run(tab.handlers.choose(STORY)))
    header = recording.header

    assert set(painted) >= {"about", "controls", "now", "feed", "head", "answer", "tail", "evidence"}
    for told in (header.question, header.app_version, header.profile, f"<dd>{header.seed}</dd>", "A story"):
        assert str(told) in painted["about"]
    assert f'data-events="{len(recording.events)}"' in painted["controls"]
    assert f'data-last="{len(recording.events) - 1}"' in painted["feed"]


def test_a_replay_ends_on_the_final_screen() -> None:
    """Played to the end, the boards show what one fold over all events shows, and the transport has stopped."""
    tab = Tab()
    frames = tab.play(speed=5)
    last: dict[str, str] = {}
    for frame in frames:
        last |= frame
    recording = tab.runs.recording(STORY)
    header = recording.header
    view = reduce(apply, known(recording.events), View(question=header.question, speed=header.speed))

    for name, board in scoped_boards("rec").items():
        assert last[name] == board.paint(view, len(view.sentences)), name
    assert 'data-playing="no"' in last["now"]
    assert f'data-count="{len(recording.events)}"' in last["now"]


@pytest.mark.parametrize("speed", [0.5, 1, 50])
def test_a_replay_takes_its_time(speed: float) -> None:
    """A recording of so many seconds takes so many seconds over the speed; from the middle, half of it."""
    tab, lasted = Tab(), list[float]()
    recording = tab.runs.recording(STORY)
    for start_ms in (0, recording.duration_ms / 2):

        async def run(start_ms: float = start_ms) -> None:
            loop = asyncio.get_running_loop()
            begun_s = loop.time()
            async for _ in tab.handlers.play(text(speed=speed, position_ms=start_ms)):
                pass
            lasted.append(loop.time() - begun_s)

        run_virtual(run)
    whole_s = recording.duration_ms / 1000 / speed

    assert lasted[0] == pytest.approx(whole_s, abs=0.05)
    assert lasted[1] == pytest.approx(whole_s / 2, abs=0.05)


def test_playing_paints_only_what_changed() -> None:
    """Tokens repaint the tail; the big boards come a few times a second, not with every token."""
    frames = Tab().play()
    drafted = sum(1 for frame in frames if "tail" in frame)
    lasts_s = read(SAMPLE_RECORDINGS / f"{STORY}.jsonl").duration_ms / 1000

    assert drafted > 100
    for big in ("answer", "evidence", "lower"):
        assert 1 < sum(1 for frame in frames if big in frame) < drafted / 2, big
        assert sum(1 for frame in frames if big in frame) <= 4 * lasts_s + 5, big
    assert all("now" in frame for frame in frames)


def test_a_step_is_one_event() -> None:
    """On and back again from anywhere leads to where one was, also among events of the same millisecond."""
    recording = read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")
    player = Player(recording)
    for count in range(1, len(recording.events)):
        stood = player.step(count)
        command = {"position_ms": stood.position_ms, "count": stood.count}
        on = cursor(recording, wanted(**command, move=1))
        back = cursor(recording, wanted(position_ms=on.position_ms, count=on.count, move=-1))
        assert on.count == count + 1
        assert (back.count, back.position_ms) == (stood.count, stood.position_ms)


def test_a_count_that_contradicts_the_time_is_ignored() -> None:
    """The page is not trusted: the time decides, and both ends hold."""
    recording = read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")

    assert cursor(recording, wanted(position_ms=0, count=10_000)).position_ms == 0
    assert cursor(recording, wanted(position_ms=1e12)).at_end
    assert cursor(recording, wanted(position_ms=0, count=0, move=-1)).count == 0


def test_a_scrub_back_shows_only_what_had_been_seen() -> None:
    """At a moment before the withdrawal, the withdrawn draft stands there again; after it, nothing of it does."""
    tab = Tab()
    recording = tab.runs.recording(STORY)
    taken_ms = next(e.elapsed_ms for e in recording.events if e.event_type == "refinement_update")
    before = tab.named(asyncio.run(tab.handlers.show(text(position_ms=taken_ms - 1))))
    after = tab.named(asyncio.run(tab.handlers.show(text(position_ms=taken_ms))))

    assert "rec-claim-0" in before["answer"]
    assert "rec-claim-0" not in after["answer"]
    assert 'data-turn="1"' in after["now"]


@pytest.mark.parametrize(
    "said", ["", "[]", "{}", text(speed=0), text(position_ms=-1), text(source="../../etc/passwd"), text(turn=-1)]
)
def test_nonsense_changes_nothing(said: str) -> None:
    """A command that makes no sense, or a recording that is gone: the page stays as it is and nothing is raised."""
    tab = Tab()

    async def frames() -> list[object]:
        return [frame async for frame in tab.handlers.play(said)]

    assert tab.named(asyncio.run(tab.handlers.show(said))) == {}
    assert asyncio.run(frames()) == []


@pytest.mark.parametrize(
    ("content", "line"), [("not json\n", 1), ('{"format": "other"}\n', 1), ("", 1), (None, 4)], ids=str
)
def test_a_bad_file_is_refused_by_its_line(tmp_path: Path, content: str | None, line: int) -> None:
    """The message names the file and the line, only the notice is painted, and the file does not stay on disk."""
    tab, path = Tab(), tmp_path / "<b>mine.jsonl"
    good = (SAMPLE_RECORDINGS / f"{STORY}.jsonl").read_text().splitlines(keepends=True)
    path.write_text("".join([*good[:3], "{}\n"]) if content is None else content)
    painted = tab.named(asyncio.run(tab.handlers.open(str(path))))

    assert set(painted) == {"notice"}
    assert f"line {line}:" in painted["notice"]
    assert "&lt;b&gt;mine" in painted["notice"]
    assert not path.exists()


def test_a_good_file_is_opened(tmp_path: Path) -> None:
    """It is shown under its name, can be played by its id, and clears an earlier complaint."""
    tab, path = Tab(), tmp_path / "mine.jsonl"
    path.write_bytes((SAMPLE_RECORDINGS / f"{STORY}.jsonl").read_bytes())
    painted = tab.named(asyncio.run(tab.handlers.open(str(path))))
    source = re.findall(r'data-source="([^"]+)"', painted["controls"])[0]

    assert painted["notice"] == ""
    assert "mine.jsonl" in painted["about"]
    assert tab.runs.recording(source) == read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")


def test_a_recording_counts_once() -> None:
    """Played to the end it is a replayed run in the ledger; watching it again does not make it two."""
    tab = Tab()
    tab.play(speed=50)
    tab.play(speed=50)

    assert [(run.origin, run.outcome) for run in tab.ledger.runs] == [("replayed", "withheld")]


def test_what_is_wanting_is_said() -> None:
    """A run without an end, corrected times and unknown events are named; a bundled recording needs no note."""
    lines = (SAMPLE_RECORDINGS / f"{STORY}.jsonl").read_text().splitlines()[:4]
    late = json.loads(lines[3]) | {"elapsed_ms": 10_000_000}
    foreign = json.loads(lines[3]) | {"event_type": "cost_update", "seq": 3, "payload": {"cents": 1}}
    recording = read("\n".join([*lines[:3], json.dumps(late), json.dumps(foreign)]))
    said = " ".join(notes(recording))

    assert "stopped before its end" in said
    assert "line 4 and 5" in said
    assert "cost_update (1)" in said
    assert notes(read(SAMPLE_RECORDINGS / f"{STORY}.jsonl")) == []


def test_a_second_set_of_boards_has_its_own_names() -> None:
    """Ids and links carry the prefix, and nothing listens to the clock of a live run."""
    recording = read(SAMPLE_RECORDINGS / "refined.jsonl")
    for part in (40, 120, len(recording.events)):
        view = reduce(apply, known(recording.events[:part]), View(question="?"))
        html = "".join(board.paint(view, 0) for board in scoped_boards("rec").values())
        tags = " ".join(re.findall(r"<[^<>]*>", html))

        assert '="ask-' not in tags
        assert '="#ask-' not in tags
        assert not re.search(r" data-(clock|start|elapsed)\b", tags)
        for target in re.findall(r'data-(?:goto|open)="(rec-(?:source|claim)-\d+)"', html):
            assert f'id="{target}"' in html


def test_only_the_marks_of_tags_are_renamed() -> None:
    """Text that looks like an attribute stays as it was written."""
    html = '<p id="x" data-clock data-start="5" data-starts>say data-clock data-start="5"</p>'

    assert own_clock(html, "rec") == (
        '<p id="x" data-rec-clock data-rec-start="5" data-starts>say data-clock data-start="5"</p>'
    )


def test_the_store_says_when_a_file_is_gone() -> None:
    """Opened files are bounded: one that went says so when it is asked for."""
    with pytest.raises(RecordingError, match="open it again"):
        RunStore().recording("gone")
