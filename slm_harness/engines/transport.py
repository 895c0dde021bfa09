"""The HTTP under every client: bounded in time and size, to the named address only.

A time-out of httpx is the gap between two bytes, so a server that trickles is never late; here a whole
reply has a limit, its head included. A request that stands in a line (``turns``) waits here for its turn,
and its time begins with it. Proxies of the environment would catch requests to this very machine, and a redirect
would take an article, and perhaps a key, to a server that nobody named: neither is followed.
"""

import contextlib
import ipaddress
import ssl
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypedDict

import httpcore
import httpx

from slm_harness.engines.turns import give_turn_back, hurry, take_turn

MOST_BYTES = 64 * 2**20
"""Largest reply that is read, in bytes. Ollama sends a number for each token of the context."""
CONNECT_SECONDS = 5.0
_MOST_UNSENT = 2**20
"""Bytes of a request that are held back until it is whole."""
_KEPT = ("location", "retry-after", "retry-after-ms")
"""Headers of a failure that say more than its status."""

Hook = Callable[[httpx.Response], None]


class Refusal(Exception):
    """A response that is no success, before a client reads it: some bodies make clients stumble."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def refuse(response: httpx.Response) -> None:
    """A hook that raises what is no success, its body read, in place of handing it to a client.

    Raises:
        Refusal: it is none.
    """
    if response.status_code >= 300:
        response.read()
        raise Refusal(response)


class TooLarge(httpx.DecodingError):
    """A reply is larger than any that can be true."""


class Compressed(TooLarge):
    """A reply is compressed although it was not to be, so its size is anybody's guess."""


class HttpSettings(TypedDict):
    """What ``httpx.Client``, and through it the official clients, are made with."""

    transport: httpx.BaseTransport
    timeout: httpx.Timeout
    follow_redirects: bool
    trust_env: bool
    event_hooks: dict[str, list[Hook]]


def http_settings(
    seconds: float | None, hook: Hook, *, gap: float | None = None, proxy: str | None = None
) -> HttpSettings:
    """Settings of a client.

    Args:
        seconds: Longest wait for a whole reply; None where only the gaps are bounded, as in a pull.
        hook: Is shown every response before the client reads it, to refuse it with a name.
        gap: Longest wait for the next byte in seconds; ``seconds`` where it is not given.
        proxy: Address of the proxy to go through, if any.
    """
    most = None if seconds is None else MOST_BYTES
    return {
        "transport": BoundedTransport(TimedTransport(seconds, proxy), most),
        "timeout": httpx.Timeout(
            connect=CONNECT_SECONDS, read=gap if gap is not None else seconds, write=30.0, pool=None
        ),
        "follow_redirects": False,
        "trust_env": False,
        "event_hooks": {"response": [hook]},
    }


