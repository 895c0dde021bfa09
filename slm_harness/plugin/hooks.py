"""What the hooks hand over to: setting a run up, choosing its cases, starting and ending it."""

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from slm_harness.errors import HarnessError, SettingsError
from slm_harness.journal import Follower, Journal
from slm_harness.plugin import options, summary
from slm_harness.plugin.cases import case_of, model_of, wanted
from slm_harness.plugin.filling import Filler
from slm_harness.plugin.standing import find_out, selection
from slm_harness.plugin.state import STATE, Standing, State, committed_snapshots
from slm_harness.printable import printable
from slm_harness.session import Case, Evaluation, load_specs

TERMINAL = Path("/dev/tty")
WORKER_INPUT = "slm_harness"
_LISTINGS = ("markers", "help", "version", "showfixtures", "show_fixtures_per_test", "cacheshow")


def handed_over(config: pytest.Config) -> str | None:
    """What the controller handed to this worker; None in every other process."""
    workerinput = getattr(config, "workerinput", None)
    return workerinput[WORKER_INPUT] if workerinput is not None else None


def distributes(config: pytest.Config) -> bool:
    """Whether this process hands its tests out to workers."""
    return config.pluginmanager.hasplugin("dsession")


def defaults(config: pytest.Config) -> None:
    """Settings of other plugins that an evaluation depends on."""
    # A snapshot whose test was deselected, or errored, must not be deleted as unused.
    config.option.disable_unused_snapshots = True
    if getattr(config.option, "xmlpath", "") is None:
        config.option.xmlpath = str(options.path(config, "slm_reports") / "junit.xml")


def configure(config: pytest.Config) -> None:
    """Register the models as markers; then, unless pytest only lists something, load everything.

    Raises:
        UsageError: the set-up is wrong; one line, exit 4, before anything is asked.
    """
    try:
        settings = options.settings(config)
        models = load_specs(settings)
        for spec in models.values():
            config.addinivalue_line(
                "markers", f"{spec.name}: evaluates {spec.name} ({spec.engine}: {spec.base})"
            )
        if any(config.getoption(name, False) for name in _LISTINGS):
            return
        _refuse_unknown_markers(config)
        evaluation = Evaluation.load(settings, models)
        state = config.stash[STATE] = _state(config, evaluation)
        config.pluginmanager.register(Reports(state, counts=handed_over(config) is None))
    except SettingsError as error:
        raise pytest.UsageError(error.message) from error


def _state(config: pytest.Config, evaluation: Evaluation) -> State:
    before = committed_snapshots(config, evaluation.models)
    received = handed_over(config)
    if received is None:
        summary.reports_folder(evaluation.settings.reports)
        journal = Journal.begin(evaluation.settings.store)
        standing = Standing()
        if not config.option.collectonly:
            standing = find_out(
                evaluation,
                before,
                selection(config),
                require_all=config.getoption("slm_require_models"),
            )
        filler = Filler(evaluation, journal, _shower(config))
        follower = Follower(journal.path)
    else:
        content = json.loads(received)
        standing = Standing(**content["standing"])
        filler, follower = None, Follower(Path(content["journal"]))
    return State(
        evaluation=evaluation,
        standing=standing,
        before=before,
        follower=follower,
        filler=filler,
        updating=config.getoption("update_snapshots", False),
        all_wrong_fail=config.getoption("slm_all_wrong_fail"),
    )


def for_worker(state: State) -> str:
    """What a worker has to know."""
    return json.dumps({"standing": asdict(state.standing), "journal": str(state.follower.path)})


def _shower(config: pytest.Config) -> Callable[[str], None]:
    """Shows a line of progress on a terminal, and nothing in a pipe.

    It goes to the terminal itself: while a test waits, pytest captures what this process prints.
    """

    def show(line: str) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None or not reporter.isatty:
            return
        with contextlib.suppress(OSError), TERMINAL.open("w", encoding="utf-8") as terminal:
            terminal.write(f"\n[{printable(line)}]\n")

    return show


def _refuse_unknown_markers(config: pytest.Config) -> None:
    """An expression with a name that is no marker selects nothing, and pytest would not say why."""
    known = {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}
    unknown = selection(config).unknown_markers(known)
    if unknown:
        raise SettingsError(
            f"-m: no model or marker is called {', '.join(unknown)}; the models are those of "
            f"{options.path(config, 'slm_models')}, and --model NAME=ollama:BASE adds one for a run"
        )


def choose(session: pytest.Session, state: State) -> None:
    """Put the cases in order, model by model, and take out those that cannot be run.

    This comes after everything else that selects, ``--lf`` included, so that the one case that tells
    of an unreachable model is one that is really run.
    """
    order = {model: place for place, model in enumerate(state.evaluation.models)}
    places: dict[pytest.Item, tuple[int, bool]] = {}
    kept, dropped = [], []
    told: set[str] = set()
    for item in session.items:
        case = case_of(item)
        if case is None:
            places[item] = (len(order), False)
            kept.append(item)
            continue
        model = model_of(case)
        item.user_properties.append(("model", model))
        places[item] = (order[model], isinstance(case, str))
        if model in state.standing.left_out or model in told:
            dropped.append(item)
            continue
        kept.append(item)
        if model in state.standing.problems:
            told.add(model)
        elif isinstance(case, Case):
            state.selected[model] = state.selected.get(model, 0) + 1
        else:
            state.gates.add(model)
    if dropped:
        session.config.hook.pytest_deselected(items=dropped)
    session.items[:] = sorted(kept, key=places.__getitem__)


def start_asking(state: State, cases: Sequence[Case | str]) -> None:
    """Begin to ask for what the cases need."""
    if state.filler is not None:
        state.filler.start(wanted(state, cases), state.standing.problems)


def cases_of_ids(state: State, ids: Sequence[str]) -> list[Case | str]:
    """The cases and gates of node ids, as a controller learns them from its workers."""
    found: list[Case | str] = []
    for nodeid in ids:
        name = nodeid.partition("[")[2].removesuffix("]")
        case = state.evaluation.cases.get(name)
        if case is not None:
            found.append(case)
            state.selected[case.model] = state.selected.get(case.model, 0) + 1
        elif name in state.evaluation.models:
            found.append(name)
            state.gates.add(name)
    return found


class Reports:
    """Counts finished cases, and keeps the replies of a gate that was accepted."""

    def __init__(self, state: State, *, counts: bool) -> None:
        self._state = state
        self._counts = counts
        """Only the controlling process counts: it is told of every worker's cases."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one report; the hook brings no config, which is why this is an object."""
        state = self._state
        if self._counts:
            outcome = summary.outcome_of(report)
            if outcome is not None:
                state.outcomes.append(outcome)
        if report.when == "call" and report.passed and report.nodeid in state.to_accept:
            rates = state.to_accept.pop(report.nodeid)
            state.evaluation.accept(rates.snapshot.model, rates.results, rates.identity)


def finish(state: State) -> None:
    """Stop asking and write what the run leaves."""
    if state.filler is None:
        return
    state.filler.stop()
    try:
        summary.write_results(state)
    except (HarnessError, OSError) as error:
        state.notes.append(f"results.json was not written: {error}")


def leave(config: pytest.Config, state: State) -> None:
    """The last thing in a process."""
    state.follower.close()
    if handed_over(config) is None:
        summary.keep_junit(config, state)
