"""Marking: what the graders make of a reply, question by question, worked out once for each reply.

A mark follows from the reply's words, the article's labels, the task and our own code, and from nothing
else; so it can be remembered, and an unchanged run neither grades again nor loads the graders.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Protocol

from slm_harness.printable import shortened
from slm_harness.reading import Reading, read
from slm_harness.records import Article, Reply, Verdict
from slm_harness.store import canonical_json, text_digest
from slm_harness.task import Question, Task

GOT_LENGTH = 200
"""Longest answer that is shown in a line, in characters; the whole reply is in results.json."""
CODE = (
    "breach",
    "grading",
    "labels.commonest",
    "marking",
    "printable",
    "reading",
    "records",
    "task",
)
"""The rooms whose code decides a mark."""
_AT_HAND = 128
"""So many replies are kept read: the nine answers of an article come one after the other, each in as many
samples as there are."""
_PENDING = 500
"""So many new marks are handed to the memory at once."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The judgement on one answer, in the words in which it is shown."""

    verdict: Verdict
    expected: str
    got: str
    reason: str
    in_form: bool | None
    """Whether the answer keeps to the form that the question asks for; None where it asks for none."""
    contradicts: str
    """How the answer contradicts another of the same reply, or the date of publication."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The judgement on one reply."""

    conforms: bool
    """Whether the reply keeps to the schema to the letter."""
    questions: Mapping[str, Mark]
    """Question id to its mark, every question of the task."""


class Memory(Protocol):
    """Where texts are kept that need not be worked out again. Forgetting is no fault."""

    def get(self, keys: list[str]) -> Mapping[str, str]:
        """The texts of those keys that are known."""
        ...

    def put(self, texts: Mapping[str, str]) -> None:
        """Keep texts."""
        ...


class Marker:
    """Marks the replies of one task; each once, as long as its memory lasts."""

    def __init__(self, task: Task, memory: Memory) -> None:
        self._task = task
        self._memory = memory
        self._at_hand: dict[tuple[str, Reply], Marks] = {}
        self._told: dict[tuple[str, Reply], str] = {}
        self._pending: dict[str, str] = {}
        self._labels: dict[str, str] = {}

    def marks(self, article: Article, reply: Reply) -> Marks:
        """The marks of a reply to an article."""
        found = self._at_hand.get((article.id, reply))
        if found is None:
            found = _parsed(self._told.get((article.id, reply)) or self.text(article, reply))
            if len(self._at_hand) >= _AT_HAND:
                self._at_hand.pop(next(iter(self._at_hand)))
            self._at_hand[article.id, reply] = found
        return found

    def text(self, article: Article, reply: Reply) -> str:
        """The marks of a reply as one line, which ``take`` understands in another process."""
        key = self._key(article, reply)
        text = self._pending.get(key) or self._memory.get([key]).get(key)
        if text is None:
            text = _as_text(marks_of(article, reply, self._task))
            self._pending[key] = text
            if len(self._pending) >= _PENDING:
                self.flush()
        return text

    def take(self, article: str, reply: Reply, text: str) -> None:
        """Take marks that were made elsewhere. From any thread."""
        self._told[article, reply] = text

    def flush(self) -> None:
        """Hand what is new to the memory."""
        if self._pending:
            self._memory.put(self._pending)
            self._pending = {}

    def _key(self, article: Article, reply: Reply) -> str:
        labels = self._labels.get(article.id)
        if labels is None:
            labels = self._labels[article.id] = label_digest(article)
        return text_digest(f"{labels} {reply.finish} {reply.text}")


def _as_text(marks: Marks) -> str:
    questions = {id_: astuple(mark) for id_, mark in marks.questions.items()}
    return canonical_json([marks.conforms, questions])


def _parsed(text: str) -> Marks:
    conforms, questions = json.loads(text)
    marks = {id_: Mark(Verdict(verdict), *rest) for id_, (verdict, *rest) in questions.items()}
    return Marks(conforms, marks)


def label_digest(article: Article) -> str:
    """The sha256 of all of an article that decides a mark."""
    decides = [article.answers, article.published, sorted(article.contested)]
    return text_digest(json.dumps(decides, sort_keys=True, default=str))


def marks_of(article: Article, reply: Reply, task: Task) -> Marks:
    """Grade every answer of a reply. Pure: nothing but the arguments decides."""
    from slm_harness import grading

    reading = read(reply, task)
    against = grading.contradictions(reading.values, task, article.published)
    return Marks(
        reading.conforms,
        {
            question.id: _mark(article, question, reading, task, against.get(question.id, ""))
            for question in task.questions
        },
    )


def _mark(
    article: Article, question: Question, reading: Reading, task: Task, contradicts: str
) -> Mark:
    from slm_harness import grading

    label = article.answers[question.id]
    reason, got = reading.missing(question.id), ""
    verdict = Verdict.UNUSABLE
    if not reason:
        value = reading.values[question.id]
        grade = grading.grade(question.id, label, value, published=article.published, task=task)
        verdict = Verdict.RIGHT if grade.passed else Verdict.WRONG
        reason, got = grade.rule, _said(value)
    if question.id in article.contested:
        verdict = Verdict.CONTESTED
    return Mark(
        verdict,
        expected=expected_of(article, question),
        got=shortened(got, GOT_LENGTH),
        reason=shortened(reason, 2 * GOT_LENGTH),
        in_form=_in_form(question, reading),
        contradicts=contradicts,
    )


def expected_of(article: Article, question: Question) -> str:
    """The label of a question in words, as a line shows it."""
    from slm_harness import grading

    label = article.answers[question.id]
    return shortened(grading.expected_in_words(question.kind, label), GOT_LENGTH)


def _in_form(question: Question, reading: Reading) -> bool | None:
    if not question.form or question.id not in reading.values:
        return None
    value = reading.values[question.id]
    return isinstance(value, str) and re.fullmatch(question.form, value) is not None


def _said(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value) if value else "(an empty list)"
    return json.dumps(value, ensure_ascii=False)
