"""Translation of provider errors: one stable code each, and nothing of the original left in them."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import traceback

import httpx2
import openai
import pytest
import respx

from rag.backends.openai_errors import retry_after_s, translate, translated
from rag.backends.openai_generator import GeneratorLimits, OpenAIGenerator
from rag.errors import GenerationError, InvalidRequest
from rag.values import GenerationRequest, NumberedSource, Passage

KEY = "sk-canary-0123456789abcdef"
URL = "https://api.openai.com/v1/chat/completions"
PASSAGE = Passage(passage_id="d#s", document_id="d", source="Guide", title="G", section="S", text="It is two years.")
REQUEST = GenerationRequest(question="How long?", sources=(NumberedSource(marker=1, passage=PASSAGE),))
LIMITS = GeneratorLimits(first_token_s=2.0, retry_pause_s=0.0, longest_retry_after_s=0.01)
WIRE = httpx2.Request("POST", URL)


def generator() -> OpenAIGenerator:
    return OpenAIGenerator.from_environment("openai", {"OPENAI_API_KEY": KEY}, limits=LIMITS)


def failure_of(model: OpenAIGenerator) -> GenerationError:
    """The error that a generation ends with, as a caller sees it."""

    async def main() -> None:
        try:
            async for _ in model.stream(REQUEST):
                pass
        finally:
            await model.aclose()

    with pytest.raises(GenerationError) as caught:
        asyncio.run(main())
    return caught.value


@pytest.mark.parametrize(
    ("status", "provider_code", "code", "tries"),
    [
        (307, "", "llm_rejected", 1),
        (400, "", "llm_rejected", 1),
        (400, "content_filter", "llm_content_filter", 1),
        (401, "invalid_api_key", "llm_rejected", 1),
        (403, "", "llm_rejected", 1),
        (404, "model_not_found", "llm_rejected", 1),
        (408, "", "llm_timeout", 2),
        (409, "", "llm_unavailable", 2),
        (429, "rate_limit_exceeded", "llm_rate_limited", 2),
        (429, "insufficient_quota", "llm_rejected", 1),
        (500, "", "llm_unavailable", 2),
        (503, "", "llm_unavailable", 2),
        (504, "", "llm_timeout", 2),
    ],
)
def test_status_has_its_code(httpx2_mock: respx.Router, status: int, provider_code: str, code: str, tries: int) -> None:
    """HTTP statuses and the codes that say more than the status; only what may pass is tried twice.

    A redirect is not followed: the key is not for other hosts.
    """
    body = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": provider_code}}
    route = httpx2_mock.post(URL).respond(status, json=body, headers={"location": "https://elsewhere.invalid/"})

    error = failure_of(generator())

    assert error.code == code
    assert (route.call_count, httpx2_mock.calls.call_count) == (tries, tries)


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (httpx2.ConnectError("no"), "llm_unavailable"),
        (httpx2.ConnectTimeout("slow"), "llm_timeout"),
        (httpx2.PoolTimeout("full"), "llm_timeout"),
        (httpx2.RemoteProtocolError("what"), "llm_unavailable"),
        (httpx2.LocalProtocolError(f"Illegal header value b'Bearer {KEY}'"), "llm_unavailable"),
    ],
)
def test_transport_failure_has_its_code(httpx2_mock: respx.Router, raised: Exception, code: str) -> None:
    """Connection failures are the provider being away, or late; both may be tried again."""
    route = httpx2_mock.post(URL).mock(side_effect=raised)

    error = failure_of(generator())

    assert (error.code, error.retryable, route.call_count) == (code, True, 2)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_key_in_a_provider_message_goes_nowhere(
    httpx2_mock: respx.Router, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Not in the error's text, its chain or its traceback; not in the log, at any level of any library."""
    body = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": None}}
    httpx2_mock.post(URL).respond(status, json=body, headers={"x-request-id": "req_123"})

    with caplog.at_level(logging.DEBUG):
        error = failure_of(generator())

    assert error.__cause__ is None
    assert error.__context__ is None
    shown = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error), caplog.text]
    assert not [text for text in shown if KEY in text]
    assert f"HTTP status {status}, request id req_123" in caplog.text


def test_strange_request_id_is_not_logged(httpx2_mock: respx.Router, caplog: pytest.LogCaptureFixture) -> None:
    """The request id is the one text of the provider that is logged, so it must look like one."""
    httpx2_mock.post(URL).respond(401, json={}, headers={"x-request-id": f"Bearer {KEY} and more"})

    failure_of(generator())

    assert "request id -" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("foreign", "before", "after"),
    [
        (TimeoutError(), "llm_timeout", "llm_timeout"),
        (openai.APITimeoutError(WIRE), "llm_timeout", "llm_timeout"),
        (openai.APIConnectionError(request=WIRE), "llm_unavailable", "llm_cut"),
        (httpx2.ReadError("reset"), "llm_unavailable", "llm_cut"),
        (ConnectionResetError(), "llm_unavailable", "llm_cut"),
        (ssl.SSLError(), "llm_unavailable", "llm_cut"),
        (json.JSONDecodeError("no", "{", 1), "llm_malformed", "llm_malformed"),
        (openai.APIError("in the stream", WIRE, body={"code": "server_error"}), "llm_unavailable", "llm_unavailable"),
        (openai.APIResponseValidationError(httpx2.Response(200, request=WIRE), None), "llm_malformed", "llm_malformed"),
        (KeyError("choices"), "llm_malformed", "llm_malformed"),
    ],
)
def test_lost_connection_is_a_cut_only_after_the_first_token(foreign: Exception, before: str, after: str) -> None:
    """The same exception means "not there" before a token and "broken off" after one."""
    assert translate(foreign, started=False).code == before
    assert translate(foreign, started=True).code == after


def test_our_own_errors_and_cancellation_pass_through() -> None:
    """What is ours already is not translated again, and a cancellation is no error."""

    async def fail(error: BaseException) -> None:
        raise error

    for ours in (InvalidRequest("The question is empty."), asyncio.CancelledError()):
        with pytest.raises(type(ours)) as caught:
            asyncio.run(translated(fail(ours), started=False))
        assert type(caught.value) is type(ours)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "1"}, 1.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_nothing(headers: dict[str, str], seconds: float | None) -> None:
    """A wish that is no finite number of seconds is no wish: it must not reach a sleep."""
    assert retry_after_s(headers) == seconds
