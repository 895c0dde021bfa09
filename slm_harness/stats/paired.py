"""Two measurements of the same articles, compared pair by pair."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from slm_harness.stats.intervals import cluster_interval

_EXACT_BITS = 1_000_000
"""Size of the distribution, in bits, up to which it is counted out: some milliseconds."""
_NEGLIGIBLE = 1e-18


@dataclass(frozen=True)
class PairedTest:
    """How often chance alone would show at least as much, if before and now were alike."""

    worse: float
    """One-sided: at least as large a fall."""
    two_sided: float
    """At least as large a change in either direction."""


@dataclass(frozen=True)
class PairedDifference:
    """Rate now less rate before, with its confidence interval; fractions, a fall is negative."""

    estimate: float
    low: float
    high: float


def mcnemar(worse: int, better: int) -> PairedTest:
    """The exact test of McNemar on one answer an article: of the flips, half should go either way.

    McNemar 1947, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12; exact by the binomial distribution. Without a flip both probabilities are 1: there were pairs,
    and they show nothing. Where there was no pair, do not ask.

    Args:
        worse: Articles that were right and are not.
        better: Articles that were not right and are.
    """
    if worse < 0 or better < 0:
        raise ValueError(f"{worse} flips to wrong and {better} to right: a count is negative")
    flips = worse + better
    below = _tail(flips, worse)
    return PairedTest(below, min(1.0, 2 * min(below, _tail(flips, better))))


def _tail(flips: int, least: int) -> float:
    """The probability of ``least`` or more heads in ``flips`` throws, rounded once."""
    few = flips - least
    term, total = 1, 0
    for heads in range(few + 1):
        total += term
        term = term * (flips - heads) // (heads + 1)
    return total / (1 << flips)


def sign_flip(differences: Sequence[int]) -> PairedTest | None:
    """The exact paired permutation test on clusters: each article's difference might as well have had the other sign.

    Fisher 1935, "The Design of Experiments", section 21; as in Edgington and Onghena 2007, "Randomization Tests",
    chapter 6. Assumes that articles are independent and nothing of the answers within one. With differences of
    +1, 0 and -1 it is the exact test of McNemar.

    The ways to come to a sum are counted in integers, so the result is exact up to some hundred articles that
    changed. Beyond, where their number times the sum of their sizes passes a million, the distribution comes from
    its characteristic function, within 1e-10: 10,000 articles that all changed take a tenth of a second.

    Args:
        differences: For each article right answers now less right answers before; for k of n samples, scaled to
            whole numbers.

    Returns:
        None over no article; 1 and 1 where none changed.
    """
    if not differences:
        return None
    sizes = sorted(abs(difference) for difference in differences if difference)
    if not sizes:
        return PairedTest(1.0, 1.0)
    unit = math.gcd(*sizes)
    sizes = [size // unit for size in sizes]
    observed = sum(differences) // unit
    whole = sum(sizes)
    chance = _counted if whole * len(sizes) <= _EXACT_BITS else _inverted
    # The positive signs sum to half of the distance from the least sum; by symmetry the same from the greatest.
    at_most = chance(sizes, (whole + observed) // 2)
    beyond = at_most if observed <= 0 else chance(sizes, (whole - observed) // 2)
    return PairedTest(at_most, min(1.0, 2 * beyond))


def _counted(sizes: Sequence[int], most: int) -> float:
    """The probability that the sizes that get a positive sign sum to ``most`` or less."""
    # Numbers of ways are the digits of one large number: digit j counts the choices of signs that come to j.
    width = len(sizes) + 1
    ways = 1
    for size in sizes:
        ways += ways << (size * width)
    return _digit_sum(ways & ((1 << ((most + 1) * width)) - 1), width) / (1 << len(sizes))


def _digit_sum(number: int, width: int) -> int:
    """The sum of the digits of ``width`` bits, halving the number as long as it is large."""
    digits = -(-number.bit_length() // width)
    if digits <= 1:
        return number
    half = digits // 2 * width
    return _digit_sum(number >> half, width) + _digit_sum(number & ((1 << half) - 1), width)


def _inverted(sizes: Sequence[int], most: int) -> float:
    """The same, as a sum over the roots of unity: the discrete Fourier transform of the distribution."""
    whole = sum(sizes)
    counts = Counter(sizes).most_common()
    terms = []
    # Twice half of the circle: the other half is its mirror image, and half way round some size is a quarter turn.
    for step in range(1, whole // 2 + 1):
        half = math.pi * step / (whole + 1)
        factor = 1.0
        for size, count in counts:
            factor *= math.cos(size * half) ** count
            if abs(factor) < _NEGLIGIBLE:
                break
        else:
            angle = math.sin((most + 1) * half) / math.sin(half)
            terms.append(2 * factor * math.cos((whole - most) * half) * angle)
    return min(1.0, max(0.0, (most + 1 + math.fsum(terms)) / (whole + 1)))


def paired_difference(
    before: Sequence[float], now: Sequence[float], of: Sequence[int], level: float = 0.95
) -> PairedDifference | None:
    """How far the rate of right answers moved, the answers of an article being one cluster.

    The interval is that of ``cluster_interval`` (Gaffke's bound), on the articles' differences moved from
    [-1, 1] to [0, 1]. It holds with few articles and where hardly anything flips: 12 articles without a flip give
    26 points either way, since as many articles as that might flip and not be among the 12. It is wider than
    the test of ``sign_flip`` on the same figures, which asks less: whether there is a change, not how large one
    might be that was not seen.

    Args:
        before: Right answers of each article; fractions where they are shares of samples.
        now: The same, of the same articles.
        of: How many answers of each article are compared. Articles without one are left out.
        level: Confidence.

    Returns:
        None over nothing.
    """
    moved = []
    for was, is_, answers in zip(before, now, of, strict=True):
        if not (0 <= was <= answers and 0 <= is_ <= answers):
            raise ValueError(f"{was!r} before and {is_!r} now of {answers!r} answers: no shares")
        moved.append((is_ - was + answers, 2 * answers))
    interval = cluster_interval(moved, level)
    if interval is None:
        return None
    estimate = (sum(now) - sum(before)) / sum(of)
    return PairedDifference(estimate, 2 * interval.low - 1, 2 * interval.high - 1)


def cluster_standard_error(values: Sequence[float], of: Sequence[int]) -> float | None:
    """The cluster-robust standard error (CR1) of the mean answer, articles being the clusters.

    Liang and Zeger 1986, "Longitudinal data analysis using generalized linear models", Biometrika 73, with the
    factor G/(G-1) for G clusters (Cameron and Miller 2015, "A practitioner's guide to cluster-robust inference",
    Journal of Human Resources 50). It is 0 where all articles are alike, which is why no interval here is built on it.

    Args:
        values: The sum of each article's answers, for a difference right now less right before.
        of: How many answers each article has. Articles without one are left out.

    Returns:
        None with fewer than two articles: nothing varies.
    """
    if any(size < 0 for size in of):
        raise ValueError("an article has fewer than no answers")
    pairs = [(value, size) for value, size in zip(values, of, strict=True) if size]
    if len(pairs) < 2:
        return None
    answers = sum(size for _, size in pairs)
    mean = math.fsum(value for value, _ in pairs) / answers
    squares = math.fsum((value - size * mean) ** 2 for value, size in pairs)
    return math.sqrt(squares * len(pairs) / (len(pairs) - 1)) / answers
