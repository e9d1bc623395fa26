"""Named stories: one question, one kind of day, what goes wrong, and what to watch. Data only.

A story is told by the real pipeline: nothing here says how it ends, `tests/test_scenarios.py` checks that it does.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from mocks.faults import Fault
from rag.values import Domain

DTI_QUESTION = "What is the maximum debt-to-income ratio for an FHA loan?"


class Scenario(BaseModel):
    """One story."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    question: str
    watch: str
    """One sentence for the person in front of the screen."""
    domain: Domain | None = None
    """None: the pipeline classifies the question."""
    profile: str = "good_day"
    seed: int = 7
    faults: tuple[Fault, ...] = ()
    embellish: bool = False
    """The writer puts a wrong figure into one sentence of its draft, as real models do."""
    slip: str | None = None
    """A sentence that the writer lets slip into its draft and the safety rules must catch."""


SCENARIOS: dict[str, Scenario] = {
    "article": Scenario(
        title="The published timeline",
        question=DTI_QUESTION,
        watch="Status at 0, 80 and 1,200 ms, first word at 1.4 s, citations at 8.0 and 9.2 s, revision at 12 s.",
        profile="article",
        embellish=True,
    ),
    "happy_path": Scenario(
        title="Happy path",
        question="How long is an FHA appraisal valid?",
        watch="Words come long before the checks, and every sentence then turns out to be supported.",
    ),
    "refined": Scenario(
        title="Refined",
        question=DTI_QUESTION,
        watch="One sentence of the draft carries a wrong figure; it fails its check and the patch replaces it.",
        embellish=True,
    ),
    "weak_then_found": Scenario(
        title="Weak, then found",
        question="Can I rent out a room to a lodger and count the rent?",
        watch="The first search is too weak, the gate stays shut, the wider search finds the answer.",
    ),
    "nothing_found": Scenario(
        title="Nothing found",
        question="Which spices belong in a traditional Moroccan tagine?",
        watch="The gate never opens: an honest fallback, and not one word from the model.",
    ),
    "held_until_checked": Scenario(
        title="Held until checked",
        question="How many compensating factors are needed for a manually underwritten FHA loan?",
        domain="underwriting_decisions",
        watch="The draft is written but nobody sees it before the safety check has passed.",
    ),
    "human_review": Scenario(
        title="Human review",
        question="What interest rate can I get today on a 30-year fixed loan?",
        watch="Rate quotes are for people: no search, no draft, a clear hand-over.",
    ),
    "withdrawn_by_safety": Scenario(
        title="Withdrawn by safety",
        question=DTI_QUESTION,
        watch="The draft lets a borrower's data slip; the check of the complete text withdraws all of it, openly.",
        slip="For example, borrower Dana Whitfield, social security number 219-09-9999, got 49 percent [1].",
    ),
    "slow_verifier": Scenario(
        title="Slow verifier",
        question=DTI_QUESTION,
        watch="The sentence checks run out of time: the draft stands, and the screen says what was not checked.",
        faults=(Fault(stage="verification", kind="slow", slow_ms=60_000),),
    ),
    "reranker_down": Scenario(
        title="Reranker down",
        question=DTI_QUESTION,
        watch="Reranking fails: the evidence keeps its retrieval order and nothing the reader has is lost.",
        faults=(Fault(stage="rerank", kind="error"),),
    ),
    "stream_cut": Scenario(
        title="Stream cut",
        question=DTI_QUESTION,
        watch="The model breaks off in mid-sentence: what was shown stays, marked, until a better one completes it.",
        faults=(Fault(stage="generation", kind="cut", after_tokens=45),),
    ),
}
