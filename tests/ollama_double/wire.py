"""What goes over the wire, and how Go would have written it."""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

JSON = "application/json; charset=utf-8"
"""Content type of ordinary answers."""
PRESET_JSON = "application/json"
"""Content type of pull and create without a stream, and of an error before a stream's first line."""
NDJSON = "application/x-ndjson"
PLAIN = "text/plain"

Fields = dict[str, object]
"""A JSON object."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


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
    """An answer that goes out piece by piece, one HTTP chunk each.

    An iterator that raises `HangUp` cuts the answer off.
    """

    pieces: Iterator[bytes]
    content_type: str = NDJSON
    status: int = 200


@dataclass(frozen=True)
class Raw:
    """Bytes that go out as they are, status line and headers included: what no HTTP library would send."""

    pieces: Iterator[bytes]
    status: int = 200
    """For the log."""
    stays: bool = False
    """Whether the connection stays open for the next request."""


Outcome = Whole | Pieces | Raw


class Refusal(Exception):
    """An error of the server, with its HTTP status and its words."""

    def __init__(self, status: int, error: str, content_type: str = JSON) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.content_type = content_type

    @property
    def whole(self) -> Whole:
        """The refusal as an answer."""
        return Whole(self.status, encode({"error": self.error}), self.content_type)


def encode(value: object) -> bytes:
    """JSON as Go's encoder writes it: compact, UTF-8, and harmless inside HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _SURROGATES.sub("\ufffd", text).translate(_ESCAPES).encode()


def answer(fields: Mapping[str, object], content_type: str = JSON) -> Whole:
    """Status 200 with an object."""
    return Whole(200, encode(dict(fields)), content_type)


def line(fields: Mapping[str, object]) -> bytes:
    """One line of a stream."""
    return encode(dict(fields)) + b"\n"


def without_zeros(fields: Mapping[str, object]) -> Fields:
    """Drop what Go's ``omitempty`` drops: nulls, zeros, false, empty text and lists."""
    return {key: value for key, value in fields.items() if value not in (None, 0, "", [], {})}


def stamp(nanoseconds: int | None = None) -> str:
    """A time as Go prints it: UTC, up to nine decimals, no trailing zeros."""
    seconds, rest = divmod(time.time_ns() if nanoseconds is None else nanoseconds, 10**9)
    decimals = f".{rest:09d}".rstrip("0").rstrip(".")
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + decimals + "Z"


def sha256(text: str) -> str:
    """64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def tokens(text: str) -> int:
    """The double's idea of a token count: four bytes each, at least one unless the text is empty."""
    return -(-len(text.encode("utf-8", "replace")) // 4)
