"""From a model's reply about a new article to a label that a person can check.

A draft is a proposal: each answer as the label form has it, what the model said, and the sentence of
the article that seems to bear it out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from slm_harness import grading
from slm_harness.asking import Sources
from slm_harness.engines import Report
from slm_harness.errors import NotMeasured
from slm_harness.grading.counts import parse_counts
from slm_harness.grading.dates import parse_dates
from slm_harness.grading.expected import LabelFaults, Unstated, parse_label
from slm_harness.labels.support import bears_out, words_shared
from slm_harness.printable import printable, shortened
from slm_harness.reading import read
from slm_harness.records import Article, ModelSpec, Recipe
from slm_harness.single import reply_about
from slm_harness.task import Kind, Question, Task

SAID_LENGTH = 160
"""Longest answer that is repeated beside a proposal, in characters."""


@dataclass(frozen=True)
class Proposal:
    """A label for one question."""

    question: str
    label: Any
    """As it stands under ``answers:``."""
    said: str
    """What the model said, on one line; empty where it said nothing."""
    evidence: str = ""
    """The sentence of the article that bears it out, word for word; empty where none was found."""


def proposals(
    article: Article, task: Task, spec: ModelSpec, recipe: Recipe, sources: Sources, report: Report
) -> tuple[Proposal, ...]:
    """Ask a model about a new article; one proposal a question, in the task's order.

    The reply is stored, so that an evaluation of the same words does not ask again.

    Raises:
        NotMeasured: the model gave no reply, or none that can be read.
        SettingsError: its entry, or the address of its server, is wrong.
    """
    obtained = reply_about(article, task, spec, recipe, sources, report)
    reading = read(obtained.stored.reply, task)
    if reading.problem:
        raise NotMeasured(f"{spec.name}: {reading.problem}")
    return proposed(article, task, reading.values)


def proposed(article: Article, task: Task, values: Mapping[str, object]) -> tuple[Proposal, ...]:
    """Make proposals of the values of a reply."""
    labels = {q.id: _sound(q, values.get(q.id), article.published, task) for q in task.questions}
    _empty_where_closed(labels, task)
    sentences = tuple(_sentences(article.text))
    found = []
    for question in task.questions:
        label = labels[question.id]
        proof = _proof(question, label, sentences, article.published)
        found.append(Proposal(question.id, label, _said(values.get(question.id)), proof))
    return tuple(found)


def kind_of(task: Task, found: tuple[Proposal, ...]) -> str:
    """The kind of article that the proposals make it."""
    if task.kind_without_answers and all(one.label in ("none", "No") for one in found):
        return task.kind_without_answers
    return task.article_kinds[0] if task.article_kinds else "article"


def _sound(question: Question, value: object, published: date | None, task: Task) -> Any:  # noqa: ANN401 - a label
    """The label that a value makes; ``unknown`` where it makes none ("between 10 and 5")."""
    if value is None or _is(question, "unknown", value, task):
        return "unknown"
    label = _label(question, value, published, task)
    try:
        parse_label(question.kind, label)
    except LabelFaults:
        return "unknown"
    return label


def _label(question: Question, value: object, published: date | None, task: Task) -> Any:  # noqa: ANN401 - a label
    said = _in_words(value)
    match question.kind:
        case Kind.YES_NO:
            return next((w for w in ("Yes", "No") if _is(question, w, value, task)), "unknown")
        case Kind.NAMES:
            names = value if isinstance(value, list) else _BETWEEN_NAMES.split(said)
            kept = [{"name": name} for one in names if (name := printable(str(one)))]
            return {"names": kept} if kept else "unknown"
        case Kind.COUNT:
            return _count(said)
        case Kind.DATE:
            return _date(said, published)
        case Kind.TEXT:
            return {"statement": said, "key_facts": [[said]]}


def _is(question: Question, label: str, value: object, task: Task) -> bool:
    return grading.grade(question.id, label, value, task=task).passed


_BETWEEN_NAMES = re.compile(
    r"\s*(?:;|,(?!\s*(?:Inc|Ltd|LLC|Co|Corp|S\.A|plc)\b))\s*", re.IGNORECASE
)


def _count(said: str) -> Any:  # noqa: ANN401 - a label
    for count in parse_counts(said):
        if count.negated or count.superseded:
            continue
        unit = {"unit": count.unit} if count.unit else {}
        if count.low is not None and count.low == count.high:
            return {"value": count.low, **unit}
        bounds = {"at_least": count.low, "at_most": count.high}
        return {**{key: n for key, n in bounds.items() if n is not None}, **unit}
    return "unknown"


def _date(said: str, published: date | None) -> Any:  # noqa: ANN401 - a label
    for one in parse_dates(said, published):
        if not one.negated:
            return {"earliest": one.earliest, "latest": one.latest}
    return "unknown"


def _empty_where_closed(labels: dict[str, Any], task: Task) -> None:
    """Where the first yes/no question is answered No nothing applies; likewise below each other one."""
    first = task.first_yes_no
    if first and labels[first.id] == "No":
        labels |= {id_: "none" for id_ in task.ids if id_ != first.id}
        return
    for question in task.questions:
        opened = task.question(question.opens) if question.opens else None
        if opened and labels[question.id] == "No" and opened.kind is Kind.NAMES:
            labels[opened.id] = "none"


# ---------------------------------------------------------------- the sentence beside it

_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W\d_a-z])")


def _sentences(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        start = 0
        for match in _END.finditer(line):
            yield line[start : match.end()].strip()
            start = match.end()
        yield line[start:].strip()


def _proof(
    question: Question, label: object, sentences: tuple[str, ...], published: date | None
) -> str:
    expected = parse_label(question.kind, label)
    if isinstance(expected, Unstated):
        return ""
    if question.kind is Kind.TEXT and isinstance(label, dict):
        shared = {one: words_shared(str(label["statement"]), one) for one in sentences}
        best = max(sentences, key=lambda one: shared[one], default="")
        return best if shared.get(best) else ""
    return next((one for one in sentences if bears_out(expected, one, published)), "")


def _said(value: object) -> str:
    return shortened(_in_words(value), SAID_LENGTH)


def _in_words(value: object) -> str:
    if value is None:
        return ""
    return printable("; ".join(map(str, value)) if isinstance(value, list) else str(value))
