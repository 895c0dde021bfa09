"""One page from the web, as the server sent it."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from slm_harness.errors import FetchError
from slm_harness.pages.source import LIMIT
from slm_harness.pages.tidying import tidy


@dataclass(frozen=True)
class Fetched:
    """A page as the server sent it."""

    url: str
    final_url: str
    content: bytes
    redirects: tuple[str, ...] = ()
    """Addresses passed through on the way from ``url`` to ``final_url``, neither included."""
    charset: str = ""
    """What the server declared with the page; empty where it declared nothing."""
    redirected: bool = False
    """Whether the server sent us on at least once."""


def fetch(url: str, *, timeout: float = 20.0, limit: int = LIMIT) -> Fetched:
    """Fetch one HTML page; ``timeout`` is for the whole of it, in seconds, ``limit`` in bytes.

    Raises:
        FetchError: with one line for what went wrong.
    """
    if not url.lower().startswith(_SCHEMES):
        raise FetchError(f"{url}: only http and https addresses are fetched; name a file otherwise")
    result: list[Fetched | BaseException] = []

    def work() -> None:
        try:
            result.append(_fetched(url, timeout, limit))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            result.append(error)

    # ``requests`` bounds one wait on the socket, not the sum of many, and not at all what it reads
    # of a server's headers; so the clock is kept outside, and a fetch that overruns is abandoned.
    thread = threading.Thread(target=work, name="slm-harness fetching", daemon=True)
    thread.start()
    thread.join(timeout)
    if not result:
        raise FetchError(f"{url}: {_NO_ANSWER.format(timeout=timeout)}")
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


_SCHEMES = ("http://", "https://")
_MOST_REDIRECTS = 10


def _fetched(url: str, timeout: float, limit: int) -> Fetched:
    import requests
    import urllib3

    deadline = time.monotonic() + timeout
    passed: list[str] = []
    current = url
    try:
        with requests.Session() as session:
            session.headers["User-Agent"] = _user_agent()
            session.headers["Accept"] = "text/html, application/xhtml+xml;q=0.9"
            # We follow by hand: requests reads the body of a redirect, however long, even when it is
            # told not to follow.
            session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
            while True:
                with session.get(
                    current, timeout=timeout, stream=True, allow_redirects=False
                ) as response:
                    if response.is_redirect:
                        current = urljoin(current, response.headers["Location"])
                        passed.append(current)
                        _check_redirect(url, current, len(passed))
                        continue
                    _check_answer(
                        url, response.status_code, response.reason, response.headers, limit
                    )
                    content = _body(response.raw, url, deadline, limit)
                    charset = _charset(response.headers.get("Content-Type", ""))
                    return Fetched(url, current, content, tuple(passed[:-1]), charset, bool(passed))
    except (
        requests.RequestException,
        requests.cookies.CookieConflictError,
        urllib3.exceptions.HTTPError,
        OSError,
        ValueError,
    ) as error:
        raise FetchError(f"{url}: {_in_words(error, timeout)}") from error


def _check_redirect(url: str, target: str, count: int) -> None:
    if not target.lower().startswith(_SCHEMES):
        raise FetchError(f"{url}: it redirects to an address that is neither http nor https")
    if count > _MOST_REDIRECTS:
        raise FetchError(
            f"{url}: more than {_MOST_REDIRECTS} redirects; open it in a browser and save the page"
        )


def _user_agent() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"slm-harness/{version('slm-harness')}"
    except PackageNotFoundError:
        return "slm-harness"


def _charset(content_type: str) -> str:
    from email.message import Message

    header = Message()
    header["Content-Type"] = content_type
    return str(header.get_param("charset") or "")


def _check_answer(
    url: str, status: int, reason: str | None, headers: Mapping[str, str], limit: int
) -> None:
    if status != HTTPStatus.OK:
        words = " ".join(tidy(reason or "").split())[:80]
        raise FetchError(
            f"{url}: the server answered {status} {words}".rstrip()
            + "; nothing was saved: open it in a browser and save the page"
        )
    kind = headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind not in ("", "text/html", "application/xhtml+xml"):
        raise FetchError(f"{url}: this is {tidy(kind)[:80]}, not an HTML page; nothing was saved")
    declared = headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise _too_large(url, limit)


def _too_large(url: str, limit: int) -> FetchError:
    return FetchError(f"{url}: the page has more than {limit:,} bytes; nothing was saved")


def _body(raw: Any, url: str, deadline: float, limit: int) -> bytes:  # noqa: ANN401 - requests' own type
    """Read chunk by chunk, up to the limit."""
    content = bytearray()
    while chunk := raw.read1(65_536, decode_content=True):
        content += chunk
        if len(content) > limit:
            raise _too_large(url, limit)
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


_NO_ADDRESS = "this is no address that can be fetched; copy it from the browser"
_NO_ANSWER = "no answer within {timeout:g} s; try again later"
_GARBLED = "the server compressed the page in a way that cannot be undone; try again"
_CAUSES = {
    "InvalidURL": _NO_ADDRESS,
    "LocationParseError": _NO_ADDRESS,
    "NameResolutionError": "the host name is not known; is it spelt right, is there a network?",
    "ProxyError": "the proxy refuses; see HTTP_PROXY and HTTPS_PROXY",
    "ConnectionRefusedError": "nobody answers at this address (connection refused)",
    "SSLError": "the secure connection cannot be trusted; save the page from a browser",
    "ConnectTimeoutError": _NO_ANSWER,
    "ReadTimeoutError": _NO_ANSWER,
    "TimeoutError": _NO_ANSWER,
    "DecodeError": _GARBLED,
    "ContentDecodingError": _GARBLED,
    "IncompleteRead": "the connection broke off within the page; try again",
    "ProtocolError": "the connection broke off; try again",
    "ConnectionError": "the connection failed; try again",
}
"""Exceptions by name, the telling ones first: each wraps others, and any of them may be outermost."""


def _in_words(error: Exception, timeout: float) -> str:
    names: set[str] = set()
    seen: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        one = pending.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            names.add(type(one).__name__)
            pending += [*one.args, one.__cause__, one.__context__]
    words = next((words for name, words in _CAUSES.items() if name in names), _NO_ADDRESS)
    return words.format(timeout=timeout)
