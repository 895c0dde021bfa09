"""Ways to send an answer badly: each takes an outcome and the seconds of ``--delay``, and gives another outcome."""

import time
from collections.abc import Callable, Iterator, Mapping

from tests.double_frame import HangUp
from tests.ollama_double.wire import JSON, Outcome, Pieces, Raw, Refusal, Whole, line

Way = Callable[[Outcome, float], Outcome]

_ERROR = "an error was encountered while running the model: unexpected EOF"


def _body(outcome: Outcome) -> bytes:
    return outcome.body if isinstance(outcome, Whole) else b"".join(outcome.pieces)


def _type(outcome: Outcome) -> str:
    return JSON if isinstance(outcome, Raw) else outcome.content_type


def _some(outcome: Outcome) -> list[bytes]:
    """The pieces of the first half of an outcome."""
    if isinstance(outcome, Whole):
        return [outcome.body[: len(outcome.body) // 2]]
    pieces = list(outcome.pieces)
    return pieces[: max(1, len(pieces) // 2)]


def cut(outcome: Outcome, _: float) -> Outcome:
    """The connection closes half way; HTTP shows it, for the last chunk is missing."""

    def pieces() -> Iterator[bytes]:
        yield from _some(outcome)
        raise HangUp

    return Pieces(pieces(), _type(outcome), outcome.status)


def error_line(outcome: Outcome, _: float) -> Outcome:
    """The runner died under way: a line with an error in a stream, else 500."""
    if isinstance(outcome, Whole):
        return Refusal(500, _ERROR).whole
    return Pieces(iter([*_some(outcome), line({"error": _ERROR})]))


def glued(outcome: Outcome, _: float) -> Outcome:
    """All lines in one HTTP chunk."""
    if isinstance(outcome, Whole):
        return outcome
    return Pieces(iter([b"".join(outcome.pieces)]), _type(outcome))


def split(outcome: Outcome, _: float) -> Outcome:
    """HTTP chunks of seven bytes, whatever they cut through."""
    body = _body(outcome)
    parts = [body[start : start + 7] for start in range(0, len(body), 7)]
    return Pieces(iter(parts), _type(outcome), outcome.status)


def trickle(outcome: Outcome, delay: float) -> Outcome:
    """Ten pieces with a pause before each: no gap is long, the whole is."""
    body = _body(outcome)

    def pieces() -> Iterator[bytes]:
        step = -(-len(body) // 10)
        for start in range(0, len(body), step):
            time.sleep(delay)
            yield body[start : start + step]

    return Pieces(pieces(), _type(outcome), outcome.status)


def stalled(outcome: Outcome, delay: float) -> Outcome:
    """Half of it, then ten times the pause, then the rest."""
    body = _body(outcome)

    def pieces() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        time.sleep(10 * delay)
        yield body[len(body) // 2 :]

    return Pieces(pieces(), _type(outcome), outcome.status)


def rewritten(old: bytes, new: bytes) -> Way:
    """Other bytes in the first place where these stand; no encoder would write them."""

    def way(outcome: Outcome, _: float) -> Outcome:
        return Whole(outcome.status, _body(outcome).replace(old, new, 1), _type(outcome))

    return way


def recoded(encoding: str) -> Way:
    """Another encoding than UTF-8."""

    def way(outcome: Outcome, _: float) -> Outcome:
        return Whole(outcome.status, _body(outcome).decode().encode(encoding), _type(outcome))

    return way


def too_short(outcome: Outcome, _: float) -> Outcome:
    """A Content-Length of half the body; the rest follows, where the next answer would begin."""
    body = _body(outcome)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(body) // 2}\r\n\r\n"
    return Raw(iter([head.encode() + body]), stays=True)


_RESPONSE = b'"response":"'

WAYS: Mapping[str, tuple[str, Way]] = {
    "cut-body": ("the body ends half way", cut),
    "midstream-error": ("error line after the first pieces", error_line),
    "glued-chunks": ("a stream's lines in one HTTP chunk", glued),
    "split-chunks": ("a body split over HTTP chunks", split),
    "trickle": ("ten pieces, --delay apart", trickle),
    "stalled-body": ("half a body, then a long silence", stalled),
    "short-length": ("Content-Length is half the body's", too_short),
    "wire-preface": ("a line of text before the JSON", rewritten(b"{", b"WARNING: low disk\n{")),
    "wire-bom": ("a byte order mark before the JSON", rewritten(b"{", b"\xef\xbb\xbf{")),
    "wire-utf-16": ("the JSON in UTF-16", recoded("utf-16")),
    "invalid-utf-8": ("bytes that are no UTF-8", rewritten(_RESPONSE, _RESPONSE + b"\xff\xfe")),
    "lone-surrogate": ("half a character", rewritten(_RESPONSE, _RESPONSE + b"\\ud800")),
    "nul": ("NUL and ESC before the reply", rewritten(_RESPONSE, _RESPONSE + b"\\u0000\\u001b[2J")),
    "nan-count": (
        "a count that is no number",
        rewritten(b'"eval_count":', b'"eval_count":NaN,"x":'),
    ),
    "infinite-count": (
        "a count without end",
        rewritten(b'"eval_count":', b'"eval_count":1e999,"x":'),
    ),
    "wire-deep": (
        "10,000 brackets in a field",
        rewritten(b"{", b'{"x":' + b"[" * 10_000 + b"]" * 10_000 + b","),
    ),
    "wire-huge-number": (
        "a number of 5,000 digits",
        rewritten(b"{", b'{"x":' + b"7" * 5_000 + b","),
    ),
}
"""Scenario to what it is and the way to send the answer."""
