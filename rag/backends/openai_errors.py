"""Translates what goes wrong between us and an OpenAI-compatible provider into our own stable errors, once.

It does not know tokens or retries. Provider texts are never passed on: a 401 may quote the key, a 400 the prompt, and
what the SDK raises can hold the request with its headers. So the original is neither quoted nor chained; the log gets
its class, its HTTP status and the provider's request id, which is what a support ticket needs.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import httpx2
import openai

from rag.errors import (
    ContentFiltered,
    GenerationCut,
    GenerationError,
    GenerationMalformed,
    GenerationRateLimited,
    GenerationRefused,
    GenerationTimeout,
    RagError,
)

T = TypeVar("T")
_logger = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[\w.-]{1,80}")


async def translated(work: Awaitable[T], *, started: bool) -> T:
    """Await `work`; a foreign error comes out as a `GenerationError`, with no link to the original.

    `started` tells whether a token has arrived: a connection lost after that has cut an answer short.
    """
    try:
        return await work
    except RagError:
        raise
    # The SDK lets the errors of its layers through unwrapped (json, httpx2, anyio, even AttributeError on a chunk of
    # the wrong shape), and any of them can carry the provider's text. A list of them would be incomplete.
    except Exception as foreign:  # noqa: BLE001
        _log(foreign)
        error = translate(foreign, started=started)
    # Outside the handler: in it, even `from None` would leave the original reachable as `__context__`.
    raise error


def translate(foreign: Exception, *, started: bool) -> GenerationError:
    """Our error for one of the SDK's, of httpx2's or of the JSON decoder's. Pure."""
    match foreign:
        case TimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            return GenerationTimeout()
        case openai.APIStatusError():
            return _of_status(foreign)
        case openai.APIResponseValidationError():
            return GenerationMalformed()
        case openai.APIConnectionError() | httpx2.TransportError() | OSError():
            return GenerationCut() if started else GenerationError()
        case openai.APIError():  # an error event in the stream: it has a code at most
            return _OF_CODE.get(foreign.code or "", GenerationError)()
        case _:
            return GenerationMalformed()


_OF_CODE: dict[str, type[GenerationError]] = {
    "content_filter": ContentFiltered,
    "content_policy_violation": ContentFiltered,
    "insufficient_quota": GenerationRefused,  # a 429 that waiting will not heal
    "invalid_api_key": GenerationRefused,
    "rate_limit_exceeded": GenerationRateLimited,
}
"""Providers' error codes that say more than the HTTP status they come with."""


def _of_status(foreign: openai.APIStatusError) -> GenerationError:
    by_code = _OF_CODE.get(foreign.code or "")
    if by_code in {ContentFiltered, GenerationRefused}:
        return by_code()
    match foreign.status_code:
        case 429:
            return GenerationRateLimited(retry_after_s=retry_after_s(foreign.response.headers))
        case 408 | 504:
            return GenerationTimeout()
        case status if status >= 500 or status in {409, 425}:
            return GenerationError()
        case _:
            return GenerationRefused()


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long the provider asks us to wait, in seconds >= 0; None if it does not say it in numbers.

    `retry-after-ms` (Azure) is finer than `retry-after` and wins. The HTTP-date form of RFC 9110, 10.2.3, is not read:
    it needs two clocks to agree, and no provider of chat completions is known to send it.
    """
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers.get(name, "")) * unit_s
        except ValueError:
            continue
        if math.isfinite(wait_s) and wait_s >= 0:
            return wait_s
    return None


def _log(foreign: Exception) -> None:
    status = request_id = None
    if isinstance(foreign, openai.APIStatusError):
        status, request_id = foreign.status_code, foreign.request_id
    safe_id = request_id if request_id and _REQUEST_ID.fullmatch(request_id) else "-"
    _logger.warning("Provider error %s, HTTP status %s, request id %s", type(foreign).__name__, status or "-", safe_id)
