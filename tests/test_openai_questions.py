"""The adapter that has a passage's questions written: over real sockets, and to the instant in virtual time."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import httpx2
import pytest

from mocks.openai_replies import Behaviour
from mocks.openai_server import FakeOpenAI
from mocks.virtual_time import run_virtual
from rag.backends.openai_questions import OpenAIQuestions, QuestionLimits
from rag.errors import (
    ConfigurationError,
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationLength,
    GenerationMalformed,
    GenerationRateLimited,
    GenerationRefused,
    GenerationTimeout,
)
from rag.retrieval.question_writing import Written
from tests.scripted_provider import FOREVER_S, PASSAGE, without_threads

KEY = "canary-0123456789abcdef"
LIMITS = QuestionLimits()
GOOD = '{"answered": ["How long is it?", "Is it long?"], "open": ["What does it cost?"]}'
QUESTIONS = ("How long is it?", "Is it long?")
LEFT_OPEN = ("What does it cost?",)


async def written(server: FakeOpenAI, behaviour: Behaviour, limits: QuestionLimits) -> Written:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": behaviour}
    writer = OpenAIQuestions.from_environment("openai", environ, limits=limits)
    try:
        return await writer.write(PASSAGE, at_most=5)
    finally:
        await writer.aclose()


def over_sockets(behaviour: Behaviour, *answers: str) -> tuple[Written | GenerationError, FakeOpenAI]:
    """What came of one passage, from a server that gives these answers in turn, the last one for ever."""
    left = list(answers)

    async def main() -> tuple[Written | GenerationError, FakeOpenAI]:
        limits = QuestionLimits(answer_s=0.3 if behaviour == "stall_first" else 5.0, pauses_s=(0.0,))
        async with asyncio.timeout(20), FakeOpenAI(write=lambda _: left.pop(0) if len(left) > 1 else left[0]) as server:
            try:
                return await written(server, behaviour, limits), server
            except GenerationError as error:
                return error, server

    return asyncio.run(main())


@pytest.mark.parametrize("answer", [GOOD, f"```json\n{GOOD}\n```"])
def test_a_good_answer(answer: str) -> None:
    """The questions of both kinds and what they cost, of one request that is no stream and is bounded in length."""
    outcome, server = over_sockets("normal", answer)
    (request,) = server.requests

    assert isinstance(outcome, Written)
    assert outcome.questions == QUESTIONS
    assert outcome.left_open == LEFT_OPEN
    assert outcome.prompt_tokens == len(request.prompt.split())
    assert outcome.answer_tokens > 0
    assert PASSAGE.text in request.prompt
    assert "stream" not in request.body
    assert request.body["max_tokens"] == LIMITS.output_tokens
    assert server.open_connections == 0


def test_a_small_model_that_forgets_one_kind() -> None:
    """An array alone is taken for answered questions at once: what is there is worth having."""
    outcome, server = over_sockets("normal", json.dumps(QUESTIONS), GOOD)

    assert isinstance(outcome, Written)
    assert (outcome.questions, outcome.left_open) == (QUESTIONS, ())
    assert len(server.requests) == 1


@pytest.mark.parametrize("bad", ["I would rather talk of the weather.", '{"open": ["What does it cost?"]}', GOOD[:-1]])
def test_a_bad_answer_is_asked_for_once_more(bad: str) -> None:
    """The second answer counts."""
    outcome, server = over_sockets("normal", bad, GOOD)

    assert isinstance(outcome, Written)
    assert (outcome.questions, outcome.left_open) == (QUESTIONS, LEFT_OPEN)
    assert len(server.requests) == 2


def test_garbage_twice_is_given_up() -> None:
    """There is no third try, and nothing of the garbage in the error."""
    outcome, server = over_sockets("normal", "garbage", "more of it", GOOD)

    assert type(outcome) is GenerationMalformed
    assert str(outcome) == GenerationMalformed.default_message
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "error", "requests"),
    [
        ("length", GenerationLength, 2),
        ("silent_end", GenerationCut, 2),
        ("no_answer", GenerationMalformed, 2),
        ("empty_choices", GenerationMalformed, 2),
        ("not_a_chunk", GenerationMalformed, 2),
        ("malformed", GenerationMalformed, 2),
        ("error_event", GenerationMalformed, 2),
        ("content_filter", ContentFiltered, 1),
        ("late_filter", ContentFiltered, 1),
        ("refusal", ContentFiltered, 1),
        ("unauthorized", GenerationRefused, 1),
        ("close", GenerationError, 2),
        ("reset", GenerationError, 2),
        ("no_headers", GenerationError, 2),
        ("server_error", GenerationError, 2),
        ("stall_first", GenerationTimeout, 2),
    ],
)
def test_each_way_to_fail(
    behaviour: Behaviour, error: type[GenerationError], requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Every failure is one of ours, without the provider's text; what may be better the next time is tried again."""
    caplog.set_level(logging.DEBUG, logger="rag")
    outcome, server = over_sockets(behaviour, GOOD)

    assert type(outcome) is error
    assert len(server.requests) == requests
    assert outcome.__cause__ is None
    assert KEY not in f"{outcome} {caplog.text}"


