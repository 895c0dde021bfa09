"""What a label file has to be, apart from its page: every check gives faults, none raises."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, get_args

from pydantic import BaseModel

from slm_harness.grading.expected import (
    Cause,
    Expected,
    LabelFaults,
    Names,
    Number,
    Span,
    Unstated,
    YesNo,
    parse_label,
)
from slm_harness.grading.expected import Fault as LabelFault
from slm_harness.labels.nodes import Document, Fault, Path
from slm_harness.pages import known_charset
from slm_harness.printable import nearest, shortened
from slm_harness.task import Kind, Task

REQUIRED = ("id", "kind", "answers")
ARTICLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What can stand in a file name, a test id and a table at once."""


def faults_of(document: Document, task: Task, stem: str, *, drafts: bool) -> list[Fault]:
    """Everything that is wrong with a label file, those faults included that reading it found."""
    faults = list(document.faults)
    label = document.value
    if not isinstance(label, dict):
        if not faults:
            what = "the file is empty" if label is None else "a label file is a mapping of keys"
            faults.append(Fault(1, (), f"{what}; it needs {', '.join(REQUIRED)}"))
        return faults
    found: list[tuple[Path, str]] = []
    found += _keys(label, (), (*_FIELDS,), REQUIRED)
    for key, wrong_with in _FIELDS.items():
        if key in label and not document.spoilt((key,)) and (wrong := wrong_with(label[key])):
            found.append(((key,), wrong))
    found += _kind(label.get("kind"), task)
    found += _identity(label, stem)
    found += _answers(document, label, task)
    found += _question_keys(label, task)
    if label.get("draft") is True and not drafts:
        found.append(
            (("draft",), "a draft that nobody has confirmed; check it and take the line out")
        )
    return faults + [Fault(document.line(path), path, what) for path, what in found]


def day_of(value: object) -> date | None:
    """The day that a label gives, as a YAML date or in quotes; None where it is neither."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def texts_of(value: object) -> tuple[str, ...]:
    """A text, or a list of them, as a tuple; empty for anything else."""
    many = value if isinstance(value, list) else [value]
    return tuple(one for one in many if isinstance(one, str) and one.strip())


# ---------------------------------------------------------------- the top level


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return None if value.strip() else "is empty; leave the key out"
    if value is None:
        return "is empty; leave the key out"
    return (
        "has to be text; put it in quotes"
        if not isinstance(value, dict | list)
        else "has to be text"
    )


def _texts(value: object) -> str | None:
    if not isinstance(value, list):
        return "has to be a list of texts"
    return next((f"an entry {what}" for one in value if (what := _text(one))), None)


def _text_or_texts(value: object) -> str | None:
    return _texts(value) if isinstance(value, list) else _text(value)


def _url(value: object) -> str | None:
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return None
    return _text(value) or "has to begin with http:// or https://"


def _charset(value: object) -> str | None:
    if isinstance(value, str) and known_charset(value) is None:
        return f"{shortened(value, 40)!r} is no charset of web pages"
    return _text(value)


def _day(value: object) -> str | None:
    return None if day_of(value) else "has to be a day written YYYY-MM-DD"


def _mapping(value: object) -> str | None:
    return None if isinstance(value, dict) else "has to be a mapping, one key for each question"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "has to be true or false"


_FIELDS: Mapping[str, Callable[[object], str | None]] = {
    "id": _text,
    "url": _url,
    "title": _text,
    "published": _day,
    "language": _text,
    "charset": _charset,
    "kind": _text,
    "tags": _texts,
    "answers": _mapping,
    "evidence": _mapping,
    "furniture": _texts,
    "text": _text,
    "contested": _texts,
    "notes": _text_or_texts,
    "draft": _flag,
}


def _keys(
    value: dict[str, Any], path: Path, known: tuple[str, ...], required: Iterable[str]
) -> Iterator[tuple[Path, str]]:
    for key in required:
        if key not in value:
            yield (*path, key), "is missing"
    for key in value:
        if key not in known:
            yield (
                (*path, key),
                f"unknown key{nearest(key, known) or '; known are ' + ', '.join(known)}",
            )


def _kind(value: object, task: Task) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str) and task.article_kinds and value not in task.article_kinds:
        hint = nearest(value, task.article_kinds)
        yield ("kind",), f"has to be one of {', '.join(task.article_kinds)}{hint}"


def _identity(label: dict[str, Any], stem: str) -> Iterator[tuple[Path, str]]:
    given = label.get("id")
    if isinstance(given, str) and given.strip() and given != stem:
        yield ("id",), f"is {shortened(given, 80)!r}, but the file's stem is {stem!r}"
    if not ARTICLE_ID.fullmatch(stem):
        yield ("id",), "has to be letters, digits, '.', '_' and '-', 80 at most; rename both files"


def _question_keys(label: dict[str, Any], task: Task) -> Iterator[tuple[Path, str]]:
    contested = label.get("contested")
    for index, one in enumerate(contested if isinstance(contested, list) else []):
        if isinstance(one, str) and one not in task.ids:
            yield ("contested", index), f"{one!r} is no question{nearest(one, task.ids)}"
    evidence = label.get("evidence")
    if isinstance(evidence, dict):
        yield from _no_question(evidence, "evidence", task)
        for key, value in evidence.items():
            if key in task.ids and (what := _text_or_texts(value)):
                yield ("evidence", key), what


def _no_question(value: dict[str, Any], name: str, task: Task) -> Iterator[tuple[Path, str]]:
    for key in value:
        if key not in task.ids:
            yield (name, key), f"no question of this task{nearest(key, task.ids)}"


# ---------------------------------------------------------------- the answers


def _answers(document: Document, label: dict[str, Any], task: Task) -> Iterator[tuple[Path, str]]:
    answers = label.get("answers")
    if not isinstance(answers, dict):
        return
    yield from _no_question(answers, "answers", task)
    if len(answers) > 1 and all(value == "unknown" for value in answers.values()):
        if label.get("draft") is not True:
            yield ("answers",), "every answer is unknown: fill in what the article says"
        return
    for question in task.questions:
        path = ("answers", question.id)
        if question.id not in answers:
            if not document.spoilt(path):
                yield path, "is missing"
        elif not document.spoilt(path):
            yield from _answer(question.kind, answers[question.id], path, label.get("kind"), task)


def _answer(
    kind: Kind, raw: object, path: Path, article: object, task: Task
) -> Iterator[tuple[Path, str]]:
    try:
        expected = parse_label(kind, raw)
    except LabelFaults as error:
        for inner, message, fault_type in _telling(error.faults):
            yield (*path, *inner), _in_words(kind, raw, inner, message, fault_type)
        return
    empty = task.kind_without_answers
    if empty and article == empty and not _is_nothing(expected):
        yield path, f"the kind is {empty}, so every answer is none or No"


def _telling(faults: tuple[LabelFault, ...]) -> Iterator[LabelFault]:
    """Without a list's "too short" where that only follows from a fault in one of its entries."""
    for path, message, fault_type in faults:
        deeper = any(
            len(other) > len(path) and other[: len(path)] == path for other, _, _ in faults
        )
        if not (fault_type == "too_short" and deeper):
            yield path, message, fault_type


