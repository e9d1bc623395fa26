"""The whole pipeline on a model behind real sockets: real search, real checks, and a provider that can fail."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from mocks.library import library_parts
from mocks.openai_replies import Behaviour
from mocks.openai_server import FakeOpenAI
from rag.backends.openai_generator import GeneratorLimits, OpenAIGenerator
from rag.events import ErrorEvent, FinalAnswerEvent, StreamEvent
from rag.grammar import verify_stream
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.values import RunRequest

KEY = "canary-0123456789abcdef"
QUESTION = "How long must a borrower wait after a Chapter 7 bankruptcy before an FHA loan?"


def events_of(behaviour: Behaviour) -> tuple[list[StreamEvent], FakeOpenAI]:
    """All events of one run, and the server with the requests that it took."""

    async def main() -> tuple[list[StreamEvent], FakeOpenAI]:
        async with asyncio.timeout(30), FakeOpenAI() as server:
            environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": behaviour}
            generator = OpenAIGenerator.from_environment("openai", environ, limits=GeneratorLimits.of(Settings()))
            pipeline = Pipeline(replace(library_parts(), generator=generator))
            async with aclosing(pipeline.answer(RunRequest(question=QUESTION))) as stream:
                events = [event async for event in stream]
            await generator.aclose()
            await server.until_all_closed()
        return events, server

    return asyncio.run(main())


def test_answer_of_a_model_behind_sockets_is_grounded_and_cited() -> None:
    """The evidence travels through the prompt into the answer and comes back cited; nothing of it is arranged."""
    events, server = events_of("normal")
    final = next(event for event in events if isinstance(event, FinalAnswerEvent)).payload

    assert verify_stream(events) == []
    assert (final.outcome, final.complete, len(server.requests)) == ("answered", True, 1)
    assert final.groundedness_score > 0.8
    assert {citation.status for citation in final.citations} == {"verified"}
    assert QUESTION in server.requests[0].prompt


@pytest.mark.parametrize(
    ("behaviour", "outcome", "complete"),
    [("silent_end", "answered", False), ("content_filter", "withheld", True), ("server_error", None, None)],
)
def test_provider_that_fails_ends_as_the_protocol_says(
    behaviour: Behaviour, outcome: str | None, complete: bool | None
) -> None:
    """A cut draft stays and is marked; a filtered one is withdrawn; no word is an error; no event has the key."""
    events, _ = events_of(behaviour)
    end = next(event for event in events if isinstance(event, FinalAnswerEvent | ErrorEvent))

    assert verify_stream(events) == []
    if isinstance(end, FinalAnswerEvent):
        assert (end.payload.outcome, end.payload.complete) == (outcome, complete)
    else:
        assert (end.payload.code, outcome) == ("llm_unavailable", None)
    assert not [event for event in events if KEY in event.model_dump_json()]


def test_one_second_chance_and_not_two() -> None:
    """A provider that is down is asked twice in all: pipeline and adapter do not multiply their retries."""
    _, server = events_of("server_error")

    assert len(server.requests) == 2
