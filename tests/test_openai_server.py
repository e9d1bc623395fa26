"""The pretended OpenAI over real sockets: every behaviour meets the adapter, and every connection is let go of."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeVar

import httpx2
import pytest

from mocks.openai_replies import BEHAVIOURS, Behaviour
from mocks.openai_server import FakeOpenAI
from rag.backends.openai_generator import GeneratorLimits, OpenAIGenerator
from rag.errors import GenerationCut, GenerationError
from rag.prompt import messages
from tests.test_openai_answers import COMPLETE, REQUEST

T = TypeVar("T")
KEY = "canary-0123456789abcdef"
PATIENT = GeneratorLimits(first_token_s=5.0, inter_token_s=5.0, tail_s=0.5, retry_pause_s=0.0)
IMPATIENT: dict[Behaviour, GeneratorLimits] = {
    "stall_first": replace(PATIENT, first_token_s=0.3),
    "stall_middle": replace(PATIENT, inter_token_s=0.15),
    "keep_alive_only": replace(PATIENT, inter_token_s=0.15),
}
"""Only the limit that is to end the stall is short: a busy machine must not reach another one."""

OUTCOMES: dict[Behaviour, tuple[str, int]] = {
    "normal": ("complete", 1),
    "empty_choices": ("complete", 1),
    "silent_end": ("llm_cut", 1),
    "no_answer": ("llm_malformed", 2),
    "length": ("llm_length", 1),
    "content_filter": ("llm_content_filter", 1),
    "late_filter": ("llm_content_filter", 1),
    "refusal": ("llm_content_filter", 1),
    "reset": ("llm_cut", 1),
    "close": ("llm_cut", 1),
    "malformed": ("llm_malformed", 1),
    "not_a_chunk": ("llm_malformed", 1),
    "error_event": ("llm_unavailable", 1),
    "stall_first": ("llm_timeout", 1),
    "stall_middle": ("llm_timeout", 1),
    "keep_alive_only": ("llm_timeout", 1),
    "split_utf8": ("complete", 1),
    "unauthorized": ("llm_rejected", 1),
    "rate_limited": ("complete", 2),
    "server_error": ("llm_unavailable", 2),
    "no_headers": ("llm_unavailable", 2),
}
"""What the adapter makes of each behaviour, and how many requests it takes."""

BEFORE_ANY_TOKEN = {"no_answer", "refusal", "stall_first", "unauthorized", "server_error", "no_headers"}


def run(main: Coroutine[Any, Any, T]) -> T:
    async def limited() -> T:
        async with asyncio.timeout(20):  # a hang must fail, not hang
            return await main

    return asyncio.run(limited())


def generator(server: FakeOpenAI, model: str = "default", limits: GeneratorLimits = PATIENT) -> OpenAIGenerator:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "OPENAI_MODEL": model}
    return OpenAIGenerator.from_environment("openai", environ, limits=limits)


async def outcome(model: OpenAIGenerator) -> tuple[str, GenerationError | None]:
    """The text that a reader got, and how it ended."""
    text, error = "", None
    try:
        async with aclosing(model.stream(REQUEST)) as stream:
            async for token in stream:
                text += token
    except GenerationError as raised:
        error = raised
    await model.aclose()
    return text, error


def test_table_of_outcomes_is_complete() -> None:
    """A new behaviour needs an expectation."""
    assert set(OUTCOMES) == set(BEHAVIOURS)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_behaviour_has_its_outcome(behaviour: Behaviour, caplog: pytest.LogCaptureFixture) -> None:
    """Each behaviour, chosen by the model's name: its code, its number of requests, and nothing left behind.

    What was shown before a failure is a part of the answer. No connection stays open, and the key is in no text of the
    error and in no line of the log, though the server puts it in every error it sends.
    """
    expected, tries = OUTCOMES[behaviour]

    async def main() -> tuple[str, GenerationError | None, FakeOpenAI]:
        async with FakeOpenAI() as server:
            text, error = await outcome(generator(server, behaviour, IMPATIENT.get(behaviour, PATIENT)))
            await server.until_all_closed()
        return text, error, server

    with caplog.at_level(logging.DEBUG):
        text, error, server = run(main())

    assert (error.code if error else "complete") == expected
    assert len(server.requests) == tries
    assert COMPLETE.startswith(text)
    assert (text == "") == (behaviour in BEFORE_ANY_TOKEN)
    assert error is not None or text == COMPLETE
    assert all(recorded.key == KEY for recorded in server.requests)
    shown = [caplog.text, str(error), repr(error), *(traceback.format_exception(error) if error else ())]
    assert not [line for line in shown if KEY in line]


def test_server_behaves_as_set_for_any_other_model() -> None:
    """`behaviour` is for models whose name is none, and may be changed between requests."""

    async def main() -> list[str | None]:
        codes = []
        async with FakeOpenAI() as server:
            for server.behaviour in ("length", "normal"):
                _, error = await outcome(generator(server))
                codes.append(error.code if error else None)
        return codes

    assert run(main()) == ["llm_length", None]


def test_reader_who_stops_in_the_middle_closes_the_connection() -> None:
    """`break` and `aclose`: the provider sees its client leave while the generator itself stays usable."""

    async def main() -> None:
        async with FakeOpenAI(behaviour="stall_middle") as server:
            model = generator(server)
            async with aclosing(model.stream(REQUEST)) as stream:
                async for _ in stream:
                    break
            await server.until_all_closed()
            server.behaviour = "normal"
            assert (await outcome(model))[1] is None

    run(main())


@pytest.mark.parametrize("behaviour", ["stall_first", "stall_middle"])
def test_cancelled_reader_closes_the_connection(behaviour: Behaviour) -> None:
    """A task that is cancelled while it waits, before the first token or after it, leaves no connection."""

    async def main() -> None:
        async with FakeOpenAI(behaviour=behaviour) as server:
            model = generator(server)
            task = asyncio.create_task(outcome(model))
            await server.until_asked()
            await asyncio.sleep(0.02)  # into the stall
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await server.until_all_closed()
            await model.aclose()

    run(main())


def test_connection_of_a_complete_answer_is_used_again() -> None:
    """Draft and refinement come one after the other: the second saves the handshake. `aclose` lets go of it."""

    async def main() -> int:
        async with FakeOpenAI() as server:
            model = generator(server)
            for _ in range(3):
                async with aclosing(model.stream(REQUEST)) as stream:
                    assert "".join([token async for token in stream]) == COMPLETE
            assert server.open_connections == 1
            await model.aclose()
            await server.until_all_closed()
        return server.accepted

    assert run(main()) == 1


@pytest.mark.parametrize(("behaviour", "ending"), [("reset", ConnectionResetError), ("close", None)])
def test_reset_and_close_are_two_things(behaviour: Behaviour, ending: type[OSError] | None) -> None:
    """On the bare socket a reset is an error and a close is an end; neither sends the last chunk of the body."""

    async def main() -> type[BaseException] | None:
        async with FakeOpenAI(behaviour=behaviour) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", httpx2.URL(server.base_url).port)
            body = json.dumps({"stream": True, "messages": [{"content": messages(REQUEST)[-1].content}]}).encode()
            head = f"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            try:
                received = await reader.read()
            except OSError as error:
                return type(error)
            finally:
                writer.close()
        assert b"data: " in received
        assert not received.endswith(b"0\r\n\r\n")
        return None

    assert run(main()) is ending


def test_azure_path_leads_to_the_same_answer() -> None:
    """Azure's client, address and header, on the loopback."""

    async def main() -> tuple[str, FakeOpenAI]:
        async with FakeOpenAI() as server:
            environ = {
                "AZURE_OPENAI_ENDPOINT": server.base_url.removesuffix("/v1"),
                "AZURE_OPENAI_API_KEY": KEY,
                "AZURE_OPENAI_DEPLOYMENT": "normal",
                "OPENAI_API_VERSION": "2024-10-21",
            }
            text, _ = await outcome(OpenAIGenerator.from_environment("azure", environ, limits=PATIENT))
        return text, server

    text, server = run(main())

    assert text == COMPLETE
    assert server.requests[0].path == "/openai/deployments/normal/chat/completions?api-version=2024-10-21"
    assert server.requests[0].key == KEY


