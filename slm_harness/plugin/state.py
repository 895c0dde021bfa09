"""What the plugin knows during one run, in the one typed place that pytest has for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from slm_harness import grading
from slm_harness.accepted import Acceptances
from slm_harness.asking import Failed, Obtained, Unreached
from slm_harness.gate import Snapshot
from slm_harness.gate.early import Decided
from slm_harness.gating import Gated
from slm_harness.journal import Follower, Journal
from slm_harness.plugin.filling import Filler
from slm_harness.records import Outcome
from slm_harness.second_opinion import Opinion
from slm_harness.session import Case, Evaluation

VERDICT = "gate"
"""The property of a gate that tells what it comes to."""


@dataclass(frozen=True)
class Standing:
    """What is known of the models before anything is asked; equal in every process of the run."""

    problems: Mapping[str, Unreached] = field(default_factory=dict)
    """Models that the command line names and that cannot be reached, with the reason."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Models that nobody named and that cannot be evaluated, with the reason."""


@dataclass(frozen=True)
class Asking:
    """What only the controlling process has."""

    filler: Filler
    journal: Journal


@dataclass
class State:
    """One run of pytest in one process."""

    evaluation: Evaluation
    standing: Standing
    before: Mapping[str, Snapshot]
    """The accepted snapshots as they were on disk when the run began."""
    acceptances: Acceptances
    """The same as labels and graders of now judge them."""
    follower: Follower
    asking: Asking | None
    """None in a worker: only the controlling process asks."""
    selectable: frozenset[str]
    """The models that have cases: for others they would be made only to be deselected."""
    updating: bool
    all_wrong_fail: bool
    selected: dict[str, set[Case]] = field(default_factory=dict)
    """Model to those of its answers that are selected."""
    gates: set[str] = field(default_factory=set)
    """Models whose test_pass_rates is selected."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """Case id to outcome, of the cases that were run; filled in the controlling process."""
    watched: set[str] = field(default_factory=set)
    """Node ids of the gates that this process runs."""
    passed: set[str] = field(default_factory=set)
    """Those of them whose test passed, for what comes after it in their fixture."""
    last: tuple[str, Outcome] | None = None
    """Node id and outcome of the case that was finished last."""
    meanwhile: Callable[[], None] = grading.load
    """What there is to be done while the first reply of a model is waited for."""
    judge: str = ""
    """The model that gives a second opinion on free-text answers; empty without one."""
    opinions: list[Opinion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Lines for the end of the run."""
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """(model, reason) of what was not measured to the one test that tells it at length."""

    until_decided: bool = False
    decided: dict[str, Decided] = field(default_factory=dict)
    """With ``--until-decided``: model to what came of asking it."""
    verdicts: dict[str, str] = field(default_factory=dict)
    """Model to what its gate came to, in a line; filled in the controlling process."""
    gated: dict[str, Gated] = field(default_factory=dict)
    """Model to what its gate came to, of the gates that were judged in this process."""

    def comparable(self, model: str) -> Snapshot | None:
        """What was accepted of a model, as labels and graders of now judge it; None where nothing was."""
        found = self.acceptances.of(model)
        return found.snapshot if found else None

    def is_news(self, outcome: Outcome) -> bool:
        """Whether an answer that is not right makes the run red by itself: all do where nothing is accepted."""
        accepted = self.acceptances.of(outcome.model)
        if accepted is None:
            return True
        return accepted.is_news(outcome, self.evaluation.policies.of(outcome.model))

    def take(self, cases: Iterable[Case | str]) -> None:
        """Note the selected cases and gates; those of a model that is not there measure nothing."""
        for case in cases:
            if model_of(case) in self.standing.problems:
                continue
            if isinstance(case, Case):
                self.selected.setdefault(case.model, set()).add(case)
            else:
                self.gates.add(case)

    def results(self, model: str, article: str) -> list[Obtained | Failed]:
        """What became of every sample of an article; waits until all is known."""
        found = [
            self.follower.wait(model, article, meanwhile=self.meanwhile, sample=sample)
            for sample in range(self.evaluation.samples(model))
        ]
        if (
            isinstance(found[0], Obtained)
            and not self.updating
            and self.acceptances.doubts(found[0])
        ):
            again = self.follower.wait(model, article, sample=1)
            # Where it was not to be had once more, the first reply stands.
            found += [again] * isinstance(again, Obtained)
        return found

    def early(self, model: str) -> Decided | None:
        """What was decided of a model by less than all articles; None where its gate is over all."""
        found = self.decided.get(model)
        return found if found is not None and found.early else None

    @property
    def _answers(self) -> int:
        """How many answers a whole model has."""
        return len(self.evaluation.articles) * len(self.evaluation.settings.task.ids)

    def accepts(self, model: str) -> bool:
        """Whether this run accepts what a model says: --snapshot-update, and all of it selected."""
        whole = len(self.selected.get(model, ())) == self._answers and model in self.gates
        return self.updating and whole

    def refused(self) -> Iterator[str]:
        """Why --snapshot-update does not accept a model that has selected cases, one line each."""
        if not self.updating:
            return
        for model in sorted({*self.selected, *self.gates}):
            if not self.accepts(model):
                count = len(self.selected.get(model, ()))
                gate = "" if model in self.gates else " and not its test_pass_rates"
                yield (
                    f"--snapshot-update accepts whole models only: {count} of the {self._answers} answers of "
                    f"{model} are selected{gate}; run {self.evaluation.settings.accepting(model)}"
                )


STATE = pytest.StashKey[State]()


def model_of(case: Case | str) -> str:
    """The model of a case or a gate."""
    return case.model if isinstance(case, Case) else case
