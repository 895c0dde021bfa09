"""Fixtures that several test modules share."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from slm_harness.forked import may_fork
from tests.doubles import StandingDouble, ollama_double, openai_double
from tests.projects import ROOT, Project
from tests.pytest_server import PytestServer, started_server

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what it puts into the background deaf to Ctrl-C, and so would be all that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# On a new machine the first text takes a second, since hypothesis writes its tables of characters first;
# and a busy machine is slow for no fault of a test's.
settings.register_profile(
    "project", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The real server, if any, that tests/contract is held against."""
    group = parser.getgroup("contract")
    group.addoption(
        "--ollama-url", metavar="URL", help="a real Ollama server in place of the double"
    )
    group.addoption("--ollama-model", metavar="NAME", help="a model that it has pulled")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is marked ``forks`` where it can fork.

    A worker of xdist has a second thread, and pytest-randomly loads numpy, whose threads count as well.
    """
    if pyfuncitem.get_closest_marker("forks") is None or may_fork():
        return None
    server: PytestServer = pyfuncitem._request.getfixturevalue("server")
    folder: Path = pyfuncitem._request.getfixturevalue("tmp_path")
    output = folder / "output"
    options = ["-c", "tests/pytest.ini", "--rootdir=.", "-p", "no:xdist", "-p", "no:randomly"]
    options += [
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]  # of what the server has imported
    if "no:randomly" in pyfuncitem.config.invocation_params.args:
        pytest.fail("not even here")
    code = server.run([*options, pyfuncitem.nodeid], ROOT, os.environ, output)
    assert code == 0, output.read_text(encoding="utf-8", errors="replace")
    return True


@pytest.fixture(scope="session")
def server() -> Iterator[PytestServer]:
    """What runs pytest in the projects of the tests."""
    with started_server() as started:
        yield started


@pytest.fixture(scope="session")
def standing_double() -> Iterator[StandingDouble]:
    """A double of Ollama that stands ready: ``standing_double.serve(*flags)``."""
    double = StandingDouble(ollama_double)
    yield double
    double.close()


@pytest.fixture(scope="session")
def standing_openai() -> Iterator[StandingDouble]:
    """A double of an OpenAI-compatible server that stands ready in the same way."""
    double = StandingDouble(openai_double)
    yield double
    double.close()


@pytest.fixture
def project(tmp_path: Path, server: PytestServer) -> Project:
    """A user's project with three articles, in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project.make(folder, server)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real model file for llama.cpp, of random weights."""
    from tests.tiny_gguf import write_tiny

    return write_tiny(tmp_path_factory.mktemp("models") / "tiny.gguf")
