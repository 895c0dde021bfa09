"""Trying again: how often, after which pause, and when to stop. Knows nothing of engines or servers.

How often a kind of failure is worth another try stands with its class in ``errors``. The pause doubles
each time and is drawn at random from its upper half, so that many who were turned away together do not
come back together; a server that says when to come back is believed, within bounds.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from slm_harness.errors import NotMeasured

_T = TypeVar("_T")


@dataclass(frozen=True)
class Patience:
    """How long to go on with one request. Seconds."""

    first: float = 1.0
    """Longest pause before the second try; doubled before each further one."""
    longest: float = 30.0
    """Longest pause that we choose ourselves."""
    budget: float = 120.0
    """All pauses of one request together, those that the server asks for included."""


@dataclass(frozen=True)
class Tried(Generic[_T]):
    """What came of a request in the end, and of how many tries."""

    result: _T | NotMeasured
    tries: int


def persist(
    attempt: Callable[[], _T],
    patience: Patience,
    chance: random.Random,
    stop: threading.Event,
    tell: Callable[[str], None],
) -> Tried[_T]:
    """Call ``attempt`` until it gives a result, or its failure is not worth another try.

    Args:
        attempt: Puts the request once.
        patience: Bounds on the pauses.
        chance: Draws the pauses.
        stop: Ends a pause, and with it the trying.
        tell: Takes a line about each pause.
    """
    spent, tries = 0.0, 0
    while True:
        tries += 1
        try:
            return Tried(attempt(), tries)
        except NotMeasured as error:
            failure = error
        pause = pause_before(failure, tries, patience, chance)
        if tries >= failure.tries or spent + pause > patience.budget or stop.is_set():
            return Tried(failure, tries)
        tell(f"{failure.message}; again in {pause:.0f} s (try {tries + 1} of {failure.tries})")
        began = time.monotonic()
        if stop.wait(pause):
            return Tried(failure, tries)
        spent += time.monotonic() - began


def pause_before(
    error: NotMeasured, tries: int, patience: Patience, chance: random.Random
) -> float:
    """Seconds to wait after so many failed tries: what the server asks for, and our own on top."""
    longest = min(patience.first * 2 ** (tries - 1), patience.longest)
    drawn = chance.uniform(longest / 2, longest)
    # Somewhat later than the server asks for: others may have been told the same moment.
    return drawn if error.retry_after is None else error.retry_after + drawn
