"""The end card of a race: what each lane came to, measure by measure, and what follows from it in words.

Pure; every figure comes from the lab, every sentence from the figures. Knows no HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.figures import RunFigures
from lab.race import MEASURES, EndCard, measure_of
from rag.values import Strategy
from ui import labels
from ui.race_view import CONTENDERS, Contender


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. `share` in [0, 1] is its size beside the largest of its row; `note` says what it is made of."""

    value: str
    share: float = 0.0
    best: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure across the lanes."""

    name: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The table, and what it says."""

    contenders: tuple[Contender, ...]
    rows: tuple[Row, ...]
    lessons: tuple[str, ...]
    speed: float
    """Times are as played: the simulation ran this many times as fast."""


OUTCOME = {
    "answered": "answered",
    "safe_fallback": "no answer: the evidence is too weak",
    "human_review": "handed to a person",
    "withheld": "withheld by the safety check",
}

_REASON = {
    "without_gate": "without an open gate",
    "withdrawn": "taken back with the answer",
    "changed": "corrected later",
    "unsupported": "not borne out by a source",
    "unchecked": "never checked",
}


def exposure_text(char_s: float) -> str:
    """Characters x seconds as people read them: `0`, `940`, `17.5 k`."""
    return f"{char_s:.0f}" if char_s < 1000 else f"{char_s / 1000:.1f} k"


_ROWS: tuple[tuple[str, str, str, Callable[[float], str]], ...] = (
    ("first_status_ms", "First sign of life", "anything at all on the screen", labels.clock),
    ("first_token_ms", "First word", "of the answer", labels.clock),
    ("first_useful_ms", "First useful sentence", "whole, and with a source", labels.clock),
    ("final_ms", "Final answer", "checked and signed off", labels.clock),
    ("ungrounded_characters", "Shown without ground", "characters that had no business there", "{:,.0f}".format),
    ("exposure_char_s", "Exposure", "characters × seconds before their check", exposure_text),
    ("wrong_words", "Words to unlearn", "withdrawn, corrected, or found unsupported", "{:.0f}".format),
    ("groundedness", "Groundedness", "of the final text", labels.score),
)


def card(result: EndCard, speed: float = 1.0) -> Card:
    """The end card as a table. The wrong way is never marked as best: it wins by what it leaves out."""
    contenders = tuple(one for one in CONTENDERS if one.strategy in result.lanes)
    rows = tuple(_row(result, contenders, *row) for row in _ROWS)
    outcomes = tuple(Cell(outcome_text(result.lanes[one.strategy])) for one in contenders)
    rows += (Row("Outcome", "what the reader is left with", outcomes),)
    return Card(contenders, rows, tuple(_lessons(result)), speed)


def outcome_text(lane: RunFigures) -> str:
    """How a run ended, in a few words."""
    return OUTCOME.get(lane.outcome, "failed") + (", refined" if lane.refined else "")


def _row(
    result: EndCard, contenders: tuple[Contender, ...], measure: str, name: str, note: str, text: Callable[[float], str]
) -> Row:
    values = {one.strategy: measure_of(result.lanes[one.strategy], measure) for one in contenders}
    fair = [value for one in contenders if (value := values[one.strategy]) is not None and not one.wrong]
    best = text((max if MEASURES[measure] else min)(fair)) if len({text(value) for value in fair}) > 1 else None
    largest = max((value for value in values.values() if value is not None), default=0.0)
    cells = []
    for one in contenders:
        value = values[one.strategy]
        if value is None:
            cells.append(Cell("–"))
            continue
        is_best = not one.wrong and text(value) == best  # what reads alike ranks alike
        why = _reasons(result.lanes[one.strategy]) if measure == "ungrounded_characters" else ""
        cells.append(Cell(text(value), value / largest if largest else 0.0, is_best, why))
    return Row(name, note, tuple(cells))


def _reasons(lane: RunFigures) -> str:
    return labels.listed(_REASON[reason] for reason in lane.exposure.by_reason)


def _lessons(result: EndCard) -> Iterable[str]:
    """What the figures say, one sentence each; nothing where a lane is missing."""
    lanes = result.lanes
    right, silent, wrong = (lanes.get(lane) for lane in _TOLD)
    if right and silent:
        yield _ahead(right, silent)
    if right and right.exposure.exposure_char_s:
        yield (
            f"Its price: {exposure_text(right.exposure.exposure_char_s)} characters × seconds were read before they "
            f"were checked, marked as a draft. {_corrected(right)}"
        )
    if right and wrong:
        yield _without_gate(right, wrong)


_TOLD: tuple[Strategy, Strategy, Strategy] = ("progressive", "blocking", "ungated")


def _ahead(right: RunFigures, silent: RunFigures) -> str:
    if right.first_token_ms is None or silent.first_token_ms is None:
        return (
            f"Progressive: {outcome_text(right)}. Its reader could follow why as it happened; with blocking the same "
            f"reader saw nothing for {labels.clock(silent.final_ms)}."
        )
    return (
        f"Progressive showed its first word at {labels.clock(right.first_token_ms)}, "
        f"{labels.clock(silent.first_token_ms - right.first_token_ms)} before blocking showed anything."
    )


def _corrected(right: RunFigures) -> str:
    words = right.exposure.wrong_words
    return f"{labels.plural(words, 'word')} had to be unlearned." if words else "Not a word had to be unlearned."


def _without_gate(right: RunFigures, wrong: RunFigures) -> str:
    shown = wrong.exposure.by_reason.get("without_gate", 0)
    if not shown or wrong.first_token_ms is None:
        return "Here the gate opened at once, so leaving it out did no harm. Ask what the documents cannot answer."
    if right.first_token_ms is None:
        return (
            f"Without the gate the reader got {shown:,} characters that the evidence does not carry. "
            f"The gate kept every one of them off the screen."
        )
    saved_ms = right.first_token_ms - wrong.first_token_ms
    return (
        f"Leaving the gate out would win {labels.clock(max(0, saved_ms))} and put {shown:,} characters in front of the "
        f"reader that nothing stood behind when they were shown."
    )
