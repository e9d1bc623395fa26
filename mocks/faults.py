"""Faults on purpose: which call of which stage goes wrong, and how. Decided by a seed, so that it can be replayed.

It only decides. What an error looks like at each seam is known to `mocks.delayed`; what the pipeline does about it
is what the faults are for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from mocks.latency import Knobs, random_for
from mocks.profiles import UNTIMED
from rag.values import StageName

FaultKind = Literal["error", "hang", "slow", "empty", "malformed", "cut"]
"""`error`: the port's own error. `hang`: no answer, ever. `slow`: an answer, `slow_ms` later. `empty`: an answer with
nothing in it. `malformed`: rubbish of the right type. `cut`: a text that stops without saying that it is finished."""

WRITES_TEXT: frozenset[StageName] = frozenset({"generation", "refinement"})


class Fault(Knobs):
    """One thing that goes wrong."""

    stage: StageName
    kind: FaultKind
    call: int | None = Field(default=None, ge=1)
    """The stage's call that it hits, from 1; None: any. A retry is the next call."""
    probability: float = Field(default=1.0, ge=0, le=1)
    """Chance that it happens at a call that it can hit."""
    after_tokens: int = Field(default=0, ge=0)
    """For stages that write text: tokens that still arrive before the error, hang, rubbish or cut."""
    slow_ms: float = Field(default=0.0, ge=0)
    """For `slow`: how much later the answer comes."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        writes, breaks_off = self.stage in WRITES_TEXT, self.kind not in {"slow", "empty"}
        if self.stage in UNTIMED:
            raise ValueError(f"{self.stage} calls nobody, so nothing can go wrong there")
        if self.kind == "cut" and not writes:
            raise ValueError(f"only a text can be cut, and {self.stage} writes none")
        if self.after_tokens and not (writes and breaks_off):
            raise ValueError(f"after_tokens means nothing for {self.kind} in {self.stage}")
        if (self.kind == "slow") != bool(self.slow_ms):
            raise ValueError("slow_ms belongs to slow, and slow needs it")
        return self

    def strikes(self, seed: int, call: int) -> bool:
        """Whether it happens at this call (from 1) of its stage."""
        if self.call not in (None, call):
            return False
        return random_for(seed, f"{self.stage}.fault.{self.kind}", call).random() < self.probability


class FaultPlan:
    """All faults of a run. Adding one leaves the others striking where they did, unless it stands before them."""

    def __init__(self, seed: int, faults: Iterable[Fault] = ()) -> None:
        self.seed = seed
        self.faults = tuple(faults)

    def kind_for(self, stage: StageName, call: int) -> Fault | None:
        """The fault that strikes this call (from 1) of this stage: the first in the plan that does, or None."""
        for fault in self.faults:
            if fault.stage == stage and fault.strikes(self.seed, call):
                return fault
        return None
