"""Evidence as the paths pass it on: cleaned, merged, numbered. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.values import NumberedSource, ScoredPassage


def sound(passages: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """The usable rows of a search result: those with text, each passage once, in the order given."""
    seen: set[str] = set()
    usable = []
    for item in passages:
        if item.passage.text.strip() and item.passage.passage_id not in seen:
            seen.add(item.passage.passage_id)
            usable.append(item)
    return usable


def merge(first: Sequence[ScoredPassage], more: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """All passages of both, each once, most confident first; equal ones stay in the order found."""
    return sorted(sound([*first, *more]), key=lambda item: -item.confidence)


def number(evidence: Sequence[ScoredPassage], after: Sequence[NumberedSource] = ()) -> tuple[NumberedSource, ...]:
    """The passages under the marks by which an answer cites them; those in `after` keep theirs and come first."""
    sources = list(after)
    known = {source.passage.passage_id for source in after}
    for item in evidence:
        if item.passage.passage_id not in known:
            sources.append(NumberedSource(marker=len(sources) + 1, passage=item.passage))
    return tuple(sources)
