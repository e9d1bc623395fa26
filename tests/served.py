"""The whole app in a process of its own, as a person would start it, or only its page on runs written by hand."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 90.0
"""A start on a busy machine; only a server that never comes takes this long."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(*arguments: str, **environment: str) -> Iterator[int]:
    """`python app.py` with these arguments on a free port; gives the port, and stops it as one would."""
    port = free_port()
    with _running("app.py", "--port", str(port), *arguments, port=port, environment=environment):
        yield port


@contextmanager
def screen_served(*arguments: str) -> Iterator[int]:
    """`tests.screen_app` with these arguments on a free port, which it gives."""
    port = free_port()
    with _running("-m", "tests.screen_app", str(port), *arguments, port=port, environment={}):
        yield port


@contextmanager
def _running(*command: str, port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server in Python, from its first healthy answer to its end."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_healthy(process, port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    until = monotonic() + PATIENCE_S
    while monotonic() < until and process.poll() is None:
        try:
            status, _ = get(port, "/healthz")
        except OSError:
            sleep(0.1)
            continue
        if status == 200:
            return
    raise AssertionError(f"the app did not start: exit code {process.poll()}")


def get(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()
