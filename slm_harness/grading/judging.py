"""From a question, its label and an answer to a grade with its reason."""

from datetime import date

from slm_harness.breach import TASK
from slm_harness.grading import cause, count_grade, date_grade, names, yes_no
from slm_harness.grading.expected import (
    Cause,
    Causes,
    Expected,
    Names,
    Number,
    Span,
    Spans,
    Unstated,
    YesNo,
    parse_label,
)
from slm_harness.grading.reading import Answer, one_line, read
from slm_harness.grading.verdict import Judgement, failed
from slm_harness.grading.wording import described
from slm_harness.records import Grade
from slm_harness.task import Kind, Task

MAX_REASON = 200
"""Longest reason, in characters."""


def grade(
    question_id: str,
    label: object,
    answer: object,
    *,
    published: date | None = None,
    task: Task | None = None,
) -> Grade:
    """Judge one answer, as ``slm_harness.grading.grade`` says."""
    kind = (task or TASK).question(question_id).kind
    expected = parse_label(kind, label)
    said = read(answer, question_id)
    judgement = _judge(kind, expected, said, question_id, published)
    if said.cut and judgement.right:
        judgement = failed("it goes on beyond what is read of an answer")
    wanted = one_line(described(kind, expected), 400)
    got = one_line(said.text.replace("\n", "; ") if said.items else said.text, 400)
    return Grade(
        judgement.right,
        _reason(judgement, got, wanted),
        expected=wanted,
        got=got,
        rule=one_line(judgement.rule, 200),
    )


def _judge(
    kind: Kind, expected: Expected, said: Answer, question_id: str, published: date | None
) -> Judgement:
    match expected:
        case YesNo():
            return yes_no.judge(expected, said, question_id)
        case Names():
            return names.judge(expected, said, question_id)
        case Number():
            return count_grade.judge(expected, said)
        case Span() | Spans():
            return date_grade.judge(expected, said, question_id, published)
        case Cause() | Causes():
            return cause.judge(expected, said)
        case Unstated():
            return _judge_unstated(kind, expected, said, question_id, published)


def _judge_unstated(
    kind: Kind, expected: Unstated, said: Answer, question_id: str, published: date | None
) -> Judgement:
    match kind:
        case Kind.YES_NO:
            return yes_no.judge(expected, said, question_id)
        case Kind.NAMES:
            return names.judge(expected, said, question_id)
        case Kind.COUNT:
            return count_grade.judge(expected, said)
        case Kind.DATE:
            return date_grade.judge(expected, said, question_id, published)
        case Kind.TEXT:
            return cause.judge(expected, said)


def _reason(judgement: Judgement, got: str, wanted: str) -> str:
    """One line: the rule that decided, what was read, what was wanted; the rule is never cut."""
    rule = one_line(judgement.rule, 110)
    room = (MAX_REASON - len(rule) - len("; read '', wanted ")) // 2
    return (
        f"{rule}; read '{one_line(got, max(room, 20))}', wanted {one_line(wanted, max(room, 20))}"[
            :MAX_REASON
        ]
    )
