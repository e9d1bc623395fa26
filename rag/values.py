"""The value objects of a run: passages, citations, claims, decisions. Frozen, dumb, and importing nothing of ours.

Offsets are half-open `(start, end)` pairs counted in code points (Python string indices).
Every score is a float in [0, 1], higher is better, unless its docstring says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Path = Literal["fast", "slow"]
"""Which of the two paths a stage belongs to: before the reader's first word, or beside the reading."""

StageName = Literal[
    "classification",
    "rewrite",
    "retrieval",
    "gate",
    "expanded_retrieval",
    "prompt",
    "generation",
    "query_safety",
    "deep_retrieval",
    "rerank",
    "verification",
    "safety",
    "refinement",
    "groundedness",
]

Domain = Literal["loan_guidelines", "balance_inquiries", "underwriting_decisions", "rate_quotes", "general"]

Strategy = Literal["progressive", "stream_last", "blocking", "ungated"]
"""How the same stages are arranged: side by side, one after another then streamed, or silent to the end.

`ungated` is the wrong way on purpose: side by side, with the gate asked, shown and not obeyed."""

SERIAL: frozenset[Strategy] = frozenset({"stream_last", "blocking"})
"""The arrangements that run one stage after another and show nothing before the last."""

Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A number in [0, 1]; no value object can hold another."""


class Value(BaseModel):
    """Base of all value objects: frozen; unknown fields of a newer writer are ignored, so that old readers live on."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Span(NamedTuple):
    """Half-open character range `[start, end)` in some text."""

    start: int
    end: int


class Passage(Value):
    """A section-sized piece of a document: the unit that is retrieved, cited and shown."""

    passage_id: str
    """Stable across runs: `<document id>#<heading slug>`."""
    document_id: str
    source: str
    """Short name of the document, as shown on a citation."""
    title: str
    section: str
    """The heading the passage stands under."""
    text: str
    domain: str = "general"
    index: Literal["primary", "fallback"] = "primary"
    """The fallback index (archive, FAQ) is searched only when the primary one is weak."""
    ordinal: int = 0
    """Position within its document, from 0; neighbours differ by one."""
    questions: tuple[str, ...] = ()
    """Questions that it answers, written when the library was indexed: searched, but never shown, quoted or cited."""
    open_questions: tuple[str, ...] = ()
    """Questions that sound as if it answered them, which no passage of the library does: compared, never searched."""


class ScoredPassage(Value):
    """A passage with how well it answers the query; comparable between queries."""

    passage: Passage
    confidence: Score


class NumberedSource(Value):
    """A passage under the number by which the answer cites it: `[marker]`."""

    marker: int = Field(ge=1)
    passage: Passage


class RewrittenQuery(Value):
    """The reader's question and the forms in which the library is searched for it."""

    original: str
    text: str
    """The form used for retrieval (acronyms spelled out, field synonyms applied)."""
    variants: tuple[str, ...] = ()
    """Every form a passage may be scored against, `original` and `text` included; the best one counts."""


class Claim(Value):
    """One sentence of an answer: the unit that is checked, cited, coloured and revised."""

    index: int = Field(ge=0)
    text: str
    """Exactly `answer[span.start:span.end]`, citation marks included."""
    span: Span
    markers: tuple[int, ...] = ()
    """The `[n]` marks in it, in order, without repeats."""
    checkable: bool = True
    """False for what claims nothing (a heading, a question, an apology): exempt from coverage and groundedness."""


class Support(Value):
    """How far one passage carries one claim, and where."""

    score: Score
    supported: bool
    """Whether `score` reaches the verifier's threshold."""
    source_span: Span
    """Best window of the passage for the claim."""
    quote: str
    """Exactly `passage.text[source_span.start:source_span.end]`."""
    missing_numbers: tuple[str, ...] = ()
    """Numbers of the claim that the passage does not contain."""
    missing_names: tuple[str, ...] = ()
    contradicted: bool = False
    """Whether the passage says something else of the same thing: it would support the claim but for that."""