def test_a_busy_provider_is_asked_again() -> None:
    """A 429 is waited out, and nobody hears of it."""
    outcome, server = over_sockets("rate_limited", GOOD)

    assert isinstance(outcome, Written)
    assert len(server.requests) == 2


Reply = Callable[[httpx2.Request], httpx2.Response]


def in_virtual_time(
    replies: Iterable[Reply], monkeypatch: pytest.MonkeyPatch, *, wait_s: float = 0.0
) -> tuple[Written | GenerationError, list[float]]:
    """What came of one passage, and when each request was made."""
    without_threads(monkeypatch)
    script, asked_at_s = iter(replies), list[float]()

    async def reply(request: httpx2.Request) -> httpx2.Response:
        asked_at_s.append(asyncio.get_running_loop().time())
        await asyncio.sleep(wait_s)
        return next(script)(request)

    async def main() -> Written | GenerationError:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(reply))
        writer = OpenAIQuestions.from_environment("openai", {"OPENAI_API_KEY": KEY}, http_client=client)
        try:
            return await writer.write(PASSAGE, at_most=5)
        except GenerationError as error:
            return error
        finally:
            await writer.aclose()

    return run_virtual(main), asked_at_s


def status(code: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx2.Response(code, headers=named, json={"error": {}})


def body(**fields: Any) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": GOOD}, "finish_reason": "stop"}
    return lambda _: httpx2.Response(200, json={"choices": [choice], **fields})


def test_pauses_grow_until_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that stays away is asked as often as there are pauses, and once more."""
    outcome, asked_at_s = in_virtual_time([status(503)] * 9, monkeypatch)

    assert type(outcome) is GenerationError
    assert asked_at_s == [0.0, 1.0, 5.0, 20.0]


def test_the_provider_says_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its wish goes before our pause, up to a limit beyond which the error comes at once."""
    waited, asked_at_s = in_virtual_time([status(429, retry_after="60"), body()], monkeypatch)
    refused, asked_once = in_virtual_time([status(429, retry_after="3600")], monkeypatch)

    assert isinstance(waited, Written)
    assert asked_at_s == [0.0, 60.0]
    assert isinstance(refused, GenerationRateLimited)
    assert asked_once == [0.0]


def test_an_answer_that_does_not_come_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try has its limit."""
    outcome, asked_at_s = in_virtual_time([body()] * 9, monkeypatch, wait_s=FOREVER_S)

    assert type(outcome) is GenerationTimeout
    assert asked_at_s == [0.0, 121.0, 245.0, 380.0]


@pytest.mark.parametrize("usage", [None, {}, [1], {"prompt_tokens": "many"}, {"prompt_tokens": -1}])
def test_a_provider_that_does_not_say_what_it_cost(usage: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The questions are good all the same; no cost is made up."""
    outcome, _ = in_virtual_time([body(usage=usage)], monkeypatch)

    assert outcome == Written(QUESTIONS, LEFT_OPEN)


def test_azure_speaks_its_own_dialect() -> None:
    """The deployment stands in the path and the key in its own header."""
    sent: list[httpx2.Request] = []

    async def reply(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return body()(request)

    async def main() -> Written:
        environ = {
            "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com",
            "AZURE_OPENAI_API_KEY": KEY,
            "AZURE_OPENAI_DEPLOYMENT": "my-model",
            "OPENAI_API_VERSION": "2024-10-21",
        }
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(reply))
        writer = OpenAIQuestions.from_environment("azure", environ, http_client=client)
        try:
            return await writer.write(PASSAGE, at_most=5)
        finally:
            await writer.aclose()

    assert asyncio.run(main()).questions == QUESTIONS
    assert "/deployments/my-model/chat/completions" in str(sent[0].url)
    assert sent[0].headers["api-key"] == KEY
    assert json.loads(sent[0].content)["max_completion_tokens"] == LIMITS.output_tokens


def test_without_a_key_nothing_is_made() -> None:
    """The variable is named."""
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY is not set"):
        OpenAIQuestions.from_environment("openai", {})


def test_the_pretended_model_asks_in_the_words_of_the_passage() -> None:
    """`python -m mocks.openai_server` is enough to try the command: each sentence gives a question of both kinds."""

    async def main() -> Written:
        async with asyncio.timeout(20), FakeOpenAI() as server:
            return await written(server, "normal", LIMITS)

    outcome = asyncio.run(main())

    assert outcome.questions == ("Is it so that It is two years?",)
    assert outcome.left_open == ("Since when is it so that It is two years?",)
