"""The faults the double can be told to make: a table. To add one, add an entry; nothing else knows their names.

A fault sits at one endpoint and does one or more of these: it answers **instead** of the server, **bends** the
object that the server would have answered, changes how that is **sent**, or leaves the model **free** of the
schema.
"""

from dataclasses import dataclass

from tests.double_frame import Counts, Trigger, trigger
from tests.openai_double import bending as bend
from tests.openai_double import standing_in as instead
from tests.openai_double.bending import Bend
from tests.openai_double.standing_in import Ask, Instead
from tests.openai_double.wire import Fields, Outcome, Send, Whole, cut, trickle

__all__ = ["CHAT", "MODELS", "TABLE", "Active", "Ask", "Faults", "listing"]

CHAT, MODELS = "/v1/chat/completions", "/v1/models"


@dataclass(frozen=True)
class Fault:
    """One fault at one endpoint."""

    what: str
    at: str = CHAT
    instead: Instead | None = None
    """From the request; None where this request is spared."""
    bend: Bend | None = None
    """From the answer and the request."""
    send: Send | None = None
    """From the whole answer."""
    free: bool = False
    gather: bool = False


_TOO_FAST = "Rate limit reached for gpt-tiny on tokens per min (TPM): Limit 30000, Used 29500."
_FILTERED = (
    b'{"error":{"message":"The response was filtered due to the prompt triggering content management '
    b'policy.","type":null,"param":"prompt","code":"content_filter","status":400}}'
)

TABLE: dict[str, Fault] = {
    # a 200 that is not what it seems
    "length": Fault("cut off at the limit of tokens", bend=bend.length),
    "context-full": Fault("cut off before the limit: the context is full", bend=bend.full),
    "content-filter": Fault(
        "withheld half way", bend=bend.ended("content_filter", content='{"data')
    ),
    "refusal": Fault(
        "the model declines",
        bend=bend.ended("stop", content=None, refusal="I cannot help with that."),
    ),
    "empty": Fault("no words", bend=bend.ended("stop", content="")),
    "null-content": Fault("null for words", bend=bend.ended("stop", content=None)),
    "reasoning": Fault(
        "the words are in reasoning_content", bend=bend.moved_to("reasoning_content")
    ),
    "reasoning-other": Fault("the words are in reasoning", bend=bend.moved_to("reasoning")),
    "tool-calls": Fault(
        "a tool is called",
        bend=bend.ended("tool_calls", content=None, tool_calls=[{"id": "1", "type": "function"}]),
    ),
    "unknown-finish": Fault("an end nobody knows", bend=bend.ended("eos_token")),
    "no-finish": Fault("no end", bend=bend.ended(None)),
    "abort": Fault("given up half way", bend=bend.ended("abort", content='{"data')),
    "thoughts-only": Fault(
        "cut off while it was still thinking",
        bend=bend.ended("length", content="", reasoning_content="Let me see"),
    ),
    "no-choices": Fault("an empty list of choices", bend=bend.with_fields(choices=[])),
    "no-message": Fault(
        "a choice without a message", bend=bend.with_fields(choices=[{"index": 0}])
    ),
    "no-usage": Fault("no counts of tokens", bend=bend.with_fields(usage=None)),
    "wrong-types": Fault("a number for words", bend=bend.ended("stop", content=5)),
    "wrong-counts": Fault(
        "words for numbers",
        bend=bend.with_fields(usage={"prompt_tokens": "many", "completion_tokens": True}),
    ),
    "half-read": Fault("counts of a prompt that was cut", bend=bend.half_read),
    "list-body": Fault("a list around the answer", bend=bend.a_list),
    "error-200": Fault(
        "200 with an error",
        instead=instead.raw(200, b'{"error":{"message":"upstream died","code":502}}'),
    ),
    "not-json": Fault("200, not JSON", instead=instead.raw(200, b"<html>It works!", "text/html")),
    "not-utf8": Fault("200, other bytes", instead=instead.raw(200, b'{"choices": "\xff\xfe"}')),
    "deep-json": Fault("200, deeper than can be read", instead=instead.raw(200, b"[" * 100_000)),
    "free": Fault("the schema is ignored", free=True),
    "surrogate": Fault("half of a character in the reply", bend=bend.lone_surrogate),
    "timings": Fault("times as llama.cpp tells them", bend=bend.timed),
    # errors in words
    "rate-seconds": Fault(
        "429, Retry-After: 0",
        instead=instead.fixed(429, _TOO_FAST, "tokens", "rate_limit_exceeded", retry_after="0"),
    ),
    "rate-ms": Fault(
        "429, retry-after-ms: 2",
        instead=instead.fixed(429, _TOO_FAST, "tokens", "rate_limit_exceeded", retry_after_ms="2"),
    ),
    "rate-words": Fault(
        "429, the time in its words",
        instead=instead.fixed(
            429, f"{_TOO_FAST} Please try again in 3ms.", "tokens", "rate_limit_exceeded"
        ),
    ),
    "rate-hour": Fault(
        "429, Retry-After: 3600",
        instead=instead.fixed(429, _TOO_FAST, "tokens", None, retry_after="3600"),
    ),
    "quota": Fault(
        "429, no credit left",
        instead=instead.fixed(
            429,
            "You exceeded your current quota, please check your plan.",
            "insufficient_quota",
            "insufficient_quota",
        ),
    ),
    "payment": Fault("402", instead=instead.fixed(402, "Insufficient balance", None, None)),
    "forbidden": Fault("403 without a body", instead=instead.raw(403, b"")),
    "gone": Fault(
        "404, the model is gone",
        instead=instead.fixed(404, "The model `x` does not exist", "NotFoundError", None),
    ),
    "azure-filter": Fault("400 of a content filter", instead=instead.raw(400, _FILTERED)),
    "bad-request": Fault(
        "400", instead=instead.fixed(400, "top_p must be in (0, 1]", "BadRequestError", None)
    ),
    "context-400": Fault(
        "400, the prompt is longer than the context",
        instead=instead.fixed(
            400,
            "This model's maximum context length is 2048 tokens. However, you requested 2741 tokens.",
            "invalid_request_error",
            "context_length_exceeded",
        ),
    ),
    "no-format": Fault(
        "400 for a response_format",
        instead=instead.fixed(
            400,
            "This response_format type is unavailable now",
            "invalid_request_error",
            "invalid_request_error",
        ),
    ),
    "html-413": Fault("413, HTML of a proxy", instead=instead.page(413, "Payload Too Large")),
    "html-502": Fault("502, HTML of a proxy", instead=instead.page(502, "Bad Gateway")),
    "html-503": Fault("503, HTML of a proxy", instead=instead.page(503, "Unavailable")),
    "html-504": Fault("504, HTML of a proxy", instead=instead.page(504, "Gateway Time-out")),
    "empty-500": Fault("500 without a body", instead=instead.raw(500, b"")),
    "list-500": Fault("500, a JSON list", instead=instead.raw(500, b'["went", "wrong"]')),
    "loading": Fault(
        "503, the model is being loaded",
        instead=instead.fixed(503, "Loading model", "unavailable_error", None),
    ),
    "overloaded": Fault("529", instead=instead.fixed(529, "Overloaded", "overloaded_error", None)),
    "reasoning-model": Fault("400 for temperature and max_tokens", instead=instead.no_temperature),
    "no-lengths": Fault("400 for a schema with maxLength", instead=instead.no_lengths),
    "moved": Fault("307 to another address", instead=instead.moved),
    # the key comes back
    "wrong-key": Fault("401 with the key in it", instead=instead.wrong_key),
    "late-key": Fault("500, the key across the place where messages end", instead=instead.late_key),
    "escaped-key": Fault("500, the key in JSON escapes", instead=instead.escaped_key),
    "echo": Fault("the key in the reply and in the model's name", bend=bend.echo),
    # the connection
    "close-early": Fault("closed before the headers", instead=instead.hang_up("close")),
    "reset": Fault("reset before the headers", instead=instead.hang_up("reset")),
    "die": Fault("the whole program exits at once", instead=instead.hang_up("die")),
    "cut-body": Fault("the body ends half way", send=cut),
    "gathered": Fault("answered when --gather of them are there", gather=True),
    "silent": Fault("no word for 30 seconds", instead=instead.silent),
    "trickle": Fault("ten pieces with pauses", send=trickle),
    # the list of models
    "models-404": Fault(
        "no list of models", at=MODELS, instead=instead.raw(404, b"404 not found", "text/plain")
    ),
    "models-bare": Fault("a list without an object", at=MODELS, bend=bend.only_list),
    "models-other": Fault("other models", at=MODELS, bend=bend.renamed),
    "models-empty": Fault("no models", at=MODELS, bend=bend.with_fields(data=[])),
    "models-html": Fault("a page", at=MODELS, instead=instead.raw(200, b"<html>", "text/html")),
    "models-denied": Fault("401 with the key in it", at=MODELS, instead=instead.wrong_key),
    "models-loading": Fault(
        "503", at=MODELS, instead=instead.fixed(503, "Loading model", "unavailable_error", None)
    ),
    "models-described": Fault("as llama-server lists them", at=MODELS, bend=bend.described),
}


