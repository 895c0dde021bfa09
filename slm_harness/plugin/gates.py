"""The gate of a model in one run: what it needs is waited for, judged once in a process, and kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from slm_harness.asking import Failed, Obtained
from slm_harness.gate import Snapshot
from slm_harness.gating import Gated, contradicting, gated
from slm_harness.plugin.state import State
from slm_harness.records import Identity
from slm_harness.report.wording import no_rates
from slm_harness.session import Case, as_loaded


@dataclass(frozen=True)
class Measured:
    """The pass rates of a model over all articles, or those that decided it, with what they rest on."""

    snapshot: Snapshot
    gated: Gated
    identity: Identity
    results: Mapping[str, list[Obtained]]
    """Article id to its samples."""


def measured(state: State, model: str, identity: Identity) -> Measured | str:
    """Wait for every reply of a model and judge them; the reason where one of them was not measured.

    For those that decided it, where less than all did.
    """
    results: dict[str, list[Obtained]] = {}
    early = state.early(model)
    for article in early.articles if early else state.evaluation.articles:
        for result in state.results(model, article):
            if isinstance(result, Failed):
                return no_rates(model, article, result.message)
            results.setdefault(article, []).append(result)
    outcomes = state.evaluation.outcomes(model, results, known=state.outcomes)
    known = as_loaded(identity, (one.stored for found in results.values() for one in found))
    now = state.evaluation.snapshot(model, known, outcomes, results)
    found = gated(
        state.evaluation,
        now,
        state.acceptances.of(model),
        lambda flip: outcomes[Case(model, flip.article, flip.question).id],
        contradicting(outcomes.values()),
        early,
    )
    return Measured(now, found, known, results)


def judgements(state: State) -> Mapping[str, Gated]:
    """Of every model whose gate came to something, what that was; judged here where a worker did it."""
    found: dict[str, Gated] = {}
    for model in state.verdicts:
        if model not in state.gated:
            judged = measured(state, model, state.follower.identities[model])
            if isinstance(judged, Measured):
                state.gated[model] = judged.gated
        if model in state.gated:
            found[model] = state.gated[model]
    return found
