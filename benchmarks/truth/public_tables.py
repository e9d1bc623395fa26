"""The sections on public data: each figure beside its baseline and what others have published.

Knows which measurement goes with which data set and goal; measures nothing itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.report import Goal, Line, Section, at_least, at_most, interval
from benchmarks.truth.claim_support import ClaimResult, measure_claims, word_overlap
from benchmarks.truth.datasets import (
    Collection,
    LabelledClaim,
    attributionbench,
    cranfield,
    generated_claims,
    quoted_claims,
    scifact,
    wice,
)
from benchmarks.truth.perturbations import FlagResult, Kind, measure_flags, overlap_check
from benchmarks.truth.retrieval import RankingResult, RawBm25, Subject, measure_ranking


def retrieval_section(folder: Path) -> Section:
    """SciFact and Cranfield: first search, deep search, reranker, raw BM25."""
    lines = [
        *_retrieval(scifact(folder), "scifact_ndcg_at_10", at_least(0.69)),
        *_retrieval(cranfield(folder), "cranfield_ndcg_at_10", at_least(0.385)),
    ]
    notes = (
        "raw: rank-bm25 on lower-case words between white space. Reranked: the first search's 15 in a new order.",
        "published: SciFact, BM25 of Lucene .679 (Anserini regressions, BEIR v1.0.0, flat).",
    )
    return Section("Retrieval", lines, notes)


def _retrieval(collection: Collection, figure: str, goal: Goal) -> Iterator[Line]:
    subject, name = Subject(collection.documents), collection.name
    raw = measure_ranking(collection, RawBm25(collection.documents).rank)
    first = measure_ranking(collection, subject.first)
    deep = measure_ranking(collection, subject.deep)
    not_below = at_least(math.floor(1000 * first.ndcg_at_10) / 1000)
    yield _ndcg(f"{name} nDCG@10, first search", first, raw, figure, goal)
    yield _ndcg(f"{name} nDCG@10, reranked", measure_ranking(collection, subject.reranked), raw, "", not_below)
    yield _ndcg(f"{name} nDCG@10, deep search", deep, raw)
    for k in (5, 15):
        ours, wide, naive = (getattr(result, f"recall_at_{k}") for result in (first, deep, raw))
        yield Line(f"{name} recall@{k}, first search", ours, beside=f"raw {naive:.3f}, deep search {wide:.3f}")


def _ndcg(what: str, result: RankingResult, raw: RankingResult, figure: str = "", goal: Goal | None = None) -> Line:
    detail = f"n {result.count} {interval(result.interval)} {result.cost_ms:.1f} ms a query"
    return Line(what, result.ndcg_at_10, figure, goal, f"raw {raw.ndcg_at_10:.3f}", detail)


def claims_section(folder: Path) -> Section:
    """AttributionBench and WiCE: AUROC and balanced accuracy beside word overlap and published checkers."""
    claims = attributionbench(folder)
    parts = {origin: [one for one in claims if one.origin == origin] for origin in sorted({c.origin for c in claims})}
    lines = [
        *_claims("AttributionBench dev", claims, "attributionbench_auroc", at_least(0.77)),
        *(_auroc(f"  of which {origin}, AUROC", *_both(part)) for origin, part in parts.items()),
        *_claims("WiCE dev", wice(folder), "wice_auroc", at_least(0.84)),
    ]
    notes = (
        "overlap: share of the claim's words that the source has; its balanced accuracy is at the set's own best cut.",
        "published, on other splits: AttributionBench test, fine-tuned GPT-3.5 about .80 macro-F1 (arXiv 2402.15089);",
        "WiCE test, balanced accuracy: GPT-4o .785, MiniCheck-Flan-T5-L .722, AlignScore .660, SummaC-ZS .628;",
        "ExpertQA test: .549 to .608 for all 27 checkers of the LLM-AggreFact leaderboard, source of these figures.",
    )
    return Section("Claim support: does the source carry the claim?", lines, notes)


def _both(claims: Sequence[LabelledClaim]) -> tuple[ClaimResult, ClaimResult]:
    return measure_claims(claims), measure_claims(claims, word_overlap)


def _claims(name: str, claims: Sequence[LabelledClaim], figure: str, goal: Goal) -> Iterator[Line]:
    ours, naive = _both(claims)
    yield _auroc(f"{name} AUROC", ours, naive, figure, goal, f" {ours.cost_ms:.2f} ms a claim")
    yield Line(
        f"{name} balanced accuracy",
        ours.balanced_accuracy,
        beside=f"overlap {naive.best_balanced_accuracy:.3f}",
        detail=f"the set's own best cut, {ours.best_threshold:.2f}, would give {ours.best_balanced_accuracy:.3f}",
    )


def _auroc(
    what: str, ours: ClaimResult, naive: ClaimResult, figure: str = "", goal: Goal | None = None, cost: str = ""
) -> Line:
    detail = f"n {ours.count} {interval(ours.interval)}{cost}"
    return Line(what, ours.auroc, figure, goal, f"overlap {naive.auroc:.3f}", detail)


_FLAG_GOALS: dict[Kind, Goal] = {
    "untouched": at_most(0.25),
    "unseen number": at_least(0.98),
    "wrong source": at_least(0.98),
    "negation": at_least(0.60),
    "swapped number": at_least(0.50),
}


def flags_section(folder: Path) -> Section:
    """Errors put into claims of generated answers (the figures) and into sentences quoted word for word."""
    lines = [*_flags("generated", generated_claims(folder)), *_flags("quoted", quoted_claims(folder))]
    notes = (
        "value: share flagged. new: of those not flagged before. AUROC: claims as they were against changed ones.",
        "generated: supported claims of AttributionBench (without ExpertQA) and WiCE. quoted: sentences of SQuAD.",
    )
    return Section("Errors put in on purpose: how many are flagged?", lines, notes)


def _flags(name: str, claims: Sequence[LabelledClaim]) -> Iterator[Line]:
    ours, naive = measure_flags(claims), measure_flags(claims, overlap_check)
    for kind, result in ours.items():
        headline = name == "generated"
        figure, goal = (f"flag_{kind.replace(' ', '_')}", _FLAG_GOALS[kind]) if headline else ("", None)
        yield Line(f"{name}, {kind}", result.flagged, figure, goal, f"overlap {naive[kind].flagged:.3f}", _flag(result))


def _flag(result: FlagResult) -> str:
    counts = f"n {result.count} {interval(result.interval)}"
    return f"{counts} new {result.newly_flagged:.3f} AUROC {result.auroc:.3f}"
