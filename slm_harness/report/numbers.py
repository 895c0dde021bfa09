"""How numbers are written, the same in every report."""

from slm_harness.gate import Rate

_LEAST = 0.001
"""Smallest probability that is told as a number."""


def share(rate: Rate) -> str:
    """``22/47``."""
    return f"{rate.passes}/{rate.of}" if rate.of else "-"


def percent(fraction: float) -> str:
    """A fraction in hundredths, without its sign: ``4.3``."""
    return f"{100 * fraction:.1f}".removesuffix(".0")


def points(difference: float) -> str:
    """A difference of fractions in percentage points, with its sign: ``-4.3``."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def probability(p: float | None) -> str:
    """A probability to three digits; ``-`` for none."""
    if p is None:
        return "-"
    return f"< {_LEAST}" if p < _LEAST else f"{p:.3f}"
