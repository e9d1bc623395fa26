"""What passages answer beside what they leave open: which of the two a question resembles, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mocks.virtual_time import run_virtual
from rag.retrieval import index
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.concepts import plain_concepts
from rag.retrieval.confidence import doubt
from rag.retrieval.corpus import Corpus
from rag.retrieval.index import Bm25Index
from rag.retrieval.known_questions import KnownQuestions, Resemblance
from rag.retrieval.rerank import LexicalReranker
from rag.retrieval.statistics import CollectionStatistics
from rag.retrieval.token_store import TokenStore
from rag.retrieval.weighing import weigh
from rag.values import Passage, RewrittenQuery

DEADLINE = "How long does a rate lock extension last?"
FEE = "What is the fee for a rate lock extension?"
OTHER = "Who signs the release of a lien?"


def passage(number: int, text: str, answered: Sequence[str] = (), left_open: Sequence[str] = ()) -> Passage:
    return Passage(
        passage_id=f"guide#{number}",
        document_id="guide",
        source="Guide",
        title="Guide",
        section=f"Part {number}",
        text=text,
        ordinal=number,
        questions=tuple(answered),
        open_questions=tuple(left_open),
    )


LOCKS = "A rate lock extension lasts 15 days. It is asked for in writing before the rate lock ends."
LIENS = "The servicing manager signs the release of a lien within 30 days of payoff."
FILLER = [passage(n, f"Section {n} speaks of borrowers, houses and county records.") for n in range(2, 12)]
KNOWING = [passage(0, LOCKS, [DEADLINE], [FEE]), passage(1, LIENS, [OTHER], []), *FILLER]
UNKNOWING = [passage(0, LOCKS, [DEADLINE]), passage(1, LIENS, [OTHER]), *FILLER]


def asked(question: str) -> RewrittenQuery:
    return RewrittenQuery(original=question, text=question, variants=(question,))


def resemblance(question: str, passages: Sequence[Passage] = KNOWING, *positions: int) -> Resemblance | None:
    statistics = Bm25Index(passages).statistics
    reading = weigh(plain_concepts(question), statistics)
    return KnownQuestions(passages, statistics).resemblance(question, [reading], positions or range(len(passages)))


def best(passages: Sequence[Passage], question: str) -> float:
    found = Bm25Retriever(Corpus(tuple(passages))).search(asked(question), top_k=5, mode="first")
    return max((item.confidence for item in found), default=0.0)


def test_a_passage_that_leaves_nothing_open_casts_no_doubt() -> None:
    """Nobody said what is missing, so nothing is known to be."""
    assert resemblance(FEE, UNKNOWING) is None
    assert doubt(None) == 0.0


@pytest.mark.parametrize(("question", "like"), [(FEE, "left_open"), (DEADLINE, "answered")])
def test_a_known_question_is_like_itself(question: str, like: str) -> None:
    """Word for word it is all alike, and less like the other kind."""
    found = resemblance(question)

    assert found is not None
    assert getattr(found, like) == pytest.approx(1.0)
    assert found.answered + found.left_open < 2.0


def test_only_the_passages_at_hand_are_looked_at() -> None:
    """What the others leave open concerns nobody who did not find them."""
    assert resemblance(FEE, KNOWING, 1, 2) is None
    assert resemblance(FEE, KNOWING, 0, 1) is not None


def test_a_long_question_is_not_like_a_short_one_that_it_contains() -> None:
    """Likeness has two sides: all of the one in the other is not yet the same question."""
    short = [passage(0, LOCKS, [DEADLINE], ["Fee?"]), *FILLER]
    found = resemblance(FEE, short)

    assert found is not None
    assert 0 < found.left_open < 0.6


def test_what_is_only_told_is_not_compared() -> None:
    """A story around the question takes nothing from its likeness."""
    plain, told = resemblance(FEE), resemblance(f"My brother sold his boat in May. {FEE}")

    assert plain is not None
    assert told is not None
    assert told.left_open == pytest.approx(plain.left_open)


def test_a_question_of_the_fee_is_doubted_where_only_the_deadline_is_given() -> None:
    """The words of both are in the passage; what is known to be open tells them apart."""
    assert best(KNOWING, FEE) < best(UNKNOWING, FEE)
    assert best(KNOWING, DEADLINE) >= best(UNKNOWING, DEADLINE)


def test_what_resembles_nothing_is_neither_doubted_nor_trusted() -> None:
    """A question from another world gains nothing by being unlike what is open."""
    unlike = "Which flour makes the best sourdough?"

    assert doubt(Resemblance(0.0, 0.0)) == 0.0
    assert best(KNOWING, unlike) == best(UNKNOWING, unlike)


def test_doubt_grows_with_what_is_open_and_falls_with_what_is_answered() -> None:
    """The two compete."""
    assert doubt(Resemblance(0.4, 0.8)) > doubt(Resemblance(0.4, 0.6)) > doubt(Resemblance(0.6, 0.6))
    assert doubt(Resemblance(0.9, 0.9)) < 0.25


def test_reranked_evidence_is_doubted_too() -> None:
    """Every score of the question falls by the same, so the order stays."""
    retriever = Bm25Retriever(Corpus(tuple(KNOWING)))
    passages = KNOWING[:3]

    async def ranked(reranker: LexicalReranker) -> list[tuple[str, float]]:
        found = await reranker.rerank(asked(FEE), passages)
        return [(item.passage.passage_id, item.confidence) for item in found]

    trusting = run_virtual(lambda: ranked(LexicalReranker(retriever.statistics)))
    doubting = run_virtual(lambda: ranked(LexicalReranker(retriever.statistics, retriever.doubted)))

    assert [name for name, _ in doubting] == [name for name, _ in trusting]
    assert doubting[0][1] < trusting[0][1]


def test_the_terms_of_other_questions_are_refused() -> None:
    """An index from the disk that belongs to other passages is an error, and no silent nonsense."""
    with pytest.raises(ValueError, match="not those"):
        KnownQuestions(KNOWING, CollectionStatistics([["a"]]), TokenStore.of([[["fee"]]]))


def test_a_cached_index_knows_the_same_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left on the disk and found again; and an open question more makes another index."""
    monkeypatch.setattr(index, "SPARSE_ABOVE", 5)
    made = Bm25Index(KNOWING, cache=tmp_path)
    found = Bm25Index(KNOWING, cache=tmp_path)
    reading = weigh(plain_concepts(FEE), made.statistics)

    assert len(list(tmp_path.iterdir())) == 1
    assert found.known.resemblance(FEE, [reading], range(3)) == made.known.resemblance(FEE, [reading], range(3))
    Bm25Index([passage(0, LOCKS, [DEADLINE], [FEE, "Is there a form for it?"]), *KNOWING[1:]], cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
