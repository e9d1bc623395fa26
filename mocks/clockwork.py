"""The clockwork of one simulated run: how long each call waits, and which of them goes wrong.

`Clockwork` holds what must be shared by all seams of a run: when it began, how often each stage was called, the seed,
the profile, the fault plan and the speed. `Writing` is the same for one text on its way, token by token.
It knows nothing of what the stages compute. All waiting is `asyncio.sleep`, so it runs in real and in virtual time.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import NoReturn

from mocks.faults import Fault, FaultPlan
from mocks.latency import random_for
from mocks.profiles import Profile
from rag.errors import (
    GenerationCut,
    GenerationError,
    GenerationMalformed,
    RagError,
    RerankError,
    RetrievalError,
    RewriteError,
    SafetyError,
    VerificationError,
)
from rag.values import StageName

HANG_S = 86_400.0
"""A hang is a sleep of a day that ends in an error. Without any timer, virtual time would see a deadlock."""

TOKENS_AT_ONCE = 16
"""Tokens that may follow each other without a wait before other tasks get a turn."""

PORT_ERRORS: dict[StageName, type[RagError]] = {
    "rewrite": RewriteError,
    "retrieval": RetrievalError,
    "expanded_retrieval": RetrievalError,
    "deep_retrieval": RetrievalError,
    "rerank": RerankError,
    "generation": GenerationError,
    "refinement": GenerationError,
    "verification": VerificationError,
    "groundedness": VerificationError,
    "query_safety": SafetyError,
    "safety": SafetyError,
}
"""How each stage's port says that it failed."""


class Clockwork:
    """One run's time and faults. Make a new one for every run: calls are counted from its first."""

    def __init__(self, profile: Profile, *, seed: int = 0, faults: FaultPlan | None = None, speed: float = 1.0) -> None:
        """`speed` 2 halves every wait (hangs excepted)."""
        self.profile, self.seed, self.speed = profile, seed, speed
        self.faults = faults or FaultPlan(seed)
        self._calls: Counter[StageName] = Counter()
        self._origin_s: float | None = None

    async def pause(self, stage: StageName) -> Fault | None:
        """Wait as long as this call of `stage` takes; raise its port's error, or never return, if it is to fail.

        Returns the fault if it concerns what the call gives back (`empty`, `malformed`): that is the caller's to do.
        """
        call, fault = self.begin(stage)
        due_s = self.returns_at_s(stage, call)
        await self.until(due_s + self.slowness_s(fault))
        if fault is not None and fault.kind in {"error", "hang"}:
            await self.break_off(fault)
        return fault

    def begin(self, stage: StageName) -> tuple[int, Fault | None]:
        """Count a call of `stage`: its number, from 1, and the fault that strikes it."""
        if self._origin_s is None:
            self._origin_s = _now_s()
        self._calls[stage] += 1
        return self._calls[stage], self.faults.kind_for(stage, self._calls[stage])

    def returns_at_s(self, stage: StageName, call: int) -> float:
        """Loop time at which a call that begins now is to return; it may be past."""
        latency = self.profile.stages[stage]
        scheduled_ms = latency.scheduled_ms(call)
        if scheduled_ms is not None:
            return (self._origin_s or 0.0) + self.seconds(scheduled_ms)
        return _now_s() + self.seconds(latency.sample_ms(random_for(self.seed, stage, call)))

    def slowness_s(self, fault: Fault | None) -> float:
        """What a `slow` fault adds."""
        return self.seconds(fault.slow_ms) if fault is not None else 0.0

    def seconds(self, simulated_ms: float) -> float:
        """Seconds of the event loop for milliseconds of the profile."""
        return simulated_ms / 1000 / self.speed

    async def until(self, due_s: float) -> None:
        """Sleep until this loop time; if it is past, go on without giving way."""
        if (wait_s := due_s - _now_s()) > 0:
            await asyncio.sleep(wait_s)

    async def break_off(self, fault: Fault) -> NoReturn:
        """Do what a fault of kind error, hang, malformed or cut does to a call that cannot return."""
        if fault.kind == "hang":
            await asyncio.sleep(HANG_S)
        if fault.kind == "malformed":
            raise GenerationMalformed
        raise GenerationCut if fault.kind == "cut" else PORT_ERRORS[fault.stage]


class Writing:
    """One text on its way: `expect` it, then `next_token` before each token and `end` after the last."""

    def __init__(self, clockwork: Clockwork, stage: StageName) -> None:
        """`stage` is generation, or refinement: one wait, then all of its tokens at once."""
        self._clockwork, self._stage = clockwork, stage
        self._call, self.fault = clockwork.begin(stage)
        self._breaks_off = self.fault is not None and self.fault.kind not in {"slow", "empty"}
        self._delay_s = clockwork.slowness_s(self.fault)
        self._started_s = _now_s()
        self._due_s: Iterator[float] = iter(())
        self._written = self._in_a_row = 0

    @property
    def needs_length(self) -> bool:
        """Whether the tokens must be counted before the first can be timed."""
        return self._stage == "generation" and self._clockwork.profile.generation.total_ms is not None

    def expect(self, tokens: int | None = None) -> None:
        """Lay out the arrivals; `tokens` is the length of the text, if that is needed."""
        clockwork = self._clockwork
        if self._stage == "refinement":
            self._due_s = repeat(clockwork.returns_at_s(self._stage, self._call) + self._delay_s)
            return
        due_ms = clockwork.profile.generation.due_ms(clockwork.seed, self._call, tokens=tokens)
        self._due_s = (self._started_s + self._delay_s + clockwork.seconds(token_ms) for token_ms in due_ms)

    async def next_token(self) -> None:
        """Wait until the next token is due. Raises, or never returns, where the fault breaks the text off."""
        await self._until(next(self._due_s))
        if self._breaks_off and self.fault is not None and self._written == self.fault.after_tokens:
            await self._clockwork.break_off(self.fault)
        self._written += 1

    async def end(self) -> None:
        """Wait until the text is over. A fault that was to strike after more tokens than there were strikes here."""
        if self._breaks_off and self.fault is not None:
            await self._clockwork.break_off(self.fault)
        if self.needs_length:
            total_s = self._clockwork.seconds(self._clockwork.profile.generation.total_ms or 0.0)
            await self._clockwork.until(self._started_s + self._delay_s + total_s)

    async def _until(self, due_s: float) -> None:
        """As `Clockwork.until`, but a long row of tokens that are due at once lets others run now and then."""
        self._in_a_row = 0 if due_s > _now_s() else self._in_a_row + 1
        if self._in_a_row and self._in_a_row % TOKENS_AT_ONCE == 0:
            await asyncio.sleep(0)
        await self._clockwork.until(due_s)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
