"""Ways to bend a good answer: each takes the answer and the request, and gives another answer."""

import json
from collections.abc import Callable

from tests.openai_double.standing_in import Ask
from tests.openai_double.wire import Fields

Bend = Callable[[Fields, Ask], object]


def _choice(fields: Fields) -> Fields:
    choices = fields["choices"]
    if not (isinstance(choices, list) and isinstance(choices[0], dict)):
        raise TypeError("a good answer has choices")
    return choices[0]


def _message(fields: Fields) -> Fields:
    message = _choice(fields)["message"]
    if not isinstance(message, dict):
        raise TypeError("a good answer has a message")
    return message


def with_fields(**more: object) -> Bend:
    """Set fields of the answer; None drops one."""
    return lambda fields, _: {
        key: value for key, value in {**fields, **more}.items() if value is not None
    }


def ended(reason: str | None, **message: object) -> Bend:
    """Another end, and other fields in the message."""

    def bend(fields: Fields, _: Ask) -> Fields:
        said = {**_message(fields), **message}
        return {
            **fields,
            "choices": [{**_choice(fields), "finish_reason": reason, "message": said}],
        }

    return bend


def moved_to(name: str) -> Bend:
    """The words are in another field of the message."""

    def bend(fields: Fields, ask: Ask) -> object:
        text = _message(fields)["content"]
        return ended("stop", **{"content": None, name: text})(fields, ask)

    return bend


def _cut(fields: Fields, ask: Ask, said: int) -> object:
    text = str(_message(fields)["content"])
    bent = ended("length", content=text[: len(text) * 2 // 3])(fields, ask)
    return (
        {**bent, "usage": {**_usage(fields), "completion_tokens": said}}
        if isinstance(bent, dict)
        else bent
    )


def _usage(fields: Fields) -> Fields:
    usage = fields["usage"]
    if not isinstance(usage, dict):
        raise TypeError("a good answer has counts")
    return usage


def length(fields: Fields, ask: Ask) -> object:
    """The tokens ran out in the middle of the reply."""
    limit = ask.body.get("max_completion_tokens", ask.body.get("max_tokens"))
    return _cut(fields, ask, limit if isinstance(limit, int) else 0)


def full(fields: Fields, ask: Ask) -> object:
    """The context ran out before the tokens did."""
    return _cut(fields, ask, 40)


def half_read(fields: Fields, _: Ask) -> object:
    """A gateway in front has dropped most of the prompt."""
    return {**fields, "usage": {**_usage(fields), "prompt_tokens": 7}}


def echo(fields: Fields, ask: Ask) -> object:
    """The key comes back in the reply, in the name of the model, and under a field nobody asked for."""
    text = str(_message(fields)["content"])
    try:
        reply = json.loads(text)
    except ValueError:
        reply = {}
    if isinstance(reply, dict) and "cause" in reply:
        text = json.dumps({**reply, "cause": f"stolen key {ask.key}"})
    more = {"model": f"gpt {ask.authorization}", "debug": {ask.key: ask.key}}
    bent = ended("stop", content=text)(fields, ask)
    return {**bent, **more} if isinstance(bent, dict) else bent


def timed(fields: Fields, _: Ask) -> object:
    """As llama.cpp tells its times."""
    return {**fields, "timings": {"predicted_ms": 250.0, "predicted_n": 5}}


def only_list(fields: Fields, _: Ask) -> object:
    """A list of models without the object around it."""
    return fields["data"]


def a_list(fields: Fields, _: Ask) -> object:
    """A gateway that batches."""
    return [fields]


def renamed(fields: Fields, _: Ask) -> object:
    """Other models than the one that is asked for."""
    return {**fields, "data": [{"id": f"other-{number}"} for number in range(20)]}


def described(fields: Fields, _: Ask) -> object:
    """As llama-server lists a model: what it is made of, and a path of its machine."""
    data = fields["data"]
    if not isinstance(data, list):
        raise TypeError("a good list has data")
    meta = {"n_params": 3821079552, "size": 2176177152, "n_ctx_train": 4096}
    return {
        **fields,
        "data": [
            {**one, "meta": meta, "root": "/srv/models/x", "max_model_len": None} for one in data
        ],
    }


def lone_surrogate(fields: Fields, ask: Ask) -> object:
    """Half of a character, as a model cut inside an emoji leaves it."""
    return ended("stop", content=f"{_message(fields)['content']}\ud83d")(fields, ask)
