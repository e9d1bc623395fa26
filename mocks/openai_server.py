"""A pretended OpenAI: chat completions over real sockets on the loopback, well behaved or in any way it should not be.

    async with FakeOpenAI() as server:
        ...  # OPENAI_BASE_URL = server.base_url

or, for a look at it from outside: `python -m mocks.openai_server --port 8089`.

It answers from the numbered sources in the prompt, so a whole pipeline runs on it and ends grounded. Which way it
behaves says the request's model if that is the name of a behaviour, else `server.behaviour`. It speaks as much HTTP/1.1
as that needs and checks no credentials. The OpenAI and the Azure path both lead here.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any, Self

from mocks.openai_answers import answer as answer_to
from mocks.openai_replies import BEHAVIOURS, Answer, Behaviour, not_found, script
from mocks.openai_steps import HungUp, Send, Step, play
from mocks.openai_whole import script_whole
from mocks.openai_wire import HttpRequest, read_request

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it arrived; `headers` by lower-case name."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    behaviour: Behaviour

    @property
    def key(self) -> str:
        """The credential it carried, OpenAI's way or Azure's."""
        return self.headers.get("api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def prompt(self) -> str:
        """All its messages as one text."""
        return "\n\n".join(str(message.get("content")) for message in self.body.get("messages", []))


class FakeOpenAI:
    """The server, as an async context manager; leaving it closes what is still open.

    `requests`, `accepted` and `open_connections` are for tests: what was asked, over how many connections, and whether
    everything was let go of.
    """

    def __init__(
        self,
        *,
        behaviour: Behaviour = "normal",
        port: int = 0,
        first_token_s: float = 0.0,
        inter_token_s: float = 0.0,
        retry_after_s: float = 0.0,
        write: Callable[[str], str] = answer_to,
    ) -> None:
        """Port 0 takes a free one. The times are in seconds and apply to every reply; `write` answers a prompt."""
        self.behaviour: Behaviour = behaviour
        self.requests: list[RecordedRequest] = []
        self.accepted = 0
        self._port = port
        self._write = write
        self._times = {"first_token_s": first_token_s, "inter_token_s": inter_token_s, "retry_after_s": retry_after_s}
        self._writers: set[asyncio.StreamWriter] = set()
        self._all_closed = asyncio.Event()
        self._asked = asyncio.Event()
        self._limited: set[str] = set()
        self._closing = False
        self._stack = AsyncExitStack()

    @property
    def base_url(self) -> str:
        """What a client is given as its base address."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def open_connections(self) -> int:
        """Connections that are open now, idle ones in a client's pool included."""
        return len(self._writers)

    async def until_asked(self) -> None:
        """Return when the first request has come. Give it a time limit."""
        await self._asked.wait()

    async def until_all_closed(self) -> None:
        """Return when no connection is open. Give it a time limit."""
        if self._writers:
            self._all_closed.clear()
            await self._all_closed.wait()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._tasks = await stack.enter_async_context(asyncio.TaskGroup())
            server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
            self._port = server.sockets[0].getsockname()[1]
            stack.callback(self._abort)
            stack.callback(server.close)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()  # not told of `error`: the task group would wrap it

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closing:
            writer.transport.abort()
            return
        self.accepted += 1
        self._writers.add(writer)
        self._tasks.create_task(self._serve(reader, writer))

    def _abort(self) -> None:
        self._closing = True
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another, until either side hangs up."""
        try:
            with suppress(HungUp, OSError, asyncio.IncompleteReadError):
                while True:
                    await self._reply(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            self._writers.discard(writer)
            if not self._writers:
                self._all_closed.set()

    async def _reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await read_request(reader)
        except ValueError:
            raise HungUp from None  # not a client of ours
        for step in self._script(request):
            await play(step, reader, writer)

    def _script(self, request: HttpRequest) -> Iterable[Step]:
        if not request.path.partition("?")[0].endswith("/chat/completions"):
            return [Send(not_found())]
        recorded = RecordedRequest(*request, self._behaviour_for(request.body))
        self.requests.append(recorded)
        self._asked.set()
        cost = len(recorded.prompt.split())
        answer = Answer(text=self._write(recorded.prompt), key=recorded.key, prompt_tokens=cost, **self._times)
        reply = script if request.body.get("stream") else script_whole
        return reply("normal" if self._has_waited(recorded) else recorded.behaviour, answer)

    def _has_waited(self, request: RecordedRequest) -> bool:
        """Whether `request` comes again after its 429; remembers it for the next time."""
        if request.behaviour != "rate_limited":
            return False
        again = request.prompt in self._limited
        self._limited.add(request.prompt)
        return again

    def _behaviour_for(self, body: dict[str, Any]) -> Behaviour:
        return next((known for known in BEHAVIOURS if known == body.get("model")), self.behaviour)


async def _run(port: int, behaviour: Behaviour) -> None:
    async with FakeOpenAI(port=port, behaviour=behaviour, inter_token_s=0.02) as server:
        _logger.info("OPENAI_BASE_URL=%s OPENAI_API_KEY=any-key-will-do OPENAI_MODEL=normal", server.base_url)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A pretended OpenAI on the loopback.")
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--behaviour", choices=BEHAVIOURS, default="normal")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(arguments.port, arguments.behaviour))


if __name__ == "__main__":
    main()
