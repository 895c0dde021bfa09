"""What flags may be given, the same for pytest and for the commands. argparse tells what is wrong."""

import math
from argparse import ArgumentTypeError

MOST_REPEATS = 100
"""Most samples of one answer."""


def minutes(text: str) -> float:
    """A number of minutes above 0."""
    value = _number(text)
    if not 0 < value < math.inf:
        raise ArgumentTypeError(f"{text!r} is no number of minutes above 0")
    return value


def level(text: str) -> float:
    """A level of significance."""
    value = _number(text)
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text!r} is not a level between 0 and 1, as 0.05 is")
    return value


def points(text: str) -> float:
    """Percentage points."""
    value = _number(text)
    if not 0 <= value <= 100:
        raise ArgumentTypeError(f"{text!r} is not a number of points from 0 to 100")
    return value


def at_once(text: str) -> int:
    """How many articles may be put to a model at once."""
    from slm_harness.models import (
        MOST_AT_ONCE,
    )  # which takes long to load, and no command waits for it

    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= MOST_AT_ONCE:
        raise ArgumentTypeError(f"{text!r} is no number from 1 to {MOST_AT_ONCE}")
    return value


def repeats(text: str) -> int:
    """How many samples of each answer."""
    value = int(text) if text.isdecimal() else 0
    if not 2 <= value <= MOST_REPEATS:
        raise ArgumentTypeError(
            f"{text!r} is no number from 2 to {MOST_REPEATS}; one answer is what a run asks for anyway"
        )
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
