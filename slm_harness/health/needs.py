"""One model: whether it is there, whether the articles fit into it, and whether it fits into the machine."""

import importlib.util
import shlex
from collections.abc import Iterator, Mapping

from slm_harness.engines import Facts, Presence, estimated_tokens
from slm_harness.engines.context import TEMPLATE_TOKENS, USUAL_BYTES, needed_window
from slm_harness.engines.llamacpp.hub import PREFIX, hub_file
from slm_harness.health.articles import Articles
from slm_harness.health.findings import Finding, Numbers, gigabytes, note, ok, problem
from slm_harness.health.machine import Machine
from slm_harness.printable import shortened
from slm_harness.records import Article, ModelSpec

_WHEELS = ("xllamacpp", "gguf")
_WINDOW_OPTION = {"ollama": "num_ctx", "llamacpp": "n_ctx"}
_SHOWN = 60
"""Longest text of a server that is repeated, in characters."""


def key_findings(spec: ModelSpec, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the variable that holds a hosted model's key is set. The key itself is not looked at."""
    if not spec.key_env:
        return
    if environment.get(spec.key_env, "").strip():
        yield ok("key", f"{spec.key_env} is set")
    else:
        yield problem("key", f"{spec.key_env} is not set", f"export {spec.key_env}=...")


def wheel_findings(spec: ModelSpec) -> Iterator[Finding]:
    """Whether all that llama.cpp needs is installed."""
    needs = (*_WHEELS, *(["huggingface_hub"] if spec.base.startswith(PREFIX) else []))
    missing = [name for name in needs if importlib.util.find_spec(name) is None]
    if missing:
        what = f"not installed: {', '.join(missing)}"
        yield problem("llama.cpp", what, "pip install 'slm-harness[llamacpp]'")
    else:
        yield ok("llama.cpp", "its wheel is installed")


def presence_findings(spec: ModelSpec, presence: Presence) -> Iterator[Finding]:
    """Whether the model is there, in which form, and whether it is loaded."""
    facts = presence.facts
    if presence.problem:
        yield problem("model", presence.problem, presence.mend)
        return
    if presence.unusable:
        yield problem("model", presence.unusable)
        return
    if not presence.pulled:
        yield problem("model", f"{spec.base} is not there", _fetch(spec))
        return
    parts = [shortened(facts.form, _SHOWN), gigabytes(facts.size) if facts.size else ""]
    told = ", ".join(part for part in parts if part)
    yield ok("model", f"there{f': {told}' if told else ''}", {"size_bytes": facts.size})
    if facts.untold:
        yield note("model", f"not all is known: {facts.untold}")
    if facts.loaded:
        yield ok(
            "loaded",
            _loaded(facts),
            {"size_bytes": facts.loaded.size, "gpu_share": facts.loaded.on_gpu},
        )


def _fetch(spec: ModelSpec) -> str:
    """The command that fetches a base, safe to be pasted into a shell whatever an entry says."""
    if spec.engine == "llamacpp":
        file = hub_file(spec.base)
        words = ["hf", "download", file.repo, file.file, "--revision", file.revision]
    else:
        words = ["ollama", "pull", spec.base]
    return shlex.join(words)


def _loaded(facts: Facts) -> str:
    if facts.loaded is None:
        return "no"
    share, context = facts.loaded.on_gpu, facts.loaded.context
    where = "" if share is None else f", {share:.0%} of it on a GPU"
    room = "" if context is None else f", context {context:,}"
    return f"{gigabytes(facts.loaded.size)}{where}{room}"


def context_findings(
    spec: ModelSpec, facts: Facts, articles: Articles, around: str
) -> Iterator[Finding]:
    """Whether the longest article fits into what the model was trained for, with prompt and reply."""
    if facts.trained is None or facts.reply is None or articles.longest is None:
        return
    window, option = window_of(facts, articles, around), _WINDOW_OPTION.get(spec.engine, "context")
    most = _most(articles, around, facts.reply)
    numbers: Numbers = {
        "trained_tokens": facts.trained,
        "window_tokens": window,
        "needed_tokens": most,
    }
    told = f"trained for {facts.trained:,} tokens, asked for {window:,}; the longest article needs"
    if facts.window is not None and facts.window > facts.trained:
        yield problem(
            "context",
            f"models.yaml asks for {facts.window:,} tokens and {spec.base} was trained for {facts.trained:,}; "
            f"set options: {option}: {facts.trained} or less",
            numbers=numbers,
        )
    elif most <= window:
        yield ok("context", f"{told} {most:,} at most", numbers=numbers)
    elif (likely := _likely(articles.longest, around, facts.reply)) <= window:
        yield note(
            "context", f"{told} about {likely:,}, at most {most:,}: it may not fit", numbers=numbers
        )
    else:
        advice = (
            "choose a model with a longer context, or shorten the article"
            if window == facts.trained
            else f"set options: {option} higher in models.yaml"
        )
        yield problem(
            "context", f"{told} about {likely:,}, so it will not fit; {advice}", numbers=numbers
        )


def window_of(facts: Facts, articles: Articles, around: str) -> int:
    """The context that an evaluation will ask for, in tokens."""
    if facts.window is not None:
        return facts.window
    needed = needed_window(around, articles.tokens, facts.reply or 0)
    return needed if facts.trained is None else min(needed, facts.trained)


def _most(articles: Articles, around: str, reply: int) -> int:
    return estimated_tokens(around) + articles.tokens + TEMPLATE_TOKENS + reply


def _likely(article: Article, around: str, reply: int) -> int:
    size = len(around.encode()) + len(article.prompt.encode())
    return int(size / USUAL_BYTES) + TEMPLATE_TOKENS + reply


def memory_findings(
    spec: ModelSpec, facts: Facts, machine: Machine, window: int
) -> Iterator[Finding]:
    """Whether weights and context fit into the machine; it has to be the one on which the model runs."""
    if facts.size is None:
        return
    held = (facts.cache or 0) * window * facts.slots
    need = facts.size + held
    cache = f" and {gigabytes(held)} for its context" if held else ""
    told = f"it needs {gigabytes(facts.size)} for the weights{cache}"
    numbers: Numbers = {"needed_bytes": need}
    if machine.most is None or machine.memory is None:
        yield note("memory", f"{told}; how much this machine has is not known", numbers=numbers)
    elif need > machine.most:
        yield problem(
            "memory",
            f"{told}, and this machine has {gigabytes(machine.most)} in all; choose a smaller "
            "quantisation or model, or a smaller context",
            numbers=numbers,
        )
    elif facts.loaded or any(gpu.free >= need for gpu in machine.gpus):
        yield ok("memory", told, numbers=numbers)
    elif machine.free is not None and need > machine.free:
        yield note(
            "memory",
            f"{told}, and {gigabytes(machine.free)} is free: close what you can",
            numbers=numbers,
        )
    else:
        yield ok("memory", told, numbers=numbers)
