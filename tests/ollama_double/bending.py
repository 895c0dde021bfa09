"""Ways to bend a good answer: each takes the answer and the options in force, and gives another answer."""

import json
from collections.abc import Callable

from tests.ollama_double.wire import Fields

_COUNTS = (
    "done_reason",
    "context",
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
)


def without(*keys: str) -> Callable[[Fields, Fields], Fields]:
    """Drop fields."""
    return lambda fields, _: {key: value for key, value in fields.items() if key not in keys}


def after(text: str) -> Callable[[Fields, Fields], Fields]:
    """Put something after the reply."""
    return lambda fields, _: {**fields, "response": str(fields["response"]) + text}


def done_false(fields: Fields, options: Fields) -> Fields:
    """The runner's stream ended without a stop: half the text and nothing to say so but ``done``."""
    text = str(fields["response"])
    bent = {**fields, "response": text[: len(text) // 2], "done": False}
    return without(*_COUNTS)(bent, options)


def loop(fields: Fields, options: Fields) -> Fields:
    """The server gave up after more than thirty equal tokens."""
    bent = done_false(fields, options)
    return {**bent, "response": str(bent["response"]) + "\n" * 35}


def length(fields: Fields, options: Fields) -> Fields:
    """The tokens ran out in the middle of the reply."""
    text = str(fields["response"])
    limit = options.get("num_predict")
    count = limit if isinstance(limit, int) and limit > 0 else fields.get("eval_count")
    return {
        **fields,
        "response": text[: len(text) * 2 // 3],
        "done_reason": "length",
        "eval_count": count,
    }


def _object(fields: Fields) -> Fields:
    try:
        reply = json.loads(str(fields["response"]))
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def schema_violation(fields: Fields, _: Fields) -> Fields:
    """Valid JSON whose first value is in no enum and whose last key is missing."""
    keys = list(reply := _object(fields))
    reply = {key: reply[key] for key in keys[:-1]}
    if keys:
        reply[keys[0]] = "Perhaps"
    return {**fields, "response": json.dumps(reply or {"unexpected": True}, ensure_ascii=False)}


def duplicate_keys(fields: Fields, _: Fields) -> Fields:
    """The first key comes again at the end with another value."""
    text = str(fields["response"]).rstrip()
    key = next(iter(_object(fields)), None)
    if key is None:
        return {**fields, "response": '{"a": 1, "a": 2}'}
    return {**fields, "response": f'{text[:-1]}, {json.dumps(key)}: "Perhaps"}}'}


def empty_response(fields: Fields, _: Fields) -> Fields:
    """The model said nothing and stopped."""
    return {**fields, "response": "", "eval_count": 1}


def fenced(fields: Fields, _: Fields) -> Fields:
    """As models like to write JSON when no grammar holds them."""
    return {**fields, "response": f"```json\n{fields['response']}\n```"}


def truncated_counts(fields: Fields, options: Fields) -> Fields:
    """The count that the server's own truncation leaves behind."""
    return {**fields, "prompt_eval_count": kept(options)}


def kept(options: Fields) -> int:
    """Tokens that are left of a prompt which was too long."""
    window, keep = options["num_ctx"], options["num_keep"]
    if not (isinstance(window, int) and isinstance(keep, int)):
        raise TypeError("merged options have whole numbers here")
    keep = min(keep if keep >= 0 else window - 1, window - 1)
    return window - (window - keep) // 2


def wrong_types(fields: Fields, _: Fields) -> Fields:
    """Types that no version of the server ever sent."""
    return {**fields, "response": 5, "done": "yes, quite", "eval_count": "many"}


def huge_line(fields: Fields, _: Fields) -> Fields:
    """Token ids of several MB, as a long context brings them."""
    return {**fields, "context": list(range(700_000))}


def thinking(fields: Fields, _: Fields) -> Fields:
    """The template opened the thinking part, so everything was taken for it."""
    return {**fields, "response": "", "thinking": fields["response"]}


def can_think(fields: Fields, _: Fields) -> Fields:
    """A model that can think."""
    capabilities = fields.get("capabilities")
    return {
        **fields,
        "capabilities": [*(capabilities if isinstance(capabilities, list) else []), "thinking"],
    }


def only_embeds(fields: Fields, _: Fields) -> Fields:
    """A model that cannot write."""
    return {**fields, "capabilities": ["embedding"]}


def bare_template(fields: Fields, _: Fields) -> Fields:
    """What an imported GGUF without a chat template shows; SYSTEM is dropped."""
    return {**fields, "template": "{{ .Prompt }}"}


def shrunk_context(fields: Fields, _: Fields) -> Fields:
    """The server met a lack of memory at load and helped itself."""
    models = fields["models"]
    if not isinstance(models, list):
        raise TypeError("ps has a list of models")
    return {
        "models": [{**model, "context_length": model["context_length"] // 2} for model in models]
    }