class BoundedTransport(httpx.BaseTransport):
    """Waits for a request's turn; ends a reply that is larger than any can be, None for one of any size."""

    def __init__(self, inner: httpx.BaseTransport, most: int | None) -> None:
        self._inner = inner
        self._most = most

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            Compressed: some kilobytes may be gigabytes once they are unpacked, and their size is only
                known then; so nothing compressed is asked for, and none is taken.
            TurnsOver: there is no turn for it any more.
        """
        request.headers["accept-encoding"] = "identity"
        _exchange.began, _exchange.ended = time.perf_counter(), None
        response = self._inner.handle_request(request)
        packed = response.headers.get("content-encoding", "identity").lower()
        if packed != "identity":
            response.close()
            if response.is_success:
                raise Compressed(f"a reply in {packed[:20]!r}, which nobody asked for")
            # What the failure is follows from its status; its words are lost.
            kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
            return httpx.Response(response.status_code, headers=kept, request=request)
        stream = response.stream
        if isinstance(stream, httpx.SyncByteStream):
            # The turn of a request that failed is kept: what failed may be put again, or end the run.
            response.stream = _BoundedStream(stream, self._most, request, good=response.is_success)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _BoundedStream(httpx.SyncByteStream):
    def __init__(
        self, inner: httpx.SyncByteStream, most: int | None, request: httpx.Request, *, good: bool
    ) -> None:
        self._inner = inner
        self._most = most
        self._request = request
        self._good = good
        self._whole = False

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if self._most is not None and size > self._most:
                raise TooLarge(f"more than {self._most} bytes", request=self._request)
            yield piece
        self._whole = True

    def close(self) -> None:
        self._inner.close()
        if _exchange.ended is None:
            _exchange.ended = time.perf_counter()
            # Only now that the connection is free: the next request is to find it.
            if self._whole and self._good:
                give_turn_back()


class _Exchange(threading.local):
    """When the last request of this thread was sent, and its reply read."""

    began: float = 0.0
    ended: float | None = None


_exchange = _Exchange()


def request_seconds() -> float:
    """What this thread's last request took, from when it was sent until its reply was read, in seconds.

    Waiting for a turn is not in it.
    """
    ended = time.perf_counter() if _exchange.ended is None else _exchange.ended
    return round(ended - _exchange.began, 6)


# ---------------------------------------------------------------- the time of a whole request


class TimedTransport(httpx.HTTPTransport):
    """Lets no request take longer than so many seconds, from its beginning to the last byte of its reply.

    A reply is to be read in the thread that sent the request.
    """

    def __init__(self, seconds: float | None, proxy: str | None = None) -> None:
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=nobody, trust_env=False, proxy=proxy, limits=httpx.Limits())
        self._seconds = seconds
        self._due = _Due()
        # Below httpx, which has no parameter for it: a head that trickles is read in one call.
        self._pool._network_backend = _Network(self._due)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        if request.url.scheme == "https":
            # Not before: reading whom to believe takes longer than most requests.
            self._pool._ssl_context = _authorities()
        self._due.begin(self._seconds)
        return super().handle_request(request)


class _Due(threading.local):
    """By when the request of this thread has to be over; None for whenever it is."""

    ends: float | None = None
    seconds: float | None = None

    def begin(self, seconds: float | None) -> None:
        """Let the request of this thread take so many seconds from now."""
        self.seconds = seconds
        self.ends = None if seconds is None else time.monotonic() + seconds

    def turn_came(self) -> bool:
        """Wait for the turn, with which the time begins anew; False where there is none to wait for.

        Whoever only stands in the line has connected ahead of its time. That no server was there then is
        no failure: it may be busy with the request whose turn it is, or be started anew.

        Raises:
            TurnsOver: there is no turn any more.
        """
        if not take_turn():
            return False
        _exchange.began = time.perf_counter()
        self.begin(self.seconds)
        return True

    def within(self, timeout: float | None) -> float | None:
        """How long the next wait may take, in seconds.

        Raises:
            httpcore.ReadTimeout: no longer at all.
        """
        if self.ends is None:
            return timeout
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the reply trickled in")
        return left if timeout is None else min(left, timeout)


class _Network(httpcore.NetworkBackend):
    """The usual one, with the time of the request as the limit of each wait."""

    def __init__(self, due: _Due) -> None:
        self._due = due
        self._usual = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        def connected() -> httpcore.NetworkStream:
            return self._usual.connect_tcp(
                host, port, self._due.within(timeout), local_address, socket_options
            )

        try:
            stream = connected()
        except (httpcore.ConnectError, httpcore.ConnectTimeout):
            if not self._due.turn_came():
                raise
            stream = connected()
        return _Stream(stream, self._due)


class _Stream(httpcore.NetworkStream):
    """Sends a request in one piece: head and body are written as soon as its reply is to be read.

    Between two writes another thread of the process may run for as long as it likes, and the server would
    have half a request.
    """

    def __init__(self, usual: httpcore.NetworkStream, due: _Due) -> None:
        self._usual = usual
        self._due = due
        self._unsent = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            # As its owner does: a server that takes no more may have said why.
            with contextlib.suppress(httpcore.WriteError):
                self._send(self._unsent, timeout)
        hurry(on=False)
        try:
            return self._usual.read(max_bytes, self._due.within(timeout))
        finally:
            hurry(on=True)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer
        if len(self._unsent) > _MOST_UNSENT:
            self._send(self._unsent, timeout)

    def _send(self, content: bytes, timeout: float | None) -> None:
        self._unsent = b""
        if self._due.turn_came() and self._usual.get_extra_info("is_readable"):
            # Its owner takes another connection, and sends the request once more.
            raise httpcore.ConnectionNotAvailable(
                "the server closed it while its turn was waited for"
            )
        self._usual.write(content, self._due.within(timeout))

    def close(self) -> None:
        self._usual.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            stream = self._usual.start_tls(ssl_context, server_hostname, self._due.within(timeout))
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            if not self._due.turn_came():
                raise
            # As above: its owner connects once more.
            raise httpcore.ConnectionNotAvailable("it broke before its turn") from error
        return _Stream(stream, self._due)

    def get_extra_info(self, info: str) -> object:
        return self._usual.get_extra_info(info)


@cache
def _authorities() -> ssl.SSLContext:
    """Whom to believe that an address is theirs, by the list that httpx itself goes by."""
    return httpx.create_ssl_context(trust_env=False)


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address elsewhere; None for this machine and its net."""
    parsed = httpx.URL(url)
    if is_near(parsed.host) or urllib.request.proxy_bypass(parsed.host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(parsed.scheme) or proxies.get("all")
    return str(found) if found else None


def is_near(host: str) -> bool:
    """Whether a host is this machine, or in the private net around it, by its name or number alone."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local
