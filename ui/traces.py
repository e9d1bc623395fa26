"""What a run leaves behind on the clock: stages, verdicts, evidence, checks, and the reader's moments. Pure.

Every time is in whole milliseconds since the request, as the events say it; nothing here reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from rag.events import CitationAttached, FoundPassage, StatusUpdate
from rag.values import GateDecision, Path, StageName, StageSpan, Standing

MomentKind = Literal["status", "first_token", "useful", "verified", "revised", "withdrawn", "final", "error"]
"""What changed for the reader: the marks of the reader's lane."""

Outcome = Literal["running", "finished", "failed", "skipped", "cancelled"]


@dataclass(frozen=True, slots=True)
class StageRun:
    """One run of one stage; `end_ms` is None while it runs."""

    stage: StageName
    path: Path
    start_ms: int
    end_ms: int | None = None
    outcome: Outcome = "running"
    message: str = ""
    """What people were told when it started."""


@dataclass(frozen=True, slots=True)
class GateMark:
    """A verdict of the gate and when it fell."""

    at_ms: int
    decision: GateDecision


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage the pipeline found, and the stage that found it first."""

    passage: FoundPassage
    found_by: StageName


@dataclass(frozen=True, slots=True)
class Check:
    """One citation on its way from attached to judged."""

    citation_id: str
    claim_index: int
    start_ms: int
    end_ms: int | None = None
    status: Standing = "pending"


@dataclass(frozen=True, slots=True)
class Moment:
    """The first time something happened for the reader."""

    kind: MomentKind
    at_ms: int


def with_status(stages: tuple[StageRun, ...], news: StatusUpdate, at_ms: int) -> tuple[StageRun, ...]:
    """The stage runs after a status: one more started, or the newest open one of that stage ended.

    An end without a start is drawn backwards from its duration, so that a log cut at the front still shows it.
    """
    if news.state == "waiting":
        return stages
    if news.state == "started":
        return (*stages, StageRun(news.stage, news.path, at_ms, message=news.message))
    open_at = [i for i, run in enumerate(stages) if run.stage == news.stage and run.end_ms is None]
    if not open_at:
        start_ms = max(0, at_ms - (news.duration_ms or 0))
        return (*stages, StageRun(news.stage, news.path, start_ms, at_ms, news.state))
    ended = replace(stages[open_at[-1]], end_ms=at_ms, outcome=news.state)
    return (*stages[: open_at[-1]], ended, *stages[open_at[-1] + 1 :])


def reported(spans: tuple[StageSpan, ...]) -> tuple[StageRun, ...]:
    """The stage runs as the run's own report has them."""
    return tuple(StageRun(s.stage, s.path, s.start_ms, s.end_ms, s.outcome) for s in spans)


def with_passages(known: tuple[Evidence, ...], news: StatusUpdate) -> tuple[Evidence, ...]:
    """The new passages first, each with the text and the finder that an earlier event named."""
    if not news.passages:
        return known
    before = {item.passage.passage_id: item for item in known}
    fresh: dict[str, Evidence] = {}
    for passage in news.passages:
        old = before.get(passage.passage_id)
        text = passage.text if passage.text is not None or old is None else old.passage.text
        found = passage.model_copy(update={"text": text})
        fresh[passage.passage_id] = Evidence(found, old.found_by if old else news.stage)
    return (*fresh.values(), *(item for item in known if item.passage.passage_id not in fresh))


def with_check(checks: tuple[Check, ...], news: CitationAttached, at_ms: int) -> tuple[Check, ...]:
    """The checks after news of a citation: a new one, or the known one with its verdict."""
    known = next((check for check in checks if check.citation_id == news.citation_id), None)
    end_ms = None if news.status == "pending" else at_ms
    start_ms = known.start_ms if known else at_ms
    check = Check(news.citation_id, news.claim_index, start_ms, end_ms, news.standing)
    if known is None:
        return (*checks, check)
    return tuple(check if old is known else old for old in checks)
