"""The pytest plugin. Each hook hands over; what happens is in the modules beside this one."""

from typing import Any

import pytest

from slm_harness.plugin import cases, deciding, hooks, options, summary
from slm_harness.plugin.cases import accepted, analyzer, answer, pass_rates
from slm_harness.plugin.state import STATE

__all__ = ["accepted", "analyzer", "answer", "pass_rates"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare flags and settings."""
    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Set other plugins' options, before they are configured by them."""
    hooks.defaults(config)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load everything and refuse what is wrong."""
    hooks.configure(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - xdist has no types
    """Hand a worker what only the controller knows."""
    node.workerinput[hooks.WORKER_INPUT] = hooks.for_worker(node.config.stash[STATE])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make the cases."""
    if STATE in metafunc.config.stash:
        cases.parametrize(metafunc, metafunc.config.stash[STATE])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Order the cases and take out those that cannot run."""
    state = session.config.stash.get(STATE, None)
    if state is not None and not hooks.distributes(session.config):
        hooks.choose(session, state)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any) -> None:  # noqa: ANN401 - xdist has no types
    """Ask for what the workers collected."""
    hooks.start_asking_for_workers(node.config.stash[STATE])


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Ask for what was collected here."""
    state = session.config.stash.get(STATE, None)
    if state is None or session.config.option.collectonly or hooks.distributes(session.config):
        return
    found = [case for item in session.items if (case := cases.case_of(item)) is not None]
    if state.until_decided:
        deciding.ask(session, state, found)
    else:
        hooks.start_asking(state, found)


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """Tell one reason why nothing was measured once, and count the rest."""
    state = config.stash.get(STATE, None)
    return None if state is None else hooks.status_of(report, state)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop asking; write results.json."""
    state = session.config.stash.get(STATE, None)
    if state is not None:
        hooks.finish(session, state)


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401
    """Print the closing table."""
    # Nothing is deleted any more from here on, and syrupy would advise against our own setting.
    config.option.disable_unused_snapshots = False
    state = config.stash.get(STATE, None)
    if state is None or config.option.collectonly:
        return
    explain, by_tag = config.getoption("slm_explain"), config.getoption("slm_by_tag")
    lines = list(summary.closing_lines(state, explain=explain, by_tag=by_tag))
    if lines:
        terminalreporter.section("slm-harness", sep="-")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Close what is open."""
    state = config.stash.get(STATE, None)
    if state is not None:
        hooks.leave(state)
