"""How a page keeps its runs: written down and inspected from the first event on, so that nothing depends on the page.

Knows the store and the inspector; nothing of boards and of how a run is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rag.events import StreamEvent
from rag.values import RunRequest
from ui.inspector import Inspector
from ui.run_store import RunLog, RunStore


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a page keeps its runs, so that they can be inspected, saved and replayed."""

    runs: RunStore
    feed: gr.HTML
    """The feed of the event inspector."""
    told: Callable[[RunRequest], RunRequest]
    """The request with what is in force where it says nothing: see `lab.record.as_told`."""


class KeptRun:
    """One run as it is kept: written down and inspected from its first event on."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._log: RunLog | None = None
        self._inspector = Inspector("")

    def begin(self, request: RunRequest, setup: Mapping[str, Any]) -> None:
        """The form has proved to be a run; `setup` is what was turned beside the request."""
        self._log = self._keeping.runs.begin(self._keeping.told(request), dict(setup))
        self._inspector = inspector_of(self._log.run_id)

    def take(self, events: Sequence[StreamEvent]) -> None:
        """What the reader was given. Before the first event there is nothing to keep."""
        if self._log:
            self._log.add(events)
            self._inspector.add(events)

    def updates(self, now_s: float, *, everything: bool = False) -> dict[gr.HTML, str]:
        """The feed, when rows are due; a run that never spoke empties the list of the one before."""
        if not everything and not self._inspector.rows:
            return {}
        rows = self._inspector.paint(now_s, everything=everything)
        return {} if rows is None else {self._keeping.feed: rows + render_cut(self._log)}


def render_cut(log: RunLog | None) -> str:
    """For a run that grew too long to be kept whole: how much of it is saved. `app.js` shows it beside *Save this run*.

    Empty for a run that is kept whole, and for none.
    """
    if log is None or not log.full:
        return ""
    cut = f"Cut off at {log.size / 1_000_000:.2g} MB"
    return f"<p hidden data-cut>{cut}: only the first {log.kept:,} of {log.said:,} events are in it.</p>"


def inspector_of(run_id: str) -> Inspector:
    """The inspector of a kept run: it knows where the frames and the file are."""
    return Inspector(run_id, f"runs/{run_id}/frames", saved=f"runs/{run_id}.jsonl")