def _is_nothing(expected: Expected) -> bool:
    if isinstance(expected, YesNo):
        return not expected.yes
    return isinstance(expected, Unstated) and not expected.applies


_WORDS = {
    "missing": "is missing",
    "string_type": "has to be text; put it in quotes",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "is empty",
    "too_short": "is empty; name at least one",
    "int_type": "has to be a whole number in plain digits",
    "greater_than_equal": "cannot be less than 0",
    "tuple_type": "has to be a list, in [ ] or with dashes",
    "model_type": "has to be a mapping of keys",
    "model_attributes_type": "has to be a mapping of keys",
    "dict_type": "has to be a mapping of keys",
}


def _in_words(kind: Kind, raw: object, inner: Path, message: str, fault_type: str) -> str:
    if fault_type == "extra_forbidden":
        known = _known_keys(kind, inner)
        return f"unknown key{nearest(str(inner[-1]), known) or '; known are ' + ', '.join(known)}"
    if fault_type == "form":
        shown = "an empty answer" if raw is None else shortened(str(raw), 40)
        return shown + message[message.index(" is no label") :]
    if fault_type in _WORDS:
        return _WORDS[fault_type]
    if fault_type == "literal_error":
        return message.replace("Input should be", "has to be")
    if "isoformat" in message:
        return f"{shortened(str(_at(raw, inner)), 40)!r} is no day written YYYY-MM-DD"
    if "out of range" in message or "must be in" in message:
        return f"{shortened(str(_at(raw, inner)), 40)} is no day of the calendar"
    return shortened(message, 160)


def _at(raw: Any, path: Path) -> object:  # noqa: ANN401 - any YAML value
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return raw
    return raw


_FORMS: Mapping[Kind, type[BaseModel]] = {
    Kind.NAMES: Names,
    Kind.COUNT: Number,
    Kind.DATE: Span,
    Kind.TEXT: Cause,
}


def _known_keys(kind: Kind, inner: Path) -> tuple[str, ...]:
    """The keys that the label form knows where the last part of ``inner`` stands."""
    form: type[BaseModel] | None = _FORMS.get(kind)
    for part in inner[:-1]:
        if isinstance(part, str) and form is not None and part in form.model_fields:
            form = _form_in(form.model_fields[part].annotation)
    return tuple(form.model_fields) if form else ()


def _form_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_form_in, get_args(annotation))), None)
