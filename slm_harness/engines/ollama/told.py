"""What an Ollama server tells of itself and of a model, as values; how it was asked is not known here."""

import ast
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slm_harness.engines.context import fitting_window, needed_window, trained_context
from slm_harness.engines.ollama.names import canonical, derived_name
from slm_harness.engines.ollama.options import WINDOW, sent_options
from slm_harness.engines.protocol import Report
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ModelUnavailable
from slm_harness.printable import storable
from slm_harness.records import Identity, ModelSpec, Recipe


@dataclass(frozen=True)
class Entry:
    """One model as the server lists it."""

    name: str
    """In the very case in which the server has it, with its tag."""
    digest: str
    """64 hex digits."""
    size: int
    """Bytes of all layers."""
    parent: str
    """Name of the model that it was made from; empty for one that was pulled."""
    modified: datetime | None


def find(entries: Sequence[Entry], name: str) -> Entry | None:
    """The entry of a name, in whatever case and form it is given."""
    wanted = canonical(name)
    return next((entry for entry in entries if canonical(entry.name) == wanted), None)


@dataclass(frozen=True)
class Described:
    """What a server says of one model."""

    template: str
    trained: int | None
    """The context that it was trained for, in tokens; None where it is not told."""
    capabilities: Sequence[str] | None
    """None under a server that does not tell."""
    parameters: Mapping[str, object]
    system: str
    messages: Sequence[object]
    remote: str
    """The host where it really runs; empty for a model of this server's own."""


def described_by(shown: Mapping[str, object]) -> Described:
    """The description out of the body of ``/api/show``."""
    facts, messages, can = (shown.get(key) for key in ("model_info", "messages", "capabilities"))
    return Described(
        template=str(shown.get("template") or ""),
        trained=trained_context(facts if isinstance(facts, Mapping) else {}),
        capabilities=[str(one) for one in can] if isinstance(can, list) else None,
        parameters=parameters(str(shown.get("parameters") or "")),
        system=str(shown.get("system") or ""),
        messages=messages if isinstance(messages, list) else [],
        remote=str(shown.get("remote_host") or ""),
    )


def check_usable(base: str, found: Described) -> None:
    """Refuse a base on which nothing can be built that answers by our words and schema.

    Raises:
        ModelUnavailable: it writes no text, drops the system prompt, or runs elsewhere.
    """
    if found.remote:
        raise runs_elsewhere(base, found.remote)
    if found.capabilities is not None and "completion" not in found.capabilities:
        raise ModelUnavailable(
            f"{base} does not generate text (it can {one_line(', '.join(found.capabilities))})"
        )
    if found.template and not re.search(r"\.System|\.Messages|system", found.template):
        raise ModelUnavailable(
            f"the template of {base} drops the system prompt: {one_line(found.template)!r}; "
            "use a model that was imported with its chat template"
        )


def capabilities_of(found: Described) -> list[str] | None:
    """What a model can do, in alphabetical order; None under a server that does not tell."""
    return None if found.capabilities is None else sorted(found.capabilities)


def runs_elsewhere(base: str, where: str) -> ModelUnavailable:
    """The refusal of a model that Ollama passes on: no schema is enforced, and its weights have no digest."""
    return ModelUnavailable(
        f"{base} runs at {one_line(where)} and not on this server: Ollama holds such a model to no "
        "schema; use a model that can be pulled, or `engine: openai` with the address of who serves it"
    )


def inherited(found: Described, options: Mapping[str, object]) -> Mapping[str, object]:
    """What of a base stays in force in a model made of it with ``options``, by name.

    ``system`` and ``messages`` are there where the base has its own: the first is replaced by ours, the
    others stay before every prompt and are told by their number and digest.
    """
    stays: dict[str, object] = {
        name: value for name, value in found.parameters.items() if name not in options
    }
    if found.system:
        stays["system"] = "replaced"
    if found.messages:
        digest = hashlib.sha256(json.dumps(found.messages, sort_keys=True).encode()).hexdigest()
        stays["messages"] = {"count": len(found.messages), "digest": digest[:12]}
    return dict(sorted(stays.items()))


def parameters(text: str) -> Mapping[str, object]:
    """The parameters out of the text in which a server shows them: a line each, in random order.

    Texts are quoted as Go quotes them, and a name that comes again has a list, which is sorted here;
    ``stop`` is a list even of one.
    """
    found: dict[str, list[object]] = {}
    for line in text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if name:
            found.setdefault(name, []).append(_typed(value.strip()))
    return {
        name: sorted(values, key=str) if len(values) > 1 or name == "stop" else values[0]
        for name, values in sorted(found.items())
    }


def _typed(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    try:
        # Go's quoting of texts is within Python's, and so are its numbers.
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return storable(value) if isinstance(value, str | int | float) else text


def identity_of(
    spec: ModelSpec,
    recipe: Recipe,
    longest: int,
    version: str,
    entry: Entry,
    found: Described,
) -> Identity:
    """Which model it is that answers, by what its server tells.

    Args:
        spec: The model's entry in models.yaml.
        recipe: What is to be made of the base.
        longest: Tokens of the longest article, estimated.
        version: What the server calls its version.
        entry: The base as it is listed.
        found: The base as it is described.

    Raises:
        NotMeasured: nothing can be built on the base.
    """
    check_usable(spec.base, found)
    wanted = sent_options(spec)
    needed = needed_window(recipe.around, longest, int(str(wanted["num_predict"])))
    options = {**wanted, WINDOW: fitting_window(spec, WINDOW, needed, found.trained)}
    return Identity(
        engine="ollama",
        server=version,
        base=spec.base,
        digest=entry.digest,
        template=found.template,
        options=options,
        inherited=inherited(found, options),
        serves=derived_name(recipe.task, spec.base, entry.digest, recipe.system, options),
    )


def tell_of_messages(found: Identity, report: Report) -> None:
    """Tell of what stands in front of every prompt without being ours."""
    if "messages" in found.inherited:
        report(f"{found.base} has messages of its own, which stay in front of every prompt")
