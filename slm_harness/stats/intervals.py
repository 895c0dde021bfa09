"""Between which values a rate may lie."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from slm_harness.stats.gamma_sums import positive
from slm_harness.stats.levels import normal_quantile, require_level

_NEAR = 1e-7
_LEAST_CHANCE = 1e-300


@dataclass(frozen=True)
class Interval:
    """A confidence interval, ends included; fractions, not points."""

    low: float
    high: float


def wilson(passes: int, of: int, level: float = 0.95) -> Interval | None:
    """The score interval of a rate where every case is an article of its own (one question, one sample).

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22. It covers as promised on the average over true rates, not at each of them
    (Brown, Cai, DasGupta 2001, "Interval estimation for a binomial proportion", Statistical Science 16).

    Args:
        passes: How many passed.
        of: Of how many.
        level: Confidence.

    Returns:
        None over nothing.
    """
    require_level(level)
    _require_share(passes, of)
    if not of:
        return None
    z = normal_quantile((1 - level) / 2)
    rate, square = passes / of, z * z / of
    centre = (rate + square / 2) / (1 + square)
    half = z * math.sqrt(rate * (1 - rate) / of + square / of / 4) / (1 + square)
    return Interval(
        0.0 if passes == 0 else max(0.0, centre - half),
        1.0 if passes == of else min(1.0, centre + half),
    )


def cluster_interval(cases: Sequence[tuple[float, int]], level: float = 0.95) -> Interval | None:
    """The interval of a rate where each article has several answers, which may all stand or fall together.

    Articles are taken as drawn from all that might have been there; nothing is assumed of how the answers of one
    hang together. Each end is Gaffke's bound for the mean of a bounded variable (Gaffke 2005, "Three test
    statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable", Mathematical Methods
    of Statistics 14; Learned-Miller and Thomas 2019, "A new confidence interval for the mean of a bounded random
    variable", arXiv 1905.06208): the smallest rate at which an article that nobody saw, and that is as bad as an
    article can be, would still be no surprise. With one answer an article it is the interval of Clopper and Pearson
    (1934, Biometrika 26). That it covers always is proven there and conjectured elsewhere, where no counterexample
    is known; ``benchmarks/gate.py`` tries. Unlike a t interval on cluster-robust errors it does not shrink to a
    point where all articles are alike, and does not need thirty of them.

    Where articles have unequal numbers of answers the rate is that of answers, not the mean of the articles' rates.

    Args:
        cases: For each article what passed and of how many; passes may be fractions (shares of samples).
            Articles without an answer are left out.
        level: Confidence; each end errs with half of the rest.

    Returns:
        None over nothing.
    """
    require_level(level)
    for passes, of in cases:
        _require_share(passes, of)
    shares = Counter((passes, of) for passes, of in cases if of)
    if not shares:
        return None
    tail = (1 - level) / 2
    failures = Counter({(of - passes, of): count for (passes, of), count in shares.items()})
    return Interval(
        _least_rate(frozenset(shares.items()), tail),
        1 - _least_rate(frozenset(failures.items()), tail),
    )


@lru_cache(maxsize=4096)
def _least_rate(shares: frozenset[tuple[tuple[float, int], int]], tail: float) -> float:
    """The rate at which passes as many as these would have the probability ``tail``, after Gaffke.

    A rate is tested on the articles' surpluses (passes less the rate times answers): their mean is 0 if it is
    true, and none can be lower than an article of the largest size without a pass.

    Args:
        shares: Passes and answers of an article, with how many articles have them. Kept, since questions of which
            no answer flipped are all alike.
        tail: Above 0.
    """
    # Sorted, so that rounding does not depend on the order in which articles came.
    counted = sorted(shares)
    passes = math.fsum(count * passes for (passes, _), count in counted)
    if not passes:
        return 0.0
    rate = passes / sum(count * of for (_, of), count in counted)
    largest = max(of for (_, of), _ in counted)
    wanted = math.sqrt(-2 * math.log(tail))

    def excess(candidate: float) -> float:
        deficits = [(candidate * of - passes, count) for (passes, of), count in counted]
        chance = positive([*deficits, (candidate * largest, 1)])
        # Like a normal deviate of the chance, which is almost a straight line in the rate.
        return wanted - math.sqrt(-2 * math.log(min(1.0, max(chance, _LEAST_CHANCE))))

    return _root(excess, rate)


def _root(rising: Callable[[float], float], high: float) -> float:
    """Where a function that rises from far below 0 comes to 0 on the way to ``high``; ``high`` if it does not.

    By the Illinois variant of false position (Dowell and Jarratt 1971, BIT 11).
    """
    above = rising(high)
    if above <= 0:
        return high
    low = high / 2
    while (below := rising(low)) > 0:
        high, above, low = low, below, low / 2
    last = 0
    while high - low > _NEAR * high:
        middle = (low * above - high * below) / (above - below)
        here = rising(middle)
        if abs(here) < _NEAR:
            return middle
        if here > 0:
            high, above = middle, here
            below = below / 2 if last > 0 else below
            last = 1
        else:
            low, below = middle, here
            above = above / 2 if last < 0 else above
            last = -1
    return (low + high) / 2


def _require_share(passes: float, of: int) -> None:
    if not 0 <= passes <= of:
        raise ValueError(f"{passes!r} of {of!r} is no share of cases")
