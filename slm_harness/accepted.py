"""What was accepted, as the labels and graders of today judge it.

A label that was mended, or a grader that reads better, is no change of the model. The replies that were
accepted are committed, so both sides of a comparison are graded alike, and only what the model says differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from slm_harness.asking import Mode, Obtained
from slm_harness.gate import GateMode, Line, Policy, Snapshot, flip, known
from slm_harness.gate.provenance import graders_now, listed, provenance, server_differs
from slm_harness.records import Outcome, Verdict
from slm_harness.session import Evaluation

_OF_THE_REPLIES = ("digest", "template", "options", "prompt", "schema")
"""What snapshot and replies have to agree on to be of one acceptance."""


@dataclass(frozen=True)
class Accepted:
    """The accepted side of a comparison."""

    snapshot: Snapshot
    """As judged today; what cannot be has no verdict."""
    known: Snapshot
    """The same without the verdicts whose label is another one now: nobody has accepted an answer by that."""
    regraded: tuple[str, ...] = ()
    """Why it was graded again, in a few words each; empty where it stands as it was accepted."""
    refused: tuple[str, ...] = ()
    """Why it cannot be compared as it is, one line each."""

    def is_news(self, outcome: Outcome, policy: Policy) -> bool:
        """Whether an answer that is not right makes a run red by itself.

        Where the gate looks for significance, no single answer does that was accepted, whatever it was.
        """
        article, question = outcome.article, outcome.question
        if policy.mode is GateMode.SIGNIFICANT:
            return self.known.verdict(article, question) in (None, Verdict.NOT_MEASURED)
        return not known(self.known, article, question, outcome.verdict)


def accepted_now(evaluation: Evaluation, before: Snapshot) -> Accepted:
    """Grade what was accepted of a model again, as far as labels or graders changed since."""
    refused = list(other_articles(before, evaluation))
    if before.questions != evaluation.settings.task.ids:
        refused.append("the questions are others than in the snapshot")
        return Accepted(before, before, refused=tuple(refused))
    graders, now = before.provenance.get("graders", "unknown"), graders_now()
    relabelled = list(_relabelled(before, evaluation))
    why = [f"graders {graders} -> {now}"] if graders != now else []
    if relabelled:
        named = [f"{article} {question}" for article, question in relabelled]
        why.append(f"the label of {listed(named)}")
    if not why:
        return Accepted(before, before, refused=tuple(refused))
    stale = list(before.lines) if graders != now else [article for article, _ in relabelled]
    stale = list(dict.fromkeys(article for article in stale if article in evaluation.articles))
    problem = not_of_one_acceptance(evaluation, before)
    lines, of_these_labels = dict(before.lines), dict(before.lines)
    lost = []
    for article in stale:
        was, labels = before.lines[article], evaluation.articles[article].label_digests
        stands = [labels[q] == old for q, old in zip(before.questions, was.labels, strict=True)]
        line = None if problem else _graded(evaluation, before, article)
        if line is None:
            lost.append(article)
        lines[article] = line or _without(was, stands)
        of_these_labels[article] = _without(line or was, stands)
    if lost:
        reason = problem or "they are not all among the accepted replies"
        refused.append(
            f"{' and '.join(why)} changed since the snapshot, and {listed(lost)} cannot be graded again: {reason}"
        )
    return Accepted(
        replace(before, lines=lines),
        replace(before, lines=of_these_labels),
        tuple(why),
        tuple(refused),
    )


def other_articles(before: Snapshot, evaluation: Evaluation) -> Iterator[str]:
    """Which articles are in one of a snapshot and the folder only, one line each."""
    added = [article for article in evaluation.articles if article not in before.lines]
    gone = [article for article in before.lines if article not in evaluation.articles]
    if added:
        yield f"{listed(added)} joined since the snapshot"
    if gone:
        yield f"{listed(gone)} left since the snapshot"


def _relabelled(before: Snapshot, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    for id_, article in evaluation.articles.items():
        line = before.lines.get(id_)
        for question, digest in zip(before.questions, line.labels if line else (), strict=False):
            if article.label_digests[question] != digest:
                yield id_, question


def not_of_one_acceptance(evaluation: Evaluation, before: Snapshot) -> str:
    """Why the accepted replies are not those that the snapshot counts; empty where they are."""
    evidence = evaluation.evidence.get(before.model)
    if evidence is None:
        return f"no replies of {before.model} were accepted with it"
    then = provenance(evidence.identity, evidence.recipe)
    other = [n for n in _OF_THE_REPLIES if before.provenance.get(n) != then[n]]
    return (
        f"the accepted replies are not those of the snapshot ({', '.join(other)})" if other else ""
    )


def _graded(evaluation: Evaluation, before: Snapshot, article: str) -> Line | None:
    """One article's line by the labels of now; None where a reply that it counts is not there."""
    was = before.lines[article]
    replies = [stored.reply for stored in evaluation.evidence[before.model].of(article)]
    if len(replies) != len(was.samples):
        return None
    labels = evaluation.articles[article].label_digests
    marked = [evaluation.marker.marks(evaluation.articles[article], one) for one in replies]
    samples = tuple(
        tuple(marks.questions[question].verdict for question in before.questions)
        for marks in marked
    )
    return Line(tuple(labels[question] for question in before.questions), was.text, samples)


def _without(line: Line, stands: Sequence[bool]) -> Line:
    """A line without the verdicts that do not stand: they say nothing about an answer of today."""
    samples = tuple(
        tuple(
            verdict if same else Verdict.NOT_MEASURED
            for verdict, same in zip(sample, stands, strict=True)
        )
        for sample in line.samples
    )
    return replace(line, samples=samples)


class Acceptances:
    """What was accepted of each model, looked at when it is first asked for."""

    def __init__(self, evaluation: Evaluation, before: Mapping[str, Snapshot]) -> None:
        """Take the accepted snapshots, by model."""
        self._evaluation = evaluation
        self._before = before
        self._found: dict[str, Accepted] = {}

    def of(self, model: str) -> Accepted | None:
        """What was accepted of a model; None where nothing was."""
        before = self._before.get(model)
        if before is not None and model not in self._found:
            self._found[model] = accepted_now(self._evaluation, before)
        return self._found.get(model)

    def doubts(self, came: Obtained) -> bool:
        """Whether a first reply is to be got once more, since it may be the server that answers otherwise.

        That is so where another version of the server, or another machine, gave it than the accepted one, and
        an answer in it fell. Where several samples are wanted those show it, and a replay asks nobody.
        """
        evaluation, model = self._evaluation, came.model
        if (
            model not in self._before
            or evaluation.settings.mode is Mode.REPLAY
            or evaluation.samples(model) > 1
            or not server_differs(self._before[model], came.stored.identity, evaluation.recipe)
        ):
            return False
        accepted = self.of(model)
        if accepted is None or accepted.snapshot.depth > 1:
            return False
        marks = evaluation.marker.marks(evaluation.articles[came.article], came.stored.reply)
        found = (
            flip(accepted.snapshot, came.article, question, mark.verdict)
            for question, mark in marks.questions.items()
        )
        return any(one is not None and one.worse for one in found)
