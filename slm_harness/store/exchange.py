"""One file that holds many answers, for a cache of CI or a colleague: written, and taken in with mistrust.

Gzip'd JSON lines: a head that says how many follow, the setups by digest, the answers in the order of
prompt and key. The same answers make the same bytes.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from slm_harness.errors import SettingsError, StoreDamaged
from slm_harness.store.entries import (
    Damage,
    Entry,
    Setup,
    content_of,
    read_entry,
    read_setup,
    sealed,
    setup_of,
)
from slm_harness.store.files import replacing
from slm_harness.store.folder import Store
from slm_harness.store.keys import canonical_json
from slm_harness.store.survey import mismatch, walk

MAX_LINE = 8 * 2**20
"""Bytes of one line. The longest article there can be is a tenth of it."""
MAX_BAD = 100
"""So many bad lines, and it is not worth reading on."""
MAX_SETUPS = 256 * 2**20
"""Bytes of all setups, which are held in memory; one has some thousand."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""Models and articles: what their names may be, and what a path is made of here."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?", re.ASCII)
_NO_EXPORT = "it is no export of a store; slm-harness store export makes one"

Chooser = Callable[[Entry], bool]
Progress = Callable[[int], None]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["slm-harness store 1"]
    setups: Annotated[int, Field(ge=0)]
    answers: Annotated[int, Field(ge=0)]


class _SetupLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    digest: str
    setup: dict[str, Any]


class _AnswerLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    answer: dict[str, Any]


_LINE: TypeAdapter[_AnswerLine | _SetupLine] = TypeAdapter(
    Annotated[_AnswerLine | _SetupLine, Field(union_mode="left_to_right")]
)


# ---------------------------------------------------------------- export


@dataclass(frozen=True)
class Exported:
    """What an export did."""

    answers: int
    damaged: tuple[str, ...]
    """One line for each answer that was left out."""


def export(
    store: Store, path: Path, chosen: Chooser, reading: Progress, writing: Progress
) -> Exported:
    """Write the chosen answers of a store to a file, whole or not at all.

    The store is read twice, once for the order, so that it need not fit into memory.

    Raises:
        SettingsError: there is no store, the file cannot be written, or the store changed meanwhile.
    """
    order: list[tuple[str, str]] = []
    setups: dict[str, Setup] = {}
    damaged = []
    for number, found in enumerate(walk(store)):
        reading(number)
        why = found.damage or (mismatch(found.entry) if found.entry else "")
        if why:
            damaged.append(why if found.damage else f"{found.path}: {why}")
        elif found.entry and chosen(found.entry):
            setup = _setup(store, found.entry)
            setups[setup.digest] = setup
            order.append((str(found.entry.stored.parts["article"]), found.key))
    order.sort()
    try:
        # No name and no time in the head of the gzip file: equal answers are equal bytes.
        with (
            replacing(path) as file,
            gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as lines,
        ):
            for line in _lines(store, [key for _, key in order], setups, writing):
                lines.write(line.encode() + b"\n")
    except OSError as error:
        raise SettingsError(
            f"{path}: the export cannot be written: {error}; name a file in a folder that is there"
        ) from error
    return Exported(len(order), tuple(damaged))


def _lines(
    store: Store, keys: list[str], setups: Mapping[str, Setup], progress: Progress
) -> Iterator[str]:
    yield json.dumps({"format": "slm-harness store 1", "setups": len(setups), "answers": len(keys)})
    for digest, setup in sorted(setups.items()):
        yield canonical_json({"digest": digest, "setup": setup.content})
    for number, key in enumerate(keys):
        progress(number)
        yield _answer(store, key, setups)


def _answer(store: Store, key: str, setups: Mapping[str, Setup]) -> str:
    try:
        entry = store.entry(key)
    except StoreDamaged:
        entry = None
    setup = _setup(store, entry) if entry else None
    if entry is None or setup is None or setup.digest not in setups:
        raise SettingsError(
            f"{store.path(key)}: this answer changed while the store was exported, and nothing was written; "
            "run it again when no run is asking"
        )
    content = content_of(entry.request, entry.stored, setup)
    _, digest = sealed(content)
    # Not sorted: the digest is over the content in its order.
    return json.dumps({"answer": {**content, "digest": digest}}, separators=(",", ":"))


def _setup(store: Store, entry: Entry) -> Setup:
    return store.setup(entry.setup) if entry.setup else setup_of(entry.stored)


# ---------------------------------------------------------------- import


@dataclass
class Imported:
    """What an import did."""

    said: int = 0
    """So many answers the file says that it has."""
    filed: int = 0
    there: int = 0
    """Was stored already, word for word."""
    other: int = 0
    """Is stored with another reply, which stays."""
    bad: list[str] = field(default_factory=list)
    """One line for each that was not filed."""


def take_in(store: Store, path: Path, progress: Progress) -> Imported:
    """File every answer of an export that is what it says and is not stored yet.

    Answer by answer: each proves itself, so a bad line costs what is on it, and whatever ends the reading
    leaves whole entries.

    Raises:
        SettingsError: the file cannot be read or is no export, or the store cannot be written.
    """
    try:
        with gzip.open(path, "rb") as file:
            lines = _read_lines(file)
            _, first = next(lines, (0, b""))
            head = _head(path, first)
            return _Import(store, path, head).run(lines, progress)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SettingsError(f"{path}: {_NO_EXPORT}: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path}: the export cannot be read: {error}") from error


