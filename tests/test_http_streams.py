"""Open streams: they end by the rules, runs end with their readers, places are never lost."""

from __future__ import annotations

import asyncio

import pytest
from raw_asgi import (
    CHECK,
    DRAFT,
    FINAL,
    HANG,
    STORY,
    Reply,
    ScriptedRuns,
    Step,
    ask,
    leave_after,
    question,
    service_app,
    service_of,
    status,
)

from mocks.virtual_time import run_virtual
from rag.errors import InvalidRequest, RetrievalError
from rag.events import ErrorEvent, MetricEvent, RefinementEvent
from rag.grammar import verify_stream
from rag.http_streams import SEND_TIMEOUT_S


def test_a_reader_who_leaves_ends_the_run_at_once() -> None:
    """Closed while it waits for an event that is a million seconds away, letting go included."""
    runs = ScriptedRuns((*DRAFT, HANG))
    app = service_app(runs)

    async def main() -> float:
        await ask(app, question(), on_send=leave_after(len(DRAFT)))
        return asyncio.get_running_loop().time()

    end_s = run_virtual(main)

    assert end_s == pytest.approx(0.4 + 0.01)
    assert (runs.opened, runs.closed) == (1, 1)
    assert service_of(app).admission.open_streams == 0
    assert service_of(app).admission.runs == {"abandoned": 1}


def test_a_reader_who_leaves_while_the_server_is_sending_ends_the_run() -> None:
    """The send never returns; the leaving is noticed beside it."""
    runs = ScriptedRuns()
    app = service_app(runs)

    def leave_later(reply: Reply, left: asyncio.Event) -> None:
        asyncio.get_running_loop().call_later(5.0, left.set)

    async def main() -> tuple[float, int]:
        await ask(app, question(), on_send=leave_later, stall_after=3)
        return asyncio.get_running_loop().time(), runs.closed

    end_s, closed = run_virtual(main)

    assert end_s < 6.0
    assert closed == 1  # by then, and not by whatever collects garbage later


def test_a_reader_who_takes_nothing_is_given_up() -> None:
    """An open connection that nobody reads holds its place for twice the send timeout at most."""
    runs = ScriptedRuns((*DRAFT, HANG))
    app = service_app(runs)

    async def main() -> tuple[float, int]:
        await ask(app, question(), stall_after=2)
        return asyncio.get_running_loop().time(), runs.closed

    end_s, closed = run_virtual(main)

    assert SEND_TIMEOUT_S <= end_s <= 2 * SEND_TIMEOUT_S + 1
    assert closed == 1
    assert service_of(app).admission.open_streams == 0


def test_a_reader_with_nothing_to_read_is_not_given_up() -> None:
    """Silence of the run is not silence of the reader, however long it lasts."""
    app = service_app(ScriptedRuns((*DRAFT, (10 * SEND_TIMEOUT_S, status("generation", "waiting")), *CHECK, FINAL)))
    reply = run_virtual(lambda: ask(app, question()))

    assert reply.complete
    assert service_of(app).admission.runs == {"answered": 1}


def test_no_place_is_lost_over_300_broken_requests() -> None:
    """Left at every message of the stream, cancelled by the server at any time, or broken in `send`: all is let go."""
    runs = ScriptedRuns()
    app = service_app(runs)

    def break_pipe(reply: Reply, left: asyncio.Event) -> None:
        raise OSError("broken pipe")

    async def cancelled_after(delay_s: float) -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(ask(app, question()))
            await asyncio.sleep(delay_s)
            task.cancel()

    async def main() -> int:
        most_open = 0
        for number in range(100):
            await ask(app, question(), on_send=leave_after(number % (len(STORY) + 1)))
            await cancelled_after(number * 0.015)
            await ask(app, question(), on_send=break_pipe)
            most_open = max(most_open, service_of(app).admission.open_streams)
        return most_open

    assert run_virtual(main) == 0
    assert runs.opened > 200
    assert runs.closed == runs.opened


def test_one_stream_too_many_is_refused_at_once() -> None:
    """503 with Retry-After in the same instant; the others go on, and the place is free again when one of them ends."""
    runs = ScriptedRuns()
    app = service_app(runs, streams=2)

    async def main() -> tuple[Reply, float, list[Reply], Reply]:
        async with asyncio.TaskGroup() as group:
            streams = [group.create_task(ask(app, question())) for _ in range(2)]
            await asyncio.sleep(0.05)
            refused = await ask(app, question())
            refused_at_s = asyncio.get_running_loop().time()
        return refused, refused_at_s, [stream.result() for stream in streams], await ask(app, question())

    refused, refused_at_s, streams, later = run_virtual(main)

    assert refused.status == 503
    assert refused.pieces_taken == 0
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == "overloaded"
    assert refused_at_s == 0.05
    assert [len(reply.events()) for reply in (*streams, later)] == [len(STORY)] * 3
    assert service_of(app).refused == {"overloaded": 1}


def test_requests_that_arrive_together_share_the_last_place() -> None:
    """Both passed the first look while their bodies were read; only one gets the place."""
    app = service_app(streams=1)

    async def main() -> list[int]:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(app, question())) for _ in range(5)]
        return sorted(task.result().status for task in asked)

    assert run_virtual(main) == [200, 503, 503, 503, 503]


