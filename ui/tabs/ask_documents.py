"""The fold *Ask your own documents* on the Ask tab: choose files, see them read, ask them, go back to the library.

The page holds the id of its documents in the chip that says so, and `ui/static/documents.js` sends it along with every
question. What a document is and how long it is kept stands in `ui.uploads`. A handler never raises.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from rag.values import Passage
from ui.panels import panel
from ui.render import filled, render_watch
from ui.uploads import (
    KEPT_S,
    KINDS,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_PASSAGES,
    MAX_SETS,
    NAME_CHARS,
    DocumentSet,
    DocumentStore,
    Fault,
    discard,
    index,
    read_upload,
    with_own_ids,
)

_LOG = logging.getLogger(__name__)

READERS = 2
"""Uploads that are read at once: each keeps a processor busy, and the others' streams need theirs."""
_MEGABYTES = MAX_FILE_BYTES // 1_000_000
_SAID_BY_PAGE = {
    "large": f"is larger than {_MEGABYTES} MB; split it.",
    "many": f"is one too many: only {MAX_FILES} files can be asked at once; put some of them together.",
}
"""What the page finds out before it sends a file, and what is said of it."""

Update = object


class DocumentHandlers:
    """What happens to files. Outputs, in order: what is said in the fold, the chip, the scenario, what to watch."""

    def __init__(self, store: DocumentStore, library: str) -> None:
        self._store = store
        self._library = library

    async def take(self, paths: Sequence[str] | None, said: str, current: str) -> AsyncGenerator[list[Update]]:
        """Read files and ask them from now on; those that cannot be read are named, and the others are not lost.

        `said` is the page's own verdict on files that it did not send, `current` the id of the documents so far.
        """
        files = [Path(path) for path in paths or ()]
        faults = refused(said) + [Fault(file.name, _SAID_BY_PAGE["many"]) for file in files[MAX_FILES:]]
        names, passages = list[str](), list[Passage]()
        try:
            for number, file in enumerate(files[:MAX_FILES], start=1):
                yield self._doing("Reading", file.name, f"{number} of {min(len(files), MAX_FILES)}")
                free = MAX_PASSAGES - len(passages)
                found = await asyncio.to_thread(read_upload, file, free=free)
                if isinstance(found, Fault):
                    faults.append(found)
                else:
                    names.append(file.name)
                    passages += with_own_ids(found, {passage.document_id for passage in passages})
            if passages:
                yield self._doing("Indexing", "", f"{len(passages):,} passages")
            yield await self._result(names, passages, faults, current)
        finally:
            discard(files)

    def refuse(self, said: str, current: str) -> list[Update]:
        """Name the files that the page did not even send."""
        return [self._told(None, refused(said), current), gr.skip(), gr.skip(), gr.skip()]

    def leave(self, current: str) -> list[Update]:
        """Ask the library again, and forget the documents."""
        self._store.forget(current)
        return ["", "", gr.skip(), gr.skip()]

    def story(self, scenario: str, current: str) -> list[Update]:
        """A story is told by the library: whoever chooses one goes back to it."""
        return self.leave(current) if scenario and current else [gr.skip()] * 4

    async def _result(
        self, names: Sequence[str], passages: Sequence[Passage], faults: Sequence[Fault], current: str
    ) -> list[Update]:
        if not passages:
            return [self._told(None, faults, current), gr.skip(), gr.skip(), gr.skip()]
        try:
            kept = self._store.keep(names, await index(passages), len(passages))
        except Exception:  # noqa: BLE001 - a handler that raises paints over the page
            _LOG.exception("uploaded documents could not be indexed")
            lost = [Fault(name, "could not be indexed; save it anew, or leave it out.") for name in names]
            return [self._told(None, [*faults, *lost], current), gr.skip(), gr.skip(), gr.skip()]
        self._store.forget(current)
        chip = _filled("chip", kept=kept, library=self._library)
        return [self._told(kept, faults, current), chip, "", render_watch("", "")]

    def _told(self, kept: DocumentSet | None, faults: Sequence[Fault], current: str) -> str:
        return _filled("result", kept=kept, faults=faults, asking=bool(current), library=self._library)

    @staticmethod
    def _doing(doing: str, name: str, detail: str) -> list[Update]:
        return [_filled("progress", doing=doing, name=name, detail=detail), gr.skip(), gr.skip(), gr.skip()]


