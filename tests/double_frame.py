"""What the doubles of model servers have in common: the program, its connections, and counted faults."""

import argparse
import json
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

# ---------------------------------------------------------------- the program


def serve(server: ThreadingHTTPServer) -> None:
    """Say where a server listens, and serve until SIGTERM or the end of stdin: whoever started us is gone."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    where = {"address": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()}
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        os._exit(0)


def _end_with_stdin() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


# ---------------------------------------------------------------- its connections


class HangUp(Exception):
    """The connection ends here: closed, reset, or gone with the whole program (``die``)."""

    def __init__(self, how: Literal["close", "reset", "die"] = "close") -> None:
        super().__init__(how)
        self.how = how


class LoopbackServer(ThreadingHTTPServer):
    """Listens on loopback; one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up; anything else is a bug of the double and is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Connection(BaseHTTPRequestHandler):
    """One connection."""

    server: ThreadingHTTPServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the double's own log says it."""

    def write_chunks(self, pieces: Iterator[bytes]) -> None:
        """The head's end and a body in chunks; `HangUp` among the pieces cuts it off.

        Who speaks HTTP/1.0 gets it in one piece, which ends with the connection.
        """
        chunked = self.request_version != "HTTP/1.0"
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            self.wfile.flush()
            return
        try:
            for piece in pieces:
                if piece:
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                    self.wfile.flush()
        except HangUp as fault:
            self.hang_up(fault)
            return
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def hang_up(self, fault: HangUp) -> None:
        """End the connection, or all of us."""
        if fault.how == "die":
            # The door first: the system may close the connections before it, and a client that is quick
            # would be let in once more by a program that is not there any more.
            self.server.socket.shutdown(socket.SHUT_RDWR)
            os._exit(3)
        if fault.how == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            for end in (self.wfile, self.rfile, self.connection):
                end.close()
        self.close_connection = True


# ---------------------------------------------------------------- counted faults


@dataclass(frozen=True)
class Trigger:
    """A scenario and the requests it befalls, counted from 1 among those that could meet it."""

    name: str
    first: int = 1
    last: int | None = None

    def due(self, number: int) -> bool:
        """Whether the request of this number is befallen."""
        return self.first <= number and (self.last is None or number <= self.last)


def trigger(text: str, known: Collection[str]) -> Trigger:
    """Read ``NAME[:FIRST[-LAST]]``.

    Raises:
        ValueError: There is no such scenario, or the numbers are none.
    """
    name, _, span = text.partition(":")
    if name not in known:
        raise ValueError(f"no scenario {name!r}; there are {', '.join(known)}")
    first, _, last = span.partition("-")
    return Trigger(name, int(first) if first else 1, int(last) if last else None)


class Counts:
    """How often each of several things was met. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[object, int] = {}

    def next(self, key: object) -> int:
        """The number of this time, from 1."""
        with self._lock:
            self._seen[key] = self._seen.get(key, 0) + 1
            return self._seen[key]


# ---------------------------------------------------------------- the command line


def names(text: str) -> tuple[str, ...]:
    """``NAME[,NAME...]``."""
    return tuple(name for name in text.split(",") if name)


def add_scenarios(parser: argparse.ArgumentParser, known: Collection[str]) -> None:
    """Let a double take ``--scenario``, several times."""

    def read(text: str) -> Trigger:
        try:
            return trigger(text, known)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    parser.add_argument(
        "--scenario",
        type=read,
        action="append",
        default=[],
        help="a fault, NAME[:FIRST[-LAST]]: from the FIRST request it can befall to the LAST",
    )
