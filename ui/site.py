"""The whole site: the service with the screen mounted at `/`. Knows how both are made, not what runs behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import get_args

import gradio as gr
from fastapi import FastAPI

from lab.record import as_told
from lab.worker import LabWorker
from mocks.library import SAMPLE_DOCS
from mocks.profiles import load_profiles
from mocks.scenarios import DTI_QUESTION, SCENARIOS
from mocks.simulation import DEFAULT_PROFILE
from rag.ports import OpenRun
from rag.service import create_app
from rag.service_report import Ledger
from rag.settings import Settings
from rag.values import Strategy
from ui.knob_form import OpenCustom
from ui.layout import Tabs, build
from ui.options import Options
from ui.run_store import RunStore, add_download_route
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.tabs import lesson, line, metrics, race, recordings
from ui.tabs.context import AskExtras, TabContext, as_asked
from ui.theme import page_options
from ui.uploads import MAX_FILE_BYTES, DocumentStore, OpenLibrary

EXAMPLES = (
    DTI_QUESTION,
    "How much of a down payment can be a gift?",
    "When must a servicer answer a notice of error?",
    "Which spices belong in a tagine?",
)


def build_site(
    open_run: OpenRun,
    options: Options,
    settings: Settings,
    ledger: Ledger,
    release: Callable[[], Awaitable[None]] | None = None,
    open_custom: OpenCustom | None = None,
    open_library: OpenLibrary | None = None,
) -> FastAPI:
    """The application to serve: `/query` and friends, and the page at `/`. `release` is awaited when it stops.

    With `open_custom` the page has knobs for latencies and faults, with `open_library` one can ask documents of one's
    own there.
    """
    simulated = options.generator == "mock"
    worker = LabWorker(options.docs) if simulated else None

    async def let_go() -> None:
        if worker:
            await worker.aclose()
        if release:
            await release()

    app = create_app(
        open_run,
        domains=list(settings.gate.domains),
        scenarios=list(SCENARIOS) if simulated else [],
        settings=settings,
        # The wrong way is for looking at: a service on a real model must not be asked to skip its gate.
        strategies=[name for name in get_args(Strategy) if simulated or name != "ungated"],
        metrics_text=ledger.prometheus,
        release=let_go,
        allowed_hosts=options.allowed_hosts.split(","),
    )
    runs = RunStore(pinned=recordings.bundled())
    add_download_route(app, runs)
    metrics.add_report_route(app, ledger)
    offered = screen_options(options, settings, simulated=simulated)
    context = TabContext(open_run=open_run, options=offered, settings=settings, ledger=ledger, simulated=simulated)
    extras = AskExtras(
        open_custom=open_custom,
        runs=runs,
        told=partial(as_told, default_profile=options.profile or DEFAULT_PROFILE) if simulated else as_asked,
        documents=DocumentStore(open_library) if open_library else None,
        library="sample library" if options.docs == SAMPLE_DOCS else "library of this page",
    )
    page = build(open_run, offered, extras, tabs=tabs(context, runs, worker))
    mounted: FastAPI = gr.mount_gradio_app(app, page, path="/", **(page_options() | {"max_file_size": MAX_FILE_BYTES}))
    return mounted


def tabs(context: TabContext, runs: RunStore, worker: LabWorker | None) -> Tabs:
    """The tabs beside Ask; a race, a line to move and a lesson need a simulation behind them."""
    played: Tabs = [
        ("Recordings", lambda tab: recordings.build(context, runs)),
        ("Metrics", lambda tab: metrics.build(context, tab)),
    ]
    if worker is None:
        return played
    return [
        ("Race", lambda tab: race.build(context)),
        ("Line", lambda tab: line.build(context, worker)),
        *played,
        ("Lesson", lambda tab: lesson.build(context)),
    ]


def screen_options(options: Options, settings: Settings, *, simulated: bool) -> ScreenOptions:
    """What the page offers: stories and latency profiles only where there is a simulation to tell them."""
    stories = tuple(
        ScenarioOption(
            name=name,
            title=story.title,
            question=story.question,
            watch=story.watch,
            domain=story.domain,
            profile=story.profile,
        )
        for name, story in SCENARIOS.items()
    )
    profiles = tuple((name.replace("_", " ").capitalize(), name) for name in load_profiles())
    return ScreenOptions(
        badge="Real search and real checks; simulated waiting, and a writer that only quotes." if simulated else "",
        scenarios=stories if simulated else (),
        domains=tuple(settings.gate.domains),
        profiles=profiles if simulated else (),
        profile=(options.profile or DEFAULT_PROFILE) if simulated else "",
        examples=EXAMPLES,
        speed=options.speed,
    )
