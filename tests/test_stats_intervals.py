"""Intervals of rates, against SciPy, statsmodels, published tables and their own laws.

SciPy and statsmodels take seconds to import, so the tests that need them do it, and not the collecting of all.
"""

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slm_harness.stats import Interval, cluster_interval, wilson
from slm_harness.stats.gamma_sums import positive
from slm_harness.stats.levels import normal_quantile

LEVELS = st.floats(0.5, 0.999)


@st.composite
def cases(draw: st.DrawFn, largest: int = 9) -> list[tuple[int, int]]:
    """Articles with what passed of how many."""
    sizes = draw(st.lists(st.integers(1, largest), min_size=1, max_size=30))
    return [(draw(st.integers(0, of)), of) for of in sizes]


def close(found: Interval | None, low: float, high: float, within: float = 1e-6) -> bool:
    """Whether an interval is that one."""
    return found is not None and abs(found.low - low) <= within and abs(found.high - high) <= within


@given(tail=st.floats(1e-12, 0.5))
def test_normal_quantile(tail: float) -> None:
    """The normal quantile is SciPy's to twelve digits."""
    from scipy import stats

    assert normal_quantile(tail) == pytest.approx(stats.norm.isf(tail), rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(
    ("passes", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_wilson_published(passes: int, of: int, low: float, high: float) -> None:
    """Wilson's intervals are those of table I of Newcombe 1998 (Statistics in Medicine 17), method 3."""
    assert close(wilson(passes, of), low, high, 0.00005)


@pytest.mark.parametrize(
    ("passes", "of", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0, 0.1684), (1, 29, 0.0009, 0.1776)],
)  # fmt: skip
def test_single_answers_published(passes: int, of: int, low: float, high: float) -> None:
    """With one answer an article the cluster interval is the exact one of the same table, method 5."""
    found = cluster_interval([(1, 1)] * passes + [(0, 1)] * (of - passes))
    assert close(found, low, high, 0.00005)


@settings(max_examples=25)
@given(data=st.data(), of=st.integers(1, 3000), level=LEVELS)
def test_against_statsmodels(data: st.DataObject, of: int, level: float) -> None:
    """Wilson's interval, and that of single answers, are those of statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    passes = data.draw(st.integers(0, of))
    assert close(
        wilson(passes, of, level), *proportion_confint(passes, of, 1 - level, method="wilson")
    )
    low, high = proportion_confint(passes, of, 1 - level, method="beta")
    singles = [(1, 1)] * passes + [(0, 1)] * (of - passes)
    assert close(cluster_interval(singles, level), low, high)


@settings(max_examples=30)
@given(hundredths=st.sets(st.integers(1, 99), min_size=1, max_size=8), data=st.data())
def test_sums_are_splines(hundredths: set[int], data: st.DataObject) -> None:
    """A weighted sum of waiting times crosses 0 as often as SciPy's B-spline says.

    Curry and Schoenberg 1966: the mean of points under weights that are uniform on the simplex has a B-spline
    as its density.
    """
    from scipy import interpolate

    knots = [0, *(value / 100 for value in sorted(hundredths)), 1]
    threshold = data.draw(st.floats(0.02, 0.98))
    spline = interpolate.BSpline.basis_element(knots)
    whole = spline.integrate(0, 1)
    expected = spline.integrate(0, threshold) / whole
    found = positive([(threshold - knot, 1) for knot in knots])
    assert found == pytest.approx(float(expected), abs=1e-7)


@pytest.mark.parametrize("articles", [1, 2, 4, 6])
def test_covers_always(articles: int) -> None:
    """Each end of the cluster interval covers as promised for every distribution over 0, 1 and 2 passes of 2.

    Not simulated: every outcome of so many articles, weighted by its probability, on a grid of distributions.
    """
    level, grid = 0.9, 30
    outcomes = [
        (none, one, articles - none - one)
        for none, one in product(range(articles + 1), repeat=2)
        if none + one <= articles
    ]
    intervals = {}
    for none, one, both in outcomes:
        found = cluster_interval([(0, 2)] * none + [(1, 2)] * one + [(2, 2)] * both, level)
        assert found is not None
        intervals[none, one, both] = found
    for i, j in product(range(grid + 1), repeat=2):
        if i + j > grid:
            continue
        shares = (i / grid, j / grid, (grid - i - j) / grid)
        rate = shares[1] / 2 + shares[2]
        above = below = 0.0
        for counts, interval in intervals.items():
            ways = math.factorial(articles) / math.prod(map(math.factorial, counts))
            chance = ways * math.prod(
                share**count for share, count in zip(shares, counts, strict=True)
            )
            above += chance * (interval.low > rate + 1e-9)
            below += chance * (interval.high < rate - 1e-9)
        assert above <= (1 - level) / 2
        assert below <= (1 - level) / 2


@settings(max_examples=25)
@given(cases=cases(), level=LEVELS)
def test_holds_the_rate(cases: list[tuple[int, int]], level: float) -> None:
    """An interval holds the rate that was seen, and lies between 0 and 1."""
    found = cluster_interval(cases, level)
    rate = sum(passes for passes, _ in cases) / sum(of for _, of in cases)
    assert found is not None
    assert 0 <= found.low <= rate + 1e-9
    assert rate - 1e-9 <= found.high <= 1


@settings(max_examples=25)
@given(cases=cases(), level=LEVELS)
def test_mirrored(cases: list[tuple[int, int]], level: float) -> None:
    """The interval of what failed is that of what passed, seen from the other side."""
    found = cluster_interval(cases, level)
    failed = cluster_interval([(of - passes, of) for passes, of in cases], level)
    assert found is not None
    assert close(failed, 1 - found.high, 1 - found.low)


@settings(max_examples=25)
@given(single=st.lists(st.integers(0, 1), min_size=1, max_size=30), answers=st.integers(1, 9))
def test_alike_answers_are_one(single: list[int], answers: int) -> None:
    """Nine answers of an article that stand or fall together tell as much as one."""
    one = cluster_interval([(passed, 1) for passed in single])
    many = cluster_interval([(passed * answers, answers) for passed in single])
    assert one is not None
    assert close(many, one.low, one.high)


def test_spread_over_articles_is_worth_more() -> None:
    """The same rate is known better where each article has half of it than where half have all of it."""
    spread = cluster_interval([(1, 2)] * 12)
    lumped = cluster_interval([(2, 2), (0, 2)] * 6)
    assert spread is not None
    assert lumped is not None
    assert lumped.low < spread.low
    assert spread.high < lumped.high


@settings(max_examples=20)
@given(cases=cases(), empty=st.integers(0, 3))
def test_articles_without_answers(cases: list[tuple[int, int]], empty: int) -> None:
    """An article without an answer changes nothing."""
    assert cluster_interval([*cases, *[(0, 0)] * empty]) == cluster_interval(cases)


def test_nothing_is_no_interval() -> None:
    """Over nothing there is no interval."""
    assert wilson(0, 0) is None
    assert cluster_interval([]) is None
    assert cluster_interval([(0, 0)]) is None


@pytest.mark.parametrize(("passes", "of", "level"), [(3, 2, 0.9), (-1, 2, 0.9), (1, 2, 1), (1, 2, 0), (1, 2, math.nan)])  # fmt: skip
def test_impossible(passes: int, of: int, level: float) -> None:
    """More passes than cases, and levels outside 0 and 1, are refused."""
    with pytest.raises(ValueError, match=r"share|level"):
        wilson(passes, of, level)
    with pytest.raises(ValueError, match=r"share|level"):
        cluster_interval([(passes, of)], level)
