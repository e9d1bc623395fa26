"""Claim support: does the score tell claims that their source supports from claims that it does not?

Takes any scorer and any labelled claims; knows neither formula nor data set.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.truth.datasets import LabelledClaim
from benchmarks.truth.metrics import Interval, auroc, balanced_accuracy, best_balanced_accuracy, bootstrap
from rag.grounding.support import SUPPORT_THRESHOLD, support

Scorer = Callable[[str, str], float]
"""`scorer(claim, source)`: how far the source carries the claim, in [0, 1]."""


def project_support(claim: str, source: str) -> float:
    """The function under test, without statistics of any collection: the one form in which all data can be judged."""
    return support(claim, source).score


def word_overlap(claim: str, source: str) -> float:
    """The naive baseline: share of the claim's distinct lower-case words that occur in the source."""
    words = set(re.findall(r"\w+", claim.lower()))
    return len(words & set(re.findall(r"\w+", source.lower()))) / len(words) if words else 0.0


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """How well one scorer separates one set of claims."""

    count: int
    auroc: float
    interval: Interval
    balanced_accuracy: float
    """At the threshold asked for."""
    best_balanced_accuracy: float
    """At the best threshold of this very set: an upper bound, not a result."""
    best_threshold: float
    cost_ms: float
    """CPU time a claim, in milliseconds, with its source read anew."""


def measure_claims(
    claims: Sequence[LabelledClaim], scorer: Scorer = project_support, threshold: float = SUPPORT_THRESHOLD
) -> ClaimResult:
    """Score every claim against its source and compare with the labels; 95 % interval by bootstrap over claims."""
    start = time.process_time()
    scores = [scorer(one.claim, one.source) for one in claims]
    cost_ms = 1000 * (time.process_time() - start) / len(claims)
    positive = [score for score, one in zip(scores, claims, strict=True) if one.supported]
    negative = [score for score, one in zip(scores, claims, strict=True) if not one.supported]
    best, cut = best_balanced_accuracy(positive, negative)
    return ClaimResult(
        count=len(claims),
        auroc=auroc(positive, negative),
        interval=bootstrap(auroc, positive, negative),
        balanced_accuracy=balanced_accuracy(positive, negative, threshold),
        best_balanced_accuracy=best,
        best_threshold=cut,
        cost_ms=cost_ms,
    )
