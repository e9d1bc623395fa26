"""The page: its header and its tabs.

Stateless: no `gr.State`, no `unload`, no timers. Each of them would hold a connection per tab, and a browser then
stalls at its fourth streaming tab. Everything a run shows lives in the handler that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import gradio as gr

from rag.ports import OpenRun
from ui import render
from ui.panels import panel
from ui.screen_options import ScreenOptions
from ui.tabs import ask
from ui.tabs.context import AskExtras

Tabs = Sequence[tuple[str, Callable[[gr.Tab], None]]]
"""Title of a tab, and what lays it out inside itself."""


def build(
    open_run: OpenRun,
    options: ScreenOptions,
    extras: AskExtras | None = None,
    *,
    tabs: Tabs = (),
    page_runs: int = 100,
) -> gr.Blocks:
    """The page, ready to be mounted with `ui.theme.page_options()`. At most `page_runs` runs are live at once.

    `tabs` stand beside Ask, which is first; without any there is no bar to choose from.
    """
    extras = extras or AskExtras()
    page = gr.Blocks(title=options.name, analytics_enabled=False, fill_width=True)
    with page, gr.Column(elem_classes="rg-page"):
        panel(render.render_header(options.name, options.idea, options.badge))
        if not tabs:
            ask.build(open_run, options, extras)
        else:
            with gr.Tabs(elem_classes="rg-tabs"):
                with gr.Tab("Ask", id="ask"):
                    ask.build(open_run, options, extras)
                for title, lay_out in tabs:
                    with gr.Tab(title, id=title.lower()) as tab:
                        lay_out(tab)
        silent = panel("")
    _without_progress(page, silent)
    page.queue(api_open=False, max_size=64, default_concurrency_limit=None)
    # Mounted pages never read `launch(max_threads=...)`, and its default caps the live runs at 40.
    page._queue.max_thread_count = page_runs
    return page


def _without_progress(page: gr.Blocks, silent: gr.HTML) -> None:
    """No handler shows Gradio's own progress: runs have their status line.

    Hidden progress still has a price. With every message Gradio's page copies the properties of each component that
    could ever have shown some, by default all outputs of all handlers that were called: on this page 2.5 ms a message,
    a tenth of the browser's time while an answer streams. A single empty component takes that part for all of them.
    """
    for function in page.fns.values():
        function.show_progress, function.show_progress_on = "hidden", [silent]
