"""The OpenAI adapter over a scripted transport, in virtual time: what it sends, streams and closes."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest

from mocks.virtual_time import run_virtual
from rag.backends.openai_generator import GeneratorLimits
from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationLength,
    GenerationMalformed,
    GenerationRateLimited,
)
from rag.values import NumberedSource
from tests.scripted_provider import (
    DONE,
    ENDING,
    FOREVER_S,
    LIMITS,
    REQUEST,
    Run,
    Scripted,
    Step,
    chunk,
    event,
    generator,
    run,
    without_threads,
)


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    without_threads(monkeypatch)


def test_tokens_are_passed_on_as_they_come() -> None:
    """Every token when it arrives, none held back; chunks without choices and empty deltas are no tokens."""
    steps = (
        (0.1, event({"choices": []})),
        (0.1, chunk("", role="assistant")),
        (0.1, chunk("Two")),
        (0.1, chunk(None)),
        (0.1, chunk(" years.")),
        (0.0, chunk(finish="stop")),
        (0.0, event({"choices": [], "usage": {}})),
        (0.0, DONE),
    )

    result = run(transport := Scripted([steps]))

    assert result == Run([(0.3, "Two"), (0.5, " years.")], None, 0.5)
    assert transport.bodies[0].closed


def test_request_is_a_stream_of_limited_length_on_the_whole_prompt() -> None:
    """What is sent: the model, both messages with the source in them, and the limit on the output."""
    transport = Scripted([((0, chunk("x")), *ENDING)])

    run(transport, GeneratorLimits(output_tokens=123))

    (sent,) = transport.sent
    assert (sent["model"], sent["stream"], sent["max_completion_tokens"]) == ("a-model", True, 123)
    assert "max_tokens" not in sent
    assert "It is two years." in json.dumps(sent["messages"])


def test_too_long_a_prompt_is_sent_with_fewer_sources() -> None:
    """The limit on the prompt is kept on the wire: the last sources do not travel."""
    long = REQUEST.sources[0].passage.model_copy(update={"text": "x" * 5000})
    sources = (*REQUEST.sources, NumberedSource(marker=2, passage=long))
    transport = Scripted([((0, chunk("x")), *ENDING)])

    run(transport, GeneratorLimits(prompt_chars=5000), request=REQUEST.model_copy(update={"sources": sources}))

    sent = json.dumps(transport.sent)
    assert "<<<SOURCE 1>>>" in sent
    assert "<<<SOURCE 2>>>" not in sent


@pytest.mark.parametrize(
    ("last", "error"),
    [
        (chunk(finish="length"), GenerationLength),
        (chunk(finish="content_filter"), ContentFiltered),
        (chunk(refusal="I cannot"), ContentFiltered),
        (event({"choices": [{"index": 0, "content_filter_results": {"hate": {"filtered": True}}}]}), ContentFiltered),
        (chunk(finish="tool_calls"), GenerationCut),
        (chunk(finish=""), GenerationCut),
        (DONE, GenerationCut),
        (b"", GenerationCut),
        (b"data: {oops\n\n", GenerationMalformed),
        (b"data: \xff\xfe\n\n", GenerationMalformed),
        (event([1]), GenerationMalformed),
        (event({"choices": [3]}), GenerationMalformed),
        (event({"choices": [{"index": 0, "delta": {"content": [1]}}]}), GenerationMalformed),
        (b"data: " + b"[" * 100_000 + b"\n\n", GenerationMalformed),
        (event({"error": {"message": "m"}}), GenerationError),
        (event({"error": {"message": "m", "code": "content_filter"}}), ContentFiltered),
        (event({"error": {"message": "m", "code": "rate_limit_exceeded"}}), GenerationRateLimited),
    ],
)
def test_text_that_does_not_end_with_stop_is_not_complete(last: bytes, error: type[GenerationError]) -> None:
    """Each way to be unfinished has its own error; what came before it is passed on; nothing is retried."""
    result = run(transport := Scripted([((0, chunk("Two")), (0, last))]))

    assert type(result.error) is error
    assert result.text == "Two"
    assert len(transport.asked_at_s) == 1
    assert transport.bodies[0].closed


def test_annotation_that_filters_nothing_is_no_filter() -> None:
    """Azure annotates every chunk; only a category that was filtered stops the text."""
    verdict = {"hate": {"filtered": False, "severity": "safe"}, "error": None}
    steps = (
        (0.0, event({"choices": [{"index": 0, "delta": {"content": "Two"}, "content_filter_results": verdict}]})),
        *ENDING,
    )

    assert run(Scripted([steps])).error is None


def test_filter_that_speaks_after_the_end_is_heard() -> None:
    """The text had ended with `stop`; the asynchronous filter's verdict comes after it and still counts."""
    steps = ((0, chunk("Two", finish="stop")), (0.2, chunk(finish="content_filter")), (0, DONE))

    result = run(Scripted([steps]))

    assert type(result.error) is ContentFiltered
    assert result.text == "Two"


