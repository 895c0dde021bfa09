"""The endpoint that answers: generate."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.ollama_double import names, options, replies
from tests.ollama_double.bending import kept
from tests.ollama_double.runners import spend
from tests.ollama_double.scenarios import GENERATE, Active
from tests.ollama_double.service import Exchange, Service
from tests.ollama_double.shelf import Model
from tests.ollama_double.standing_in import nested
from tests.ollama_double.wire import (
    Fields,
    Outcome,
    Pieces,
    Refusal,
    answer,
    line,
    stamp,
    tokens,
    without_zeros,
)

_TYPES: dict[str, type] = {
    **dict.fromkeys(("model", "prompt", "suffix", "system", "template"), str),
    **dict.fromkeys(("stream", "raw", "truncate", "shift"), bool),
    "options": dict,
    "context": list,
}
_THINK = ("low", "medium", "high", "max")
_TOO_LONG = (
    "the prompt is longer than the context length currently available to the model; shorten the prompt, "
    "adjust the context length in settings, or use a model with a longer context length"
)
_TOKEN = re.compile(r"\s|\S{1,4}")
_HUGE = 1_000_000
_STUCK_SECONDS = 60.0


@dataclass(frozen=True)
class Ask:
    """A request with a prompt, understood."""

    exchange: Exchange
    model: Model
    options: Fields
    system: str
    rendered: str
    load_duration: int

    @property
    def body(self) -> Fields:
        """The request's fields."""
        return self.exchange.fields


def generate(service: Service, exchange: Exchange) -> Outcome:
    """Answer a prompt; load or unload the model when there is none."""
    body = exchange.fields
    prompt = body.get("prompt") or ""
    faults = service.faults.begin(GENERATE, load=not prompt)
    instead = faults.instead(body)
    if instead is not None:
        return instead
    exchange.check("GenerateRequest", _TYPES)
    model = _find(service, body)
    _check(service, body)
    stay = options.keep_alive(body.get("keep_alive"))
    if not prompt and stay == 0:
        service.runners.unload(model)
        return answer(_still(body, "unload"))
    merged = _options(service, model, body)
    exchange.loaded = service.runners.load(model, merged, body.get("shift") is not False, stay)
    load_duration = time.perf_counter_ns() - exchange.started
    if not prompt:
        if faults.slow:
            spend(service.settings.delay or _STUCK_SECONDS, exchange.gone)
        return answer(_still(body, "load"))
    system = str(body.get("system") or model.system)
    rendered = render(str(body.get("template") or model.template), system, str(prompt))
    if body.get("_debug_render_only"):
        return answer(_rendered_only(body, rendered))
    ask = Ask(exchange, model, merged, system, rendered, load_duration)
    return _answer(service, ask, faults)


def _find(service: Service, body: Fields) -> Model:
    """The model that is asked."""
    text = str(body.get("model") or "")
    if text and not names.parse(text).valid:
        raise Refusal(400, "invalid model name")
    return service.shelf.find(text, f"model '{text}' not found")


def _check(service: Service, body: Fields) -> None:
    """Refuse what the server refuses before it schedules anything."""
    if body.get("raw") and any(body.get(key) for key in ("template", "system", "context")):
        raise Refusal(400, "raw mode does not support template, system, or context")
    think = body.get("think")
    if isinstance(think, str) and think not in _THINK:
        wanted = ", ".join(f'"{level}"' for level in _THINK)
        raise Refusal(400, f'invalid think value: "{think}" (must be {wanted}, true, or false)')
    if think and not service.faults.names("thinking"):
        raise Refusal(400, f'"{body["model"]}" does not support thinking')


def _options(service: Service, model: Model, body: Fields) -> Fields:
    """Options in force, with the window that the model really gets."""
    given = body.get("options")
    merged = options.merge(model.parameters, given if isinstance(given, dict) else {})
    window = min(options.whole(merged, "num_ctx"), service.settings.context_length)
    return {**merged, "num_ctx": max(4, window)}


def _still(body: Fields, reason: str) -> Fields:
    """What is answered when nothing is generated."""
    return {
        "model": body["model"],
        "created_at": stamp(),
        "response": "",
        "done": True,
        "done_reason": reason,
    }


def _rendered_only(body: Fields, rendered: str) -> Fields:
    still = without_keys(_still(body, ""), "done", "done_reason")
    return {**still, "done": False, "_debug_info": {"rendered_template": rendered}}


def without_keys(fields: Mapping[str, object], *keys: str) -> Fields:
    """A copy without these keys."""
    return {key: value for key, value in fields.items() if key not in keys}


def render(template: str, system: str, prompt: str) -> str:
    """The prompt as the model would get it; of Go's template language only what ours use."""
    for name, value in (("System", system), ("Prompt", prompt)):
        block = re.compile(r"\{\{-? ?if \." + name + r" ?-?\}\}(.*?)\{\{-? ?end ?-?\}\}", re.DOTALL)
        template = block.sub(r"\1" if value else "", template)
    head = re.split(r"\{\{-? ?\.Response ?-?\}\}", template)[0]
    values = {"System": system, "Prompt": prompt}
    return re.sub(r"\{\{-? ?\.(System|Prompt) ?-?\}\}", lambda found: values[found[1]], head)


