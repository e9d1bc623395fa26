"""The Recordings tab: choose a run that comes with the program or open a file, and replay it on the boards of Ask.

The transport is plain HTML that `ui/static/recordings.js` drives: it holds the cursor, and presses one of four hidden
buttons with a command in a text field. Everything else stands in `ui.replaying`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from lab.record import SAMPLE_RECORDINGS
from ui import render
from ui.handlers import Updates
from ui.inspector import render_shell
from ui.painter import BoardName
from ui.panels import panel
from ui.replaying import PanelName, Panels, RecordingHandlers
from ui.run_store import RunStore
from ui.scoped import scoped_boards
from ui.tabs.ask import UNREVISED
from ui.tabs.context import TabContext
from ui.view import View

SCOPE = "rec"

_COMMAND = "() => [document.querySelector('[data-rec-controls]')?.dataset.{} ?? '']"
"""What the page wants, written down there by `recordings.js` before it presses a button. One place for each button:
Gradio reads it a moment later, when the next one may have been pressed."""
_PLAY = "() => { document.getElementById('rec-play').click(); }"
_KEPT = "() => [document.querySelector('[data-keep]')?.dataset.keep ?? '']"
"""The run that Ask showed last; `app.js` opens this tab and presses `rec-kept`."""
KEPT_TITLE = "A run of this page"

_AT_ONCE: dict[str, Any] = {"concurrency_limit": None, "api_visibility": "private"}
"""For every handler: no page waits for another one's replay, and none is offered as an API."""

_EMPTY = '<p class="rg-panel rg-rec-empty">Choose a recording, or open a file: the run stands here as it was.</p>'


def bundled(folder: Path = SAMPLE_RECORDINGS) -> dict[str, Path]:
    """Name -> file of the recordings that come with the program."""
    return {path.stem: path for path in sorted(folder.glob("*.jsonl"))}


def build(context: TabContext, runs: RunStore) -> None:
    """Lay the tab out inside the current block, and wire it. `runs` is the store that the download route serves."""
    stories = {story.name: story.title for story in context.options.scenarios}
    titles = {name: stories.get(name, name.replace("_", " ").capitalize()) for name in runs.pinned}
    with gr.Row(elem_classes="rg-options rg-rec-open"):
        choice = gr.Dropdown(
            [(title, name) for name, title in titles.items()],
            value=None,
            label="Recording",
            filterable=False,
            elem_id="rec-choice",
        )
        file = gr.UploadButton("Open a file", file_types=[".jsonl"], size="md", scale=0, elem_id="rec-file")
    others: dict[PanelName, gr.HTML] = {
        "notice": panel("", "rec-notice"),
        "about": panel(_EMPTY, "rec-about"),
        "controls": panel("", "rec-controls"),
        "now": panel("", "rec-now"),
    }
    boards = scoped_boards(SCOPE, context.options.support_note)
    empty = {name: board.paint(View(), 0) for name, board in boards.items()}
    panels = Panels(_boards(empty), others)
    panel(render_shell(SCOPE, seekable=True, is_open=True))
    others["feed"] = panel("", "rec-feed")
    handlers = RecordingHandlers(runs, context.ledger, boards, panels, titles)
    _wire(handlers, panels, choice, file)
    _wire_kept(handlers, panels, choice)


def _boards(empty: dict[BoardName, str]) -> dict[BoardName, gr.HTML]:
    """The boards where Ask has them."""
    reading: tuple[BoardName, ...] = ("answer", "tail", "evidence")
    shown: dict[BoardName, gr.HTML] = {"head": panel(empty["head"], "rec-head")}
    with gr.Row(elem_classes="rg-reading"):
        with gr.Column(elem_classes="rg-panel rg-answer"):
            panel(render.render_versions(SCOPE))
            shown["answer"] = panel(empty["answer"], "rec-answer")
            shown["tail"] = panel(empty["tail"], "rec-tail")
            panel(render.render_legend())
        panel(UNREVISED, "rec-unrevised")
        shown["evidence"] = panel(empty["evidence"], "rec-evidence")
    below = [name for name in empty if name not in {"head", *reading}]
    return shown | {name: panel(empty[name], f"rec-{name}") for name in below}


def _wire(handlers: RecordingHandlers, panels: Panels, choice: gr.Dropdown, file: gr.UploadButton) -> None:
    boards, others = list(panels.boards.values()), panels.others
    everything = [*boards, *others.values()]
    command = gr.Textbox(visible=False)
    play, pause, restart, show = (_hidden(f"rec-{name}") for name in ("play", "pause", "restart", "show"))
    painted = [*boards, others["now"]]
    run = play.click(handlers.play, command, painted, js=_COMMAND.format("play"), trigger_mode="multiple", **_AT_ONCE)
    show.click(handlers.show, command, painted, js=_COMMAND.format("show"), trigger_mode="always_last", **_AT_ONCE)
    pause.click(fn=None, cancels=[run])
    restart.click(fn=None, cancels=[run]).then(fn=None, js=_PLAY)
    # Not `input`, which comes twice for one choice, and the second answer would set back who has gone on since; not
    # `select`, which the keyboard does not send. A choice that is taken back (`null`, below) shows nothing new.
    choice.change(handlers.choose, choice, everything, cancels=[run], **_AT_ONCE)
    opened = file.upload(handlers.open, file, everything, cancels=[run], **_AT_ONCE)
    opened.then(fn=None, js="() => null", outputs=choice)


def _wire_kept(handlers: RecordingHandlers, panels: Panels, choice: gr.Dropdown) -> None:
    """Open the run that Ask showed last."""

    async def kept(run_id: str) -> Updates:
        return await handlers.choose(run_id, KEPT_TITLE)

    everything = [*panels.boards.values(), *panels.others.values()]
    opened = _hidden("rec-kept").click(kept, gr.Textbox(visible=False), everything, js=_KEPT, **_AT_ONCE)
    opened.then(fn=None, js="() => null", outputs=choice)


def _hidden(name: str) -> gr.Button:
    """A button for `recordings.js` to press; nobody else sees it."""
    return gr.Button(name, elem_id=name, elem_classes="rg-offstage")
