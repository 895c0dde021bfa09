"""The evaluation: what every configured model makes of every article. Run it with plain ``pytest``."""

import pytest
from syrupy.assertion import SnapshotAssertion

from slm_harness.plugin.cases import Answer
from slm_harness.plugin.rates import PassRates
from slm_harness.records import Identity


def test_answer(breach_analyzer: Identity, answer: Answer) -> None:
    """The model's answer to one question about one article agrees with the label."""
    answer.settle()


def test_pass_rates(pass_rates: PassRates, accepted: SnapshotAssertion) -> None:
    """No answer of the model is worse than in its accepted snapshot."""
    if pass_rates != accepted:
        pytest.fail(pass_rates.findings, pytrace=False)