def _answer(service: Service, ask: Ask, faults: Active) -> Outcome:
    """Generate, wait as long as that takes, and send."""
    body = ask.body
    schema = _schema(body.get("format"))
    prompt_tokens = _prompt_tokens(ask)
    words = f"{ask.system}\n{body['prompt']}"
    with service.runners.slot(ask.model, ask.exchange.gone):
        begun = time.perf_counter_ns()
        seed = replies.seed_drawn(ask.options)
        reply = replies.choose(service.settings.answers, ask.model.name, words, schema, seed)
        if reply.scenario:
            faults = Active([*faults, *service.faults.of_rule(reply.rule, reply.scenario)])
            instead = faults.instead(body)
            if instead is not None:
                return instead
        spend(_delay(service, reply, faults), ask.exchange.gone)
        final = _final(ask, reply, prompt_tokens, time.perf_counter_ns() - begun)
    final = faults.bend(final, ask.options)
    outcome = answer(final) if body.get("stream") is False else Pieces(_stream(final))
    return faults.send(outcome, service.settings.delay)


def _delay(service: Service, reply: replies.Reply, faults: Active) -> float:
    if reply.delay is not None:
        return reply.delay
    if service.faults.any_slow and not faults.slow:
        return 0.0
    return service.settings.delay


def _schema(wanted: object) -> object:
    """The request's ``format``, if the runner can work with it."""
    if wanted in (None, "", "json"):
        return wanted
    if not isinstance(wanted, dict):
        quoted = json.dumps(json.dumps(wanted))
        raise Refusal(
            500, f'invalid format: {quoted}; expected "json" or a valid JSON Schema object'
        )
    if any(not re.fullmatch(r"\^.*\$", pattern, re.DOTALL) for pattern in _patterns(wanted)):
        message = "JSON schema conversion failed:\nPattern must start with '^' and end with '$'"
        raise Refusal(400, nested(400, message))
    return wanted


def _patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _patterns(item)
    if isinstance(schema, dict):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and schema.get("type") == "string":
            yield pattern
        for value in schema.values():
            yield from _patterns(value)


def _prompt_tokens(ask: Ask) -> int:
    """Tokens that are evaluated: all of the prompt, or what the window leaves of it."""
    count = tokens(ask.rendered)
    window = options.whole(ask.options, "num_ctx")
    if count <= window - 1:
        return count
    if ask.body.get("truncate") is False:
        message = (
            f"request ({count} tokens) exceeds the available context size ({window} tokens), "
            "try increasing it"
        )
        kind = "exceed_context_size_error"
        raise Refusal(400, nested(400, message, kind, n_prompt_tokens=count, n_ctx=window))
    if ask.body.get("shift") is False:
        raise Refusal(400, _TOO_LONG)
    return kept(ask.options)


def _final(ask: Ask, reply: replies.Reply, prompt_tokens: int, taken: int) -> Fields:
    """The whole answer as one object."""
    limit = options.whole(ask.options, "num_predict")
    text, reason, count = reply.text, "stop", max(1, tokens(reply.text))
    if 0 < limit < count:
        cut = text.encode("utf-8", "replace")[: limit * 4]
        text, reason, count = cut.decode("utf-8", "ignore"), "length", limit
    metrics = {
        "total_duration": time.perf_counter_ns() - ask.exchange.started,
        "load_duration": ask.load_duration,
        "prompt_eval_count": prompt_tokens,
        "prompt_eval_duration": taken // 5,
        "eval_count": count,
        "eval_duration": taken - taken // 5,
    }
    final: Fields = {
        "model": ask.body["model"],
        "created_at": stamp(),
        "response": text,
        "done": True,
        "done_reason": reason,
    }
    if not ask.body.get("raw"):
        final["context"] = [1 + place * 7919 % 32000 for place in range(prompt_tokens + count)]
    final |= without_zeros(metrics)
    final |= reply.fields
    return {key: value for key, value in final.items() if value is not None}


def _stream(final: Fields) -> Iterator[bytes]:
    """The answer as a stream: a line for each token, then one with the metrics unless it is not done."""
    head = {"model": final.get("model"), "created_at": final.get("created_at")}
    for key in ("thinking", "response"):
        text = final.get(key)
        pieces = _TOKEN.findall(text) if isinstance(text, str) and len(text) < _HUGE else [text]
        for piece in pieces if text else ():
            if key == "response":
                yield line({**head, "response": piece, "done": False})
            else:
                yield line({**head, "response": "", key: piece, "done": False})
    if final.get("done"):
        yield line({**without_keys(final, "thinking"), "created_at": stamp(), "response": ""})
