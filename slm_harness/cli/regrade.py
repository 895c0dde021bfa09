"""``slm-harness regrade``: the accepted replies by the graders and labels of today; nothing is asked."""

import argparse
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from slm_harness.cli.printing import articles_option, say
from slm_harness.cli.project import (
    not_accepted,
    nothing_accepted,
    project_settings,
    refuse_unknown,
)

if TYPE_CHECKING:
    from slm_harness.evidence import Evidence
    from slm_harness.gate import Snapshot
    from slm_harness.records import Outcome
    from slm_harness.session import Evaluation


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Grade the accepted replies of every model again, by the graders and labels as they are now, and "
        "compare with its snapshot. The status is 1 where a verdict flipped. Accept the new verdicts with "
        "pytest -m MODEL --answers=replay --snapshot-update."
    )
    parser = commands.add_parser(
        "regrade", help="grade the accepted replies again and compare", description=text
    )
    parser.add_argument("models", metavar="MODEL", nargs="*", help="which (default: all accepted)")
    parser.add_argument("--diff", action="store_true", help="name every verdict that flipped")
    articles_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each model, and each verdict that flipped."""
    accepted = _accepted(arguments)
    flipped = 0
    for model, (before, evaluation) in accepted.items():
        with closing(evaluation):
            outcomes = _outcomes(evaluation, model)
        lines = list(_flips(before, outcomes))
        flipped += len(lines)
        say(_summary(before, evaluation, outcomes, len(lines)))
        if arguments.diff:
            say(f"  {line}" for line in lines)
    return 1 if flipped else 0


def _accepted(arguments: argparse.Namespace) -> "dict[str, tuple[Snapshot, Evaluation]]":
    from slm_harness.evidence import load_evidence
    from slm_harness.gate import load_snapshot
    from slm_harness.session import Evaluation, load_specs

    settings = project_settings(arguments.articles)
    specs = load_specs(settings)
    evidence: dict[str, Evidence] = {}
    snapshots = {}
    refuse_unknown(arguments.models, specs, settings)
    for model in arguments.models or specs:
        found, before = (
            load_evidence(settings.answers, model),
            load_snapshot(settings.snapshots, model),
        )
        if found is not None and before is not None:
            evidence[model], snapshots[model] = found, before
        elif arguments.models:
            raise not_accepted(model, settings)
    if not snapshots:
        raise nothing_accepted(settings)
    evaluation = Evaluation.load(settings, specs, evidence)
    return {model: (before, evaluation) for model, before in snapshots.items()}


def _outcomes(evaluation: "Evaluation", model: str) -> "list[Outcome]":
    from slm_harness.asking import Obtained
    from slm_harness.session import Case

    accepted = evaluation.evidence[model]
    return [
        evaluation.folded(Case(model, article, question), samples)
        for article in evaluation.articles
        if article in accepted.replies
        for samples in (
            [Obtained(model, article, one, recalled=True) for one in accepted.of(article)],
        )
        for question in evaluation.settings.task.ids
    ]


def _flips(before: "Snapshot", outcomes: "list[Outcome]") -> Iterator[str]:
    from slm_harness.gate import flip

    for outcome in outcomes:
        found = flip(before, outcome.article, outcome.question, outcome.verdict)
        if found:
            yield (
                f"{outcome.article}, {outcome.question}: {found.before} -> {found.now}; "
                f"expected {outcome.expected!r}, got {outcome.got!r}: {outcome.reason}"
            )


def _summary(
    before: "Snapshot", evaluation: "Evaluation", outcomes: "list[Outcome]", flips: int
) -> Iterator[str]:
    from slm_harness.gate.provenance import graders_now
    from slm_harness.records import Verdict

    right = sum(outcome.verdict is Verdict.RIGHT for outcome in outcomes)
    was = sum(before.rate(question).passes for question in before.questions)
    yield (
        f"{before.model}: {flips} of {len(outcomes)} verdicts flipped; {was} right in the snapshot, "
        f"{right} now"
    )
    then, now = before.provenance.get("graders", "unknown"), graders_now()
    if then != now:
        yield f"  graders: {then} in the snapshot, {now} now"
    missing = sorted(set(evaluation.articles) - {outcome.article for outcome in outcomes})
    if missing:
        yield f"  no accepted reply about {', '.join(missing)}"
