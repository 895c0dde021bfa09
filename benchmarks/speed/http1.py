"""As much of HTTP/1.1 as clients of model servers need, cheap enough not to be what is measured.

One connection is kept open for any number of requests, which are answered one after the other.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_END = b"\r\n\r\n"
_REASONS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 411: b"Length Required"}


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    body: bytes


Answer = Callable[[int, bytes], None]
"""Sends the answer: status and a body of JSON. To be called once, at any time."""
Handler = Callable[[Asked, Answer], None]


def encoded(value: object) -> bytes:
    """JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


class Connection(asyncio.Protocol):
    """One connection."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Answers to what is still open go nowhere."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Bytes of the client, in any cut."""
        self._buffer += data
        if not self._busy:
            self._next()

    def _next(self) -> None:
        head_end = self._buffer.find(_END)
        if head_end < 0:
            return
        head = self._buffer[: head_end + 2]
        start = head_end + len(_END)
        if _CHUNKED.search(head):
            self._answer(411, b'{"error":"this stand-in takes no chunked request"}')
            if self._transport is not None:
                self._transport.close()
            return
        length = _LENGTH.search(head)
        end = start + (int(length[1]) if length else 0)
        if len(self._buffer) < end:
            return
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        body, self._buffer = self._buffer[start:end], self._buffer[end:]
        self._busy = True
        self._handler(Asked(method, path, body), self._answer)

    def _answer(self, status: int, body: bytes) -> None:
        self._busy = False
        if self._transport is None:
            return
        self._transport.write(
            b"HTTP/1.1 %d %b\r\nContent-Type: application/json; charset=utf-8\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (status, _REASONS[status], len(body), body)
        )
        if self._buffer:
            self._next()
