"""The accepted replies of a model: the evidence behind its snapshot, committed beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from slm_harness.errors import SnapshotError
from slm_harness.records import Identity, Layout, Recipe, Request, Stored
from slm_harness.store import (
    ARTICLE,
    IDENTITY,
    REPLY,
    SAMPLE,
    KeyStem,
    canonical_json,
    parts_of,
    text_digest,
    write_atomically,
)

FORMAT = 1
_NONE: Mapping[str, Sequence[Stored]] = MappingProxyType({})


class Evidence:
    """The accepted replies of one model, committed beside its snapshot: ``<folder>/<model>.jsonl``.

    The first line says who was asked and in which words; then one line for each article, or for each of its
    samples.
    """

    def __init__(
        self,
        identity: Identity,
        recipe: Recipe,
        replies: Mapping[str, Stored],
        further: Mapping[str, Sequence[Stored]] = _NONE,
    ) -> None:
        self.identity = identity
        self.recipe = recipe
        self.replies = replies
        """Article id to its reply, the first of its samples."""
        self._further = further
        """Article id to its samples after the first."""
        self.samples = 1 + min((len(further.get(id_, ())) for id_ in replies), default=0)
        """How many replies there are to every article."""
        self.drawn = bool(identity.options.get("temperature"))
        """Whether samples were drawn at a temperature; else they are one request, put several times."""
        self._by_key = {stored.key: stored for stored in reversed(list(self.all()))}

    def all(self) -> Iterator[Stored]:
        """Every reply, sample after sample of each article."""
        for article, first in self.replies.items():
            yield first
            yield from self._further.get(article, ())

    def of(self, article: str) -> Sequence[Stored]:
        """The samples of an article, the first of them first; none where there is no reply to it."""
        if article not in self.replies:
            return ()
        return self.replies[article], *self._further.get(article, ())

    def find(self, key: str) -> Stored | None:
        """The accepted reply filed under ``key``."""
        return self._by_key.get(key)


class _EvidenceHead(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    model: str
    identity: dict[str, Any]
    recipe: dict[str, Any]


class _EvidenceLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    article: str
    key: str
    article_digest: str
    sample: int
    asked_at: str
    reply: dict[str, Any]
    digest: str
    """Of all that stands before it on the line, so that a reply changed by hand is noticed."""

    def own_digest(self) -> str:
        """What ``digest`` has to be."""
        return text_digest(canonical_json(self.model_dump(exclude={"digest"})))


def has_evidence(folder: Path, model: str) -> bool:
    """Whether replies of ``model`` were accepted, without reading them."""
    return (folder / f"{model}.jsonl").is_file()


def load_evidence(folder: Path, model: str) -> Evidence | None:
    """The accepted replies of ``model``; None where none were accepted yet.

    Raises:
        SnapshotError: the file is there and cannot be read, or a line was changed by hand.
    """
    path = folder / f"{model}.jsonl"
    try:
        # Not splitlines(): a reply may hold U+2028 or U+0085, which JSON leaves as they are.
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(
            f"{path}: the accepted replies cannot be read: {error}; {_RESTORE}"
        ) from error
    number = 0
    try:
        head = _EvidenceHead.model_validate_json(lines[0])
        if head.model != model:
            raise SnapshotError(f"{path}:1: these are the replies of {head.model}; {_RESTORE}")
        identity = IDENTITY.validate_python(head.identity)
        recipe = TypeAdapter(Recipe).validate_python(head.recipe)
        setup = _Setup(identity, recipe)
        replies: dict[str, Stored] = {}
        further: dict[str, list[Stored]] = {}
        for line in lines[1:]:
            number += 1
            article, stored = _evidence_line(setup, line)
            sample = stored.parts[SAMPLE]
            if sample == 0:
                replies[article] = stored
                continue
            before = further.setdefault(article, [])
            if article not in replies or sample != len(before) + 1:
                raise SnapshotError(
                    f"{path}:{number + 1}: sample {sample} on {article} does not follow the one before it; "
                    f"{_RESTORE}"
                )
            before.append(stored)
    except ValidationError as error:
        raise SnapshotError(
            f"{path}:{number + 1}: not a line of accepted replies: {error.errors()[0]['msg']}; {_RESTORE}"
        ) from error
    except _KeyMismatchError as error:
        raise SnapshotError(
            f"{path}:{number + 1}: the reply on {error} is not the one that was accepted; {_RESTORE}"
        ) from error
    return Evidence(identity, recipe, replies, further)


_RESTORE = "restore it from version control, or accept anew with --snapshot-update"


class _KeyMismatchError(Exception):
    """Key or digest of a line is not that of its content; holds the article's id."""


class _Setup:
    """What all replies of a file share; ten thousand of them are not to hold each a copy of it."""

    def __init__(self, identity: Identity, recipe: Recipe) -> None:
        self.identity = identity
        self.parts = parts_of(identity, recipe, "", 0)
        self.stem = KeyStem(self.parts)


def _evidence_line(setup: _Setup, line: str) -> tuple[str, Stored]:
    wire = _EvidenceLine.model_validate_json(line)
    key = setup.stem.key(wire.article_digest, wire.sample)
    if key != wire.key or wire.own_digest() != wire.digest:
        raise _KeyMismatchError(wire.article)
    parts = {**setup.parts, ARTICLE: wire.article_digest, SAMPLE: wire.sample}
    reply = REPLY.validate_python(wire.reply)
    return wire.article, Stored(wire.key, parts, reply, setup.identity, wire.asked_at)


_LATER: Mapping[str, object] = {
    "inherited": {},
    "answered_by": "",
    "cached_tokens": None,
    "prompt_seconds": None,
}
"""Fields that joined when replies had been committed already, with what they are where they are not there."""


def _dumped(adapter: TypeAdapter[Any], value: object) -> dict[str, Any]:
    """The fields of a value; without those that joined later and say nothing, so that old lines stay as they are."""
    fields: dict[str, Any] = adapter.dump_python(value, mode="json")
    return {n: one for n, one in fields.items() if n not in _LATER or one != _LATER[n]}


def _of_recipe(recipe: Recipe) -> dict[str, Any]:
    told = {"task": recipe.task, "system": recipe.system, "schema": dict(recipe.schema)}
    if recipe.layout is Layout.QUESTIONS_FIRST:
        return told
    return {**told, "layout": recipe.layout.value, "questions": recipe.questions}


def write_evidence(
    folder: Path,
    model: str,
    identity: Identity,
    recipe: Recipe,
    replies: Iterable[tuple[Request, Stored]],
) -> None:
    """Write the accepted replies of ``model``, one line each, in the order of articles' ids and samples.

    Raises:
        SnapshotError: the file cannot be written; the one before is still there.
    """
    head = _EvidenceHead(
        format=FORMAT,
        model=model,
        identity=_dumped(IDENTITY, identity),
        recipe=_of_recipe(recipe),
    )
    lines = [head.model_dump_json()]
    for request, stored in sorted(replies, key=lambda pair: (pair[0].article, pair[0].sample)):
        wire = _EvidenceLine(
            article=request.article,
            key=stored.key,
            article_digest=text_digest(request.prompt),
            sample=request.sample,
            asked_at=stored.asked_at,
            reply=_dumped(REPLY, stored.reply),
            digest="",
        )
        lines.append(wire.model_copy(update={"digest": wire.own_digest()}).model_dump_json())
    path = folder / f"{model}.jsonl"
    try:
        write_atomically(path, "\n".join(lines) + "\n")
    except OSError as error:
        raise SnapshotError(f"{path}: the accepted replies cannot be written: {error}") from error
