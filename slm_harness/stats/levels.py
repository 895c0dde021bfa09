"""Levels, and the normal quantile that belongs to one."""

import math


def require_level(level: float) -> None:
    """Raise a ValueError unless ``level`` lies between 0 and 1, both excluded."""
    if not 0 < level < 1:
        raise ValueError(f"level {level!r} is not between 0 and 1")


def normal_quantile(tail: float) -> float:
    """How many standard deviations above the mean leave ``tail`` of a normal distribution above them.

    The approximation 26.2.23 of Abramowitz and Stegun (Handbook of Mathematical Functions, 1964), three times
    mended by Newton's rule; within 1e-12 of the true value for tails from 1e-12 to 1/2. ``statistics.NormalDist``
    has the same, and takes longer to import than all of this package.

    Args:
        tail: Above 0 and at most 1/2.
    """
    if not 0 < tail <= 0.5:
        raise ValueError(f"a tail of {tail!r} is not above 0 and at most 0.5")
    t = math.sqrt(-2 * math.log(tail))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    for _ in range(3):
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        z += (math.erfc(z / math.sqrt(2)) / 2 - tail) / density
    return z
