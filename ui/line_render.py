"""The line as HTML: the form with its cards, and the comparison beside it. Knows templates; nothing of Gradio."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lab.what_if import Comparison
from rag.settings import RELEASABLE, Settings
from rag.values import Path, StageName
from ui import labels
from ui.line_form import BUDGET_NAME, BUDGETED, Form, house_form
from ui.line_view import differences, pictures, verdict
from ui.render import filled
from ui.words import Status

READY = Status("Playing the question in virtual time...", "working")


@dataclass(frozen=True, slots=True)
class StageCard:
    """One stage: its path, its budgets, and whether the first word can be made to wait for it."""

    stage: StageName
    name: str
    path: Path
    work: str
    budgets: tuple[tuple[str, str, str], ...]
    """Field, its label, its text."""
    releasable: bool
    waits: bool


_WORK: dict[StageName, str] = {
    "classification": "which domain's rules apply",
    "rewrite": "the words that search better",
    "retrieval": "the least evidence for a draft",
    "gate": "may anything be said at all?",
    "expanded_retrieval": "a second, wider search",
    "prompt": "numbered sources, nothing else",
    "generation": "the draft, word by word",
    "query_safety": "may this be asked?",
    "deep_retrieval": "three times the evidence",
    "rerank": "the best of it first",
    "verification": "each sentence by its source",
    "safety": "may the whole text stand?",
    "refinement": "a better text, as a patch",
    "groundedness": "the final score",
}


def stage_cards(form: Form) -> Iterator[StageCard]:
    """Every stage, fast path first."""
    lanes: tuple[tuple[Path, tuple[StageName, ...]], ...] = (("fast", labels.FAST_STAGES), ("slow", labels.SLOW_STAGES))
    for path, stages in lanes:
        for stage in stages:
            budgets = tuple(
                (f"budgets.{name}", BUDGET_NAME.get(name, "budget"), form.numbers[f"budgets.{name}"])
                for name in BUDGETED.get(stage, ())
            )
            releasable = stage in RELEASABLE
            yield StageCard(
                stage,
                labels.STAGE[stage],
                path,
                _WORK[stage],
                budgets,
                releasable,
                releasable and stage in form.release,
            )


def render_form(form: Form, settings: Settings) -> str:
    """The cards, the line between them, and the gate's domain table."""
    values = {
        "form": form,
        "house": house_form(settings, form.domain),
        "cards": list(stage_cards(form)),
        "policies": settings.gate.domains,
        "names": labels.DOMAIN,
    }
    return filled("line_form.html", values)


def render_line(line: Status = READY) -> str:
    """The status line of the tab. Before the first comparison it is the page that asks for one, when somebody looks."""
    return filled("line_status.html", {"line": line, "empty": line is READY})


def render_result(result: Comparison) -> str:
    """The comparison: the figures with their differences, and both runs on one axis."""
    return filled("line_result.html", {"differences": differences(result), "pictures": pictures(result)})


def result_line(result: Comparison, *, unchanged: bool) -> Status:
    """The comparison in one sentence."""
    if unchanged:
        return Status(
            "The house's own line. Move a stage across it, or change a number: it runs again at once.", "idle"
        )
    return Status(verdict(result), "done")
