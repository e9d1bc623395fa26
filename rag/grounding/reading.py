"""What a text is read into before two texts are compared: its sentences, their words, and which of them the two share.

Pure and cached: a passage is read once for all the claims that are held against it. Knows nothing of support, of
penalties and of thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TypeVar

from rag.grounding.claims import assertion, content_of
from rag.retrieval.analysis import Token, stem, tokenise
from rag.retrieval.sentences import sentence_spans
from rag.values import Span

LONGEST_SENTENCE = 600
"""Characters. What seems to be a longer sentence is a table or a page without full stops, and is read in pieces: area
under the ROC curve on WiCE dev, its lines joined by blanks, .848 instead of .826."""
PIECE = 450
"""Characters of such a piece, at most."""
NAME_PREFIX = 5
"""Names are the same if their first letters are: `Canada` and `Canadian`."""
REMEMBERED = 512
"""Texts of each kind that are kept as they were read; a run compares with about twenty."""
LONGEST_REMEMBERED = 4000
"""Characters. Our own passages are no longer, and of each character 33 bytes are kept (measured on WiCE dev): 68 MB at
the very most, a third of that for passages of the usual length. A longer text is read anew each time."""

Result = TypeVar("Result")


def remembered(read: Callable[[str], Result]) -> Callable[[str], Result]:
    """`read`, with its results kept for the texts used last, in bounded memory: a long text is read anew each time."""
    cached = lru_cache(maxsize=REMEMBERED)(read)
    return lambda text: cached(text) if len(text) <= LONGEST_REMEMBERED else read(text)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as the words and numbers in it that mean something, in order."""

    text: str
    span: Span
    terms: tuple[str, ...]
    """The words, stemmed, and the numbers in plain digits."""
    surfaces: tuple[str, ...]
    """The same as written."""
    words: frozenset[str]
    """The distinct terms."""
    numbers: tuple[int, ...]
    """Where in `terms` something is counted or measured."""
    names: tuple[int, ...]
    """Where in `terms` a capitalised word stands, the first one aside."""

    @classmethod
    def of(cls, text: str, span: Span, spoken: Iterable[Token]) -> Sentence:
        """The sentence `text`, which stands at `span` of a longer text and consists of the tokens `spoken`."""
        tokens = content_of(spoken)
        terms = tuple(token.text for token in tokens)
        return cls(
            text=text,
            span=span,
            terms=terms,
            surfaces=tuple(token.surface for token in tokens),
            words=frozenset(terms),
            numbers=tuple(place for place, token in enumerate(tokens) if _is_quantity(token)),
            names=tuple(place for place, token in enumerate(tokens) if place and is_name(token)),
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A passage, read once for all the claims that are held against it."""

    sentences: tuple[Sentence, ...]
    terms: tuple[str, ...]
    """Those of all sentences, in order."""
    words: frozenset[str]
    """The distinct terms."""
    prefixes: frozenset[str]
    """How its words begin, function words included: what a name is looked up in."""


@remembered
def read_claim(text: str) -> Sentence:
    """A claim without its bullets and citation marks."""
    said = assertion(text)
    return Sentence.of(said, Span(0, len(said)), tokenise(said))


@remembered
def read_source(text: str) -> Source:
    """A passage with its sentences in order."""
    spans = list(_pieces(text))
    spoken = [tokenise(text[span.start : span.end]) for span in spans]
    read = zip(spans, spoken, strict=True)
    sentences = tuple(Sentence.of(text[span.start : span.end], span, tokens) for span, tokens in read)
    terms = tuple(chain.from_iterable(sentence.terms for sentence in sentences))
    return Source(sentences, terms, frozenset(terms), prefixes(chain.from_iterable(spoken)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim beside a source."""

    claim: Sentence
    source: Source
    shared: tuple[frozenset[str], ...]
    """For each sentence of the source those of the claim's words that it has."""
    nearest: tuple[int, ...]
    """The sentences by their number, those that share most with the claim first, else in order."""

    @classmethod
    def of(cls, claim: Sentence, source: Source) -> Comparison:
        """The two, with what they share; linear in the length of both."""
        shared = tuple(claim.words & sentence.words for sentence in source.sentences)
        return cls(claim, source, shared, tuple(sorted(range(len(shared)), key=lambda number: -len(shared[number]))))

    def around(self, number: int) -> frozenset[str]:
        """Those of the claim's words that a sentence and its two neighbours have."""
        return frozenset[str]().union(*self.shared[max(0, number - 1) : number + 2])

    def share(self, words: frozenset[str]) -> float:
        """What share some of the claim's words are of all its distinct words; 0 if it has none."""
        return len(words) / len(self.claim.words) if self.claim.words else 0.0


def prefixes(tokens: Iterable[Token]) -> frozenset[str]:
    """How the words begin by which names are compared."""
    return frozenset(stem(word)[:NAME_PREFIX] for word in {token.text for token in tokens})


def neighbours(terms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Words in the order of the text, next to each other or with one between them."""
    return chain(zip(terms, terms[1:], strict=False), zip(terms, terms[2:], strict=False))


def is_name(token: Token) -> bool:
    """Whether a token that does not open its sentence is written like a name."""
    return token.surface[0].isupper() and not token.is_number


def _is_quantity(token: Token) -> bool:
    """`one` in letters is a pronoun as often as a number."""
    return token.is_number and token.surface.lower() != "one"


def _pieces(text: str) -> Iterator[Span]:
    """The sentences of a text; overlong ones cut at white space."""
    for start, end in sentence_spans(text):
        while end - start > LONGEST_SENTENCE:
            cut = text.rfind(" ", start + 1, start + PIECE)
            cut = cut if cut > 0 else start + PIECE
            yield Span(start, cut)
            start = cut
        yield Span(start, end)
