"""The vote of the known questions that mean nearly the same; and the vectors for it, which may be absent."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from mocks.library import SAMPLE_DOCS, library_parts
from rag.backends import word_vectors as module
from rag.backends.word_vectors import word_vectors
from rag.retrieval import index, scorers
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.confidence import TRUST_AT_MOST, doubt
from rag.retrieval.corpus import Corpus, load_corpus
from rag.retrieval.index import Bm25Index
from rag.retrieval.known_questions import KnownQuestions, Resemblance
from rag.retrieval.question_vectors import CLOSE, Embedder, QuestionVectors, Vectors
from rag.retrieval.statistics import CollectionStatistics
from rag.values import RewrittenQuery
from tests.test_known_questions import DEADLINE, FEE, KNOWING, OTHER, UNKNOWING

COSTLY = "Does prolonging the agreed interest cost money?"
"""Asks what `FEE` asks, and shares no term with it."""


def placed(**places: float) -> Embedder:
    """Texts as points on the unit circle, by their angle; what is not named lies opposite."""

    def embed(texts: Sequence[str]) -> Vectors:
        angles = [places.get(text, np.pi) for text in texts]
        return np.array([(np.cos(angle), np.sin(angle)) for angle in angles], dtype=np.float32).reshape(-1, 2)

    return Embedder("placed", embed)


NEAR_THE_FEE = placed(**{FEE: 0.0, COSTLY: 0.1, DEADLINE: 0.6, OTHER: 2.0})


def vote(question: str, known: Sequence[str], left_open: Sequence[bool], embedder: Embedder) -> float:
    vectors = QuestionVectors.of(embedder, known)
    return vectors.vote(question, [(0, len(known))], np.array(left_open))


@pytest.mark.parametrize(("left_open", "voted"), [((True, False), 1.0), ((False, True), 0.0), ((True, True), 1.0)])
def test_the_closest_decides(left_open: tuple[bool, bool], voted: float) -> None:
    """One that asks the same outvotes one that is only near."""
    assert vote(COSTLY, [FEE, OTHER], left_open, NEAR_THE_FEE) == pytest.approx(voted, abs=0.01)


def test_equally_close_ones_share_the_vote() -> None:
    """Three of four left open, all at one place: three quarters."""
    same = placed(a=0.5, b=0.5, c=0.5, d=0.5, asked=0.0)

    assert vote("asked", ["a", "b", "c", "d"], [True, True, False, True], same) == pytest.approx(0.75)


def test_how_much_closer_counts() -> None:
    """A difference of cosines of `CLOSE` makes one weigh e times the other."""
    further = float(np.arccos(np.cos(0.3) - CLOSE))
    voted = vote("asked", ["near", "far"], [True, False], placed(near=0.3, far=further, asked=0.0))

    assert voted == pytest.approx(np.e / (1 + np.e), abs=1e-4)


def test_only_the_spans_vote() -> None:
    """Questions of other passages are not asked."""
    vectors = QuestionVectors.of(NEAR_THE_FEE, [FEE, DEADLINE, OTHER])

    assert vectors.vote(COSTLY, [(1, 3)], np.array([False, True])) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        (Resemblance(0.5, 0.6), 0.15),
        (Resemblance(0.5, 0.6, vote=0.45), 0.15),
        (Resemblance(0.5, 0.6, vote=1.0), 0.315),
        (Resemblance(0.5, 0.6, vote=0.0), 0.015),
        (Resemblance(0.9, 0.1, vote=0.0), -TRUST_AT_MOST),
    ],
)
def test_what_a_vote_is_worth(alike: Resemblance, expected: float) -> None:
    """It adds to the doubt or takes from it, within the same bound; none is the same as an even one."""
    assert doubt(alike) == pytest.approx(expected)


def confidence(question: str, embedder: Embedder | None) -> float:
    retriever = Bm25Retriever(Corpus(tuple(KNOWING)), embedder=embedder)
    query = RewrittenQuery(original=question, text=question, variants=(question,))
    found = retriever.search(query, top_k=5, mode="first")
    return max(item.confidence for item in found)


def test_what_is_left_open_in_other_words_is_doubted() -> None:
    """The words of the passage and the meaning of an open question: less sure than by the words alone."""
    asked = "Does a rate lock extension before the rate lock ends cost money?"
    meaning = placed(**{FEE: 0.0, asked: 0.05, DEADLINE: 0.9, OTHER: 2.0})

    assert confidence(asked, meaning) < confidence(asked, None) - 0.05


def test_a_library_that_leaves_nothing_open_holds_no_vote() -> None:
    """There is nothing to compare with, so no vector is made."""
    known = Bm25Index(UNKNOWING, embedder=NEAR_THE_FEE).known

    assert len(known.tokens) == 0
    assert known.resemblance(FEE, [], range(3)) is None


def test_vectors_of_other_questions_are_refused() -> None:
    """One row for each question, or the vote would be that of others."""
    with pytest.raises(ValueError, match="not those of the questions"):
        KnownQuestions(
            KNOWING, CollectionStatistics([["a"]]), vectors=QuestionVectors.of(NEAR_THE_FEE, [FEE, DEADLINE, OTHER])
        )


def test_vectors_are_kept_with_the_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A second start makes none; those of another model are not taken for them."""
    monkeypatch.setattr(scorers, "SPARSE_ABOVE", 0)
    monkeypatch.setattr(index, "SPARSE_ABOVE", 0)
    made: list[int] = []

    def counted(texts: Sequence[str]) -> Vectors:
        made.append(len(texts))
        return NEAR_THE_FEE.embed(texts)

    for name in ("one", "one", "other"):
        known = Bm25Index(KNOWING, embedder=Embedder(name, counted), cache=tmp_path).known
        assert known.resemblance(COSTLY, [], range(3)) is not None

    assert made == [2, 1, 1, 2, 1]  # what is known, and each time the question that is asked
    assert Bm25Index(KNOWING, cache=tmp_path).known.resemblance(COSTLY, [], range(3)) == Resemblance(0.0, 0.0)


