"""The section on refinement: how often, how often better, how often worse, writer by writer.

Knows the writers and the layout; what better means stands in `own_refinement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.report import Line, Section, at_least, at_most, counted
from benchmarks.truth.erring_writer import ErringWriter
from benchmarks.truth.own_questions import Played, Question, play
from benchmarks.truth.own_refinement import RefinementResult, judge_refinement, total
from benchmarks.truth.perturbations import Kind
from rag.grounding.claims import assertion, split_claims

ERRORS: tuple[Kind, ...] = ("unseen number", "negation")
"""What the erring writer puts into a gold sentence."""

NOTES = (
    "better, worse: F1 of gold recall and gold precision of the second version against the draft's.",
    "better is asked of the writers whose error the gold sentences can see (all but `errs anywhere`), worse of all.",
)


def refinement_section(questions: Sequence[Question], plain: Sequence[Played], erring: Sequence[Played]) -> Section:
    """Compare drafts with second versions, writer by writer.

    `plain` and `erring` are the runs of these answerable questions with the writer that only quotes, and with the one
    that errs anywhere; the others are played here.
    """
    writers = {f"{kind} in a gold sentence": ErringWriter(questions, kind) for kind in ERRORS}
    runs = {name: play(questions, writer) for name, writer in writers.items()}
    results = {"plain": judge_refinement(plain)} | {name: judge_refinement(r) for name, r in runs.items()}
    anywhere = judge_refinement(erring)
    telling, everyone = total([*results.values()]), total([*results.values(), anywhere])
    lines = [
        counted("better, of refined", telling.better, telling.refined, "own_refined_better", at_least(0.60)),
        counted("worse, of refined", everyone.worse, everyone.refined, "own_refined_worse", at_most(0.02)),
        *_writers(results | {"errs anywhere": anywhere}),
        *(_corrected(name, writer, runs[name]) for name, writer in writers.items()),
    ]
    return Section("refinement", lines, NOTES)


def _writers(results: Mapping[str, RefinementResult]) -> Iterator[Line]:
    for name, result in results.items():
        gains = f"gold recall {result.recall_gain:+.3f}, gold precision {result.precision_gain:+.3f}"
        yield counted(f"{name}: refined, of answered", result.refined, result.answered)
        if result.refined:
            yield counted("  better", result.better, result.refined, beside=gains)
            yield counted("  worse", result.worse, result.refined)


def _corrected(name: str, writer: ErringWriter, runs: Sequence[Played]) -> Line:
    """Of the answers whose draft had the error, those whose final text has it no more."""
    wrong = [run for run in runs if run.outcome == "answered" and run.question.question in writer.errors]
    gone = sum(writer.errors[run.question.question] not in _final_claims(run) for run in wrong)
    return counted(f"{name}: gone at the end", gone, len(wrong))


def _final_claims(run: Played) -> set[str]:
    return {assertion(claim.text) for claim in split_claims(run.draft if run.refined is None else run.refined)}
