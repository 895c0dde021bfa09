"""Paired tests and differences, against SciPy, statsmodels and their own laws.

Those two take seconds to import, so the tests that need them do it, and not the collecting of all.
"""

import math
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slm_harness.stats import (
    PairedTest,
    cluster_standard_error,
    mcnemar,
    paired_difference,
    sign_flip,
)
from slm_harness.stats.paired import _counted, _inverted

COUNTS = st.integers(0, 400)
DIFFERENCES = st.lists(st.integers(-9, 9), min_size=1, max_size=60)


@given(worse=COUNTS, better=COUNTS)
def test_mcnemar_against_scipy(worse: int, better: int) -> None:
    """McNemar's exact test is SciPy's binomial test and statsmodels' exact one."""
    from scipy import stats
    from statsmodels.stats import contingency_tables

    found = mcnemar(worse, better)
    table = [[5, worse], [better, 7]]
    two_sided = contingency_tables.mcnemar(table, exact=True).pvalue
    assert found.two_sided == pytest.approx(two_sided, rel=1e-9)
    if worse + better:
        one_sided = stats.binomtest(worse, worse + better, alternative="greater").pvalue
        assert found.worse == pytest.approx(one_sided, rel=1e-9)


@pytest.mark.parametrize(
    ("worse", "better", "expected"),
    [
        (5, 0, PairedTest(1 / 32, 1 / 16)),
        (0, 5, PairedTest(1, 1 / 16)),
        (8, 1, PairedTest(10 / 512, 20 / 512)),
        (2, 2, PairedTest(11 / 16, 1)),
        (0, 0, PairedTest(1, 1)),
    ],
)
def test_mcnemar_by_hand(worse: int, better: int, expected: PairedTest) -> None:
    """Probabilities that can be counted on the fingers."""
    assert mcnemar(worse, better) == expected


@given(worse=COUNTS, better=COUNTS, same=COUNTS, answers=st.integers(1, 9))
def test_sign_flip_is_mcnemar(worse: int, better: int, same: int, answers: int) -> None:
    """With one answer an article the permutation test is McNemar's; so it is with any one size of difference."""
    differences = [-answers] * worse + [answers] * better + [0] * same
    if differences:
        assert sign_flip(differences) == mcnemar(worse, better)


@given(differences=st.lists(st.integers(-9, 9), min_size=1, max_size=10))
def test_sign_flip_by_enumeration(differences: list[int]) -> None:
    """It counts the choices of signs that give at least as much."""
    seen = sum(differences)
    sums = [
        sum(sign * d for sign, d in zip(signs, differences, strict=True))
        for signs in product((-1, 1), repeat=len(differences))
    ]
    assert sign_flip(differences) == PairedTest(
        float(Fraction(sum(s <= seen for s in sums), len(sums))),
        float(Fraction(sum(abs(s) >= abs(seen) for s in sums), len(sums))),
    )


@settings(max_examples=10)
@given(differences=st.lists(st.integers(-9, 9), min_size=2, max_size=10))
def test_sign_flip_against_scipy(differences: list[int]) -> None:
    """It is SciPy's permutation test of paired samples."""
    import numpy as np
    from scipy import stats

    found = sign_flip(differences)
    assert found is not None
    for alternative, expected in (("less", found.worse), ("two-sided", found.two_sided)):
        scipys = stats.permutation_test(
            (differences,),
            lambda values, axis: np.sum(values, axis=axis),
            permutation_type="samples",
            alternative=alternative,
            n_resamples=2000,
            vectorized=True,
        )
        assert expected == pytest.approx(min(1.0, float(scipys.pvalue)), rel=1e-9)


@given(differences=DIFFERENCES, scale=st.integers(2, 20), unchanged=st.integers(0, 5))
def test_sign_flip_laws(differences: list[int], scale: int, unchanged: int) -> None:
    """Unit and unchanged articles do not matter; the two tails share what was seen."""
    found = sign_flip(differences)
    assert found is not None
    assert sign_flip([scale * d for d in differences] + [0] * unchanged) == found
    turned = sign_flip([-d for d in differences])
    assert turned is not None
    assert turned.two_sided == found.two_sided
    assert found.worse + turned.worse >= 1 - 1e-12


def chance_of_at_most(sizes: list[int], total: int) -> float:
    """The probability that sizes with random signs sum to ``total`` or less, convolved in floats."""
    import numpy as np

    chances = np.ones(1)
    for size in sizes:
        more = np.zeros(len(chances) + 2 * size)
        more[: len(chances)] += chances / 2
        more[2 * size :] += chances / 2
        chances = more
    return float(chances[: total + sum(sizes) + 1].sum())


