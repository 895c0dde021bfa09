"""The HTTP of the double: reading a request, finding its endpoint, writing the answer."""

import json
import threading

from tests.double_frame import Connection, HangUp, LoopbackServer
from tests.openai_double import chat, settings
from tests.openai_double.scenarios import CHAT, MODELS, Faults
from tests.openai_double.settings import Settings
from tests.openai_double.standing_in import Ask, error, wrong_key
from tests.openai_double.wire import Outcome, Pieces, Whole

DOOR = "/double"
"""Where a test tells a running double to be another one; no part of the API."""


class Service:
    """What lasts longer than a request, until the double becomes another."""

    def __init__(self, told: Settings) -> None:
        self.settings = told
        self.faults = Faults(told.scenario)
        self.gathering = threading.Barrier(told.gather)
        self._lock = threading.Lock()

    def note(self, **entry: object) -> None:
        """Write a request down before it is answered."""
        if self.settings.log is not None:
            with self._lock, self.settings.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


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
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == DOOR:
            self._write(self._behind_the_door(raw))
            return
        service = self.server.service
        try:
            body: object = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        sent = dict(self.headers.items())
        service.note(method=self.command, path=self.path, body=body, headers=sent)
        try:
            outcome = self._outcome(service, body)
        except HangUp as fault:
            self.hang_up(fault)
        else:
            self._write(outcome)

    do_POST = do_PUT = do_GET

    def _outcome(self, service: Service, body: object) -> Outcome:
        told, key = self.headers.get("Authorization", ""), service.settings.key
        if key and told != f"Bearer {key}":
            return wrong_key(Ask({}, told))
        if (self.command, self.path) == ("GET", MODELS):
            return chat.listed(service, told)
        if (self.command, self.path) != ("POST", CHAT):
            return error(404, f"Invalid URL ({self.command} {self.path})", None, None)
        if not isinstance(body, dict):
            return error(400, "We could not parse the JSON body of your request.", None, None)
        return chat.complete(service, body, told)

    def _behind_the_door(self, raw: bytes) -> Whole:
        """Be what another command line would have started; requests that are open keep what they had.

        Any other method than PUT does nothing: the log has each request before its answer.
        """
        if self.command == "PUT":
            try:
                self.server.service = Service(settings.read(json.loads(raw)))
            except (SystemExit, TypeError, ValueError):
                return error(400, "not the flags of a double; its stderr says why", None, None)
        return Whole(204, b"", "")

    def _write(self, outcome: Outcome) -> None:
        self.send_response_only(outcome.status)
        if outcome.content_type:
            self.send_header("Content-Type", outcome.content_type)
        if isinstance(outcome, Pieces):
            self.write_chunks(outcome.pieces)
            return
        for name, value in outcome.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(outcome.body)))
        self.end_headers()
        self.wfile.write(outcome.body)
        self.wfile.flush()
