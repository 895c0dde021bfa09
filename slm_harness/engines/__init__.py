"""Engines: what a model is asked through. They see requests, never labels, graders or the gate."""

from collections.abc import Callable, Collection, Mapping
from contextlib import closing, suppress
from dataclasses import replace

from slm_harness.engines.baseline import BaselineEngine
from slm_harness.engines.context import estimated_tokens, longest_prompt
from slm_harness.engines.llamacpp import options as llamacpp_options
from slm_harness.engines.ollama import options as ollama_options
from slm_harness.engines.ollama.front import Ollama, loading_client
from slm_harness.engines.openai import options as openai_options
from slm_harness.engines.protocol import Engine, Facts, Loaded, Presence, Reader, Report
from slm_harness.engines.samples import check_same, sampled
from slm_harness.errors import ModelsError, SettingsError
from slm_harness.records import Identity, ModelSpec

__all__ = [
    "LOCAL_ENGINES",
    "Engine",
    "Facts",
    "Loaded",
    "Presence",
    "Reader",
    "Report",
    "check_same",
    "estimated_tokens",
    "examine",
    "load",
    "longest_prompt",
    "open_engine",
    "sampled",
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
    return Ollama(spec, longest)


def load(engines: Collection[str]) -> None:
    """Import what asking through these engines takes, as the first request does where nobody did before."""
    if "ollama" in engines:
        with suppress(SettingsError), loading_client():  # who asks is told
            import slm_harness.engines.ollama.engine  # noqa: F401 - imported for later


def examine(spec: ModelSpec, reader: Reader | None) -> Presence:
    """Look for a model as ``Engine.presence`` does, and gather what its server tells besides.

    Raises:
        SettingsError: as ``open_engine`` does.
    """
    with closing(open_engine(spec, reader)) as engine:  # refuses a wrong entry or address
        if spec.engine == "ollama":
            with loading_client():
                from slm_harness.engines.ollama.facts import examined

            return examined(spec)
        presence = engine.presence()
    if spec.engine == "llamacpp" and presence.pulled:
        from slm_harness.engines.llamacpp.facts import file_facts

        return replace(presence, facts=file_facts(spec))
    return replace(presence, facts=Facts(address=spec.base_url))


def why_other_model(spec: ModelSpec, identity: Identity) -> str:
    """In what an entry is another model than the one of ``identity``; empty where it is the same.

    For replays: nobody can be asked there, and the replies of another model are no replies of this.

    Raises:
        ModelsError: the entry has options that the engine does not know.
    """
    if spec.engine != identity.engine:
        return (
            f"its engine is {spec.engine}, and the accepted replies came through {identity.engine}"
        )
    if spec.engine not in _OPTIONS:
        return ""
    if spec.base != identity.base:
        return f"its base is {spec.base}, and the accepted replies are of {identity.base}"
    here, there = openai_options.place(spec.base_url), identity.server.partition(" ")[0]
    if spec.engine == "openai" and here != there:
        return f"its server is {here}, and the accepted replies are of {there}"
    wanted, window = _OPTIONS[spec.engine]
    return _other_option(spec, wanted(spec), identity.options, window)


_OPTIONS: Mapping[str, tuple[Callable[[ModelSpec], Mapping[str, object]], str]] = {
    "llamacpp": (llamacpp_options.pinned_options, llamacpp_options.WINDOW),
    "ollama": (ollama_options.sent_options, ollama_options.WINDOW),
    "openai": (openai_options.sent_options, ""),
}
"""Engine to what makes the options of an entry, and the one among them that follows from the articles."""


def _other_option(
    spec: ModelSpec, wanted: Mapping[str, object], accepted: Mapping[str, object], window: str
) -> str:
    for name in sorted({*wanted, *accepted}):
        ours, theirs = wanted.get(name), accepted.get(name)
        # A window that nobody chose follows from the articles and from the model.
        if ours != theirs and not (name == window and name not in spec.options):
            return f"its option {name} is {ours}, and the accepted replies were given at {theirs}"
    return ""
