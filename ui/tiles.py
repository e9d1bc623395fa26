"""The metric tiles: each figure with its target and whether it is met. Pure; every figure comes from the run.

While the run lasts a figure is computed from what the view has seen; the run's own report replaces it at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.labels import clock, plural, score
from ui.view import View

FIRST_TOKEN_TARGET_MS = 2_000
USEFUL_TARGET_MS = 5_000
FINAL_TARGET_MS = 30_000
COVERAGE_TARGET = 0.85

Verdict = Literal["met", "missed", "open", "none"]
"""`open`: not known yet. `none`: this figure has no target, or the run's speed makes the target meaningless."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure. `fill` in [0, 1] is how far along its scale it is and `goal` where the target stands on it."""

    name: str
    value: str
    note: str
    verdict: Verdict = "none"
    fill: float | None = None
    goal: float | None = None
    ticking: bool = False
    """The page counts this one up while the run lasts."""


def tiles(view: View) -> tuple[Tile, ...]:
    """The tiles in reading order: the four with targets, then the figures that explain them."""
    metric = view.metric
    first_ms = metric.time_to_first_token_ms if metric else view.moment_ms("first_token")
    useful_ms = metric.time_to_first_useful_answer_ms if metric else view.moment_ms("useful")
    return (
        _time(view, "First word", first_ms, FIRST_TOKEN_TARGET_MS),
        _time(view, "First useful sentence", useful_ms, USEFUL_TARGET_MS),
        _total(view),
        _coverage(view),
        _verified(view),
        _groundedness(view),
        _evidence_at_gate(view),
        _effort(view),
    )


def _time(view: View, name: str, at_ms: int | None, target_ms: int) -> Tile:
    target = f"target < {target_ms // 1000} s"
    if at_ms is None:
        missing = "never shown" if view.closed else target
        return Tile(name, "–", missing, "none" if view.closed or not view.begun else "open", 0.0, 2 / 3)
    verdict: Verdict = "none" if view.speed != 1 else "met" if at_ms < target_ms else "missed"
    return Tile(name, clock(at_ms), target, verdict, min(1.0, at_ms / target_ms * 2 / 3), 2 / 3)


def _total(view: View) -> Tile:
    ended_ms = view.metric.total_pipeline_ms if view.metric else view.moment_ms("final")
    if view.live:
        tile = _time(view, "Final answer", None, FINAL_TARGET_MS)
        return Tile(tile.name, clock(view.elapsed_ms), tile.note, "open", tile.fill, tile.goal, ticking=True)
    return _time(view, "Final answer", ended_ms, FINAL_TARGET_MS)


def _coverage(view: View) -> Tile:
    cited, claims = _cited(view)
    share = view.metric.citation_coverage if view.metric else (cited / claims if claims else None)
    note = f"target > {COVERAGE_TARGET}"
    if share is None:
        return Tile("Citation coverage", "–", note, "open" if view.live else "none", 0.0, COVERAGE_TARGET)
    verdict: Verdict = "open" if view.live else "met" if share > COVERAGE_TARGET else "missed"
    return Tile("Citation coverage", score(share), note, verdict, share, COVERAGE_TARGET)


def _cited(view: View) -> tuple[int, int]:
    claims = [sentence for sentence in view.sentences if sentence.index is not None]
    return sum(sentence.state != "drafted" for sentence in claims), len(claims)


def _verified(view: View) -> Tile:
    claims = [sentence for sentence in view.sentences if sentence.index is not None]
    verified = sum(sentence.state == "verified" for sentence in claims)
    share = view.metric.verified_coverage if view.metric else None
    value = f"{verified} of {len(claims)}" if claims else "–"
    return Tile("Verified", value, f"share {score(share)}" if share is not None else "sentences, by their source")


def _groundedness(view: View) -> Tile:
    final = view.final
    if final is None or final.outcome != "answered":
        return Tile("Groundedness", "–", "of the final text")
    if final.groundedness_score is None:
        return Tile("Groundedness", "–", "could not be judged")
    return Tile("Groundedness", score(final.groundedness_score), f"worst sentence {score(final.worst_claim_score)}")


def _evidence_at_gate(view: View) -> Tile:
    share = view.metric.groundedness_before_first_token if view.metric else None
    if share is None and view.gate and view.gate.decision.verdict == "open":
        share = next((c.value for c in view.gate.decision.conditions if "confidence" in c.name), None)
    return Tile("Evidence at the gate", score(share), "confidence of the best passage")


def _effort(view: View) -> Tile:
    used = view.metric.chunks_used if view.metric else len({c.passage_id for c in view.citations})
    note = f"of {plural(len(view.evidence), 'passage')} found" if view.evidence else "passages cited"
    return Tile("Sources used", str(used) if view.begun else "–", note)
