"""The gate of one model: its present pass rates beside those that were accepted, judged and put into words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from slm_harness.accepted import Accepted
from slm_harness.gate import Flip, GateMode, Judgement, Snapshot, judge
from slm_harness.gate.early import Decided
from slm_harness.gate.provenance import changed_since, rewordings
from slm_harness.records import Outcome
from slm_harness.report.findings import Background, findings, passes, unseen_line, verdict
from slm_harness.session import Evaluation


@dataclass(frozen=True)
class Gated:
    """What became of a gate."""

    judgement: Judgement
    background: Background

    @property
    def passes(self) -> bool:
        """Whether it is green: there is something to compare with, and nothing of it is against it."""
        return passes(self.judgement, self.background)

    @property
    def verdict(self) -> str:
        """What it comes to, in one line."""
        return verdict(self.judgement, self.background)

    @property
    def unseen(self) -> str:
        """What it could not have seen, in one line, where it is green and a fall might be there all the same.

        Empty where it is red, where less than all decided, and in strict mode, in which one answer that fell is enough.
        """
        looks_for_more = self.judgement.policy.mode is GateMode.SIGNIFICANT
        whole = self.background.decided is None
        return unseen_line(self.judgement) if looks_for_more and whole and self.passes else ""

    @property
    def findings(self) -> str:
        """Why it does not pass, and what to do: several lines."""
        return "\n".join(findings(self.judgement, self.background))


def gated(
    evaluation: Evaluation,
    now: Snapshot,
    accepted: Accepted | None,
    outcome: Callable[[Flip], Outcome],
    contradicting: int,
    decided: Decided | None = None,
) -> Gated:
    """Judge the present pass rates of a model.

    Args:
        evaluation: What they are of.
        now: They.
        accepted: What was accepted, as it is judged today; None where nothing was.
        outcome: Gives the present outcome of an answer that is judged otherwise than before.
        contradicting: How many articles have a reply that contradicts itself.
        decided: What less than all articles decided, where that is so; ``now`` is over those.
    """
    before = replace(now, lines={}) if accepted is None else accepted.snapshot
    settings, model = evaluation.settings, now.model
    policy = evaluation.policies.of(model)
    if decided is not None:
        # Bounds of rates are for whole models.
        policy = replace(policy, floors={}, ceilings={})
    found = judge(
        before,
        now,
        policy,
        incomparable=() if accepted is None else accepted.refused,
        contradicting=contradicting,
    )
    evidence = evaluation.evidence.get(model)
    words = (evidence.recipe.wording, evaluation.recipe.wording) if evidence else None
    background = Background(
        model=model,
        other="its snapshot",
        compared=accepted is not None,
        changed=tuple(changed_since(before, now, words)) if accepted else (),
        rewordings=tuple(rewordings(*words)) if accepted and words else (),
        regraded=accepted.regraded if accepted else (),
        outcome=outcome,
        said_before=lambda flip: said_before(evaluation, model, flip),
        look=settings.looking(model) if accepted else "",
        accept=settings.accepting(model),
        decided=decided,
    )
    return Gated(found, background)


def said_before(evaluation: Evaluation, model: str, flip: Flip) -> str | None:
    """What the model said where it was accepted; None where those words are not there."""
    evidence = evaluation.evidence.get(model)
    stored = evidence.replies.get(flip.article) if evidence else None
    if stored is None:
        return None
    marks = evaluation.marker.marks(evaluation.articles[flip.article], stored.reply)
    return marks.questions[flip.question].got


def contradicting(outcomes: Iterable[Outcome]) -> int:
    """How many articles have a reply that contradicts itself."""
    return len({outcome.article for outcome in outcomes if outcome.contradicts})
