"""Samples: several replies to the same words, each a request of its own, to see how much an answer wavers.

Sample i is drawn with the pinned seed plus i, whoever asks for it and however many others there are; so the
options and its number say which request it was. At temperature 0 nothing is drawn and the seed stays: there
a sample is the very same request once more, and shows how much the server itself wavers.
"""

from collections.abc import Mapping
from dataclasses import replace

from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec

TEMPERATURE = 0.7
"""Of samples, unless the entry says otherwise."""
_DRAWN: Mapping[str, object] = {"top_k": 40, "top_p": 0.9, "min_p": 0.0}
"""What a sample is drawn from, where the options of one answer are those of the likeliest word (``top_k: 1``,
with which no temperature does anything). Ollama's own values, so that what wavers is what would waver for a user
who set nothing; the same for llama.cpp, whose own differ a little (``top_p`` 0.95, ``min_p`` 0.05), so that one
file is drawn from alike under either."""
_OPTIONS: Mapping[str, Mapping[str, object]] = {"ollama": _DRAWN, "llamacpp": _DRAWN, "openai": {}}
"""By engine. What an OpenAI-compatible server is sent has no ``top_k``, and all else in it lets a model choose."""


def sampled(spec: ModelSpec) -> ModelSpec:
    """An entry as its samples are asked: the same model, drawn from. Its own options stay in force.

    Raises:
        ModelsError: by its options every sample would be the same reply, or one that nobody could ask again.
    """
    options = {**_OPTIONS.get(spec.engine, {}), "temperature": TEMPERATURE, **spec.options}
    if spec.sample_temperature is not None:
        options["temperature"] = spec.sample_temperature
    if _is_zero(options["temperature"]):
        raise ModelsError(
            f"{spec.name}: options: temperature: 0 makes all samples one; give its entry a sample_temperature "
            f"above 0, or see with --measure-server how much the server itself wavers"
        )
    if options.get("top_k") == 1:
        raise ModelsError(
            f"{spec.name}: options: top_k: 1 makes all samples one, at any temperature; take it out, or see "
            "with --measure-server how much the server itself wavers"
        )
    seed = options.get("seed", 0)
    if isinstance(seed, int) and seed < 0:
        raise ModelsError(
            f"{spec.name}: options: seed: {seed} is another one each time, so that no sample could be told "
            "from another; set 0 or more, or take it out"
        )
    return replace(spec, options=options)


def check_same(spec: ModelSpec) -> None:
    """See that an entry asks at temperature 0, where its replies should be one.

    Raises:
        ModelsError: it does not.
    """
    temperature = spec.options.get("temperature", 0)
    if not _is_zero(temperature):
        raise ModelsError(
            f"{spec.name}: options: temperature: {'null' if temperature is None else temperature}, and "
            "--measure-server is for temperature 0: at any other its replies differ anyway; leave "
            "--measure-server out"
        )


def of_sample(options: Mapping[str, object], sample: int) -> Mapping[str, object]:
    """The options with which a sample is asked, of those of a whole run."""
    seed = options.get("seed")
    if not sample or not isinstance(seed, int) or _is_zero(options.get("temperature")):
        return options
    return {**options, "seed": seed + sample}


def _is_zero(temperature: object) -> bool:
    number = isinstance(temperature, int | float) and not isinstance(temperature, bool)
    return number and float(str(temperature)) <= 0