def test_tokens_come_one_by_one() -> None:
    """With a pause between its tokens the server's stream arrives in as many pieces, not at the end in one."""

    async def main() -> tuple[int, float, float]:
        loop = asyncio.get_running_loop()
        async with FakeOpenAI(inter_token_s=0.005) as server:
            model = generator(server)
            async with aclosing(model.stream(REQUEST)) as stream:
                arrived = [loop.time() async for _ in stream]
            await model.aclose()
        return len(arrived), arrived[0], arrived[-1]

    count, first_s, last_s = run(main())

    assert count == len(COMPLETE.split())
    assert last_s - first_s >= 0.005 * (count - 2)


def test_client_that_is_no_openai_client_is_answered() -> None:
    """Without `stream` a whole answer; another path is not found; what is no JSON is hung up on, and nothing breaks."""

    async def main() -> None:
        async with FakeOpenAI() as server, httpx2.AsyncClient(base_url=server.base_url) as client:
            prompt = [{"role": "user", "content": messages(REQUEST)[-1].content}]
            reply = await client.post("/chat/completions", json={"model": "m", "messages": prompt})
            assert reply.json()["choices"][0]["message"]["content"] == COMPLETE
            assert (await client.get("/models")).status_code == 404
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.post("/chat/completions", content=b"{no json")
            assert (await client.get("/models")).status_code == 404

    run(main())


def test_leaving_the_server_ends_what_is_open() -> None:
    """A client in the middle of a stall does not keep the server: leaving it closes the connection."""

    async def main() -> int:
        async with FakeOpenAI(behaviour="stall_middle") as server:
            model = generator(server)
            stream = model.stream(REQUEST)
            await anext(stream)
        with pytest.raises(GenerationCut):
            async for _ in stream:
                pass
        await model.aclose()
        return server.open_connections

    assert run(main()) == 0


def test_server_runs_from_the_command_line() -> None:
    """`python -m mocks.openai_server --port 0` serves, and says under which address."""

    async def main() -> tuple[str, int]:
        arguments = ("-m", "mocks.openai_server", "--port", "0")
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stderr=asyncio.subprocess.PIPE)
        assert process.stderr is not None
        address = (await process.stderr.readline()).decode().split()[0].removeprefix("OPENAI_BASE_URL=")
        async with httpx2.AsyncClient(base_url=address) as client:
            status = (await client.get("/models")).status_code
        process.terminate()
        await process.communicate()
        return address, status

    address, status = run(main())

    assert address.startswith("http://127.0.0.1:")
    assert status == 404
