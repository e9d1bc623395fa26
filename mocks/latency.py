"""How long a simulated stage takes: a few knobs that people understand, drawn so that every draw can be repeated.

A latency is a lognormal body, given by its median and its 95th percentile, and rare spikes that multiply it. Both are
needed: published percentiles of language models (639 / 1,144 / 4,517 ms at p50 / p95 / p99, modelstats.ai) fit no
lognormal alone, because a body wide enough for that p99 has its p95 above two seconds.

One random generator per (seed, stage, call): turning one knob leaves every other draw as it was, so that two runs
differ by the knob and by nothing else (common random numbers). Only `Random.random()` is used, whose values Python
promises never to change; draws are rounded to the microsecond, which hides the bits in which math libraries differ.

It does not wait (`mocks.delayed` does) and knows no profile file (`mocks.profiles` does).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from statistics import NormalDist
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_NORMAL = NormalDist()
_P95_DEVIATIONS = _NORMAL.inv_cdf(0.95)
"""Where the 95th percentile of a normal distribution lies: 1.645 standard deviations above the median."""
_EDGE = 1e-9
"""Keeps a uniform draw off 0 and 1, where the normal quantile is infinite."""


class Knobs(BaseModel):
    """Base of everything that can be set: frozen, and a misspelled knob is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def random_for(seed: int, what: str, call: int) -> random.Random:
    """The random generator of one draw. Seeded with text: the same on every Python and under every hash seed."""
    return random.Random(f"{seed}/{what}/{call}")


