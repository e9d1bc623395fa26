"""Terms as numbers: what went in comes out, whatever it is, and parts that do not fit are refused."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrieval.index import Bm25Index
from rag.retrieval.passage_words import forget_passages, read_passage, searchable_text, sentence_terms
from rag.retrieval.token_store import Sentences, TokenStore
from tests.evidence import library

DOCUMENTS: list[Sentences] = [
    [["gift", "letter"], ["donor", "gift"]],
    [],
    [[]],
    [["escrow"], [], ["gift"]],
]


def test_what_went_in_comes_out() -> None:
    """Sentence by sentence, empty ones and empty documents included."""
    store = TokenStore.of(DOCUMENTS)

    assert [store.sentences(position) for position in range(len(store))] == DOCUMENTS
    assert sorted(store.vocabulary) == ["donor", "escrow", "gift", "letter"]


def test_no_documents() -> None:
    """A store of nothing."""
    assert len(TokenStore.of([])) == 0


@pytest.mark.parametrize(
    ("numbers", "starts"),
    [([0, 1, -1], [0, 2]), ([0, 9, -1], [0, 3]), ([0], [])],
    ids=["short", "unknown", "no starts"],
)
def test_parts_that_do_not_fit(numbers: list[int], starts: list[int]) -> None:
    """They are refused when they are put together, not when somebody searches."""
    with pytest.raises(ValueError, match="belong together"):
        TokenStore(["gift", "letter"], np.array(numbers, np.int32), np.array(starts, np.int64))


def test_an_index_reads_no_text_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of a passage in an index are those of its text, and come without looking at the text."""
    passages = library()[:30]
    texts = [searchable_text(passage) for passage in passages]
    forget_passages()
    read = [read_passage(text) for text in texts]
    forget_passages()
    made = Bm25Index(passages)
    monkeypatch.setattr("rag.retrieval.passage_words.terms", lambda text: pytest.fail("was read again"))

    assert [made.words(position) for position in range(len(passages))] == read
    assert read_passage(texts[3]) is made.words(3)


def test_passages_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many are kept as words; those that came first go first."""
    monkeypatch.setattr("rag.retrieval.passage_words.REMEMBERED", 2)
    forget_passages()
    first = read_passage("One rule.")
    read_passage("Another rule.")
    read_passage("A third rule.")

    assert read_passage("One rule.") is not first
    assert read_passage("One rule.") == first
    assert sentence_terms("One rule. Two!") == [["1", "rul"], ["2"]]
