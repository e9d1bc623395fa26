"""The composition root: options -> parts -> pipeline -> site -> server, or a run in the terminal. No logic.

`python app.py` serves the demo, `python app.py ask "..."` answers in the terminal, `python app.py replay FILE` plays a
recording there, `python app.py questions` prepares a library with a real model, `--help` tells the rest.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from mocks.library import library_parts, parts_around
from mocks.simulation import DEFAULT_PROFILE, Simulator
from rag.backends.openai_generator import GeneratorLimits, OpenAIGenerator
from rag.backends.openai_questions import OpenAIQuestions
from rag.backends.redaction import install_redaction, secrets_in
from rag.errors import RagError
from rag.pipeline import Pipeline
from rag.ports import OpenRun
from rag.recording import keep, read
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.index_cache import cache_folder
from rag.service import serve as serve_site
from rag.service_report import Ledger
from rag.settings import Settings
from ui.knob_form import OpenCustom
from ui.options import Options, read_options
from ui.terminal import EXIT_ERROR, print_jsonl, print_run
from ui.terminal_progress import IndexProgress
from ui.terminal_questions import print_questions
from ui.terminal_replay import print_replay
from ui.uploads import Opened, OpenLibrary, fitting


class Backend(NamedTuple):
    """What answers questions, and how to let go of it."""

    open_run: OpenRun
    aclose: Callable[[], Awaitable[None]]
    open_custom: OpenCustom | None = None
    """Opens a run with latencies and faults of one's own; None where nothing is simulated."""
    open_library: OpenLibrary | None = None
    """Puts the same pipeline around documents that somebody brings."""


def build_backend(options: Options, settings: Settings, ledger: Ledger) -> Backend:
    """The simulation, or the same pipeline on a real language model."""
    indexed = partial(library_parts, options.docs, cache=cache_folder(os.environ), progress=IndexProgress(sys.stderr))
    if options.generator == "mock":
        profile = options.profile or DEFAULT_PROFILE
        simulator = Simulator(indexed(), settings=settings, default_profile=profile, record=ledger.record)

        def simulated(retriever: Bm25Retriever, passages: int) -> Opened:
            own = simulator.on(parts_around(retriever), fitting(settings, passages))
            return Opened(own.open, own.open_with)

        return Backend(simulator.open, simulator.aclose, simulator.open_with, simulated)
    limits = GeneratorLimits.of(settings)
    writer = OpenAIGenerator.from_environment(options.generator, os.environ, limits=limits)

    def written(retriever: Bm25Retriever, passages: int) -> Opened:
        own = Pipeline(parts_around(retriever, writer), fitting(settings, passages), ledger.record)
        return Opened(own.answer)

    pipeline = Pipeline(indexed(generator=writer), settings, ledger.record)
    return Backend(pipeline.answer, writer.aclose, open_library=written)


def ask(options: Options) -> int:
    """Run one question in the terminal; the exit code tells how it ended."""
    request = options.request()
    backend = build_backend(options, Settings(), Ledger())
    show = print_jsonl if options.jsonl else print_run

    async def run() -> int:
        try:
            events = backend.open_run(request)
            return await show(keep(events, options.told(), options.record) if options.record else events, sys.stdout)
        finally:
            await backend.aclose()

    return asyncio.run(run())


def replay(options: Options) -> int:
    """Play a recording in the terminal; the exit code is the one that its run had."""
    return asyncio.run(print_replay(read(options.file), sys.stdout, speed=options.speed, jsonl=options.jsonl))


def questions(options: Options) -> int:
    """Have the configured model write the questions that the passages of a library answer and leave open."""
    writer = OpenAIQuestions.from_environment(options.model_kind(), os.environ)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells of each request, and there are thousands

    async def run() -> int:
        try:
            return await print_questions(options.docs, writer, sys.stdout, options.per_passage, again=options.again)
        finally:
            await writer.aclose()

    return asyncio.run(run())


def serve(options: Options) -> int:
    """Serve the screen at `/` and the service beside it until told to stop."""
    from ui.site import build_site  # Gradio takes seconds to import, and the terminal does not need it

    ledger, settings = Ledger(), Settings()
    backend = build_backend(options, settings, ledger)
    site = build_site(
        backend.open_run,
        options,
        settings,
        ledger,
        release=backend.aclose,
        open_custom=backend.open_custom,
        open_library=backend.open_library,
    )
    serve_site(site, host=options.host, port=options.port)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for an answer, 3 for an honest refusal, 1 for an error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    install_redaction(secrets_in(os.environ))
    try:
        options = read_options(sys.argv[1:] if arguments is None else arguments, os.environ)
        return {"serve": serve, "ask": ask, "replay": replay, "questions": questions}[options.command](options)
    except RagError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
    except BrokenPipeError:  # `... | head` has read enough; the interpreter must not try to flush into it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        pass
    return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
