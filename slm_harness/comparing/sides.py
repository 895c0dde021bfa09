"""The two sides of a comparison: whatever an operand names, as a snapshot by the labels and graders of now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from slm_harness.accepted import accepted_now, not_of_one_acceptance, other_articles
from slm_harness.comparing.results_file import CaseRow, Results
from slm_harness.comparing.revisions import Repository
from slm_harness.comparing.stored import Found, stored_replies
from slm_harness.errors import SettingsError, SnapshotError
from slm_harness.evidence import Evidence, has_evidence, load_evidence
from slm_harness.gate import Line, Snapshot, load_snapshot, parse
from slm_harness.gate.provenance import listed, provenance
from slm_harness.marking import Marks, expected_of
from slm_harness.records import Article, Recipe, Reply, Verdict
from slm_harness.session import Evaluation
from slm_harness.store import text_digest

SUFFIX = ".txt"
"""Of a snapshot's file."""


@dataclass(frozen=True)
class Said:
    """One answer in words, as far as they are known."""

    got: str
    expected: str
    reason: str


@dataclass(frozen=True)
class Side:
    """One of the two things that are compared, of one model."""

    name: str
    """As it is shown."""
    snapshot: Snapshot
    """By the labels and graders of now, as far as that can be."""
    wording: str | None
    """The words of the prompt; None where they are not known."""
    said: Callable[[str, str], Said | None]
    """Gives what was said about an article to a question; None where that is not known."""
    regraded: tuple[str, ...] = ()
    """Why it was graded again, in a few words each."""
    refused: tuple[str, ...] = ()
    """Why it cannot be compared as it is, a line each."""
    notes: tuple[str, ...] = ()
    """What is to be known besides, a line each."""
    missing: tuple[str, ...] = ()
    """What was not measured of it, with what measures it, a line each."""
    contradicting: int | None = None
    """Articles whose reply contradicts itself; None where that is not known."""


class Source(Protocol):
    """What an operand names."""

    @property
    def name(self) -> str:
        """As it is shown."""
        ...

    def models(self) -> Sequence[str] | None:
        """The models of which there is something; None where any could be meant."""
        ...

    def side(self, model: str) -> Side:
        """What there is of a model.

        Raises:
            SettingsError: nothing, with what would change that.
        """
        ...


class Bench:
    """Where sides are made: one evaluation, which is lent the accepted replies that are needed just then."""

    def __init__(self, evaluation: Evaluation, lent: dict[str, Evidence]) -> None:
        """Begin.

        Args:
            evaluation: What is compared.
            lent: Its accepted replies; nobody else changes them.
        """
        self.evaluation = evaluation
        self._lent = lent

    def snapshot(
        self, name: str, before: Snapshot, evidence: Evidence | None, notes: Sequence[str] = ()
    ) -> Side:
        """The side of a snapshot that was committed, with the replies that were accepted with it."""
        evaluation, model = self.evaluation, before.model
        self._lent.clear()
        if evidence is not None:
            self._lent[model] = evidence
        found = accepted_now(evaluation, before)
        fits = not not_of_one_acceptance(evaluation, before)
        self._lent.clear()
        others = tuple(other_articles(before, evaluation))
        return Side(
            name,
            found.snapshot,
            evidence.recipe.wording if evidence and fits else None,
            self._sayer(evidence.replies if evidence and fits else {}),
            regraded=found.regraded,
            refused=tuple(f"{name}: {why}" for why in found.refused if why not in others),
            notes=(*(f"{name}: {why}" for why in others), *notes),
        )

    def _sayer(self, replies: Mapping[str, object]) -> Callable[[str, str], Said | None]:
        def said(article: str, question: str) -> Said | None:
            stored = replies.get(article)
            known = self.evaluation.articles.get(article)
            reply = getattr(stored, "reply", None)
            if known is None or not isinstance(reply, Reply):
                return None
            return self.said(known, reply, question)

        return said

    def marks(self, article: Article, reply: Reply) -> Marks:
        """What the graders of now make of a reply."""
        return self.evaluation.marker.marks(article, reply)

    def said(self, article: Article, reply: Reply, question: str) -> Said | None:
        """What a reply says to a question."""
        mark = self.marks(article, reply).questions.get(question)
        return None if mark is None else Said(mark.got, mark.expected, mark.reason)


# ---------------------------------------------------------------- what was accepted


class Accepted:
    """The snapshots as they are on disk."""

    name = "accepted"

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._settings = bench.evaluation.settings

    def models(self) -> Sequence[str]:
        """Those that have a snapshot."""
        return sorted(path.stem for path in self._settings.snapshots.glob(f"*{SUFFIX}"))

    def side(self, model: str) -> Side:
        """As ``Source``."""
        before = load_snapshot(self._settings.snapshots, model)
        if before is None:
            raise SettingsError(
                f"{model} has no accepted snapshot; accept one with {self._settings.accepting(model)}"
            )
        return self._bench.snapshot(self.name, before, load_evidence(self._settings.answers, model))


