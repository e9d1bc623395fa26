"""What a reader was exposed to: text that was shown before anybody had checked it, and text that should not have been.

A pure fold over the events of one run. Three figures, because a fast first word has three prices:

* *ungrounded exposure*, in characters x seconds: each character counts from the moment it is shown until its sentence
  is verified, leaves the screen, or the run ends, whichever comes first. A held answer has none.
* *ungrounded characters*: what was shown and in the end had no business there, each character once, with the reason.
* *wrong words*: the words that the reader has to unlearn.

A token that came without an open gate (`grounded: false`) never becomes grounded: that its passage says so is no
support for an answer when the passage has nothing to do with the question.
Knows events and what a sentence is; knows no stage and no setting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lab.shown import Reason, ShownSentence
from rag.events import (
    CitationEvent,
    FinalAnswer,
    FinalAnswerEvent,
    PartialAnswerEvent,
    RefinementEvent,
    RefinementUpdate,
    StreamEvent,
    TokenEvent,
)
from rag.grounding.claims import split_claims
from rag.values import Citation, Value


class Exposure(Value):
    """What one run showed its reader."""

    shown_characters: int = 0
    """Everything that was on the screen at some time."""
    exposure_char_s: float = 0.0
    ungrounded_characters: int = 0
    by_reason: dict[Reason, int] = {}
    """Parts of `ungrounded_characters`."""
    wrong_words: int = 0
    """Words of sentences that were withdrawn, dropped or failed their check; of revised ones, those that went."""


def exposure(events: Iterable[StreamEvent]) -> Exposure:
    """Measure a run; one that is broken off is measured up to its last event."""
    fold = _Fold()
    for event in events:
        fold.feed(event)
    return fold.result()


class _Fold:
    """The sentences on the screen, those that left it, and the one being written."""

    def __init__(self) -> None:
        self._current: list[ShownSentence] = []
        self._gone: list[ShownSentence] = []
        self._tail: list[tuple[str, int, bool]] = []
        """(text, milliseconds, grounded) of the tokens behind the last whole sentence"""
        self._settled = 0
        self._now_ms = 0

    def feed(self, event: StreamEvent) -> None:
        self._now_ms = event.elapsed_ms
        match event:
            case TokenEvent():
                self._tail.append((event.payload.token, event.elapsed_ms, event.payload.grounded))
            case PartialAnswerEvent():
                self._sentence(event.payload.claim.answer_span.end)
            case CitationEvent():
                if event.payload.claim_index < len(self._current):
                    self._current[event.payload.claim_index].cite([event.payload], self._now_ms)
            case RefinementEvent():
                self._refined(event.payload)
            case FinalAnswerEvent():
                self._final(event.payload)

    def result(self) -> Exposure:
        self._sentence(None)
        sentences = [*self._gone, *self._current]
        reasons: Counter[Reason] = Counter()
        for sentence in sentences:
            if reason := sentence.reason():
                reasons[reason] += sentence.characters
        return Exposure(
            shown_characters=sum(sentence.characters for sentence in sentences),
            exposure_char_s=sum(sentence.exposure_char_ms(self._now_ms) for sentence in sentences) / 1000,
            ungrounded_characters=reasons.total(),
            by_reason=dict(reasons),
            wrong_words=sum(sentence.wrong_words() for sentence in sentences),
        )

    def _sentence(self, end: int | None) -> None:
        """Cut the tail at offset `end` of the draft (None: behind all of it); what lies before is a sentence."""
        taken: list[tuple[str, int, bool]] = []
        while self._tail and (end is None or self._settled < end):
            text, at_ms, grounded = self._tail.pop(0)
            fits = len(text) if end is None else min(len(text), end - self._settled)
            if fits < len(text):
                self._tail.insert(0, (text[fits:], at_ms, grounded))
            taken.append((text[:fits] if taken else text[:fits].lstrip(), at_ms, grounded))
            self._settled += fits
        if taken:
            text = "".join(piece for piece, _, _ in taken)
            shown = [(len(piece), at_ms) for piece, at_ms, _ in taken]
            self._current.append(ShownSentence(text, shown, gated=all(grounded for _, _, grounded in taken)))

    def _refined(self, update: RefinementUpdate) -> None:
        self._sentence(None)
        if update.kind == "retract":
            self._all_leave("withdrawn")
            return
        before, after = iter(self._current), list[ShownSentence]()
        for operation in update.operations:
            old = None if operation.kind == "append" else next(before, None)
            if operation.kind == "keep" and old is not None:
                after.append(old)
                continue
            if old is not None:
                old.leave("changed", self._now_ms, operation.after or "")
                self._gone.append(old)
            if operation.after is not None:
                after.append(self._new(operation.after))
        self._current = after
        self._cite(update.additional_citations)

    def _final(self, final: FinalAnswer) -> None:
        self._sentence(None)
        if final.outcome != "answered":
            self._all_leave("withdrawn")
            return
        if not self._current:  # a blocking run: its one answer is shown now
            self._current = [self._new(claim.text) for claim in split_claims(final.answer)]
        self._cite(final.citations)

    def _new(self, text: str) -> ShownSentence:
        return ShownSentence(text, [(len(text), self._now_ms)])

    def _cite(self, citations: Sequence[Citation]) -> None:
        for index, sentence in enumerate(self._current):
            sentence.cite([citation for citation in citations if citation.claim_index == index], self._now_ms)

    def _all_leave(self, reason: Reason) -> None:
        for sentence in self._current:
            sentence.leave(reason, self._now_ms)
        self._gone += self._current
        self._current = []
