"""Named stories: one question, one kind of day, what goes wrong, and what to watch. Data only.

A story is told by the real pipeline: nothing here says how it ends, `tests/test_scenarios.py` checks that it does.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from mocks.faults import Fault
from mocks.knobs import GeneratorKnobs, ProfileKnobs, StageKnobs
from mocks.transport import Buffering
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
    knobs: ProfileKnobs = ProfileKnobs()
    """What the story changes in its profile, and in any other that it is told under."""
    seed: int = 7
    faults: tuple[Fault, ...] = ()
    embellish: bool = False
    """The writer puts a wrong figure into one sentence of its draft, as real models do."""
    buffering: Buffering | None = None
    """A proxy between pipeline and reader that holds the events back."""
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
        question="How many seasons and tax returns does a seasonal business owner need?",
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
    "proxy_buffering": Scenario(
        title="Proxy buffering",
        question=DTI_QUESTION,
        profile="azure_shared",
        watch="A proxy holds the stream until its buffer is full: every event was stamped on time, and you get lumps.",
        buffering=Buffering(),
    ),
    "spiky_generator": Scenario(
        title="Spiky generator",
        question=DTI_QUESTION,
        watch="The first word is late and the stream stands still again and again; each time the heartbeat says why.",
        knobs=ProfileKnobs(
            generation=GeneratorKnobs(
                first_token=StageKnobs(median_ms=900, p95_ms=1800, spike_probability=1, spike_multiplier=3),
                inter_token=StageKnobs(median_ms=25, p95_ms=50),
                jitter=0.8,
                stall_probability=0.03,
                stall_ms=1800,
            )
        ),
    ),
    "safety_service_down": Scenario(
        title="Safety service down",
        question=DTI_QUESTION,
        watch="A check that cannot be made is not a pass: the draft you were reading is taken back, openly.",
        faults=(Fault(stage="safety", kind="error"),),
    ),
    "long_answer": Scenario(
        title="Longer than the reader",
        question="How much is the upfront MIP on an FHA loan?",
        watch="Ten sentences: they are checked, patched and signed off while you are still reading the first few.",
        knobs=ProfileKnobs(generation=GeneratorKnobs(draft_sentences=10)),
        embellish=True,
    ),
}
