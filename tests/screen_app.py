"""The page on runs written by hand, for the browser tests: `python -m tests.screen_app PORT [KEPT_BYTES]`.

With a second number runs are kept too, each up to so many bytes.
Without the site's security headers on purpose: what keeps foreign text from being markup here is the page alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

import gradio as gr
import uvicorn
from fastapi import FastAPI

from rag.errors import RetrievalError
from rag.events import StreamEvent
from rag.values import RunRequest
from tests.scripted_run import answered, event, status, withdrawn
from ui.layout import build
from ui.run_store import RunStore, add_download_route
from ui.screen_options import ScenarioOption, ScreenOptions
from ui.tabs.context import AskExtras
from ui.theme import page_options

HOSTILE = (
    "<img src=x onerror=\"document.title='pwned';alert(1)\"><script>alert(2)</script>"
    "<svg onload=alert(3)></svg><iframe srcdoc='<script>parent.alert(4)</script>'></iframe>"
    "<details open ontoggle=alert(5)>${alert(6)}{{7*7}}"
)
LIVE: set[str] = set()
PAUSE_AT_MS, PULSE_S = 1200, 0.25
"""In the run that waits: amid its second sentence, so that a browser of any speed finds it still writing."""


async def waiting(beats: int = 400) -> AsyncGenerator[StreamEvent]:
    """The first words of a draft, and then for a hundred seconds nothing but signs of life."""
    said = [one for one in answered() if one.elapsed_ms <= PAUSE_AT_MS]
    for one in said:
        yield one
    for beat in range(beats):
        await asyncio.sleep(PULSE_S)
        at_ms = PAUSE_AT_MS + int(1000 * PULSE_S * (beat + 1))
        yield event(status("generation", "waiting", "Still writing."), len(said) + beat, at_ms)


async def play(request: RunRequest) -> AsyncGenerator[StreamEvent]:
    """The run that the scenario names, at its own times over the speed."""
    loop = asyncio.get_running_loop()
    start_s, run = loop.time(), f"{request.scenario}-{loop.time()}"
    LIVE.add(run)
    try:
        if "waits" in (request.scenario or request.question):
            async with aclosing(waiting()) as events:
                async for one in events:
                    yield one  # noqa: ASYNC119 - closed by the page, which is what is being tested
            return
        for one in {"hostile": lambda: answered(HOSTILE), "withdrawn": lambda: withdrawn("Dana")}.get(
            request.scenario or "", answered
        )():
            at_s = start_s + one.elapsed_ms / 1000 / request.speed
            await asyncio.sleep(max(0.0, at_s - loop.time()))
            if request.scenario == "broken" and one.elapsed_ms > 1500:
                raise RetrievalError
            yield one.model_copy(update={"elapsed_ms": int(one.elapsed_ms / request.speed)})
    finally:
        LIVE.discard(run)


def app(kept_bytes: int | None = None) -> FastAPI:
    """The page at `/`, and beside it how many runs are live and, with `kept_bytes`, the files of kept runs."""
    site = FastAPI()
    runs = RunStore(run_bytes=kept_bytes) if kept_bytes else None
    if runs is not None:
        add_download_route(site, runs)

    @site.get("/healthz")
    def live() -> int:
        return len(LIVE)

    stories = ("answered", "withdrawn", "broken", "hostile", "waits")
    options = ScreenOptions(
        badge="Written by hand",
        scenarios=tuple(ScenarioOption(name=n, title=n, question=f"Play {n}", watch=f"See {n}.") for n in stories),
        profiles=(("As it is", "none"),),
        examples=("An example?", HOSTILE),
    )
    page = build(play, options, AskExtras(runs=runs))
    return gr.mount_gradio_app(site, page, path="/", **page_options())  # type: ignore[no-any-return]


if __name__ == "__main__":
    port, *limits = map(int, sys.argv[1:])
    uvicorn.run(app(*limits), host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)
