"""The evaluation's own conftest: loads the harness and names the model that it builds."""

import pytest

from slm_harness.records import Identity

pytest_plugins = ["slm_harness.plugin"]


@pytest.fixture
def breach_analyzer(analyzer: Identity) -> Identity:
    """The breach-analyzer of the case's base SLM: base plus system prompt with the nine questions.

    It is built at most once for a whole run, in the process that asks, also under ``pytest -n``; where
    every reply is stored already it is not built at all.
    """
    return analyzer
