"""What every tab is given: how to open a run, what may be chosen, and what the process remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rag.ports import OpenRun
from rag.service_report import Ledger
from rag.settings import Settings
from rag.values import RunRequest
from ui.knob_form import OpenCustom
from ui.run_store import RunStore
from ui.screen_options import ScreenOptions
from ui.uploads import DocumentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class TabContext:
    """Shared by all tabs of a page; holds no state of a run."""

    open_run: OpenRun
    options: ScreenOptions
    settings: Settings
    ledger: Ledger
    """The reports of the runs of this process."""
    simulated: bool = True
    """Whether there is a simulation behind `open_run`: knobs, scenarios and the lab need one."""


def as_asked(request: RunRequest) -> RunRequest:
    """Real parts have no profile and no seed that could be told."""
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExtras:
    """What the Ask tab offers beside a plain run; what is None is left out of the page."""

    open_custom: OpenCustom | None = None
    """Opens a run with latencies and faults of one's own: there are knobs to turn."""
    runs: RunStore | None = None
    """Keeps the runs, so that they can be inspected, saved and replayed."""
    told: Callable[[RunRequest], RunRequest] = as_asked
    """Completes a kept request with what is in force where it says nothing: see `lab.record.as_told`."""
    documents: DocumentStore | None = None
    """Keeps documents that people bring, to ask them."""
    library: str = "sample library"
    """What is asked otherwise."""
