"""Ways to bend a good answer: each takes the answer and the options in force, and gives another answer."""

import json
from collections.abc import Callable, Mapping

from tests.ollama_double.wire import Fields

Way = Callable[[Fields, Fields], Fields]

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


def without(*keys: str) -> Way:
    """Drop fields."""
    return lambda fields, _: {key: value for key, value in fields.items() if key not in keys}


def after(text: str) -> Way:
    """Put something after the reply."""
    return lambda fields, _: {**fields, "response": str(fields["response"]) + text}


def before(text: str) -> Way:
    """Put something before the reply."""
    return lambda fields, _: {**fields, "response": text + str(fields["response"])}


def setting(**values: object) -> Way:
    """Set fields of the answer."""
    return lambda fields, _: {**fields, **values}


def noted(value: str) -> Way:
    """One field more at the end of the reply, with this piece of JSON, or of none, as its value."""

    def way(fields: Fields, _: Fields) -> Fields:
        text = str(fields["response"]).rstrip().removesuffix("}")
        return {**fields, "response": f'{text}, "note": {value}}}'}

    return way


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


def context_full(fields: Fields, options: Fields) -> Fields:
    """The window was full long before the reply had its tokens: the same reason, another count."""
    return {**length(fields, options), "eval_count": 5}


def _object(fields: Fields) -> Fields:
    try:
        reply = json.loads(str(fields["response"]))
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def schema_violation(fields: Fields, _: Fields) -> Fields:
    """Valid JSON whose first value is spelt as in no enum, and whose last key is another."""
    keys = list(reply := _object(fields))
    bent = {key: reply[key] for key in keys[:-1]}
    if keys:
        bent[keys[0]] = f"{bent.get(keys[0], '')}.".upper()
    return {**fields, "response": json.dumps({**bent, "unexpected": True}, ensure_ascii=False)}


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


def twice(fields: Fields, _: Fields) -> Fields:
    """The model goes on with a second object, as for another article."""
    return {**fields, "response": f'{fields["response"]}\n{{"data_breach": "Perhaps"}}'}


def thinks_aloud(fields: Fields, _: Fields) -> Fields:
    """The reply is where it belongs, and thoughts are beside it."""
    return {**fields, "thinking": "Let me see. Who was it that lost the files?"}


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
    return {**fields, "context": list(range(300_000))}


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


WAYS: Mapping[str, tuple[str, Way]] = {
    # the server's part in it
    "done-false": ("200, half the text, done false, no counts", done_false),
    "loop": ("as done-false, after 35 line feeds in a row", loop),
    "length": ("cut-off text, done_reason length", length),
    "context-full": ("cut-off text, done_reason length, few tokens", context_full),
    "done-reason-load": ("done_reason load in reply to a prompt", setting(done_reason="load")),
    "done-reason-unknown": ("a done_reason nobody knows", setting(done_reason="evicted")),
    "no-done-reason": ("done true, no done_reason", without("done_reason")),
    "truncated-counts": ("prompt_eval_count of a cut prompt", truncated_counts),
    "low-count": ("a prompt_eval_count of 3", setting(prompt_eval_count=3)),
    "absurd-count": ("more tokens than the window has", setting(eval_count=10**9)),
    "negative-counts": (
        "counts and times below zero",
        setting(prompt_eval_count=-7, eval_count=-1, eval_duration=-5),
    ),
    "missing-eval-count": ("no eval_count", without("eval_count", "eval_duration")),
    "missing-prompt-count": (
        "no prompt_eval_count",
        without("prompt_eval_count", "prompt_eval_duration"),
    ),
    "wrong-types": ("numbers where text belongs", wrong_types),
    "huge-line": ("a good reply in a line of several MB", huge_line),
    "thinks-aloud": ("a good reply, and thinking beside it", thinks_aloud),
    # the model's part in it
    "empty-response": ("done stop, response empty", empty_response),
    "free-text": ("prose, no JSON", setting(response="The firm lost some files, it seems.")),
    "garbage": (
        "no words of any language",
        setting(response="pq)) ~~ \u2237 tsk tsk tsk 000 {{ ["),
    ),
    "schema-violation": ("an object, but not of the schema", schema_violation),
    "other-object": ("an object with none of the fields", setting(response='{"answer": 42}')),
    "json-array": ("the reply is a JSON list", setting(response='["Yes", "No"]')),
    "duplicate-keys": ("the reply has its first key twice", duplicate_keys),
    "two-objects": ("another object after the reply", twice),
    "preface": ("a sentence before the reply", before("Sure! Here is the JSON:\n")),
    "trailing-space": ("white space after the reply", after(" \n\n\t ")),
    "trailing-text": ("a sentence after the reply", after("\nHope this helps!")),
    "fenced": ("the reply in a Markdown fence", fenced),
    "bom": ("a byte order mark before the reply", before("\ufeff")),
    "nel": ("U+0085 after the reply, unescaped", after("\u0085")),
    "huge-response": ("a reply of several MB", after("x" * 2_000_000)),
    "nan": ("NaN and Infinity in the reply", noted("[NaN, Infinity, -Infinity]")),
    "escaped-surrogate": ("half a character, as \\ud800", noted('"\\ud800"')),
    "control-characters": ("NUL and ESC raw in a string", noted('"\0\x1b[2J\x07"')),
    "deep-reply": ("10,000 brackets in the reply", noted("[" * 10_000 + "]" * 10_000)),
    "huge-number": ("a number of 5,000 digits in the reply", noted("7" * 5_000)),
}
"""Scenario to what it is and the way to bend the answer."""
