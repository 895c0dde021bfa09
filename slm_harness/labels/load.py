"""A folder of ``<id>.html`` and ``<id>.yaml`` to articles, or to one error with every fault."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from slm_harness.errors import LabelsError, PageError, SettingsError
from slm_harness.labels import checks
from slm_harness.labels.nodes import MAX_BYTES, Document, Fault, by_line, read_yaml
from slm_harness.pages import LIMIT, Page, has_words, read_page, tidy
from slm_harness.printable import shortened
from slm_harness.records import Article
from slm_harness.task import Kind, Task


@dataclass(frozen=True)
class Labelled:
    """An article with all that its label file says beyond what an evaluation needs."""

    article: Article
    evidence: Mapping[str, tuple[str, ...]]
    """Question id to what the text says on it, word for word."""
    furniture: tuple[str, ...] = ()
    """Words of the page that are not the article's."""
    url: str | None = None
    edited: str | None = None
    """The article as an editor would cut it out."""
    draft: bool = False
    """A proposal nobody has confirmed."""


def load_articles(folder: Path, task: Task) -> tuple[Article, ...]:
    """Load every labelled page of ``folder``, sorted by id.

    Raises:
        LabelsError: with every fault of every file.
        SettingsError: there is no such folder, or nothing in it.
    """
    return tuple(one.article for one in load_labelled(folder, task, furniture=False))


def load_labelled(
    folder: Path,
    task: Task,
    *,
    drafts: bool = False,
    furniture: bool = True,
    only: str | None = None,
) -> tuple[Labelled, ...]:
    """Load what ``load_articles`` does with evidence and the like; ``only`` names one article.

    ``drafts`` lets those through that nobody has confirmed: for tools that edit, never for grading.
    ``furniture`` makes a fault of page furniture that cleaning left in the text: it measures the
    cleaning, and is no reason to refuse an evaluation.

    Raises:
        LabelsError: with every fault of every file that was looked at.
        SettingsError: there is no such folder, nothing in it, or no article named ``only``.
    """
    files = _files(folder)
    stems = sorted({path.stem for path in files if path.suffix in (".html", ".yaml")})
    if only is not None:
        if only not in stems:
            hint = checks.nearest(only, stems)
            raise SettingsError(f"{folder}: there is no article {shortened(only, 80)!r}{hint}")
        stems = [only]
    faults: dict[str, list[Fault]] = {}
    if only is None:
        faults |= _misnamed(files)
    loaded = [
        _load(folder, stem, task, faults, drafts=drafts, furniture=furniture) for stem in stems
    ]
    told = by_line(faults)
    if told:
        raise LabelsError(str(folder), told)
    return tuple(one for one in loaded if one is not None)


def _files(folder: Path) -> list[Path]:
    advice = "add <id>.html and <id>.yaml, or name another folder with --articles=DIR"
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        reason = "is no folder" if isinstance(error, NotADirectoryError) else "cannot be read"
        if isinstance(error, FileNotFoundError):
            reason = "is not there"
        raise SettingsError(f"{folder}: the folder of articles {reason}; {advice}") from error
    files = [path for path in found if path.suffix.lower() in (*_SUFFIXES, *_SUFFIXES.values())]
    if not files:
        raise SettingsError(f"{folder}: the folder of articles is empty; {advice}")
    return files


_SUFFIXES = {".yml": ".yaml", ".htm": ".html"}


def _misnamed(files: Iterable[Path]) -> Iterator[tuple[str, list[Fault]]]:
    for path in files:
        if path.suffix not in (".html", ".yaml"):
            lower = path.suffix.lower()
            what = (
                f"the name ends in {path.suffix}; call it {path.stem}{_SUFFIXES.get(lower, lower)}"
            )
            yield str(path), [Fault(0, (), what)]


