"""Keeps keys out of the log, whoever writes it: our code, a vendor's SDK, the web server.

The second line of defence. The first is that provider errors are translated to fixed texts and never chained. It knows
the usual shapes of secrets and the values it is told; it does not know where log lines go.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping

REDACTED = "[redacted]"
SHORTEST_SECRET_CHARS = 8
"""Shorter "secrets" are placeholders such as `x` or `ollama`; blanking them would make holes in ordinary words."""

_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD")

_RULES = (
    # The address of a request: its query may carry a key or a signature, and so may a user name before the host.
    (re.compile(r"(\w://[^\s?#\"'<>]+)\?[^\s\"'<>]*"), rf"\1?{REDACTED}"),
    (re.compile(r"(\w://)[^\s/@\"'<>]+@"), rf"\1{REDACTED}@"),
    (re.compile(r"\b(bearer\s+)[\w.~+/=*-]{8,}", re.IGNORECASE), rf"\1{REDACTED}"),
    # `api-key: v`, `api_key=v`, `"apiKey": "v"`, `(b'api-key', b'v')`
    (
        re.compile(
            r"((?:api[-_]?key|subscription-key|client_secret|access_token|password)['\"]?\s*[:=,]\s*b?['\"]?)"
            r"(?!\[redacted)[^\s'\",;&)}\]]{8,}",  # what is redacted already is no secret any more
            re.IGNORECASE,
        ),
        rf"\1{REDACTED}",
    ),
    (re.compile(r"(?<![A-Za-z0-9])sk-[\w*-]{8,}"), f"sk-{REDACTED}"),
)


def secrets_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of the variables that are secrets by their name, for `install_redaction`."""
    return tuple(value for name, value in environ.items() if name.upper().endswith(_SECRET_NAMES))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the `secrets`, and without what looks like one.

    Known by its shape: `sk-...`, `Bearer ...`, a value after `api-key` or a like name, the query and the user name of
    an address. A key without any such sign (Azure's are bare hexadecimal) is only found if it is among `secrets`.
    """
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET_CHARS:
            text = text.replace(secret, REDACTED)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """A logging filter that lets every record through, redacted: message, arguments, traceback and stack."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact `record` in place."""
        self._clean_traceback(record)
        record.msg = self._clean(record.msg)
        # Argument by argument first: some formatters (uvicorn's access log) read `args` themselves.
        if isinstance(record.args, tuple):
            record.args = tuple(self._clean(argument) for argument in record.args)
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True  # arguments that do not fit their message: the handler reports it, the caller must not crash
        if (clean := redact(message, self._secrets)) != message:
            record.msg, record.args = clean, None
        return True

    def _clean(self, value: object) -> object:
        """`value` itself, unless its text has something to hide: numbers must stay numbers for `%d`."""
        text = str(value)
        clean = redact(text, self._secrets)
        return value if clean == text else clean

    def _clean_traceback(self, record: logging.LogRecord) -> None:
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # The exception object goes, its cleaned text stays: a handler that formats it again would undo the work.
        record.exc_info = None
        record.exc_text = redact(record.exc_text, self._secrets) if record.exc_text else record.exc_text
        record.stack_info = redact(record.stack_info, self._secrets) if record.stack_info else record.stack_info


def install_redaction(secrets: Iterable[str] = ()) -> Callable[[], None]:
    """Redact every log record of this process from now on. Returns what takes it off again.

    Works on the record factory. A filter on a logger does not see what its children log, and one on a handler misses
    the handlers that others add later, as uvicorn does.
    """
    make_record = logging.getLogRecordFactory()
    redacting = RedactingFilter(secrets)

    def make_redacted(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        redacting.filter(record)
        return record

    logging.setLogRecordFactory(make_redacted)
    return lambda: logging.setLogRecordFactory(make_record)
