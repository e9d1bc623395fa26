"""Indexes on disk: found by content, whole or not at all, and never believed when broken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.retrieval import index as index_module
from rag.retrieval import index_cache, scorers
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import Corpus
from rag.retrieval.scorers import SparseScorer
from rag.values import Passage, RewrittenQuery

TEXTS = ["The appraisal is valid for 180 days.", "The escrow cushion is two months.", "A donor signs the gift letter."]


def library(*texts: str) -> Corpus:
    return Corpus(
        tuple(
            Passage(passage_id=f"g#{n}", document_id="g", source="", title="", section="", text=text, ordinal=n)
            for n, text in enumerate(texts)
        )
    )


@pytest.fixture(autouse=True)
def _every_library_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorers, "SPARSE_ABOVE", 0)
    monkeypatch.setattr(index_module, "SPARSE_ABOVE", 0)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each index was built from."""
    counts: list[int] = []
    build = SparseScorer.of

    def counted(documents: list[list[str]]) -> SparseScorer:
        counts.append(len(documents))
        return build(documents)

    monkeypatch.setattr(SparseScorer, "of", counted)
    return counts


def found(retriever: Bm25Retriever, question: str = "Who signs the gift letter?") -> list[tuple[str, float]]:
    hits = retriever.search(RewrittenQuery(original=question, text=question), top_k=3, mode="deep")
    return [(hit.passage.passage_id, hit.confidence) for hit in hits]


def test_the_second_start(tmp_path: Path, builds: list[int]) -> None:
    """It builds nothing, and finds the same with the same confidence."""
    first = found(Bm25Retriever(library(*TEXTS), cache=tmp_path))
    second = found(Bm25Retriever(library(*TEXTS), cache=tmp_path))

    assert builds == [3]
    assert first == second
    assert first[0][0] == "g#2"


@pytest.mark.parametrize(
    "changed", [[*TEXTS, "One more."], TEXTS[::-1], [TEXTS[0] + "!", *TEXTS[1:]], [TEXTS[0] + TEXTS[1], "", TEXTS[2]]]
)
def test_another_text_or_order(changed: list[str]) -> None:
    """It has another key, so an index is never used for what it was not made of."""
    assert index_cache.key_of(changed) != index_cache.key_of(TEXTS)


def test_another_analyser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An index of other rules has another key: the analyser's source is part of it."""
    before = index_cache.key_of(TEXTS)
    source = tmp_path / "analysis.py"
    source.write_text("# other rules")
    monkeypatch.setattr(index_cache.analysis, "__file__", str(source))

    assert index_cache.key_of(TEXTS) != before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "name",
    ["data.csc.index.npy", "indptr.csc.index.npy", "vocab.index.json", "statistics.json", "document_frequency.npy"],
)
@pytest.mark.parametrize("damage", [cut, os.remove, lambda path: path.write_bytes(b"{}")], ids=["cut", "gone", "other"])
def test_a_broken_entry(tmp_path: Path, builds: list[int], name: str, damage: object) -> None:
    """It is built anew and mended, whatever is wrong with it; nobody sees an error."""
    whole = found(Bm25Retriever(library(*TEXTS), cache=tmp_path))
    (entry,) = tmp_path.iterdir()
    damage(entry / name)  # type: ignore[operator]

    assert found(Bm25Retriever(library(*TEXTS), cache=tmp_path)) == whole
    assert found(Bm25Retriever(library(*TEXTS), cache=tmp_path)) == whole
    assert builds == [3, 3]


def test_a_pickle_in_its_place(tmp_path: Path, builds: list[int]) -> None:
    """What would run when it is read is refused unread."""
    import pickle

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (os.mkdir, (str(tmp_path / "sprung"),))

    Bm25Retriever(library(*TEXTS), cache=tmp_path)
    (entry,) = tmp_path.iterdir()
    (entry / "document_frequency.npy").write_bytes(pickle.dumps(Trap()))
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    assert not (tmp_path / "sprung").exists()
    assert builds == [3, 3]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The search works; only the next start is slow again."""
    (tmp_path / "file").write_text("not a folder")

    assert found(Bm25Retriever(library(*TEXTS), cache=tmp_path / "file"))[0][0] == "g#2"


def test_no_half_entry_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up while an index is written leaves nothing behind."""

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(index_cache.np, "save", full)
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_small_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves nothing on the disk: it is indexed sooner than an entry is read."""
    monkeypatch.setattr(index_module, "SPARSE_ABOVE", 3)
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    assert list(tmp_path.iterdir()) == []
