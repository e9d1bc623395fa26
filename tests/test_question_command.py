"""`python app.py questions` in a process of its own, on a pretended model: from documents to a question that finds."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mocks.openai_replies import Behaviour
from mocks.openai_server import FakeOpenAI
from rag.prompt import read_blocks
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import load_corpus
from rag.retrieval.passage_questions import FILE_NAME, PassageQuestions, read_questions
from rag.retrieval.question_writing import AT_ONCE
from rag.settings import Settings
from rag.values import RewrittenQuery

ROOT = Path(__file__).resolve().parent.parent
KEY = "canary-0123456789abcdef"
GATE = Settings().gate
GUIDE = """# The house rules

These rules are for everybody who has borrowed from us, and they were last read over in the spring of last year.

# Arrears

Upon delinquency exceeding ninety days the servicer may accelerate the obligation and commence foreclosure proceedings.

# Escrow

Disbursements for hazard insurance and property levies are drawn from the impound balance held by the servicer.

# Prepayment

Curtailment of the outstanding principal is permitted on any instalment date without a penalty of whatever kind.
"""
EVERYDAY = {
    "The house rules": "Where are your rules?",
    "Arrears": "Will they take my house away if I am too late?",
    "Escrow": "Who pays the fire cover and the town's bill?",
    "Prepayment": "May I give back more money early?",
}
OPEN = "Who was it that wrote this down?"


class Done(NamedTuple):
    """A process that has ended."""

    code: int
    out: str
    err: str


async def app(folder: Path, *arguments: str, stop: asyncio.Event | None = None, **environment: str) -> Done:
    """Run the command; when `stop` is set, send it what Ctrl-C sends."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "AZURE_", "RAG_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "app.py", "questions", "--docs", str(folder), *arguments,
        cwd=ROOT, env=clean | {"PYTHONWARNINGS": "error"} | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if stop:
        await stop.wait()
        process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    return Done(process.returncode or 0, out.decode(), err.decode())


def write(prompt: str) -> str:
    """The everyday question of a passage and one that it leaves open, as a model that puts JSON into Markdown."""
    heading = read_blocks(prompt)["PASSAGE"].partition("\n")[0].rpartition(", ")[2]
    return f"```json\n{json.dumps({'answered': [EVERYDAY[heading]], 'open': [OPEN]})}\n```"


def at(server: FakeOpenAI) -> dict[str, str]:
    """The variables that lead to it."""
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": "any"}


def on_a_model(folder: Path, *arguments: str, behaviour: Behaviour = "normal") -> tuple[Done, FakeOpenAI]:
    async def main() -> tuple[Done, FakeOpenAI]:
        async with asyncio.timeout(100), FakeOpenAI(behaviour=behaviour, write=write) as server:
            return await app(folder, "--generator", "openai", *arguments, **at(server)), server

    return asyncio.run(main())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "guide.md").write_text(GUIDE)
    return tmp_path


def found(folder: Path, question: str) -> list[tuple[str, float]]:
    query = RewrittenQuery(original=question, text=question, variants=(question,))
    retriever = Bm25Retriever(load_corpus(folder))
    hits = asyncio.run(retriever.retrieve(query, top_k=3, mode="first"))
    return [(hit.passage.passage_id, hit.confidence) for hit in hits]


def test_a_question_in_everyday_words_is_found_afterwards(folder: Path) -> None:
    """Before, the library has none of its words; afterwards the passage that answers it is the first."""
    asked = "they want to take away my house because I was late"
    assert all(confidence < GATE.fallback_below for _, confidence in found(folder, asked))

    done, server = on_a_model(folder)

    assert done.code == 0, done.err
    assert "Asked about 4 passages. New questions: 4 answered, 4 left open." in done.out
    assert "Now 4 of 4 passages in the library have questions: 4 answered, 4 left open." in done.out
    assert "The model read" in done.out
    assert done.err == ""
    assert len(server.requests) == 4
    assert [(row.questions, row.open) for row in read_questions(folder).values()] == [
        ((text,), (OPEN,)) for text in EVERYDAY.values()
    ]
    first, confidence = found(folder, asked)[0]
    assert first == "guide#arrears"
    assert confidence >= GATE.domains["general"].min_confidence


