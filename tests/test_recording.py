"""Recordings: what is written is read again; a stranger's file is made harmless, or refused with the line at fault."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.record import SAMPLE_RECORDINGS, as_told, record_samples, sample_request
from lab.runs import simulate
from mocks.scenarios import SCENARIOS
from mocks.virtual_time import run_virtual
from rag.events import FinalAnswerEvent, RefinementEvent, StreamEvent, Token, envelope, parse_event, to_json
from rag.grammar import verify_stream
from rag.recording import keep, read, save, write
from rag.recording_format import (
    APP_VERSION,
    MAX_BYTES,
    MAX_EVENTS,
    MAX_GAP_MS,
    MAX_RUN_MS,
    RecordedEvent,
    Recording,
    RecordingError,
    UnknownEvent,
    known,
    to_line,
)
from rag.recording_reader import Reader
from tests.harness import HEARTBEAT_MS, STARTED_AT, assert_nothing_left, play, request, simulator

ROOT = Path(__file__).resolve().parent.parent
STORY = "nothing_found"
"""A short run with everything a recording needs: statuses, passages, an end and its metric."""

Lines = list[Any]
Spoil = Callable[[Lines], object]


@cache
def recorded(scenario: str = STORY) -> Recording:
    return Recording.of(as_told(request(scenario=scenario)), play(scenario=scenario))


def lines_of(recording: Recording) -> Lines:
    return [json.loads(line) for line in write(recording).splitlines()]


def text_of(lines: Lines) -> str:
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)


def spoiled(spoil: Spoil) -> str:
    lines = lines_of(recorded())
    spoil(lines)
    return text_of(lines)


def at(line: int, **fields: object) -> Spoil:
    return lambda lines: lines[line - 1].update(fields)


def unknown(seq: int, payload: object, elapsed_ms: int = 0) -> UnknownEvent:
    values = {"event_type": "cost_update", "request_id": "test", "timestamp": STARTED_AT, "seq": seq}
    return UnknownEvent.model_validate(values | {"elapsed_ms": elapsed_ms, "payload": payload})


def refusal(source: str | bytes | Path) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        read(source)
    return caught.value


# What is written is read again.


@pytest.mark.parametrize("scenario", list(SCENARIOS))
def test_a_run_survives_its_file(scenario: str) -> None:
    """Every scenario's recording is the same after writing and reading, and again byte for byte."""
    recording = recorded(scenario)
    text = write(recording)

    assert read(text) == recording
    assert read(text.encode()) == recording
    assert write(read(text)) == text
    assert read(text).bounded_lines == ()
    assert read(text).ended


def test_the_lines_are_the_events_of_the_wire() -> None:
    """After the header comes exactly what `rag.events` writes, one event a line, in ASCII."""
    recording = recorded()
    header, *lines = write(recording).splitlines()

    assert lines == [to_json(event) for event in known(recording.events)]
    assert json.loads(header) == {
        "format": "progressive-rag-recording",
        "version": 1,
        "app_version": APP_VERSION,
        "question": SCENARIOS[STORY].question,
        "domain": None,
        "strategy": "progressive",
        "scenario": STORY,
        "profile": "good_day",
        "seed": 7,
        "speed": 1.0,
        "setup": {},
        "started_at": "2026-01-01T00:00:00Z",
    }


