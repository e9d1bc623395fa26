"""How far a passage carries a claim, measured by what the two share: words, their order, numbers and names.

Pure computation on two texts; knows nothing of answers, markers or who asks. This is *evidence overlap*, not truth: it
finds invented numbers, wrong sources and baseless sentences, and hardly ever a negation or a number that the same
passage uses for something else. A model-based checker can take its place behind the same ports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.grounding.claims import assertion, content_tokens
from rag.retrieval.analysis import Token, stem, tokenise
from rag.retrieval.confidence import CollectionStatistics
from rag.retrieval.sentences import sentence_spans
from rag.values import Claim, Groundedness, Passage, Span, Support

SUPPORT_THRESHOLD = 0.48
"""A claim is supported at or over this: the best cut on the development parts of AttributionBench and WiCE."""
NUMBER_PENALTY = 0.5
NAME_PENALTY = 0.7
"""Factors for each number, each name of the claim that the source lacks; at most two of a kind count."""
MAX_PENALISED = 2
WINDOW_SENTENCES = 2
"""A claim often joins what the source says in two neighbouring sentences."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A passage, read once."""

    sentences: tuple[Span, ...]
    sentence_words: tuple[frozenset[str], ...]
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    """Neighbouring words, and words with one other between them."""
    vocabulary: frozenset[str]
    """Every word and number, function words included, against which numbers and names are looked up."""


@lru_cache(maxsize=4096)
def _read_source(text: str) -> _Source:
    spans = sentence_spans(text)
    sentences = [[t.text for t in content_tokens(text[span.start : span.end])] for span in spans]
    words = [word for sentence in sentences for word in sentence]
    return _Source(
        sentences=spans,
        sentence_words=tuple(map(frozenset, sentences)),
        words=frozenset(words),
        pairs=frozenset([*pairwise(words), *zip(words, words[2:], strict=False)]),
        vocabulary=frozenset(stem(token.text) for token in tokenise(text)),
    )


def support(claim_text: str, passage_text: str, statistics: CollectionStatistics | None = None) -> Support:
    """How far `passage_text` carries `claim_text`, in [0, 1], and the window of the passage that does so best.

        (doc + win + big) / 3  *  0.5 ** min(2, missing numbers)  *  0.7 ** min(2, missing names)

    `doc` is the share of the claim's content words that occur in the passage, `win` the share that the best two
    neighbouring sentences hold, `big` the share of its neighbouring word pairs that the passage has too, at most one
    word apart. Words weigh their inverse document frequency if `statistics` of the collection are given, else alike.
    A claim without content words has support 0.
    """
    claim = assertion(claim_text)
    tokens = content_tokens(claim)
    source = _read_source(passage_text)
    weights = {t.text: statistics.idf(t.text) if statistics else 1.0 for t in tokens}
    window, window_share = _best_window(source, weights)
    overlap = (_share(weights, source.words) + window_share + _pair_share(tokens, source)) / 3
    numbers, names = _missing_numbers(claim, source), _missing_names(claim, source)
    score = overlap * _penalty(NUMBER_PENALTY, numbers) * _penalty(NAME_PENALTY, names)
    return Support(
        score=score,
        supported=score >= SUPPORT_THRESHOLD,
        source_span=window,
        quote=passage_text[window.start : window.end],
        missing_numbers=numbers,
        missing_names=names,
    )


def _share(weights: Mapping[str, float], words: frozenset[str]) -> float:
    """Weight of the claim's words that are among `words`, as a share of all of it."""
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / total if total else 0.0


def _best_window(source: _Source, weights: Mapping[str, float]) -> tuple[Span, float]:
    """The one or two neighbouring sentences with the largest share of the claim; the shortest of equals, then the first."""
    best, best_share = Span(0, 0), 0.0
    for size in range(1, WINDOW_SENTENCES + 1):
        for first in range(len(source.sentences) - size + 1):
            share = _share(weights, frozenset().union(*source.sentence_words[first : first + size]))
            if share > best_share:
                best = Span(source.sentences[first].start, source.sentences[first + size - 1].end)
                best_share = share
    return best, best_share


def _pair_share(tokens: Sequence[Token], source: _Source) -> float:
    pairs = {pair for pair in pairwise(t.text for t in tokens) if pair[0] != pair[1]}
    return len(pairs & source.pairs) / len(pairs) if pairs else float(bool(tokens) and tokens[0].text in source.words)


def _missing_numbers(claim: str, source: _Source) -> tuple[str, ...]:
    numbers = {token.text: token.surface for token in tokenise(claim) if token.is_number}
    return tuple(surface for number, surface in numbers.items() if number not in source.vocabulary)


def _missing_names(claim: str, source: _Source) -> tuple[str, ...]:
    names = {stem(t.text): t.surface for t in tokenise(claim)[1:] if t.surface[0].isupper() and not t.is_number}
    return tuple(surface for name, surface in names.items() if name not in source.vocabulary)


def _penalty(factor: float, missing: Sequence[str]) -> float:
    return factor ** min(MAX_PENALISED, len(missing))
