"""Engines: what a model is asked through. They see requests, never labels, graders or the gate."""

from contextlib import closing
from dataclasses import replace

from slm_harness.engines.baseline import BaselineEngine
from slm_harness.engines.context import estimated_tokens, longest_prompt
from slm_harness.engines.llamacpp import options as llamacpp_options
from slm_harness.engines.ollama import options as ollama_options
from slm_harness.engines.openai import options as openai_options
from slm_harness.engines.protocol import Engine, Facts, Loaded, Presence, Reader, Report, bad_host
from slm_harness.errors import ModelsError
from slm_harness.records import Identity, ModelSpec

__all__ = [
    "LOCAL_ENGINES",
    "Engine",
    "Facts",
    "Loaded",
    "Presence",
    "Reader",
    "Report",
    "estimated_tokens",
    "examine",
    "longest_prompt",
    "open_engine",
    "why_other_model",
]

LOCAL_ENGINES = frozenset({"baseline"})
"""Engines that need no server."""


def open_engine(spec: ModelSpec, reader: Reader | None, longest: int = 0) -> Engine:
    """The engine of a model.

    Args:
        spec: The model's entry.
        reader: The task's rule-based reader, for the baseline.
        longest: Tokens of the longest prompt that it will be given, as ``estimated_tokens`` has them.

    Raises:
        SettingsError: the entry has options that the engine does not know, the address of the server
            is none, or the task has no reader.
    """
    if spec.engine == "baseline":
        if reader is None:
            raise ModelsError(f"{spec.name}: this task has no rule-based reader to be a baseline")
        return BaselineEngine(spec, reader)
    if spec.engine == "openai":
        from slm_harness.engines.openai.engine import OpenAIEngine

        return OpenAIEngine(spec)
    if spec.engine == "llamacpp":
        from slm_harness.engines.llamacpp.engine import LlamaCppEngine

        return LlamaCppEngine(spec, longest)
    try:
        from slm_harness.engines.ollama.engine import OllamaEngine
    except ValueError as error:
        # The ollama package makes a client of its own while it is imported.
        raise bad_host(error) from error
    return OllamaEngine(spec, longest)


def examine(spec: ModelSpec, reader: Reader | None) -> Presence:
    """Look for a model as ``Engine.presence`` does, and gather what its server tells besides.

    Raises:
        SettingsError: as ``open_engine`` does.
    """
    with closing(open_engine(spec, reader)) as engine:  # refuses a wrong entry or address
        if spec.engine == "ollama":
            from slm_harness.engines.ollama.facts import examined

            return examined(spec)
        presence = engine.presence()
    if spec.engine == "llamacpp" and presence.pulled:
        from slm_harness.engines.llamacpp.facts import file_facts

        return replace(presence, facts=file_facts(spec))
    return replace(presence, facts=Facts(address=spec.base_url))


def why_other_model(spec: ModelSpec, identity: Identity) -> str:
    """In what an entry is another model than the one of ``identity``; empty where it is the same.

    Raises:
        ModelsError: the entry has options that the engine does not know.
    """
    if spec.engine != identity.engine:
        return (
            f"its engine is {spec.engine}, and the accepted replies came through {identity.engine}"
        )
    find = {
        "llamacpp": llamacpp_options.why_other,
        "ollama": ollama_options.why_other,
        "openai": openai_options.why_other,
    }.get(spec.engine)
    return find(spec, identity) if find else ""
