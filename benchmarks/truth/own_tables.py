"""The sections on the project's own questions: each figure with its goal, its interval and its baseline.

Knows what is asked of the project; measures nothing itself. Refinement has `refinement_tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.report import Goal, Line, Section, at_least, at_most, interval
from benchmarks.truth.gate_tables import bin_text
from benchmarks.truth.metrics import auroc, bootstrap, mean, reliability
from benchmarks.truth.own_citations import citation_section
from benchmarks.truth.own_questions import FILES, Half, Played, Question, load_questions, play
from benchmarks.truth.own_results import (
    first_confidence,
    gate_path,
    is_refused,
    is_right,
    is_streamed,
    of_kind,
    own_recalls,
    raw_cut,
    raw_library,
    raw_recalls,
    share,
    tally,
    unknown_gold,
)
from benchmarks.truth.refinement_tables import refinement_section
from benchmarks.truth.retrieval import RawBm25
from mocks.extractive_generator import ExtractiveGenerator
from mocks.library import SAMPLE_DOCS, library_parts
from rag.retrieval.corpus import Corpus, load_corpus


@dataclass(frozen=True, slots=True)
class _Measured:
    """One half of the questions, and what the pipeline did with it."""

    half: Half
    questions: Sequence[Question]
    corpus: Corpus
    raw: RawBm25
    runs: Sequence[Played]


def own_sections(half: Half, *, failures: bool = False) -> list[Section]:
    """All sections of one half; one that says why, if its file does not exist.

    The figures of the development half end in `_dev`: the names that are promised belong to the test half. `failures`
    adds the questions that did not end as they should; to look at those of the test half would make it useless.
    """
    questions = load_questions(half)
    if not questions:
        return [Section(f"Own questions, {half} half", [], [f"There is no sample_docs/{FILES[half]}: not measured."])]
    corpus = load_corpus(SAMPLE_DOCS)
    measured = _Measured(half, questions, corpus, raw_library(corpus), play(questions))
    answerable = [question for question in questions if question.kind == "answerable"]
    quoting = of_kind(measured.runs, "answerable")
    erring = play(answerable, ExtractiveGenerator(embellish=True))
    sections = [
        _retrieval(measured, answerable),
        _gate(measured),
        citation_section({"plain": quoting, "errs anywhere": erring}, corpus),
        refinement_section(answerable, quoting, erring),
    ]
    if failures and half == "dev":
        sections.append(Section("not as expected", [], list(_failures(measured.runs))))
    return [_named(section, half) for section in sections]


def _failures(runs: Sequence[Played]) -> Iterator[str]:
    for run in runs:
        if not is_right(run):
            path = f"{run.domain or '-'}: {gate_path(run)} ({first_confidence(run) or 0:.2f})"
            yield f"{run.question.id}, {run.question.kind}, {path}, {run.outcome}: {run.question.question}"


def _named(section: Section, half: Half) -> Section:
    ending = "" if half == "test" else "_dev"
    lines = [line.renamed(f"{line.figure}{ending}") if line.figure else line for line in section.lines]
    return Section(f"Own questions, {half} half: {section.title}", lines, section.notes)


def _retrieval(measured: _Measured, asked: Sequence[Question]) -> Section:
    missing = unknown_gold(measured.questions, measured.corpus)
    size = f"{len(measured.corpus.all)} passages, {len(measured.questions)} questions; the rewriter and the deep search"
    notes = [size, *(f"gold passage that does not exist: {name}" for name in missing)]
    return Section("retrieval", [*_recall(measured, asked, 5), *_recall(measured, asked, 15)], notes)


def _recall(measured: _Measured, asked: Sequence[Question], k: int) -> Iterator[Line]:
    ours = own_recalls(asked, library_parts(), measured.corpus, k)
    raw = raw_recalls(asked, measured.raw, k)
    figure, goal = ("own_recall_at_15", at_least(0.95)) if k == 15 else ("", None)
    detail = f"n {len(asked)} {interval(bootstrap(mean, ours))}"
    yield Line(f"recall@{k}", mean(ours), figure, goal, f"raw {mean(raw):.3f}", detail)
    if hard := [place for place, question in enumerate(asked) if question.is_paraphrase]:
        beside = f"raw {mean([raw[place] for place in hard]):.3f}"
        yield Line("  of paraphrases", mean([ours[place] for place in hard]), beside=beside, detail=f"n {len(hard)}")


def _gate(measured: _Measured) -> Section:
    runs = measured.runs
    lines = [
        *_error_lines(measured),
        *_confidence_lines(measured),
        Line("CPU time a run", mean([run.cost_ms for run in runs]), detail="ms, from question to last event", digits=2),
    ]
    notes = [
        "raw: answer if the highest raw BM25 score reaches the cut that suits the development half best",
        "outcomes",
        *_matrix(runs, lambda run: run.outcome),
        "what the gate said, each time that it was asked",
        *_matrix(runs, gate_path),
        *_reliability(runs),
    ]
    return Section("gate and outcome", lines, notes)


def _matrix(runs: Sequence[Played], label: Callable[[Played], str]) -> Iterator[str]:
    for kind, found in tally(runs, label).items():
        yield f"  {kind}: " + ", ".join(f"{times} {name}" for name, times in found.most_common())


def _error_lines(measured: _Measured) -> Iterator[Line]:
    runs, cut = measured.runs, raw_cut(load_questions("dev"), measured.raw)
    good = of_kind(runs, "answerable")
    hard = [run for run in good if run.question.is_paraphrase]

    def passed(some: Sequence[Played]) -> float:
        return mean([float(measured.raw.top_score(run.question.question) >= cut) for run in some])

    def streamed(what: str, some: Sequence[Played], figure: str, goal: Goal) -> Line:
        return share(what, some, is_streamed, figure, goal, f"raw {passed(some):.3f}")

    def refused(what: str, some: Sequence[Played], figure: str = "", goal: Goal | None = None) -> Line:
        return share(what, some, is_refused, figure, goal, f"raw {1 - passed(some):.3f}")

    far, near = of_kind(runs, "out_of_corpus"), of_kind(runs, "near_miss")
    yield streamed("out of corpus, streamed", far, "own_out_of_corpus_streamed", at_most(0.02))
    yield streamed("near miss, streamed", near, "own_near_miss_streamed", at_most(0.15))
    yield refused("answerable, refused", good, "own_answerable_refused", at_most(0.08))
    if hard:
        yield refused("  of paraphrases", hard)
    labelled = [run for run in runs if run.domain and run.question.domain]
    yield share("domain as labelled", labelled, lambda run: run.domain == run.question.domain)
    always = f"always answering {len(good) / len(runs):.3f}"
    yield share("outcome as expected", runs, is_right, "own_outcome_accuracy", at_least(0.93), always)


def _confidence_lines(measured: _Measured) -> Iterator[Line]:
    good = of_kind(measured.runs, "answerable")
    for name, runs in {
        "out of corpus": of_kind(measured.runs, "out_of_corpus"),
        "near misses": of_kind(measured.runs, "near_miss"),
    }.items():
        ours = auroc(_confidences(good), _confidences(runs))
        raw = auroc(*([measured.raw.top_score(run.question.question) for run in side] for side in (good, runs)))
        detail = f"n {len(good)} and {len(runs)}"
        yield Line(f"AUROC of the first confidence, {name}", ours, beside=f"raw {raw:.3f}", detail=detail)


def _confidences(runs: Sequence[Played]) -> list[float]:
    return [value for run in runs if (value := first_confidence(run)) is not None]


def _reliability(runs: Sequence[Played]) -> Iterator[str]:
    asked = [run for run in runs if first_confidence(run) is not None]
    bins, error = reliability(_confidences(asked), [run.question.kind == "answerable" for run in asked], bins=5)
    yield f"first confidence against the share that is answerable (calibration error {error:.3f})"
    yield from map(bin_text, bins)
