"""The benchmark of retrieval: what it measures is what it says, and its figures have the names that are asked for."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from benchmarks import retrieval_speed
from benchmarks.report import figures
from benchmarks.retrieval_speed import (
    SECTIONS,
    Timed,
    blocked_ms,
    percentile,
    questions,
    sections,
    synthetic_library,
    timed_searches,
)
from rag.retrieval import bm25, passage_words
from rag.retrieval.bm25 import Bm25Retriever

SIZE = 1200
"""More than `bm25.THREAD_ABOVE`."""


@pytest.fixture(scope="module")
def retriever() -> Bm25Retriever:
    return Bm25Retriever(synthetic_library(SIZE))


def test_a_made_up_library() -> None:
    """The same each time, of the size that was asked for, with neighbours, and a few words that are everywhere."""
    library = synthetic_library(50)
    words = [word.lower().strip(".") for passage in library.all for word in passage.text.split()]
    commonest = max(words.count(word) for word in set(words))

    assert library == synthetic_library(50)
    assert len(library.all) == len({passage.passage_id for passage in library.all}) == 50
    assert len(library.neighbours(library.all[SECTIONS // 2])) == 2
    assert commonest > len(words) / 50


def test_every_question_twice(retriever: Bm25Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """First with nothing in memory, and then again with all of it."""
    asked = asyncio.run(questions(6))
    read: list[str] = []
    terms = passage_words.terms
    monkeypatch.setattr(passage_words, "terms", lambda text: read.append(text) or terms(text))
    searched: list[int] = []
    search = retriever.search
    monkeypatch.setattr(retriever, "search", lambda *args, **more: searched.append(len(read)) or search(*args, **more))
    first, again = timed_searches(retriever, asked, "deep")

    assert len(first.processor_ms) == len(again.processor_ms) == len(asked)
    assert len(searched) == 2 * len(asked)
    assert len(set(searched[len(asked) :])) == 1


def test_the_search_is_not_on_the_event_loop(retriever: Bm25Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of that size is searched in another thread, and the loop's lateness is measured meanwhile."""
    threads: set[int] = set()
    search = retriever.search

    def noted(*args: object, **more: object) -> object:
        threads.add(threading.get_ident())
        return search(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(retriever, "search", noted)
    late = asyncio.run(blocked_ms(retriever, asyncio.run(questions(4))))

    assert SIZE > bm25.THREAD_ABOVE
    assert threads
    assert threading.get_ident() not in threads
    assert late
    assert min(late) >= 0


def test_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four figures by their names, whatever their size."""
    monkeypatch.setattr(retrieval_speed, "load_s", lambda size: (2.0, 0.5))
    found = figures(sections(SIZE, 1, 3))

    assert set(found) == {"query_p95_ms_10000", "deep_query_p95_ms_10000", "loop_blocked_ms", "load_s_100000"}
    assert all(value >= 0 for value in found.values())


def test_loading_is_not_building(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time the index comes from the disk."""
    caches: list[tuple[Path, int]] = []

    class Noted:
        def __init__(self, corpus: object, *, cache: Path) -> None:
            caches.append((cache, len(list(cache.iterdir()))))
            (cache / "entry").touch()

    monkeypatch.setattr(retrieval_speed, "Bm25Retriever", Noted)
    retrieval_speed.load_s(20)

    assert [entries for _, entries in caches] == [0, 1]
    assert caches[0][0] == caches[1][0]
    assert not caches[0][0].exists()


def test_percentiles() -> None:
    """The value that so many of a hundred do not exceed."""
    hundred = [float(number) for number in range(1, 101)]

    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.95) == 7


def test_a_search_that_is_timed() -> None:
    """Processor time and clock time of each."""
    timed = Timed()
    timed.measure(lambda: sum(range(1000)))

    assert len(timed.processor_ms) == len(timed.clock_ms) == 1
    assert timed.processor_ms[0] > 0
