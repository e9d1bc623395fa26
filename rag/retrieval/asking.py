"""Which part of a question asks, and which only tells.

Knows sentences and the words that questions begin with. Knows no concepts, no library and no scores.

People tell a story and then ask: `Nurse here. I start ten weeks after we sign. Would a conventional loan work?` The
story helps to find the right passage, but no library repeats it: what a passage lacks of it is no sign of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.retrieval.analysis import tokenise
from rag.retrieval.sentences import sentence_spans

_QUESTION = re.compile(
    r"""
    (?: (?:and|but|so|or|then|also|now|please|well)\b [,\s]+ )*
    (?: (?:who|whom|whose|what|what['’]s|which|when|where|why|how)\b
      | (?:can|could|do|does|did|is|are|am|was|were|will|would|may|might|must|should|shall|has|have|had
          |(?:can|could|do|does|did|is|are|was|were|wo|would|should|has|have|had)n?['’]t) \s+ \w )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What a question begins with, for those who leave out the question mark: a question word, or an auxiliary before
anything else."""
_MARKED = re.compile(r"\?[\s\"'”’)]*$")
_STOP = re.compile(r"[.!?][\s\"'”’)]+")


_POINTS_BACK = re.compile(
    r"""
    (?: (?:and|but|so|or|then|also|now)\b [,\s]+ )?
    (?: can|could|do|does|did|is|are|was|were|will|would|may|might|must|should|has|have|how|what|when|where|why )\b
    (?: \s\w+ )? \s (?:that|this|those|these|such) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""`Is that acceptable?` asks of the sentence before it. Of 80 blind near misses by two authors three fewer are answered
when that sentence belongs to the question, and of their 100 answerable questions none more is refused."""


def asking_tokens(text: str) -> frozenset[int]:
    """Positions, among the tokens of `text`, of those in the sentences that ask; all of them if no sentence does."""
    asked: set[int] = set()
    position = before = 0
    for sentence in _sentences(text):
        end = position + len(tokenise(sentence))
        if _asks(sentence):
            asked.update(range(before if _POINTS_BACK.match(sentence) else position, end))
        before, position = position, end
    return frozenset(asked or range(position))


def asking_sentences(text: str) -> tuple[str, ...]:
    """The sentences that ask; all of them if none does."""
    sentences = tuple(_sentences(text))
    return tuple(filter(_asks, sentences)) or sentences


def _sentences(text: str) -> Iterator[str]:
    """Its sentences; in a question typed without capitals, a new one begins where a stop is followed by a question."""
    for span in sentence_spans(text):
        start = span.start
        for stop in _STOP.finditer(text, span.start, span.end):
            if _QUESTION.match(text, stop.end(), span.end):
                yield text[start : stop.end()]
                start = stop.end()
        yield text[start : span.end]


def _asks(sentence: str) -> bool:
    return bool(_MARKED.search(sentence) or _QUESTION.match(sentence))
