"""A run of the lesson that has ended, and what can be read off it: times at natural speed, words read, sentences held.

Pure. Every figure is the run's own; the only assumption is how fast people read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lab.figures import RunFigures, figures
from rag.events import StreamEvent
from rag.values import Strategy
from ui.labels import clock, score
from ui.tiles import COVERAGE_TARGET, FINAL_TARGET_MS, FIRST_TOKEN_TARGET_MS
from ui.view import View

READING_WORDS_PER_S = 238 / 60
"""Silent reading of English prose, 238 words a minute: Brysbaert, Journal of Memory and Language 109 (2019)."""


@dataclass(frozen=True, slots=True)
class Played:
    """One run: what was seen of it, its figures, and how fast it was played."""

    view: View
    figures: RunFigures
    speed: float = 1.0
    silence_ms: int = 0
    """The longest time without any event, as it was felt: not scaled."""

    @classmethod
    def of(cls, view: View, events: Sequence[StreamEvent], strategy: Strategy, speed: float) -> Played:
        """The run from its events."""
        silence_ms = max((after.elapsed_ms - before.elapsed_ms for before, after in pairwise(events)), default=0)
        return cls(view, figures(events, strategy), speed, silence_ms)

    def natural_ms(self, ms: float) -> float:
        """A time of the run as it would be at natural speed."""
        return ms * self.speed

    def told(self, ms: int | None) -> str:
        """A time in words, at natural speed."""
        return "never" if ms is None else clock(self.natural_ms(ms))

    @property
    def word_ms(self) -> float:
        """When the reader had the first word, at natural speed; the end if there was none before."""
        first_ms = self.figures.first_token_ms
        return self.natural_ms(self.figures.final_ms if first_ms is None else first_ms)

    @property
    def final_ms(self) -> float:
        """When the run was over, at natural speed."""
        return self.natural_ms(self.figures.final_ms)

    def words_read(self, at_ms: int) -> float:
        """Words that a reader has read by then who began with the first one."""
        if self.figures.first_token_ms is None:
            return 0.0
        return max(0.0, (self.natural_ms(at_ms) - self.word_ms) / 1000 * READING_WORDS_PER_S)

    @property
    def draft_words(self) -> int:
        """Length of the draft, before any revision."""
        draft = "".join(sentence.lead + sentence.text for sentence in self.view.draft)
        return len((draft or self.view.text).split())

    @property
    def verified(self) -> tuple[int, int]:
        """Sentences that their source supports, and all that claim something."""
        claims = [sentence for sentence in self.view.sentences if sentence.index is not None]
        return sum(sentence.state == "verified" for sentence in claims), len(claims)

    @property
    def confidence(self) -> str:
        """The best passage's confidence when the gate first looked, of what the domain asks for."""
        conditions = self.view.gates[0].decision.conditions if self.view.gates else ()
        found = next((condition for condition in conditions if "confidence" in condition.name), None)
        return f"{score(found.value)} of {score(found.threshold)}" if found else "none"

    @property
    def fast_enough(self) -> bool:
        """Whether the first word met its target."""
        return self.figures.first_token_ms is not None and self.word_ms < FIRST_TOKEN_TARGET_MS

    @property
    def final_enough(self) -> bool:
        """Whether the final answer met its target."""
        return self.final_ms < FINAL_TARGET_MS

    @property
    def supported(self) -> bool:
        """Whether enough sentences were verified."""
        return (self.figures.verified_coverage or 0.0) > COVERAGE_TARGET
