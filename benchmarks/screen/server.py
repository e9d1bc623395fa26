"""One page on one steady run: `python -m benchmarks.screen.server ask|chat --port P --rate R --tokens N`.

`ask` is the app's own site, `chat` a plain `gr.ChatInterface`. Both are given the same pipeline with the same writer,
so that the screen is all that differs. Each is a process of its own, as it would be in use.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncGenerator
from dataclasses import replace

import gradio as gr
import uvicorn
from fastapi import FastAPI

from benchmarks.screen.tape import Tape, TapeRecorder
from benchmarks.screen.writer import SteadyWriter
from mocks.clockwork import Clockwork
from mocks.delayed import delayed_parts
from mocks.library import SAMPLE_DOCS, library_parts
from mocks.profiles import load_profiles
from mocks.simulation import DEFAULT_PROFILE
from rag.events import StreamEvent, TokenEvent
from rag.pipeline import Pipeline
from rag.ports import OpenRun
from rag.retrieval.corpus import load_corpus
from rag.service import serve
from rag.service_report import Ledger
from rag.settings import Budgets, Settings
from rag.values import RunRequest
from ui.options import Options
from ui.site import build_site

PATIENT = Settings(budgets=Budgets(generation_s=600, request_s=900))
"""A long answer from a slow writer is not to be cut short."""


def steady_runs(rate: float, tokens: int) -> OpenRun:
    """The real pipeline on the real library: stages take the time of a good day, the writer keeps its pace."""
    parts, profile = library_parts(), load_profiles()[DEFAULT_PROFILE]
    writer = SteadyWriter(load_corpus(SAMPLE_DOCS), rate=rate, tokens=tokens)

    def open_run(request: RunRequest) -> AsyncGenerator[StreamEvent]:
        slowed = delayed_parts(parts, Clockwork(profile))
        return Pipeline(replace(slowed, generator=writer), PATIENT).answer(request)

    return open_run


def ask_site(open_run: OpenRun) -> FastAPI:
    """The app as `python app.py` serves it."""
    return build_site(open_run, Options(), PATIENT, Ledger())


def chat_site(open_run: OpenRun) -> FastAPI:
    """The page that Gradio's guide shows for streaming: one growing text, yielded with every token."""

    async def reply(message: str, history: list[object]) -> AsyncGenerator[str]:
        text = ""
        events = open_run(RunRequest(question=message))
        try:
            async for event in events:
                if isinstance(event, TokenEvent):
                    text += event.payload.token
                    yield text
        finally:
            await events.aclose()

    chat = gr.ChatInterface(reply, analytics_enabled=False)
    return gr.mount_gradio_app(FastAPI(), chat, path="/", ssr_mode=False)  # type: ignore[no-any-return]


def main() -> None:
    """Serve until terminated."""
    options = _parser().parse_args()
    tape = Tape()
    runs = tape.recorded(steady_runs(options.rate, options.tokens))
    site = ask_site(runs) if options.page == "ask" else chat_site(runs)
    site.add_middleware(TapeRecorder, tape=tape)
    if options.page == "ask":
        serve(site, host="127.0.0.1", port=options.port, log_level="warning")
    else:
        uvicorn.run(site, host="127.0.0.1", port=options.port, log_level="critical", timeout_graceful_shutdown=2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen.server", description=__doc__)
    parser.add_argument("page", choices=["ask", "chat"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True, help="tokens per second")
    parser.add_argument("--tokens", type=int, required=True, help="length of the answer")
    return parser


if __name__ == "__main__":
    main()
