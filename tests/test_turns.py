"""Turns: so many requests on the wire at once, in the order of their places, and none once it is over."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import httpx
import pytest

from slm_harness.engines.transport import BoundedTransport, http_settings, request_seconds
from slm_harness.engines.turns import Place, Turns, TurnsOver, standing_at
from tests.processes import wait_for

SECONDS = 20.0


def turns(at_once: int = 1, stop: threading.Event | None = None) -> Turns:
    """Turns that are given back as soon as a reply was read."""
    found = Turns(at_once, stop or threading.Event())
    found.careful = False
    return found


def taking(place: Place, told: Callable[[str], None]) -> threading.Thread:
    """A thread that waits for a place's turn and tells what came of it."""

    def run() -> None:
        try:
            place.take()
        except TurnsOver:
            told("over")
        else:
            told("taken")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_turn_goes_to_the_next_place_and_not_to_who_is_ready_first() -> None:
    """Asking stays in the order in which tests run, whichever thread is quicker."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    late = taking(third, lambda how: told.append(f"third {how}"))
    first.leave()

    assert late.is_alive()
    second.take()
    second.leave()
    late.join(SECONDS)
    assert told == ["third taken"]


def test_a_place_that_is_left_holds_nobody_up() -> None:
    """An article that does not fit is never sent, and the next one does not wait for it."""
    one = turns()
    first, second = one.place(), one.place()
    first.leave()

    second.take()

    assert second.held


def test_who_wants_another_turn_comes_before_those_who_had_none() -> None:
    """A retry is put before the articles after it."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    first.leave()
    second.take()
    waiting = [taking(third, lambda how: told.append(f"third {how}"))]
    waiting.append(taking(first, lambda how: told.append(f"first {how}")))
    wait_for(lambda: first.ready and third.ready)
    second.leave()
    waiting[1].join(SECONDS)

    assert told == ["first taken"]
    first.leave()
    waiting[0].join(SECONDS)
    assert told == ["first taken", "third taken"]


def test_whoever_waits_when_it_is_over_gets_no_turn() -> None:
    """Those that have one keep it; nothing else is sent."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    waiting = taking(second, told.append)
    wait_for(lambda: second.ready)
    one.close()
    waiting.join(SECONDS)

    assert (told, first.held) == (["over"], True)
    with pytest.raises(TurnsOver):
        third.take()


def test_a_run_that_has_stopped_sends_nothing_though_a_turn_is_free() -> None:
    """Ctrl-C and -x need not wait until somebody closes the line."""
    stop = threading.Event()
    one = turns(stop=stop)
    first = one.place()
    stop.set()

    with pytest.raises(TurnsOver):
        first.take()


@contextmanager
def serving(
    status: int, seen: Callable[[], None]
) -> Iterator[tuple[httpx.Client, Callable[[], None]]]:
    """A client of a loopback server, and what makes that server close its connections without a word.

    Args:
        status: Of all replies.
        seen: Is called by the server for each request that has come whole.
    """
    connections: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.append(self.connection)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            seen()
            self.send_response(status)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    def drop() -> None:
        for connection in wait_for(lambda: connections):
            connection.shutdown(socket.SHUT_RDWR)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        with httpx.Client(base_url=base, **http_settings(SECONDS, lambda _: None)) as client:
            yield client, drop
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "careful", "kept"),
    [(200, False, False), (200, True, True), (503, False, True)],
    ids=["good", "on trial", "refused"],
)
def test_a_turn_ends_with_the_last_byte_of_a_good_reply(
    status: int, careful: bool, kept: bool
) -> None:
    """Checking and storing it are not in it; after a failure the next request depends on what it was."""
    one = turns()
    one.careful = careful
    place = one.place()
    held: list[bool] = []
    with serving(status, lambda: held.append(place.held)) as (client, _), standing_at(place):
        client.post("/", content=b"a request")
        held.append(place.held)

    assert (*held, place.held) == (True, kept, False)


def test_a_request_is_all_made_when_its_turn_comes() -> None:
    """Between a turn and the request on the wire there is one call to the system; the latency is the server's."""
    one = turns()
    first, second = one.place(), one.place()
    first.take()
    told: list[tuple[float, float]] = []
    came: list[str] = []
    with serving(200, lambda: came.append("whole")) as (client, _):

        def ask() -> None:
            with standing_at(second):
                client.post("/", content=b"a request")
                told.append((request_seconds(), time.perf_counter()))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        wait_for(lambda: second.ready)
        ready, before = time.perf_counter(), list(came)
        connections = len(connections_of(client))
        first.leave()
        thread.join(SECONDS)
    seconds, done = told[0]

    assert (before, connections, came) == ([], 1, ["whole"])
    assert seconds < done - ready