@pytest.mark.parametrize("articles", [300, 301, 1200])
@pytest.mark.parametrize("deviations", [0, 1, 2.6, 5])
def test_sign_flip_with_many_articles(articles: int, deviations: float) -> None:
    """Counted with 300 articles that all changed, and inverted with more, it is what a convolution gives."""
    sizes = [1 + article % 5 for article in range(articles)]
    deviation = math.sqrt(sum(size * size for size in sizes))
    # Signs that come to about as many deviations below nothing.
    excess, differences = 0, []
    for size in sizes:
        sign = -1 if excess > -deviations * deviation else 1
        differences.append(sign * size)
        excess += sign * size
    found = sign_flip(differences)
    assert found is not None
    assert found.worse == pytest.approx(chance_of_at_most(sizes, excess), abs=1e-10)


@settings(max_examples=30)
@given(differences=DIFFERENCES.filter(any))
def test_inverted_is_counted(differences: list[int]) -> None:
    """Both ways to the distribution agree, at every sum that there may be."""
    sizes = [abs(d) for d in differences if d]
    for most in range(-1, sum(sizes) + 1, 1 + sum(sizes) // 10):
        counted = _counted(sizes, most) if most >= 0 else 0.0
        assert _inverted(sizes, most) == pytest.approx(counted, abs=1e-10)


@settings(max_examples=25)
@given(data=st.data(), articles=st.integers(2, 30))
def test_standard_error_against_statsmodels(data: st.DataObject, articles: int) -> None:
    """The cluster-robust standard error is that of a regression on nothing but a constant (CR1)."""
    import numpy as np
    from statsmodels.regression.linear_model import OLS

    answers = [
        data.draw(st.lists(st.integers(-1, 1), min_size=1, max_size=9)) for _ in range(articles)
    ]
    flat = np.concatenate([np.array(article, float) for article in answers])
    groups = np.repeat(np.arange(articles), [len(article) for article in answers])
    fit = OLS(flat, np.ones(len(flat))).fit(cov_type="cluster", cov_kwds={"groups": groups})
    found = cluster_standard_error([sum(a) for a in answers], [len(a) for a in answers])
    assert found == pytest.approx(float(fit.bse[0]), rel=1e-7, abs=1e-12)


@settings(max_examples=25)
@given(data=st.data(), answers=st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_difference_laws(data: st.DataObject, answers: list[int]) -> None:
    """The interval holds the estimate, and is turned round with before and now."""
    before = [data.draw(st.integers(0, of)) for of in answers]
    now = [data.draw(st.integers(0, of)) for of in answers]
    found, turned = paired_difference(before, now, answers), paired_difference(now, before, answers)
    if not any(answers):
        assert found is turned is None
        return
    assert found is not None
    assert turned is not None
    assert found.estimate == pytest.approx((sum(now) - sum(before)) / sum(answers))
    assert -1 <= found.low <= found.estimate + 1e-9
    assert found.estimate - 1e-9 <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-6)


@pytest.mark.parametrize(
    ("articles", "reach"), [(6, 0.459), (12, 0.265), (48, 0.0740), (500, 0.00735)]
)
def test_nothing_flipped(articles: int, reach: float) -> None:
    """Where nothing flipped the interval is not a point: it reaches as far as Clopper and Pearson's for 0 of so many."""
    found = paired_difference([5] * articles, [5] * articles, [9] * articles)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((-reach, reach), rel=0.005)
    assert reach == pytest.approx(1 - 0.025 ** (1 / articles), rel=0.005)
    assert cluster_standard_error([0] * articles, [9] * articles) == 0


def test_nothing_is_no_number() -> None:
    """Without articles there is no test, no difference and no error; one article has no error either."""
    assert sign_flip([]) is None
    assert paired_difference([], [], []) is None
    assert paired_difference([0], [0], [0]) is None
    assert cluster_standard_error([], []) is None
    assert cluster_standard_error([3, 0], [9, 0]) is None


def test_impossible() -> None:
    """Negative counts, more right answers than answers, and lists of unlike length are refused."""
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 3)
    with pytest.raises(ValueError, match="no shares"):
        paired_difference([3], [10], [9])
    with pytest.raises(ValueError, match="shorter"):
        paired_difference([3, 4], [4], [9, 9])
    with pytest.raises(ValueError, match="fewer than no answers"):
        cluster_standard_error([0, 0], [3, -1])
