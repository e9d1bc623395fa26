"""Every budget, threshold and limit of the pipeline, with its unit in its name and its reason beside it.

Knows no environment and no command line: `app.py` builds a `Settings` from those.
"""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from rag.values import Domain, StageName

RELEASABLE: tuple[StageName, ...] = (
    "deep_retrieval",
    "rerank",
    "verification",
    "safety",
    "refinement",
    "groundedness",
)
"""The slow stages that the reader's first word may be made to wait for, in the order in which they end."""


class Section(BaseModel):
    """Base of the settings groups: frozen, and a misspelled field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DomainPolicy(Section):
    """What the gate asks of the evidence in one domain, and what the first word waits for."""

    min_passages: int = Field(ge=0, le=50)
    """Passages with any evidence at all (confidence over `GateSettings.evidence_floor`)."""
    min_confidence: float = Field(ge=0, le=1)
    """Asked of the best passage only: asked of every one, nine in ten answerable questions would be refused."""
    release: tuple[StageName, ...] = ()
    """The release set: slow stages that must end before the first word is shown. Empty: progressive."""
    human_review: bool = False
    """Never answered by the machine: the question goes to a person."""


UNTIL_SAFE: tuple[StageName, ...] = ("deep_retrieval", "rerank", "verification", "safety")

DOMAIN_TABLE: dict[Domain, DomainPolicy] = {
    "loan_guidelines": DomainPolicy(min_passages=3, min_confidence=0.72),
    "balance_inquiries": DomainPolicy(min_passages=1, min_confidence=0.60),
    "underwriting_decisions": DomainPolicy(min_passages=5, min_confidence=0.80, release=UNTIL_SAFE),
    "rate_quotes": DomainPolicy(min_passages=0, min_confidence=0.0, human_review=True),
    "general": DomainPolicy(min_passages=2, min_confidence=0.65),
}


class GateSettings(Section):
    """The grounding gate."""

    domains: dict[Domain, DomainPolicy] = Field(default_factory=lambda: dict(DOMAIN_TABLE))
    fallback_below: float = Field(default=0.50, ge=0, le=1)
    """Best passage under this after the expanded search: no answer is attempted."""
    evidence_floor: float = Field(default=0.15, ge=0, le=1)
    """A passage at or under this shares next to nothing with the question and is not counted."""


class EvidenceSettings(Section):
    """How much evidence each stage asks for."""

    first_top_k: int = Field(default=5, ge=1, le=50)
    """The least context that can carry a draft."""
    deep_top_k: int = Field(default=15, ge=1, le=50)
    expanded_top_k: int = Field(default=20, ge=1, le=50)
    rerank_top_k: int = Field(default=8, ge=1, le=50)


class RefinementSettings(Section):
    """When the slow path may change what the reader is reading."""

    evidence_gain: float = Field(default=0.05, ge=0, le=1)
    """The best new passage must beat the best seen one by this, on the reranker's scale ..."""
    strong_passage: float = Field(default=0.50, ge=0, le=1)
    """... or an unseen passage must reach this and be within `evidence_gain` of the best of all."""
    groundedness_tolerance: float = Field(default=0.0, ge=0, le=1)
    """A refined answer may be this much less grounded than the draft and still replace it. Zero: never less."""


class Budgets(Section):
    """How long each piece of work may take, in seconds. What runs over is cut off and named in `degraded`."""

    query_safety_s: float = Field(default=2.0, gt=0)
    rewrite_s: float = Field(default=2.0, gt=0)
    retrieval_s: float = Field(default=5.0, gt=0)
    expanded_retrieval_s: float = Field(default=8.0, gt=0)
    first_token_s: float = Field(default=8.0, gt=0)
    inter_token_s: float = Field(default=5.0, gt=0)
    generation_s: float = Field(default=40.0, gt=0)
    deep_retrieval_s: float = Field(default=10.0, gt=0)
    rerank_s: float = Field(default=6.0, gt=0)
    verification_s: float = Field(default=10.0, gt=0)
    """Per sentence, from the moment it is complete."""
    safety_s: float = Field(default=6.0, gt=0)
    refinement_s: float = Field(default=15.0, gt=0)
    groundedness_s: float = Field(default=8.0, gt=0)
    request_s: float = Field(default=60.0, gt=0)
    """The whole request."""
    heartbeat_s: float = Field(default=1.0, gt=0)
    """Never more silence than this: it bounds wasted work, because a closed tab is noticed at the next event."""
    grace_s: float = Field(default=1.0, gt=0)
    """How long a cancelled run may take to let go of what it holds before it is reported as a bug."""

    def of(self, stage: StageName) -> float:
        """Budget of one stage in seconds; pure decisions have none and get the request's."""
        return float(getattr(self, f"{stage}_s", self.request_s))

    def at_speed(self, speed: float) -> Self:
        """The same limits for a simulation that runs `speed` times as fast; the heartbeat stays as people feel it."""
        unscaled = {"heartbeat_s", "grace_s"}
        return self.model_copy(
            update={name: value if name in unscaled else value / speed for name, value in self.model_dump().items()}
        )


class Limits(Section):
    """What a single request and a single process may cost."""

    question_chars: int = Field(default=2000, ge=1)
    body_bytes: int = Field(default=256 * 1024, ge=1024)
    streams: int = Field(default=64, ge=1)
    """Open `POST /query` streams; one more is refused with 503 at once."""
    output_tokens: int = Field(default=1000, ge=1)
    events: int = Field(default=20_000, ge=100)
    """A run that emits more is a bug: the channel never blocks, so it must be bounded."""


class Settings(Section):
    """All of it."""

    gate: GateSettings = GateSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    refinement: RefinementSettings = RefinementSettings()
    budgets: Budgets = Budgets()
    limits: Limits = Limits()

    def at_speed(self, speed: float) -> Self:
        """These settings with every budget divided by `speed` (> 0)."""
        return self.model_copy(update={"budgets": self.budgets.at_speed(speed)})
