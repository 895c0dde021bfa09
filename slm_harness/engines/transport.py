"""The HTTP under every client: bounded in time and size, to the named address only.

A time-out of httpx is the gap between two bytes, so a server that trickles is never late; here a whole
reply has a limit. Proxies of the environment would catch requests to this very machine, and a redirect
would take an article, and perhaps a key, to a server that nobody named: neither is followed.
"""

import ipaddress
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypedDict

import httpx

MOST_BYTES = 64 * 2**20
"""Largest reply that is read, in bytes. Ollama sends a number for each token of the context."""
CONNECT_SECONDS = 5.0
_KEPT = ("location", "retry-after", "retry-after-ms")
"""Headers of a failure that say more than its status."""

Hook = Callable[[httpx.Response], None]


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
    inner = httpx.HTTPTransport(
        verify=_authorities(), trust_env=False, proxy=proxy, limits=httpx.Limits()
    )
    return {
        "transport": BoundedTransport(inner, seconds),
        "timeout": httpx.Timeout(
            connect=CONNECT_SECONDS, read=gap if gap is not None else seconds, write=30.0, pool=None
        ),
        "follow_redirects": False,
        "trust_env": False,
        "event_hooks": {"response": [hook]},
    }


class BoundedTransport(httpx.BaseTransport):
    """Ends a reply that takes too long as a whole, or that is larger than any can be."""

    def __init__(
        self, inner: httpx.BaseTransport, seconds: float | None, most: int = MOST_BYTES
    ) -> None:
        self._inner = inner
        self._seconds = seconds
        self._most = most

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            Compressed: some kilobytes may be gigabytes once they are unpacked, and their size is only
                known then; so nothing compressed is asked for, and none is taken.
        """
        began = time.monotonic()
        request.headers["accept-encoding"] = "identity"
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
            ends = None if self._seconds is None else began + self._seconds
            response.stream = _BoundedStream(stream, ends, self._most, request)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _BoundedStream(httpx.SyncByteStream):
    def __init__(
        self, inner: httpx.SyncByteStream, ends: float | None, most: int, request: httpx.Request
    ) -> None:
        self._inner = inner
        self._ends = ends
        self._most = most
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if self._ends is not None:
                if time.monotonic() > self._ends:
                    raise httpx.ReadTimeout("the reply trickled in", request=self._request)
                if size > self._most:
                    raise TooLarge(f"more than {self._most} bytes", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()


@cache
def _authorities() -> ssl.SSLContext:
    """Whom to believe that an address is theirs. Reading them takes longer than most requests."""
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