class Revision:
    """The snapshots, and the replies accepted with them, at a git revision."""

    def __init__(self, bench: Bench, revision: str, repository: Repository, commit: str) -> None:
        self.name = revision
        self._bench = bench
        self._repository = repository
        self._commit = commit
        self._settings = bench.evaluation.settings

    def models(self) -> Sequence[str]:
        """Those that had a snapshot."""
        names = self._repository.names(self._commit, self._settings.snapshots.name)
        return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))

    def side(self, model: str) -> Side:
        """As ``Source``."""
        text = self._text(self._settings.snapshots, f"{model}{SUFFIX}")
        where = f"{self.name}: {self._settings.snapshots / model}{SUFFIX}"
        if text is None:
            raise SettingsError(f"{where}: there was no snapshot then")
        try:
            before = parse(text, where)
        except SnapshotError as error:
            raise SettingsError(
                f"{where}: it cannot be read, so it was damaged then or written by another version of "
                "slm-harness; name a later revision"
            ) from error
        if before.model != model:
            raise SettingsError(f"{where}: this is the snapshot of {before.model}")
        evidence, note = self._evidence(model)
        return self._bench.snapshot(self.name, before, evidence, note)

    def _evidence(self, model: str) -> tuple[Evidence | None, Sequence[str]]:
        text = self._text(self._settings.answers, f"{model}.jsonl")
        if text is None:
            return None, ()
        with TemporaryDirectory() as folder:
            (Path(folder) / f"{model}.jsonl").write_text(text, encoding="utf-8")
            try:
                return load_evidence(Path(folder), model), ()
            except SnapshotError:
                why = f"{self.name}: the replies that were accepted then cannot be read"
                return None, (why,)

    def _text(self, folder: Path, name: str) -> str | None:
        return self._repository.text(self._commit, f"{folder.name}/{name}")


# ---------------------------------------------------------------- what a run left


class ResultsFile:
    """What a run left in results.json, here or elsewhere."""

    def __init__(self, bench: Bench, path: str, results: Results) -> None:
        self.name = path
        self._bench = bench
        self._results = results

    def models(self) -> Sequence[str]:
        """Those that have answers in it."""
        return self._results.models

    def side(self, model: str) -> Side:
        """As ``Source``."""
        evaluation, rows = self._bench.evaluation, self._results.cases.get(model)
        if rows is None:
            raise SettingsError(
                f"{self.name}: it has no answers of {model}, only of {listed(list(self.models()))}"
            )
        reading = _Reading(self._bench, self._results, model, rows)
        lines = {article: reading.line(article) for article in sorted({one for one, _ in rows})}
        contradicting = {article for (article, _), row in rows.items() if row.contradicts}
        return Side(
            self.name,
            Snapshot(model, self._provenance(model), evaluation.settings.task.ids, lines),
            self._results.wording or None,
            reading.said,
            regraded=_count(reading.regraded, "answer", f"of {self.name}"),
            notes=tuple(self._notes(reading, lines)),
            missing=tuple(self._missing(model, reading, lines)),
            contradicting=len(contradicting),
        )

    def _provenance(self, model: str) -> Mapping[str, str]:
        identity, task = self._results.identities.get(model), self._bench.evaluation.settings.task
        if identity is None:
            return {}
        recipe = self._results.recipe(task.name, task.schema)
        return {**provenance(identity, recipe), "harness": self._results.harness}

    def _notes(self, reading: "_Reading", lines: Mapping[str, Line]) -> Iterator[str]:
        unknown = [article for article in lines if article not in self._bench.evaluation.articles]
        if unknown:
            yield f"{self.name}: {listed(unknown)} is no article here, and stands as it was graded there"
        if reading.relabelled:
            yield (
                f"{self.name}: the label of {listed(reading.relabelled)} was another one there, and what was "
                "said is not in it, so that cannot be graded again and is left out"
            )

    def _missing(self, model: str, reading: "_Reading", lines: Mapping[str, Line]) -> Iterator[str]:
        evaluation = self._bench.evaluation
        without = [article for article in evaluation.articles if article not in lines]
        lacking = [*reading.lacking, *without]
        if lacking:
            yield (
                f"{self.name}: {listed(lacking)} was not measured, or not whole ({len(lacking)} of "
                f"{len(evaluation.articles)} articles); {evaluation.settings.asking(model)} measures all"
            )


