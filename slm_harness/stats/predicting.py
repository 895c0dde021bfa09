"""What a test over all articles will come to, foretold from some of them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from slm_harness.stats.levels import normal_quantile

_LEAST_SPREAD = 0.2
"""Share of the mean square that is taken for spread at least, where all that was seen changed alike."""


class Sums(NamedTuple):
    """The changes of some articles that were drawn at random from a group."""

    of: int
    """Articles of the group."""
    seen: int
    """Those of them that were drawn."""
    first: float
    """The sum of their changes: right answers now less right answers before."""
    second: float
    """The sum of the squares of their changes."""
    fourth: float
    """The sum of the fourth powers."""


def critical_fall(second: float, fourth: float, level: float) -> float:
    """The smallest fall, in answers, at which ``sign_flip`` reaches a level, nearly.

    The null distribution is that of a sum of changes with random signs: normal with a correction for its fourth
    cumulant (Cornish and Fisher 1938, "Moments and cumulants in the specification of distributions", Revue de
    l'Institut international de statistique 5) and one step of continuity; a sum moves in steps of two. Within an
    answer of the exact one. No fewer answers than the throws of a coin that it takes can reach a level at all.

    Args:
        second: The sum of the squares of all changes.
        fourth: The sum of their fourth powers.
        level: One-sided; between 0 and 0.5.
    """
    z = normal_quantile(level)
    effective = max(3.0, second * second / fourth) if fourth else 3.0
    corrected = z - (z**3 - 3 * z) / (12 * effective)
    return max(corrected * math.sqrt(second) + 1, -math.log2(level))


def chance_of_fall(
    groups: Sequence[Sums], level: float, *, least: float, typical: float, sceptics: float
) -> float:
    """The predictive probability that ``sign_flip`` over all articles of all groups reaches a level.

    Changes of the articles to come are taken for those of the same group: a stratified sample (Cochran 1977, "Sampling
    Techniques", chapter 5), from which their sum has mean and variance, and Student's distribution. Stopping by such
    a probability is stochastic curtailment (Lan, Simon and Halperin 1982, "Stochastically curtailed tests in
    long-term clinical trials", Communications in Statistics C 1; by predictive probability, Spiegelhalter, Freedman and
    Blackburn 1986, "Monitoring clinical trials: conditional or predictive power?", Controlled Clinical Trials 7).

    Args:
        groups: What was seen, group by group; in each at least one article, or all.
        level: One-sided.
        least: The fall, in answers over all articles, that has to be reached besides.
        typical: The mean square of a change in a place where nothing was seen yet; counts as one article.
        sceptics: How many articles without a change are thought to have been seen besides, as a share of all. None
            of them is what was seen, taken at its word; some temper a fall that comes early.
    """
    mean = variance = second = fourth = 0.0
    for group in groups:
        rest = group.of - group.seen
        weight = group.seen + sceptics * group.of
        square = (group.second + typical) / (group.seen + 1)
        second += group.second + rest * square
        fourth += group.fourth + rest * (group.fourth + typical) / (group.seen + 1)
        mean += group.first
        if rest:
            each = group.first / weight if weight else 0.0
            spread = max(square - each * each, _LEAST_SPREAD * square)
            mean += rest * each
            variance += rest * spread + (rest * rest * spread / weight if weight else math.inf)
    needed = max(critical_fall(second, fourth, level), least)
    if not variance:
        return float(-mean >= needed)
    freedom = max(2, sum(group.seen for group in groups) - len(groups))
    return _student((-needed - mean) / math.sqrt(variance), freedom)


def _student(t: float, freedom: int) -> float:
    """Student's distribution function, within 0.002 (Wallace 1959, Annals of Mathematical Statistics 30)."""
    if math.isinf(t):
        return float(t > 0)
    scale = (8 * freedom + 1) / (8 * freedom + 3)
    return (
        math.erfc(
            -math.copysign(scale * math.sqrt(freedom * math.log1p(t * t / freedom)), t)
            / math.sqrt(2)
        )
        / 2
    )
