"""A run in the terminal: what is printed, what the exit code says, and that text cannot steer the terminal."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from mocks.virtual_time import run_virtual
from rag.events import CitationEvent, FinalAnswerEvent, StreamEvent, parse_event
from rag.grammar import verify_stream
from tests.harness import request, simulator
from ui.options import read_options
from ui.terminal import clean, print_jsonl, print_run

ROOT = Path(__file__).resolve().parent.parent


def run_app(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "error"} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def printed(scenario: str) -> tuple[str, int]:
    out = io.StringIO()
    code = run_virtual(lambda: print_run(simulator().open(request(scenario=scenario)), out))
    return out.getvalue(), code


def test_the_main_question_in_raw_events() -> None:
    """The command of the README prints a stream that the grammar accepts, with verified citations."""
    done = run_app(
        "ask", "What is the maximum debt-to-income ratio for an FHA loan?", "--profile", "instant", "--jsonl"
    )
    events = [parse_event(line) for line in done.stdout.splitlines()]
    final = next(event.payload for event in events if isinstance(event, FinalAnswerEvent))

    assert done.returncode == 0, done.stderr
    assert verify_stream(events) == []
    assert any(isinstance(event, CitationEvent) and event.payload.status == "verified" for event in events)
    assert any(citation.status == "verified" for citation in final.citations)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("ask", "--scenario", "nothing_found", "--profile", "instant"), 3, "FINAL safe_fallback"),
        (("ask", "--scenario", "unheard_of"), 1, ""),
        (("ask", ""), 1, ""),
        (("ask", "x", "--profile", "unheard_of"), 1, ""),
        (("ask", "x", "--docs", "/nonexistent"), 1, ""),
        (("ask", "x", "--generator", "openai"), 1, ""),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int, says: str) -> None:
    """3 is an honest refusal; 1 comes with one clear sentence and no traceback."""
    done = run_app(*arguments, OPENAI_API_KEY="")

    assert done.returncode == code
    assert says in done.stdout
    assert "Traceback" not in done.stderr
    if code == 1:
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_whole_run_for_people() -> None:
    """Status, gate with its conditions, running text, citations, patch and measurements are all there."""
    text, code = printed("refined")

    assert code == 0
    for part in (
        "Understanding your question...",
        "GATE  OPEN (loan_guidelines)",
        "✓ confidence of the best",
        "✓ verified",
        "≠ contradicted",
        "IMPROVE",
        "FINAL answered",
        "time to first token",
    ):
        assert part in text


def test_a_withdrawn_answer_is_not_printed_again() -> None:
    """After the retraction the terminal shows none of the draft."""
    text, code = printed("withdrawn_by_safety")
    after = text[text.index("RETRACT") :]

    assert code == 3
    assert "Whitfield" not in after
    assert "ratio" not in after


def test_text_cannot_steer_the_terminal() -> None:
    """Escape sequences and direction changes of foreign text are taken out; line breaks stay."""
    assert clean("a\x1b[2Jb\u202ec\nd\x07") == "a[2Jbc\nd"


def test_a_stream_that_never_ends_well_is_an_error() -> None:
    """Without a final answer the exit code is 1."""

    async def nothing() -> AsyncGenerator[StreamEvent]:
        return
        yield

    assert run_virtual(lambda: print_jsonl(nothing(), io.StringIO())) == 1


def test_options_come_from_flags_then_from_the_environment() -> None:
    """A flag wins over RAG_ variables, before or behind the sub-command."""
    environ = {"RAG_PROFILE": "bad_day", "RAG_PORT": "8000", "RAG_SPEED": "2"}

    assert read_options([], environ).profile == "bad_day"
    assert read_options(["--profile", "instant"], environ).profile == "instant"
    assert read_options(["--profile", "instant", "ask", "x"], environ).profile == "instant"
    assert read_options(["ask", "x", "--profile", "instant"], environ).profile == "instant"
    assert read_options([], environ).port == 8000
    assert read_options([], environ).command == "serve"
    assert read_options([], {"GRADIO_SERVER_NAME": "0.0.0.0"}).host == "0.0.0.0"
    assert read_options([], {"GRADIO_SERVER_NAME": "0.0.0.0", "RAG_HOST": "::1"}).host == "::1"
