"""A folder of ``<id>.html`` and ``<id>.yaml`` to articles, or to one error with every fault."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from slm_harness.errors import LabelsError
from slm_harness.labels import checks
from slm_harness.labels.files import ReadArticle, read_folder
from slm_harness.labels.nodes import Fault, findings
from slm_harness.labels.quotes import flat
from slm_harness.records import Article
from slm_harness.task import Kind, Task


@dataclass(frozen=True)
class Labelled:
    """An article with all that its label file says beyond what an evaluation needs."""

    article: Article
    source: str
    """The page's HTML as characters."""
    evidence: Mapping[str, tuple[str, ...]]
    """Question id to what the text says on it, word for word."""
    furniture: tuple[str, ...] = ()
    """Words of the page that are not the article's."""
    url: str | None = None
    edited: str | None = None
    """The article as an editor would cut it out."""
    draft: bool = False
    """A proposal nobody has confirmed."""


def load_labelled(
    folder: Path, task: Task, *, drafts: bool = False, only: str | None = None
) -> tuple[Labelled, ...]:
    """Load every labelled page of ``folder``, sorted by id, or the one that ``only`` names.

    ``drafts`` lets those through that nobody has confirmed: for tools that edit, never for grading.

    Raises:
        LabelsError: with every fault of every file that was looked at.
        SettingsError: there is no such folder, nothing in it, or no article named ``only``.
    """
    read, misnamed = read_folder(folder, task, drafts=drafts, only=only)
    refuse_faults(folder, read, misnamed)
    return tuple(_labelled(one, task) for one in read)


def refuse_faults(
    folder: Path, read: Iterable[ReadArticle], misnamed: Mapping[str, Iterable[Fault]]
) -> None:
    """Tell every fault of every file at once.

    Raises:
        LabelsError: there are some.
    """
    faults = dict(misnamed)
    for one in read:
        faults |= one.faults
    told = findings(faults)
    if told:
        raise LabelsError(str(folder), [str(finding) for finding in told])


def bare_article(read: ReadArticle) -> Article:
    """What a model gets of an article, whatever its label is worth; it has to have a page."""
    if read.page is None:
        raise ValueError(f"{read.stem} has no page")
    title, label = read.label.get("title"), read.label
    return Article(
        id=read.stem,
        text=read.page.text,
        answers={},
        label_digests={},
        title=flat(title) if isinstance(title, str) and title.strip() else read.page.title,
        published=checks.day_of(label.get("published")) or read.page.published,
    )


def article_of(read: ReadArticle, task: Task) -> Article:
    """An article whose label is sound."""
    bare, label = bare_article(read), read.label
    contested = frozenset(label.get("contested", ()))
    answers = {question.id: label["answers"][question.id] for question in task.questions}
    for question in task.questions:
        if question.kind is Kind.YES_NO and isinstance(answers[question.id], bool):
            # A bare Yes is a YAML boolean; the same label has to have the same digest.
            answers[question.id] = "Yes" if answers[question.id] else "No"
    return replace(
        bare,
        answers=answers,
        label_digests={
            id_: _digest(answer, bare.published, contested=id_ in contested)
            for id_, answer in answers.items()
        },
        kind=label["kind"],
        tags=tuple(label.get("tags", ())),
        contested=contested,
    )


def _labelled(read: ReadArticle, task: Task) -> Labelled:
    label, evidence = read.label, read.label.get("evidence", {})
    return Labelled(
        article_of(read, task),
        read.source,
        {id_: checks.texts_of(evidence[id_]) for id_ in task.ids if id_ in evidence},
        tuple(label.get("furniture", ())),
        label.get("url"),
        label.get("text"),
        label.get("draft", False),
    )


def _digest(answer: object, published: date | None, *, contested: bool) -> str:
    decides = {"answer": answer, "published": published, "contested": contested}
    canonical = json.dumps(
        decides, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:4]
