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


@pytest.mark.parametrize("rules", ["analysis", "sentences"])
def test_another_analyser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: str) -> None:
    """An index of other rules has another key: the source of the analyser, and of what parts sentences, is in it."""
    before = index_cache.key_of(TEXTS)
    source = tmp_path / "rules.py"
    source.write_text("# other rules")
    monkeypatch.setattr(getattr(index_cache, rules), "__file__", str(source))

    assert index_cache.key_of(TEXTS) != before


def test_another_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a version that kept other files left behind is not taken for broken: it is not even looked for."""
    before = index_cache.key_of(TEXTS)
    monkeypatch.setattr(index_cache, "FORMAT", index_cache.FORMAT + 1)

    assert index_cache.key_of(TEXTS) != before


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    "name",
    ["data.csc.index.npy", "indptr.csc.index.npy", "vocab.index.json", "statistics.json", "document_frequency.npy"]
    + ["tokens.npy", "token_starts.npy", "token_vocabulary.json"],
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

    monkeypatch.setattr("numpy.save", full)
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_small_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It leaves nothing on the disk: it is indexed sooner than an entry is read."""
    monkeypatch.setattr(index_module, "SPARSE_ABOVE", 3)
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    assert list(tmp_path.iterdir()) == []


HOME = {"HOME": "/home/ada", "USERPROFILE": "C:/Users/ada"}


@pytest.mark.parametrize(
    ("environ", "platform", "folder"),
    [
        (HOME, "linux", "/home/ada/.cache/progressive-rag"),
        (HOME | {"XDG_CACHE_HOME": "/var/cache/ada"}, "linux", "/var/cache/ada/progressive-rag"),
        (HOME | {"XDG_CACHE_HOME": "not/absolute"}, "linux", "/home/ada/.cache/progressive-rag"),
        (HOME, "darwin", "/home/ada/Library/Caches/progressive-rag"),
        ({"LOCALAPPDATA": "C:/Local"}, "win32", "C:/Local/progressive-rag"),
        (HOME | {"RAG_CACHE_DIR": "/tmp/indexes"}, "linux", "/tmp/indexes"),
        (HOME | {"RAG_CACHE_DIR": "off"}, "linux", None),
        (HOME | {"RAG_CACHE_DIR": ""}, "linux", None),
        ({}, "linux", None),
    ],
)
def test_where_indexes_are_kept(environ: dict[str, str], platform: str, folder: str | None) -> None:
    """Where the system keeps caches, unless the environment names a folder or none; without a home, nowhere."""
    assert index_cache.cache_folder(environ, platform) == (Path(folder) if folder else None)


def test_old_indexes_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builds: list[int]) -> None:
    """Those used last stay, a library that changes does not fill the disk, and no foreign file is touched."""
    monkeypatch.setattr(index_cache, "KEPT", 2)
    (tmp_path / "mine.txt").write_text("not an index")
    for age, text in enumerate(["one", "two", "three"]):
        Bm25Retriever(library(*TEXTS, text), cache=tmp_path)
        newest = max(tmp_path.glob("????????????????????????????????"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (age, age))
        Bm25Retriever(library(*TEXTS, "one"), cache=tmp_path)  # the one that is used again and again
    builds.clear()
    Bm25Retriever(library(*TEXTS, "one"), cache=tmp_path)

    assert builds == []
    assert len(list(tmp_path.iterdir())) == 3
    assert (tmp_path / "mine.txt").read_text() == "not an index"


def test_a_folder_that_can_only_be_read(tmp_path: Path, builds: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it is used, though its use cannot be written down."""
    Bm25Retriever(library(*TEXTS), cache=tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.utime", refuse)

    assert found(Bm25Retriever(library(*TEXTS), cache=tmp_path))[0][0] == "g#2"
    assert builds == [3]
