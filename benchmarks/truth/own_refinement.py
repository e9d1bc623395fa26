"""Refinement: is the second version better than the draft, held against the sentences that answer the question?

Knows texts and gold sentences; knows neither the rule that decides to refine nor the evidence it decides on, so it can
judge both.

The gold sentences can only judge what they speak of. Most sentences of a draft are true and not gold; an error in one
of them, and its correction, are invisible here. Hence `benchmarks.truth.erring_writer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.truth.metrics import mean, weighted_mean
from benchmarks.truth.own_questions import Played
from rag.grounding.claims import assertion, split_claims
from rag.grounding.support import support

SAME = 0.005
"""A change of up to this is none: a word more or less in a title."""


@dataclass(frozen=True, slots=True)
class GoldSupport:
    """An answer held against the gold sentences; all in [0, 1]."""

    recall: float
    """How far the answer carries the gold sentences: mean support of each of them by the whole answer."""
    precision: float
    """How far the gold sentences carry the answer: mean support of each of its claims by all of them."""

    @property
    def f1(self) -> float:
        """Harmonic mean of the two: saying what is asked and saying little else."""
        total = self.recall + self.precision
        return 2 * self.recall * self.precision / total if total else 0.0


def gold_support(answer: str, gold_sentences: Sequence[str]) -> GoldSupport:
    """Hold an answer against the sentences that answer its question; citation marks do not count.

    Recall is ALCE's claim recall (Gao et al. 2023) with `support` as the judge; precision is its mirror.
    """
    claims = [assertion(claim.text) for claim in split_claims(answer) if claim.checkable]
    gold, said = "\n\n".join(gold_sentences), "\n\n".join(claims)
    return GoldSupport(
        recall=mean([support(sentence, said).score for sentence in gold_sentences]) if gold_sentences else 0.0,
        precision=mean([support(claim, gold).score for claim in claims]) if claims else 0.0,
    )


@dataclass(frozen=True, slots=True)
class RefinementResult:
    """What became of the refined runs of one writer."""

    answered: int
    """Runs that ended with an answer."""
    refined: int
    better: int
    worse: int
    """The rest of the refined runs changed by no more than `SAME`."""
    recall_gain: float
    """Mean change of gold recall over the refined runs; NaN if there are none."""
    precision_gain: float


def total(results: Sequence[RefinementResult]) -> RefinementResult:
    """All of them together; the gains weigh as many refined runs as they come from."""
    refined = [result for result in results if result.refined]
    weights = [result.refined for result in refined]
    return RefinementResult(
        answered=sum(result.answered for result in results),
        refined=sum(weights),
        better=sum(result.better for result in results),
        worse=sum(result.worse for result in results),
        recall_gain=weighted_mean([result.recall_gain for result in refined], weights),
        precision_gain=weighted_mean([result.precision_gain for result in refined], weights),
    )


def judge_refinement(runs: Sequence[Played]) -> RefinementResult:
    """Compare draft and second version of every refined run."""
    answered = [run for run in runs if run.outcome == "answered"]
    pairs = [
        (gold_support(run.draft, run.question.gold_sentences), gold_support(run.refined, run.question.gold_sentences))
        for run in answered
        if run.refined is not None and run.question.gold_sentences
    ]
    gains = [after.f1 - before.f1 for before, after in pairs]
    return RefinementResult(
        answered=len(answered),
        refined=len(pairs),
        better=sum(gain > SAME for gain in gains),
        worse=sum(gain < -SAME for gain in gains),
        recall_gain=mean([after.recall - before.recall for before, after in pairs]),
        precision_gain=mean([after.precision - before.precision for before, after in pairs]),
    )