Standing = Literal["pending", "verified", "weak", "unsupported", "contradicted"]
"""How a citation stands, as a reader is told: unsupported and contradicted are two things to them."""


class Citation(Value):
    """A link with both ends: a span of the answer and a span of the passage that is said to support it."""

    citation_id: str
    marker: int = Field(ge=1)
    claim_index: int = Field(ge=0)
    source: str
    section: str
    passage_id: str
    confidence: Score
    """Support of the claim by the passage; the quick local estimate while `status` is pending."""
    answer_span: Span
    source_span: Span
    quote: str
    status: Literal["pending", "verified", "weak", "unsupported"]
    contradicted: bool = False
    """Whether the passage says something else of the same thing, which is more than not supporting it: another number
    or name in its place, a denial, an opposite. Only with status `unsupported`."""

    @property
    def standing(self) -> Standing:
        """The status, or *contradicted*, in one word."""
        return "contradicted" if self.contradicted else self.status


class SafetyVerdict(Value):
    """What the safety rules say of a text. Only an explicit pass is a pass."""

    passed: bool
    reasons: tuple[str, ...] = ()
    """Stable rule names (`personal_data`, `injected_instructions`, ...), never the offending text."""


class Groundedness(Value):
    """How well a whole answer rests on its evidence."""

    score: Score
    """Mean support of the checkable claims; 0 when there are none."""
    worst: Score
    """The least supported claim: one invented sentence is not outvoted by nine good ones."""
    worst_claim: int | None = None


class Condition(Value):
    """One line of the gate's decision: what was asked, what was found, and by how much it passed or failed."""

    name: str
    value: float
    threshold: float
    margin: float
    """`value - threshold`; negative means failed."""
    passed: bool


class GateDecision(Value):
    """The grounding gate's visible verdict on the evidence."""

    verdict: Literal["open", "hold", "retry", "fallback", "review"]
    domain: Domain
    asked: int = Field(ge=1)
    """1 on the first retrieval, 2 after the expanded search, 3 on the reranked deep evidence."""
    conditions: tuple[Condition, ...]
    waits_for: tuple[StageName, ...] = ()
    """Stages that must end before the reader sees the first word (the release set); empty means at once."""
    enforced: bool = True
    """False: the gate is switched off, so the verdict is shown and not obeyed. Only in runs of strategy `ungated`."""
    reason: str
    """One sentence for people."""


class RevisionOperation(Value):
    """One sentence of the patch from draft to refined answer, in reading order."""

    kind: Literal["keep", "append", "revise", "drop"]
    before: str | None = None
    """The draft's sentence; None for an append."""
    after: str | None = None
    """The refined answer's sentence; None for a drop."""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    """Ids of the passages that speak for the change."""


class StageSpan(Value):
    """When a stage ran, in milliseconds since the request, and how it ended."""

    stage: StageName
    path: Path
    start_ms: int
    end_ms: int
    outcome: Literal["finished", "failed", "skipped", "cancelled"]


class GenerationRequest(Value):
    """What a generator may know: the question and numbered sources, nothing else."""

    question: str
    sources: tuple[NumberedSource, ...]
    kind: Literal["draft", "refinement"] = "draft"
    draft: str | None = None
    """For a refinement: the text to improve."""
    findings: tuple[str, ...] = ()
    """For a refinement: the draft's sentences that failed their check."""


class RunRequest(Value):
    """One question and how it is to be run. The simulation's knobs are ignored by a pipeline on real parts."""

    question: str
    domain: Domain | None = None
    """None: the pipeline classifies the question itself."""
    strategy: Strategy = "progressive"
    scenario: str | None = None
    """Name of a simulated story; it sets question, domain, profile, faults and seed where they are not given."""
    profile: str | None = None
    """Name of a latency profile of the simulation."""
    speed: float = Field(default=1.0, gt=0, le=1000)
    """2 means that everything simulated takes half its time."""
    seed: int | None = None
    request_id: str | None = None
    started_at: AwareDatetime | None = None
    """Wall-clock start, UTC; None: now. Fixed by whoever wants the same log twice."""
