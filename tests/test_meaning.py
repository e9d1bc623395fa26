"""What questions mean as far as vectors of words tell; and the vectors, which may be absent."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks.library import SAMPLE_DOCS, library_parts
from rag.backends import word_vectors as module
from rag.backends.word_vectors import word_vectors
from rag.retrieval import meaning
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.corpus import Corpus, load_corpus
from rag.retrieval.index import Bm25Index
from rag.retrieval.meaning import Meanings, WordVectors
from rag.values import RewrittenQuery
from tests.test_known_questions import DEADLINE, FEE, KNOWING, OTHER, UNKNOWING

PLACES = {"fee": (1, 0, 0), "price": (0.95, 0.31, 0), "days": (0, 1, 0), "extension": (0, 0, 1), "unknown": (1, 1, 1)}
VOCABULARY = list(PLACES)


def placed() -> WordVectors:
    """Five words as points in a room, of lengths that must not matter."""
    lengths = np.array([[1.0], [2.0], [0.5], [3.0], [1.0]], dtype=np.float32)

    def pieces(texts: Sequence[str]) -> list[list[int]]:
        return [[VOCABULARY.index(word) if word in PLACES else 4 for word in text.split()] for text in texts]

    return WordVectors(pieces, np.array(list(PLACES.values()), dtype=np.float32) * lengths)


def test_the_mean_of_like_words_is_near() -> None:
    """By direction alone: in the order of the spans, and only those."""
    meanings = Meanings(placed(), ["fee", "price", "days", "extension"])

    assert meanings.cosines("fee", [(1, 3), (0, 1)]) == pytest.approx([0.95, 0.0, 1.0], abs=0.01)
    assert len(meanings) == 4


def test_every_piece_looks_for_its_closest_one() -> None:
    """A question of the same words is 1 whatever their order, another word for one of them costs what it is away."""
    meanings = Meanings(placed(), ["extension fee", "extension price", "days"])
    near = meanings.alignments("fee extension", np.array([0, 1, 2]))

    assert near[0] == pytest.approx(1.0, abs=1e-6)
    assert 0.95 < near[1] < 1.0
    assert near[2] == pytest.approx(0.0, abs=1e-6)


def test_what_one_side_asks_beyond_the_other_counts() -> None:
    """Both directions: neither a part of a question nor a question with more in it is the same."""
    meanings = Meanings(placed(), ["fee", "fee days", "days fee extension"])
    near = meanings.alignments("fee days", np.array([0, 1, 2]))

    assert near[1] == pytest.approx(1.0, abs=1e-6)
    assert near[0] < 0.8
    assert near[2] < 0.95


@given(st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=0, max_size=6).map(" ".join), min_size=1, max_size=8))
def test_all_is_within_bounds_and_the_same_both_ways(questions: list[str]) -> None:
    """For any questions, empty ones among them, and in portions of any size."""
    meanings = Meanings(placed(), questions)
    numbers = np.arange(len(questions))
    table = np.array([meanings.alignments(question, numbers) for question in questions])

    assert table == pytest.approx(table.T, abs=1e-5)
    assert np.abs(table).max() <= 1 + 1e-5
    assert np.diag(table) == pytest.approx(np.ones(len(questions)), abs=1e-5)
    assert meanings.cosines(questions[0], [(0, len(questions))])[0] == pytest.approx(1.0, abs=1e-5)


def test_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is multiplied, and looked up, in small portions is the same."""
    questions = [" ".join(VOCABULARY[:end]) for end in range(1, 6)]
    whole = Meanings(placed(), questions)
    monkeypatch.setattr(meaning, "_AT_ONCE", 2)
    monkeypatch.setattr(meaning, "_IN_ONE_THREAD", (1, 1))
    parted = Meanings(placed(), questions)

    for ask in (lambda m: m.cosines("price days", [(0, 5)]), lambda m: m.alignments("price days", np.arange(5))):
        assert ask(parted) == pytest.approx(ask(whole), abs=1e-6)


def confidence(question: str, words: WordVectors | None) -> float:
    retriever = Bm25Retriever(Corpus(tuple(KNOWING)), words=words)
    query = RewrittenQuery(original=question, text=question, variants=(question,))
    return max(item.confidence for item in retriever.search(query, top_k=5, mode="first"))


def test_what_is_left_open_in_other_words_is_doubted() -> None:
    """The open question asks for the fee, this one for the price: the terms alone see less of that."""
    asked = "Which price has a rate lock extension?"

    assert confidence(asked, word_vectors()) < confidence(asked, None) - 0.05


def test_a_library_that_leaves_nothing_open_compares_nothing() -> None:
    """No vector is made for it."""
    known = Bm25Index(UNKNOWING, words=placed()).known

    assert len(known.tokens) == 0
    assert known.vote(FEE, [], range(3)) is None


def test_a_question_without_a_term_has_a_vote() -> None:
    """Its meaning is left."""
    known = Bm25Index(KNOWING, words=word_vectors()).known
    by_fee, by_days = known.vote(FEE, [], range(3)), known.vote(DEADLINE, [], range(3))

    assert by_fee is not None
    assert by_days is not None
    assert by_fee > by_days


@pytest.fixture
def fresh() -> Iterator[None]:
    word_vectors.cache_clear()
    yield
    word_vectors.cache_clear()


def test_the_vectors_of_the_package() -> None:
    """Its weights are there; what means the same lies closer, whatever the case of the letters."""
    words = word_vectors()
    assert words is not None
    meanings = Meanings(words, ["What does prolonging a rate lock cost?", FEE.upper(), OTHER, ""])
    near = meanings.cosines(FEE, [(0, 4)])

    assert near[1] == pytest.approx(1.0, abs=1e-5)
    assert near[1] > near[0] > near[2] + 0.2
    assert np.isfinite(meanings.alignments("", np.arange(4))).all()


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
    """Everything works by terms alone, and the log says once what is missing."""
    monkeypatch.setitem(sys.modules, "wordllama", None)
    with caplog.at_level(logging.WARNING):
        assert word_vectors() is None
        assert word_vectors() is None

    assert caplog.text.count("by their terms alone") == 1


def test_the_sample_library_uses_them() -> None:
    """As it is served, its vote is another one than by terms alone."""
    retriever = library_parts().retriever
    assert isinstance(retriever, Bm25Retriever)
    question = "By when is my letter about ending the mortgage insurance answered?"
    query = RewrittenQuery(original=question, text=question, variants=(question,))
    found = [item.passage for item in retriever.search(query, top_k=20, mode="first")]
    by_terms = Bm25Retriever(load_corpus(SAMPLE_DOCS))

    assert retriever.doubted(query, found) != by_terms.doubted(query, found)
