"""What a GGUF file tells in its first bytes: for a look that has to be quick, without its digest.

The wheel ``gguf`` reads the whole vocabulary before it tells anything; the facts stand before that.
"""

import struct
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO

from slm_harness.engines.context import cache_bytes, trained_context, whole
from slm_harness.engines.llamacpp import hub
from slm_harness.engines.llamacpp.engine import found_path
from slm_harness.engines.llamacpp.options import WINDOW, pinned_options
from slm_harness.engines.protocol import Facts
from slm_harness.errors import ModelUnavailable
from slm_harness.records import ModelSpec

_MOST_KEYS = 200
_MOST_BYTES = 2**16
"""Longest text that is read, in bytes: templates are longer, and stand behind the facts."""
_TEXT = 8
_NUMBERS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
"""The format's types of one value, as ``struct`` has them."""


def file_facts(spec: ModelSpec) -> Facts:
    """What is known of the file of a model that is there."""
    options = pinned_options(spec)
    try:
        server = f"xllamacpp {version('xllamacpp')}"
    except PackageNotFoundError:
        server = ""
    facts = Facts(
        server=server,
        reply=whole(options.get("max_tokens")),
        window=whole(options.get(WINDOW)),
        slots=spec.concurrency,
    )
    try:
        path = _path(spec.base)
        size = path.stat().st_size
        with path.open("rb") as file:
            head = head_of(file)
    except (OSError, ModelUnavailable) as error:
        return replace(facts, untold=str(error))
    form = head.get("general.size_label")
    return replace(
        facts,
        size=size,
        form=form if isinstance(form, str) else "",
        trained=whole(trained_context(head)),
        cache=cache_bytes(head),
    )


def _path(base: str) -> Path:
    if not base.startswith(hub.PREFIX):
        return found_path(base)
    found = hub.cached(hub.hub_file(base))
    if found is None:
        raise ModelUnavailable(f"{base} is not in the cache")
    return found


def head_of(file: BinaryIO) -> Mapping[str, object]:
    """The keys of a GGUF file and their values, up to the first list or the vocabulary.

    What is no such file has none, and what is cut off ends where it is cut.
    """
    head: dict[str, object] = {}
    try:
        magic, edition, _, keys = struct.unpack("<4sIQQ", file.read(24))
        if magic != b"GGUF" or edition not in (2, 3):
            return head
        for _ in range(min(keys, _MOST_KEYS)):
            name = _text(file)
            (kind,) = struct.unpack("<I", file.read(4))
            if kind == _TEXT:
                head[name] = _text(file)
            elif kind in _NUMBERS:
                form = _NUMBERS[kind]
                (head[name],) = struct.unpack(form, file.read(struct.calcsize(form)))
            else:
                break
    except (struct.error, ValueError):
        pass
    return head


def _text(file: BinaryIO) -> str:
    (size,) = struct.unpack("<Q", file.read(8))
    if size > _MOST_BYTES:
        raise ValueError(f"a text of {size} bytes")
    return file.read(size).decode("utf-8", "replace")
