"""One sentence that a reader had before them: when its characters appeared, what was found out about it, how it went.

Pure; knows sentences and citations, and no event. `lab.exposure` adds the sentences of a run up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from rag.grounding.claims import is_checkable
from rag.values import Citation

Reason = Literal["without_gate", "withdrawn", "changed", "unsupported", "unchecked"]
"""Why shown text counts as ungrounded, the weightiest first: `without_gate` came though the gate was not open,
`withdrawn` was taken back with the whole answer, `changed` was revised or dropped, `unsupported` failed its check or
named no source, `unchecked` stands in the final answer without a verdict."""


@dataclass(slots=True)
class ShownSentence:
    """A sentence that was shown, and what became of it."""

    text: str
    shown: list[tuple[int, int]]
    """(characters, milliseconds at which they were shown)"""
    gated: bool = True
    statuses: dict[str, str] = field(default_factory=dict)
    """Citation id -> status, the newest."""
    verified_ms: int | None = None
    gone_ms: int | None = None
    gone: Reason | None = None
    replacement: str | None = None

    @property
    def characters(self) -> int:
        """Its length as it was shown."""
        return sum(count for count, _ in self.shown)

    def cite(self, citations: Iterable[Citation], at_ms: int) -> None:
        """Take note of verdicts that arrive now."""
        for citation in citations:
            self.statuses[citation.citation_id] = citation.status
            if citation.status == "verified" and self.verified_ms is None:
                self.verified_ms = at_ms

    def leave(self, reason: Reason, at_ms: int, replacement: str | None = None) -> None:
        """It disappears from the screen now."""
        self.gone, self.gone_ms, self.replacement = reason, at_ms, replacement

    def reason(self) -> Reason | None:
        """Why it was ungrounded; None if it was not, or if it claims nothing that could be."""
        if not is_checkable(self.text):
            return None
        if not self.gated:
            return "without_gate"
        if self.gone is not None:
            return self.gone
        if "verified" in self.statuses.values():
            return None
        return "unchecked" if "pending" in self.statuses.values() else "unsupported"

    def exposure_char_ms(self, end_ms: int) -> int:
        """Characters x milliseconds until it was verified, gone, or the end."""
        if not is_checkable(self.text):
            return 0
        ends = [end_ms, self.gone_ms, self.verified_ms if self.gated else None]
        until_ms = min(end for end in ends if end is not None)
        return sum(count * max(0, until_ms - at_ms) for count, at_ms in self.shown)

    def wrong_words(self) -> int:
        """Words that a reader has to unlearn."""
        if self.replacement is not None:
            return words_gone(self.text, self.replacement)
        failed = bool(self.statuses) and not {"verified", "pending"} & set(self.statuses.values())
        return len(words_of(self.text)) if self.gone is not None or failed else 0


_WORD = re.compile(r"\w+(?:[.,'’/-]\w+)*")
_MARK = re.compile(r"\[\d+\]")


def words_of(text: str) -> list[str]:
    """The words and numbers of a sentence, without its citation marks."""
    return _WORD.findall(_MARK.sub(" ", text))


def words_gone(before: str, after: str) -> int:
    """How many words of `before` are not in `after`, in order."""
    old, new = words_of(before), words_of(after)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return len(old) - sum(block.size for block in blocks)
