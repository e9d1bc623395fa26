"""What can go wrong, by what a caller can do about it: each error has a stable code and a message safe to show.

Strategy: adapters translate foreign errors here, once, with `map_errors`; stages turn a `RagError` into an event;
anything that is not a `RagError` is a bug, ends the run as `internal`, and is logged with its traceback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


class RagError(Exception):
    """Base of every expected failure. `str(error)` is fixed text of ours, so it may reach the screen."""

    code: str = "internal"
    retryable: bool = False
    default_message: str = "Something went wrong on our side."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.default_message)


class InvalidRequest(RagError):
    """The question or an option is not acceptable; the message names the field and the fix."""

    code = "invalid_request"
    default_message = "The request is not valid."


class ConfigurationError(RagError):
    """A setting is missing or contradictory; the message names the variable, never its value."""

    code = "configuration"
    default_message = "The service is not configured correctly."


class StageTimeout(RagError):
    """A stage used up its budget."""

    code = "timeout"
    retryable = True
    default_message = "A step took longer than it may."


class DeadlineExceeded(RagError):
    """The whole request used up its time before anything could be answered."""

    code = "deadline_exceeded"
    retryable = True
    default_message = "The answer took longer than allowed. Please try again."


class ServerShutdown(RagError):
    """The server is going down; open streams are told so."""

    code = "server_shutdown"
    retryable = True
    default_message = "The service is restarting. Please ask again in a moment."


class RewriteError(RagError):
    """The query rewriter failed; the original question is used instead."""

    code = "rewrite_failed"
    default_message = "The question could not be rephrased."


class RetrievalError(RagError):
    """The search index failed for good."""

    code = "retrieval_failed"
    retryable = True
    default_message = "The document search is not available right now."


class RerankError(RagError):
    """The reranker failed; the retrieval order stands."""

    code = "rerank_failed"
    default_message = "The evidence could not be re-ordered."


class VerificationError(RagError):
    """The claim verifier or groundedness judge failed."""

    code = "verification_failed"
    default_message = "The sentences could not be checked against their sources."


class SafetyError(RagError):
    """The safety check could not run. Callers fail closed: this is never a pass."""

    code = "safety_unavailable"
    retryable = True
    default_message = "The safety check is not available right now."


class GenerationError(RagError):
    """The language model could not write, or not to the end."""

    code = "llm_unavailable"
    retryable = True
    default_message = "The language model is not available right now."


class GenerationRefused(GenerationError):
    """The provider rejected our credentials or our request; trying again will not help."""

    code = "llm_rejected"
    retryable = False
    default_message = "The language model rejected the request. Please check its configuration."


class GenerationRateLimited(GenerationError):
    """The provider asks us to slow down. `retry_after_s` is its wish in seconds, if it said one."""

    code = "llm_rate_limited"
    default_message = "The language model is receiving too many requests. Please try again in a moment."

    def __init__(self, message: str | None = None, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class GenerationTimeout(GenerationError):
    """No connection, no first token or no next token within its limit."""

    code = "llm_timeout"
    default_message = "The language model did not answer in time."


class GenerationMalformed(GenerationError):
    """The provider sent something that is not a token stream."""

    code = "llm_malformed"
    default_message = "The language model sent an unreadable answer."


class GenerationCut(GenerationError):
    """The stream ended without saying that it is finished: the text may stop in mid-sentence."""

    code = "llm_cut"
    default_message = "The answer broke off before it was finished."


class GenerationLength(GenerationError):
    """The model reached its length limit: the text is usable but incomplete."""

    code = "llm_length"
    retryable = False
    default_message = "The answer reached its length limit."


class ContentFiltered(GenerationError):
    """The provider's own filter stopped the text: a safety failure, not a technical one."""

    code = "llm_content_filter"
    retryable = False
    default_message = "The answer was stopped by the content filter."


ErrorTable = Mapping[type[Exception], Callable[[Exception], RagError]]


@contextmanager
def map_errors(table: ErrorTable) -> Iterator[None]:
    """Translate foreign exceptions raised in the block, most specific class first as listed in `table`.

    A `RagError` passes through untouched; what the table does not name passes through too, and counts as a bug.
    """
    try:
        yield
    except RagError:
        raise
    except tuple(table) as foreign:
        translate = next(make for kind, make in table.items() if isinstance(foreign, kind))
        raise translate(foreign) from foreign


def leading_cause(error: BaseException) -> BaseException:
    """The one error to report out of a group: a bug before a `RagError`, then the first raised."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [leading_cause(inner) for inner in error.exceptions]
    bugs = [leaf for leaf in leaves if not isinstance(leaf, RagError)]
    return (bugs or leaves)[0]
