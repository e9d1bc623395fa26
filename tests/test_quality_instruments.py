"""The quality benchmark's instruments on small data: claims, changes, rankings, gates, refinement, own questions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from benchmarks.truth.claim_support import measure_claims, word_overlap
from benchmarks.truth.datasets import Collection, Document, LabelledClaim, Query
from benchmarks.truth.erring_writer import ErringWriter
from benchmarks.truth.gate import Confidence, measure_gate, score_squad
from benchmarks.truth.own_questions import Half, Played, Question, load_questions, play
from benchmarks.truth.own_refinement import gold_support, judge_refinement, total
from benchmarks.truth.own_results import first_confidence, is_right, unknown_gold
from benchmarks.truth.perturbations import KINDS, Verdict, changes, measure_flags, numbers
from benchmarks.truth.retrieval import RawBm25, Subject, measure_ranking
from mocks.extractive_generator import ExtractiveGenerator
from mocks.library import SAMPLE_DOCS
from mocks.virtual_time import run_virtual
from rag.retrieval.corpus import load_corpus
from rag.values import GenerationRequest
from tests.evidence import asked, passage, refining
from tests.quality_data import CLAIMS, DOCUMENTS


def test_claims_are_scored_against_their_own_sources() -> None:
    """A scorer that knows the labels is perfect, a constant is chance, and overlap is the share of common words."""
    perfect = measure_claims(CLAIMS, lambda claim, source: float("moon" not in claim), threshold=0.5)

    assert (perfect.auroc, perfect.balanced_accuracy, perfect.count) == (1.0, 1.0, 4)
    assert measure_claims(CLAIMS, lambda claim, source: 0.2).auroc == 0.5
    assert word_overlap(CLAIMS[3].claim, CLAIMS[3].source) == 0.75


def test_what_is_changed() -> None:
    """Numbers are changed as the kind says, a negation goes behind the auxiliary, and what cannot be changed is not."""
    fee, dogs, _, _ = CLAIMS
    (swapped,) = changes("swapped number", CLAIMS[:3])
    unseen = {one.original.topic: one.claim for one in changes("unseen number", CLAIMS[:3])}
    (negated,) = changes("negation", CLAIMS[:3])

    assert swapped.claim == "The fee is 55 dollars."
    assert unseen.keys() == {"fee", "dogs"}
    assert not numbers(unseen["fee"]) & numbers(fee.source)
    assert not numbers(unseen["dogs"]) & numbers(dogs.source)
    assert negated.claim == "The fee is not 40 dollars."
    assert all(one.source != one.original.source for one in changes("wrong source", CLAIMS[:3]))
    assert [*changes("unseen number", CLAIMS)] == [*changes("unseen number", CLAIMS)]


def test_what_cannot_be_changed_is_left_out() -> None:
    """A number that was never in the source is no true one, and what is negated already is not negated again."""
    claims = [
        LabelledClaim("Fees rose to 99 dollars.", "The fee is 40 dollars, or 55 on Sundays.", True),
        LabelledClaim("The fee is not 40 dollars.", "The fee is not forty dollars.", True),
        LabelledClaim("Dogs bark.", "Dogs bark.", True),
    ]

    for kind in KINDS[1:]:
        assert [*changes(kind, claims)] == []
    assert len([*changes("untouched", claims)]) == 3


def test_what_is_no_number_of_its_own() -> None:
    """Citation marks, ranges, dates and section numbers stay as they are."""
    assert numbers("See [3], B3-6-02, 1999-2001, 4000.1.2 and 10:30.") == frozenset()
    assert numbers("It was $1,200.00 in 1999, then 7.5 (or 8).") == {"1200", "1999", "7.5", "8"}


def test_flags_are_counted() -> None:
    """A check that flags only what its source lacks word for word: no false alarm, every change found."""
    found = measure_flags(CLAIMS, lambda claim, source: Verdict(score := word_overlap(claim, source), score < 1))

    assert [found[kind].flagged for kind in KINDS] == [0.0, 1.0, 1.0, 1.0, 0.0]
    assert [found[kind].count for kind in KINDS] == [3, 2, 3, 1, 1]
    assert found["swapped number"].auroc == 0.5
    assert found["negation"].newly_flagged == 1.0


def test_what_was_flagged_before_is_not_newly_flagged() -> None:
    """A check that dislikes one claim whatever stands in it, and finds no change, finds nothing new."""
    found = measure_flags(CLAIMS, lambda claim, source: Verdict(0.0, "fee" in claim))["unseen number"]

    assert (found.flagged, found.newly_flagged) == (0.5, 0.0)


def test_rankings_are_measured_question_by_question() -> None:
    """A ranker that is right once and second once scores (1 + 1/log2 3) / 2; unanswerable questions are not asked."""
    queries = (Query("a", frozenset("1")), Query("b", frozenset("4")), Query("c", frozenset()))
    result = measure_ranking(Collection("tiny", DOCUMENTS, queries), lambda question, k: ["1", "4"])

    assert result.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert (result.count, result.recall_at_5, result.recall_at_15) == (2, 1.0, 1.0)


def test_any_documents_can_be_searched() -> None:
    """All rankings of the project and the baseline find the one document that is about the question."""
    subject, raw = Subject(DOCUMENTS), RawBm25(DOCUMENTS)

    for ranker in (subject.first, subject.deep, subject.reranked, raw.rank):
        assert ranker("hard granite quartz", 3)[0] == "3"
    assert raw.top_score("hard granite") > raw.top_score("unicorns") == 0.0


def word_count(documents: Sequence[Document]) -> Confidence:
    words = " ".join(document.text for document in documents).lower().split()
    return lambda question: float(words.count(question))


def test_what_is_taken_away_is_gone() -> None:
    """With the paragraph gone only its neighbour has the word, with the article gone nobody."""
    queries = (Query("zebras", frozenset("1"), "Animals", "1"), Query("unicorns", frozenset(), "Animals", "1"))
    scores = score_squad(Collection("tiny", DOCUMENTS, queries), word_count)

    assert (scores.answerable, scores.near_miss, scores.absent, scores.adversarial) == ([2.0], [1.0], [0.0], [0.0])
    assert measure_gate([2.0, 1.0], [1.0, 0.0], paired=True).auroc == 0.875


GOLD = ("The limit is 43 percent of the monthly income.",)
QUESTION = Question(id="q", question="?", kind="answerable", gold_sentences=GOLD, expected_outcome="answered")


def run(draft: str, refined: str | None) -> Played:
    return Played(QUESTION, "answered", "general", True, (), draft, refined, (), (), None, None, 0.0)


def test_an_answer_is_held_against_the_gold_sentences() -> None:
    """The gold sentence itself is perfect, a false figure costs, another sentence dilutes, silence is nothing."""
    right = gold_support("The limit is 43 percent of the monthly income [1].", GOLD)
    wrong = gold_support("The limit is 71 percent of the monthly income [1].", GOLD)
    diluted = gold_support("The limit is 43 percent of the monthly income. Penguins eat small fish all day.", GOLD)

    assert (right.recall, right.precision, right.f1) == (1.0, 1.0, 1.0)
    assert wrong.f1 < diluted.f1 < 1.0
    assert (diluted.recall, gold_support("", GOLD).f1, gold_support("Anything at all.", ()).recall) == (1.0, 0.0, 0.0)


def test_refinement_is_better_worse_or_neither() -> None:
    """One correction, one dilution, one change of nothing, one run that was not refined."""
    right, wrong = GOLD[0], GOLD[0].replace("43", "71")
    more = f"{right} Penguins eat small fish all day."
    result = judge_refinement([run(wrong, right), run(right, more), run(right, f"{right} "), run(right, None)])
    both = total([result, judge_refinement([run(right, None)])])

    assert (result.answered, result.refined, result.better, result.worse) == (4, 3, 1, 1)
    assert (both.answered, both.refined, both.recall_gain) == (5, 3, result.recall_gain)


def test_the_erring_writer_errs_in_a_gold_sentence_only() -> None:
    """Its draft is the extractive writer's but for one figure; its refinement is untouched."""
    text = f"{GOLD[0]} The lender counts every debt on the credit report. A car loan counts as a debt for 12 months."
    request = asked("Which limit of monthly income?", passage(text))
    writer = ErringWriter([QUESTION.model_copy(update={"question": request.question})], "unseen number")
    plain, spoilt = ExtractiveGenerator().write(request), written(writer, request)

    assert spoilt != plain
    assert "12 months" in spoilt
    assert writer.errors[request.question] not in plain
    assert written(writer, refining(request, plain)) == ExtractiveGenerator().write(refining(request, plain))


def written(writer: ErringWriter, request: GenerationRequest) -> str:
    async def read() -> str:
        return "".join([token async for token in writer.stream(request)])

    return run_virtual(read)


def test_questions_are_played_on_the_real_pipeline() -> None:
    """An answerable question is answered and one from another world is not; the first gate's confidence is kept."""
    chosen = {question.kind: question for question in reversed(load_questions("dev"))}
    answered, refused = play([chosen["answerable"], chosen["out_of_corpus"]])

    assert is_right(answered)
    assert answered.streamed
    assert answered.citations
    assert is_right(refused)
    assert not refused.streamed
    assert (first_confidence(refused) or 0.0) < (first_confidence(answered) or 0.0)


@pytest.mark.parametrize("half", ["dev", "test"])
def test_gold_passages_exist(half: Half) -> None:
    """Every gold passage of the question files is in the library; a half without a file has no questions."""
    assert unknown_gold(load_questions(half), load_corpus(SAMPLE_DOCS)) == []
    assert load_questions(half, SAMPLE_DOCS / "nowhere") == []
