"""A glance at an Ollama server through a bare socket, for the run that has nothing to ask.

Which model it is that answers has to be found out in every run; but loading the official client takes as long
as grading hundreds of answers, and a run that recalls everything needs no more than three short replies.
So those are fetched here, and whatever is not exactly as usual is no fault but no glance: None, upon which the
official client looks, and says what is wrong.
"""

import json
import os
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

from slm_harness.engines.ollama.names import is_cloud
from slm_harness.engines.ollama.told import Described, Entry, described_by, find
from slm_harness.engines.statuses import one_line
from slm_harness.printable import storable

SECONDS = 1.0
"""Longest time for all of it."""
_MOST_BYTES = 16 * 2**20
_PORT = 11434
_HOST = re.compile(r"(?:http://)?([A-Za-z0-9.-]+):([0-9]{1,5})/?")
_HEAD = re.compile(rb"HTTP/1\.[01] 200 [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,9}) *\r\n", re.IGNORECASE)


@dataclass(frozen=True)
class Glance:
    """What a server told."""

    version: str
    base: Entry | None
    """The base that was looked for; None where the server does not have it."""
    described: Described | None
    """That base; None where it was not asked about."""


def glance(base: str, *, describe: bool) -> Glance | None:
    """Look at the server that ``OLLAMA_HOST`` names; None where anything is out of the ordinary.

    Args:
        base: The model to look for.
        describe: Whether to ask about it besides.
    """
    at = place()
    if at is None or is_cloud(base):
        return None
    ends = time.monotonic() + SECONDS
    try:
        told = _fetched(at, ends, "GET", "/api/version")["version"]
        models = _fetched(at, ends, "GET", "/api/tags")["models"]
        if not isinstance(models, list):
            raise TypeError("no list")
        entry = find([_entry(model) for model in models], base)
        found = None
        if describe and entry is not None:
            found = described_by(_fetched(at, ends, "POST", "/api/show", {"model": base}))
        version = one_line(told or "")
        return Glance(version, entry, found) if version else None
    # Not a fault but a reason to look properly; nothing is lost by it, and nothing kept silent.
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def place() -> tuple[str, int] | None:
    """Name and port of the server, where ``OLLAMA_HOST`` has them in the plain way; None for any other."""
    host = os.environ.get("OLLAMA_HOST", "").strip()
    if not host:
        return "127.0.0.1", _PORT
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    name, port = match[1], int(match[2])
    return ("127.0.0.1" if name == "0.0.0.0" else name), port  # noqa: S104 - read, not bound


def _entry(model: Mapping[str, object]) -> Entry:
    name, digest, size = model["model"], model["digest"], model["size"]
    if not (isinstance(name, str) and name and isinstance(digest, str) and digest):
        raise ValueError("a model without a name or digest")
    if not isinstance(size, int) or size < 1:
        raise ValueError("a model without a size")
    return Entry(name=name, digest=one_line(digest), size=size, parent="", modified=None)


def _fetched(
    at: tuple[str, int],
    ends: float,
    method: str,
    path: str,
    body: Mapping[str, object] | None = None,
) -> Mapping[str, object]:
    """The JSON object of a reply.

    HTTP/1.0 asks for a body in one piece that ends with the connection, so there is little to understand.
    """
    sent = b"" if body is None else json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.0\r\nHost: {at[0]}:{at[1]}\r\nAccept-Encoding: identity\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    with socket.create_connection(at, timeout=_left(ends)) as connection:
        connection.sendall(head.encode() + sent)
        received = bytearray()
        while len(received) <= _MOST_BYTES:
            connection.settimeout(_left(ends))
            piece = connection.recv(2**16)
            received += piece
            if not piece or _is_whole(received):
                return _object(bytes(received))
    raise ValueError("more than any of these replies can be")


def _is_whole(received: bytearray) -> bool:
    """Whether all is there by the length that was announced: some servers leave the connection open."""
    head = _HEAD.match(received)
    length = _LENGTH.search(head[0]) if head else None
    return head is not None and length is not None and len(received) - head.end() >= int(length[1])


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _object(received: bytes) -> Mapping[str, object]:
    head = _HEAD.match(received)
    if head is None:
        raise ValueError("no plain 200")
    length, content = _LENGTH.search(head[0]), received[head.end() :]
    if b"transfer-encoding" in head[0].lower() or (length and int(length[1]) != len(content)):
        raise ValueError("no body of the length that was announced")
    # Without a length one that was cut off shows as JSON that does not end.
    found = storable(json.loads(content))
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