@pytest.mark.parametrize("tail", [(FOREVER_S, DONE), (0.0, b"data: {oops\n\n"), (0.0, event({"error": {"code": "x"}}))])
def test_complete_text_is_not_spoiled_by_what_follows_it(tail: Step) -> None:
    """After `stop` the text is complete: a connection that then hangs or breaks costs half a second at most."""
    result = run(Scripted([((0, chunk("Two")), (0, chunk(finish="stop")), tail)]))

    assert result.error is None
    assert result.text == "Two"
    assert result.ended_at_s <= LIMITS.tail_s


def test_complete_answer_without_a_word_is_no_answer() -> None:
    """`stop` and no token: tried once more, then an error, never an empty answer."""
    result = run(transport := Scripted([ENDING, ENDING]))

    assert type(result.error) is GenerationMalformed
    assert len(transport.asked_at_s) == 2


def test_reader_who_stops_closes_the_connection() -> None:
    """After the first token the consumer closes the generator: so is the response, before the close returns."""
    transport = Scripted([((0, chunk("Two")), (FOREVER_S, b""))])

    async def main() -> bool:
        model = generator(transport)
        async with aclosing(model.stream(REQUEST)) as stream:
            await anext(stream)
        closed = transport.bodies[0].closed
        await model.aclose()
        return closed

    assert run_virtual(main)


def test_answer_that_fails_before_its_first_token_closes_the_connection() -> None:
    """The provider refuses and goes on talking: the response is closed before the error reaches the caller."""
    transport = Scripted([((0, chunk(refusal="I cannot")), (FOREVER_S, b""))])

    async def main() -> bool:
        model = generator(transport)
        with pytest.raises(ContentFiltered):
            await anext(model.stream(REQUEST))
        closed = transport.bodies[0].closed
        await model.aclose()
        return closed

    assert run_virtual(main)


@pytest.mark.parametrize("first_token_after_s", [0.0, FOREVER_S])
def test_cancelled_reader_closes_the_connection(first_token_after_s: float) -> None:
    """Cancelled while it waits, for the first token or a later one: the response is closed at that instant."""
    transport = Scripted([((first_token_after_s, chunk("Two")), (FOREVER_S, b""))])

    async def main() -> tuple[bool, float]:
        model = generator(transport)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0), aclosing(model.stream(REQUEST)) as stream:
                async for _ in stream:
                    pass
        outcome = (transport.bodies[0].closed, asyncio.get_running_loop().time())
        await model.aclose()
        return outcome

    assert run_virtual(main) == (True, 1.0)


def test_request_without_sources_is_a_bug_and_no_provider_error() -> None:
    """Our own mistakes are not dressed up as the provider's, and nothing is sent."""
    transport = Scripted([])

    async def main() -> None:
        async with aclosing(generator(transport).stream(REQUEST.model_copy(update={"sources": ()}))) as stream:
            await anext(stream)

    with pytest.raises(ValueError, match="source"):
        run_virtual(main)
    assert transport.asked_at_s == []
