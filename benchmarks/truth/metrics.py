"""The standard measures of ranking and of classification, and how far a figure may be off. Pure.

Knows numbers only: no passages, no claims, no files. Every measure is in [0, 1], and higher is better.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
Sample = Sequence[float] | NDArray[np.float64]

RESAMPLES = 300
"""Bootstrap resamples: the ends of a 95 % interval are then steady to about a tenth of its width."""


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain at `k` with binary gains: `sum 1 / log2(1 + rank)` over the best possible.

    (Jaervelin and Kekaelaeinen 2002, in the form of trec_eval.) 0 if nothing is relevant.
    """
    gain = sum(1 / math.log2(1 + rank) for rank, found in enumerate(ranked[:k], start=1) if found in relevant)
    ideal = sum(1 / math.log2(1 + rank) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal if ideal else 0.0


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of what is relevant that is among the first `k`; 0 if nothing is relevant."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant)) if relevant else 0.0


def auroc(positive: Sample, negative: Sample) -> float:
    """Area under the ROC curve: how often a positive scores higher than a negative; a tie counts half.

    By ranks (Mann and Whitney 1947). 0.5 is chance. NaN if either side is empty.
    """
    up, down = np.asarray(positive, dtype=float), np.sort(np.asarray(negative, dtype=float))
    if not len(up) or not len(down):
        return math.nan
    below, not_above = np.searchsorted(down, up, side="left"), np.searchsorted(down, up, side="right")
    return float((below + not_above).mean() / (2 * len(down)))


def balanced_accuracy(positive: Sample, negative: Sample, threshold: float) -> float:
    """Mean of the share of positives at or over the threshold and the share of negatives under it; NaN if one is empty.

    Unlike accuracy it cannot be raised by always giving the commoner answer: that scores 0.5.
    """
    if not len(positive) or not len(negative):
        return math.nan
    hits = float(np.mean(np.asarray(positive) >= threshold))
    return (hits + float(np.mean(np.asarray(negative) < threshold))) / 2


def best_balanced_accuracy(positive: Sample, negative: Sample) -> tuple[float, float]:
    """The highest balanced accuracy that any threshold reaches on this very sample, and that threshold (optimistic)."""
    thresholds = np.unique(np.concatenate([np.asarray(positive, dtype=float), np.asarray(negative, dtype=float)]))
    return max((balanced_accuracy(positive, negative, float(cut)), float(cut)) for cut in thresholds)


def bootstrap(measure: Callable[..., float], *samples: Sample, paired: bool = False, seed: int = 0) -> Interval:
    """95 % percentile interval of `measure(*samples)` over resamples with replacement.

    `paired` draws the same positions from every sample: row by row they come from one question.
    """
    draw = np.random.default_rng(seed)
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    values = []
    for _ in range(RESAMPLES):
        if paired:
            chosen = draw.integers(len(arrays[0]), size=len(arrays[0]))
            values.append(measure(*(array[chosen] for array in arrays)))
        else:
            values.append(measure(*(array[draw.integers(len(array), size=len(array))] for array in arrays)))
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores between two bounds, and what came of them."""

    low: float
    high: float
    size: int
    score: float
    """Mean score."""
    share: float
    """Share of them that were right."""


def reliability(scores: Sample, right: Sequence[bool], bins: int = 10) -> tuple[list[Bin], float]:
    """The reliability diagram of scores in [0, 1], empty bins left out, and the expected calibration error.

    The error is the mean distance of score and share over the bins, each weighing as many scores as it holds.
    """
    values, outcomes = np.asarray(scores, dtype=float), np.asarray(right, dtype=bool)
    place = np.minimum((values * bins).astype(int), bins - 1)
    found = [_bin(one, bins, values[place == one], outcomes[place == one]) for one in np.unique(place).tolist()]
    error = sum(one.size * abs(one.score - one.share) for one in found) / len(values) if found else math.nan
    return found, error


def _bin(place: int, bins: int, values: NDArray[np.float64], outcomes: NDArray[np.bool_]) -> Bin:
    return Bin(place / bins, (place + 1) / bins, len(values), float(values.mean()), float(outcomes.mean()))


def mean(sample: Sample) -> float:
    """Arithmetic mean; NaN of nothing."""
    return float(np.mean(sample)) if len(sample) else math.nan


def weighted_mean(sample: Sample, weights: Sample) -> float:
    """Mean in which each value counts as often as its weight says; NaN of nothing."""
    return float(np.average(sample, weights=weights)) if len(sample) else math.nan
