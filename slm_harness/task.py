"""A task: a table of questions, from which prompt, JSON schema and response model follow.

The table (ids, kinds) is code, since graders and schema depend on it; the wording is a file, so that
a change of wording is a readable diff. Nothing here knows what the questions are about.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, create_model
from pydantic import Field as PydanticField
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from slm_harness import strict_yaml
from slm_harness.errors import PromptError
from slm_harness.records import Layout, Recipe

MAX_TEXT = 400
"""Longest free-text value, in characters: room for two sentences, and a bound on a model that loops."""
MAX_NAME = 160
"""Longest single entry of a list, in characters."""
MAX_ITEMS = 20
"""Most entries of a list."""


class Kind(StrEnum):
    """What sort of answer a question wants; decides grader, schema type and label form."""

    YES_NO = "yes_no"
    NAMES = "names"
    COUNT = "count"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One question of a task."""

    id: str
    """Field of the reply, key under ``answers:`` in a label, column of every table."""
    kind: Kind
    listed: bool = False
    """Whether the reply holds a list of strings in place of one string."""
    opens: str = ""
    """For a yes/no question: the question that has an answer only where this one's is Yes."""
    apart_from: str = ""
    """For names: the question whose names can be none of these."""
    not_before: str = ""
    """For a date: the question whose date cannot be later."""
    form: str = ""
    """Regular expression of the form that the wording asks for; empty where any form will do."""


@dataclass(frozen=True)
class Prompt:
    """The words in which a task is put to a model."""

    preamble: str
    wordings: Mapping[str, str]
    """Question id to wording, in the task's order."""
    layout: Layout = Layout.QUESTIONS_FIRST

    @property
    def instructions(self) -> str:
        """The preamble, which says what is to be done and asks nothing yet."""
        return self.preamble.strip() + "\n"

    @property
    def questions(self) -> str:
        """One line for each question, its field name first.

        Ollama does not show the schema to the model, so the field names have to be in the words.
        """
        lines = [f'- "{question}": {wording}' for question, wording in self.wordings.items()]
        return "\n".join(lines) + "\n"

    @property
    def system(self) -> str:
        """The system prompt where the questions come first: the preamble, then the questions."""
        return f"{self.instructions}\n{self.questions}"


@dataclass(frozen=True)
class Task:
    """A reading job: what is asked of every article."""

    name: str
    """Short name; the custom models are called ``<name>-analyzer-<base>``."""
    response_name: str
    """Class name of the response model."""
    questions: tuple[Question, ...]
    article_kinds: tuple[str, ...] = ()
    """What ``kind:`` may say in a label file; anything where this is empty."""
    kind_without_answers: str = ""
    """The kind of an article to which no question applies: every answer is ``none``, or No."""
    reader: Callable[[str], Mapping[str, object]] | None = None
    """A rule-based reader of the same prompt text that a model gets: the baseline, if there is one."""

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the questions, in order."""
        return tuple(question.id for question in self.questions)

    @cached_property
    def first_yes_no(self) -> Question | None:
        """The question on which all others hang, where there is a kind of article without answers."""
        if not self.kind_without_answers:
            return None
        return next((q for q in self.questions if q.kind is Kind.YES_NO), None)

    def question(self, question_id: str) -> Question:
        """The question of that id; KeyError with the known ids where there is none."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(f"no question {question_id!r} in task {self.name!r}; it has {self.ids}")

    def recipe(
        self, prompt: Prompt, layout: Layout | None = None, *, constrained: bool = True
    ) -> Recipe:
        """What is put to a model with each article.

        Args:
            prompt: The words.
            layout: Where the questions stand; None for where the prompt has them.
            constrained: Whether the server is to hold the model to the schema.
        """
        schema = self.schema if constrained else MappingProxyType({})
        layout = layout or prompt.layout
        if layout is Layout.QUESTIONS_FIRST:
            return Recipe(self.name, prompt.system, schema)
        return Recipe(self.name, prompt.instructions, schema, layout, prompt.questions)

    @cached_property
    def response_model(self) -> type[BaseModel]:
        """The pydantic model of a reply, one field for each question, all required, none extra."""
        fields: dict[str, Any] = {
            question.id: (_field_type(question), ...) for question in self.questions
        }
        return create_model(
            self.response_name,
            __config__=ConfigDict(extra="forbid", frozen=True),
            __doc__=f"The reply to the questions of the task {self.name!r}.",
            **fields,
        )

    @cached_property
    def schema(self) -> Mapping[str, Any]:
        """The JSON schema of a reply, holding only what a llama.cpp grammar enforces."""
        schema = self.response_model.model_json_schema(schema_generator=_GrammarSchema)
        schema.pop("description", None)
        return MappingProxyType(schema)


