"""Questions from the page that go to somebody's own documents: the id opens them, and a story has no say in it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import gradio as gr
import pytest

from lab.record import as_told
from mocks.library import library_parts, parts_around
from mocks.simulation import Simulator
from mocks.virtual_time import run_virtual
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import Corpus, read_file
from rag.settings import Settings
from tests.test_uploads import GUIDE
from ui.handlers import AskHandlers
from ui.keeping import Keeping
from ui.painter import BoardName, ask_boards
from ui.run_store import RunStore
from ui.uploads import DocumentStore, Opened, fitting

QUESTION = "How much is the Zorbium allowance?"
STORY = "reranker_down"
"""A story with a fault, and a question of its own."""


class Page:
    """The Ask tab over the sample library, with a store for documents."""

    def __init__(self, *, documents: bool = True) -> None:
        simulator = Simulator(library_parts(), default_profile="instant")

        def opened(retriever: Bm25Retriever, passages: int) -> Opened:
            own = simulator.on(parts_around(retriever), fitting(simulator.settings, passages))
            return Opened(own.open, own.open_with)

        boards = ask_boards()
        self.outputs: dict[BoardName, gr.HTML] = {name: gr.HTML(render=False) for name in boards}
        self.runs = RunStore()
        self.store = DocumentStore(opened, now_s=lambda: 0.0)
        self.handlers = AskHandlers(
            simulator.open,
            boards,
            self.outputs,
            simulator.open_with,
            Keeping(self.runs, gr.HTML(render=False), as_told),
            self.store if documents else None,
        )

    def bring(self, text: str = GUIDE) -> str:
        passages = read_file("handbook.md", text.encode())
        return self.store.keep(["handbook.md"], Bm25Retriever(Corpus(tuple(passages))), len(passages)).set_id

    def ask(self, *, scenario: str = "", domain: str = "", **turned: str) -> str:
        """Everything that the page shows at the end of a run."""
        shown: dict[Any, str] = {}

        async def main() -> None:
            form = (QUESTION, scenario, domain, "instant", 1.0, "", 1, "", json.dumps(turned))
            updates: AsyncGenerator[Any] = self.handlers.ask(*form)
            async with aclosing(updates):
                async for update in updates:
                    shown.update(update if update != gr.skip() else {})

        run_virtual(main)
        return "".join(shown[component] for component in self.outputs.values())


def test_documents_of_ones_own() -> None:
    """The made-up fact is found in them, and nowhere else."""
    page = Page()

    assert "417 krona" in page.ask(documents=page.bring())
    assert "417 krona" not in page.ask()


@pytest.mark.parametrize("scenario", ["", STORY])
def test_a_story_has_no_say(scenario: str) -> None:
    """Its question is not asked, and its faults do not happen, for they were made for the library's passages."""
    page = Page()

    assert "417 krona" in page.ask(scenario=scenario, documents=page.bring())


def test_knobs_can_be_turned_all_the_same() -> None:
    """The latency that was set is the latency of the run."""
    page = Page()
    shown = page.ask(documents=page.bring(), **{"rerank.median_ms": "3000", "rerank.p95_ms": "3000"})

    assert "417 krona" in shown
    assert "3.0" in shown


OTHER_RULES = "".join(
    f"## Rule {number}\n\nBicycle {number} is parked in rack {number} of the yard, locked by its owner, before the "
    "whistle blows at six.\n\n"
    for number in range(12)
)
"""Passages that say nothing of the question."""


@pytest.mark.parametrize("domain", [name for name, policy in Settings().gate.domains.items() if policy.min_passages])
def test_a_fact_that_is_said_once(domain: str) -> None:
    """Of some dozen passages one has it, which is enough, though the library's gate asks for up to five."""
    page = Page()

    assert "417 krona" in page.ask(domain=domain, documents=page.bring(GUIDE + OTHER_RULES))


@pytest.mark.parametrize("domain", [name for name, policy in Settings().gate.domains.items() if policy.min_passages])
def test_a_fact_that_is_not_said(domain: str) -> None:
    """However few passages it takes, one without the answer is not taken for one."""
    page = Page()

    assert "Bicycle" not in page.ask(domain=domain, documents=page.bring(OTHER_RULES))


@pytest.mark.parametrize("documents", [True, False])
def test_documents_that_are_not_kept(documents: bool) -> None:
    """An id that opens nothing is told in words, and the library is not asked in their place."""
    shown = Page(documents=documents).ask(documents="gone")

    assert "not kept here any more" in shown or "none but the library" in shown
    assert "417" not in shown


def test_a_recording_does_not_give_them_away() -> None:
    """Whoever gets the recording of a run cannot ask the documents."""
    page = Page()
    set_id = page.bring()
    page.ask(documents=set_id)
    (text,) = ["".join(log.lines) for log in page.runs._texts.values()]  # type: ignore[union-attr]

    assert "417 krona" in text
    assert set_id not in text
