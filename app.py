"""The composition root: options -> parts -> pipeline -> site -> server, or a run in the terminal. No logic.

`python app.py` serves the demo, `python app.py ask "..."` answers in the terminal, `--help` tells the rest.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from mocks.library import library_parts
from mocks.simulation import DEFAULT_PROFILE, Simulator
from rag.backends.openai_generator import OpenAIGenerator
from rag.backends.redaction import install_redaction
from rag.errors import RagError
from rag.pipeline import Pipeline
from rag.ports import OpenRun
from rag.service import serve as serve_site
from rag.service_report import Ledger
from rag.settings import Settings
from ui.options import Options, read_options
from ui.terminal import EXIT_ERROR, print_jsonl, print_run


def build_open_run(options: Options, settings: Settings, ledger: Ledger) -> OpenRun:
    """The simulation, or the same pipeline on a real language model."""
    if options.generator == "mock":
        profile = options.profile or DEFAULT_PROFILE
        parts = library_parts(options.docs)
        return Simulator(parts, settings=settings, default_profile=profile, record=ledger.record).open
    writer = OpenAIGenerator.from_environment(options.generator, os.environ)
    return Pipeline(library_parts(options.docs, writer), settings, ledger.record).answer


def ask(options: Options) -> int:
    """Run one question in the terminal; the exit code tells how it ended."""
    request = options.request()
    open_run = build_open_run(options, Settings(), Ledger())
    show = print_jsonl if options.jsonl else print_run

    async def run() -> int:
        return await show(open_run(request), sys.stdout)

    return asyncio.run(run())


def serve(options: Options) -> int:
    """Serve the screen at `/` and the service beside it until told to stop."""
    from ui.site import build_site  # Gradio takes seconds to import, and the terminal does not need it

    ledger, settings = Ledger(), Settings()
    site = build_site(build_open_run(options, settings, ledger), options, settings, ledger)
    serve_site(site, host=options.host, port=options.port)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for an answer, 3 for an honest refusal, 1 for an error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    install_redaction()
    try:
        options = read_options(sys.argv[1:] if arguments is None else arguments, os.environ)
        return ask(options) if options.command == "ask" else serve(options)
    except RagError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
    except KeyboardInterrupt:
        pass
    return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
