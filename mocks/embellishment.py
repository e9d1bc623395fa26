"""Errors of the kind that real language models make, put into a text on purpose: a wrong figure, a wrong source.

An error is only worth making if the evidence check can see it, so each candidate is held against its source with the
same `passage_support` that the pipeline uses. Nothing else here knows what is true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.grounding.claims import markers, split_claims
from rag.grounding.support import passage_support
from rag.retrieval.analysis import tokenise
from rag.values import NumberedSource, Passage

STEPS = (5, 10, 3, 20, 40)
"""How far a figure is moved: the first step to a number that no source has. From 1,000 on, the second digit moves."""
SPARED = 2
"""Sentences at the beginning that are made wrong only if no other can be: a reader sees first what holds."""

_FIGURE = re.compile(r"(?<![\w.,/\[-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?=%| [a-z])")
"""A number of something: no citation mark, year or day, no part of a section number, a pair or a form's name."""


def embellished(sentences: Sequence[str], sources: Sequence[NumberedSource]) -> list[str]:
    """The sentences with one of them made wrong, and none of the first two, if another can be.

    A wrong figure if some sentence has a figure; else a mark that points to the wrong source. Unchanged if neither
    gives an error that shows.
    """
    passages = {source.marker: source.passage for source in sources}
    order = [*range(SPARED, len(sentences)), *reversed(range(min(SPARED, len(sentences))))]
    for errors in (_wrong_figures, _wrong_sources):
        for index in order:
            for wrong in errors(sentences[index], passages):
                if _shows(wrong, passages):
                    return [*sentences[:index], wrong, *sentences[index + 1 :]]
    return list(sentences)


def _wrong_figures(sentence: str, passages: dict[int, Passage]) -> Iterator[str]:
    """The sentence with each of its figures moved, one at a time, to a number that no source contains."""
    known = {token.text for passage in passages.values() for token in tokenise(passage.text) if token.is_number}
    for found in _FIGURE.finditer(sentence):
        value = float(found[0].replace(",", ""))
        decimals = len(found[0].partition(".")[2])
        unit = 10 ** (len(str(int(value))) - 2) if value >= 1000 else 1
        moved = (f"{value + step * unit:,.{decimals}f}" for step in STEPS)
        if wrong := next((figure for figure in moved if tokenise(figure)[0].text not in known), None):
            yield f"{sentence[: found.start()]}{wrong}{sentence[found.end() :]}"


def _wrong_sources(sentence: str, passages: dict[int, Passage]) -> Iterator[str]:
    for marker in markers(sentence):
        for other in passages:
            if other != marker:
                yield sentence.replace(f"[{marker}]", f"[{other}]")


def _shows(sentence: str, passages: dict[int, Passage]) -> bool:
    """Whether no source that the sentence cites supports it."""
    (claim,) = split_claims(sentence)
    cited = [passages[marker] for marker in claim.markers if marker in passages]
    return bool(cited) and not any(passage_support(claim, passage).supported for passage in cited)