@pytest.mark.parametrize("sent", [1, 4, len(DRAFT), len(DRAFT) + 3, len(STORY) - 1])
def test_a_drain_ends_every_stream_by_the_protocol(sent: int) -> None:
    """At once, though the next event is far away: stages end, an unchecked draft is withdrawn, error, metrics."""
    runs = ScriptedRuns((*STORY[:sent], HANG))
    app = service_app(runs)

    async def main() -> tuple[Reply, float]:
        async with asyncio.TaskGroup() as group:
            stream = group.create_task(ask(app, question()))
            await asyncio.sleep(10.0)
            service_of(app).drain.start()
            service_of(app).drain.start()
        return stream.result(), asyncio.get_running_loop().time()

    reply, end_s = run_virtual(main)
    events = reply.events()

    assert end_s == pytest.approx(10.01)
    assert reply.complete
    assert runs.closed == 1
    assert verify_stream(events) == []
    assert events[:sent] == runs.sent
    metric = events[-1]
    assert isinstance(metric, MetricEvent)
    errors = [event.payload for event in events if isinstance(event, ErrorEvent)]
    if sent < len(STORY) - 1:  # else the final answer was out and only the metrics were owed
        assert [(error.code, error.retryable) for error in errors] == [("server_shutdown", True)]
        assert metric.payload.total_pipeline_ms == metric.elapsed_ms == 10_010
    else:
        assert errors == []
    shown = sent >= len(DRAFT)
    assert metric.payload.time_to_first_token_ms == (200 if shown else None)
    assert any(isinstance(event, RefinementEvent) for event in events) == (sent == len(DRAFT))


def test_a_drain_reaches_a_stream_that_is_not_waiting_for_an_event() -> None:
    """It starts while a frame is being sent; the run is not asked for another."""
    app = service_app(ScriptedRuns((*DRAFT, HANG)))

    def drain_late(reply: Reply, left: asyncio.Event) -> None:
        if reply.body.count(b"\n\n") == len(DRAFT):
            service_of(app).drain.start()

    async def main() -> tuple[Reply, float]:
        return await ask(app, question(), on_send=drain_late), asyncio.get_running_loop().time()

    reply, end_s = run_virtual(main)

    assert end_s < 1.0
    assert verify_stream(reply.events()) == []


def test_no_question_is_taken_during_a_drain() -> None:
    """A request that comes too late is sent elsewhere."""
    runs = ScriptedRuns()
    app = service_app(runs)

    async def main() -> Reply:
        service_of(app).drain.start()
        return await ask(app, question())

    reply = run_virtual(main)

    assert reply.status == 503
    assert reply.json()["error"]["code"] == "server_shutdown"
    assert "retry-after" in reply.headers
    assert reply.pieces_taken == 0
    assert runs.requests == []


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ((0.1, ZeroDivisionError("secret 1234")), "internal"),
        ((0.1, TimeoutError("secret 1234")), "internal"),
        ((0.1, RetrievalError()), "retrieval_failed"),
        ((0.0, status("generation", "waiting")), "internal"),
    ],
    ids=["bug", "stray timeout", "known error", "stops in the middle"],
)
def test_a_run_that_breaks_off_still_ends_by_the_protocol(
    last: Step, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The reader gets a code and fixed words; the traceback of a bug goes to the log."""
    reply = run_virtual(lambda: ask(service_app(ScriptedRuns((*DRAFT, last))), question()))
    events = reply.events()
    error = events[-2]

    assert verify_stream(events) == []
    assert isinstance(error, ErrorEvent)
    assert error.payload.code == code
    assert b"secret" not in reply.body
    assert ("secret" in caplog.text) == isinstance(last[1], (ZeroDivisionError, TimeoutError))


@pytest.mark.parametrize("when", ["when called", "at its first event"])
def test_a_request_that_the_run_refuses_is_a_422(when: str) -> None:
    """Whether it is refused on opening or on the first event, the reader gets an HTTP error and no half stream."""
    refusal = InvalidRequest("profile: must be one of: article, instant")
    runs = ScriptedRuns() if when == "when called" else ScriptedRuns(((0.0, refusal),))
    app = service_app(runs)
    reply = run_virtual(lambda: ask(app, question(profile="nope" if when == "when called" else "other")))

    assert reply.status == 422
    assert reply.faults() == {"profile": "must be one of: article, instant"}
    assert runs.opened == runs.closed
    assert service_of(app).admission.open_streams == 0


def test_a_bug_before_the_first_event_is_a_plain_500() -> None:
    """Fixed words, the safety headers, and the exception for the server's log."""
    app = service_app(ScriptedRuns(((0.0, ZeroDivisionError("secret 1234")),)))
    replies: list[Reply] = []

    async def main() -> None:
        await ask(app, question(), on_send=lambda reply, left: replies.append(reply))

    with pytest.raises(ZeroDivisionError):
        run_virtual(main)

    assert replies[-1].status == 500
    assert replies[-1].json() == {"error": {"code": "internal", "details": []}}
    assert "content-security-policy" in replies[-1].headers
    assert service_of(app).admission.open_streams == 0
