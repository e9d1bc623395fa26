"""The lab's worker: one real process without the screen in it; it is replaced when it dies and ends with its server."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from lab.what_if import Change, Comparison, read_change, what_if
from lab.worker import LabUnavailable, LabWorker
from rag.errors import InvalidRequest

ROOT = Path(__file__).resolve().parent.parent

HELD = read_change(
    {
        "request": {"question": "What is the maximum debt-to-income ratio for an FHA loan?", "seed": 3},
        "setup": {"domains": {"loan_guidelines": {"release": ["verification", "safety"]}}},
    }
)
IMPOSSIBLE: Change = read_change(
    {
        "request": HELD.request.model_dump(),
        "setup": {"profile": {"stages": {"rerank": {"p95_ms": 1}}}},
    }
)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner() as runner:
        return runner.run(main)


def test_a_real_process_does_the_work() -> None:
    """In another process, with the same result as here, without gradio, again and again the same process."""

    async def main() -> tuple[int, int, Comparison, set[str]]:
        worker = LabWorker()
        try:
            await worker.warm()
            first, second = await worker.call(os.getpid), await worker.call(os.getpid)
            return first, second, await worker.what_if(HELD), await worker.call(loaded_modules)
        finally:
            await worker.aclose()

    first, second, comparison, modules = run(main())

    assert first == second != os.getpid()
    assert comparison == what_if(HELD)
    assert "lab.worker" in modules
    assert "gradio" not in modules
    assert not multiprocessing.active_children()


def test_a_worker_that_dies_is_replaced_and_errors_come_back_as_they_are() -> None:
    """A refused change is an `InvalidRequest` here too; a killed process costs one try; two of them are reported."""

    async def main() -> None:
        worker = LabWorker()
        try:
            with pytest.raises(InvalidRequest, match="stages.rerank: p95_ms"):
                await worker.what_if(IMPOSSIBLE)
            before = await worker.call(os.getpid)
            with pytest.raises(LabUnavailable):
                await worker.call(os._exit, 1)  # kills the worker, and the one that is started in its place
            after = await worker.call(os.getpid)
        finally:
            await worker.aclose()

        assert after not in (before, os.getpid())

    run(main())


def test_the_event_loop_stays_free() -> None:
    """While the worker computes, the loop goes on ticking: that is what it is for."""

    async def main() -> int:
        worker = LabWorker()
        ticks = 0
        try:
            await worker.warm()
            work = asyncio.get_running_loop().create_task(worker.call(time.sleep, 0.3))
            while not work.done():
                await asyncio.sleep(0.005)
                ticks += 1
            await work
        finally:
            await worker.aclose()
        return ticks

    assert run(main()) > 10


def test_a_thread_takes_over_where_there_are_no_processes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Same results, another thread of this process, and a line in the log."""

    def no_processes(*_: object, **__: object) -> None:
        raise OSError("no semaphores here")

    monkeypatch.setattr("lab.worker.ProcessPoolExecutor", no_processes)
    interval_s = sys.getswitchinterval()

    async def main() -> tuple[Comparison, threading.Thread]:
        worker = LabWorker()
        try:
            return await worker.what_if(HELD), await worker.call(threading.current_thread)
        finally:
            await worker.aclose()

    with caplog.at_level(logging.WARNING):
        comparison, thread = run(main())
    sys.setswitchinterval(interval_s)

    assert comparison == what_if(HELD)
    assert thread.name.startswith("lab")
    assert "shares the server's interpreter" in caplog.text


def test_closing_what_was_never_used() -> None:
    """Nothing was started, so there is nothing to end; twice is fine too."""

    async def main() -> None:
        worker = LabWorker()
        await worker.aclose()
        await worker.aclose()

    run(main())


def test_the_main_module_can_be_imported_again() -> None:
    """What spawning does with `app.py`: run under another name it starts nothing and imports no gradio."""
    code = (
        "import runpy, sys; runpy.run_path('app.py', run_name='__mp_main__'); "
        "sys.exit('gradio was imported' if 'gradio' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")
def test_the_worker_does_not_outlive_its_server() -> None:
    """A server that is killed outright takes its worker along."""
    code = (
        "import asyncio, os\n"
        "from lab.worker import LabWorker\n"
        "async def main():\n"
        "    worker = LabWorker()\n"
        "    print(await worker.call(os.getpid), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    pid = int(done.stdout)
    deadline_s = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline_s:
        time.sleep(0.05)

    assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether a process is running (a zombie is not)."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def loaded_modules() -> set[str]:
    return set(sys.modules)
