"""What an Ollama server tells of itself and of a model: for a person who looks why something does not work."""

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from slm_harness.engines.context import trained_context
from slm_harness.engines.ollama_border import StrictClient, address, open_client, translated
from slm_harness.engines.ollama_options import WINDOW, sent_options
from slm_harness.engines.protocol import Facts, Loaded, Presence
from slm_harness.engines.transport import is_near
from slm_harness.errors import NotMeasured, ServerUnreachable
from slm_harness.records import ModelSpec

LOOK_SECONDS = 5.0
"""Longest wait for each of the four answers."""
_CACHE_BYTES = 2
"""Bytes of one number in the cache: 16 bits, unless the server was told to use fewer."""


def examined(spec: ModelSpec) -> Presence:
    """Whether the server answers and the base is there, with all that both tell of themselves.

    Raises:
        SettingsError: ``OLLAMA_HOST`` is no address, or the entry has options that Ollama does not know.
    """
    options = sent_options(spec)
    reply, window = (_whole(options.get(name)) for name in ("num_predict", WINDOW))
    with closing(open_client(LOOK_SECONDS)) as client:
        facts = Facts(address=address(client), reply=reply, window=window)
        try:
            facts = replace(facts, server=_version(client))
            listed = _listed(client, spec.base)
        except NotMeasured as error:
            near = is_near(client._client.base_url.host)
            mend = "ollama serve" if near and isinstance(error, ServerUnreachable) else ""
            return Presence(problem=error.message, mend=mend, facts=facts)
        if listed is None:
            return Presence(pulled=False, facts=facts)
        facts = replace(facts, form=_form(listed), size=_whole(listed.size))
        return Presence(pulled=True, facts=_described(client, spec.base, facts))


def _version(client: Any) -> str:  # noqa: ANN401 - the client has no public way to ask
    with translated("telling its version", address(client)):
        body = client._request_raw("GET", "/api/version").json()
    return str(body["version"]) if isinstance(body, dict) and "version" in body else ""


def _listed(client: StrictClient, base: str) -> Any:  # noqa: ANN401 - ollama.ListResponse.Model
    """The entry of a base; None where it is not there."""
    with translated("listing its models", address(client)):
        listed = client.list()
    same = (one for one in listed.models if one.model and _canonical(one.model) == _canonical(base))
    return next(same, None)


def _form(listed: Any) -> str:  # noqa: ANN401 - ollama.ListResponse.Model
    details = listed.details
    parts = (details.parameter_size, details.quantization_level) if details else ()
    return " ".join(part for part in parts if part)


def _described(client: StrictClient, base: str, facts: Facts) -> Facts:
    """What the weights tell, and how they are loaded. That it is not told is no problem."""
    try:
        with translated(f"describing {base}", facts.address):
            shown = client.show(base).modelinfo or {}
        facts = replace(facts, trained=trained_context(shown), cache=cache_bytes(shown))
        with translated("telling what is loaded", facts.address):
            running = client.ps()
    except NotMeasured as error:
        return replace(facts, untold=error.message)
    for model in running.models:
        size = _whole(model.size)
        if size and model.model and _same_weights(model.model, base):
            share = None if model.size_vram is None else int(model.size_vram) / size
            return replace(facts, loaded=Loaded(size, share, model.context_length))
    return facts


def cache_bytes(facts: Mapping[str, object]) -> int | None:
    """Bytes that each token of the context takes in memory, from the facts of a GGUF.

    Keys and values of every layer at 16 bits. Sliding windows and smaller caches take less. None where
    the file does not tell enough.
    """
    told = {name.partition(".")[2]: _whole(value) for name, value in facts.items()}
    layers, heads = told.get("block_count"), told.get("attention.head_count")
    width = told.get("embedding_length")
    each = width // heads if width and heads else None
    shared = told.get("attention.head_count_kv") or heads
    key = told.get("attention.key_length") or each
    value = told.get("attention.value_length") or each
    if not (layers and shared and key and value):
        return None
    return layers * shared * (key + value) * _CACHE_BYTES


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return int(value) if value > 0 else None


def _same_weights(loaded: str, base: str) -> bool:
    """Whether what is loaded is the base, or the custom model that was made of it.

    They share a runner, which is listed under the name of either.
    """
    made_of = f"-analyzer-{re.sub(r'[^A-Za-z0-9_.-]', '-', base)}:".lower()
    return _canonical(loaded) == _canonical(base) or made_of in loaded.lower()


def _canonical(name: str) -> str:
    name = name.lower().removeprefix("registry.ollama.ai/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
