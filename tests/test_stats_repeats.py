"""Holm's correction against statsmodels, samples of one answer, and what the package costs to import."""

import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.stats import holm, mean_pass_hat, pass_hat, waver

PROBABILITIES = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12)


def test_holm_against_statsmodels() -> None:
    """Those that are there are adjusted as statsmodels does it."""
    from statsmodels.stats.multitest import multipletests

    p_values = [0.2, 0.004, 0.03, 0.9, 0.0049, 0.03, 0.61, 0.011, 0.0001]
    assert holm(p_values) == pytest.approx(tuple(multipletests(p_values, method="holm")[1]))


@given(p_values=PROBABILITIES)
def test_holm_laws(p_values: list[float | None]) -> None:
    """The order is kept, the most telling is multiplied by all, the least by none; what has none is not counted."""
    found = holm(p_values)
    assert [p is None for p in found] == [p is None for p in p_values]
    pairs = sorted(
        (p, a) for p, a in zip(p_values, found, strict=True) if p is not None and a is not None
    )
    assert [a for _, a in pairs] == sorted(a for _, a in pairs)
    for p, adjusted in pairs:
        assert p <= adjusted <= min(1.0, p * len(pairs))
    if pairs:
        assert pairs[0][1] == min(1.0, pairs[0][0] * len(pairs))


def test_holm_by_hand() -> None:
    """The smallest times all, the next times one fewer, and never below one that was smaller."""
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx((0.03, None, 0.06, 0.06))
    assert holm([]) == ()
    with pytest.raises(ValueError, match=r"1\.2"):
        holm([0.5, 1.2])


@given(samples=st.integers(1, 12), data=st.data(), rate=st.floats(0, 1))
def test_pass_hat_is_unbiased(samples: int, data: st.DataObject, rate: float) -> None:
    """On the average over what may be drawn it is the true rate to the power of k."""
    k = data.draw(st.integers(1, samples))
    mean = math.fsum(
        math.comb(samples, right)
        * rate**right
        * (1 - rate) ** (samples - right)
        * pass_hat(right, samples, k)
        for right in range(samples + 1)
    )
    assert mean == pytest.approx(rate**k, abs=1e-9)


def test_samples_by_hand() -> None:
    """Of three right in four, three of the six pairs are right; a case that has one sample cannot waver."""
    assert pass_hat(3, 4, 2) == 0.5
    assert mean_pass_hat([(3, 4), (4, 4), (1, 4)], 2) == 0.5
    assert waver([(3, 4), (4, 4), (0, 4), (1, 4), (1, 1)]) == 0.5


def test_no_samples_are_no_number() -> None:
    """Without cases, and where none was repeated, there is no rate."""
    assert mean_pass_hat([], 3) is None
    assert waver([]) is None
    assert waver([(1, 1), (0, 1), (0, 0)]) is None


@pytest.mark.parametrize(("right", "samples", "k"), [(5, 4, 2), (-1, 4, 2), (3, 4, 5), (3, 4, 0), (0, 0, 1)])  # fmt: skip
def test_impossible(right: int, samples: int, k: int) -> None:
    """More right than there are, and more to be taken than there are, is refused."""
    with pytest.raises(ValueError, match=r"share|cannot be told"):
        pass_hat(right, samples, k)


def test_cheap_to_import() -> None:
    """The package loads no NumPy and none of the standard library's slow modules for numbers."""
    heavy = {"numpy", "scipy", "statistics", "random", "fractions", "decimal"}
    code = f"import sys, slm_harness.stats; sys.exit(bool(set(sys.modules) & {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
