"""Cases as pytest runs them: parameters, outcomes, and the fixtures that wait for replies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from syrupy.assertion import SnapshotAssertion

from slm_harness.asking import Failed
from slm_harness.errors import SnapshotError
from slm_harness.plugin.gates import measured
from slm_harness.plugin.rates import PassRates, extension
from slm_harness.plugin.state import STATE, VERDICT, State, model_of
from slm_harness.records import Identity, Outcome, Verdict
from slm_harness.report.wording import carried, flaky, not_measured, told
from slm_harness.session import Case

CASE = "slm_case"
ANSWER = "answer"
GATE = "slm_gate"


@dataclass(frozen=True)
class Answer:
    """One model's graded answer to one question about one article."""

    outcome: Outcome
    news: bool
    """Whether it makes the run red by itself where it is not right."""
    accepting: bool
    strict: bool
    """``--all-wrong-fail``"""
    runs_xfail: bool
    """``--runxfail``: pytest's wish that expected failures be plain ones."""

    def settle(self) -> None:
        """End the test as the outcome has it: pass, fail, or expected failure."""
        outcome = self.outcome
        if outcome.verdict is Verdict.RIGHT:
            return
        line = told(outcome)
        if outcome.verdict is Verdict.CONTESTED:
            pytest.skip(f"contested, never scored: {line}")
        if outcome.verdict is Verdict.FLAKY and not self.strict:
            # What moved is for the gate to say, which has its rate: one sample more or less is no news.
            self._expected(flaky(outcome))
        # Raised only now that the answer is there: a mark set before would hide a dead server.
        if self.accepting:
            self._expected(f"accepted: {line}")
        if not self.news and not self.strict:
            self._expected(f"known: {line}")
        pytest.fail(line, pytrace=False)

    def _expected(self, reason: str) -> None:
        """What ``pytest.xfail`` does, ``--runxfail`` heeded, but without a traceback.

        To find its lines pytest reads and parses this file for each such answer, which takes ten times
        as long as the rest of the test; and nobody is shown them.
        """
        if not self.runs_xfail:
            raise pytest.xfail.Exception(reason, pytrace=False)


def parametrize(metafunc: pytest.Metafunc, state: State) -> None:
    """Give a test that asks for them one case per (model, article, question), or per model."""
    marks = {model: getattr(pytest.mark, model) for model in state.evaluation.models}
    if {CASE, ANSWER} & set(metafunc.fixturenames):
        params = [
            pytest.param(case, id=id_, marks=marks[case.model])
            for id_, case in state.evaluation.cases.items()
            if case.model in state.selectable
        ]
        # Straight to the answer, unless a test wants the case as well: fixtures are most of what a test
        # costs that does nothing.
        straight = CASE not in metafunc.fixturenames
        metafunc.parametrize(ANSWER if straight else CASE, params, indirect=straight)
    if GATE in metafunc.fixturenames:
        metafunc.parametrize(
            GATE,
            [
                pytest.param(model, id=model, marks=mark)
                for model, mark in marks.items()
                if model in state.selectable
            ],
        )


def case_of(item: pytest.Item) -> Case | str | None:
    """The case of an item, the model's name of a gate, None for a test that is not ours."""
    callspec = getattr(item, "callspec", None)
    if callspec is None:
        return None
    found = (callspec.params.get(name) for name in (CASE, ANSWER, GATE))
    return next((one for one in found if isinstance(one, Case | str)), None)


def wanted(state: State, cases: Iterable[Case | str]) -> list[tuple[str, str]]:
    """The (model, article) pairs that cases need, in their order; a gate needs every article."""
    pairs: dict[tuple[str, str], None] = {}
    for case in cases:
        articles = [case.article] if isinstance(case, Case) else list(state.evaluation.articles)
        pairs.update(((model_of(case), article), None) for article in articles)
    return list(pairs)


def record(item: pytest.Item, outcome: Outcome) -> None:
    """Put an outcome into the item's properties, from where the closing table reads it.

    In the process that writes that file they are taken off the reports again, see ``Reports``.
    """
    item.user_properties[:] = carried(outcome)


@pytest.fixture
def answer(request: pytest.FixtureRequest) -> Answer:
    """The graded answer of the case; an ERROR when there is none, never a wrong answer."""
    state = request.config.stash[STATE]
    case = case_of(request.node)
    if not isinstance(case, Case):
        pytest.fail("the fixture `answer` is for the cases of this plugin", pytrace=False)
    outcome = state.evaluation.folded(case, state.results(case.model, case.article))
    record(request.node, outcome)
    if outcome.verdict is Verdict.NOT_MEASURED:
        pytest.fail(not_measured(outcome.reason), pytrace=False)
    return Answer(
        outcome,
        news=state.is_news(outcome),
        accepting=state.accepts(case.model),
        strict=state.all_wrong_fail,
        runs_xfail=request.config.getoption("runxfail"),
    )


@pytest.fixture
def analyzer(request: pytest.FixtureRequest) -> Identity:
    """The custom model of the case's base, built once for the whole run by the process that asks."""
    state = request.config.stash[STATE]
    case = case_of(request.node)
    if case is None:
        pytest.fail(
            "the fixture `analyzer` is for tests with a slm_case or slm_gate", pytrace=False
        )
    found = state.follower.wait_for_identity(model_of(case))
    if isinstance(found, Failed):
        if isinstance(case, Case):
            record(request.node, state.evaluation.outcome(case, found))
        pytest.fail(not_measured(found.message), pytrace=False)
    return found


@pytest.fixture
def pass_rates(
    slm_gate: str, analyzer: Identity, request: pytest.FixtureRequest
) -> Iterator[PassRates]:
    """The pass rates of a model over all articles; an ERROR when one of them was not measured.

    Over those that decided it, where less than all did.
    """
    state = request.config.stash[STATE]
    if state.updating and not state.accepts(slm_gate):
        pytest.fail(next(state.refused()), pytrace=False)
    found = measured(state, slm_gate, analyzer)
    if isinstance(found, str):
        pytest.fail(found, pytrace=False)
    state.gated[slm_gate] = found.gated
    state.watched.add(request.node.nodeid)
    request.node.user_properties.append((VERDICT, found.gated.verdict))
    yield PassRates(found.snapshot, found.gated)
    if state.updating and request.node.nodeid in state.passed:
        try:
            state.evaluation.accept(slm_gate, found.results, found.identity)
        except SnapshotError as error:
            pytest.fail(error.message, pytrace=False)


@pytest.fixture
def accepted(
    snapshot: SnapshotAssertion, pass_rates: PassRates, request: pytest.FixtureRequest
) -> SnapshotAssertion:
    """The accepted pass rates of the model: equal to present ones that pass the gate."""
    state = request.config.stash[STATE]
    folder = state.evaluation.settings.snapshots
    return snapshot.use_extension(
        extension(folder, updating=state.updating, passes=pass_rates.passes)
    )
