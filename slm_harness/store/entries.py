"""Entries: one stored answer as the bytes of a file, and what has to be true of them.

Format 2, which is written: the answer with its prompt, the digest of its setup, and last a digest of all
that stands before it. Format 1, which is read as well: every part of the key in every entry, no digest.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from slm_harness.records import Identity, Reply, Request, Stored
from slm_harness.store.keys import (
    ARTICLE,
    SAMPLE,
    KeyStem,
    canonical_json,
    key_of,
    text_digest,
    wording_of,
)

REPLY = TypeAdapter(Reply)
IDENTITY = TypeAdapter(Identity)

HEX = r"[0-9a-f]{64}"
_OLD = re.compile(rb'\s*\{\s*"format"\s*:\s*1\s*,')
_SEAL = ',\n "digest": "'
_END = '"\n}\n'


class Damage(Exception):
    """What is wrong with an entry, in words."""


@dataclass(frozen=True)
class Setup:
    """What all answers of one model to one prompt share: who was asked, in which words and options."""

    digest: str
    content: Mapping[str, object]
    """What is filed: ``parts``, those of a key but article and sample, and ``identity``."""
    parts: Mapping[str, object]
    identity: Identity
    stem: KeyStem

    def parts_with(self, article_digest: str, sample: int) -> dict[str, object]:
        """All parts of an answer's key."""
        return {**self.parts, ARTICLE: article_digest, SAMPLE: sample}


@dataclass(frozen=True)
class Entry:
    """A stored answer that was found in order, with what is not part of its key."""

    stored: Stored
    model: str
    article: str
    prompt: str
    """What the model was given to read."""
    setup: str = ""
    """Digest of its setup; empty in format 1, whose entries hold everything themselves."""

    @property
    def recipe(self) -> str:
        """The digest of the words in which it was asked."""
        return text_digest(wording_of(self.stored.parts))

    @property
    def request(self) -> Request:
        """What was put to the model."""
        sample = self.stored.parts[SAMPLE]
        return Request(self.model, self.article, self.prompt, int(str(sample)))


class _SetupWire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    parts: dict[str, Any]
    identity: dict[str, Any]


_Hex = Annotated[str, StringConstraints(pattern=rf"\A{HEX}\z")]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal[2]
    key: str
    model: str
    article: str
    sample: int
    setup: _Hex
    asked_at: str
    reply: Reply
    prompt: str
    digest: str


class _WireBefore(BaseModel):
    """Format 1."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[int, Field(ge=1, le=1)]
    key: str
    model: str
    article: str
    prompt: str
    parts: dict[str, Any]
    identity: dict[str, Any]
    asked_at: str
    reply: dict[str, Any]


# ---------------------------------------------------------------- setups


def shared_parts(stored: Stored) -> dict[str, object]:
    """The parts of an answer's key that all answers of its setup have."""
    return {name: stored.parts[name] for name in stored.parts if name not in (ARTICLE, SAMPLE)}


def setup_of(stored: Stored) -> Setup:
    """The setup of an answer that was just given, or is of format 1."""
    parts = shared_parts(stored)
    identity = IDENTITY.dump_python(stored.identity, mode="json")
    return _setup({"parts": parts, "identity": identity}, stored.identity)


def read_setup(content: object, digest: str) -> Setup:
    """A setup out of JSON.

    Raises:
        Damage: it is none, or not the one of that digest.
    """
    try:
        wire = _SetupWire.model_validate(content)
        identity = IDENTITY.validate_python(wire.identity)
        setup = _setup(wire.model_dump(), identity)
    except (ValueError, RecursionError) as error:
        raise Damage("it is not a whole setup") from error
    if setup.digest != digest:
        raise Damage("its content is not that of its digest")
    return setup


def _setup(content: dict[str, Any], identity: Identity) -> Setup:
    parts = content["parts"]
    return Setup(text_digest(canonical_json(content)), content, parts, identity, KeyStem(parts))


def setup_text(setup: Setup) -> str:
    """A setup as the text of its file."""
    return json.dumps(setup.content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


# ---------------------------------------------------------------- writing


def content_of(request: Request, stored: Stored, setup: Setup) -> dict[str, object]:
    """What the entry of an answer says, in its order, the digest at its end left out.

    The reply stands before the prompt, so that a person sees it without scrolling past an article.
    """
    return {
        "format": 2,
        "key": stored.key,
        "model": request.model,
        "article": request.article,
        "sample": request.sample,
        "setup": setup.digest,
        "asked_at": stored.asked_at,
        "reply": REPLY.dump_python(stored.reply, mode="json"),
        "prompt": request.prompt,
    }


def sealed(content: Mapping[str, object]) -> tuple[bytes, str]:
    """The bytes of an entry, and the digest with which they end.

    Raises:
        ValueError: the content is nothing that a file can hold.
    """
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    body = text.removesuffix("\n}").encode()
    digest = hashlib.sha256(body).hexdigest()
    return body + f"{_SEAL}{digest}{_END}".encode(), digest


# ---------------------------------------------------------------- reading


def read_entry(raw: bytes, key: str, setup: Callable[[str], Setup]) -> Entry:
    """The entry of a key out of the bytes of its file.

    Args:
        raw: The bytes.
        key: The key under which they were found.
        setup: Gives the setup of a digest, or raises what says that there is none.

    Raises:
        Damage: they are not an entry, or not the one of that key.
    """
    if _OLD.match(raw):
        return _read_before(raw, key)
    try:
        wire = _Wire.model_validate_json(raw)
    except ValidationError as error:
        raise Damage(_why_none(raw)) from error
    if not _seal_holds(raw, wire.digest):
        raise Damage("it was changed: its content is not that of its digest")
    shared = setup(wire.setup)
    article_digest = text_digest(wire.prompt)
    if wire.key != key or shared.stem.key(article_digest, wire.sample) != key:
        raise Damage("its content does not belong to its key")
    parts = shared.parts_with(article_digest, wire.sample)
    stored = Stored(key, parts, wire.reply, shared.identity, wire.asked_at)
    return Entry(stored, wire.model, wire.article, wire.prompt, shared.digest)


def _seal_holds(raw: bytes, digest: str) -> bool:
    end = f"{_SEAL}{digest}{_END}".encode()
    return raw.endswith(end) and hashlib.sha256(raw[: -len(end)]).hexdigest() == digest


def _why_none(raw: bytes) -> str:
    later = re.match(rb'\s*\{\s*"format"\s*:\s*([0-9]{1,9})\s*,', raw)
    if later and int(later[1]) > 2:
        return f"it is of format {int(later[1])}, which only a newer slm-harness reads"
    return "it is not a whole entry"


def _read_before(raw: bytes, key: str) -> Entry:
    try:
        wire = _WireBefore.model_validate_json(raw)
        reply = REPLY.validate_python(wire.reply)
        identity = IDENTITY.validate_python(wire.identity)
    except ValidationError as error:
        raise Damage("it is not a whole entry") from error
    if wire.key != key or key_of(wire.parts) != key:
        raise Damage("its content does not belong to its key")
    if not isinstance(wire.parts.get(SAMPLE), int) or ARTICLE not in wire.parts:
        raise Damage("its key lacks article or sample")
    stored = Stored(key, wire.parts, reply, identity, wire.asked_at)
    return Entry(stored, wire.model, wire.article, wire.prompt)
