"""Graders: pure functions from (question, label, answer) to a grade with a reason.

The rooms below compile some hundred expressions when they are loaded, which takes half a second; so they
are loaded by the first answer that is graded, or while the first reply of a model is waited for.
"""

from collections.abc import Mapping
from datetime import date

from slm_harness.grading.versions import VERSIONS
from slm_harness.records import Grade
from slm_harness.task import Kind, Task

__all__ = ["VERSIONS", "canonical", "contradictions", "expected_in_words", "grade", "load"]


def load() -> None:
    """Load all rooms, where there is time for it."""
    import slm_harness.grading.against  # noqa: F401 - for its being loaded


def grade(
    question_id: str,
    label: object,
    answer: object,
    *,
    published: date | None = None,
    task: Task | None = None,
) -> Grade:
    """Judge ``answer`` (any JSON value) to a question against its label.

    Args:
        question_id: The id of a question of ``task``.
        label: The value under ``answers:`` in a label file, as ``yaml.safe_load`` gives it.
        answer: The value that the model's reply holds for the question.
        published: The article's day of publication, against which relative dates are read.
        task: The task that the question is of; that of the nine questions unless one is given.

    Raises:
        KeyError: ``task`` has no such question.
        LabelFaults: the label breaks its contract.
    """
    from slm_harness.grading import judging

    return judging.grade(question_id, label, answer, published=published, task=task)


def contradictions(
    values: Mapping[str, object], task: Task, published: date | None = None
) -> Mapping[str, str]:
    """What contradicts what in a reply.

    Args:
        values: Question id to the answer; a question that was left out has none.
        task: The task; which questions hang together is in its table.
        published: The article's day of publication; an answer cannot be a later day.

    Returns:
        The id of the question that is contradicted, to how, in the task's order.
    """
    from slm_harness.grading import against

    return against.contradictions(values, task, published)


def canonical(kind: Kind | str, label: object) -> str:
    """The label's own value as the answer that was asked for."""
    from slm_harness.grading import wording

    return wording.canonical(kind, label)


def expected_in_words(kind: Kind | str, label: object) -> str:
    """What the label wants, for a person."""
    from slm_harness.grading import wording

    return wording.expected_in_words(kind, label)
