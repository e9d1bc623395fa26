"""How long the OpenAI adapter waits and what it tries again, to the instant, in virtual time."""

from __future__ import annotations

import pytest

from rag.backends.openai_generator import GeneratorLimits
from rag.errors import (
    GenerationError,
    GenerationRateLimited,
    GenerationRefused,
    GenerationTimeout,
)
from rag.settings import Settings
from tests.scripted_provider import (
    ENDING,
    FOREVER_S,
    LIMITS,
    Run,
    Scripted,
    chunk,
    event,
    run,
    without_threads,
)


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    without_threads(monkeypatch)


def test_failure_before_the_first_token_is_retried_once_and_unseen() -> None:
    """The second try's answer is the answer; between the tries there is one pause."""
    transport = Scripted([(500, {}), ((0.1, chunk("Two")), *ENDING)])

    result = run(transport)

    assert result == Run([(0.35, "Two")], None, 0.35)
    assert transport.asked_at_s == [0.0, LIMITS.retry_pause_s]


def test_second_failure_is_the_error() -> None:
    """There is no third try, and the error stands for itself: no chain to the first."""
    result = run(transport := Scripted([(500, {}), (503, {})]))

    assert type(result.error) is GenerationError
    assert result.error.__context__ is None
    assert len(transport.asked_at_s) == 2


def test_stream_that_breaks_before_its_first_token_is_retried() -> None:
    """Headers are not a token: the reader has seen nothing yet."""
    result = run(Scripted([((0, event({"choices": []})),), ((0, chunk("Two")), *ENDING)]))

    assert (result.text, result.error) == ("Two", None)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
def test_rejection_is_not_retried(status: int) -> None:
    """What the provider will not take now, it will not take in a moment."""
    result = run(transport := Scripted([(status, {"location": "http://elsewhere.invalid/"})]))

    assert type(result.error) is GenerationRefused
    assert len(transport.asked_at_s) == 1


def test_provider_is_given_the_pause_it_asks_for() -> None:
    """`retry-after-ms` is finer than `retry-after` and wins."""
    transport = Scripted([(429, {"retry-after": "2", "retry-after-ms": "700"}), ((0, chunk("Two")), *ENDING)])

    result = run(transport)

    assert result.error is None
    assert transport.asked_at_s == [0.0, 0.7]


@pytest.mark.parametrize(("wish", "limits"), [("30", LIMITS), ("2", GeneratorLimits(first_token_s=1.5))])
def test_too_long_a_pause_is_not_waited_for(wish: str, limits: GeneratorLimits) -> None:
    """Longer than the cap, or than the reader's patience: the error comes at once and tells the wish."""
    result = run(transport := Scripted([(429, {"retry-after": wish})]), limits)

    assert isinstance(result.error, GenerationRateLimited)
    assert result.error.retry_after_s == float(wish)
    assert (result.ended_at_s, len(transport.asked_at_s)) == (0.0, 1)


@pytest.mark.parametrize("headers_after_s", [0.0, FOREVER_S])
def test_first_token_is_awaited_for_its_limit_and_no_longer(headers_after_s: float) -> None:
    """Silence before or after the headers: the wait ends to the instant, and the connection is closed."""
    transport = Scripted([((FOREVER_S, b""),)], headers_after_s)

    result = run(transport)

    assert type(result.error) is GenerationTimeout
    assert result.ended_at_s == LIMITS.first_token_s
    assert all(body.closed for body in transport.bodies)


def test_retry_does_not_double_the_wait() -> None:
    """One limit for both tries: the reader waits once."""
    result = run(Scripted([(500, {}), ((FOREVER_S, b""),)]))

    assert type(result.error) is GenerationTimeout
    assert result.ended_at_s == LIMITS.first_token_s


@pytest.mark.parametrize("noise", [b": keep-alive\n\n", event({"choices": []}), chunk("")])
def test_stall_between_tokens_ends_whatever_else_arrives(noise: bytes) -> None:
    """A provider that only keeps the connection alive makes no progress: the limit counts tokens, not bytes."""
    steps = ((1.0, chunk("Two")), *[(1.0, noise)] * 100)

    result = run(transport := Scripted([steps]))

    assert type(result.error) is GenerationTimeout
    assert result.ended_at_s == 1.0 + LIMITS.inter_token_s
    assert transport.bodies[0].closed


def test_slow_reader_is_not_a_slow_provider() -> None:
    """The limits run while we wait for the provider, never while the consumer has the token."""
    result = run(Scripted([((0, chunk("Two")), (0, chunk(" years.")), *ENDING)]), reader_needs_s=60.0)

    assert (result.text, result.error) == ("Two years.", None)


def test_pipeline_that_retries_itself_is_not_doubled() -> None:
    """The pipeline's budgets are the adapter's limits, and of two second chances one is left: the pipeline's."""
    settings = Settings()
    limits = GeneratorLimits.of(settings)

    result = run(transport := Scripted([(500, {})]), limits)

    assert type(result.error) is GenerationError
    assert len(transport.asked_at_s) == 1
    assert limits.first_token_s == settings.budgets.first_token_s
    assert limits.inter_token_s == settings.budgets.inter_token_s
    assert limits.output_tokens == settings.limits.output_tokens
