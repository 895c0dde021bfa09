"""The HTTP under the clients: a limit on the whole reply, on its size, and no way elsewhere."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from slm_harness.engines.transport import (
    BoundedTransport,
    TimedTransport,
    TooLarge,
    http_settings,
    is_near,
    proxy_for,
)


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        """Note it."""
        self.closed = True


def client(body: Pieces, most: int | None = 1000) -> httpx.Client:
    """A client whose server answers with these pieces."""
    inner = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    return httpx.Client(transport=BoundedTransport(inner, most))


@contextmanager
def trickling(first: bytes, last: bytes) -> Iterator[str]:
    """The address of a server that sends ``first``, then a byte every few milliseconds, then ``last``."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with contextlib.suppress(OSError), door.accept()[0] as line:
                line.recv(65_536)
                line.sendall(first)
                ends = time.monotonic() + 20
                while time.monotonic() < ends and not over.wait(0.01):
                    line.sendall(b"x")
                line.sendall(last)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            over.set()
            thread.join(20)


def test_a_reply_in_time_is_handed_on() -> None:
    """Pieces arrive as they were sent, and the body is closed."""
    body = Pieces(iter([b"one ", b"two"]))

    with client(body) as one:
        assert one.get("http://there").text == "one two"
    assert body.closed


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (b"HTTP/1.1 200 OK\r\nA: ", b"\r\nContent-Length: 2\r\n\r\n{}"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b""),
    ],
    ids=["head", "body"],
)
def test_a_trickle_is_too_late_as_a_whole(first: bytes, last: bytes) -> None:
    """No gap is long, and the reply never ends, be it in its head or after it: it is ended here."""
    with (
        trickling(first, last) as address,
        httpx.Client(**http_settings(0.2, lambda _: None)) as one,
        pytest.raises(httpx.ReadTimeout),
    ):
        one.get(address)


def test_a_silence_at_the_end_has_only_what_is_left_of_the_time() -> None:
    """A time-out for each gap would let a reply take twice its time."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        httpx.Client(**http_settings(0.4, lambda _: None, gap=60)) as one,
        pytest.raises(httpx.ReadTimeout),
    ):
        # The system takes the connection, and nobody ever answers.
        one.get(f"http://127.0.0.1:{door.getsockname()[1]}")


def test_a_reply_without_end_is_too_large() -> None:
    """It is not read into memory for as long as it goes."""

    def forever() -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    with (
        client(Pieces(forever())) as one,
        pytest.raises(TooLarge, match="more than 1000 bytes"),
    ):
        one.get("http://there")


def test_a_pull_may_be_of_any_size() -> None:
    """It tells how far it is for hours."""
    with client(Pieces(iter([b"x" * 5000])), None) as one:
        assert len(one.get("http://there").content) == 5000


def test_no_redirect_is_followed_and_no_proxy_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes to an address that the user did not name."""
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    settings = http_settings(5, lambda _: None)

    assert (settings["follow_redirects"], settings["trust_env"]) == (False, False)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("gpu.local", True),
        ("api.example.com", False),
        ("8.8.8.8", False),
        ("localhost.example.com", False),
    ],
)
def test_this_machine_and_its_net_are_near(host: str, near: bool) -> None:
    """By name or number alone, without a look-up."""
    assert is_near(host) is near


def test_a_proxy_is_for_far_addresses_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A company's proxy leads to a paid model, and would catch what goes to this very machine."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example.com")

    assert proxy_for("https://api.example.com/v1") == "http://proxy:3128"
    assert proxy_for("https://inside.example.com/v1") is None
    assert proxy_for("https://127.0.0.1/v1") is None


def test_an_https_address_is_believed_by_the_usual_authorities_only() -> None:
    """Whom to believe is read with the first https request, and is never nobody in the sense of anybody."""
    with closing(TimedTransport(1.0)) as transport:
        before = transport._pool._ssl_context
        with pytest.raises(httpx.ConnectError):
            transport.handle_request(httpx.Request("GET", "https://127.0.0.1:9/"))
        now = transport._pool._ssl_context

    assert before is not None
    assert now is not None
    assert before.cert_store_stats()["x509_ca"] == 0 < now.cert_store_stats()["x509_ca"]
    assert {context.verify_mode for context in (before, now)} == {ssl.CERT_REQUIRED}
    assert before.check_hostname
    assert now.check_hostname
