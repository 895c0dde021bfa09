"""What a GGUF file says of itself, and the digest of its bytes.

Reading the digest of some gigabytes takes seconds, so what was found is kept in the user's cache, by
path, size and time of change. These are only facts about a file: whoever deletes them loses seconds.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from slm_harness.engines.context import trained_context
from slm_harness.engines.protocol import Report
from slm_harness.errors import ModelUnavailable
from slm_harness.locks import cache_folder
from slm_harness.printable import shortened

_PIECE = 8 * 2**20
_ARRAYS = ("tokenizer.ggml.",)
"""Keys whose values are the vocabulary: long, and of no interest here."""


@dataclass(frozen=True)
class GgufFacts:
    """One file."""

    sha256: str
    """Of the whole file, in hex."""
    architecture: str
    """``llama``, ``phi3`` and the like."""
    context: int | None
    """Tokens that the model was trained for; None where the file does not say."""
    template: str
    """The chat template, in Jinja; empty where the file has none."""


def facts_of(path: Path, report: Report, cache: Path | None = None) -> GgufFacts:
    """The facts of a file, read once for each state of it.

    Args:
        path: The file.
        report: Takes a line on how far the digest is.
        cache: Folder of what was found before; the user's own where it is not given.

    Raises:
        ModelUnavailable: it cannot be read, or is no whole GGUF file.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}") from error
    # Size and time of change can be carried over to another file (`cp -p`); these together cannot.
    key = [str(path.resolve()), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino]
    kept = (cache or cache_folder() / "gguf") / _name(key)
    found = _kept(kept, key)
    if found is None:
        found = _read(path, state.st_size, report)
        with contextlib.suppress(OSError):  # a cache that cannot be written is none
            _keep(kept, key, found)
    return found


def _name(key: list[object]) -> str:
    return hashlib.sha256(str(key[0]).encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".json"


def _kept(file: Path, key: list[object]) -> GgufFacts | None:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
        return GgufFacts(**known["facts"]) if known["of"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(file: Path, key: list[object], facts: GgufFacts) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_text(json.dumps({"of": key, "facts": asdict(facts)}), encoding="utf-8")
    new.replace(file)


def _read(path: Path, size: int, report: Report) -> GgufFacts:
    head = _head(path)
    template = head.get("tokenizer.chat_template")
    return GgufFacts(
        sha256=_sha256(path, size, report),
        architecture=str(head.get("general.architecture", "")),
        context=trained_context(head),
        template=template if isinstance(template, str) else "",
    )


def _head(path: Path) -> Mapping[str, object]:
    """The keys of a file and their values, but for the vocabulary."""
    from gguf import GGUFReader

    try:
        fields = GGUFReader(path).fields
        head = {
            name: field.contents()
            for name, field in fields.items()
            if not name.startswith(_ARRAYS) and not name.startswith("GGUF.")
        }
    except (
        Exception
    ) as error:  # the reader has no error of its own: what a damaged file does to numpy
        raise ModelUnavailable(
            f"{path} is no whole GGUF file ({type(error).__name__}: {shortened(str(error), 120)}); "
            "name a .gguf file, or fetch it again"
        ) from error
    if head.get("split.count", 0) not in (0, 1):
        raise ModelUnavailable(
            f"{path} is one of {head['split.count']} parts of a model; put them together with "
            "`llama-gguf-split --merge` and name the whole"
        )
    return head


def _sha256(path: Path, size: int, report: Report) -> str:
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                done += len(piece)
                report(f"reading the digest of {path.name}: {done / max(size, 1):.0%}")
    except OSError as error:
        raise ModelUnavailable(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()
