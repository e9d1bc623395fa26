"""The house: who may import whom, what may not be named, and how large a room may be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ("app", "rag", "mocks", "lab", "ui")

MAY_IMPORT = {
    "app": {"ui", "lab", "mocks", "rag"},
    "ui": {"lab", "mocks", "rag", "gradio", "jinja2", "markupsafe", "uvicorn", "fastapi", "starlette", "pydantic"},
    "lab": {"mocks", "rag", "pydantic", "numpy"},
    "mocks": {"rag", "pydantic"},
    "rag": {"pydantic", "pydantic_core", "numpy", "rank_bm25", "bm25s"},
}
"""Room -> rooms and packages it may import, the standard library and itself aside."""

EXCEPTIONS = {
    "rag/service.py": {"fastapi", "starlette", "uvicorn"},
    "rag/http_safety.py": {"fastapi", "starlette"},
    "rag/http_streams.py": {"fastapi", "starlette"},
    "rag/retrieval/pdf_worker.py": {"pypdf"},
    "rag/backends": {"openai", "httpx2", "httpx", "wordllama"},
}
"""The front end of the service and the adapters see the outside world; nothing else in `rag` does.

`pypdf` reads files that may be made to harm: only a child process with limits may hold it.
"""

KNOWS_ONLY = {
    "rag/values.py": set(),
    "rag/errors.py": set(),
    "rag/events.py": {"rag.values"},
    "rag/grammar.py": {"rag.events", "rag.values"},
    "rag/settings.py": {"rag.values"},
    "rag/policy.py": {"rag.classification", "rag.settings", "rag.values"},
    "rag/stream.py": {"rag.errors", "rag.events"},
    "ui/view.py": {"rag.events", "rag.values", "ui"},
}
"""Rooms near the ground floor, which everything stands on: all that they may know of the house."""

FORBIDDEN_IN = {"rag": {"gradio", "mocks", "time", "random"}, "mocks": {"time", "gradio"}}


def sources() -> Iterator[Path]:
    yield ROOT / "app.py"
    for room in HOUSE[1:]:
        yield from sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            package = {f"{node.module}.{alias.name}" for alias in node.names} if node.module in HOUSE else set()
            found |= package or {node.module}
    return found


def breaches(path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    room = name.split("/")[0].removesuffix(".py")
    allowed = MAY_IMPORT[room] | {room}
    allowed |= {package for prefix, extra in EXCEPTIONS.items() if name.startswith(prefix) for package in extra}
    standard = set(__import__("sys").stdlib_module_names) - FORBIDDEN_IN.get(room, set())
    return [f"{name} imports {module}" for module in imports(path) if module.split(".")[0] not in allowed | standard]


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_one_way(path: Path) -> None:
    """Every room imports only what the table of the architecture allows."""
    assert breaches(path) == []


def test_a_breach_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is not blind: a planted import of the screen into the pipeline is named."""
    planted = tmp_path / "rag" / "planted.py"
    planted.parent.mkdir()
    planted.write_text("import random\nfrom ui.view import View\n")
    monkeypatch.setitem(globals(), "ROOT", tmp_path)

    assert sorted(breaches(planted)) == ["rag/planted.py imports random", "rag/planted.py imports ui.view"]


@pytest.mark.parametrize("name", list(KNOWS_ONLY))
def test_the_ground_floor_knows_little(name: str) -> None:
    """Values, events, grammar and the fold depend on nothing above them."""
    ours = {module for module in imports(ROOT / name) if module.split(".")[0] in HOUSE}
    outside = {module for module in ours if not any(module.startswith(known) for known in KNOWS_ONLY[name])}

    assert outside == set()


@pytest.mark.parametrize("path", list(sources()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_room_outgrows_the_house(path: Path) -> None:
    """No file is longer than 300 lines, and no function than 50."""
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 50]

    assert text.count("\n") <= 300
    assert long == []


def test_one_bare_task() -> None:
    """`create_task` outside of a task group: once in the pipeline, the screen and the race, each with its owner.

    All three are what stands between an async generator that yields and the work that must not run inside it.
    """
    bare = re.compile(r"\basyncio\.(create_task|ensure_future|gather|wait_for)\(")
    found = {path.relative_to(ROOT).as_posix() for path in sources() if bare.search(path.read_text(encoding="utf-8"))}

    assert found == {"rag/stream.py", "ui/reader.py", "lab/race.py"}
