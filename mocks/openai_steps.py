"""The steps of a pretended provider's reply, and how each is done on a connection. It knows no protocol."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from contextlib import suppress
from typing import NamedTuple


class HungUp(Exception):
    """One side has ended the connection."""


class Send(NamedTuple):
    """Write these bytes, and wait until they are handed to the network."""

    data: bytes


class Pause(NamedTuple):
    """Wait; a client that leaves meanwhile ends the script."""

    seconds: float
    """Infinity is a stall."""


class HangUp(NamedTuple):
    """End the connection here: politely, or with a reset that may overtake what was sent."""

    reset: bool


Step = Send | Pause | HangUp


async def play(step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Do one step of a script. Raises `HungUp` if it, or the client, ends the connection."""
    match step:
        case Send(data):
            writer.write(data)
            await writer.drain()
        case Pause(seconds) if seconds > 0:
            await _listen(reader, seconds)
        case HangUp(reset):
            if reset:
                _reset_on_close(writer)
            raise HungUp
        case _:
            pass


async def _listen(reader: asyncio.StreamReader, seconds: float) -> None:
    """Wait, but not for a client that has left: reading is how the end of a connection is noticed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None if math.isinf(seconds) else seconds):
            await reader.read(1)  # a client that waits for its reply sends nothing, so this is the end
        raise HungUp


def _reset_on_close(writer: asyncio.StreamWriter) -> None:
    """Make the close a reset: lingering for zero seconds throws unsent data away and sends RST (`man 7 socket`)."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
