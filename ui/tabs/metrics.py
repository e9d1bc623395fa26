"""The Metrics tab: the seven measures over the runs of this process, live, replayed and lab runs kept apart.

Painted when somebody asks for it: when the origin is chosen, and by the button. No timer.
"""

from __future__ import annotations

from typing import get_args

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import Response

from rag.report import Origin
from rag.service_report import Ledger
from ui.distributions import to_csv
from ui.measure_cards import ORIGINS, render_report
from ui.panels import panel
from ui.tabs.context import TabContext

_SAVE = '<a class="rg-runs-save" href="runs.csv" download>Export as CSV</a>'


def build(context: TabContext, tab: gr.Tab | None = None) -> None:
    """Lay the tab out inside the current block, and wire it. Opening `tab`, where it is given, refreshes it too."""

    async def report(origin: Origin) -> str:
        return render_report(tuple(context.ledger.runs), _known(origin))

    with gr.Row(elem_classes="rg-options rg-runs-bar"):
        choices = [(name, origin) for origin, name in ORIGINS.items()]
        origin = gr.Radio(choices, value="live", label="Runs", elem_id="metrics-origin")
        refresh = gr.Button("Refresh", scale=0, min_width=110, elem_id="metrics-refresh")
        panel(_SAVE, "metrics-save")
    shown = panel(render_report((), "live"), "metrics-report")
    gr.on(
        [refresh.click, origin.change, *([tab.select] if tab else [])],
        report,
        inputs=origin,
        outputs=shown,
        queue=False,
        api_visibility="private",
    )


def _known(origin: str) -> Origin:
    """A caller need not be the page."""
    return next((name for name in get_args(Origin) if name == origin), "live")


def add_report_route(app: FastAPI, ledger: Ledger) -> None:
    """`GET /runs.csv`: every remembered run in a line. To be called before a page is mounted at `/`."""

    async def report() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="runs.csv"', "Cache-Control": "no-store"}
        return Response(to_csv(tuple(ledger.runs)), media_type="text/csv; charset=utf-8", headers=headers)

    app.add_api_route("/runs.csv", report, methods=["GET", "HEAD"])
