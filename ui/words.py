"""The two sentences that say where a run stands: the status line, and the label above the answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.labels import STAGE, clock, listed, plural
from ui.sentences import SentenceState
from ui.view import Phase, View

Mood = Literal["idle", "working", "done", "caution", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Status:
    """The status line and the colour and sign it wears."""

    text: str
    mood: Mood
    clock: str = ""


STOPPED = Status("Stopped. Nothing is running any more; what is shown was not checked to the end.", "stopped")
NO_QUESTION = Status("Please type a question first.", "caution")


@dataclass(frozen=True, slots=True)
class Label:
    """What the answer is (`name`) and what that means for the reader (`note`)."""

    name: str
    note: str
    mood: Mood


def status_line(view: View) -> Status:
    """The newest message while the run lasts, its result afterwards."""
    if view.error:
        return Status(view.error.message, "failed", clock(view.elapsed_ms))
    if view.final:
        return _result(view)
    if not view.begun:
        return Status("Ready. Ask a question, or choose a scenario.", "idle")
    return Status(_under_way(view), "working", clock(view.elapsed_ms))


def _under_way(view: View) -> str:
    """What is being done right now: of the stages at work the newest on the fast path, else on the slow one.

    A failure goes first. That a stage ended, or is still being waited for, is said when nothing else is at work.
    """
    if view.status is None:
        return "Sending the question..."
    at_work = [run for run in view.stages if run.end_ms is None]
    if view.status.state == "failed" or not at_work:
        return view.status.message
    fast = [run for run in at_work if run.path == "fast"]
    return (fast or at_work)[-1].message


def _result(view: View) -> Status:
    final = view.final
    total = clock(view.metric.total_pipeline_ms if view.metric else view.moment_ms("final") or view.elapsed_ms)
    endings: dict[str, Status] = {
        "safe_fallback": Status("No answer: the evidence was not good enough.", "caution", total),
        "human_review": Status("Handed to a person: this is not for a machine to answer.", "caution", total),
        "withheld": Status("Withheld by the safety check.", "failed", total),
    }
    if final is None or final.outcome in endings:
        return endings[final.outcome] if final else Status("", "idle")
    checked = _checked(view)
    if not final.complete:
        return Status(f"The answer is incomplete. {checked}", "caution", total)
    if final.degraded:
        return Status(f"Answered, but not fully checked. {checked}", "caution", total)
    return Status(f"Answered and checked. {checked}", "caution" if _number(view, "contradicted") else "done", total)


def _checked(view: View) -> str:
    claims = [sentence for sentence in view.sentences if sentence.index is not None]
    otherwise = _number(view, "contradicted")
    contradicted = f", {otherwise} contradicted by {'its' if otherwise == 1 else 'their'} source" if otherwise else ""
    return f"{_number(view, 'verified')} of {plural(len(claims), 'sentence')} verified{contradicted}." if claims else ""


def _number(view: View, state: SentenceState) -> int:
    """How many sentences are in this state."""
    return sum(sentence.index is not None and sentence.state == state for sentence in view.sentences)


_LABELS: dict[Phase, Label] = {
    "idle": Label("Answer", "appears here as a draft first, then checked sentence by sentence", "idle"),
    "waiting": Label("Draft", "not checked yet: it may change while you read", "working"),
    "drafting": Label("Draft", "not checked yet: it may change while you read", "working"),
    "checking": Label("Draft", "complete, now being checked: it may still change", "working"),
    "revised": Label("Revised draft", "improved with better evidence, last checks running", "working"),
    "final": Label("Final answer", "checked", "done"),
    "withdrawn": Label("Withdrawn", "the answer was taken back", "failed"),
    "failed": Label("Draft", "unfinished and not checked", "failed"),
}


def answer_label(view: View) -> Label:
    """The label above the answer; *draft* stands there before the first word does."""
    final = view.final
    if view.phase == "withdrawn" and view.moment_ms("withdrawn") is None:
        return Label("Withheld", "nothing was shown", "failed")
    if view.phase == "waiting" and view.gate and view.gate.decision.waits_for:
        checks = listed(STAGE[stage].lower() for stage in view.gate.decision.waits_for)
        return Label("Draft", f"held back until these have passed: {checks}", "working")
    if view.phase == "failed" and not view.text:
        return Label("No answer", "the run failed before the first word", "failed")
    if view.phase != "final" or final is None:
        return _LABELS[view.phase]
    if final.outcome == "safe_fallback":
        return Label("No answer", "no word was written, because the evidence does not carry one", "caution")
    if final.outcome == "human_review":
        return Label("For a person", "this kind of question is never answered by the machine", "caution")
    return _answered(view)


def _answered(view: View) -> Label:
    final = view.final
    missing = listed(STAGE[stage].lower() for stage in final.degraded) if final else ""
    if final and not final.complete:
        return Label("Incomplete answer", "it broke off before it was finished", "caution")
    if missing:
        return Label("Final answer", f"not fully checked: {missing} did not finish", "caution")
    revised = " and revised" if view.revision else ""
    return Label("Final answer", f"checked{revised}", "done")
