"""The options of a llama.cpp model: what goes with each request, all pinned, and how it is loaded."""

from collections.abc import Mapping

from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec

PINNED: Mapping[str, object] = {
    "max_tokens": 1024,
    "seed": 0,
    "temperature": 0.0,
    "dynatemp_range": 0.0,
    "top_k": 1,
    "top_p": 1.0,
    "top_n_sigma": -1.0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "xtc_probability": 0.0,
    "mirostat": 0,
    "repeat_last_n": 64,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "dry_multiplier": 0.0,
    "cache_prompt": True,
    "enable_thinking": False,
    "date_string": "26 Jul 2024",
}
"""Every option that moves an answer: a GGUF file can bring its own, and the defaults of llama.cpp change;
and besides them ``n_ctx``, which follows from the articles. The date is what the templates of Llama 3 take for
today, and Meta's own for when there is no clock: llama.cpp's is the real one, another every day."""
FOR_TEMPLATE = ("enable_thinking", "date_string")
"""Options that the chat template reads."""
WINDOW = "n_ctx"
THREADS, GPU_LAYERS = "n_threads", "n_gpu_layers"
LOADING = frozenset({THREADS, GPU_LAYERS})
"""How the model is loaded: a matter of the machine, like the machine itself no part of an answer's key."""
OTHER_OPTIONS = frozenset({WINDOW, "stop", *LOADING})


def pinned_options(spec: ModelSpec) -> Mapping[str, object]:
    """What is pinned, with what the entry sets instead; without the options of loading.

    Raises:
        ModelsError: an option that llama.cpp does not know, or a value of another type.
    """
    unknown = [name for name in spec.options if name not in PINNED and name not in OTHER_OPTIONS]
    if unknown:
        # The server ignores an option that it does not know.
        raise ModelsError(
            f"{spec.name}: options: {', '.join(unknown)} is none that llama.cpp is given; known are "
            f"{', '.join(sorted({*PINNED, *OTHER_OPTIONS}))}"
        )
    given = {name: _typed(spec, name, value) for name, value in spec.options.items()}
    return {**PINNED, **{name: value for name, value in given.items() if name not in LOADING}}


def loading(spec: ModelSpec, name: str) -> int | None:
    """An option of loading; None where llama.cpp is to choose."""
    value = spec.options.get(name)
    return value if isinstance(value, int) else None


def sent_options(options: Mapping[str, object]) -> dict[str, object]:
    """The options of an identity as a request has them."""
    own = (WINDOW, *FOR_TEMPLATE)
    sent = {name: value for name, value in options.items() if name not in own}
    return {**sent, "chat_template_kwargs": {name: options[name] for name in FOR_TEMPLATE}}


def _typed(spec: ModelSpec, name: str, value: object) -> object:
    pinned = PINNED.get(name, 0)
    if name == "stop":
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        wanted = "list of texts"
    elif isinstance(pinned, str):
        if isinstance(value, str):
            return value
        wanted = "text"
    elif isinstance(pinned, bool):
        if isinstance(value, bool):
            return value
        wanted = "true or false"
    elif isinstance(pinned, float):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        wanted = "number"
    elif isinstance(value, int) and not isinstance(value, bool):
        _check_size(spec, name, value)
        return value
    else:
        wanted = "whole number"
    raise ModelsError(f"{spec.name}: options: {name}: {value!r} is no {wanted}")


def _check_size(spec: ModelSpec, name: str, value: int) -> None:
    if name in ("max_tokens", WINDOW, THREADS) and value < 1:
        raise ModelsError(f"{spec.name}: options: {name}: {value} is too small; 1 is the least")
