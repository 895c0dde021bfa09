"""The options that go to an OpenAI-compatible server: those that move an answer are pinned. Needs no client."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from slm_harness.errors import ModelsError
from slm_harness.records import ModelSpec

PINNED: Mapping[str, object] = {"max_tokens": 1024, "seed": 0, "temperature": 0.0, "top_p": 1.0}
"""What is sent unless the entry says otherwise; ``null`` there drops one, for models that refuse it."""
REPLY_LIMITS = ("max_completion_tokens", "max_tokens")
"""Names of the limit on the reply's tokens. Reasoning models know only the first, most servers the second."""
LENGTH_LIMITS = "length_limits"
"""Whether the schema is sent with ``maxLength`` and ``maxItems``, which some strict modes refuse. Not sent."""
_NUMBERS = frozenset(
    {
        "frequency_penalty",
        "min_p",
        "presence_penalty",
        "repeat_penalty",
        "repetition_penalty",
        "temperature",
        "top_p",
        "typical_p",
    }
)
_WHOLE = frozenset({"seed", "top_k", "repeat_last_n", *REPLY_LIMITS})
_OTHERS = frozenset(
    {
        "cache_prompt",
        "chat_template_kwargs",
        "reasoning_effort",
        "service_tier",
        "stop",
        "verbosity",
    }
)
KNOWN = frozenset({LENGTH_LIMITS, *_NUMBERS, *_WHOLE, *_OTHERS})
"""What OpenAI, vLLM, SGLang and llama.cpp know among them. Most servers ignore in silence what they don't."""


def sent_options(spec: ModelSpec) -> Mapping[str, object]:
    """What is pinned, with what the entry sets instead, and without what it sets to null.

    Raises:
        ModelsError: an option that none of these servers knows, or a value of another type.
    """
    unknown = sorted(spec.options.keys() - KNOWN)
    if unknown:
        raise ModelsError(
            f"{spec.name}: options: {', '.join(unknown)} cannot be set for the openai engine; "
            f"it knows {', '.join(sorted(KNOWN))}"
        )
    pinned = dict(PINNED)
    if spec.options.get(REPLY_LIMITS[0]) is not None:
        del pinned["max_tokens"]
    given = {name: _typed(spec, name, value) for name, value in spec.options.items()}
    if given.get(LENGTH_LIMITS) is True:
        del given[LENGTH_LIMITS]
    return {name: value for name, value in {**pinned, **given}.items() if value is not None}


def _typed(spec: ModelSpec, name: str, value: object) -> object:
    """The value of an option in the one type that it has, so that 0 and 0.0 make one key."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None:
        return None
    if name in _NUMBERS and number:
        return float(str(value))
    if name in _WHOLE and number and isinstance(value, int):
        if name in REPLY_LIMITS and value < 1:
            raise ModelsError(f"{spec.name}: options: {name}: {value} leaves no room for a reply")
        return value
    if name == LENGTH_LIMITS and isinstance(value, bool):
        return value
    if name in _OTHERS:
        return value
    wanted = "number" if name in _NUMBERS else "whole number" if name in _WHOLE else "true or false"
    raise ModelsError(f"{spec.name}: options: {name}: {value!r} is no {wanted}")


def reply_limit(options: Mapping[str, object]) -> int | None:
    """Most tokens of a reply under these options; None where the server decides."""
    found = next((options[name] for name in REPLY_LIMITS if name in options), None)
    return found if isinstance(found, int) else None


def place(base_url: str) -> str:
    """What tells a server from others: its host, port and path, without the scheme."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path}".rstrip("/")
