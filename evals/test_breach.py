"""The evaluation: what every configured model makes of every article. Run it with plain ``pytest``.

The answers are those of the breach-analyzer that the fixture ``breach_analyzer`` in conftest.py stands for; each
article is put to it once, ahead of the tests, and nine tests grade what came.
"""

import pytest
from syrupy.assertion import SnapshotAssertion

from slm_harness.plugin.cases import Answer
from slm_harness.plugin.rates import PassRates
from slm_harness.records import Identity


def test_answer(answer: Answer) -> None:
    """The model's answer to one question about one article agrees with the label."""
    answer.settle()


def test_pass_rates(
    breach_analyzer: Identity, pass_rates: PassRates, accepted: SnapshotAssertion
) -> None:
    """No answer of the model is worse than in its accepted snapshot."""
    if pass_rates != accepted:
        pytest.fail(pass_rates.findings, pytrace=False)
