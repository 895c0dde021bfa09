"""The HTTP of the double: reading a request, finding its endpoint, writing the answer as Go would."""

import ipaddress
import json
import select
import socket
from collections.abc import Callable, Mapping

from tests.double_frame import Connection, HangUp, LoopbackServer
from tests.ollama_double import generate, library, making, settings
from tests.ollama_double.runners import Gone
from tests.ollama_double.service import Exchange, Service
from tests.ollama_double.wire import PLAIN, Outcome, Pieces, Raw, Refusal, Whole

Endpoint = Callable[[Service, Exchange], Outcome]

ROUTES: Mapping[str, Mapping[str, Endpoint]] = {
    "/": {"GET": library.root, "HEAD": library.root},
    "/api/version": {"GET": library.version, "HEAD": library.version},
    "/api/tags": {"GET": library.tags, "HEAD": library.tags},
    "/api/ps": {"GET": library.processes},
    "/api/show": {"POST": library.show},
    "/api/pull": {"POST": making.pull},
    "/api/create": {"POST": making.create},
    "/api/copy": {"POST": library.copy},
    "/api/delete": {"DELETE": library.delete},
    "/api/generate": {"POST": generate.generate},
}

DOOR = "/double"
"""Where a test tells a running double to be another one; no part of Ollama."""
_SMALL = 2048
"""Bytes up to which Go sends a length; longer bodies go in chunks."""
_REST_SECONDS = 10.0
_REASONS = {499: "status code 499"}


class Server(LoopbackServer):
    """The double, listening."""

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(("127.0.0.1", service.settings.port), Handler)


class Handler(Connection):
    """One connection."""

    server: Server

    def do_GET(self) -> None:
        """Answer."""
        self._serve()

    do_HEAD = do_POST = do_DELETE = do_PUT = do_PATCH = do_OPTIONS = do_GET

    def _serve(self) -> None:
        path = self.path.partition("?")[0]
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not _welcome(self.headers.get("Host", "")):
            self._write(Whole(403, b"", ""))
            return
        if path == DOOR:
            self._write(self._behind_the_door(raw))
            return
        service = self.server.service
        journal = service.journal
        exchange = journal.begin(self.command, path)
        exchange.gone = self._gone
        try:
            outcome = self._outcome(service, exchange, raw)
        except HangUp as fault:
            journal.end(exchange, None)
            self.hang_up(fault)
        except Gone:
            journal.end(exchange, 499)
            self.close_connection = True
        except BaseException:
            journal.end(exchange, 500)
            raise
        else:
            journal.end(exchange, outcome.status)
            self._write(outcome)

    def _outcome(self, service: Service, exchange: Exchange, raw: bytes) -> Outcome:
        """What the endpoint answers, refusals included."""
        methods = ROUTES.get(exchange.path)
        if methods is None:
            return Whole(404, b"404 page not found", PLAIN)
        endpoint = methods.get(self.command)
        if endpoint is None:
            return Whole(405, b"405 method not allowed", PLAIN)
        try:
            if self.command in ("POST", "DELETE"):
                exchange.body = _parsed(raw)
            return endpoint(service, exchange)
        except Refusal as refusal:
            return refusal.whole

    def _behind_the_door(self, raw: bytes) -> Whole:
        """Be what another command line would have started; requests that are open keep what they had.

        Any other method than PUT only waits until the log has every request so far.
        """
        if self.command != "PUT":
            rests = self.server.service.journal.rest(_REST_SECONDS)
            return Whole(204 if rests else 504, b"", "")
        try:
            self.server.service = Service(settings.read(json.loads(raw)))
        except (SystemExit, TypeError, ValueError):
            return Refusal(400, "not the flags of a double; its stderr says why").whole
        return Whole(204, b"", "")

    def _write(self, outcome: Outcome) -> None:
        if isinstance(outcome, Raw):
            self._write_raw(outcome)
            return
        self.send_response_only(outcome.status, _REASONS.get(outcome.status))
        self.send_header("Date", self.date_time_string())
        if outcome.content_type:
            self.send_header("Content-Type", outcome.content_type)
        if isinstance(outcome, Pieces):
            self.write_chunks(outcome.pieces)
            return
        for name, value in outcome.headers.items():
            self.send_header(name, value)
        if len(outcome.body) > _SMALL:
            self.write_chunks(iter([outcome.body]))
        else:
            self.send_header("Content-Length", str(len(outcome.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(outcome.body)
            self.wfile.flush()

    def _write_raw(self, outcome: Raw) -> None:
        """Write bytes as they are, until they end or the client hangs up."""
        for piece in outcome.pieces:
            self.wfile.write(piece)
            self.wfile.flush()
        self.close_connection = not outcome.stays

    def _gone(self) -> bool:
        """Whether the client has closed its side."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True


def _parsed(raw: bytes) -> object:
    """The body of a request."""
    if not raw.strip():
        raise Refusal(400, "missing request body")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refusal(400, _complaint(raw, error)) from error
    return body


def _complaint(raw: bytes, error: ValueError) -> str:
    """Go's words for JSON that is none, more or less."""
    if not isinstance(error, json.JSONDecodeError):
        return "invalid character 'ÿ' in string literal"
    if error.pos >= len(error.doc):
        return "unexpected EOF"
    return f"invalid character '{error.doc[error.pos]}' looking for beginning of value"


def _welcome(host: str) -> bool:
    """Whether the Host header names this machine or a private address."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").lower()
    if not name or name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name == socket.gethostname().lower()
    return address.is_loopback or address.is_private or address.is_unspecified