def _load(
    folder: Path,
    stem: str,
    task: Task,
    faults: dict[str, list[Fault]],
    *,
    drafts: bool,
    furniture: bool,
) -> Labelled | None:
    """One article; what is wrong with it is added to ``faults`` under the name of the file."""
    label_file, page_file = folder / f"{stem}.yaml", folder / f"{stem}.html"
    of_label, of_page = (
        faults.setdefault(str(label_file), []),
        faults.setdefault(str(page_file), []),
    )
    content = _content(label_file, page_file, MAX_BYTES, of_label)
    html = _content(page_file, label_file, LIMIT, of_page)
    document = read_yaml(content) if content is not None else None
    if document is not None:
        of_label += checks.faults_of(document, task, stem, drafts=drafts)
    page = _page(html, of_page)
    if document is None or html is None or page is None or not isinstance(document.value, dict):
        return None
    text = _flat(page.text)
    of_label += _lost_evidence(document, text, html)
    if furniture:
        of_label += _left_furniture(document, text)
    return None if of_label or of_page else _labelled(document.value, page, task)


def _content(path: Path, partner: Path, limit: int, faults: list[Fault]) -> bytes | None:
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(limit + 1)
        what = "is no regular file" if path.exists() else f"is not there, but {partner.name} is"
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
    faults.append(Fault(0, (), f"{what}; every article is two files of one name"))
    return None


def _page(html: bytes | None, faults: list[Fault]) -> Page | None:
    if html is None:
        return None
    try:
        return read_page(html)
    except PageError as error:
        faults.append(Fault(0, (), error.message))
        return None


# ---------------------------------------------------------------- label against page


def _lost_evidence(document: Document, text: str, html: bytes) -> Iterator[Fault]:
    label = document.value
    assert isinstance(label, dict)  # noqa: S101 - the caller has looked
    evidence = label.get("evidence")
    for question, value in (evidence if isinstance(evidence, dict) else {}).items():
        for phrase in map(_flat, checks.texts_of(value)):
            if phrase not in text:
                path = ("evidence", question)
                yield Fault(document.line(path), path, _lost(phrase, text, html))


def _left_furniture(document: Document, text: str) -> Iterator[Fault]:
    label = document.value
    assert isinstance(label, dict)  # noqa: S101 - the caller has looked
    furniture = label.get("furniture")
    for index, value in enumerate(furniture if isinstance(furniture, list) else []):
        if isinstance(value, str) and value.strip() and _flat(value) in text:
            path = ("furniture", index)
            what = f"{shortened(value, 60)!r} is still in the cleaned text"
            yield Fault(document.line(path), path, what)


def _flat(text: str) -> str:
    return " ".join(tidy(text).split())


_LOOKALIKES = str.maketrans('‘’‚‛“”„‟«»‐‑‒–—−´`"', "''''''''''------'''")


def _folded(text: str) -> str:
    """``text`` without what a copyist changes, character for character."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_LOOKALIKES))


def _lost(phrase: str, text: str, html: bytes) -> str:
    shown = repr(shortened(phrase, 60))
    start = _folded(text).find(_folded(phrase))
    if start >= 0:
        there = shortened(text[start : start + len(phrase)], 160)
        return f"{shown} is not word for word in the cleaned text, which has: {there}"
    if has_words(html, phrase):
        return f"{shown} is on the page, but cleaning drops it; quote what is left"
    return f"{shown} is not on the page; copy it from the text (slm-harness show)"


# ---------------------------------------------------------------- to records


def _labelled(label: dict[str, Any], page: Page, task: Task) -> Labelled:
    contested = frozenset(label.get("contested", ()))
    published = checks.day_of(label.get("published")) or page.published
    answers = {question.id: label["answers"][question.id] for question in task.questions}
    for question in task.questions:
        if question.kind is Kind.YES_NO and isinstance(answers[question.id], bool):
            # A bare Yes is a YAML boolean; the same label has to have the same digest.
            answers[question.id] = "Yes" if answers[question.id] else "No"
    article = Article(
        id=label["id"],
        text=page.text,
        answers=answers,
        label_digests={
            id_: _digest(answer, published, contested=id_ in contested)
            for id_, answer in answers.items()
        },
        kind=label["kind"],
        title=_flat(label["title"]) if "title" in label else page.title,
        published=published,
        tags=tuple(label.get("tags", ())),
        contested=contested,
    )
    evidence = label.get("evidence", {})
    return Labelled(
        article,
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
