"""Redaction: keys leave no trace in the log, and ordinary lines are left alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from rag.backends.redaction import REDACTED, install_redaction, redact, secrets_in

KEY = "sk-canary-0123456789abcdef"
BARE_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.fixture
def redaction() -> Iterator[None]:
    remove = install_redaction([BARE_KEY])
    yield
    remove()


@pytest.mark.parametrize(
    "line",
    [
        f"Incorrect API key provided: {KEY}.",
        f"Authorization: Bearer {KEY}",
        f"headers={{'Authorization': 'bearer {BARE_KEY}'}}",
        f"[(b'api-key', b'{BARE_KEY}')]",
        f"api-key: {BARE_KEY}",
        f'{{"apiKey": "{BARE_KEY}", "n": 1}}',
        f"AZURE_OPENAI_API_KEY={BARE_KEY}",
        f"GET https://example.openai.azure.com/openai?api-version=1&code={BARE_KEY} 200",
        f"connect to https://user:{BARE_KEY}@example.com/v1",
        f'127.0.0.1 - "GET /?access_token={BARE_KEY} HTTP/1.1" 200',
    ],
)
def test_secret_of_a_known_shape_is_cut_out(line: str) -> None:
    """Each way in which keys are written in logs is recognised by its shape alone; a second handler adds nothing."""
    clean = redact(line)

    assert KEY not in clean
    assert BARE_KEY not in clean
    assert REDACTED in clean
    assert redact(clean) == clean


@pytest.mark.parametrize(
    "line",
    [
        "risk-weighted-assets and task-oriented lending",
        "The api-key is missing.",
        "GET https://example.com/v1/chat 200",
        "The bearer of the note pays 3.5 %.",
        "Is 580 enough? See https://example.com/guide",
        "user@example.com asked about 10:30",
    ],
)
def test_ordinary_line_is_left_alone(line: str) -> None:
    """Nothing is cut out of text that only resembles a secret."""
    assert redact(line) == line


def test_known_secret_is_cut_out_wherever_it_stands() -> None:
    """A key without any sign of being one is found by its value; a placeholder of a few letters is not a secret."""
    assert redact(f"it was {BARE_KEY}!", [BARE_KEY]) == f"it was {REDACTED}!"
    assert redact("a box of things", ["x"]) == "a box of things"


def test_secrets_of_the_environment_are_known_by_their_variables() -> None:
    """A bare key is cut out because the process knows it, whatever vendor's variable it came in."""
    environ = {"AZURE_OPENAI_API_KEY": BARE_KEY, "HF_TOKEN": KEY, "AZURE_OPENAI_ENDPOINT": "https://example.com"}

    assert set(secrets_in(environ)) == {BARE_KEY, KEY}


def test_every_part_of_a_record_is_redacted(redaction: None, caplog: pytest.LogCaptureFixture) -> None:
    """Message, arguments, traceback and stack: the exception itself is gone, lest it is formatted again."""
    logger = logging.getLogger("tests.redaction")
    with caplog.at_level(logging.DEBUG):
        logger.info("key %s", KEY)
        logger.info("a mapping: %(key)s", {"key": KEY})
        logger.info("Bearer %s", BARE_KEY[::-1])
        logger.info(ValueError(KEY))
        try:
            raise ValueError(f"Incorrect API key provided: {KEY}")
        except ValueError:
            logger.exception("it failed", stack_info=True)

    assert len(caplog.records) == 5
    assert KEY not in caplog.text
    assert BARE_KEY[::-1] not in caplog.text
    assert caplog.text.count(REDACTED) == 5
    assert "Traceback" in caplog.text
    assert caplog.records[-1].exc_info is None


def test_arguments_keep_their_types(redaction: None, caplog: pytest.LogCaptureFixture) -> None:
    """Numbers stay numbers for `%d`, and formatters that read the arguments find as many as before."""
    with caplog.at_level(logging.INFO):
        logging.getLogger("tests.redaction").info('%s - "%s" %d', "127.0.0.1:5", f"GET /?api-key={BARE_KEY}", 200)

    args = caplog.records[0].args
    assert args == ("127.0.0.1:5", f"GET /?api-key={REDACTED}", 200)
    assert caplog.messages == [f'127.0.0.1:5 - "GET /?api-key={REDACTED}" 200']


def test_badly_formatted_call_does_not_crash_the_caller(redaction: None) -> None:
    """Arguments that do not fit their message are the handler's to report; logging never raises into the program."""
    record = logging.getLogger("tests.redaction").makeRecord("n", 20, "f", 1, "%d", (f"{KEY}",), None)

    assert KEY not in str(record.args)


def test_removed_redaction_leaves_logging_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    """Installing returns the way back."""
    before = logging.getLogRecordFactory()
    install_redaction()()

    assert logging.getLogRecordFactory() is before
