"""The options that go to Ollama: all pinned, none that it would ignore. Needs no client."""

from collections.abc import Mapping

from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec

PINNED: Mapping[str, object] = {
    "num_predict": 1024,
    "num_batch": 512,
    "num_keep": 4,
    "seed": 0,
    "temperature": 0.0,
    "top_k": 1,
    "top_p": 1.0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repeat_last_n": 64,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
}
"""Every option that moves an answer, since the server's own defaults change between its versions; and
besides them ``num_ctx``, which follows from the articles."""
WINDOW = "num_ctx"
_ABOVE_ZERO = (WINDOW, "num_predict")
OTHER_OPTIONS = frozenset({WINDOW, "stop", "num_gpu", "main_gpu", "use_mmap", "num_thread"})
"""Options that an entry of models.yaml may set besides."""


def sent_options(spec: ModelSpec) -> Mapping[str, object]:
    """What is pinned, with what the entry sets instead.

    Raises:
        ModelsError: an option that Ollama does not know, or a value of another type.
    """
    unknown = [name for name in spec.options if name not in PINNED and name not in OTHER_OPTIONS]
    if unknown:
        # The server ignores an option that it does not know, with no word to the client.
        raise ModelsError(
            f"{spec.name}: options: Ollama knows no {', '.join(unknown)}; it knows "
            f"{', '.join(sorted({*PINNED, *OTHER_OPTIONS}))}"
        )
    return {**PINNED, **{name: _typed(spec, name, value) for name, value in spec.options.items()}}


def _typed(spec: ModelSpec, name: str, value: object) -> object:
    """The value of an option as the server wants it; it cuts fractions off whole numbers in silence."""
    pinned = PINNED.get(name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(pinned, float) and number:
        return float(str(value))
    if name == WINDOW:
        pinned = 0
    if pinned is None or (isinstance(pinned, int) and number and isinstance(value, int)):
        if name in _ABOVE_ZERO and int(str(value)) < 1:
            # Ollama takes a number below zero for "without end", and a reply has to have one.
            raise ModelsError(f"{spec.name}: options: {name}: {value} is too small; 1 is the least")
        return value
    wanted = "number" if isinstance(pinned, float) else "whole number"
    raise ModelsError(f"{spec.name}: options: {name}: {value!r} is no {wanted}")
