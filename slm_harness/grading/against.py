"""Answers of one reply against each other: what they cannot all be, whatever the article says.

A rate of its own beside the pass rates: a model that contradicts itself cannot be relied upon even where
one of the two answers is right. No verdict changes by it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from slm_harness.grading.dates import DateSpan, parse_dates
from slm_harness.grading.judging import grade
from slm_harness.grading.reading import read
from slm_harness.task import Kind, Question, Task


def contradictions(
    values: Mapping[str, object], task: Task, published: date | None = None
) -> Mapping[str, str]:
    """What contradicts what in a reply, as ``slm_harness.grading.contradictions`` says."""
    found: dict[str, str] = {}
    for question in task.questions:
        if question.id in values:
            for how in _of(question, values, task, published):
                found.setdefault(question.id, how)
    return found


def _of(
    question: Question, values: Mapping[str, object], task: Task, published: date | None
) -> Iterator[str]:
    if question.kind is Kind.YES_NO:
        below = _below(question, task)
        stated = next((q.id for q in below if q.id in values and _stated(q, values, task)), None)
        if stated and not _is(question, "Yes", values, task):
            no = "No" if _is(question, "No", values, task) else "neither Yes nor No"
            yield f"it is {no}, and {stated} has an answer"
    if question.kind is Kind.DATE:
        mine = _only_date(question.id, values, published)
        if mine and published and mine.earliest and mine.earliest > published:
            yield f"{mine.text} is after the article was published"
        other = _only_date(question.not_before, values, published)
        if mine and other and mine.latest and other.earliest and mine.latest < other.earliest:
            yield f"{mine.text} is before {question.not_before}, {other.text}"


def _below(question: Question, task: Task) -> tuple[Question, ...]:
    """The questions that have no answer where that of ``question`` is No."""
    if question.opens:
        return (task.question(question.opens),)
    if question == task.first_yes_no:
        return tuple(q for q in task.questions if q.kind is not Kind.YES_NO)
    return ()


def _stated(question: Question, values: Mapping[str, object], task: Task) -> bool:
    return not any(_is(question, label, values, task) for label in ("unknown", "none"))


def _is(question: Question, label: str, values: Mapping[str, object], task: Task) -> bool:
    value = values[question.id]
    if isinstance(value, str):
        return _text_is(question.id, label, value, task)
    return grade(question.id, label, value, task=task).passed


@lru_cache(maxsize=1024)  # most of these answers are Yes, No or Unknown, in every reply
def _text_is(question_id: str, label: str, text: str, task: Task) -> bool:
    return grade(question_id, label, text, task=task).passed


def _only_date(
    question_id: str, values: Mapping[str, object], published: date | None
) -> DateSpan | None:
    if question_id not in values:
        return None
    said = [
        one
        for one in parse_dates(read(values[question_id], question_id).text, published)
        if not one.negated
    ]
    # A date that can be read in two ways, or one of several, contradicts nothing for certain.
    return said[0] if len(said) == 1 and said[0].other is None else None
