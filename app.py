"""The composition root: options -> parts -> pipeline -> service and screen -> server, or a run in the terminal. No logic.

`python app.py` serves the demo; `python app.py ask "..."` answers in the terminal; `python app.py --help` tells the rest.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from mocks.library import library_parts
from mocks.scenarios import SCENARIOS
from mocks.simulation import Simulator
from rag.backends.openai_generator import OpenAIGenerator
from rag.backends.redaction import install_redaction
from rag.errors import RagError
from rag.pipeline import Pipeline
from rag.ports import OpenRun
from rag.service_report import Ledger
from rag.settings import Settings
from rag.values import RunRequest
from ui.options import Options, read_options
from ui.terminal import EXIT_ERROR, print_jsonl, print_run


def build_open_run(options: Options, settings: Settings, ledger: Ledger) -> OpenRun:
    """The simulation, or the same pipeline on a real language model."""
    if options.generator == "mock":
        simulator = Simulator(
            library_parts(options.docs), settings=settings, default_profile=options.profile, record=ledger.record
        )
        return simulator.open
    writer = OpenAIGenerator.from_environment(options.generator, os.environ)
    return Pipeline(library_parts(options.docs, writer), settings, ledger.record).answer


def ask(options: Options, request: RunRequest) -> int:
    """Run one question in the terminal; the exit code tells how it ended."""
    open_run = build_open_run(options, Settings(), Ledger())
    show = print_jsonl if options.jsonl else print_run

    async def main() -> int:
        return await show(open_run(request), sys.stdout)

    return asyncio.run(main())


def serve(options: Options) -> int:
    """Serve the screen at `/` and the service beside it until told to stop."""
    from ui.server import run  # Gradio takes seconds to import, and the terminal does not need it

    ledger, settings = Ledger(), Settings()
    run(build_open_run(options, settings, ledger), options, settings, ledger, SCENARIOS)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 for an answer, 3 for an honest refusal, 1 for an error."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    install_redaction()
    options = read_options(sys.argv[1:] if arguments is None else arguments, os.environ)
    try:
        return ask(options, options.request()) if options.command == "ask" else serve(options)
    except RagError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
