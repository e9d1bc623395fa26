"""What the runs of the own questions are worth: recall, the gate's errors, outcomes, citations. Pure but for searching.

Knows questions and what their runs did. Goals and layout stand in `own_tables`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.report import Goal, Line, counted
from benchmarks.truth.datasets import Document
from benchmarks.truth.metrics import Sample, best_balanced_accuracy, mean, recall
from benchmarks.truth.own_questions import Kind, Played, Question
from benchmarks.truth.retrieval import DEEP, RawBm25
from rag.ports import Parts, SearchMode
from rag.retrieval.corpus import Corpus


def own_recalls(questions: Sequence[Question], parts: Parts, corpus: Corpus, k: int = DEEP) -> list[float]:
    """Of each question's gold passages the share among the first `k` of the deep search.

    A gold passage of the fallback index is looked for in the expanded search, which alone covers that index.
    """
    return [asyncio.run(_recall(question, parts, corpus, k)) for question in questions]


async def _recall(question: Question, parts: Parts, corpus: Corpus, k: int) -> float:
    query = await parts.rewriter.rewrite(question.question)

    async def found(mode: SearchMode) -> list[str]:
        return [item.passage.passage_id for item in await parts.retriever.retrieve(query, top_k=k, mode=mode)]

    deep = set(await found("deep"))
    expanded = set(await found("expanded"))
    places = [expanded if _in_fallback(passage_id, corpus) else deep for passage_id in question.gold]
    return mean([float(passage_id in place) for passage_id, place in zip(question.gold, places, strict=True)])


def _in_fallback(passage_id: str, corpus: Corpus) -> bool:
    passage = corpus.get(passage_id)
    return passage is not None and passage.index == "fallback"


def raw_library(corpus: Corpus) -> RawBm25:
    """The baseline over the same passages, both indexes together."""
    return RawBm25([Document(p.passage_id, f"{p.section} {p.text}", p.title) for p in corpus.all])


def raw_recalls(questions: Sequence[Question], raw: RawBm25, k: int = DEEP) -> list[float]:
    """The same of the baseline, which is asked the question as it is."""
    return [recall(raw.rank(question.question, k), question.gold, k) for question in questions]


def unknown_gold(questions: Sequence[Question], corpus: Corpus) -> list[str]:
    """Gold passages that are not in the library: mistakes of the question file."""
    return [gold for question in questions for gold in question.gold if corpus.get(gold) is None]


def of_kind(runs: Sequence[Played], *kinds: Kind) -> list[Played]:
    """The runs of questions of these kinds."""
    return [run for run in runs if run.question.kind in kinds]


def share(
    what: str,
    runs: Sequence[Played],
    happened: Callable[[Played], bool],
    figure: str = "",
    goal: Goal | None = None,
    beside: str = "",
) -> Line:
    """The share of runs in which something happened, as a line of the report."""
    return counted(what, sum(map(happened, runs)), len(runs), figure, goal, beside)


def is_streamed(run: Played) -> bool:
    """Whether the reader saw a word of the model."""
    return run.streamed


def is_refused(run: Played) -> bool:
    """Whether there was no answer in the end."""
    return run.outcome != "answered"


def is_right(run: Played) -> bool:
    """Whether the run ended as it should."""
    return run.outcome == run.question.expected_outcome


def first_confidence(run: Played) -> float | None:
    """Confidence of the best passage when the gate was first asked; None if it was not, or asks for none."""
    conditions = run.gates[0].conditions if run.gates else ()
    return next((condition.value for condition in conditions if condition.name.startswith("confidence")), None)


def tally(runs: Sequence[Played], label: Callable[[Played], str]) -> dict[str, Counter[str]]:
    """The confusion matrix: kind of question, then label of the run."""
    kinds = dict.fromkeys(run.question.kind for run in runs)
    return {kind: Counter(map(label, of_kind(runs, kind))) for kind in kinds}


def gate_path(run: Played) -> str:
    """What the gate said, each time that it was asked."""
    return " ".join(gate.verdict for gate in run.gates) or "not asked"


def citation_hits(runs: Sequence[Played]) -> float:
    """Share of the final citations that name a gold passage; NaN without citations."""
    return mean([float(one.passage_id in run.question.gold) for run in runs for one in run.citations])


def verified_share(runs: Sequence[Played]) -> float:
    """Citation precision: share of the final citations whose passage was found to support the claim."""
    return mean([float(one.status == "verified") for run in runs for one in run.citations])


def raw_cut(questions: Sequence[Question], raw: RawBm25) -> float:
    """The raw score that best separates answerable questions from the others; chosen on the development half."""
    return best_balanced_accuracy(*raw_sides(questions, raw))[1]


def raw_sides(questions: Sequence[Question], raw: RawBm25) -> tuple[Sample, Sample]:
    """Raw top scores of the answerable questions and of those without an answer in the library."""
    scores = {question.id: raw.top_score(question.question) for question in questions}
    yes = [scores[question.id] for question in questions if question.kind == "answerable"]
    no = [scores[question.id] for question in questions if question.kind in ("near_miss", "out_of_corpus")]
    return yes, no
