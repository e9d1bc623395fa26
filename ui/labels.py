"""The words of the screen: names of stages, domains, states and outcomes, and how times and scores are written.

One place, so that a panel never invents its own wording. Knows no HTML.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.values import Domain, StageName, Strategy

FAST_STAGES: tuple[StageName, ...] = (
    "classification",
    "rewrite",
    "retrieval",
    "gate",
    "expanded_retrieval",
    "prompt",
    "generation",
)
"""The rows of the fast lane, in the order in which they usually start."""

SLOW_STAGES: tuple[StageName, ...] = (
    "query_safety",
    "deep_retrieval",
    "rerank",
    "verification",
    "safety",
    "refinement",
    "groundedness",
)
"""The rows of the slow lane."""

STAGE: dict[StageName, str] = {
    "classification": "Classification",
    "rewrite": "Query rewrite",
    "retrieval": "First retrieval",
    "gate": "Grounding gate",
    "expanded_retrieval": "Expanded retrieval",
    "prompt": "Prompt assembly",
    "generation": "Generation",
    "query_safety": "Query safety",
    "deep_retrieval": "Deep retrieval",
    "rerank": "Reranking",
    "verification": "Verification",
    "safety": "Answer safety",
    "refinement": "Refinement",
    "groundedness": "Groundedness",
}

DOMAIN: dict[Domain, str] = {
    "loan_guidelines": "Loan guidelines",
    "balance_inquiries": "Balance inquiries",
    "underwriting_decisions": "Underwriting decisions",
    "rate_quotes": "Rate quotes",
    "general": "General",
}

STRATEGY: dict[Strategy, str] = {
    "progressive": "Progressive",
    "stream_last": "Stream last: every stage first",
    "blocking": "Blocking: all at the end",
    "ungated": "Without the gate: the wrong way",
}

SENTENCE: dict[str, str] = {
    "writing": "being written",
    "drafted": "drafted",
    "cited": "cited, not checked yet",
    "verified": "verified by its source",
    "weak": "weakly supported",
    "unsupported": "not supported",
    "contradicted": "its source says otherwise",
}

UNCHECKED: dict[str, str] = {"drafted": "not cited", "cited": "cited, not checked", "pending": "not checked"}
"""What a sentence or citation is when the run is over and its check never came."""

CITATION: dict[str, str] = {
    "pending": "not checked yet",
    "verified": "verified",
    "weak": "weak",
    "unsupported": "not supported",
    "contradicted": "says otherwise",
}

VERDICT: dict[str, str] = {
    "open": "Gate open",
    "hold": "Gate holds the answer back",
    "retry": "Gate asks for more evidence",
    "fallback": "Gate closed",
    "review": "Goes to a person",
}

VERDICT_WORD: dict[str, str] = {
    "open": "open",
    "hold": "on hold",
    "retry": "not yet",
    "fallback": "closed",
    "review": "to a person",
}

MOMENT: dict[str, str] = {
    "status": "first status",
    "first_token": "first word",
    "useful": "first useful sentence",
    "verified": "first verified citation",
    "revised": "revised",
    "withdrawn": "withdrawn",
    "final": "final",
    "error": "failed",
}

OPERATION: dict[str, str] = {"append": "Added", "revise": "Revised", "drop": "Removed", "keep": "Kept"}


def duration(ms: float) -> str:
    """Milliseconds as people read them: `instant`, `80 ms`, `1.4 s`."""
    if ms < 1:
        return "instant"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def clock(ms: float) -> str:
    """A running time, always in seconds with one decimal, so that its width is steady."""
    return f"{ms / 1000:.1f} s"


def score(value: float | None) -> str:
    """A score in [0, 1] with two decimals, rounded down so that 0.999 never reads as perfect; a dash for none."""
    return "–" if value is None else f"{int(value * 100 + 1e-9) / 100:.2f}"


def figure(name: str, value: float) -> str:
    """A gate condition's figure: passages are counted, everything else is a score."""
    return f"{value:.0f}" if "passages" in name else score(value)


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *rest, last = list(names) or [""]
    return f"{', '.join(rest)} and {last}" if rest else last


def plural(count: int, noun: str) -> str:
    """`1 sentence`, `2 sentences`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


SIGN: dict[str, str] = {
    "idle": "ring",
    "waiting": "ring",
    "drafted": "ring",
    "pending": "clock",
    "cited": "clock",
    "running": "play",
    "working": "turn",
    "draft": "pencil",
    "stopped": "dash",
    "skipped": "dash",
    "unused": "dash",
    "cancelled": "dash",
    "drop": "dash",
    "finished": "check",
    "done": "check",
    "verified": "check",
    "met": "check",
    "open": "check",
    "weak": "wave",
    "caution": "wave",
    "hold": "wave",
    "retry": "wave",
    "unsupported": "cross",
    "contradicted": "unequal",
    "failed": "cross",
    "missed": "cross",
    "fallback": "cross",
    "review": "person",
    "append": "plus",
    "revise": "pencil",
}
"""The sign of every state; the drawings stand in `templates/signs.html`."""
