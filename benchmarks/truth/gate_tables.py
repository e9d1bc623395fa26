"""The section on the gate's confidence on public data: AUROC, what each threshold lets through, reliability.

Knows which measurement goes with which data set and goal; measures nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.report import Goal, Line, Section, at_least, interval
from benchmarks.truth.datasets import Document, mortgage_rules, scifact, squad
from benchmarks.truth.gate import SquadScores, measure_gate, project_confidence, raw_top_score, score_squad
from benchmarks.truth.metrics import Bin, Sample, auroc, mean, reliability
from rag.settings import DOMAIN_TABLE, GateSettings


def gate_section(folder: Path) -> Section:
    """SQuAD: the article gone, the paragraph gone, questions made to deceive; and questions from other fields."""
    collection = squad(folder)
    ours, raw = score_squad(collection), score_squad(collection, raw_top_score)
    strangers = [query.text for query in collection.queries if query.relevant][::10]
    science, rules = scifact(folder), mortgage_rules(folder)
    sections = list(dict.fromkeys(one.title for one in rules))
    lines = [
        *_squad(ours, raw),
        _against("SciFact claims", science.documents, [query.text for query in science.queries], strangers),
        _against("names of Reg X sections", rules, sections, strangers),
        Line("CPU time a question, 646 passages", ours.cost_ms, beside=f"raw {raw.cost_ms:.2f}", detail="ms", digits=2),
    ]
    notes = [
        "raw: the highest score of rank-bm25 on lower-case words between white space.",
        *_passing(ours),
        *_reliability(ours),
    ]
    return Section("Gate: is the answer in the library?", lines, notes)


def _squad(ours: SquadScores, raw: SquadScores) -> Iterator[Line]:
    def line(what: str, side: Callable[[SquadScores], Sample], figure: str = "", goal: Goal | None = None) -> Line:
        result = measure_gate(ours.answerable, side(ours), paired=goal is not None)
        beside = f"raw {auroc(raw.answerable, side(raw)):.3f}"
        return Line(f"SQuAD AUROC, {what}", result.auroc, figure, goal, beside, _sure(result.count, result.interval))

    yield line("article absent", lambda scores: scores.absent, "squad_absent_auroc", at_least(0.975))
    yield line("only the paragraph absent", lambda scores: scores.near_miss, "squad_near_miss_auroc", at_least(0.86))
    yield line("questions made to deceive", lambda scores: scores.adversarial)


def _against(what: str, documents: Sequence[Document], own: Sequence[str], strangers: Sequence[str]) -> Line:
    """Questions that belong to a library against others, which do not."""
    ours, raw = project_confidence(documents), raw_top_score(documents)
    result = measure_gate([ours(text) for text in own], [ours(text) for text in strangers])
    naive = auroc([raw(text) for text in own], [raw(text) for text in strangers])
    detail = _sure(result.count, result.interval)
    return Line(f"AUROC, {what} against SQuAD questions", result.auroc, beside=f"raw {naive:.3f}", detail=detail)


def _sure(count: int, bounds: tuple[float, float]) -> str:
    return f"n {count} {interval(bounds)}"


def _passing(scores: SquadScores) -> Iterator[str]:
    cuts = {policy.min_confidence for policy in DOMAIN_TABLE.values() if not policy.human_review}
    yield "share that reaches a threshold of the domain table: answerable / paragraph absent / article absent"
    for cut in sorted(cuts | {GateSettings().fallback_below}):
        sides = (scores.answerable, scores.near_miss, scores.absent)
        yield f"  {cut:.2f}   " + " / ".join(f"{mean([float(score >= cut) for score in side]):.2f}" for side in sides)


def _reliability(scores: SquadScores) -> Iterator[str]:
    gone = [*list(scores.near_miss)[::2], *list(scores.absent)[1::2]]
    right = [True] * len(scores.answerable) + [False] * len(gone)
    bins, error = reliability([*scores.answerable, *gone], right)
    yield f"confidence against the share that is answerable, where half of all are (calibration error {error:.3f})"
    yield from map(bin_text, bins)


def bin_text(one: Bin) -> str:
    """One line of a reliability diagram."""
    shares = f"confidence {one.score:.2f}   answerable {one.share:.2f}"
    return f"  {one.low:.1f}-{one.high:.1f}   n {one.size:4d}   {shares}"
