"""The shown answer as sentences: what each one is, and how a draft becomes a revised or final text. Pure.

Knows citations and patches; knows nothing of events, time or HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.values import Citation, RevisionOperation, Span

SentenceState = Literal["drafted", "cited", "verified", "weak", "unsupported", "contradicted"]
"""How far a finished sentence has been checked. The sentence being written is the view's `tail`, not a `Sentence`."""

Change = Literal["none", "revised", "added"]
"""What the refinement did to a sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence on the screen. The answer is every `lead + text`, in order."""

    index: int | None
    """Index of its claim in the shown answer; None for text between claims."""
    lead: str
    """What stands between it and the sentence before: white space, as a rule."""
    text: str
    state: SentenceState = "drafted"
    change: Change = "none"
    support: float | None = None
    """Support by its best source in [0, 1]: the quick estimate first, then the verifier's figure."""


Answer = tuple[tuple[Sentence, ...], tuple[Citation, ...]]
"""Sentences with the citations that point into them."""


def joined(sentences: Iterable[Sentence]) -> str:
    """The text of the sentences, exactly."""
    return "".join(sentence.lead + sentence.text for sentence in sentences)


def with_citation(citations: Sequence[Citation], news: Citation) -> tuple[Citation, ...]:
    """`citations` with `news` added, or in the place of the one with the same id."""
    known = any(old.citation_id == news.citation_id for old in citations)
    if known:
        return tuple(news if old.citation_id == news.citation_id else old for old in citations)
    return (*citations, news)


def restated(sentence: Sentence, citations: Iterable[Citation]) -> Sentence:
    """The sentence in the state that its citations give it.

    One source that verifies it is enough; while a source is still being checked there is no bad verdict; of bad ones a
    source that says otherwise weighs most; without any citation it keeps the quick estimate that came with it.
    """
    own = [citation for citation in citations if citation.claim_index == sentence.index]
    if not own:
        return replace(sentence, state="drafted")
    ranked: tuple[tuple[str, SentenceState], ...] = (
        ("verified", "verified"),
        ("pending", "cited"),
        ("contradicted", "contradicted"),
        ("weak", "weak"),
        ("unsupported", "unsupported"),
    )
    standing, state = next(pair for pair in ranked if any(citation.standing == pair[0] for citation in own))
    support = max(citation.confidence for citation in own if citation.standing == standing)
    return replace(sentence, state=state, support=support)


def revised(
    sentences: Sequence[Sentence],
    citations: Sequence[Citation],
    text: str,
    operations: Sequence[RevisionOperation],
    additional: Sequence[Citation],
) -> Answer:
    """The refined answer: kept sentences keep their state and citations, the others are marked as changed.

    A patch that does not fit its own text is not trusted: the new text is then shown as one revised sentence.
    """
    pieces = [(operation, operation.after or operation.before or "") for operation in operations if _stays(operation)]
    leads = _leads(text, [piece for _, piece in pieces])
    if leads is None:
        return _restated_all([Sentence(0, "", text, change="revised")] if text else [], additional)
    unused = list(sentences)
    result: list[Sentence] = []
    carried: list[Citation] = []
    for (operation, piece), lead in zip(pieces, leads, strict=True):
        new = Sentence(len(result), lead, piece, change=_CHANGE[operation.kind])
        if operation.kind == "keep":
            carried += _take(unused, new, citations)
        result.append(new)
    rest = text[sum(len(s.lead) + len(s.text) for s in result) :]
    if rest:
        result.append(Sentence(None, "", rest))
    return _restated_all(result, _without_doubles(carried, additional))


_CHANGE: dict[str, Change] = {"keep": "none", "append": "added", "revise": "revised"}


def _stays(operation: RevisionOperation) -> bool:
    return operation.kind != "drop" and bool(operation.after or operation.before)


def _leads(text: str, pieces: Sequence[str]) -> list[str] | None:
    """What stands before each piece when they are found in `text` one after another; None when they are not."""
    leads, cursor = [], 0
    for piece in pieces:
        at = text.find(piece, cursor)
        if at < 0:
            return None
        leads.append(text[cursor:at])
        cursor = at + len(piece)
    return leads if pieces or not text else None


def _take(unused: list[Sentence], new: Sentence, citations: Sequence[Citation]) -> list[Citation]:
    """The citations of the draft's sentence that `new` keeps, pointing at `new`; that sentence is used up."""
    old = next((sentence for sentence in unused if sentence.text.strip() == new.text.strip()), None)
    if old is None:
        return []
    unused.remove(old)
    return [c.model_copy(update={"claim_index": new.index}) for c in citations if c.claim_index == old.index]


def _without_doubles(carried: Sequence[Citation], additional: Sequence[Citation]) -> list[Citation]:
    """Both, the newer word on the same sentence and source winning."""
    newer = {(citation.claim_index, citation.marker) for citation in additional}
    return [c for c in carried if (c.claim_index, c.marker) not in newer] + list(additional)


def _restated_all(sentences: Iterable[Sentence], citations: Iterable[Citation]) -> Answer:
    held = tuple(citations)
    return tuple(restated(sentence, held) for sentence in sentences), held


def concluded(sentences: Sequence[Sentence], shown: Sequence[Citation], text: str, cited: Sequence[Citation]) -> Answer:
    """The final answer: the sentences on the screen if `text` is made of them, else cut where the citations say.

    `shown` are the citations so far, `cited` those of the final answer; the latter win unless there are none.
    """
    citations = tuple(cited) or tuple(shown)
    if joined(sentences) == text:
        return _restated_all(sentences, citations)
    leads = _leads(text, [sentence.text for sentence in sentences])
    if leads is None:
        return _restated_all(_carved(text, citations), citations)
    moved = [replace(sentence, lead=lead) for sentence, lead in zip(sentences, leads, strict=True)]
    rest = text[len(joined(moved)) :]
    return _restated_all([*moved, Sentence(None, "", rest)] if rest else moved, citations)


def _carved(text: str, citations: Sequence[Citation]) -> list[Sentence]:
    """`text` cut at the ends of the cited claims; what lies between them belongs to no claim."""
    spans: dict[int, Span] = {}
    for citation in citations:
        spans.setdefault(citation.claim_index, citation.answer_span)
    result: list[Sentence] = []
    cursor = 0
    for index, (start, end) in sorted(spans.items(), key=lambda item: item[1]):
        if not cursor <= start < end <= len(text):
            continue
        result += _between(text[cursor:start])
        lead = "" if text[cursor:start].strip() else text[cursor:start]
        result.append(Sentence(index, lead, text[start:end]))
        cursor = end
    return result + ([Sentence(None, "", text[cursor:])] if text[cursor:] else [])


def _between(text: str) -> list[Sentence]:
    return [Sentence(None, "", text)] if text.strip() else []
