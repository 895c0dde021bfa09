"""Names under Ollama: of bases as a server lists them, and of the custom models made of them."""

import hashlib
import re
from collections.abc import Mapping

MAX_PART = 80
"""Longest part of an Ollama name, in characters."""
_TAG_DIGITS = 12


def derived_name(
    task: str, base: str, digest: str, system: str, options: Mapping[str, object]
) -> str:
    """Name of the custom model: ``breach-analyzer-phi3:<12 hex of the recipe>``.

    Slashes and colons of a base such as ``hf.co/user/Repo-GGUF:Q4_K_M`` would make host and tag of
    it, so they become hyphens. The tag is hex digits, so none of those that mean something to Ollama
    (``cloud``, ``local``).
    """
    recipe = hashlib.sha256(repr((digest, system, sorted(options.items()))).encode()).hexdigest()
    return f"{derived_part(task, base)}:{recipe[:_TAG_DIGITS]}"


def derived_part(task: str, base: str) -> str:
    """What the names of all custom models of a base have before the colon."""
    part = f"{task}-analyzer-{re.sub(r'[^A-Za-z0-9_.-]', '-', base)}"
    return part[:MAX_PART].rstrip("-.")


def is_derived(task: str, name: str) -> bool:
    """Whether a name is exactly of the form that ``derived_name`` gives."""
    pattern = rf"{re.escape(task)}-analyzer-[A-Za-z0-9_.-]+:[0-9a-f]{{{_TAG_DIGITS}}}"
    return re.fullmatch(pattern, name) is not None


def canonical(name: str) -> str:
    """A name as the server compares it: in any case, its defaults left out, its tag never."""
    name = name.lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def is_cloud(name: str) -> bool:
    """Whether a name stands for a model that runs elsewhere: ``:cloud``, ``:120b-cloud``."""
    tag = canonical(name).rpartition(":")[2]
    return tag == "cloud" or tag.endswith("-cloud")
