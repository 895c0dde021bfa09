"""What somebody would score who has read no article: the floor under every pass rate."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from slm_harness import grading
from slm_harness.records import Article
from slm_harness.task import Kind, Task


def commonest_answers(
    articles: Iterable[Article], task: Task
) -> Mapping[str, tuple[str, int, int]]:
    """Per question the label that occurs most often, given as the answer to every article.

    Returns:
        Question id to (answer, how many it would get right, of how many scored).
    """
    found = {}
    everything = list(articles)
    for question in task.questions:
        scored = [a for a in everything if question.id not in a.contested]
        labels = [(a, a.answers[question.id]) for a in scored]
        counts = Counter(grading.canonical(question.kind, label) for _, label in labels)
        if not counts:
            continue
        answer = counts.most_common(1)[0][0]
        # Many labels are alike, as those of a yes-or-no question; each is graded once.
        days = (a.published if question.kind is Kind.DATE else None for a in scored)
        alike: dict[str, tuple[object, date | None, int]] = {}
        for (_, label), day in zip(labels, days, strict=True):
            _, _, count = alike.get(repr((label, day)), (label, day, 0))
            alike[repr((label, day))] = label, day, count + 1
        right = sum(
            count
            for label, day, count in alike.values()
            if grading.grade(question.id, label, answer, published=day, task=task).passed
        )
        found[question.id] = (answer, right, len(labels))
    return found