def _field_type(question: Question) -> Any:  # noqa: ANN401 - a type expression, not a value
    if question.kind is Kind.YES_NO:
        return Literal["Yes", "No"]
    if question.listed:
        name = Annotated[str, StringConstraints(max_length=MAX_NAME)]
        return Annotated[list[name], PydanticField(max_length=MAX_ITEMS)]
    return Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class _GrammarSchema(GenerateJsonSchema):
    """Leaves out titles: grammars ignore them, and what is not enforced has no place in the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - pydantic's own signature
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401 - pydantic's own signature
        json_schema = super().model_schema(schema)
        json_schema.pop("title", None)
        return json_schema


class _PromptFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    task: str
    preamble: Annotated[str, StringConstraints(min_length=1)]
    questions: dict[str, Annotated[str, StringConstraints(min_length=1)]]
    layout: Literal["questions-first", "article-first"] = "questions-first"


def load_prompt(task: Task, path: Path) -> Prompt:
    """Read the wording of ``task`` from a YAML file with ``task``, ``preamble`` and ``questions``.

    It may have a ``layout`` besides.

    Raises:
        PromptError: the file is not there, not YAML, of another task, lacks a question or has one
            that the task does not know; the message names every such question.
    """
    try:
        raw = strict_yaml.load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: the prompt file cannot be read: {error}") from error
    except ValueError as error:
        raise PromptError(f"{path}: the prompt file is not YAML: {error}") from error
    try:
        wire = _PromptFile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PromptError(
            f"{path}: {where}: {first['msg']}; a prompt file has task, preamble and questions"
        ) from error
    faults = _question_faults(task, wire)
    if faults:
        raise PromptError(f"{path}: {'; '.join(faults)}. Nothing was asked.")
    wordings = MappingProxyType({id_: wire.questions[id_] for id_ in task.ids})
    return Prompt(wire.preamble, wordings, Layout(wire.layout))


def _question_faults(task: Task, wire: _PromptFile) -> list[str]:
    faults = []
    if wire.task != task.name:
        faults.append(f"it is for the task {wire.task!r}, not {task.name!r}")
    missing = [id_ for id_ in task.ids if id_ not in wire.questions]
    if missing:
        faults.append(f"under questions: {', '.join(missing)} is missing: add its wording")
    for extra in wire.questions:
        if extra not in task.ids:
            near = difflib.get_close_matches(extra, task.ids, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            faults.append(f"under questions: {extra!r} is no question of this task{hint}")
    return faults


def reworded(before: str, now: str) -> tuple[str, ...]:
    """What differs between two wordings (``Recipe.wording``): the ids of questions, and ``preamble``."""
    old, new = wording_parts(before), wording_parts(now)
    return tuple(part for part in dict.fromkeys((*new, *old)) if old.get(part) != new.get(part))


def wording_parts(wording: str) -> dict[str, str]:
    """The wording of each question by its id, and that of the preamble as ``preamble``."""
    parts: dict[str, str] = {"preamble": ""}
    for line in wording.splitlines():
        match = _QUESTION_LINE.fullmatch(line)
        name, words = match.groups() if match else ("preamble", line)
        parts[name] = parts.get(name, "") + words + "\n"
    return parts


_QUESTION_LINE = re.compile(r'- "([^"]+)": (.*)')
