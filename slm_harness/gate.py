"""The gate: pass rates of a model with the outcome of every answer, and what became worse since.

A snapshot is a text that people read in a pull request: who was asked, the rate of each question, and
one short line for each article. It is byte-identical as long as nothing changed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from slm_harness.errors import SnapshotError
from slm_harness.records import Verdict

FORMAT = 1
DIGITS = 4
"""Hex digits of the digest of one label."""
MARKS: Mapping[Verdict, str] = {
    Verdict.RIGHT: "+",
    Verdict.WRONG: "-",
    Verdict.UNUSABLE: "?",
    Verdict.CONTESTED: "~",
}
_VERDICTS = {mark: verdict for verdict, mark in MARKS.items()}
_RANK = {Verdict.RIGHT: 2, Verdict.WRONG: 1, Verdict.UNUSABLE: 0}
_TITLE = f"slm-harness pass rates, format {FORMAT}"
_LEGEND = (
    "article, digests of labels and text, answers in the order of the questions: "
    "+ right, - wrong, ? unusable, ~ contested"
)


@dataclass(frozen=True)
class Line:
    """One article's outcomes."""

    labels: tuple[str, ...]
    """For each question, four hex digits of what it was graded by."""
    text: str
    """Digest of the cleaned text that was read."""
    verdicts: tuple[Verdict, ...]
    """In the order of the questions."""


@dataclass(frozen=True)
class Snapshot:
    """What a model got right, and of which model, words and graders that is true."""

    model: str
    provenance: Mapping[str, str]
    """What the rates depend on besides the articles: base digest, prompt, options, graders."""
    questions: tuple[str, ...]
    lines: Mapping[str, Line]
    """Article id to its outcomes, sorted by id."""

    def verdict(self, article: str, question: str) -> Verdict | None:
        """What one answer was; None where the snapshot does not know the article or question."""
        line = self.lines.get(article)
        if line is None or question not in self.questions:
            return None
        return line.verdicts[self.questions.index(question)]

    def text(self, article: str) -> str | None:
        """Digest of an article's text; None where the snapshot does not know it."""
        line = self.lines.get(article)
        return line.text if line else None

    def rate(self, question: str) -> tuple[int, int]:
        """How many answers to ``question`` are right, and of how many that are scored."""
        verdicts = [self.verdict(article, question) for article in self.lines]
        return verdicts.count(Verdict.RIGHT), sum(v is not Verdict.CONTESTED for v in verdicts)


@dataclass(frozen=True)
class Flip:
    """One answer that is judged otherwise than before."""

    article: str
    question: str
    before: Verdict
    now: Verdict

    @property
    def worse(self) -> bool:
        """Whether it fell, in the order right, wrong, unusable."""
        return _RANK.get(self.now, 0) < _RANK.get(self.before, 0)


@dataclass(frozen=True)
class Comparison:
    """A snapshot now against the accepted one."""

    flips: tuple[Flip, ...]
    changed: tuple[str, ...]
    """What is another model, prompt or setting than before: what is being compared."""
    incomparable: tuple[str, ...]
    """Why the two cannot be compared as they are: other articles, labels, questions or graders."""

    @property
    def worse(self) -> tuple[Flip, ...]:
        """The answers that fell."""
        return tuple(flip for flip in self.flips if flip.worse)

    @property
    def passes(self) -> bool:
        """Whether no answer fell and everything could be compared (the strict gate)."""
        return not self.worse and not self.incomparable


def compare(before: Snapshot, now: Snapshot) -> Comparison:
    """What changed from the accepted snapshot to the present one."""
    incomparable = [*_other_articles(before, now), *_other_ground(before, now)]
    changed = [
        f"{name} changed"
        for name in dict.fromkeys((*now.provenance, *before.provenance))
        if name != "graders" and before.provenance.get(name) != now.provenance.get(name)
    ]
    reworded = [id_ for id_, line in now.lines.items() if before.text(id_) not in (None, line.text)]
    if reworded:
        changed.append(f"the text of {_listed(reworded)} changed")
    flips = [
        found
        for article, line in now.lines.items()
        for question, verdict in zip(now.questions, line.verdicts, strict=True)
        if (found := flip(before, article, question, verdict))
    ]
    return Comparison(tuple(flips), tuple(changed), tuple(incomparable))


def flip(before: Snapshot, article: str, question: str, now: Verdict) -> Flip | None:
    """What became of one answer since ``before``; None where it is as it was, or cannot be compared."""
    was = before.verdict(article, question)
    if was is None or was is now or not {was, now} <= _RANK.keys():
        return None
    return Flip(article, question, was, now)


def known(before: Snapshot | None, article: str, question: str, now: Verdict) -> bool:
    """Whether the snapshot has an answer as not passed, and it did not become worse still.

    ``before`` is without the verdicts whose label is another one now (``on_same_labels``).
    """
    if before is None:
        return False
    found = flip(before, article, question, now)
    was = before.verdict(article, question)
    return was in (Verdict.WRONG, Verdict.UNUSABLE) and not (found and found.worse)


