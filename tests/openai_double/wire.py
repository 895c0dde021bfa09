"""What goes over the wire, and ways to send it badly."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.double_frame import HangUp

JSON = "application/json"
Fields = dict[str, object]
"""A JSON object."""
TRICKLE_SECONDS = 0.2


@dataclass(frozen=True)
class Whole:
    """An answer that is known completely before its first byte goes out."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers beside those that every answer has."""


@dataclass(frozen=True)
class Pieces:
    """An answer that goes out piece by piece, one HTTP chunk each; `HangUp` cuts it off."""

    pieces: Iterator[bytes]
    status: int = 200
    content_type: str = JSON


Outcome = Whole | Pieces
Send = Callable[[Whole], Outcome]


def cut(whole: Whole) -> Pieces:
    """The connection closes half way; HTTP shows it, for the last chunk is missing."""

    def pieces() -> Iterator[bytes]:
        yield whole.body[: len(whole.body) // 2]
        raise HangUp

    return Pieces(pieces(), whole.status)


def trickle(whole: Whole) -> Pieces:
    """Ten pieces with a pause before each: no gap is long, the whole is."""

    def pieces() -> Iterator[bytes]:
        step = -(-len(whole.body) // 10)
        for start in range(0, len(whole.body), step):
            time.sleep(TRICKLE_SECONDS)
            yield whole.body[start : start + step]

    return Pieces(pieces(), whole.status)


def tokens(text: str) -> int:
    """The double's idea of a token count: four bytes each, at least one unless the text is empty."""
    return -(-len(text.encode("utf-8", "replace")) // 4)
