"""Options: defaults, then the model's parameters, then the request's; types are checked only here."""

import re
from collections.abc import Mapping

from tests.ollama_double.wire import Fields, Refusal

DEFAULTS: Fields = {
    "num_ctx": 4096,
    "num_batch": 512,
    "num_gpu": -1,
    "main_gpu": 0,
    "use_mmap": None,
    "num_thread": 0,
    "draft_num_predict": 0,
    "num_keep": 4,
    "seed": -1,
    "num_predict": -1,
    "top_k": 40,
    "top_p": 0.9,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repeat_last_n": 64,
    "temperature": 0.8,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "stop": [],
}
AT_LOAD = (
    "num_ctx",
    "num_batch",
    "num_gpu",
    "main_gpu",
    "use_mmap",
    "num_thread",
    "draft_num_predict",
)
"""A change of one of these makes the server load the model again."""

FOREVER = 10**18
"""A keep_alive without end, in seconds."""

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)")


def merge(*layers: Mapping[str, object]) -> Fields:
    """Options in force: later layers win, unknown names and nulls are passed over.

    Raises:
        Refusal: A value is of the wrong type.
    """
    merged = dict(DEFAULTS)
    for layer in layers:
        for key, value in layer.items():
            if key in DEFAULTS and value is not None:
                merged[key] = _typed(key, value)
    return merged


def _typed(key: str, value: object) -> object:
    default = DEFAULTS[key]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if default is None:
        good, wanted = isinstance(value, bool), "boolean"
    elif isinstance(default, list):
        good, wanted = isinstance(value, list), "array"
    elif isinstance(default, float):
        good, wanted = number, "float32"
    else:
        good, wanted = number, "integer"
    if not good:
        raise Refusal(500, f'option "{key}" must be of type {wanted}')
    if wanted == "integer" and isinstance(value, int | float):
        return int(value)
    return value


def whole(options: Fields, key: str) -> int:
    """An option that is a whole number."""
    value = options[key]
    if not isinstance(value, int):
        raise TypeError(f"{key} is {value!r}")
    return value


def keep_alive(value: object) -> float:
    """Seconds that a model stays loaded; 0 unloads it at once.

    Raises:
        Refusal: A text that is no Go duration, or neither text nor number.
    """
    if value is None:
        return 300.0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if value >= 0 else float(FOREVER)
    if not isinstance(value, str):
        raise Refusal(400, f"Unsupported type: '{type(value).__name__}'")
    return _duration(value)


def _duration(text: str) -> float:
    digits = text.removeprefix("-")
    parts = _DURATION.findall(digits)
    if digits != "0" and (not parts or "".join(a + b for a, b in parts) != digits):
        unit = " missing unit in" if re.fullmatch(r"[0-9.]+", digits) else " invalid"
        raise Refusal(400, f'time:{unit} duration "{text}"')
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return float(FOREVER) if text.startswith("-") and seconds else seconds
