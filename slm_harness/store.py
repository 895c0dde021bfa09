"""The working store, where all that was ever asked is kept.

A reply is filed under the sha256 of everything that can change it. An entry is one JSON file that a
person can read; it is written whole or not at all, and never removed by a run.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from slm_harness.errors import SettingsError, StoreDamaged
from slm_harness.records import FRAME, Identity, Layout, Recipe, Reply, Request, Stored

FORMAT = 1

REPLY = TypeAdapter(Reply)
IDENTITY = TypeAdapter(Identity)


def key_parts(identity: Identity, recipe: Recipe, request: Request) -> dict[str, object]:
    """Everything that can change an answer, by name. What is not in here must not change one.

    The article's text stands for itself by its digest, so that a key can be checked without it.
    """
    return parts_of(identity, recipe, text_digest(request.prompt), request.sample)


def parts_of(
    identity: Identity, recipe: Recipe, article_digest: str, sample: int
) -> dict[str, object]:
    """The parts of a key where only the digest of the article's text is known."""
    return {
        "engine": identity.engine,
        "server": identity.server,
        "base digest": identity.digest,
        "template": identity.template,
        "options": dict(identity.options),
        "recipe": recipe.system,
        "schema": dict(recipe.schema),
        "article": article_digest,
        "sample": sample,
        **_layout_parts(recipe),
    }


def _layout_parts(recipe: Recipe) -> dict[str, object]:
    """Where the questions stand and how: left out for the first layout, whose keys are older than the second."""
    if recipe.layout is Layout.QUESTIONS_FIRST:
        return {}
    return {"layout": [recipe.layout.value, FRAME], "questions": recipe.questions}


def wording_of(parts: Mapping[str, object]) -> str:
    """``Recipe.wording`` of the recipe that the parts of a key are of."""
    return "\n".join(str(parts[name]) for name in ("recipe", "questions") if name in parts)


def text_digest(text: str) -> str:
    """The sha256 of a text in UTF-8, 64 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(parts: Mapping[str, object]) -> str:
    """The sha256 of the canonical JSON of ``parts``, 64 hex digits."""
    return text_digest(canonical_json(parts))


def canonical_json(value: object) -> str:
    """One text for one value: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def differing_parts(ours: Mapping[str, object], theirs: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the parts in which two keys differ, in the order of ``ours``."""
    names = dict.fromkeys((*ours, *theirs))
    return tuple(name for name in names if theirs.get(name) != ours.get(name))


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Annotated[int, Field(ge=FORMAT, le=FORMAT)]
    key: str
    model: str
    article: str
    prompt: str
    parts: dict[str, Any]
    identity: dict[str, Any]
    asked_at: str
    reply: dict[str, Any]


class Store:
    """The working store: ``<folder>/answers/<2 hex>/<key>.json`` and an index by model and article."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check_writable(self) -> None:
        """Make the folder, and find out that it can be written: an answer is not to be asked for in vain.

        Raises:
            SettingsError: it cannot be.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise SettingsError(
                f"{self.folder}: the working store cannot be written, and nothing was asked: {error}; "
                "mend the permissions, or name another folder with --store DIR"
            ) from error

    def path(self, key: str) -> Path:
        """Where the entry of ``key`` is, or would be."""
        return self.folder / "answers" / key[:2] / f"{key}.json"

    def get(self, key: str) -> Stored | None:
        """The reply filed under ``key``; None where there is none.

        Raises:
            StoreDamaged: there is an entry and it cannot be read; it is left as it is.
        """
        path = self.path(key)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreDamaged(f"{path}: a stored answer cannot be read: {error}") from error
        try:
            entry = _Entry.model_validate_json(raw)
            stored = Stored(
                entry.key,
                entry.parts,
                REPLY.validate_python(entry.reply),
                IDENTITY.validate_python(entry.identity),
                entry.asked_at,
            )
        except ValidationError as error:
            raise StoreDamaged(_damaged(path, "it is not a whole entry")) from error
        if entry.key != key or key_of(entry.parts) != key:
            raise StoreDamaged(_damaged(path, "its content does not belong to its key"))
        return stored

    def put(self, request: Request, stored: Stored) -> None:
        """File a reply, whole or not at all, and note it in the index.

        Raises:
            StoreDamaged: the entry cannot be written (disk full, no permission).
        """
        entry = _Entry(
            format=FORMAT,
            key=stored.key,
            model=request.model,
            article=request.article,
            prompt=request.prompt,
            parts=dict(stored.parts),
            identity=IDENTITY.dump_python(stored.identity, mode="json"),
            asked_at=stored.asked_at,
            reply=REPLY.dump_python(stored.reply, mode="json"),
        )
        path = self.path(stored.key)
        try:
            write_atomically(path, entry.model_dump_json(indent=1) + "\n")
            index = self._index(request)
            index.parent.mkdir(parents=True, exist_ok=True)
            with index.open("a", encoding="utf-8") as lines:
                lines.write(stored.key + "\n")
        except OSError as error:
            raise StoreDamaged(
                f"{path}: an answer came and cannot be stored: {error}; "
                "free the disk or mend the permissions, then run again"
            ) from error

    def nearest(self, request: Request, parts: Mapping[str, object]) -> Stored | None:
        """The stored reply of the same model and article whose key differs in the fewest parts.

        Among equals the one stored last; entries that cannot be read are passed over, since this
        only explains.
        """
        try:
            keys = self._index(request).read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            return None
        best: tuple[int, Stored] | None = None
        for key in dict.fromkeys(reversed(keys)):
            try:
                stored = self.get(key)
            except StoreDamaged:
                continue
            if stored is None:
                continue
            distance = len(differing_parts(parts, stored.parts))
            if best is None or distance < best[0]:
                best = distance, stored
        return best[1] if best else None

    def _index(self, request: Request) -> Path:
        return self.folder / "asked" / request.model / request.article


def _damaged(path: Path, why: str) -> str:
    return (
        f"{path}: a stored answer is damaged ({why}); move the file away and run again to ask anew"
    )


def write_atomically(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` so that a reader sees the old file or the new one, never half.

    Raises:
        OSError: nothing was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
