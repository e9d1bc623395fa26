"""What the server knows of a run: when each token was emitted, and how many bytes of its stream went out.

The tape is written beside the run and read after it, over HTTP. Knows events and ASGI; nothing of pages.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.events import StreamEvent, TokenEvent
from rag.ports import OpenRun
from rag.values import RunRequest

TAPE_PATH = "/tape"
STREAM_PATH = "/queue/data"
"""Where Gradio sends the updates of a page."""


@dataclass(slots=True)
class Tape:
    """The notes of one server."""

    texts: list[str] = field(default_factory=list)
    emitted_ms: list[float] = field(default_factory=list)
    """Wall clock of each token's emission, as the pipeline stamped it, in milliseconds since 1970."""
    runs: int = 0
    """How many have begun."""
    stream_bytes: int = 0

    def recorded(self, open_run: OpenRun) -> OpenRun:
        """The same runs, with their tokens noted as they pass."""

        async def open_recorded(request: RunRequest) -> AsyncGenerator[StreamEvent]:
            self.runs += 1
            events = open_run(request)
            try:
                async for event in events:
                    self._note(event)
                    yield event
            finally:
                await events.aclose()

        return open_recorded

    def _note(self, event: StreamEvent) -> None:
        if isinstance(event, TokenEvent):
            self.texts.append(event.payload.token)
            self.emitted_ms.append(event.timestamp.timestamp() * 1000)


class TapeRecorder:
    """ASGI middleware: counts what is sent of the page's stream, and hands the tape out at `TAPE_PATH`."""

    def __init__(self, app: ASGIApp, tape: Tape) -> None:
        self._app = app
        self._tape = tape

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI asks for it."""
        path = str(scope.get("path", ""))
        if path == TAPE_PATH:
            await JSONResponse(asdict(self._tape))(scope, receive, send)
            return
        await self._app(scope, receive, self._counted(send) if path.endswith(STREAM_PATH) else send)

    def _counted(self, send: Send) -> Send:
        async def counting(message: Message) -> None:
            self._tape.stream_bytes += len(message.get("body", b""))
            await send(message)

        return counting
