"""What a comparison of so many articles could see, before and after it is made.

All of it is for one question (one answer an article) and the one-sided exact test of McNemar. ``level`` is the share of
false alarms that is allowed. Where several questions are corrected by ``holm``, hand in the level over their number:
that is what the first of them has to reach.
"""

import math
from functools import lru_cache

from slm_harness.stats.levels import require_level

CHURN = 0.02
"""Share of answers assumed to flip from wrong to right whatever is changed, and as many the other way."""


def fewest_flips(articles: int, level: float) -> int | None:
    """How many flips to wrong, with none to right, reach ``level`` at all; each halves the probability.

    Returns:
        None when not even all articles would.
    """
    require_level(level)
    _require_articles(articles)
    flips = 1
    while 0.5**flips > level:
        flips += 1
    return flips if flips <= articles else None


def smallest_visible_fall(articles: int, level: float) -> float | None:
    """The smallest fall of one question's rate that could reach ``level``; anything less does not show.

    Returns:
        A fraction (times 100 for points); None when no fall would show.
    """
    flips = fewest_flips(articles, level)
    return None if flips is None else flips / articles


def power(articles: int, fall: float, level: float, churn: float = CHURN) -> float:
    """The share of runs in which a true fall of one question's rate reaches ``level``.

    Unconditional: summed over how many flips there may be, and how they fall out (Schork and Williams 1980, "Number
    of observations required for the comparison of two correlated proportions", Communications in Statistics B 9;
    Duffy 1984, "Asymptotic and exact power for the McNemar test and its analogue with R controls per case",
    Biometrics 40).

    Args:
        articles: Pairs that are compared, independent of each other.
        fall: By how much the true rate falls: share of flips to wrong less share of flips to right.
        level: False alarms allowed.
        churn: Share of all articles that flip to right for no reason; ``fall`` plus as many flip to wrong.

    Raises:
        ValueError: fall and flips together pass 1.
    """
    return _power(articles, fall, level, churn)


def detectable_fall(
    articles: int, level: float, power: float = 0.8, churn: float = CHURN
) -> float | None:
    """The true fall of one question's rate that the share ``power`` of all runs would see.

    Args:
        articles: As in ``power``.
        level: As in ``power``.
        power: The share of runs that is asked for.
        churn: As in ``power``.

    Returns:
        A fraction, within 0.0001 above the exact one; None when no fall is seen so often.
    """
    if not 0 < power < 1:
        raise ValueError(f"a power of {power!r} is not between 0 and 1")
    low, high = 0.0, 1 - 2 * churn
    if _power(articles, high, level, churn) < power:
        return None
    while high - low > 1e-4:
        middle = (low + high) / 2
        if _power(articles, middle, level, churn) < power:
            low = middle
        else:
            high = middle
    return high


def _power(articles: int, fall: float, level: float, churn: float) -> float:
    require_level(level)
    _require_articles(articles)
    if not 0 <= churn <= 0.5:
        raise ValueError(f"a churn of {churn!r} is not between 0 and 0.5")
    if not 0 <= fall <= 1 - 2 * churn:
        raise ValueError(f"a fall of {fall!r} is not between 0 and {1 - 2 * churn:g}")
    discordant = fall + 2 * churn
    if not discordant:
        return 0.0
    to_wrong = (fall + churn) / discordant
    needed = _needed(articles, level)
    total, tail, before = 0.0, 0.0, None
    for flips in range(*_likely(articles, discordant)):
        least = needed[flips]
        if least is None:
            continue
        if before is None:
            tail = math.fsum(_binomial(flips, wrong, to_wrong) for wrong in range(least, flips + 1))
        else:
            # One flip more: it tips what was one short. The bar then stays, or rises by one.
            tail += to_wrong * _binomial(flips - 1, before - 1, to_wrong)
            if least > before:
                tail -= _binomial(flips, before, to_wrong)
        before = least
        total += _binomial(articles, flips, discordant) * tail
    return min(1.0, max(0.0, total))


@lru_cache(maxsize=16)
def _needed(articles: int, level: float) -> tuple[int | None, ...]:
    """For each number of flips, how many to wrong reach the level; None where all of them do not."""
    above, below = level.as_integer_ratio()
    found: list[int | None] = [None]
    # Of the 2^flips outcomes, those with `least` or more to wrong, and those with exactly one fewer.
    least, reached, short = 1, 0, 1
    for flips in range(1, articles + 1):
        reached = 2 * reached + short
        short = short * flips // (flips - least + 1)
        while reached * below > above << flips:
            short = short * (flips - least + 1) // least
            reached -= short
            least += 1
        found.append(least if least <= flips else None)
    return tuple(found)


def _likely(articles: int, discordant: float) -> tuple[int, int]:
    """The numbers of flips outside of which less than 1e-12 of all runs lie (Bernstein's inequality)."""
    spread = math.sqrt(articles * discordant * (1 - discordant))
    reach = 8 * spread + 20
    mean = articles * discordant
    return max(0, math.floor(mean - reach)), min(articles, math.ceil(mean + reach)) + 1


def _binomial(n: int, k: int, p: float) -> float:
    """The probability of exactly ``k`` of ``n``."""
    if not 0 <= k <= n:
        return 0.0
    if p <= 0 or p >= 1:
        return float(k == (n if p >= 1 else 0))
    return math.exp(
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )


def _require_articles(articles: int) -> None:
    if articles < 0:
        raise ValueError(f"{articles} articles: a count is not negative")