def _read_lines(file: gzip.GzipFile) -> Iterator[tuple[int, bytes]]:
    """The lines, each with its number; one that is too long comes cut, and is the last."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        yield number, line
        if len(line) > MAX_LINE:
            return


def _head(path: Path, line: bytes) -> _Head:
    try:
        return _Head.model_validate_json(line)
    except ValidationError as error:
        raise SettingsError(f"{path}:1: {_NO_EXPORT}") from error


def _line(line: bytes) -> _AnswerLine | _SetupLine | None:
    """What a line says; None where it is none of ours."""
    try:
        return _LINE.validate_json(line)
    except ValidationError:
        return None


class _Import:
    """One import on its way."""

    def __init__(self, store: Store, path: Path, head: _Head) -> None:
        self._store = store
        self._path = path
        self._head = head
        self._setups: dict[str, Setup] = {}
        self._setup_bytes = 0
        self._filed: set[str] = set()
        self._done = Imported(said=head.answers)
        self._answers = 0
        self._own = 0
        self._unread = 0
        """Lines of which nobody can say what they were."""

    def run(self, lines: Iterator[tuple[int, bytes]], progress: Progress) -> Imported:
        number = 1
        try:
            for number, line in lines:
                progress(self._answers)
                if not self._took(number, line):
                    return self._done
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._bad(number + 1, f"the file is cut off or damaged from here on ({error})")
            return self._done
        if self._answers + self._unread < self._head.answers:
            self._bad(
                number + 1, f"the file ends after {self._answers} of {self._head.answers} answers"
            )
        return self._done

    def _took(self, number: int, line: bytes) -> bool:
        """Take one line; whether to read on."""
        if len(line) > MAX_LINE:
            self._bad(
                number, f"longer than {MAX_LINE} bytes, as no answer is; what follows was not read"
            )
            return False
        try:
            wire = _line(line)
            if wire is None:
                self._unread += 1
                raise Damage("not a line of an export")
            if isinstance(wire, _SetupLine):
                self._setup_bytes += len(line)
                self._setup(wire)
            else:
                self._answers += 1
                self._answer(wire.answer)
        except Damage as error:
            self._bad(number, str(error))
        except StoreDamaged as error:
            # Says nothing against the file.
            self._own += 1
            self._bad(number, f"our own {error.message}")
        if self._setup_bytes > MAX_SETUPS:
            self._bad(number, f"more than {MAX_SETUPS} bytes of setups; what follows was not read")
            return False
        if self._answers > self._head.answers:
            self._bad(number, f"one more than the {self._head.answers} answers of the first line")
            return False
        if len(self._done.bad) - self._own >= MAX_BAD:
            self._bad(number + 1, f"not read on after {MAX_BAD} bad lines")
            return False
        return True

    def _bad(self, number: int, why: str) -> None:
        self._done.bad.append(f"{self._path}:{number}: {why}")

    def _setup(self, wire: _SetupLine) -> None:
        if len(self._setups) >= self._head.setups:
            raise Damage(f"one more than the {self._head.setups} setups of the first line")
        if wire.digest in self._setups:
            raise Damage("a line before it has the same setup")
        self._setups[wire.digest] = read_setup(wire.setup, wire.digest)

    def _known(self, digest: str) -> Setup:
        if digest not in self._setups:
            raise Damage(f"the answer is of a setup that no line before it has: {digest[:12]}")
        return self._setups[digest]

    def _answer(self, content: dict[str, Any]) -> None:
        digest, key = content.pop("digest", None), str(content.get("key"))
        try:
            raw, computed = sealed(content)
        except ValueError as error:
            raise Damage("no file can hold what it says") from error
        if digest != computed:
            raise Damage("it was changed: its content is not that of its digest")
        entry = read_entry(raw, key, self._known)
        if not (_NAME.fullmatch(entry.model) and _NAME.fullmatch(entry.article)):
            raise Damage("a model or an article cannot have such a name")
        if not _TIME.fullmatch(entry.stored.asked_at):
            raise Damage("it does not say in UTC when it was asked")
        self._file(entry, raw, self._known(str(content["setup"])))

    def _file(self, entry: Entry, raw: bytes, setup: Setup) -> None:
        try:
            if setup.digest not in self._filed:
                # First, so that answers that lost it can be read again.
                self._store.file_setup(setup)
                self._filed.add(setup.digest)
            # Looked for, so that an import of what is there writes nothing.
            ours = self._store.get(entry.stored.key)
            if ours is None and self._store.add(entry, raw, setup):
                self._done.filed += 1
                return
        except OSError as error:
            raise SettingsError(
                f"{self._store.path(entry.stored.key)}: the answer cannot be stored: {error}; "
                f"{self._done.filed} were filed before it. Free the disk or mend the permissions, then "
                "import again"
            ) from error
        ours = ours or self._store.get(entry.stored.key)
        if ours is not None and ours.reply.text == entry.stored.reply.text:
            self._done.there += 1
        else:
            self._done.other += 1