@pytest.fixture
def fresh() -> Iterator[None]:
    word_vectors.cache_clear()
    yield
    word_vectors.cache_clear()


def test_the_model_of_the_package() -> None:
    """Its weights are there, texts of like meaning lie closer, rows have length 1, and a text without words none."""
    embedder = word_vectors()
    assert embedder is not None
    rows = embedder.embed([FEE, "What does prolonging a rate lock cost?", "Who repairs the roof of the barn?", ""])

    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
    assert embedder.embed([]).shape[0] == 0
    assert embedder.name.startswith("wordllama 0.")


def test_it_leaves_the_log_alone() -> None:
    """The package sets up the log of the whole process when it is imported; nothing of that is left."""
    code = """if True:
        import logging
        from rag.backends.word_vectors import word_vectors
        root = logging.getLogger()
        before = list(root.handlers), root.level
        assert word_vectors() is not None
        assert (list(root.handlers), root.level) == before, root.handlers
    """
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(module.__file__).parents[2])


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fresh: None) -> None:
    """Everything works by words alone, and the log says once what is missing."""
    monkeypatch.setitem(sys.modules, "wordllama", None)
    with caplog.at_level(logging.WARNING):
        assert word_vectors() is None
        assert word_vectors() is None

    assert caplog.text.count("by their words alone") == 1


def test_the_sample_library_votes() -> None:
    """As it is served, what the library leaves open is doubted although no known question has its words."""
    retriever = library_parts().retriever
    assert isinstance(retriever, Bm25Retriever)
    query = RewrittenQuery(original=FEE, text=FEE, variants=(FEE,))
    found = [item.passage for item in retriever.search(query, top_k=20, mode="first")]
    by_words = Bm25Retriever(load_corpus(SAMPLE_DOCS))

    assert retriever.doubted(query, found) != by_words.doubted(query, found)
