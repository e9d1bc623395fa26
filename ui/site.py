"""The whole site: the service with the screen mounted at `/`. Knows how both are made, not what runs behind them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import get_args

import gradio as gr
from fastapi import FastAPI

from mocks.profiles import load_profiles
from mocks.scenarios import DTI_QUESTION, SCENARIOS
from mocks.simulation import DEFAULT_PROFILE
from rag.ports import OpenRun
from rag.service import create_app
from rag.service_report import Ledger
from rag.settings import Settings
from rag.values import Strategy
from ui.layout import build
from ui.options import Options
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.theme import page_options

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
) -> FastAPI:
    """The application to serve: `/query` and friends, and the page at `/`. `release` is awaited when it stops."""
    simulated = options.generator == "mock"
    app = create_app(
        open_run,
        domains=list(settings.gate.domains),
        scenarios=list(SCENARIOS) if simulated else [],
        settings=settings,
        # The wrong way is for looking at: a service on a real model must not be asked to skip its gate.
        strategies=[name for name in get_args(Strategy) if simulated or name != "ungated"],
        metrics_text=ledger.prometheus,
        release=release,
        allowed_hosts=options.allowed_hosts.split(","),
    )
    page = build(open_run, screen_options(options, settings, simulated=simulated))
    mounted: FastAPI = gr.mount_gradio_app(app, page, path="/", **page_options())
    return mounted


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
