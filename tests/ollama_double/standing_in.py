"""Answers given instead of the server's own: each takes the request's body."""

import dataclasses
import gzip
import itertools
import json
from collections.abc import Callable

from tests.double_frame import HangUp
from tests.ollama_double.wire import Fields, Outcome, Raw, Refusal, Whole

Way = Callable[[Fields], Outcome]
"""From the request's body."""

_ELSEWHERE = "http://127.0.0.1:9/api/generate"
"""Where a redirect points: nobody is there."""
_MEBIBYTE = 2**20


def _error(status: int, text: str) -> Whole:
    return Refusal(status, text).whole


def error(status: int, text: str) -> Way:
    """The server's words under a status."""
    return lambda _: _error(status, text)


def later(way: Callable[[Fields], Whole], when: str) -> Way:
    """The same, with the header that says when to come back."""
    return lambda body: dataclasses.replace(way(body), headers={"Retry-After": when})


def redirect(status: int) -> Way:
    """The server is said to be elsewhere."""
    return lambda _: Whole(status, b"", "", {"Location": _ELSEWHERE})


def page(status: int, title: str) -> Way:
    """What a proxy in front says when it has lost the server."""
    text = (
        f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>{title}</body></html>\r\n"
    )
    return lambda _: Whole(status, text.encode(), "text/html")


def body(status: int, text: str) -> Way:
    """Any JSON under a status."""
    return lambda _: Whole(status, text.encode())


def raw(*pieces: bytes) -> Way:
    """Bytes in place of an HTTP response, then the end of the connection."""
    return lambda _: Raw(iter(pieces))


def packed(encoding: str, content: bytes, status: int = 200) -> Way:
    """A body that is said to be compressed."""
    return lambda _: Whole(status, content, headers={"Content-Encoding": encoding})


def endless(_: Fields) -> Raw:
    """A body without an end; the client has to hang up."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    return Raw(itertools.chain([head], itertools.repeat(b" " * _MEBIBYTE)))


def gone(body: Fields) -> Whole:
    """Somebody removed the model."""
    return _error(404, f"model '{body.get('model', '')}' not found")


def no_thinking(body: Fields) -> Whole:
    """A model without that capability."""
    return _error(400, f'"{body.get("model", "")}" does not support thinking')


def signed_out(_: Fields) -> Whole:
    """A cloud model, and nobody is signed in."""
    return Whole(401, b'{"error":"unauthorized","signin_url":"https://ollama.com/connect?name=x"}')


def busy(_: Fields) -> Whole:
    """The queue of loads is full. Two spaces, as the server writes it."""
    return _error(503, "server busy, please try again.  maximum pending requests exceeded")


def runner_stopped(_: Fields) -> Whole:
    """The process that runs the model is gone."""
    return _error(
        500,
        "model runner has unexpectedly stopped, this may be due to resource limitations "
        "or an internal error, check ollama server logs for details",
    )


def nested_json(_: Fields) -> Whole:
    """The runner's own error object, as text inside the server's."""
    return _error(400, nested(400, "Failed to initialize samplers: failed to parse grammar"))


def nested(code: int, message: str, kind: str = "invalid_request_error", **more: int) -> str:
    """The runner's error object, as text."""
    error = {"code": code, "message": message, "type": kind, **more}
    return json.dumps({"error": error}, separators=(",", ":"))


def cannot_generate(body: Fields) -> Whole:
    """An embedding model was asked to write."""
    return _error(400, f'"{body.get("model", "")}" does not support generate')


def empty_forbidden(_: Fields) -> Whole:
    """The Host header was not to the server's liking, or a proxy stands in front."""
    return Whole(403, b"", "")


def close(_: Fields) -> Whole:
    """No answer, not even headers."""
    raise HangUp("close")


def reset(_: Fields) -> Whole:
    """No answer and no manners."""
    raise HangUp("reset")


def die(_: Fields) -> Whole:
    """The program ends as if it had been killed."""
    raise HangUp("die")


def bomb(_: Fields) -> Whole:
    """A small body that unpacks to more than the largest reply that is read."""
    small = gzip.compress(b" " * 80 * _MEBIBYTE, compresslevel=1)
    return Whole(200, small, headers={"Content-Encoding": "gzip"})