def refused(said: str) -> list[Fault]:
    """The page's verdicts, `[["name", "large"], ...]`; what is none is passed over, for anybody may send it."""
    try:
        found = json.loads(said or "[]")
    except (ValueError, RecursionError):
        return []
    pairs = [pair for pair in found if isinstance(pair, list) and len(pair) == 2] if isinstance(found, list) else []
    return [Fault(str(name), _SAID_BY_PAGE[why]) for name, why in pairs[:20] if why in ("large", "many")]


def _filled(part: str, **values: Any) -> str:
    return filled("documents.html", {"part": part, "chars": NAME_CHARS, **values})


def render_button() -> str:
    """Opens the fold."""
    return _filled("button")


def render_about() -> str:
    """What may be brought, how much of it, and how long it is kept."""
    return _filled(
        "about",
        files=MAX_FILES,
        megabytes=_MEGABYTES,
        kinds=KINDS,
        passages=MAX_PASSAGES,
        minutes=round(KEPT_S / 60),
        sets=MAX_SETS,
    )


@dataclass(frozen=True, slots=True)
class DocumentControls:
    """The parts of the fold that something is wired to."""

    files: gr.UploadButton
    leave: gr.Button
    refuse: gr.Button
    said: gr.HTML
    chip: gr.HTML


def lay_out_button() -> None:
    """The fold's button, among the others."""
    panel(render_button(), "ask-documents-button")


def lay_out_documents() -> DocumentControls:
    """The chip and the fold under it."""
    chip = panel("", "ask-documents-chip")
    with gr.Column(elem_id="ask-documents", elem_classes="rg-panel rg-fold"):
        with gr.Row(elem_classes="rg-documents-bar"):
            files = gr.UploadButton("Choose files", file_count="multiple", size="sm", scale=0, min_width=130)
            panel(render_about())
        said = panel("", "ask-documents-said")
    # Gradio would leave an empty file on the disk for each one that it hands over under its name.
    files._process_single_file = lambda file: file.path  # type: ignore[method-assign, assignment, return-value]
    leave, refuse = (_hidden(f"ask-documents-{name}") for name in ("leave", "refuse"))
    return DocumentControls(files, leave, refuse, said, chip)


def wire_documents(
    controls: DocumentControls, handlers: DocumentHandlers, scenario: gr.Dropdown, watch: gr.HTML
) -> None:
    """Files, the way back, and the stories that lead back too."""
    outputs = [controls.said, controls.chip, scenario, watch]
    said, current = gr.Textbox(visible=False), gr.Textbox(visible=False)
    quiet: dict[str, Any] = {"api_visibility": "private", "outputs": outputs}
    page = "window.rg.refusedFiles(), window.rg.documents()"
    controls.files.upload(
        handlers.take,
        [controls.files, said, current],
        js=f"(files) => [files, {page}]",
        concurrency_limit=READERS,
        **quiet,
    )
    controls.refuse.click(handlers.refuse, [said, current], js=f"() => [{page}]", queue=False, **quiet)
    controls.leave.click(handlers.leave, current, js="() => [window.rg.documents()]", queue=False, **quiet)
    scenario.change(
        handlers.story, [scenario, current], js="(story) => [story, window.rg.documents()]", queue=False, **quiet
    )


def _hidden(name: str) -> gr.Button:
    """A button for `documents.js` to press; nobody else sees it."""
    return gr.Button(name, elem_id=name, elem_classes="rg-offstage")
