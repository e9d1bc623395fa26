"""Claims: the sentences of an answer, each with its place, its citation marks and whether it asserts anything.

The same reader serves a finished text and a stream of tokens, so both give the same claims with the same spans.
Knows nothing of passages and of whether a claim is true; where a sentence ends stands in `rag.retrieval.sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.retrieval.analysis import FUNCTION_WORDS, Token, stem, tokenise
from rag.retrieval.sentences import next_sentence
from rag.values import Claim

MIN_CONTENT_WORDS = 3
"""With fewer words that mean something, a sentence says nothing that could be checked."""

_MARK = re.compile(r"\[[0-9]+(?:,[ ]*[0-9]+)*\]")
_MARKER = re.compile(r"(?<![0-9])[1-9][0-9]?(?![0-9])")
"""One or two digits: a larger number in brackets is a year or a quantity, not one of our sources."""
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|[0-9]{1,3}[.)]\s+)+")
_HEADING = re.compile(r"#{1,6}\s|(\*\*|__)[^\n]+\1:?$")
_QUESTION = re.compile(r"""\?["'”’)*_]*$""")
_REFUSAL = re.compile(
    r"""
    \b(?: sorry | apologi[sz]e | as\ an\ ai )\b
  | \b(?: I | we )\s+ (?: can | could | do | did | am | are | was | were )\s* (?: not | n?['’]t | unable )\b
    (?:\s+able)? (?:\s+to)? \s+ (?: find | answer | help | assist | locate | determine | say | tell | know
      | have\ (?: enough | sufficient | any | that | this | the )\ (?: information | evidence | data | details ) )\b
  | \b(?: sources? | passages? | context | library | (?:provided|available|given)\ (?:documents?|texts?|information) )
    \s+ (?: do | does | did )(?: \ not | n['’]t )\b
  | \b(?: no | not\ enough | not\ sufficient | insufficient )\ (?: answer | information | evidence )\b
    .{0,100}? \b(?: sources? | passages? | context | library | documents? | found | available | to\ answer )\b
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

UNINFORMATIVE = FUNCTION_WORDS | frozenset(
    ["itself", "themselves", "however", "therefore", "thus", "moreover", "additionally"]
    + ["furthermore", "overall", "never", "nor", "none", "neither", "without", "cannot", "yes", "eg", "ie", "etc"]
    + ["passage", "passages", "context", "provided", "based", "according", "mention", "mentions", "mentioned"]
    + ["stated", "states"]
)
"""What a claim is compared without: function words, negations (overlap cannot judge them), talk about the sources."""


def split_claims(text: str) -> tuple[Claim, ...]:
    """All claims of a complete text, in order; outside of their spans there is only white space."""
    reader = SentenceReader()
    return (*reader.feed(text), *reader.finish())


class SentenceReader:
    """Reads an answer token by token and hands out each claim once it is certainly complete.

    However the text is cut into tokens, the claims are those of `split_claims` on the whole of it.
    """

    def __init__(self) -> None:
        self._text = ""
        self._end = 0
        self._scan = 0
        self._count = 0

    def feed(self, token: str) -> list[Claim]:
        """The claims that `token` completes; mostly none, as a sentence is certain only when the next one begins."""
        self._text += token
        return self._read(final=False)

    def finish(self) -> list[Claim]:
        """The claims that were still open; no token may follow."""
        return self._read(final=True)

    def _read(self, *, final: bool) -> list[Claim]:
        claims: list[Claim] = []
        while True:
            span, self._scan = next_sentence(self._text, self._end, self._scan, final=final)
            if span is None:
                return claims
            text = self._text[span.start : span.end]
            claims.append(
                Claim(index=self._count, text=text, span=span, markers=markers(text), checkable=is_checkable(text))
            )
            self._end = span.end
            self._count += 1


def markers(text: str) -> tuple[int, ...]:
    """Numbers of the sources cited in `text`, in order, without repeats; `[0]`, `[2024]` and `[a]` are just text."""
    found = (int(number) for mark in _MARK.findall(text) for number in _MARKER.findall(mark))
    return tuple(dict.fromkeys(found))


def assertion(text: str) -> str:
    """The claim's own words: without heading signs, list bullets and citation marks."""
    return _MARK.sub(" ", _LINE_START.sub("", text)).strip()


def content_tokens(text: str) -> list[Token]:
    """The words and numbers of a sentence that can be compared with a source, stemmed."""
    return content_of(tokenise(text))


def content_of(tokens: Iterable[Token]) -> list[Token]:
    """The same of a sentence that is already in tokens."""
    kept = (token for token in tokens if token.text not in UNINFORMATIVE and "n't" not in token.text)
    return [Token(stem(token.text), token.surface, token.is_number) for token in kept]


def is_checkable(text: str) -> bool:
    """Whether the sentence asserts something: not a heading, a question, a refusal, or hardly any words."""
    if _HEADING.match(text):
        return False
    words = assertion(text)
    if _QUESTION.search(words) or _REFUSAL.search(words):
        return False
    return len(content_tokens(words)) >= MIN_CONTENT_WORDS
