"""``models.yaml`` and ``--model``: which models there are, by the name that is also their marker."""

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from slm_harness import strict_yaml
from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec, Price

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What can be a pytest marker: a colon, as in ``gemma3:4b``, cannot."""
RESERVED = frozenset({"and", "or", "not", "True", "False", "None"})
MOST_AT_ONCE = 256
"""Most articles that may be put to one model at once."""
MOST_TEMPERATURE = 2.0
"""Highest temperature of samples: what the API of OpenAI takes, and far above what leaves any sense."""
MAX_NAME = 80
"""Longest name, in characters: it is part of file names and test ids."""

FORMS = "NAME=ollama:BASE, NAME=llamacpp:BASE or NAME=openai:BASE@URL"
"""What ``--model`` takes."""

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Scalar = str | int | bool | _Number | None
_Option = _Scalar | list[str] | dict[str, _Scalar]
_BASES = {
    "ollama": "what `ollama pull` would be given",
    "openai": "the name under which the server has the model",
    "llamacpp": "a GGUF file, or the repository and file of one",
}
"""Engines whose entries need a base, and what it is."""
_ONLY_OPENAI = ("base_url", "key_env", "price", "tokens_per_minute")
_KEYS = ("api_key", "apikey", "key", "token", "secret", "password")
"""What somebody would call the field for a key, if there were one."""


class _Price(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    input: Annotated[_Number, Field(ge=0)]
    output: Annotated[_Number, Field(ge=0)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    engine: Literal["ollama", "openai", "llamacpp", "baseline"]
    base: Annotated[str, StringConstraints(min_length=1)] | None = None
    options: dict[str, _Option] = {}
    origin: str = "unknown"
    licence: str = "unknown"
    timeout: Annotated[float, Field(gt=0, le=86_400, strict=False)] = 300.0
    concurrency: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    base_url: str = ""
    key_env: str = ""
    price: _Price | None = None
    tokens_per_minute: Annotated[int, Field(ge=1)] | None = None
    sample_temperature: (
        Annotated[_Number, Field(gt=0, le=MOST_TEMPERATURE, strict=False)] | None
    ) = None


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
    except FileNotFoundError as error:
        raise ModelsError(
            f"{path}: the list of models is not there; run in the project's folder, or name it with "
            "--models FILE (pytest: -o slm_models=FILE)"
        ) from error
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
    """Parse ``NAME=ENGINE:BASE``, as in ``gemma=ollama:gemma3:4b``, with ``@URL`` for a server.

    Raises:
        ModelsError: the argument has another form.
    """
    name, equals, rest = argument.partition("=")
    engine, colon, base = rest.partition(":")
    served = re.fullmatch(r"(.+?)@(https?://.*)", base)
    if not (equals and colon and base):
        raise ModelsError(_form(argument))
    if engine == "openai" and served:
        return _spec(name, _Entry(engine="openai", base=served[1], base_url=served[2]), "--model")
    if engine == "ollama":
        return _spec(name, _Entry(engine="ollama", base=base), "--model")
    if engine == "llamacpp":
        return _spec(name, _Entry(engine="llamacpp", base=base), "--model")
    raise ModelsError(_form(argument))


def _form(argument: str) -> str:
    return (
        f"--model {argument}: write {FORMS}, as in gemma=ollama:gemma3:4b or "
        "gemma=openai:google/gemma-3-4b-it@http://127.0.0.1:8000/v1"
    )


def _spec(name: str, entry: _Entry, where: str) -> ModelSpec:
    if not NAME.fullmatch(name) or name in RESERVED or len(name) > MAX_NAME:
        raise ModelsError(
            f"{where}: {name!r} cannot be a pytest marker: a model's name has letters, digits, "
            "'.', '_' and '-', 80 at most (put the tag into base: base: gemma3:4b)"
        )
    fault = _fault(entry)
    if fault:
        raise ModelsError(f"{where}: {name}: {fault}")
    price = entry.price
    return ModelSpec(
        name=name,
        engine=entry.engine,
        base=entry.base or name,
        options=entry.options,
        origin=entry.origin,
        licence=entry.licence,
        timeout=entry.timeout,
        concurrency=entry.concurrency,
        base_url=entry.base_url.rstrip("/"),
        key_env=entry.key_env,
        price=Price(price.input, price.output) if price else None,
        tokens_per_minute=entry.tokens_per_minute,
        sample_temperature=entry.sample_temperature,
    )


def _fault(entry: _Entry) -> str:
    """What is wrong with an entry as a whole; empty where nothing is. Never repeats what may be a key."""
    if entry.engine in _BASES and entry.base is None:
        return f"base is missing: {_BASES[entry.engine]}"
    if entry.engine == "openai":
        return _fault_of_url(entry.base_url) or _fault_of_key(entry.key_env)
    if entry.engine == "baseline" and entry.sample_temperature is not None:
        return "sample_temperature is for language models: the baseline's rules give one answer"
    foreign = [key for key in _ONLY_OPENAI if key in entry.model_fields_set]
    if foreign:
        return f"{foreign[0]} is for engine: openai, and this one is {entry.engine}"
    odd = [key for key, value in entry.options.items() if value is None or isinstance(value, dict)]
    return f"options: {odd[0]}: one value is wanted" if odd else ""


def _fault_of_url(url: str) -> str:
    if not url:
        return "base_url is missing: where the server is, as in http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "base_url is no address; write it as in http://127.0.0.1:8000/v1"
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return (
            "base_url has a user or a password in it, and this file is no place for one: take it out "
            "and name the environment variable of the key with key_env"
        )
    if parts.query or parts.fragment:
        return "base_url has a query or a fragment; write it as in http://127.0.0.1:8000/v1"
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", url):
        return "base_url is no http or https address; write it as in http://127.0.0.1:8000/v1"
    if port == 0:
        return "base_url has port 0, where nobody can listen"
    if not parts.path.strip("/"):
        return f"base_url has no path; most servers have their API at {url.rstrip('/')}/v1"
    return ""


def _fault_of_key(variable: str) -> str:
    if not variable:
        return ""
    is_name = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", variable)
    begins_as_key = re.match(r"(sk|pk|gsk|hf|xai|ghp|nvapi|AIza)[-_A-Za-z0-9]{16}", variable)
    is_random = re.fullmatch(r"[A-Za-z0-9]{24,}", variable) and re.search(r"[0-9]", variable)
    if is_name and not begins_as_key and not is_random:
        return ""
    return (
        "key_env is to be the name of an environment variable, as in OPENAI_API_KEY, and never a key: "
        "if it is one, take it out of this file, export it under a name, and revoke it if the file was "
        "ever committed"
    )


def _first_fault(error: ValidationError) -> str:
    # A misspelt key is also a missing one; the misspelling is the better news.
    if not error.errors()[0]["loc"]:
        return "it is to have `models:`, and below it an entry for each model by its name"
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        if str(first["loc"][-1]).lower() in _KEYS:
            return (
                f"{where}: unknown key; a server's key is never written into this file: export it, and "
                "name its environment variable with key_env"
            )
        model = _File if len(first["loc"]) == 1 else _Price if "price" in first["loc"] else _Entry
        known = list(model.model_fields)
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else f"; known are {', '.join(known)}"
        return f"{where}: unknown key{hint}"
    return f"{where}: {first['msg']}"
