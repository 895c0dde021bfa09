"""Engines: what a model is asked through. They see requests, never labels, graders or the gate."""

from contextlib import closing

from slm_harness.engines import ollama_options
from slm_harness.engines.baseline import BaselineEngine
from slm_harness.engines.context import estimated_tokens
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
    try:
        from slm_harness.engines.ollama import OllamaEngine
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
        if spec.engine != "ollama":
            return engine.presence()
        from slm_harness.engines.ollama_facts import examined

        return examined(spec)


def why_other_model(spec: ModelSpec, identity: Identity) -> str:
    """In what an entry is another model than the one of ``identity``; empty where it is the same.

    Raises:
        ModelsError: the entry has options that the engine does not know.
    """
    if spec.engine != identity.engine:
        return (
            f"its engine is {spec.engine}, and the accepted replies came through {identity.engine}"
        )
    return ollama_options.why_other(spec, identity) if spec.engine == "ollama" else ""