def test_ctrl_c_loses_nothing(folder: Path) -> None:
    """Stopped by the signal of a terminal: what was done is in the file and told; the next call asks about the rest."""
    sections = [f"# Rule {number}\n\n{GUIDE.split('# Escrow')[0].split('# Arrears')[1]}" for number in range(40)]
    (folder / "guide.md").write_text("\n".join(sections))

    async def main() -> tuple[Done, int, Done, int]:
        enough, prompts = asyncio.Event(), list[str]()

        def answer(prompt: str) -> str:
            prompts.append(prompt)
            if len(prompts) > AT_ONCE:  # so a first passage is done
                enough.set()
            return '{"answered": ["When?"], "open": ["Why?"]}'

        async with asyncio.timeout(100), FakeOpenAI(first_token_s=0.5, write=answer) as server:
            first = await app(folder, "--generator", "openai", stop=enough, **at(server))
        kept = len(read_questions(folder))
        async with asyncio.timeout(100), FakeOpenAI(write=answer) as server:
            second = await app(folder, "--generator", "openai", **at(server))
            return first, kept, second, len(server.requests)

    first, kept, second, asked = asyncio.run(main())

    assert first.code == 1
    assert f"Stopped after {kept} of 40 passages" in first.out
    assert "Traceback" not in first.err
    assert 0 < kept < 40
    assert (second.code, asked) == (0, 40 - kept)
    rows = read_questions(folder)
    assert len(rows) == 40
    assert all(
        row == PassageQuestions(passage_id=name, questions=("When?",), open=("Why?",)) for name, row in rows.items()
    )


def test_a_second_call_asks_nothing_and_again_asks_everything(folder: Path) -> None:
    """What is written is not paid for twice, unless it is wished for."""
    on_a_model(folder)
    second, unasked = on_a_model(folder)
    third, asked = on_a_model(folder, "--again", "--per-passage", "4")

    assert (second.code, len(unasked.requests)) == (0, 0)
    assert "Asked about 0 passages" in second.out
    assert (third.code, len(asked.requests)) == (0, 4)
    assert "Write 4 questions" in asked.requests[0].prompt
    assert "Write up to 2 that" in asked.requests[0].prompt


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        ((), {}, "--generator openai or azure"),
        (("--generator", "openai"), {}, "OPENAI_API_KEY is not set"),
        (("--generator", "azure"), {}, "AZURE_OPENAI_ENDPOINT is not set"),
        (("--generator", "openai", "--per-passage", "0"), {"OPENAI_API_KEY": KEY}, "per_passage"),
        (("--generator", "openai", "--docs", "/nowhere"), {"OPENAI_API_KEY": KEY}, "no folder /nowhere"),
    ],
)
def test_what_is_missing_is_said(
    folder: Path, arguments: tuple[str, ...], environment: dict[str, str], says: str
) -> None:
    """One clear sentence, no traceback, no file."""
    done = asyncio.run(app(folder, *arguments, **environment))

    assert done.code == 1
    assert says in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not (folder / FILE_NAME).exists()


def test_a_rejected_key_is_said_once_and_not_shown(folder: Path) -> None:
    """The work ends at the first refusal; the provider's text, which quotes the key, reaches nobody."""
    done, server = on_a_model(folder, behaviour="unauthorized")

    assert done.code == 1
    assert done.err.strip().splitlines()[-1].startswith("llm_rejected: ")
    assert "Traceback" not in done.err
    assert KEY not in done.out + done.err
    assert len(server.requests) <= 4


def test_passages_that_are_left_out_are_named(folder: Path) -> None:
    """The filter stops every answer: each passage is named with the reason, and the exit code tells."""
    done, _ = on_a_model(folder, behaviour="content_filter")

    assert done.code == 3
    assert done.out.count("content filter") == 4
    assert "guide#escrow" in done.out
    assert load_corpus(folder).all[0].questions == ()
    assert load_corpus(folder).all[0].open_questions == ()