def connections_of(client: httpx.Client) -> Sequence[httpcore.ConnectionInterface]:
    """The connections that a client holds open."""
    transport = client._transport
    assert isinstance(transport, BoundedTransport)
    assert isinstance(transport._inner, httpx.HTTPTransport)
    return transport._inner._pool.connections


def stream_of(connection: httpcore.ConnectionInterface) -> httpcore.NetworkStream:
    """What a connection reads from."""
    assert isinstance(connection, httpcore.HTTPConnection)
    inner = connection._connection
    assert isinstance(inner, httpcore.HTTP11Connection)
    return inner._network_stream


def test_a_connection_that_went_while_its_turn_was_waited_for_costs_no_try() -> None:
    """Servers close what is idle for some seconds, and a turn of a slow model takes minutes to come."""
    one = turns()
    first, second = one.place(), one.place()
    came: list[str] = []
    told: list[int] = []
    with serving(200, lambda: came.append("whole")) as (client, drop):

        def ask() -> None:
            with standing_at(second):
                told.append(client.post("/", content=b"a request").status_code)

        first.take()
        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        wait_for(lambda: second.ready)
        (before,) = connections_of(client)
        drop()
        wait_for(lambda: stream_of(before).get_extra_info("is_readable"))
        first.leave()
        thread.join(SECONDS)
        (after,) = connections_of(client)

    assert (told, came, after is before) == ([200], ["whole"], False)


@contextmanager
def asked_in_the_line(scheme: str, door: socket.socket) -> Iterator[tuple[Place, list[object]]]:
    """Who has the turn while another request stands ready behind, and what will have come of that one."""
    one = turns()
    first, second = one.place(), one.place()
    first.take()
    told: list[object] = []
    door.settimeout(SECONDS)
    door.bind(("127.0.0.1", 0))
    address = f"{scheme}://127.0.0.1:{door.getsockname()[1]}"

    def ask() -> None:
        with standing_at(second), httpx.Client(**http_settings(SECONDS, lambda _: None)) as client:
            try:
                told.append(client.get(address).status_code)
            except httpx.ConnectError as error:
                told.append(type(error))

    if scheme == "https":
        door.listen()
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    if scheme == "https":
        door.accept()[0].close()
    wait_for(lambda: second.ready or told)
    assert told == []
    yield first, told
    thread.join(SECONDS)


def test_who_only_stands_in_the_line_fails_at_no_connection() -> None:
    """A server that died of the request in front may be there again; only at its turn a request is a try."""
    with socket.socket() as door:
        with asked_in_the_line("http", door) as (first, told):
            door.listen()
            first.leave()
            with door.accept()[0] as line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        assert told == [200]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_who_finds_no_server_at_its_turn_either_has_failed(scheme: str) -> None:
    """What failed ahead of the turn is done once more, and no more than that."""
    with socket.socket() as door:
        with asked_in_the_line(scheme, door) as (first, told):
            first.leave()
            if scheme == "https":
                door.accept()[0].close()
        assert told == [httpx.ConnectError]
