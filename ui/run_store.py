"""Runs one can download, replay and inspect: JSON Lines texts under ids that nobody can guess, in memory and bounded.

The page holds no state, so what a person may want of a run after it ended is kept here: its events as they were on
the wire. A live run writes into a `RunLog` from its first event on; an opened file is `put`; recordings that come
with the program are pinned under their names and stay on disk. Knows no Gradio and no view.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response
from pydantic import JsonValue

from rag.recording import BYTE_ORDER_MARK, read
from rag.recording_format import MAX_BYTES, RecordedEvent, Recording, RecordingError, to_line
from rag.values import RunRequest

KEPT_RUNS = 200
TOTAL_BYTES = 64_000_000
"""Of all kept texts together; the oldest go first."""
PARSED_RUNS = 8
"""Recordings kept parsed: some 20 MB for the largest file."""
MAX_FRAMES = 1_000
"""Frames given out in one answer."""


@dataclass(slots=True)
class RunLog:
    """One run as text, line by line. `add` what its reader took, as often as one likes."""

    run_id: str
    request: RunRequest
    max_bytes: int = MAX_BYTES
    setup: Mapping[str, JsonValue] = field(default_factory=dict)
    """What was changed by hand and a request has no words for."""
    lines: list[str] = field(default_factory=list)
    """The header once there is an event, then one line an event; none has a line break."""
    size: int = 0
    """Bytes: the lines are ASCII, each with its line feed."""
    said: int = 0
    """Events of the run so far, those included that were left out."""
    full: bool = False
    """Whether events were left out because the text would grow over `max_bytes`."""

    @property
    def kept(self) -> int:
        """Events that are in the text: the first ones, all of them unless it is `full`."""
        return max(0, len(self.lines) - 1)

    def add(self, events: Iterable[RecordedEvent]) -> None:
        """Write down more events. Past the limit nothing more is taken, so what is kept has no holes."""
        for event in events:
            self.said += 1
            if not self.lines:
                header = Recording.of(self.request, [event], self.setup).header
                self._append(header.model_dump_json(ensure_ascii=True))
            self._append(to_line(event))

    def _append(self, line: str) -> None:
        size = self.size + len(line) + 1
        self.full = self.full or size > self.max_bytes
        if not self.full:
            self.lines.append(line)
            self.size = size


class RunStore:
    """The last runs and opened files, by id; beside them the pinned recordings, by name."""

    def __init__(
        self,
        pinned: Mapping[str, Path] | None = None,
        *,
        kept: int = KEPT_RUNS,
        run_bytes: int = MAX_BYTES,
        total_bytes: int = TOTAL_BYTES,
    ) -> None:
        self.pinned = dict(pinned or {})
        self._kept = kept
        self._run_bytes = run_bytes
        self._total_bytes = total_bytes
        self._texts: OrderedDict[str, RunLog | Sequence[str]] = OrderedDict()
        self._parsed: OrderedDict[tuple[str, int], Recording] = OrderedDict()

    def __len__(self) -> int:
        return len(self._texts)

    def begin(self, request: RunRequest, setup: Mapping[str, JsonValue] | None = None) -> RunLog:
        """Start to write down a run. `request` should say what is in force: see `lab.record.as_told`.

        `setup` is what else was changed by hand; it goes into the header as it is.
        """
        log = RunLog(_new_id(), request, self._run_bytes, setup or {})
        self._keep(log.run_id, log)
        return log

    def log(self, run_id: str) -> RunLog | None:
        """A live run as it was written down; None for files, and for an id that is not known, or not any more."""
        kept = self._texts.get(run_id)
        return kept if isinstance(kept, RunLog) else None

    def open_file(self, path: Path) -> str:
        """Keep a file that somebody gave; returns its id. Raises `RecordingError` that names the line at fault."""
        recording = read(path)
        data = path.read_bytes().removeprefix(BYTE_ORDER_MARK)
        lines = [line for line in data.decode("utf-8").split("\n") if line.strip()]
        run_id = _new_id()
        self._keep(run_id, lines)
        self._remember((run_id, len(lines)), recording)
        return run_id

    def lines(self, run_id: str) -> Sequence[str]:
        """Header and events, one a line; empty for an id that is not known, or not any more."""
        if path := self.pinned.get(run_id):
            return path.read_text(encoding="utf-8").splitlines()
        kept = self._texts.get(run_id, ())
        return kept.lines if isinstance(kept, RunLog) else kept

    def text(self, run_id: str) -> str:
        """The recording as a file; empty when there is none."""
        return "".join(line + "\n" for line in self.lines(run_id))

    def frames(self, run_id: str, first: int, last: int) -> str:
        """The events `first` to `last` (by `seq`) as they were on the wire, at most `MAX_FRAMES` of them."""
        last = min(last, first + MAX_FRAMES - 1)
        return "".join(f"data: {line}\n\n" for line in self.lines(run_id)[1 + first : 2 + last])

    def recording(self, run_id: str) -> Recording:
        """The recording, ready to be played. Raises `RecordingError`, also for an id that is not known any more."""
        lines = self.lines(run_id)
        if not lines:
            raise RecordingError("This recording is not kept here any more; please open it again.")
        key = (run_id, len(lines))
        if key not in self._parsed:
            self._remember(key, read("\n".join(lines)))
        self._parsed.move_to_end(key)
        return self._parsed[key]

    def _remember(self, key: tuple[str, int], recording: Recording) -> None:
        self._parsed[key] = recording
        while len(self._parsed) > PARSED_RUNS:
            self._parsed.popitem(last=False)

    def _keep(self, run_id: str, text: RunLog | Sequence[str]) -> None:
        self._texts[run_id] = text
        while len(self._texts) > self._kept or (len(self._texts) > 1 and self._bytes() > self._total_bytes):
            self._texts.popitem(last=False)

    def _bytes(self) -> int:
        return sum(
            kept.size if isinstance(kept, RunLog) else sum(len(line) + 1 for line in kept)
            for kept in self._texts.values()
        )


def _new_id() -> str:
    """128 bits: whoever has the id was given it."""
    return secrets.token_urlsafe(16)


def add_download_route(app: FastAPI, store: RunStore) -> None:
    """`GET /runs/{id}.jsonl`, the recording as a file, and `GET /runs/{id}/frames?first=&last=`, its raw SSE frames.

    To be called before a page is mounted at `/`, which would take both paths for itself.
    """

    async def download(run_id: str) -> Response:
        text = store.text(run_id)
        name = run_id if run_id in store.pinned else f"run-{run_id[:8]}"
        headers = {"Content-Disposition": f'attachment; filename="{name}.jsonl"', "Cache-Control": "no-store"}
        return Response(text, media_type="application/x-ndjson", headers=headers) if text else _nothing()

    async def frames(run_id: str, first: int = 0, last: int = 0) -> Response:
        text = store.frames(run_id, max(0, first), max(0, last))
        return PlainTextResponse(text, headers={"Cache-Control": "no-store"}) if text else _nothing()

    app.add_api_route("/runs/{run_id}.jsonl", download, methods=["GET", "HEAD"])
    app.add_api_route("/runs/{run_id}/frames", frames, methods=["GET", "HEAD"])


def _nothing() -> Response:
    return PlainTextResponse("This run is not kept here any more.\n", status_code=404)
