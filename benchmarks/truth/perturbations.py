"""Errors put into supported claims on purpose: how many of them does the support check flag?

The five changes are those that a model makes: a number that no source has, a source of another question, a negation, a
number of the same source in another's place, and none at all (what is flagged then is a false alarm). Chance is seeded
with the claim's own text, so the same claims always give the same changes. Knows how to write them, and takes the check
as an argument.

The instrument has its own idea of a number and of a negation. It does not borrow that of the code under test.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from benchmarks.report import wilson
from benchmarks.truth.claim_support import word_overlap
from benchmarks.truth.datasets import LabelledClaim
from benchmarks.truth.metrics import Interval, auroc
from rag.grounding.support import support

Kind = Literal["untouched", "unseen number", "wrong source", "negation", "swapped number"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_NUMBER = re.compile(r"(?<![\w.,:\[/\u2013-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w\]/\u2013-]|[.,:]\d)")
"""A number that stands alone: no citation mark, no part of a range, a date, a time, a section number or a name."""
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|can|could|will|would|should|may|might|must|(?:has|have|had)(?= been\b))\b(?=\s)",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|no|never|none|nor|neither|nothing|without|cannot)\b|n['’]t\b", re.IGNORECASE)


class Changed(NamedTuple):
    """A claim and a source that no longer belong together, beside the claim and source that do."""

    claim: str
    source: str
    original: LabelledClaim


class Verdict(NamedTuple):
    """What a check says of a claim and a source."""

    score: float
    flagged: bool


Check = Callable[[str, str], Verdict]


def project_check(claim: str, source: str) -> Verdict:
    """The function under test: flagged is what it does not call supported."""
    found = support(claim, source)
    return Verdict(found.score, not found.supported)


OVERLAP_CUT = 0.68
"""Where plain word overlap separates AttributionBench dev best."""


def overlap_check(claim: str, source: str) -> Verdict:
    """The baseline: plain word overlap, at the cut that suits it best."""
    score = word_overlap(claim, source)
    return Verdict(score, score < OVERLAP_CUT)


def changes(kind: Kind, claims: Sequence[LabelledClaim]) -> Iterator[Changed]:
    """Every claim that allows this change, changed, and one that has several numbers once for each.

    `claims` are all supported by their sources.
    """
    for one in claims:
        draw = random.Random(f"{kind}: {one.claim}")
        if kind == "untouched":
            yield Changed(one.claim, one.source, one)
        elif kind == "wrong source":
            others = [other.source for other in claims if other.topic != one.topic and other.source != one.source]
            if others:
                yield Changed(one.claim, draw.choice(others), one)
        elif kind == "negation":
            yield from (Changed(text, one.source, one) for text in _negated(one.claim))
        else:
            choose = _unseen if kind == "unseen number" else _swapped
            yield from (Changed(text, one.source, one) for text in _with_other_numbers(one, draw, choose))


def _negated(claim: str) -> Iterator[str]:
    """`not` behind the first auxiliary; nothing if there is none, or if the claim is a negation already."""
    found = _AUXILIARY.search(claim)
    if found and not _NEGATED.search(claim):
        yield f"{claim[: found.end()]} not{claim[found.end() :]}"


Choose = Callable[[str, LabelledClaim, random.Random], str | None]


def _with_other_numbers(one: LabelledClaim, draw: random.Random, choose: Choose) -> Iterator[str]:
    """The claim with each number that its source has too, one at a time, replaced by what is chosen for it."""
    true = numbers(one.source)
    for place in _NUMBER.finditer(one.claim):
        if _plain(place[0]) in true and (number := choose(_plain(place[0]), one, draw)):
            yield f"{one.claim[: place.start()]}{number}{one.claim[place.end() :]}"


def _unseen(number: str, one: LabelledClaim, draw: random.Random) -> str | None:
    """A number of as many digits, two at least, that neither source nor claim has; over 20, for those may be words."""
    digits = max(2, _digits(number))
    taken = numbers(one.source) | numbers(one.claim)
    tries = (str(draw.randrange(10 ** (digits - 1), 10**digits)) for _ in range(100))
    return next((candidate for candidate in tries if int(candidate) > 20 and candidate not in taken), None)


def _swapped(number: str, one: LabelledClaim, draw: random.Random) -> str | None:
    """Another number of the source that the claim does not have, of as many digits if there is one."""
    others = sorted(numbers(one.source) - numbers(one.claim))
    alike = [other for other in others if _digits(other) == _digits(number)]
    return draw.choice(alike or others) if others else None


def _digits(number: str) -> int:
    return len(number.partition(".")[0])


def numbers(text: str) -> frozenset[str]:
    """The numbers that stand alone in a text, in plain digits."""
    return frozenset(_plain(found) for found in _NUMBER.findall(text))


def _plain(number: str) -> str:
    return re.sub(r"\.0+$", "", number.replace(",", ""))


@dataclass(frozen=True, slots=True)
class FlagResult:
    """What a check makes of one kind of change."""

    kind: Kind
    count: int
    flagged: float
    """Share of the changed claims that are flagged, those included that were flagged before the change."""
    interval: Interval
    newly_flagged: float
    """Share flagged of those that were not flagged before; 0 for untouched ones by definition."""
    auroc: float
    """How often the claim as it was scores higher than some changed claim."""


def measure_flags(claims: Sequence[LabelledClaim], check: Check = project_check) -> dict[Kind, FlagResult]:
    """Change the supported ones of `claims` in every way and count what the check flags."""
    supported = [one for one in claims if one.supported]
    return {kind: _measure(kind, list(changes(kind, supported)), check) for kind in KINDS}


def _measure(kind: Kind, changed: Sequence[Changed], check: Check) -> FlagResult:
    before = [check(one.original.claim, one.original.source) for one in changed]
    after = [check(one.claim, one.source) for one in changed]
    fresh = [now.flagged for now, then in zip(after, before, strict=True) if not then.flagged]
    hits = sum(verdict.flagged for verdict in after)
    return FlagResult(
        kind=kind,
        count=len(changed),
        flagged=hits / len(changed) if changed else 0.0,
        interval=wilson(hits, len(changed)),
        newly_flagged=sum(fresh) / len(fresh) if fresh else 0.0,
        auroc=auroc([verdict.score for verdict in before], [verdict.score for verdict in after]),
    )
