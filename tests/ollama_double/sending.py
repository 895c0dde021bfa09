"""Ways to send an answer badly: each takes an outcome and the seconds of ``--delay``, and gives another outcome."""

import time
from collections.abc import Iterator

from tests.ollama_double.wire import HangUp, Outcome, Pieces, Refusal, Whole, line

_ERROR = "an error was encountered while running the model: unexpected EOF"


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

    return Pieces(pieces(), outcome.content_type, outcome.status)


def error_line(outcome: Outcome, _: float) -> Outcome:
    """The runner died under way: a line with an error in a stream, else 500."""
    if isinstance(outcome, Whole):
        return Refusal(500, _ERROR).whole
    return Pieces(iter([*_some(outcome), line({"error": _ERROR})]))


def glued(outcome: Outcome, _: float) -> Outcome:
    """All lines in one HTTP chunk."""
    if isinstance(outcome, Whole):
        return outcome
    return Pieces(iter([b"".join(outcome.pieces)]), outcome.content_type)


def split(outcome: Outcome, _: float) -> Outcome:
    """HTTP chunks of seven bytes, whatever they cut through."""
    body = outcome.body if isinstance(outcome, Whole) else b"".join(outcome.pieces)
    parts = [body[start : start + 7] for start in range(0, len(body), 7)]
    return Pieces(iter(parts), outcome.content_type, outcome.status)


def trickle(outcome: Outcome, delay: float) -> Outcome:
    """Ten pieces with a pause before each: no gap is long, the whole is."""
    body = outcome.body if isinstance(outcome, Whole) else b"".join(outcome.pieces)

    def pieces() -> Iterator[bytes]:
        step = -(-len(body) // 10)
        for start in range(0, len(body), step):
            time.sleep(delay)
            yield body[start : start + step]

    return Pieces(pieces(), outcome.content_type, outcome.status)
