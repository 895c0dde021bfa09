"""What an Ollama server tells of itself and of a model: for a person who looks why something does not work."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from slm_harness.engines.context import cache_bytes, trained_context, whole
from slm_harness.engines.ollama.border import StrictClient, address, open_client, translated
from slm_harness.engines.ollama.names import canonical, derived_part, is_cloud
from slm_harness.engines.ollama.options import WINDOW, sent_options
from slm_harness.engines.ollama.shelf import described, listed
from slm_harness.engines.ollama.told import check_usable, find, runs_elsewhere
from slm_harness.engines.protocol import Facts, Loaded, Presence
from slm_harness.engines.transport import is_near
from slm_harness.errors import ModelUnavailable, NotMeasured, ServerUnreachable
from slm_harness.records import ModelSpec

LOOK_SECONDS = 5.0
"""Longest wait for each of the answers."""


def examined(spec: ModelSpec) -> Presence:
    """Whether the server answers and the base is there, with all that both tell of themselves.

    Raises:
        SettingsError: ``OLLAMA_HOST`` is no address, or the entry has options that Ollama does not know.
    """
    options = sent_options(spec)
    reply, window = (whole(options.get(name)) for name in ("num_predict", WINDOW))
    with closing(open_client(LOOK_SECONDS)) as client:
        facts = Facts(address=address(client), reply=reply, window=window)
        try:
            with translated("telling its version", facts.address):
                facts = replace(facts, server=client.server_version())
            entry = find(listed(client, facts.address), spec.base)
        except NotMeasured as error:
            near = is_near(client._client.base_url.host)
            mend = "ollama serve" if near and isinstance(error, ServerUnreachable) else ""
            return Presence(
                problem=error.message, kind=type(error).__name__, mend=mend, facts=facts
            )
        try:
            if is_cloud(spec.base):
                raise runs_elsewhere(spec.base, "ollama.com")
            if entry is None:
                return Presence(pulled=False, facts=facts)
            facts = replace(facts, size=whole(entry.size))
            check_usable(spec.base, described(client, facts.address, spec.base))
        except ModelUnavailable as error:
            return Presence(pulled=entry is not None, unusable=error.message, facts=facts)
        except NotMeasured as error:
            return Presence(pulled=True, facts=replace(facts, untold=error.message))
        return Presence(pulled=True, facts=_told(client, spec.base, facts))


def _told(client: StrictClient, base: str, facts: Facts) -> Facts:
    """What the weights tell, and how they are loaded. That it is not told is no problem."""
    try:
        with translated(f"describing {base}", facts.address):
            shown = client.show_all(base)
        facts = _of_weights(facts, shown.get("model_info"), shown.get("details"))
        with translated("telling what is loaded", facts.address):
            running = client.ps()
    except NotMeasured as error:
        return replace(facts, untold=error.message)
    for model in running.models:
        size = whole(model.size)
        if size and model.model and _same_weights(model.model, base):
            share = None if model.size_vram is None else int(model.size_vram) / size
            return replace(facts, loaded=Loaded(size, share, model.context_length))
    return facts


def _of_weights(facts: Facts, told: object, details: object) -> Facts:
    known = told if isinstance(told, Mapping) else {}
    about = details if isinstance(details, Mapping) else {}
    form = (about.get(name) for name in ("parameter_size", "quantization_level"))
    return replace(
        facts,
        form=" ".join(one for one in form if isinstance(one, str) and one),
        trained=whole(trained_context(known)),
        cache=cache_bytes(known),
    )


def _same_weights(loaded: str, base: str) -> bool:
    """Whether what is loaded is the base, or the custom model that some task has made of it.

    They share a runner, which is listed under the name of either.
    """
    made = derived_part("", base).lower() + ":"
    return canonical(loaded) == canonical(base) or made in loaded.lower()
