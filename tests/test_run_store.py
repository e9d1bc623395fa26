"""Kept runs: what was on the wire can be downloaded, opened again and read frame by frame; nothing grows for ever."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from lab.record import as_told
from rag.events import to_sse
from rag.recording import read, write
from rag.recording_format import Recording, RecordingError, known
from tests.harness import play, request
from ui.run_store import MAX_FRAMES, RunStore, add_download_route

STORY = "refined"
ASKED = as_told(request(scenario=STORY))


def kept(store: RunStore) -> str:
    log = store.begin(ASKED)
    log.add(play(scenario=STORY))
    return log.run_id


def client(store: RunStore) -> TestClient:
    app = FastAPI()
    add_download_route(app, store)
    return TestClient(app)


def test_what_is_downloaded_is_the_recording_of_the_run() -> None:
    """Taken in any portions, the text is exactly what `write` makes of the whole run, and it can be opened again."""
    store, events = RunStore(), play(scenario=STORY)
    log = store.begin(ASKED)
    for start in range(0, len(events), 7):
        log.add(events[start : start + 7])
    answer = client(store).get(f"/runs/{log.run_id}.jsonl")

    assert answer.text == write(Recording.of(ASKED, events))
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert store.recording(log.run_id) == Recording.of(ASKED, events)


def test_a_run_can_be_taken_while_it_lasts() -> None:
    """What has been said so far is a recording already, and grows with the run."""
    store, events = RunStore(), play(scenario=STORY)
    log = store.begin(ASKED)

    assert store.text(log.run_id) == ""
    log.add(events[:20])
    assert not store.recording(log.run_id).ended
    log.add(events[20:])
    assert store.recording(log.run_id).ended


def test_frames_are_those_of_the_wire() -> None:
    """Frames by `seq`, byte for byte as `to_sse` writes them; never more than the limit in one answer."""
    store, events = RunStore(), play(scenario=STORY)
    run_id = kept(store)

    assert client(store).get(f"/runs/{run_id}/frames?first=3&last=5").text == "".join(map(to_sse, events[3:6]))
    assert store.frames(run_id, 0, 10**9).count("data: ") == min(len(events), MAX_FRAMES)


def test_an_unknown_run_is_not_there() -> None:
    """404 for both routes, and a message for the replay."""
    store = RunStore()

    assert client(store).get("/runs/nobody.jsonl").status_code == 404
    assert client(store).get("/runs/nobody/frames?first=0").status_code == 404
    with pytest.raises(RecordingError, match="not kept here any more"):
        store.recording("nobody")


def test_the_store_is_bounded_by_number_and_by_size() -> None:
    """The oldest run goes when there are too many, or when all together are too long."""
    store = RunStore(kept=3)
    ids = [kept(store) for _ in range(5)]

    assert [bool(store.text(run_id)) for run_id in ids] == [False, False, True, True, True]
    assert len(set(ids)) == 5

    tight = RunStore(total_bytes=int(2.5 * len(store.text(ids[-1]))))
    ids = [kept(tight) for _ in range(4)]
    tight.begin(ASKED)

    assert sum(bool(tight.text(run_id)) for run_id in ids) == 2


def test_a_long_run_is_cut_without_a_hole() -> None:
    """Past the limit nothing more is written down, so the text stays a recording from its beginning."""
    store, events = RunStore(run_bytes=20_000), play(scenario=STORY)
    log = store.begin(ASKED)
    log.add(events)
    recording = store.recording(log.run_id)

    assert log.full
    assert (log.kept, log.said) == (len(recording.events), len(events))
    assert len(store.text(log.run_id)) <= 20_000
    assert 0 < len(recording.events) < len(events)
    assert recording.events == tuple(events[: len(recording.events)])


def test_a_run_that_is_kept_whole_counts_all_its_events(tmp_path: Path) -> None:
    """What it said is what is kept, before its first event too; a file has no such count, and neither has nobody's."""
    store, events = RunStore(), play(scenario=STORY)
    log = store.begin(ASKED)

    assert store.log(log.run_id) is log
    assert (log.kept, log.said) == (0, 0)
    log.add(events)
    assert (log.kept, log.said, log.full) == (len(events), len(events), False)

    path = tmp_path / "mine.jsonl"
    path.write_text(store.text(log.run_id))
    assert store.log(store.open_file(path)) is None
    assert store.log("nobody") is None


def test_a_file_with_blank_lines_keeps_its_frames(tmp_path: Path) -> None:
    """A mark at the start and blank lines between do not shift the frames of an opened file."""
    events = play(scenario=STORY)
    path = tmp_path / "mine.jsonl"
    text = write(Recording.of(ASKED, events)).replace("\n", "\n\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    store = RunStore()
    run_id = store.open_file(path)

    assert store.frames(run_id, 2, 2) == to_sse(events[2])
    assert known(store.recording(run_id).events) == events


def test_a_pinned_recording_stays_on_disk(tmp_path: Path) -> None:
    """It is served under its name, and no name leads out of the given files."""
    path = tmp_path / "mine.jsonl"
    path.write_text(write(Recording.of(ASKED, play(scenario=STORY))))
    store = RunStore({"mine": path})

    assert read(store.text("mine")) == read(path)
    assert 'filename="mine.jsonl"' in client(store).get("/runs/mine.jsonl").headers["content-disposition"]
    assert store.text("../mine") == ""
    assert len(store) == 0