def test_the_version_is_the_projects() -> None:
    """The header names the version that the project has."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"] == APP_VERSION


@pytest.mark.parametrize("knobs", [{"scenario": "refined"}, {"question": "How long is an FHA appraisal valid?"}])
def test_the_header_is_enough_to_run_it_again(knobs: dict[str, Any]) -> None:
    """Question, domain, strategy, scenario, profile, seed and speed of the header give the same log."""
    asked = request(**knobs)
    header = Recording.of(as_told(asked), simulate(simulator(), asked)).header
    again = request(**header.model_dump(include={"question", "domain", "strategy", "scenario", "profile", "seed"}))

    assert header.question
    assert header.profile
    assert header.seed is not None
    assert simulate(simulator(), again) == simulate(simulator(), asked)


@pytest.mark.parametrize(
    "knobs",
    [
        {"scenario": "held_until_checked"},
        {"scenario": "held_until_checked", "question": "How much of a down payment can be a gift?"},
        {"scenario": "refined", "profile": "bad_day", "seed": 3, "speed": 4},
        {"question": "How long is an FHA appraisal valid?", "seed": 0},
    ],
)
def test_what_is_told_asks_for_the_same_run(knobs: dict[str, Any]) -> None:
    """Spelling out what a scenario and the defaults say changes nothing."""
    asked = request(**knobs)

    assert simulate(simulator(), as_told(asked)) == simulate(simulator(), asked)
    assert as_told(as_told(asked)) == as_told(asked)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """A run of tokens and unknown events with any text and any plausible times."""
    elapsed_ms, events = 0, list[RecordedEvent]()
    for seq in range(draw(st.integers(1, 12))):
        elapsed_ms += draw(st.integers(0, MAX_RUN_MS // 12).map(lambda gap_ms: min(gap_ms, MAX_GAP_MS)))
        if draw(st.booleans()):
            token = Token(token=draw(st.text(min_size=1)), grounded=draw(st.booleans()))
            common = {"request_id": "test", "started_at": STARTED_AT}
            events.append(envelope(token, seq=seq, elapsed_ms=elapsed_ms, **common))  # type: ignore[arg-type]
        else:
            events.append(unknown(seq, draw(JSON_VALUES), elapsed_ms))
    asked = request(draw(st.text()), seed=draw(st.none() | st.integers(0, 2**31)))
    return Recording.of(asked, events, setup=draw(st.dictionaries(st.text(), JSON_VALUES, max_size=2)))


@given(recordings())
@settings(max_examples=150)
def test_whatever_can_be_recorded_can_be_read(recording: Recording) -> None:
    """Any text, any payload of any type: the round trip loses nothing and corrects nothing."""
    text = write(recording)

    assert text.isascii()
    assert read(text) == recording
    assert write(read(text)) == text


def test_nothing_is_written_that_could_not_be_read() -> None:
    """A run that goes over a limit is refused when it is saved, not when somebody wants to see it."""
    long = Recording.of(request(STORY), [unknown(0, "x" * MAX_BYTES)])

    with pytest.raises(RecordingError, match="line 2: goes over the limit of 2 MB"):
        write(long)
    with pytest.raises(RecordingError, match="nothing to record"):
        Recording.of(request(STORY), [])


# What a stranger's file may hold.


def test_a_stopped_run_is_a_recording() -> None:
    """Without an end it is read as it is, and says that it has not ended."""
    lines = lines_of(recorded())[:-2]
    recording = read(text_of(lines))

    assert not recording.ended
    assert len(recording.events) == len(lines) - 1


def test_an_unknown_event_is_kept() -> None:
    """An event of another type, a newer one for all we know, stays in its place and is written again as it was."""
    lines = lines_of(recorded())
    line = to_line(unknown(3, {"dollars": 0.25, "html": "<img src=x onerror=alert(1)>"}, lines[3]["elapsed_ms"]))
    lines = [*lines[:4], line, *({**after, "seq": after["seq"] + 1} for after in lines[4:])]
    recording = read(text_of(lines))

    assert isinstance(recording.events[3], UnknownEvent)
    assert recording.events[3].event_type == "cost_update"
    assert len(known(recording.events)) == len(recording.events) - 1
    assert write(recording).splitlines()[4] == line


def test_html_is_text() -> None:
    """Markup in a payload is neither refused nor changed: whoever shows it escapes it."""
    hostile = "<script>alert(1)</script>"
    recording = read(spoiled(lambda lines: lines[1]["payload"].update(message=hostile)))

    assert recording.events[0].payload.message == hostile  # type: ignore[union-attr]


def test_fields_of_a_newer_writer_are_passed_over() -> None:
    """A field more, in the header, the envelope or a payload, is no reason to refuse."""
    text = spoiled(lambda lines: [place.update(news=1) for place in (lines[0], lines[1], lines[1]["payload"])])

    assert read(text) == recorded()


def test_line_ends_and_blank_lines_do_not_matter() -> None:
    """A byte order mark, CRLF, blank lines and a missing last line feed come from editors, not from attackers."""
    text = write(recorded())

    assert read("\ufeff" + text.replace("\n", "\r\n\r\n").rstrip()) == recorded()


def test_only_a_line_feed_ends_a_line() -> None:
    """U+2028 and U+0085 may stand unescaped in JSON, so they do not part lines."""
    lines = lines_of(recorded())
    lines[1]["payload"]["message"] = "a\u2028b\u0085c"
    raw = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)

    assert read(raw).events[0].payload.message == "a\u2028b\u0085c"  # type: ignore[union-attr]


def test_a_time_that_falls_lets_no_time_pass() -> None:
    """The event plays with the one before it, the next one at its own time, and the line is named."""
    events = [unknown(seq, None, elapsed_ms) for seq, elapsed_ms in enumerate((0, 100, 200, 150, 0, 300))]
    falling = "".join(to_line(event) + "\n" for event in events)
    recording = read(write(recorded()).split("\n")[0] + "\n" + falling)

    assert [event.elapsed_ms for event in recording.events] == [0, 100, 200, 200, 200, 300]
    assert recording.bounded_lines == (5, 6)
    assert read(write(recording)) == recording


def test_ten_hours_of_silence_last_a_minute() -> None:
    """A gap is cut, what follows keeps its distances, and the line is named."""

    def sleep(lines: Lines) -> None:
        for line in lines[5:]:
            line["elapsed_ms"] += 36_000_000

    recording, honest = read(spoiled(sleep)), recorded()
    times, before = [event.elapsed_ms for event in recording.events], [event.elapsed_ms for event in honest.events]

    assert times[:4] == before[:4]
    assert times[4] == before[3] + MAX_GAP_MS
    assert [time - times[4] for time in times[4:]] == [time - before[4] for time in before[4:]]
    assert recording.bounded_lines == (6,)
    assert read(write(recording)) == recording


@given(st.lists(st.integers(0, 2 * MAX_RUN_MS) | st.integers(0, 10**15), min_size=1, max_size=30))
@settings(max_examples=200)
def test_times_are_bounded_whatever_the_file_says(times_ms: list[int]) -> None:
    """What is read never runs backwards, pauses over a minute or lasts over ten; a longer file is refused by line."""
    honest = lines_of(Recording.of(request(STORY), [unknown(0, None)]))
    lines = [honest[0], *({**honest[1], "seq": seq, "elapsed_ms": time} for seq, time in enumerate(times_ms))]
    try:
        played = [0, *(event.elapsed_ms for event in read(text_of(lines)).events)]
    except RecordingError as error:
        assert error.line is not None
        assert sum(min(after, MAX_GAP_MS) for after in times_ms) > MAX_RUN_MS
    else:
        gaps = [after - before for before, after in zip(played, played[1:], strict=False)]

        assert all(0 <= gap_ms <= MAX_GAP_MS for gap_ms in gaps)
        assert played[-1] <= MAX_RUN_MS


# What is refused.


def doubled_end(lines: Lines) -> None:
    lines.append({**lines[-2], "seq": len(lines) - 1})


def after_the_end(lines: Lines) -> None:
    lines.append({**lines[1], "seq": len(lines) - 1, "elapsed_ms": lines[-1]["elapsed_ms"]})


def before_the_metric(lines: Lines) -> None:
    metric = lines.pop()
    after_the_end(lines)
    lines.append(metric)


def second_metric(lines: Lines) -> None:
    lines.append({**lines[-1], "seq": len(lines) - 1})


def too_long(lines: Lines) -> None:
    for index, line in enumerate(lines[1:], start=1):
        line["elapsed_ms"] = index * 59_000


def last(offset: int = 0) -> int:
    return len(lines_of(recorded())) + offset


@pytest.mark.parametrize(
    ("spoil", "line", "says"),
    [
        (list.clear, 1, "is not the header"),
        (at(1, format="har"), 1, "is not the header"),
        (lambda lines: lines.pop(0), 1, "is not the header"),
        (lambda lines: lines.insert(0, "[" * 100_000 + "]" * 100_000), 1, "is not the header"),
        (at(1, version=2), 1, "reads version 1"),
        (at(1, speed=0), 1, "speed: "),
        (at(1, speed=float("nan")), 1, "speed: "),
        (at(1, strategy="wishful"), 1, "strategy: "),
        (at(1, question=None), 1, "question: "),
        (at(1, setup={"budgets": [float("inf")]}), 1, "setup: a number in it is out of range"),
        (lambda lines: lines.__delitem__(slice(1, None)), 2, "no event after the header"),
        (lambda lines: lines.insert(3, "hello"), 4, "Invalid JSON"),
        (lambda lines: lines.insert(3, '{"event_type": "token", "seq": 2'), 4, "Invalid JSON"),
        (lambda lines: lines.insert(3, "[" * 100_000 + "]" * 100_000), 4, "recursion limit exceeded in column"),
        (lambda lines: lines.insert(3, '{"a":' * 5_000 + "1" + "}" * 5_000), 4, "recursion limit exceeded in column"),
        (lambda lines: lines.__setitem__(slice(1, None), ["[]"] * 600_000), 2, "object"),
        (lambda lines: lines.insert(3, "[]"), 4, "object"),
        (at(4, event_type="token"), 4, "token.payload.token: Field required"),
        (at(4, payload=None), 4, "payload: "),
        (at(4, event_type=""), 4, "event_type: "),
        (at(4, event_type="x" * 101), 4, "event_type: "),
        (at(4, elapsed_ms=-1), 4, "elapsed_ms: "),
        (at(4, elapsed_ms=float("nan")), 4, "elapsed_ms: "),
        (at(4, elapsed_ms=float("inf")), 4, "elapsed_ms: "),
        (at(4, elapsed_ms="12"), 4, "elapsed_ms: "),
        (at(4, elapsed_ms=1.5), 4, "elapsed_ms: "),
        (at(4, timestamp=-5), 4, "timestamp: "),
        (at(4, timestamp=float("nan")), 4, "timestamp: "),
        (at(4, timestamp="2026-01-01T00:00:00"), 4, "timestamp: "),
        (at(4, seq=7), 4, "seq: is not 2"),
        (lambda lines: lines.pop(3), 4, "seq: is not 2"),
        (lambda lines: lines.insert(3, lines[2]), 4, "seq: is not 2"),
        (at(4, request_id="another"), 4, "request_id: "),
        (at(4, event_type="cost_update", payload={"a": [{"b": 10**400}]}), 4, "out of range"),
        (at(4, event_type="cost_update", payload=float("nan")), 4, "out of range"),
        (at(4, payload={"duration_ms": 10**30}), 4, "out of range"),
        (doubled_end, last(+1), "comes after the end"),
        (after_the_end, last(+1), "comes after the end"),
        (before_the_metric, last(), "comes after the end"),
        (second_metric, last(+1), "comes after the end"),
        (too_long, 12, "limit of 10 minutes"),
    ],
)
def test_the_first_line_at_fault_is_named(spoil: Spoil, line: int, says: str) -> None:
    """Every malformed or foreign file is refused, with the line and what is wrong with it."""
    error = refusal(spoiled(spoil))

    assert error.line == line
    assert str(error).startswith(f"line {line}: ")
    assert says in str(error)
    assert len(str(error)) < 200  # nothing of the file is repeated
    assert error.code == "recording_invalid"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"\n \n", 1),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 1),
        (bytes(MAX_BYTES * 2), 1),
        ('{"format": "progressive-rag-recording"'.encode("utf-16"), 1),
        (write(recorded()).encode().replace(b"Understanding", b"\xff\xfe", 1), 2),
        (write(recorded()).encode().replace(b"Understanding", b"\\ud800", 1), 2),
        (write(recorded()).replace("Understanding", "\ud800", 1), 2),
        (b"data: " + write(recorded()).encode(), 1),
    ],
)
def test_what_is_not_text_is_refused(data: str | bytes, line: int) -> None:
    """Nothing, an image, zeros, another encoding, stray surrogates, a stream of frames."""
    assert refusal(data).line == line


def test_the_size_is_limited(tmp_path: Path) -> None:
    """Up to 2,000,000 bytes are read; one more is refused at the line that goes over, from a file too."""
    padding = MAX_BYTES - len(write(Recording.of(request(STORY), [unknown(0, "")])))
    fits = write(Recording.of(request(STORY), [unknown(0, "x" * padding)]))

    assert len(fits) == MAX_BYTES
    assert read(fits)
    assert refusal(fits.replace("xx", "xxx", 1)).line == 2
    assert refusal(fits + "\n").line == 3

    (tmp_path / "fits.jsonl").write_text("\ufeff" + fits, encoding="utf-8")
    (tmp_path / "over.jsonl").write_text("\ufeff" + fits + " ", encoding="utf-8")

    assert read(tmp_path / "fits.jsonl") == read(fits)
    assert refusal(tmp_path / "over.jsonl").line == 3


def test_the_number_of_events_is_limited() -> None:
    """Whatever their size."""
    reader = Reader()
    reader.feed(1, write(recorded()).split("\n")[0].encode())
    for seq in range(MAX_EVENTS):
        reader.feed(seq + 2, unknown(seq, None).model_dump_json().encode())

    with pytest.raises(ValueError, match="limit of 20,000 events"):
        reader.feed(MAX_EVENTS + 2, unknown(MAX_EVENTS, None).model_dump_json().encode())


@given(data=st.data())
@settings(max_examples=300)
def test_no_file_is_a_surprise(data: st.DataObject) -> None:
    """A recording with any bytes cut out, put in or doubled is read within bounds, or refused by line."""
    honest = write(recorded("human_review")).encode()
    start = data.draw(st.integers(0, len(honest)))
    end = data.draw(st.integers(start, min(start + 400, len(honest))))
    middle = data.draw(st.binary(max_size=20) | st.just(honest[start:end] * 2) | st.just(b"1e999") | st.just(b"\n"))
    try:
        recording = read(honest[:start] + middle + honest[end:])
    except RecordingError as error:
        assert error.line is not None
    else:
        assert 1 <= len(recording.events) <= MAX_EVENTS
        assert recording.duration_ms <= MAX_RUN_MS
        assert read(write(recording)) == recording


# Files.


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    """The path of a file will do in place of its text."""
    save(recorded(), tmp_path / "run.jsonl")

    assert read(tmp_path / "run.jsonl") == recorded()


def test_a_file_that_cannot_be_used_is_said_calmly(tmp_path: Path) -> None:
    """A missing file, a folder, a missing folder: one sentence without a path in it."""
    for path in (tmp_path / "missing.jsonl", tmp_path):
        assert "cannot be read" in str(refusal(path))
    with pytest.raises(RecordingError, match=r"cannot be written; check the folder and its permissions\.$"):
        save(recorded(), tmp_path / "missing" / "run.jsonl")


def test_a_run_is_kept_as_it_is_read(tmp_path: Path) -> None:
    """`keep` passes every event on and leaves the whole run in the file."""
    path = tmp_path / "run.jsonl"
    asked = as_told(request(scenario=STORY))

    async def main() -> list[StreamEvent]:
        async with aclosing(keep(simulator().open(asked), asked, path)) as events:
            return [event async for event in events]

    assert run_virtual(main) == play(scenario=STORY)
    assert read(path) == recorded()


def test_a_run_that_is_left_is_kept_so_far(tmp_path: Path) -> None:
    """A reader who stops gets a recording of what was read, and the run is ended."""
    path = tmp_path / "run.jsonl"
    asked = as_told(request(scenario="happy_path"))

    async def main() -> None:
        async with aclosing(keep(simulator().open(asked), asked, path)) as events:
            for _ in range(20):
                await anext(events)
        assert_nothing_left()

    run_virtual(main)

    assert list(read(path).events) == play(scenario="happy_path")[:20]
    assert not read(path).ended


def test_a_file_that_cannot_be_written_is_found_out_first(tmp_path: Path) -> None:
    """Nobody waits for a run to learn that it could not be kept."""
    started = []

    async def run() -> AsyncGenerator[StreamEvent]:
        started.append(True)
        return
        yield

    async def main() -> None:
        async with aclosing(keep(run(), request(STORY), tmp_path / "missing" / "run.jsonl")) as events:
            await anext(events)

    with pytest.raises(RecordingError, match="cannot be written"):
        run_virtual(main)
    assert started == []


def test_the_terminal_keeps_a_run_and_replays_it(tmp_path: Path) -> None:
    """`ask --record`, then `replay --jsonl`: the same raw events, the same exit code."""
    file = str(tmp_path / "run.jsonl")
    asked = ("ask", "--scenario", STORY, "--profile", "instant", "--seed", "5", "--jsonl", "--record", file)
    first, second = run_app(*asked), run_app("replay", file, "--speed", "1000", "--jsonl")
    header = read(tmp_path / "run.jsonl").header

    assert first.returncode == second.returncode == 3, first.stderr + second.stderr
    assert first.stdout == second.stdout
    assert verify_stream(parse_event(line) for line in first.stdout.splitlines()) == []
    assert (header.question, header.profile, header.seed) == (SCENARIOS[STORY].question, "instant", 5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("replay", "README.md"), "line 1: is not the header of a recording"),
        (("replay", "missing.jsonl"), "cannot be read"),
        (("ask", "x", "--profile", "instant", "--record", "missing/run.jsonl"), "cannot be written"),
    ],
)
def test_the_terminal_says_in_one_line_what_is_wrong(arguments: tuple[str, ...], says: str) -> None:
    """Exit code 1, nothing printed, one clear sentence, no traceback."""
    done = run_app(*arguments)

    assert done.returncode == 1
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_run_that_is_stopped_by_hand_is_kept(tmp_path: Path) -> None:
    """Ctrl-C ends the run and leaves what was said until then."""
    file = tmp_path / "run.jsonl"
    arguments = [sys.executable, "app.py", "ask", "--scenario", "article", "--jsonl", "--record", str(file)]
    listens = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs are deaf to Ctrl-C
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(arguments, cwd=ROOT, text=True, preexec_fn=listens, **pipes) as running:
        assert running.stdout is not None
        said = [running.stdout.readline() for _ in range(3)]
        running.send_signal(signal.SIGINT)
        rest, complaint = running.communicate(timeout=60)

    assert running.returncode == 1
    assert complaint == ""
    assert [to_line(event) + "\n" for event in read(file).events] == [*said, *rest.splitlines(keepends=True)]
    assert not read(file).ended


def run_app(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# The bundled recordings.


def test_there_is_a_recording_of_every_scenario() -> None:
    """The folder holds one file per story, and nothing else."""
    assert {path.name for path in SAMPLE_RECORDINGS.iterdir()} == {f"{name}.jsonl" for name in SCENARIOS}


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_the_bundled_recordings_are_fresh(name: str) -> None:
    """Each keeps the protocol and ends as its scenario does today; if not, run `python -m lab.record`."""
    bundled = read(SAMPLE_RECORDINGS / f"{name}.jsonl")
    today = simulate(simulator(), sample_request(name))

    assert bundled.header == Recording.of(sample_request(name), today).header
    assert bundled.bounded_lines == ()
    assert verify_stream(known(bundled.events), max_silence_ms=HEARTBEAT_MS) == []
    assert ending(known(bundled.events)) == ending(today)


def ending(events: list[StreamEvent]) -> tuple[object, ...]:
    """How a story ends: the outcome, what it had to do without, and what became of the draft."""
    final = next(event.payload for event in events if isinstance(event, FinalAnswerEvent))
    patches = tuple(event.payload.kind for event in events if isinstance(event, RefinementEvent))
    return final.outcome, final.complete, final.degraded, final.safe_fallback, patches


def test_recording_the_samples_twice_gives_the_same_files(tmp_path: Path) -> None:
    """One command, byte for byte, so that a change in them is a change in the system."""
    first = {path.name: path.read_bytes() for path in record_samples(tmp_path)}
    second = {path.name: path.read_bytes() for path in record_samples(tmp_path)}

    assert first == second
    assert len(first) == len(SCENARIOS)


def test_the_start_is_that_of_the_run() -> None:
    """The header's start is the time of the request, also where the first event came later."""
    event = play(scenario=STORY)[0]
    late = event.model_copy(update={"elapsed_ms": 40, "timestamp": event.timestamp + timedelta(milliseconds=40)})

    assert Recording.of(request(STORY), [late]).header.started_at == STARTED_AT
