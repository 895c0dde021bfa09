"""Every fault of every label of a folder, beyond what an evaluation refuses: for those who write labels."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from slm_harness import strict_yaml
from slm_harness.errors import SettingsError
from slm_harness.grading.expected import Expected
from slm_harness.labels.checks import day_of, texts_of
from slm_harness.labels.consistency import contradictions, parsed_answers
from slm_harness.labels.files import ReadArticle, read_folder
from slm_harness.labels.nodes import Fault, Finding, findings
from slm_harness.labels.quotes import evidence_not_in_edited, faulty_furniture, flat
from slm_harness.labels.support import unsupported
from slm_harness.printable import nearest
from slm_harness.task import Task


@dataclass(frozen=True)
class Linted:
    """What was looked at, and what was found."""

    articles: int
    findings: tuple[Finding, ...]


def lint(folder: Path, task: Task) -> Linted:
    """Look at every file of ``folder``.

    Raises:
        SettingsError: there is no such folder, nothing in it, or its list of tags cannot be read.
    """
    tags = known_tags(folder)
    read, misnamed = read_folder(folder, task, drafts=True)
    faults = dict(misnamed)
    for one in read:
        one.of_label += _beyond(one, task, tags)
    for one, what in _same_text(read):
        one.of_page.append(Fault(0, (), what))
    for one in read:
        faults |= one.faults
    return Linted(len(read), findings(faults))


def known_tags(folder: Path) -> dict[str, dict[str, str]]:
    """The tags that ``tags.yaml`` beside ``folder`` allows: group to tag to meaning; empty without one.

    Raises:
        SettingsError: the file is not made like that.
    """
    path = folder.absolute().parent / "tags.yaml"
    try:
        content = strict_yaml.load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: the list of tags cannot be read: {error}") from error
    if not isinstance(content, dict) or not all(_is_group(group) for group in content.values()):
        raise SettingsError(f"{path}: it has to map groups to tags, and each tag to its meaning")
    return content


def _is_group(group: object) -> bool:
    return isinstance(group, dict) and all(
        isinstance(tag, str) and isinstance(meaning, str) for tag, meaning in group.items()
    )


def _beyond(one: ReadArticle, task: Task, tags: dict[str, dict[str, str]]) -> Iterator[Fault]:
    document = one.document
    if document is None:
        return
    label = one.label
    published = day_of(label.get("published")) or (one.page.published if one.page else None)
    found = [*_draft(label), *_unknown_tags(label, {t for group in tags.values() for t in group})]
    parsed = parsed_answers(label, task)
    found += contradictions(label, parsed, task, published)
    yield from (Fault(document.line(path), path, what) for path, what in found)
    yield from _unsupported(one, parsed, published)
    if one.page is not None:
        yield from faulty_furniture(document, flat(one.page.text), one.source)
    yield from evidence_not_in_edited(document)


def _draft(label: Mapping[str, Any]) -> Iterator[tuple[tuple[str], str]]:
    if label.get("draft") is True:
        yield ("draft",), "still a draft, which an evaluation refuses; check it, take the line out"


def _unknown_tags(
    label: Mapping[str, Any], known: set[str]
) -> Iterator[tuple[tuple[str, int], str]]:
    given = label.get("tags")
    for index, tag in enumerate(given if known and isinstance(given, list) else ()):
        if isinstance(tag, str) and tag not in known:
            yield ("tags", index), f"{tag!r} is not in tags.yaml{nearest(tag, known)}"


def _unsupported(
    one: ReadArticle, parsed: Mapping[str, Expected], published: date | None
) -> Iterator[Fault]:
    evidence, document = one.label.get("evidence"), one.document
    if not isinstance(evidence, dict) or document is None:
        return
    for question, expected in parsed.items():
        phrases = texts_of(evidence.get(question))
        path = ("evidence", question)
        for what in unsupported(expected, phrases, published) if phrases else ():
            yield Fault(document.line(path), path, what)


_ALIKE = 0.8
"""Share of runs of words in common from which two texts are one: a page saved twice has its small changes."""
_RUN = 3


def _same_text(read: Iterable[ReadArticle]) -> Iterator[tuple[ReadArticle, str]]:
    seen: list[tuple[ReadArticle, frozenset[tuple[str, ...]]]] = []
    for one in read:
        if one.page is None:
            continue
        runs = _runs(one.page.text)
        for other, theirs in seen:
            if len(runs & theirs) >= _ALIKE * len(runs | theirs):
                yield one, f"has the text of {other.page_file.name}; keep one of the two"
                break
        seen.append((one, runs))


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = text.casefold().split()
    return frozenset(tuple(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1)))