class _Reading:
    """The answers of one model in a results file, on the way to a snapshot."""

    def __init__(
        self,
        bench: Bench,
        results: Results,
        model: str,
        rows: Mapping[tuple[str, str], CaseRow],
    ) -> None:
        self._bench = bench
        self._results = results
        self._model = model
        self._rows = rows
        self.regraded = 0
        """Answers that are judged otherwise now than there."""
        self.relabelled: list[str] = []
        """Answers that were graded by another label and cannot be graded again."""
        self.lacking: list[str] = []
        """Articles of which an answer was not measured."""

    def line(self, article: str) -> Line:
        """The outcomes of an article."""
        questions = self._bench.evaluation.settings.task.ids
        known = self._bench.evaluation.articles.get(article)
        answers = [self._verdicts(known, article, question) for question in questions]
        if any(Verdict.NOT_MEASURED in one for one in answers):
            self.lacking.append(article)
        depth = max(map(len, answers))
        # What has fewer samples than the others of its article was not measured in them.
        filled = [(*one, *[Verdict.NOT_MEASURED] * (depth - len(one))) for one in answers]
        samples = tuple(zip(*filled, strict=True))
        if known is None:
            return Line(("",) * len(questions), "", samples)
        labels = tuple(known.label_digests[question] for question in questions)
        return Line(labels, text_of(known), samples)

    def _verdicts(self, known: Article | None, article: str, question: str) -> tuple[Verdict, ...]:
        row = self._rows.get((article, question))
        if row is None:
            return (Verdict.NOT_MEASURED,)
        if known is None or Verdict.NOT_MEASURED in row.verdicts:
            return row.verdicts
        replies = self._results.replies(self._model, article)
        if len(replies) == len(row.verdicts):
            marks = (self._bench.marks(known, reply) for reply in replies)
            verdicts = tuple(one.questions[question].verdict for one in marks)
            self.regraded += verdicts != row.verdicts
            return verdicts
        asked = self._bench.evaluation.settings.task.question(question)
        if row.expected != expected_of(known, asked):
            self.relabelled.append(f"{article} {question}")
            return (Verdict.NOT_MEASURED,) * len(row.verdicts)
        return row.verdicts

    def said(self, article: str, question: str) -> Said | None:
        """As ``Side.said``."""
        row = self._rows.get((article, question))
        known = self._bench.evaluation.articles.get(article)
        replies = self._results.replies(self._model, article)
        if known is not None and len(replies) == 1:
            return self._bench.said(known, replies[0], question)
        return None if row is None else Said(row.got, row.expected, row.reason)


# ---------------------------------------------------------------- replies to a prompt


class Prompted:
    """What models said to a prompt, as it is stored or accepted."""

    def __init__(
        self, bench: Bench, name: str, recipe: Recipe, asking: Callable[[str], str]
    ) -> None:
        """Begin.

        Args:
            bench: Where sides are made.
            name: As it is shown.
            recipe: The prompt.
            asking: Gives the command that puts it to a model.
        """
        self.name = name
        self._bench = bench
        self._recipe = recipe
        self._asking = asking

    def models(self) -> Sequence[str] | None:
        """Any could have been asked."""
        return None

    def side(self, model: str) -> Side:
        """As ``Source``."""
        evaluation = self._bench.evaluation
        if model not in evaluation.models:
            raise SettingsError(
                f"{model}: {evaluation.settings.models} has no such model, so what it said to "
                f"{self.name} is not stored; add it with --model {model}=ENGINE:BASE"
            )
        answers = evaluation.settings.answers
        evidence = load_evidence(answers, model) if has_evidence(answers, model) else None
        found = stored_replies(evaluation, model, self._recipe, evidence)
        if found.identity is None or not found.replies:
            raise SettingsError(
                f"nobody has asked {model} the words of {self.name}; ask it with {self._asking(model)}"
            )
        return self._side(model, found)

    def _side(self, model: str, found: Found) -> Side:
        evaluation, identity = self._bench.evaluation, found.identity
        if identity is None:
            raise ValueError(f"{model}: replies of nobody")
        marks = {
            article: [self._bench.marks(evaluation.articles[article], one.reply) for one in samples]
            for article, samples in found.replies.items()
        }
        contradicting = sum(
            any(mark.contradicts for one in samples for mark in one.questions.values())
            for samples in marks.values()
        )
        without = [article for article in evaluation.articles if article not in found.replies]
        missing = (
            f"{self.name}: {model} was not asked about {listed(without)} ({len(without)} of "
            f"{len(evaluation.articles)} articles); {self._asking(model)} asks it"
        )
        first = {article: samples[0] for article, samples in found.replies.items()}
        return Side(
            self.name,
            snapshot_of(evaluation, model, provenance(identity, self._recipe), marks),
            self._recipe.wording,
            self._bench._sayer(first),
            missing=(missing,) if without else (),
            contradicting=contradicting,
        )


def snapshot_of(
    evaluation: Evaluation,
    model: str,
    known: Mapping[str, str],
    marks: Mapping[str, Sequence[Marks]],
) -> Snapshot:
    """The snapshot of marks: article id to those of each sample; of some of the articles only, if need be."""
    questions = evaluation.settings.task.ids
    lines = {
        id_: Line(
            tuple(article.label_digests[question] for question in questions),
            text_of(article),
            tuple(
                tuple(one.questions[question].verdict for question in questions)
                for one in marks[id_]
            ),
        )
        for id_, article in evaluation.articles.items()
        if id_ in marks
    }
    return Snapshot(model, known, questions, lines)


def text_of(article: Article) -> str:
    """The digest of a text as snapshots have it."""
    return text_digest(replace(article, dated=True).prompt)[:12]


def _count(number: int, what: str, of: str) -> tuple[str, ...]:
    return (f"{number} {what}{'' if number == 1 else 's'} {of}",) if number else ()
