"""The state that the stages of one run share: what is running, what failed, what the reader may see, the answer so far.

Knows the channel it speaks into and the parts it works with; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.answer import WorkingAnswer
from rag.errors import RagError
from rag.events import AnyPayload, FoundPassage, StatusUpdate
from rag.ports import Parts
from rag.settings import Settings
from rag.stream import Channel
from rag.values import (
    Domain,
    GateDecision,
    Passage,
    Path,
    RunRequest,
    ScoredPassage,
    StageName,
    StageSpan,
)

FAST_STAGES: frozenset[StageName] = frozenset(
    {"classification", "rewrite", "retrieval", "expanded_retrieval", "gate", "prompt", "generation"}
)
"""Everything the first word needs. All other stages are slow: they run while the answer is being read."""


def path_of(stage: StageName) -> Path:
    """Which path a stage belongs to."""
    return "fast" if stage in FAST_STAGES else "slow"


class Release:
    """What the reader may see yet. Text-bearing events wait here until the stages in the release set have ended.

    The tokens of a held answer wait in the path, not in the channel: a withdrawn draft was never sent.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._waits_for: set[StageName] = set()
        self._held: list[AnyPayload] = []
        self._shut = False
        self.shown = False
        """Whether any text has reached the reader."""

    @property
    def is_open(self) -> bool:
        """Whether text goes straight to the reader."""
        return not self._shut and not self._waits_for

    def wait_for(self, stages: tuple[StageName, ...]) -> None:
        """Set what the first word waits for; the gate's decision says so."""
        self._waits_for = set(stages)

    def show(self, payload: AnyPayload) -> None:
        """Send an event that carries text of the answer, or keep it until it may be sent."""
        if self._shut:
            return
        if self._waits_for:
            self._held.append(payload)
        else:
            self.shown = True
            self._channel.emit(payload)

    def ended(self, stage: StageName) -> None:
        """A stage of the release set is over; when it was the last one, what was held goes out in order."""
        self._waits_for.discard(stage)
        if self.is_open:
            held, self._held = self._held, []
            for payload in held:
                self.show(payload)

    def replace(self, payloads: list[AnyPayload]) -> None:
        """Swap held text for a better version that the reader then sees as the first one."""
        self._held = list(payloads)

    @property
    def is_shut(self) -> bool:
        """Whether text was refused or withdrawn."""
        return self._shut

    def shut(self) -> None:
        """Nothing more may be shown, and what is held is forgotten."""
        self._shut = True
        self._held = []


@dataclass(slots=True)
class Run:
    """One question on its way through the stages."""

    request: RunRequest
    parts: Parts
    settings: Settings
    channel: Channel
    domain: Domain = "general"
    release: Release = field(init=False)
    answer: WorkingAnswer = field(default_factory=WorkingAnswer)
    evidence: list[ScoredPassage] = field(default_factory=list)
    """The best evidence known so far, best first."""
    degraded: list[StageName] = field(default_factory=list)
    spans: list[StageSpan] = field(default_factory=list)
    running: dict[StageName, int] = field(default_factory=dict)
    """Start of every stage now at work, in milliseconds."""
    gate: GateDecision | None = None
    sent_texts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Every run has its own release."""
        self.release = Release(self.channel)

    def begin(self, stage: StageName, message: str) -> None:
        """A stage starts."""
        self.running[stage] = self.channel.elapsed_ms()
        self._status(stage, "started", message)

    def finish(self, stage: StageName, message: str, passages: list[ScoredPassage] | None = None) -> None:
        """A stage that was begun ends well; a search shows what it found."""
        duration_ms = self._close(stage, "finished")
        self._status(stage, "finished", message, duration_ms=duration_ms, passages=self._found(passages or []))

    def fail(self, stage: StageName, error: RagError) -> None:
        """A stage that was begun ends badly."""
        self._status(stage, "failed", str(error), duration_ms=self._close(stage, "failed"), code=error.code)

    def drop(self, stage: StageName) -> None:
        """A stage that was begun is no longer needed and was cancelled."""
        duration_ms = self._close(stage, "cancelled")
        self._status(stage, "skipped", f"{stage.replace('_', ' ').capitalize()} is no longer needed.", duration_ms)

    def skip(self, stage: StageName, message: str) -> None:
        """A stage turns out not to be needed and never begins."""
        self._mark(stage, "skipped")
        self._status(stage, "skipped", message, 0)

    def note(self, stage: StageName, message: str, gate: GateDecision | None = None) -> None:
        """A pure decision: it takes no time, so it only ends."""
        self._mark(stage, "finished")
        self._status(stage, "finished", message, 0, gate=gate)

    def wait(self, message: str, stage: StageName) -> None:
        """Heartbeat."""
        self._status(stage, "waiting", message)

    def degrade(self, stage: StageName) -> None:
        """The answer will have to do without this stage."""
        if stage not in self.degraded:
            self.degraded.append(stage)

    def over(self, stage: StageName) -> None:
        """A stage that the first word may wait for has ended, or will not run.

        Where the domain itself demands the stage, one that failed is not a pass: the held text is never shown.
        """
        if stage in self.degraded and stage in self.settings.gate.domains[self.domain].release:
            self.release.shut()
        else:
            self.release.ended(stage)

    def refused(self) -> bool:
        """Whether the domain demands a check that could not be made."""
        return bool(set(self.degraded) & set(self.settings.gate.domains[self.domain].release))

    def unread(self) -> list[Passage]:
        """The passages of the evidence that the writer has not been given."""
        read = {source.passage.passage_id for source in self.answer.sources}
        return [item.passage for item in self.evidence if item.passage.passage_id not in read]

    def _close(self, stage: StageName, outcome: str) -> int:
        start_ms, end_ms = self.running.pop(stage), self.channel.elapsed_ms()
        self._span(stage, start_ms, end_ms, outcome)
        return end_ms - start_ms

    def _mark(self, stage: StageName, outcome: str) -> None:
        now_ms = self.channel.elapsed_ms()
        self._span(stage, now_ms, now_ms, outcome)

    def _span(self, stage: StageName, start_ms: int, end_ms: int, outcome: str) -> None:
        self.spans.append(
            StageSpan.model_validate(
                {"stage": stage, "path": path_of(stage), "start_ms": start_ms, "end_ms": end_ms, "outcome": outcome}
            )
        )

    def _status(
        self,
        stage: StageName,
        state: str,
        message: str,
        duration_ms: int | None = None,
        *,
        code: str | None = None,
        gate: GateDecision | None = None,
        passages: tuple[FoundPassage, ...] = (),
    ) -> None:
        self.channel.emit(
            StatusUpdate.model_validate(
                {
                    "message": message,
                    "stage": stage,
                    "path": path_of(stage),
                    "state": state,
                    "duration_ms": duration_ms,
                    "code": code,
                    "gate": gate,
                    "passages": passages,
                }
            )
        )

    def _found(self, passages: list[ScoredPassage]) -> tuple[FoundPassage, ...]:
        return tuple(self._found_one(item) for item in passages)

    def _found_one(self, item: ScoredPassage) -> FoundPassage:
        passage = item.passage
        text = None if passage.passage_id in self.sent_texts else passage.text
        self.sent_texts.add(passage.passage_id)
        return FoundPassage(
            passage_id=passage.passage_id,
            source=passage.source,
            section=passage.section,
            confidence=item.confidence,
            text=text,
        )
