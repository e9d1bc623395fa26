"""A folder of documents becomes a pipeline's parts: with a cache on the disk, with progress, and without either."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from mocks.library import library_parts
from rag.retrieval import index as index_module
from rag.retrieval.scorers import SparseScorer
from ui.terminal_progress import IndexProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.md").write_text(f"# Guide {number}\n\n" + f"Rule {number} holds for ninety days. " * 5)
    return folder


def test_the_second_start_of_a_large_library(tmp_path: Path, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds the index of the first in the cache, and builds none."""
    monkeypatch.setattr(index_module, "SPARSE_ABOVE", 2)
    first = library_parts(docs, cache=tmp_path / "cache")
    library_parts.cache_clear()
    monkeypatch.setattr(SparseScorer, "of", lambda documents: pytest.fail("built again"))
    second = library_parts(docs, cache=tmp_path / "cache")
    library_parts.cache_clear()

    assert first is not second
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_small_library_writes_nothing(tmp_path: Path, docs: Path) -> None:
    """The sample documents leave nothing on anybody's disk."""
    library_parts(docs, cache=tmp_path / "cache")

    assert not (tmp_path / "cache").exists()


def test_progress_in_a_terminal() -> None:
    """One line that counts up and ends; none for a library that is read before one could look."""
    out = Terminal()
    large, small = IndexProgress(out, told_above=1000), IndexProgress(out, told_above=5000)
    for told in (large, small):
        told(500, 1500)
        told(1500, 1500)

    assert out.getvalue().split("\r") == [
        "",
        "Reading the library: 500 of 1,500 passages",
        "Reading the library: 1,500 of 1,500 passages\n",
    ]


def test_progress_into_a_file() -> None:
    """A log is not filled with counts."""
    out = io.StringIO()
    IndexProgress(out, told_above=0)(5, 5)

    assert out.getvalue() == ""


def test_every_passage_is_told_of(docs: Path) -> None:
    """The last report says that all of them have been read."""
    told: list[tuple[int, int]] = []
    library_parts(docs, progress=lambda done, total: told.append((done, total)))
    library_parts.cache_clear()

    assert told[-1] == (6, 6)
