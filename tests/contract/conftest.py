"""The server that the contract is held against."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.server import Server
from tests.doubles import StandingDouble

REAL_SECONDS = 600.0
DOUBLE_SECONDS = 20.0


@pytest.fixture(scope="session")
def http(pytestconfig: pytest.Config) -> Iterator[httpx.Client]:
    """Plain HTTP, to the named address only."""
    real = pytestconfig.getoption("ollama_url")
    with httpx.Client(timeout=REAL_SECONDS if real else DOUBLE_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture
def server(
    pytestconfig: pytest.Config, http: httpx.Client, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """The server that was named, else a fresh double; without our models before and after."""
    url, model = pytestconfig.getoption("ollama_url"), pytestconfig.getoption("ollama_model")
    if bool(url) is not bool(model):
        pytest.fail("--ollama-url and --ollama-model go together", pytrace=False)
    if not url:
        standing: StandingDouble = request.getfixturevalue("standing_double")
        url, model = standing.serve("--models", "phi3").address, "phi3"
    found = Server(str(url).rstrip("/"), str(model), http)
    found.clean()
    yield found
    found.clean()
