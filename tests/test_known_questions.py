"""What passages answer beside what they leave open: which of the two a question resembles, and what that is worth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mocks.virtual_time import run_virtual
from rag.retrieval import index, known_questions
from rag.retrieval.bm25 import Bm25Retriever
from rag.retrieval.concepts import plain_concepts
from rag.retrieval.confidence import TRUST_AT_MOST, doubt
from rag.retrieval.corpus import Corpus
from rag.retrieval.index import Bm25Index
from rag.retrieval.known_questions import EVEN, KnownQuestions
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


def vote(question: str, passages: Sequence[Passage] = KNOWING, *positions: int) -> float | None:
    statistics = Bm25Index(passages).statistics
    reading = weigh(plain_concepts(question), statistics)
    return KnownQuestions(passages, statistics).vote(question, [reading], positions or range(len(passages)))


def best(passages: Sequence[Passage], question: str) -> float:
    found = Bm25Retriever(Corpus(tuple(passages))).search(asked(question), top_k=5, mode="first")
    return max((item.confidence for item in found), default=0.0)


def test_a_passage_that_leaves_nothing_open_casts_no_doubt() -> None:
    """Nobody said what is missing, so nothing is known to be."""
    assert vote(FEE, UNKNOWING) is None
    assert doubt(None) == 0.0


@pytest.mark.parametrize(("question", "voted"), [(FEE, 1.0), (DEADLINE, 0.0)])
def test_a_known_question_votes_for_its_kind(question: str, voted: float) -> None:
    """Word for word it is the nearest by far."""
    assert vote(question) == pytest.approx(voted, abs=0.01)


def test_only_the_passages_at_hand_vote() -> None:
    """What the others leave open concerns nobody who did not find them."""
    assert vote(FEE, KNOWING, 1, 2) is None
    assert vote(FEE, KNOWING, 0, 1) is not None


def test_a_long_question_is_not_like_a_short_one_that_it_contains() -> None:
    """Likeness has two sides: all of the one in the other is not yet the same question."""
    short = vote(FEE, [passage(0, LOCKS, [DEADLINE], ["Fee?"]), *FILLER])

    assert short is not None
    assert short < 0.5


def test_what_is_only_told_is_not_compared() -> None:
    """A story around the question takes nothing from its likeness."""
    assert vote(f"My brother sold his boat in May. {FEE}") == pytest.approx(vote(FEE), abs=0.01)


def test_equally_near_ones_share_the_vote() -> None:
    """Two that ask the same, one of each kind: between the two, and near neither."""
    torn = vote(FEE, [passage(0, LOCKS, [f"{FEE} Please tell."], [FEE]), *FILLER])

    assert torn == pytest.approx(0.5, abs=0.1)


def test_no_more_than_so_many_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest alone decides where it alone is asked."""
    monkeypatch.setattr(known_questions, "VOTERS", 1)

    assert vote(FEE) == pytest.approx(1.0, abs=0.01)


def test_a_question_of_the_fee_is_doubted_where_only_the_deadline_is_given() -> None:
    """The words of both are in the passage; what is known to be open tells them apart."""
    assert best(KNOWING, FEE) < best(UNKNOWING, FEE)
    assert best(KNOWING, DEADLINE) >= best(UNKNOWING, DEADLINE)


def test_what_resembles_nothing_is_neither_doubted_nor_trusted() -> None:
    """A question from another world gains and loses nothing by being unlike what is known."""
    unlike = "Which flour makes the best sourdough?"

    assert vote(unlike) == pytest.approx(EVEN, abs=0.01)
    assert doubt(EVEN) == 0.0
    assert best(KNOWING, unlike) == pytest.approx(best(UNKNOWING, unlike), abs=0.01)


def test_what_a_vote_is_worth() -> None:
    """Doubt grows with what is left open; what is answered is trusted, within a bound."""
    assert doubt(1.0) == pytest.approx(0.594)
    assert doubt(0.5) == pytest.approx(0.144)
    assert doubt(0.3) == pytest.approx(-0.036)
    assert doubt(0.0) == -TRUST_AT_MOST


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
    assert found.known.vote(FEE, [reading], range(3)) == made.known.vote(FEE, [reading], range(3)) > 0.9
    Bm25Index([passage(0, LOCKS, [DEADLINE], [FEE, "Is there a form for it?"]), *KNOWING[1:]], cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
