"""What a comparison could see, against sums over SciPy's distributions and its own laws."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slm_harness.stats import detectable_fall, fewest_flips, mcnemar, power, smallest_visible_fall

LEVELS = st.sampled_from([0.1, 0.05, 0.025, 0.05 / 9, 0.01, 1 / 32])


@given(articles=st.integers(1, 60), level=LEVELS)
def test_fewest_flips(articles: int, level: float) -> None:
    """One flip fewer than the fewest does not reach the level; None is where all of them do not."""
    flips = fewest_flips(articles, level)
    if flips is None:
        assert mcnemar(articles, 0).worse > level
        assert smallest_visible_fall(articles, level) is None
    else:
        assert mcnemar(flips, 0).worse <= level < mcnemar(flips - 1, 0).worse
        assert smallest_visible_fall(articles, level) == flips / articles


def test_smallest_visible_fall_by_hand() -> None:
    """Four of 12 reach a level of a tenth, so a fall of less than 33 points does not show there."""
    assert smallest_visible_fall(12, 0.1) == pytest.approx(4 / 12)
    assert smallest_visible_fall(4, 0.05) is None


@settings(max_examples=40)
@given(
    articles=st.integers(1, 70),
    level=LEVELS,
    thousandths=st.integers(0, 600),
    churn=st.sampled_from([0, 0.02, 0.2]),
)
def test_power_against_scipy(articles: int, level: float, thousandths: int, churn: float) -> None:
    """The power is the sum over all that could flip, by SciPy's binomial distributions."""
    from scipy import stats

    fall = thousandths / 1000
    flips = fall + 2 * churn
    expected = 0.0
    for discordant in range(1, articles + 1):
        to_wrong = stats.binom(discordant, (fall + churn) / flips if flips else 0.5)
        for worse in range(discordant + 1):
            if mcnemar(worse, discordant - worse).worse <= level:
                reached = to_wrong.sf(worse - 1)
                expected += stats.binom.pmf(discordant, articles, flips) * reached
                break
    assert power(articles, fall, level, churn) == pytest.approx(expected, abs=1e-9)


@given(articles=st.integers(1, 600), level=LEVELS, churn=st.floats(0, 0.5))
def test_false_alarms(articles: int, level: float, churn: float) -> None:
    """Without a fall no more than the level is seen, whatever flips to and fro."""
    assert power(articles, 0, level, churn) <= level + 1e-12


@given(articles=st.integers(1, 200), level=LEVELS, churn=st.sampled_from([0, 0.02, 0.1]), falls=st.tuples(st.floats(0, 0.8), st.floats(0, 0.8)))  # fmt: skip
def test_power_grows(articles: int, level: float, churn: float, falls: tuple[float, float]) -> None:
    """A larger fall is seen at least as often."""
    small, large = sorted(falls)
    assert power(articles, small, level, churn) <= power(articles, large, level, churn) + 1e-9


@settings(max_examples=30)
@given(articles=st.integers(1, 600), level=LEVELS, churn=st.sampled_from([0, 0.02, 0.1]))
def test_detectable_fall(articles: int, level: float, churn: float) -> None:
    """The fall that is seen in 80 of 100 runs is, and a little less is not; None is where the largest is not."""
    fall = detectable_fall(articles, level, churn=churn)
    if fall is None:
        assert power(articles, 1 - 2 * churn, level, churn) < 0.8
    else:
        assert power(articles, fall, level, churn) >= 0.8
        assert power(articles, max(0, fall - 0.0002), level, churn) < 0.8


def test_ten_thousand_articles() -> None:
    """With 10,000 articles a fall of one point is seen almost always, and of a tenth of a point seldom."""
    assert power(10_000, 0.01, 0.05) > 0.99
    assert power(10_000, 0.001, 0.05) == pytest.approx(0.12, abs=0.01)


def test_impossible() -> None:
    """Falls and flips that do not fit together, and counts below nothing, are refused."""
    with pytest.raises(ValueError, match=r"fall of 0\.99"):
        power(12, 0.99, 0.05, churn=0.02)
    with pytest.raises(ValueError, match="churn"):
        power(12, 0.1, 0.05, churn=-0.1)
    with pytest.raises(ValueError, match="churn"):
        detectable_fall(12, 0.05, churn=0.7)
    with pytest.raises(ValueError, match="not negative"):
        fewest_flips(-1, 0.05)
    with pytest.raises(ValueError, match="power of 1"):
        detectable_fall(12, 0.05, power=1)
    with pytest.raises(ValueError, match="level"):
        fewest_flips(12, 0)
