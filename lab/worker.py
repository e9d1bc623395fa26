"""The lab's own process: one warm worker, so that computing a thousand runs never stretches a live stream.

Virtual time is all CPU. In a thread of the server it would take turns with the event loop for the interpreter, and
every token on somebody's screen would come late. So lab work goes to a process of its own, which is started once,
with the documents indexed, and kept. Where processes cannot be had, a thread does the work: slower for everybody, and
said so in the log.

The worker is *spawned*: it imports the main module again, under another name. Whatever is to run only once stands
behind `if __name__ == "__main__"` there, and nothing of the screen may be imported at its top level.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from lab.what_if import Change, Comparison, what_if
from mocks.library import SAMPLE_DOCS, library_parts
from mocks.simulation import Simulator
from rag.errors import RagError
from rag.retrieval.corpus import MAX_PASSAGES

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_LOG = logging.getLogger(__name__)

_SWITCH_INTERVAL_S = 0.001
"""How long a lab thread may hold the interpreter that a live stream waits for; a fifth of Python's default."""


class LabUnavailable(RagError):
    """The worker process died, and so did the one started in its place."""

    code = "lab_unavailable"
    retryable = True
    default_message = "The lab stopped working. Please try again."


class LabWorker:
    """Runs lab functions one after the other, away from the event loop. Close it; calls may come from any task."""

    def __init__(self, docs: Path = SAMPLE_DOCS) -> None:
        """`docs` is the library that runs search. Starts nothing yet."""
        self._docs = docs
        self._processes = True
        self._executor: Executor | None = None
        self._served = False

    async def warm(self) -> None:
        """Start the worker and wait until it is ready, so that the first what-if is as quick as the second."""
        await self.call(_index, self._docs)

    async def what_if(self, change: Change) -> Comparison:
        """As `lab.what_if.what_if`, on this worker's library. Raises `InvalidRequest`, `LabUnavailable`."""
        return await self.call(_what_if, self._docs, change)

    async def call(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """The result of a module-level function, or the exception that it raised.

        A worker that dies is replaced once. Raises `LabUnavailable` if the second dies too.
        """
        for _ in range(2):
            executor = self._start()
            try:
                result = await asyncio.get_running_loop().run_in_executor(executor, function, *arguments)
            except (BrokenExecutor, NotImplementedError, PermissionError) as broken:
                self._give_up(executor, broken)
            else:
                self._served = True
                return result
        raise LabUnavailable

    async def aclose(self) -> None:
        """Let the worker finish what it is doing, drop what waits, and end it."""
        executor, self._executor = self._executor, None
        if executor is not None:
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)

    def _start(self) -> Executor:
        if self._executor is None:
            self._executor = self._process() if self._processes else self._thread()
        return self._executor

    def _process(self) -> Executor:
        try:
            spawn = multiprocessing.get_context("spawn")
            return ProcessPoolExecutor(1, mp_context=spawn, initializer=_settle_in, initargs=(self._docs,))
        except (ImportError, NotImplementedError, OSError) as missing:  # no semaphores, or not allowed to have any
            self._processes = False
            _LOG.warning("no worker process (%s): the lab shares the server's interpreter", missing)
            return self._thread()

    @staticmethod
    def _thread() -> Executor:
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH_INTERVAL_S))
        return ThreadPoolExecutor(1, thread_name_prefix="lab")

    def _give_up(self, executor: Executor, broken: Exception) -> None:
        """Forget an executor that broke. If it never did any work, none of its kind will: use a thread from now on."""
        _LOG.warning("the lab's worker died: %s", broken)
        executor.shutdown(wait=False)
        if self._executor is executor:  # another task may have replaced it already
            self._executor = None
        self._processes = self._processes and self._served


def _what_if(docs: Path, change: Change) -> Comparison:
    return what_if(change, _simulator(docs))


def _index(docs: Path) -> None:
    _simulator(docs)


@lru_cache(maxsize=1)
def _simulator(docs: Path) -> Simulator:
    return Simulator(library_parts(docs, thread_above=MAX_PASSAGES))  # virtual time knows no threads


def _settle_in(docs: Path) -> None:
    """First thing in the worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes its worker
    if hasattr(os, "nice"):  # where cores are scarce, live streams go first
        os.nice(5)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _index(docs)
    gc.collect()
    gc.freeze()  # the index stays for good: no collection need look at it again


def _leave_with_parent() -> None:
    """End this process when the server is gone: one that was killed cannot tell its worker."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