def listing() -> str:
    """The table for people."""
    return "\n".join(f"  {name:20}{fault.what}" for name, fault in TABLE.items())


class Active(tuple[Fault, ...]):
    """The faults that befall one request."""

    __slots__ = ()

    def instead(self, ask: Ask) -> Outcome | None:
        """What is answered instead of the server's answer, if a fault does so."""
        for fault in self:
            found = fault.instead(ask) if fault.instead else None
            if found is not None:
                return found
        return None

    def bend(self, fields: Fields, ask: Ask) -> object:
        """The answer after the first bend there is."""
        return next((fault.bend(fields, ask) for fault in self if fault.bend), fields)

    def send(self, whole: Whole) -> Outcome:
        """The answer as it is sent."""
        return next((fault.send(whole) for fault in self if fault.send), whole)

    @property
    def gather(self) -> bool:
        """Whether it waits for others."""
        return any(fault.gather for fault in self)

    @property
    def free(self) -> bool:
        """Whether the schema is ignored."""
        return any(fault.free for fault in self)


class Faults:
    """Which faults befall which request. Counts for itself; safe among threads."""

    def __init__(self, triggers: tuple[Trigger, ...]) -> None:
        self._triggers = triggers
        self._counts = Counts()

    def begin(self, path: str) -> Active:
        """The faults that befall the next request to a path."""
        mine = [trigger for trigger in self._triggers if TABLE[trigger.name].at == path]
        return Active(TABLE[one.name] for one in mine if one.due(self._counts.next((one, path))))

    def of_rule(self, key: str, text: str) -> Active:
        """The fault of a rule in the answers file, counted among the requests that this rule matched."""
        one = trigger(text, TABLE)
        return Active([TABLE[one.name]] if one.due(self._counts.next((key, text))) else [])
