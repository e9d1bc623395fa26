"""What the reader may see yet: held text waits, goes out in order, and is forgotten when it must be."""

from __future__ import annotations

import pytest

from mocks.library import library_parts
from mocks.virtual_time import run_virtual
from rag.events import Token
from rag.run import Run
from rag.settings import Settings
from rag.stream import Channel
from rag.values import Domain, StageName
from tests.harness import STARTED_AT, request


def tokens(run: Run) -> list[str]:
    return [event.payload.token for event in run.channel.log if isinstance(event.payload, Token)]


def token(text: str) -> Token:
    return Token(token=text, grounded=True)


def with_run(check, domain: Domain = "general"):  # type: ignore[no-untyped-def]
    """Call `check` with a fresh run, inside an event loop."""

    async def main() -> None:
        run = Run(request("q"), library_parts(), Settings(), Channel("r", STARTED_AT, 1000))
        run.domain = domain
        check(run)

    run_virtual(main)


def test_an_empty_release_set_shows_at_once() -> None:
    """Progressive: the first word waits for nothing."""

    def check(run: Run) -> None:
        run.release.show(token("a"))
        assert tokens(run) == ["a"]
        assert run.release.shown

    with_run(check)


@pytest.mark.parametrize("order", [("safety", "rerank"), ("rerank", "safety")])
def test_held_text_goes_out_when_the_last_stage_has_ended(order: tuple[StageName, StageName]) -> None:
    """In whatever order the stages end, the text comes in the order in which it was written, once."""

    def check(run: Run) -> None:
        run.release.wait_for(("safety", "rerank"))
        run.release.show(token("a"))
        run.release.show(token("b"))
        run.over(order[0])
        assert tokens(run) == []
        run.over(order[1])
        run.release.show(token("c"))
        assert tokens(run) == ["a", "b", "c"]

    with_run(check)


def test_a_demanded_stage_that_failed_is_not_a_pass() -> None:
    """In a held domain the text is never shown; elsewhere the same failure only degrades."""

    def check(run: Run) -> None:
        run.release.wait_for(("rerank",))
        run.release.show(token("a"))
        run.degrade("rerank")
        run.over("rerank")
        held = run.domain == "underwriting_decisions"
        assert tokens(run) == ([] if held else ["a"])
        assert run.refused() == held

    with_run(check, "underwriting_decisions")
    with_run(check, "general")


def test_what_is_shut_stays_shut() -> None:
    """After a withdrawal nothing that was held and nothing new is shown."""

    def check(run: Run) -> None:
        run.release.wait_for(("safety",))
        run.release.show(token("a"))
        run.release.shut()
        run.over("safety")
        run.release.show(token("b"))
        assert tokens(run) == []
        assert not run.release.is_open

    with_run(check)


def test_held_text_can_be_replaced_by_a_better_version() -> None:
    """A reader who has seen nothing gets the second version as the first."""

    def check(run: Run) -> None:
        run.release.wait_for(("refinement",))
        run.release.show(token("draft"))
        run.release.replace([token("better")])
        run.over("refinement")
        assert tokens(run) == ["better"]

    with_run(check)
