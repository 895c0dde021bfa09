"""Answers of one label against each other: what cannot all be true of one article."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from slm_harness.grading.expected import (
    Cause,
    Causes,
    Expected,
    LabelFaults,
    Names,
    Number,
    Span,
    Spans,
    Unstated,
    YesNo,
    parse_label,
)
from slm_harness.labels.nodes import Path
from slm_harness.task import Question, Task

Contradiction = tuple[Path, str]


def parsed_answers(label: Mapping[str, Any], task: Task) -> Mapping[str, Expected]:
    """The answers of a label that are sound, in the task's order; the others have faults already."""
    given = label.get("answers")
    answers = given if isinstance(given, dict) else {}
    parsed = {}
    for question in task.questions:
        if question.id in answers:
            try:
                parsed[question.id] = parse_label(question.kind, answers[question.id])
            except LabelFaults:
                continue
    return parsed


def contradictions(
    label: Mapping[str, Any], parsed: Mapping[str, Expected], task: Task, published: date | None
) -> Iterator[Contradiction]:
    """What in a label contradicts itself. A contested answer may contradict another."""
    contested = label.get("contested")
    disputed = set(filter(task.ids.__contains__, contested if isinstance(contested, list) else ()))
    yield from _kind(label, parsed, task)
    for question in task.questions:
        if question.id not in parsed:
            continue
        path = ("answers", question.id)
        yield from ((path, what) for what in within(parsed[question.id]))
        yield from ((path, what) for what in _too_late(parsed[question.id], published))
        if question.id not in disputed:
            yield from ((path, what) for what in _between(question, parsed, disputed))


def _kind(
    label: Mapping[str, Any], parsed: Mapping[str, Expected], task: Task
) -> Iterator[Contradiction]:
    empty = task.kind_without_answers
    if not empty or label.get("kind") == empty or len(parsed) < len(task.questions):
        return
    if all(
        not one.applies if isinstance(one, Unstated) else isinstance(one, YesNo) and not one.yes
        for one in parsed.values()
    ):
        yield ("kind",), f"every answer is none or No, which is an article of kind {empty}"


# ---------------------------------------------------------------- within one answer


def within(expected: Expected) -> Iterator[str]:
    """What is right and wrong at once in one answer."""
    match expected:
        case Names():
            yield from _within_names(expected)
        case Number():
            yield from _within_number(expected)
        case Span():
            if expected.earliest == expected.latest and expected.earliest in expected.wrong:
                yield f"{expected.earliest} is the right day and a wrong one"
        case Cause():
            yield from _within_cause(expected)
        case Spans() | Causes():
            parts = expected.spans if isinstance(expected, Spans) else expected.causes
            for part in parts:
                yield from within(part)
        case _:
            return


def _within_names(names: Names) -> Iterator[str]:
    right = {form.casefold() for form in _forms(names)}
    for name in (*names.neutral, *names.wrong):
        if name.casefold() in right:
            yield f"{name!r} is a right name and a wrong or neutral one"


_LONG_WORDING = 14
"""Most words of a wording: what is longer is a sentence, and no other model will put it so."""


def _within_cause(cause: Cause) -> Iterator[str]:
    for fact in cause.key_facts:
        if all(len(wording.split()) > _LONG_WORDING for wording in fact) or fact == (
            cause.statement,
        ):
            yield "a key fact has no short wording; give the ways in which a model may put it"
    facts = {wording.casefold() for fact in cause.key_facts for wording in fact}
    for wording in cause.wrong:
        if wording.casefold() in facts:
            yield f"{wording!r} is a key fact and wrong"


def _within_number(number: Number) -> Iterator[str]:
    if number.value is None:
        return
    low, high = number.low or number.value, number.high or number.value
    for figure in number.wrong:
        if low <= figure <= high:
            yield f"{figure} is wrong, and lies within what is right ({low} to {high})"
    if number.value in number.claimed:
        yield f"{number.value} is the right count and a mere claim"


def _too_late(expected: Expected, published: date | None) -> Iterator[str]:
    spans = expected.spans if isinstance(expected, Spans) else (expected,)
    for span in spans:
        if isinstance(span, Span) and published and span.earliest and span.earliest > published:
            yield f"{span.earliest} is after the article was published ({published})"


# ---------------------------------------------------------------- between two answers


def _between(
    question: Question, parsed: Mapping[str, Expected], disputed: set[str]
) -> Iterator[str]:
    mine = parsed[question.id]
    if question.opens in parsed and question.opens not in disputed:
        yield from _opened(mine, question.opens, parsed[question.opens])
    if question.apart_from in parsed and question.apart_from not in disputed:
        other = parsed[question.apart_from]
        if isinstance(mine, Names) and isinstance(other, Names):
            for name in sorted(_forms(mine) & _forms(other)):
                yield f"{name!r} is a name under {question.apart_from} too; it can be one of them"
    if question.not_before in parsed and question.not_before not in disputed:
        other = parsed[question.not_before]
        if isinstance(mine, Span) and isinstance(other, Span):
            first, last = other.earliest, mine.latest
            if first and last and last < first:
                yield f"ends on {last}, before {question.not_before} begins on {first}"


def _opened(mine: Expected, other_id: str, other: Expected) -> Iterator[str]:
    unstated = isinstance(other, Unstated)
    if isinstance(mine, YesNo) and mine.yes:
        if isinstance(other, Unstated) and not other.applies:
            yield f"is Yes, but {other_id} is none; say what it is, or unknown"
    elif not unstated:
        no = "No" if isinstance(mine, YesNo) else "unknown" if _applies(mine) else "none"
        yield f"is {no}, but {other_id} has an answer"


def _applies(expected: Expected) -> bool:
    return isinstance(expected, Unstated) and expected.applies


def _forms(names: Names) -> set[str]:
    return {form for one in names.names for form in (one.name, *one.aliases)}
