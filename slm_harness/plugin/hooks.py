"""What the hooks hand over to: setting a run up, choosing its cases, starting and ending it."""

import contextlib
import gc
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest

from slm_harness import grading
from slm_harness.accepted import Acceptances
from slm_harness.asking import Mode, Obtained, give_way
from slm_harness.engines import load
from slm_harness.errors import HarnessError, ModelsError, SettingsError
from slm_harness.forked import processors
from slm_harness.gate import Snapshot
from slm_harness.journal import FileFollower, Follower, Journal
from slm_harness.plugin import committed, options, summary
from slm_harness.plugin.apart import Apart
from slm_harness.plugin.cases import case_of, wanted
from slm_harness.plugin.filling import Filler
from slm_harness.plugin.progress import TerminalLine
from slm_harness.plugin.selection import Selection
from slm_harness.plugin.standing import find_out, selection
from slm_harness.plugin.state import STATE, Asking, Standing, State, model_of
from slm_harness.printable import nearest
from slm_harness.records import ModelSpec, Verdict
from slm_harness.second_opinion import check_judge, opinions
from slm_harness.session import Case, Evaluation, Settings, load_specs
from slm_harness.store import write_atomically

WORKER_INPUT = "slm_harness"
_SHOWN = 10
"""Most articles that are named in a line."""
_LISTINGS = ("markers", "help", "version", "showfixtures", "show_fixtures_per_test", "cacheshow")


def _lists(config: pytest.Config) -> bool:
    """Whether pytest is only to list something, for which neither labels nor servers are needed."""
    return any(config.getoption(name, False) for name in _LISTINGS)


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
    listing = config.option.collectonly or _lists(config)
    if getattr(config.option, "xmlpath", "") is None and not listing:
        config.option.xmlpath = str(options.path(config, "slm_reports") / "junit.xml")


def configure(config: pytest.Config) -> None:
    """Register the models as markers; then, unless pytest only lists something, load everything.

    Raises:
        UsageError: the set-up is wrong; one line, exit 4, before anything is asked.
    """
    try:
        settings = options.settings(config)
        models = load_specs(settings)
        _register(config, models)
        if _lists(config):
            return
        state = config.stash[STATE] = _state(config, settings, models)
        config.pluginmanager.register(Reports(state))
    except SettingsError as error:
        raise pytest.UsageError(error.message) from error


def _register(config: pytest.Config, models: Mapping[str, ModelSpec]) -> None:
    known = _markers(config)
    for spec in models.values():
        if spec.name in known:
            raise ModelsError(
                f"{spec.name!r} is a marker of pytest or of a plugin; give the model another name"
            )
        config.addinivalue_line(
            "markers", f"{spec.name}: evaluates {spec.name} ({spec.engine}: {spec.base})"
        )


