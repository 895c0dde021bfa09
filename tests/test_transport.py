"""The HTTP under the clients: a limit on the whole reply, on its size, and no way elsewhere."""

from collections.abc import Iterator

import httpx
import pytest

from slm_harness.engines.transport import (
    BoundedTransport,
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


def client(body: Pieces, seconds: float | None, most: int = 1000) -> httpx.Client:
    """A client whose server answers with these pieces."""
    inner = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    return httpx.Client(transport=BoundedTransport(inner, seconds, most))


def test_a_reply_in_time_is_handed_on() -> None:
    """Pieces arrive as they were sent, and the body is closed."""
    body = Pieces(iter([b"one ", b"two"]))

    with client(body, 5) as one:
        assert one.get("http://there").text == "one two"
    assert body.closed


def test_a_trickle_is_too_late_as_a_whole() -> None:
    """No gap is long, and the reply never ends: it is ended here."""

    def forever() -> Iterator[bytes]:
        while True:
            yield b""

    with client(Pieces(forever()), 0.05) as one, pytest.raises(httpx.ReadTimeout, match="trickled"):
        one.get("http://there")


def test_a_reply_without_end_is_too_large() -> None:
    """It is not read into memory for as long as it goes."""

    def forever() -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    with (
        client(Pieces(forever()), 60) as one,
        pytest.raises(TooLarge, match="more than 1000 bytes"),
    ):
        one.get("http://there")


def test_a_pull_may_take_its_time() -> None:
    """Without a limit on the whole, only gaps are bounded."""
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
