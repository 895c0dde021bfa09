"""The endpoint that answers: chat completions."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Protocol

from tests.ollama_double import replies
from tests.openai_double.scenarios import CHAT, MODELS, Active, Ask, Faults
from tests.openai_double.settings import Settings
from tests.openai_double.standing_in import error
from tests.openai_double.wire import Fields, Outcome, Whole, tokens

GATHER_SECONDS = 20.0
"""How long one of several requests waits for the others."""


class Serving(Protocol):
    """What lasts longer than a request."""

    settings: Settings
    faults: Faults
    gathering: threading.Barrier


def complete(serving: Serving, body: Fields, authorization: str) -> Outcome:
    """Answer the messages of a request."""
    settings, faults = serving.settings, serving.faults
    ask = Ask(body, authorization)
    active = faults.begin(CHAT)
    instead = active.instead(ask)
    if instead is not None:
        return instead
    wrong = _refused(settings, body)
    if wrong is not None:
        return wrong
    schema = None if active.free else _schema(body)
    seed = replies.seed_drawn(body)
    reply = replies.choose(settings.answers, str(body["model"]), _words(body), schema, seed)
    if reply.scenario:
        active = Active([*active, *faults.of_rule(reply.rule, reply.scenario)])
        instead = active.instead(ask)
        if instead is not None:
            return instead
    text = replies.default(None) if active.free else reply.text
    if active.gather:
        serving.gathering.wait(GATHER_SECONDS)
    time.sleep(settings.delay if reply.delay is None else reply.delay)
    fields = active.bend(_completion(body, text, reply.fields), ask)
    return active.send(Whole(200, json.dumps(fields).encode()))


def _refused(settings: Settings, body: Fields) -> Whole | None:
    """What the server refuses before it asks any model."""
    if body.get("model") not in settings.models:
        message = f"The model `{body.get('model')}` does not exist or you do not have access to it."
        return error(404, message, "invalid_request_error", "model_not_found")
    if not isinstance(body.get("messages"), list):
        return error(400, "Field required: messages", "invalid_request_error", None)
    wanted = tokens(_words(body)) + _limit(body)
    if wanted > settings.context:
        return error(
            400,
            f"This model's maximum context length is {settings.context} tokens. However, you requested "
            f"{wanted} tokens. Please reduce the length of the messages or completion.",
            "invalid_request_error",
            "context_length_exceeded",
        )
    return None


def _words(body: Fields) -> str:
    """System prompt and prompt."""
    messages = body["messages"]
    if not isinstance(messages, list):
        raise TypeError("messages were found to be a list")
    return "\n".join(str(message["content"]) for message in messages)


def _limit(body: Fields) -> int:
    found = body.get("max_completion_tokens", body.get("max_tokens", 16))
    return found if isinstance(found, int) else 16


def _schema(body: Fields) -> object:
    """The schema of a request, where it is nested as the API wants it; elsewhere nobody looks."""
    wanted = body.get("response_format")
    nested = wanted.get("json_schema") if isinstance(wanted, Mapping) else None
    return nested.get("schema") if isinstance(nested, Mapping) else None


def _completion(body: Fields, text: str, more: Mapping[str, object]) -> Fields:
    limit, read, said = _limit(body), tokens(_words(body)), tokens(text)
    cut = said > limit
    message: Fields = {"role": "assistant", "content": text[: 4 * limit] if cut else text}
    fields: Fields = {
        "id": "chatcmpl-double",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": f"{body['model']}-2026-11-01",
        "system_fingerprint": "fp_double",
        "choices": [
            {"index": 0, "message": message, "finish_reason": "length" if cut else "stop"},
        ],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": min(said, limit),
            "total_tokens": read + min(said, limit),
        },
    }
    return {key: value for key, value in {**fields, **more}.items() if value is not None}


def listed(serving: Serving, authorization: str) -> Outcome:
    """The models that are served."""
    active = serving.faults.begin(MODELS)
    ask = Ask({}, authorization)
    instead = active.instead(ask)
    if instead is not None:
        return instead
    data: list[Fields] = [
        {
            "id": name,
            "object": "model",
            "created": time.time_ns(),
            "owned_by": "double",
            "max_model_len": serving.settings.context,
        }
        for name in serving.settings.models
    ]
    fields = active.bend({"object": "list", "data": data}, ask)
    return active.send(Whole(200, json.dumps(fields).encode()))
