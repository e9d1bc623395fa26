"""Recordings: one run as a JSON Lines file, a header and then its events, that can be opened again here or elsewhere.

    text = write(Recording.of(request, events))     # a header line, then every event as it was on the wire
    recording = read(text)                          # or of a file; `RecordingError` names the first line at fault
    async for event in replay(recording, speed=10)  # `rag.recording_player`, which can also pause, step and scrub

What may stand in a file, and what is refused, stands in `rag.recording_reader`. The times are those at which the run
spoke: what a proxy or a slow reader made of them is not in a recording. Knows no screen and no clock.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

from rag.errors import map_errors
from rag.events import FrameError, StreamEvent
from rag.recording_format import MAX_BYTES, Recording, RecordingError, to_line
from rag.recording_reader import Reader
from rag.values import RunRequest

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write(recording: Recording) -> str:
    """The text of the file. Raises `RecordingError` where `read` would: a file that nobody can open is not written."""
    header = recording.header.model_dump_json(ensure_ascii=True)
    text = "".join(line + "\n" for line in (header, *map(to_line, recording.events)))
    read(text)
    return text


def save(recording: Recording, path: Path) -> None:
    """Write the file. Raises `RecordingError`."""
    text = write(recording)
    with map_errors({OSError: _unwritable}):
        path.write_text(text, encoding="ascii", newline="\n")


async def keep(events: AsyncGenerator[StreamEvent], request: RunRequest, path: Path) -> AsyncGenerator[StreamEvent]:
    """Forward the events of a run, and save those that were taken when it ends or is left. Raises `RecordingError`.

    A file that cannot be written is found out before the run, not after it. Closes `events`.
    """
    taken: list[StreamEvent] = []
    try:
        _touch(path)
        async for event in events:
            taken.append(event)
            yield event
    finally:
        await events.aclose()
        if taken:
            save(Recording.of(request, taken), path)


def read(source: str | bytes | Path) -> Recording:
    """A recording from its text, or from a file. Raises `RecordingError` that names the first line at fault.

    Events have bounded times: where one falls or jumps, its `elapsed_ms` is moved, `bounded_lines` says so, and
    `timestamp` stays as it was written. The largest file takes some tenths of a second of CPU time.
    """
    reader, number = Reader(), 0
    for number, line in _lines(_bytes_of(source)):
        with map_errors({FrameError: partial(_at, number)}):
            reader.feed(number, line)
    with map_errors({FrameError: partial(_at, number + 1)}):
        return reader.finish()


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1; blank ones are passed over. Only a line feed ends one, unlike `splitlines`."""
    size = 0
    for number, line in enumerate(BytesIO(data.removeprefix(BYTE_ORDER_MARK)), start=1):
        size += len(line)
        if size > MAX_BYTES:
            raise RecordingError(f"goes over the limit of {MAX_BYTES // 1_000_000} MB.", line=number)
        if line.strip():
            yield number, line


def _bytes_of(source: str | bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, str):
        return source.encode("utf-8", "surrogatepass")  # the line with the stray surrogate is then at fault
    with map_errors({OSError: _unreadable}), source.open("rb") as file:
        return file.read(MAX_BYTES + 1 + len(BYTE_ORDER_MARK))  # one more than allowed is enough to know


def _touch(path: Path) -> None:
    with map_errors({OSError: _unwritable}):
        path.open("ab").close()


def _at(number: int, fault: Exception) -> RecordingError:
    return RecordingError(f"{fault}.", line=number)


def _unwritable(error: Exception) -> RecordingError:
    return RecordingError("The recording cannot be written; check the folder and its permissions.")


def _unreadable(error: Exception) -> RecordingError:
    return RecordingError("The file cannot be read; check its name and its permissions.")
