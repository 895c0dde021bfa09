"""A results file read back: what a run left, here or elsewhere. Nothing of it is believed unseen."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from slm_harness.errors import SettingsError
from slm_harness.printable import shortened
from slm_harness.records import Identity, Layout, Recipe, Reply, Verdict
from slm_harness.report.results import FORMAT
from slm_harness.store import canonical_json

MOST_BYTES = 1_000_000_000
"""Largest file that is read: some hundred thousand answers."""
_IDENTITY = TypeAdapter(Identity)
_QUESTIONS = '\n- "'
"""Where the questions begin in the words of a prompt."""

_Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class CaseRow(BaseModel):
    """One answer as the run had it."""

    model_config = ConfigDict(strict=True, frozen=True)

    model: _Name
    article: _Name
    question: _Name
    verdict: Verdict
    expected: str = ""
    got: str = ""
    reason: str = ""
    contradicts: str = ""
    samples: tuple[Verdict, ...] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One for each sample."""
        return self.samples or (self.verdict,)


class _ReplyRow(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    model: _Name
    article: _Name
    text: str
    finish: Literal["stop", "length", "looped", "empty", "refused", "filtered"]
    sample: Annotated[int, Field(ge=0, le=10_000)] = 0


class _ModelRow(BaseModel):
    model_config = ConfigDict(strict=True)

    identity: dict[str, Any] | None = None


class _File(BaseModel):
    model_config = ConfigDict(strict=True)

    format: str
    harness: str = ""
    prompt: str = ""
    layout: Layout = Layout.QUESTIONS_FIRST
    constrained: bool = True
    models: dict[_Name, _ModelRow]
    cases: list[CaseRow]
    replies: list[_ReplyRow] = []


class Results:
    """What one results file says."""

    def __init__(self, wire: _File, identities: Mapping[str, Identity]) -> None:
        self.harness = wire.harness
        self.wording = wire.prompt
        self.identities = identities
        """Model to who answered, for the models of which that is told."""
        self._wire = wire
        self.cases: dict[str, dict[tuple[str, str], CaseRow]] = {}
        """Model to its answers, by article and question."""
        self._replies: dict[tuple[str, str], list[_ReplyRow]] = {}
        for row in wire.cases:
            self.cases.setdefault(row.model, {})[row.article, row.question] = row
        for reply in wire.replies:
            self._replies.setdefault((reply.model, reply.article), []).append(reply)

    @property
    def models(self) -> Sequence[str]:
        """Those of which it has answers."""
        return list(self.cases)

    def replies(self, model: str, article: str) -> Sequence[Reply]:
        """What a model said about an article, sample by sample."""
        rows = sorted(self._replies.get((model, article), ()), key=lambda row: row.sample)
        return [Reply(row.text, row.finish, 0.0) for row in rows]

    def recipe(self, task: str, schema: Mapping[str, object]) -> Recipe:
        """The words in which it was asked; the schema is taken to be that of now, where there was one."""
        held = schema if self._wire.constrained else {}
        words, at = self.wording, self.wording.find(_QUESTIONS)
        if self._wire.layout is Layout.QUESTIONS_FIRST or at < 0:
            return Recipe(task, words, held)
        return Recipe(task, words[:at], held, self._wire.layout, words[at + 1 :])


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises:
        SettingsError: it cannot be read, is too large, or is no results file of this format.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SettingsError(
                f"{path}: {size:,} bytes are more than a results file has ({MOST_BYTES:,} at most)"
            )
        raw = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: the results cannot be read: {error}") from error
    try:
        wire = _File.model_validate_json(raw)
        _refuse_other_format(path, wire.format)
        identities = {
            model: _identity(path, row.identity)
            for model, row in wire.models.items()
            if row.identity is not None
        }
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = shortened(".".join(str(part) for part in first["loc"]), 80) or "the file"
        raise SettingsError(
            f"{path}: no results file of slm-harness: {where}: {shortened(first['msg'], 200)}"
        ) from error
    _refuse_twice(path, wire.cases)
    return Results(wire, identities)


def _identity(path: Path, told: Mapping[str, Any]) -> Identity:
    try:
        canonical_json(told)
    except ValueError as error:
        raise SettingsError(
            f"{path}: no results file of slm-harness: identity: a number in it is none"
        ) from error
    return _IDENTITY.validate_python(told)


def _refuse_other_format(path: Path, found: str) -> None:
    if found != FORMAT:
        raise SettingsError(
            f"{path}: its format is {shortened(found, 40)!r}, and this version reads {FORMAT!r}"
        )


def _refuse_twice(path: Path, cases: Sequence[CaseRow]) -> None:
    seen: set[tuple[str, str, str]] = set()
    for row in cases:
        case = row.model, row.article, row.question
        if case in seen:
            raise SettingsError(f"{path}: it has an answer twice: {shortened('-'.join(case), 120)}")
        seen.add(case)