def _markers(config: pytest.Config) -> set[str]:
    return {line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers")}


def _state(config: pytest.Config, settings: Settings, models: Mapping[str, ModelSpec]) -> State:
    chosen = selection(config)
    _refuse_unknown_markers(config, chosen)
    judge = _judge(config, models)
    updating = config.getoption("update_snapshots", False)
    notes: list[str] = []
    forgive = notes.append if updating else None
    possible = [model for model in models if model in chosen.possible(models)]
    before = committed.snapshots(settings.snapshots, possible, forgive)
    evidence = committed.replies(settings.answers, possible, forgive)
    evaluation = Evaluation.load(settings, models, evidence)
    acceptances = Acceptances(evaluation, before)
    received = handed_over(config)
    follower: Follower
    apart: Apart | None = None
    if received is None:
        again = None if updating or not before else acceptances.doubts
        ask = partial(evaluation.ask, explain=config.getoption("slm_explain"), again=again)
        # Before anything is open that a copy of this process would hold.
        if not config.option.collectonly:
            grades = None if distributes(config) else evaluation
            apart = Apart.started(ask, lambda: load(_needed(settings, models, chosen)), grades)
        with _ending(apart):
            standing = _standing(config, evaluation, before, chosen, updating=updating)
            follower = journal = Journal(for_workers=distributes(config))
        show = TerminalLine(config).show
        asking = Asking(Filler(evaluation, journal, show, ask=ask, apart=apart), journal)
    else:
        content = json.loads(received)
        standing, asking = Standing(**content["standing"]), None
        follower = FileFollower(Path(content["journal"]))
    return State(
        evaluation=evaluation,
        standing=standing,
        before=before,
        acceptances=acceptances,
        follower=follower,
        asking=asking,
        selectable=frozenset(chosen.selectable(models)),
        updating=updating,
        all_wrong_fail=config.getoption("slm_all_wrong_fail"),
        meanwhile=_nothing if apart is not None and apart.grades else grading.load,
        judge=judge,
        notes=notes,
        until_decided=config.getoption("slm_until_decided"),
    )


def _needed(
    settings: Settings, models: Mapping[str, ModelSpec], chosen: Selection
) -> Collection[str]:
    """The engines that will be asked through, as far as that can be told before it is known what is stored."""
    if settings.mode is Mode.REPLAY or processors() == 1:
        return ()
    return {models[name].engine for name in chosen.named(models)}


def _nothing() -> None:
    """Nothing to be done: what comes is graded elsewhere."""


@contextlib.contextmanager
def _ending(apart: Apart | None) -> Iterator[None]:
    """End the process that asks where the run turns out not to begin."""
    try:
        yield
    except SettingsError:
        if apart is not None:
            apart.close()
        raise


def _judge(config: pytest.Config, models: Mapping[str, ModelSpec]) -> str:
    """The model that gives a second opinion; empty without one."""
    judge: str = config.getoption("slm_judge") or ""
    if judge:
        if judge not in models:
            raise ModelsError(f"--judge {judge}: no model is called that{nearest(judge, models)}")
        check_judge(models[judge])
    return judge


def _standing(
    config: pytest.Config,
    evaluation: Evaluation,
    before: Mapping[str, Snapshot],
    chosen: Selection,
    *,
    updating: bool,
) -> Standing:
    """Who can be evaluated, once it is sure that what comes of it can be written."""
    if config.option.collectonly:
        return Standing()
    settings = evaluation.settings
    reports = ("junit.xml", "results.json")
    committed.refuse_unwritable(settings.reports, "the reports", "slm_reports", reports)
    for name in reports:
        # What an earlier run left there must not pass for this one's.
        (settings.reports / name).unlink(missing_ok=True)
    if settings.mode is not Mode.REPLAY:
        committed.refuse_unwritable(settings.store, "the working store", "slm_store")
    if updating:
        committed.refuse_unwritable(settings.answers, "the accepted replies", "slm_answers")
        committed.refuse_unwritable(settings.snapshots, "the snapshots", "slm_snapshots")
    return find_out(evaluation, before, chosen, require_all=config.getoption("slm_require_models"))


def for_worker(state: State) -> str:
    """What a worker has to know."""
    return json.dumps({"standing": asdict(state.standing), "journal": str(state.follower.path)})


def _refuse_unknown_markers(config: pytest.Config, chosen: Selection) -> None:
    """An expression with a name that is no marker selects nothing, and pytest would not say why."""
    unknown = chosen.unknown_markers(_markers(config))
    if unknown:
        raise SettingsError(
            f"-m: no model or marker is called {', '.join(unknown)}; the models are those of "
            f"{options.path(config, 'slm_models')}, and --model NAME=ENGINE:BASE adds one for a run"
        )


def choose(session: pytest.Session, state: State) -> None:
    """Put the cases in order, model by model, and take out those that cannot be run.

    This comes after everything else that selects, ``--lf`` included, so that the one case that tells
    of an unreachable model is one that is really run.
    """
    order = {model: place for place, model in enumerate(state.evaluation.models)}
    places: dict[pytest.Item, tuple[int, bool]] = {}
    kept, dropped, cases = [], [], []
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
        cases.append(case)
        if model in state.standing.problems:
            told.add(model)
    if dropped:
        session.config.hook.pytest_deselected(items=dropped)
    session.items[:] = sorted(kept, key=places.__getitem__)
    state.take(cases)
    if handed_over(session.config) is not None:
        hand_back(state, cases)
    # What was collected stays to the end, and is not to be looked through again each time that garbage
    # is: that took a tenth of a run that had nothing to ask.
    gc.freeze()


def hand_back(state: State, cases: Sequence[Case | str]) -> None:
    """Tell the controller what this worker collected: all workers collect the same."""
    names = [case.id if isinstance(case, Case) else case for case in cases]
    write_atomically(_handed_back(state), json.dumps(names))


def _handed_back(state: State) -> Path:
    return state.follower.path.with_name("cases.json")


def start_asking(state: State, cases: Sequence[Case | str]) -> None:
    """Begin to ask for what the cases need."""
    if state.asking is not None:
        state.asking.filler.start(wanted(state, cases), state.standing.problems)


def start_asking_for_workers(state: State) -> None:
    """Begin to ask for what the first worker collected; nothing for the others."""
    if state.selected or state.gates:
        return
    names = json.loads(_handed_back(state).read_text(encoding="utf-8"))
    cases = [state.evaluation.cases.get(name, name) for name in names]
    state.take(cases)
    start_asking(state, cases)


def status_of(
    report: pytest.TestReport | pytest.CollectReport, state: State
) -> tuple[str, str, str] | None:
    """Category, letter and word of a report; None for pytest's own.

    One dead server is one ERROR with its reason; the other answers that it cost are red as well, in JUnit
    too, but are not told one by one on the terminal.
    """
    nodeid, outcome = state.last or ("", None)
    if outcome is None or nodeid != report.nodeid or outcome.verdict is not Verdict.NOT_MEASURED:
        return None
    if not isinstance(report, pytest.TestReport) or report.when != "setup":
        return None
    first = state.told.setdefault((outcome.model, outcome.reason), report.nodeid)
    return None if first == report.nodeid else ("not measured", "E", "NOT MEASURED")


class Reports:
    """Counts finished cases in the controlling process: it is told of every worker's."""

    def __init__(self, state: State) -> None:
        self._state = state

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one report; the hook brings no config, which is why this is an object."""
        give_way()
        state = self._state
        if report.when == "call" and report.passed and report.nodeid in state.watched:
            state.passed.add(report.nodeid)
        state.verdicts.update(summary.verdict_of(report))
        outcome = summary.outcome_of(report)
        if outcome is not None and state.asking is not None:
            case = Case(outcome.model, outcome.article, outcome.question)
            state.outcomes[case.id] = outcome
            state.last = report.nodeid, outcome
        if outcome is None or state.asking is not None:
            # Each case has three reports, which are kept to the end and sent from process to process.
            report.user_properties = summary.not_ours(report.user_properties)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Ask nothing more: before it ends the session pytest looks at every line of the traceback."""
        if self._state.asking is not None:
            self._state.asking.filler.halt()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Complete the JUnit file, which pytest has written by now, and copy it to the usual place."""
        if self._state.asking is not None:
            with _noting(self._state, "reports/junit.xml was not written"):
                summary.keep_junit(session.config, self._state)


@contextlib.contextmanager
def _noting(state: State, what: str) -> Iterator[None]:
    """Turn what cannot be written in the end into a line: nothing is worth a traceback there."""
    try:
        yield
    except (HarnessError, OSError) as error:
        state.notes.append(f"{what}: {error}")


def finish(session: pytest.Session, state: State) -> None:
    """Stop asking, write what the run leaves, and be red where acceptance was refused."""
    if state.asking is None:
        return
    state.asking.filler.stop()
    if session.exitstatus != pytest.ExitCode.INTERRUPTED:
        _ask_judge(session.config, state)
    with _noting(state, "reports/results.json was not written"):
        summary.write_results(state)
    if session.exitstatus == pytest.ExitCode.INTERRUPTED:
        state.notes.append(
            "interrupted: what has come is stored, and the next run goes on from there"
        )
        state.notes += missing(state.asking.filler.missing())
    refused = list(state.refused())
    state.notes += refused
    if refused and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def missing(articles: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is still to be asked, one line for each model."""
    for model, requests in articles.items():
        names = list(dict.fromkeys(requests))
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            count = f"{len(requests)} samples" if len(requests) > len(names) else f"{len(names)}"
            yield f"still to be asked of {model}: {', '.join(names[:_SHOWN])}{more} ({count})"


def _ask_judge(config: pytest.Config, state: State) -> None:
    """Get the second opinions, in this thread: all cases are done by now."""
    if not state.judge:
        return
    state.follower.drain()
    replies = {
        (result.model, result.article): result.stored.reply
        for result in state.follower.results.values()
        if isinstance(result, Obtained) and result.sample == 0
    }
    show = TerminalLine(config).show
    with _noting(state, f"no second opinion of {state.judge}"):
        found = opinions(state.evaluation, state.judge, state.outcomes.values(), replies, show)
        state.opinions += found


def leave(state: State) -> None:
    """The last thing in a process."""
    state.evaluation.close()
    state.follower.close()
    if state.asking is not None:
        state.asking.filler.stop()
        state.asking.journal.remove()
    # The interpreter would look through all of it once more before it ends.
    gc.freeze()
