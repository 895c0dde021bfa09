"""The HTTP of the double: reading a request, finding its endpoint, writing the answer."""

import json
import os
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.openai_double import chat
from tests.openai_double.scenarios import CHAT, MODELS, Faults
from tests.openai_double.settings import Settings
from tests.openai_double.standing_in import Ask, error, wrong_key
from tests.openai_double.wire import HangUp, Outcome, Pieces


class Server(ThreadingHTTPServer):
    """Listens on loopback; one thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faults = Faults(settings.scenario)
        self.gathering = threading.Barrier(settings.gather)
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", settings.port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up; anything else is a bug of the double and is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def note(self, **entry: object) -> None:
        """Write a request down before it is answered."""
        if self.settings.log is not None:
            with self._lock, self.settings.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body: object = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        sent = dict(self.headers.items())
        self.server.note(method=self.command, path=self.path, body=body, headers=sent)
        try:
            outcome = self._outcome(body)
        except HangUp as fault:
            self._hang_up(fault)
        else:
            self._write(outcome)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the log says it."""

    def _outcome(self, body: object) -> Outcome:
        settings, faults = self.server.settings, self.server.faults
        told = self.headers.get("Authorization", "")
        if settings.key and told != f"Bearer {settings.key}":
            return wrong_key(Ask({}, told))
        if (self.command, self.path) == ("GET", MODELS):
            return chat.listed(settings, faults, told)
        if (self.command, self.path) != ("POST", CHAT):
            return error(404, f"Invalid URL ({self.command} {self.path})", None, None)
        if not isinstance(body, dict):
            return error(400, "We could not parse the JSON body of your request.", None, None)
        return chat.complete(self.server, body, told)

    def _write(self, outcome: Outcome) -> None:
        self.send_response_only(outcome.status)
        if outcome.content_type:
            self.send_header("Content-Type", outcome.content_type)
        if isinstance(outcome, Pieces):
            self._write_pieces(outcome)
            return
        for name, value in outcome.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(outcome.body)))
        self.end_headers()
        self.wfile.write(outcome.body)
        self.wfile.flush()

    def _write_pieces(self, outcome: Pieces) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for piece in outcome.pieces:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.flush()
        except HangUp as fault:
            self._hang_up(fault)
            return
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _hang_up(self, fault: HangUp) -> None:
        """End the connection, or all of us."""
        if fault.how == "die":
            os._exit(3)
        if fault.how == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            for end in (self.wfile, self.rfile, self.connection):
                end.close()
        self.close_connection = True
