"""The command line: flags, or the environment with the prefix RAG_. A flag wins over the environment."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Self, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lab.record import as_told
from mocks.library import SAMPLE_DOCS
from mocks.simulation import DEFAULT_PROFILE
from rag.errors import InvalidRequest
from rag.retrieval.passage_questions import MAX_QUESTIONS
from rag.values import Domain, RunRequest, Strategy

GeneratorKind = Literal["mock", "openai", "azure"]


GRADIO_SPACE = {"host": "GRADIO_SERVER_NAME", "port": "GRADIO_SERVER_PORT"}
"""Where a Gradio Space says on which address it expects the app; our own variables win over these."""


class Options(BaseModel):
    """What was asked for on the command line and in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: Literal["serve", "ask", "replay", "questions"] = "serve"
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    allowed_hosts: str = "*"
    """Host names the server answers to, separated by commas; `*` for any."""
    profile: str | None = None
    speed: float = Field(default=1.0, gt=0, le=1000)
    docs: Path = SAMPLE_DOCS
    generator: GeneratorKind = "mock"
    question: str = ""
    scenario: str | None = None
    domain: Domain | None = None
    strategy: Strategy = "progressive"
    seed: int | None = None
    jsonl: bool = False
    record: Path | None = None
    """Where `ask` leaves a recording of its run."""
    file: Path = Path()
    """The recording that `replay` plays."""
    per_passage: int = Field(default=10, ge=1, le=MAX_QUESTIONS)
    """How many questions `questions` asks for."""
    again: bool = False
    """Whether it asks about passages that have theirs."""

    def request(self) -> RunRequest:
        """The run that `ask` asks for. Raises `InvalidRequest` when there is neither a question nor a scenario."""
        if not self.question.strip() and not self.scenario:
            raise InvalidRequest("question: is missing; give one, or a --scenario that brings its own.")
        known = set(RunRequest.model_fields) & set(type(self).model_fields)
        return RunRequest.model_validate(self.model_dump(include=known))

    def model_kind(self) -> Literal["openai", "azure"]:
        """Which real model is configured. Raises `InvalidRequest` that says how, if there is none."""
        if self.generator == "mock":
            raise InvalidRequest(
                "generator: questions need a real model; give --generator openai or azure (or set RAG_GENERATOR), "
                "and set the model's own variables, such as OPENAI_API_KEY."
            )
        return self.generator

    def told(self) -> RunRequest:
        """`request`, and what is in force where it says nothing: what a recording tells of its run."""
        return as_told(self.request()) if self.generator == "mock" else self.request()

    @classmethod
    def checked(cls, values: Mapping[str, object]) -> Self:
        """Raises `InvalidRequest` that names the option at fault."""
        try:
            return cls.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            name = ".".join(str(part) for part in first["loc"])
            raise InvalidRequest(f"{name}: {first['msg']}.") from None


def read_options(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Parse the command line over the environment. Exits with a usage message on a malformed command line."""
    named = cast("dict[str, object]", vars(_parser().parse_args(arguments)))
    fields = {name: environ[key] for name, key in GRADIO_SPACE.items() if environ.get(key)}
    fields |= {name: environ[key] for name in Options.model_fields if environ.get(key := f"RAG_{name.upper()}")}
    return Options.checked(fields | {name: value for name, value in named.items() if value is not None})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="app.py", description="Progressive streaming for RAG, live in front of you.")
    _shared(parser)
    parser.add_argument("--host", help="address to serve on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to serve on (7860); 0 picks a free one")
    parser.add_argument("--allowed-hosts", help="host names to answer to, comma separated (any)")
    commands = parser.add_subparsers(dest="command", metavar="{ask,replay,questions}")
    ask = commands.add_parser("ask", help="run one question in the terminal")
    _shared(ask)
    ask.add_argument("question", nargs="?", help="the question; a scenario brings its own")
    ask.add_argument("--scenario", help="a named story: article, refined, nothing_found, ...")
    ask.add_argument("--domain", choices=get_args(Domain), help="gate policy (default: classified)")
    ask.add_argument("--strategy", choices=get_args(Strategy), help="arrangement of the stages (progressive)")
    ask.add_argument("--seed", type=int, help="seed of all simulated latency")
    ask.add_argument("--record", type=Path, metavar="FILE", help="leave a recording of the run")
    replay = commands.add_parser("replay", help="play a recording in the terminal")
    replay.add_argument("file", type=Path, metavar="FILE", help="a recording, such as those in sample_recordings/")
    replay.add_argument("--speed", type=float, default=argparse.SUPPRESS, help="2 plays it twice as fast (1)")
    questions = commands.add_parser("questions", help="have a model write what the documents answer and leave open")
    _library(questions)
    questions.add_argument("--per-passage", type=int, metavar="N", help="answered questions for each passage (10)")
    questions.add_argument("--again", action="store_true", default=None, help="replace the questions that are there")
    for command in (ask, replay):
        command.add_argument("--jsonl", action="store_true", default=None, help="print raw events, one a line")
    return parser


def _shared(parser: argparse.ArgumentParser) -> None:
    # SUPPRESS: a sub-command's untouched flag must not overwrite what was given before the sub-command.
    none = argparse.SUPPRESS
    parser.add_argument("--profile", default=none, help=f"latency profile of the simulation ({DEFAULT_PROFILE})")
    parser.add_argument("--speed", type=float, default=none, help="2 halves all simulated waiting (1)")
    _library(parser)


def _library(parser: argparse.ArgumentParser) -> None:
    none = argparse.SUPPRESS
    parser.add_argument("--docs", type=Path, default=none, metavar="DIR", help="folder of .md, .txt, .html, .pdf files")
    parser.add_argument("--generator", choices=get_args(GeneratorKind), default=none, help="who writes (mock)")
