"""Reranking: every passage on one scale, wherever it was found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rag.retrieval.analysis import terms
from rag.retrieval.concepts import plain_concepts
from rag.retrieval.confidence import CollectionStatistics, confidence, match
from rag.retrieval.rerank import LexicalReranker, relevance
from rag.values import Passage, RewrittenQuery, ScoredPassage

TEXTS = (
    "The appraisal is paid by the borrower. Letters are kept for a year.",
    "An appraisal is valid for 180 days. A valid appraisal may be renewed.",
    "The escrow cushion is two months of payments.",
    "Valid letters name the donor. The appraisal follows.",
)
STATISTICS = CollectionStatistics(terms(text) for text in TEXTS)
QUESTION = "How long is an appraisal valid?"


def passage(number: int, text: str) -> Passage:
    return Passage(passage_id=f"g#{number}", document_id="g", source="", title="", section="", text=text)


PASSAGES = [passage(number, text) for number, text in enumerate(TEXTS)]


def rerank(passages: Sequence[Passage], *variants: str) -> list[ScoredPassage]:
    query = RewrittenQuery(original=QUESTION, text=QUESTION, variants=variants)
    with asyncio.Runner() as runner:
        return list(runner.run(LexicalReranker(STATISTICS).rerank(query, passages)))


def test_all_passages_come_back_best_first() -> None:
    """None is lost, the answer is first, what shares nothing is last with zero."""
    ranked = rerank(PASSAGES)

    assert sorted(item.passage.passage_id for item in ranked) == ["g#0", "g#1", "g#2", "g#3"]
    assert ranked[0].passage.passage_id == "g#1"
    assert (ranked[-1].passage.passage_id, ranked[-1].confidence) == ("g#2", 0.0)
    assert [item.confidence for item in ranked] == sorted((item.confidence for item in ranked), reverse=True)


def test_a_score_does_not_depend_on_the_company() -> None:
    """The same passage has the same score in any set, so the sets of both paths can be compared."""
    alone = rerank(PASSAGES[1:2])[0]

    assert alone in rerank(PASSAGES)


def test_words_that_stand_side_by_side() -> None:
    """Of two passages with the same words, that one wins in which they stand together as in the question."""
    together, apart = rerank([PASSAGES[3], passage(9, "Letters name the donor. The appraisal is valid.")])

    assert (together.passage.passage_id, apart.passage.passage_id) == ("g#9", "g#3")


def test_the_scale_is_that_of_the_gate() -> None:
    """An answer passes a strict threshold, a mere mention does not reach the floor."""
    scores = {item.passage.passage_id: item.confidence for item in rerank(PASSAGES)}

    assert scores["g#1"] >= 0.8
    assert scores["g#0"] < 0.5


def test_a_better_variant() -> None:
    """The best form of the question counts, as it does for confidence."""
    assert rerank(PASSAGES, "escrow cushion months")[0].passage.passage_id == "g#2"


def test_equal_passages_keep_their_order() -> None:
    """The order in which they were found is the tie-break."""
    twins = [passage(number, TEXTS[1]) for number in (5, 6, 7)]

    assert [item.passage.passage_id for item in rerank(twins)] == ["g#5", "g#6", "g#7"]


def test_nothing_to_rank() -> None:
    """No passages, no scores."""
    assert rerank([]) == []


def test_a_passage_without_the_type_of_answer() -> None:
    """However often it repeats the question, one that says how long it is comes first."""
    said = passage(8, "An appraisal stays valid for 180 days.")
    unsaid = passage(9, "A valid appraisal is a valid appraisal. An appraisal is valid if its date is valid.")
    ranked = rerank([unsaid, said])

    assert [item.passage.passage_id for item in ranked] == ["g#8", "g#9"]
    assert ranked[1].confidence < 0.5


def test_questions_that_a_passage_answers() -> None:
    """They are read with it: it comes first for somebody who asks in their words."""
    known = PASSAGES[2].model_copy(
        update={"questions": ("How long is my paper from the house doctor good, is it valid?",)}
    )
    query = RewrittenQuery(original="house doctor paper still good?", text="house doctor paper still good?")
    with asyncio.Runner() as runner:
        ranked = runner.run(LexicalReranker(STATISTICS).rerank(query, [*PASSAGES, known]))

    assert ranked[0].passage == known
    assert ranked[1].confidence < ranked[0].confidence / 2


def test_reranking_adds_to_confidence() -> None:
    """A passage that repeats the subject gains on one that names it once, which confidence cannot tell apart."""
    query = plain_concepts(QUESTION)
    once, twice = "An appraisal is valid for days.", "An appraisal is valid for days. A valid appraisal stays valid."
    asked = RewrittenQuery(original=QUESTION, text=QUESTION)

    assert relevance(match(query, twice, STATISTICS)) > relevance(match(query, once, STATISTICS))
    assert abs(confidence(asked, twice, STATISTICS) - confidence(asked, once, STATISTICS)) < 0.01
