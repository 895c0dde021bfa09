"""``--until-decided``: the models are asked before the first test runs, and only until their verdict is known.

What was not asked by then is deselected. One article is taken after the other in the order of the plan, also where
several are asked at once: those that come first are not to be those that a model is quick with.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import pytest

from slm_harness.asking import Failed, Obtained
from slm_harness.errors import SettingsError
from slm_harness.gate import GateMode, Snapshot
from slm_harness.gate.early import Decided, Early, Hint, Plan, Standing, plan
from slm_harness.plugin.cases import case_of, wanted
from slm_harness.plugin.filling import Filler
from slm_harness.plugin.state import State, model_of
from slm_harness.records import Verdict
from slm_harness.session import Case, Evaluation

_REMEMBERED = 4
"""So many of the replies that were stored last are looked at to see which articles flip."""


def ask(session: pytest.Session, state: State, cases: Sequence[Case | str]) -> None:
    """Ask for what the cases need until it is decided; deselect the cases of what was not asked.

    Raises:
        UsageError: there is a model of which nothing can be decided early; nothing was asked.
    """
    if state.asking is None:
        return
    filler, problems = state.asking.filler, state.standing.problems
    models = [model for model in dict.fromkeys(map(model_of, cases)) if model not in problems]
    try:
        rules = {model: _Rule(state, model) for model in models}
    except SettingsError as error:
        raise pytest.UsageError(error.message) from error
    orders = {model: rule.plan.order for model, rule in rules.items()}
    filler.start(_in_order(wanted(state, cases), orders), problems)
    for model, rule in rules.items():
        state.decided[model] = rule.decided(filler)
    _deselect(session, state)


def _in_order(
    pairs: Sequence[tuple[str, str]], orders: dict[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """The wanted pairs, those of each model that is to be decided in the order of its plan."""
    for model in dict.fromkeys(model for model, _ in pairs):
        articles = [article for of, article in pairs if of == model]
        yield from ((model, article) for article in orders.get(model, articles))


class _Rule:
    """The deciding of one model."""

    def __init__(self, state: State, model: str) -> None:
        """Find out in which order to ask.

        Raises:
            SettingsError: nothing can be decided early.
        """
        self._state = state
        self._model = model
        before = _accepted(state, model)
        evaluation, policy = state.evaluation, state.evaluation.policies.of(model)
        self.plan: Plan = plan(_hints(evaluation, model, before), evaluation.recipe.wording)
        self._early = Early(before, self.plan.groups, policy)
        if self._early.hopeless:
            articles = f"{len(before.lines)} article{'' if len(before.lines) == 1 else 's'}"
            raise SettingsError(
                f"--until-decided: with {articles} no fall of {model} could show at the level of "
                f"{policy.level:g}, so there is nothing to decide; label more of them, or run without it"
            )

    def decided(self, filler: Filler) -> Decided:
        """Take what comes until it is decided, or all has come; then let no more be asked."""
        measured, lost = [], []
        standing = self._early.standing()
        for article in self.plan.order:
            # Not what is got once more for a doubt: it is not what the gate compares.
            result = self._state.follower.wait(self._model, article, self._state.meanwhile)
            if isinstance(result, Failed):
                lost.append(article)
                continue
            measured.append(article)
            self._early.add(article, self._verdicts(result))
            standing = self._early.standing()
            if standing.worse is not None:
                filler.enough(self._model)
                break
            filler.tell(self._model, so_far(standing))
        return Decided(standing, tuple(measured), tuple(lost))

    def _verdicts(self, result: Obtained) -> list[Verdict]:
        evaluation = self._state.evaluation
        marks = evaluation.marker.marks(evaluation.articles[result.article], result.stored.reply)
        return [marks.questions[question].verdict for question in evaluation.settings.task.ids]


def so_far(standing: Standing) -> str:
    """How sure it is by now, in a few words."""
    least, most = standing.chance
    if least >= 0.5:
        return f"worse so far, {100 * min(least, 0.99):.0f} % sure"
    return f"not worse so far, {100 * max(0.0, min(1 - most, 0.99)):.0f} % sure"


def _accepted(state: State, model: str) -> Snapshot:
    """What the model is compared with.

    Raises:
        SettingsError: there is nothing that could be decided early.
    """
    accepted, settings = state.acceptances.of(model), state.evaluation.settings
    why = ""
    if state.evaluation.policies.of(model).mode is GateMode.STRICT:
        why = (
            f"the gate of {model} is strict, so that the first answer that falls decides: pytest -x stops there; "
            "or add --gate=significant"
        )
    elif accepted is None:
        accept = settings.accepting(model) or f"pytest -m {model} --snapshot-update"
        why = f"{model} has no accepted snapshot, so there is nothing to compare with; accept one with {accept}"
    elif accepted.refused:
        why = f"{model} cannot be compared with its snapshot as it is: {accepted.refused[0]}"
    elif accepted.snapshot.depth > 1:
        why = f"the snapshot of {model} is of {accepted.snapshot.depth} samples of each answer, and this decides on one"
    elif model not in state.gates:
        why = f"test_pass_rates[{model}], which is what is to be decided, is not among the selected tests"
    if accepted is None or why:
        raise SettingsError(f"--until-decided: {why}")
    return accepted.snapshot


def _hints(evaluation: Evaluation, model: str, before: Snapshot) -> Iterator[Hint]:
    """What is known of each article: its length, and whether an answer to it flipped in what is stored."""
    store = evaluation.sources.store
    for id_, article in evaluation.articles.items():
        accepted = before.lines[id_].samples[0]
        unsteady = any(
            tuple(
                evaluation.marker.marks(article, stored.reply).questions[question].verdict
                for question in before.questions
            )
            != accepted
            for stored in islice(store.replies(evaluation.request(model, id_)), _REMEMBERED)
        )
        yield Hint(id_, len(article.text), unsteady)


def _deselect(session: pytest.Session, state: State) -> None:
    """Take out the cases of what was not asked."""
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in session.items:
        case = case_of(item)
        is_out = isinstance(case, Case) and _is_out(state, case)
        (dropped if is_out else kept).append(item)
    if dropped:
        session.config.hook.pytest_deselected(items=dropped)
        session.items[:] = kept
        session.testscollected = len(kept)


def _is_out(state: State, case: Case) -> bool:
    """Whether it was decided before the article of a case came."""
    early = state.early(case.model)
    return early is not None and case.article not in (*early.articles, *early.lost)