def on_same_labels(before: Snapshot, labels: Mapping[str, Mapping[str, str]]) -> Snapshot:
    """``before`` without the verdicts whose label is another one now.

    What was right by another label says nothing about an answer of today.

    Args:
        before: The accepted snapshot.
        labels: Article id to question id to digest, as they are now.
    """

    def kept(article: str, line: Line) -> Line:
        now = labels.get(article, {})
        verdicts = (
            verdict if now.get(question) == digest else Verdict.NOT_MEASURED
            for question, digest, verdict in zip(
                before.questions, line.labels, line.verdicts, strict=True
            )
        )
        return replace(line, verdicts=tuple(verdicts))

    return replace(before, lines={id_: kept(id_, line) for id_, line in before.lines.items()})


def _other_articles(before: Snapshot, now: Snapshot) -> Iterable[str]:
    added = [article for article in now.lines if article not in before.lines]
    gone = [article for article in before.lines if article not in now.lines]
    relabelled = [
        f"{article} {question}"
        for article, line in now.lines.items()
        if article in before.lines and before.questions == now.questions
        for question, old, new in zip(
            now.questions, before.lines[article].labels, line.labels, strict=True
        )
        if old != new
    ]
    if added:
        yield f"{_listed(added)} joined since the snapshot"
    if gone:
        yield f"{_listed(gone)} left since the snapshot"
    if relabelled:
        yield f"the label of {_listed(relabelled)} changed since the snapshot"


def _other_ground(before: Snapshot, now: Snapshot) -> Iterable[str]:
    if before.questions != now.questions:
        yield "the questions are others than in the snapshot"
    if before.provenance.get("graders") != now.provenance.get("graders"):
        yield (
            f"the graders changed since the snapshot ({before.provenance.get('graders')} before, "
            f"{now.provenance.get('graders')} now)"
        )


def _listed(articles: Sequence[str]) -> str:
    shown = ", ".join(articles[:5])
    return shown if len(articles) <= 5 else f"{shown} and {len(articles) - 5} more"


def render(snapshot: Snapshot) -> str:
    """The text of a snapshot."""
    width = max(len(name) for name in ("model", "articles", *snapshot.provenance))
    head = [
        _TITLE,
        "",
        f"{'model':{width}}  {snapshot.model}",
        *(f"{name:{width}}  {value}" for name, value in snapshot.provenance.items()),
        f"{'articles':{width}}  {len(snapshot.lines)}",
        "",
    ]
    rates = []
    for question in snapshot.questions:
        right, of = snapshot.rate(question)
        rates.append(f"{right:5} of {of:5}  {question}")
    column = max([len(article) for article in snapshot.lines], default=0)
    lines = [
        f"{article:{column}}  {''.join(line.labels)}  {line.text}  {''.join(MARKS[verdict] for verdict in line.verdicts)}"
        for article, line in snapshot.lines.items()
    ]
    return "\n".join([*head, *rates, "", _LEGEND, *lines]) + "\n"


_RATE = re.compile(r" *\d+ of +\d+  (\S+)")
_LINE = re.compile(r"(\S+) +([0-9a-f]+)  ([0-9a-f]+)  ([-+?~]+)")


def parse(text: str, where: str) -> Snapshot:
    """Read the text of a snapshot back; ``where`` names the file in messages.

    Raises:
        SnapshotError: the text is not what ``render`` writes.
    """
    restore = "restore it from version control, or accept anew with --snapshot-update"
    blocks = text.split("\n\n")
    if not text.startswith(_TITLE + "\n") or len(blocks) != 4:
        raise SnapshotError(f"{where}: no snapshot of {_TITLE!r}; {restore}")
    head = dict(line.split(None, 1) for line in blocks[1].splitlines() if len(line.split()) > 1)
    questions = tuple(
        match.group(1) for line in blocks[2].splitlines() if (match := _RATE.fullmatch(line))
    )
    lines: dict[str, Line] = {}
    for row in blocks[3].splitlines()[1:]:
        match = _LINE.fullmatch(row)
        if match is None or (len(match.group(2)), len(match.group(4))) != (
            DIGITS * len(questions),
            len(questions),
        ):
            raise SnapshotError(f"{where}: not a line of outcomes: {row[:80]!r}; {restore}")
        article, labels, text_, marks = match.groups()
        digests = tuple(labels[i : i + DIGITS] for i in range(0, len(labels), DIGITS))
        lines[article] = Line(digests, text_, tuple(_VERDICTS[mark] for mark in marks))
    if "model" not in head or head.get("articles") != str(len(lines)):
        raise SnapshotError(f"{where}: it has not the articles that it counts; {restore}")
    provenance = {name: value for name, value in head.items() if name not in ("model", "articles")}
    found = Snapshot(head["model"], provenance, questions, lines)
    if render(found) != text:
        # The rates are what a reviewer reads; they have to be those of the lines below them.
        raise SnapshotError(f"{where}: its rates are not those of its lines; {restore}")
    return found


def load_snapshot(folder: Path, model: str) -> Snapshot | None:
    """The accepted snapshot of ``model``; None where there is none yet.

    Raises:
        SnapshotError: the file is there and cannot be read, or is another model's.
    """
    path = folder / f"{model}.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path}: the snapshot cannot be read: {error}") from error
    found = parse(text, str(path))
    if found.model != model:
        raise SnapshotError(f"{path}: this is the snapshot of {found.model}")
    return found