class LatencyModel(Knobs):
    """How long one call takes, in milliseconds: sampled around a median, or read from a schedule."""

    median_ms: float = Field(default=0.0, ge=0)
    p95_ms: float | None = Field(default=None, ge=0)
    """95th percentile of the body, before spikes. None or equal to the median: every call takes the median."""
    spike_probability: float = Field(default=0.0, ge=0, le=1)
    spike_multiplier: float = Field(default=1.0, ge=1)
    min_ms: float | None = Field(default=None, ge=0)
    max_ms: float | None = Field(default=None, ge=0)
    """`min_ms` and `max_ms` bound the result, spikes included."""
    schedule_ms: tuple[float, ...] | None = None
    """When the first, second, ... call returns, in milliseconds of the run; the last entry serves all later calls.
    Instead of a median: it replays a published timeline exactly. A time that is past means at once."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.schedule_ms is not None:
            return self._check_schedule(self.schedule_ms)
        if self.p95_ms is not None and self.p95_ms < self.median_ms:
            raise ValueError(f"p95_ms ({self.p95_ms:g}) is under median_ms ({self.median_ms:g})")
        if self.p95_ms and not self.median_ms:
            raise ValueError("a median_ms of 0 allows no p95_ms above 0: a lognormal is a multiple of its median")
        if self.min_ms is not None and self.max_ms is not None and self.min_ms > self.max_ms:
            raise ValueError(f"min_ms ({self.min_ms:g}) is over max_ms ({self.max_ms:g})")
        return self

    def _check_schedule(self, times_ms: tuple[float, ...]) -> Self:
        if self.model_fields_set - {"schedule_ms"}:
            raise ValueError("schedule_ms stands alone: it leaves nothing to sample")
        if not times_ms or min(times_ms) < 0 or list(times_ms) != sorted(times_ms):
            raise ValueError("schedule_ms needs one time or more, none negative, none before the one in front of it")
        return self

    @property
    def sigma(self) -> float:
        """Spread of the body: `ln(p95 / median) / 1.645`. 0 is fixed; 0.3 a quiet service, 0.7 a shared gateway."""
        if not self.p95_ms:
            return 0.0
        return math.log(self.p95_ms / self.median_ms) / _P95_DEVIATIONS

    @property
    def fixed(self) -> bool:
        """Whether every call takes the same time."""
        return (
            self.schedule_ms is None and not self.sigma and (not self.spike_probability or self.spike_multiplier == 1)
        )

    def sample_ms(self, rng: random.Random) -> float:
        """One latency, drawn. Takes exactly two numbers from `rng`, whatever the knobs say."""
        body, spike = rng.random(), rng.random()
        sampled_ms = self.median_ms * math.exp(self.sigma * _NORMAL.inv_cdf(min(max(body, _EDGE), 1 - _EDGE)))
        if spike < self.spike_probability:
            sampled_ms *= self.spike_multiplier
        return round(self._bounded(sampled_ms), 3)

    def scheduled_ms(self, call: int) -> float | None:
        """When call number `call` (from 1) returns, in milliseconds of the run; None if calls are sampled."""
        if self.schedule_ms is None:
            return None
        return self.schedule_ms[min(call, len(self.schedule_ms)) - 1]

    def _bounded(self, value_ms: float) -> float:
        at_least = value_ms if self.min_ms is None else max(self.min_ms, value_ms)
        return at_least if self.max_ms is None else min(self.max_ms, at_least)


class GenerationLatency(Knobs):
    """How a text arrives: a wait for the first token, then token after token."""

    first_token: LatencyModel = LatencyModel()
    inter_token: LatencyModel | None = None
    """Time from one token to the next. Sampled once per text, because a busy server is slow for all of it."""
    jitter: float = Field(default=0.0, ge=0, le=1)
    """How far single gaps stray from the text's pace: 0.1 is up to 10 % either way, uniformly."""
    total_ms: float | None = Field(default=None, ge=0)
    """Instead of `inter_token`: when the text ends, first token included. Its tokens are spread evenly, so that
    the stage takes exactly this long whatever the length of the text."""
    stall_probability: float = Field(default=0.0, ge=0, le=1)
    """Chance, at each token after the first, that the stream stands still for `stall_ms` more."""
    stall_ms: float = Field(default=0.0, ge=0)
    draft_sentences: int | None = Field(default=None, ge=1, le=10)
    """The most sentences that the simulated writer puts into a draft; None leaves it to the writer."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.inter_token is None) == (self.total_ms is None):
            raise ValueError("give either inter_token or total_ms")
        if any(model and model.schedule_ms for model in (self.first_token, self.inter_token)):
            raise ValueError("tokens are sampled: schedule_ms is for whole stages")
        if self.total_ms is not None:
            self._check_total(self.total_ms)
        return self

    def _check_total(self, total_ms: float) -> None:
        if self.jitter or self.stall_probability:
            raise ValueError("total_ms is exact: jitter and stalls belong to inter_token")
        if not self.first_token.fixed or self.first_token.sample_ms(random.Random(0)) > total_ms:
            raise ValueError("total_ms needs a fixed first_token that is not over it")

    def due_ms(self, seed: int, call: int, *, tokens: int | None = None) -> Iterator[float]:
        """When each token arrives, in milliseconds since the call (from 1). Endless with `inter_token`.

        `tokens` is the length of the text, needed to spread it over `total_ms`; that iterator ends with the text.
        """
        first_ms = self.first_token.sample_ms(random_for(seed, "generation.first_token", call))
        if self.inter_token is not None:
            return self._paced(first_ms, self.inter_token, seed, call)
        if tokens is None:
            raise ValueError("total_ms can only be spread over a known number of tokens")
        return self._spread(first_ms, self.total_ms or 0.0, tokens)

    def _paced(self, first_ms: float, inter_token: LatencyModel, seed: int, call: int) -> Iterator[float]:
        pace_ms = inter_token.sample_ms(random_for(seed, "generation.inter_token", call))
        jitters, stalls = (random_for(seed, f"generation.{knob}", call) for knob in ("jitter", "stall"))
        due_ms = first_ms
        while True:
            yield due_ms
            due_ms += pace_ms * (1 + self.jitter * (2 * jitters.random() - 1))
            if stalls.random() < self.stall_probability:
                due_ms += self.stall_ms

    @staticmethod
    def _spread(first_ms: float, total_ms: float, tokens: int) -> Iterator[float]:
        gaps = max(tokens - 1, 1)
        return (first_ms + (total_ms - first_ms) * index / gaps for index in range(tokens))
