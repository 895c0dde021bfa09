"""``models.yaml`` and ``--model``: which models there are, by the name that is also their marker."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from slm_harness import strict_yaml
from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What can be a pytest marker: a colon, as in ``gemma3:4b``, cannot."""
RESERVED = frozenset({"and", "or", "not", "True", "False", "None"})
MOST_AT_ONCE = 256
"""Most articles that may be put to one model at once."""
MAX_NAME = 80
"""Longest name, in characters: it is part of file names and test ids."""

_Option = str | int | bool | Annotated[float, Field(allow_inf_nan=False)] | list[str]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    engine: Literal["ollama", "openai", "llamacpp", "baseline"]
    base: Annotated[str, StringConstraints(min_length=1)] | None = None
    options: dict[str, _Option] = {}
    origin: str = "unknown"
    licence: str = "unknown"
    timeout: Annotated[float, Field(gt=0, le=86_400, strict=False)] = 300.0
    concurrency: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    models: Annotated[dict[str, _Entry], Field(min_length=1)]


def load_models(path: Path, added: Iterable[str] = ()) -> Mapping[str, ModelSpec]:
    """Read the models of a YAML file, and those that ``--model NAME=ENGINE:BASE`` adds for a run.

    Raises:
        ModelsError: the file cannot be read, an entry is not one, or a name cannot be a marker.
    """
    try:
        raw = strict_yaml.load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelsError(f"{path}: the list of models cannot be read: {error}") from error
    except ValueError as error:
        raise ModelsError(f"{path}: not YAML: {error}") from error
    try:
        entries = _File.model_validate(raw).models
    except ValidationError as error:
        raise ModelsError(f"{path}: {_first_fault(error)}") from error
    models = {name: _spec(name, entry, str(path)) for name, entry in entries.items()}
    for argument in added:
        spec = parse_model(argument)
        if spec.name in models:
            raise ModelsError(
                f"--model {argument}: {path} has a model of that name, whose snapshot it would be "
                "taken for; give it another"
            )
        models[spec.name] = spec
    return models


def parse_model(argument: str) -> ModelSpec:
    """Parse ``NAME=ENGINE:BASE``, as in ``gemma=ollama:gemma3:4b``.

    Raises:
        ModelsError: the argument has another form.
    """
    name, equals, rest = argument.partition("=")
    engine, colon, base = rest.partition(":")
    if not (equals and colon and base and engine == "ollama"):
        raise ModelsError(
            f"--model {argument}: write NAME=ollama:BASE, as in gemma=ollama:gemma3:4b"
        )
    return _spec(name, _Entry(engine="ollama", base=base), "--model")


def _spec(name: str, entry: _Entry, where: str) -> ModelSpec:
    if not NAME.fullmatch(name) or name in RESERVED or len(name) > MAX_NAME:
        raise ModelsError(
            f"{where}: {name!r} cannot be a pytest marker: a model's name has letters, digits, "
            "'.', '_' and '-', 80 at most (put the tag into base: base: gemma3:4b)"
        )
    if entry.engine == "ollama" and entry.base is None:
        raise ModelsError(f"{where}: {name}: base is missing: what `ollama pull` would be given")
    return ModelSpec(
        name=name,
        engine=entry.engine,
        base=entry.base or name,
        options=entry.options,
        origin=entry.origin,
        licence=entry.licence,
        timeout=entry.timeout,
        concurrency=entry.concurrency,
    )


def _first_fault(error: ValidationError) -> str:
    # A misspelt key is also a missing one; the misspelling is the better news.
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    if first["type"] == "extra_forbidden":
        known = list(_File.model_fields if len(first["loc"]) == 1 else _Entry.model_fields)
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else f"; known are {', '.join(known)}"
        return f"{where}: unknown key{hint}"
    return f"{where}: {first['msg']}"
