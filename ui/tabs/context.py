"""What every tab is given: how to open a run, what may be chosen, and what the process remembers."""

from __future__ import annotations

from dataclasses import dataclass

from rag.ports import OpenRun
from rag.service_report import Ledger
from rag.settings import Settings
from ui.screen_options import ScreenOptions


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
