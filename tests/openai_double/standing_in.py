"""Answers given instead of the server's own: each takes the request."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.double_frame import HangUp
from tests.openai_double.wire import JSON, Fields, Whole


@dataclass(frozen=True)
class Ask:
    """A request, as the faults see it."""

    body: Fields
    authorization: str
    """Its header of that name."""

    @property
    def key(self) -> str:
        """The key that was sent."""
        return self.authorization.removeprefix("Bearer ")


SILENT_SECONDS = 30.0
Instead = Callable[[Ask], Whole | None]


def error(status: int, message: str, kind: str | None, code: str | None, **headers: str) -> Whole:
    """An error as OpenAI words it."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Whole(status, json.dumps(body).encode(), JSON, named)


def fixed(status: int, message: str, kind: str | None, code: str | None, **headers: str) -> Instead:
    """Always the same error."""
    return lambda _: error(status, message, kind, code, **headers)


def raw(status: int, body: bytes, content_type: str = JSON) -> Instead:
    """Always the same bytes."""
    return lambda _: Whole(status, body, content_type)


def hang_up(how: str) -> Instead:
    """No answer, not even headers."""

    def fault(_: Ask) -> Whole | None:
        raise HangUp(how)  # type: ignore[arg-type]

    return fault


def silent(_: Ask) -> Whole | None:
    """Nothing is said until every client has lost its patience."""
    time.sleep(SILENT_SECONDS)
    raise HangUp


def page(status: int, title: str) -> Instead:
    """What a gateway says when it has lost the server."""
    text = f"<html><head><title>{status} {title}</title></head><body><h1>{title}</h1></body></html>"
    return raw(status, text.encode(), "text/html")


def wrong_key(ask: Ask) -> Whole:
    """The refusal that repeats what it refuses, whole as some servers do."""
    return error(
        401, f"Incorrect API key provided: {ask.key}.", "invalid_request_error", "invalid_api_key"
    )


def late_key(ask: Ask) -> Whole:
    """A page with the key at the very place where a message is cut short."""
    return Whole(500, b"x" * 290 + ask.key.encode() + b" and more", "text/plain")


def escaped_key(ask: Ask) -> Whole:
    """The key inside JSON inside JSON, each character of it escaped."""
    spelt = "".join(f"\\u{ord(character):04x}" for character in ask.key)
    return Whole(500, b'{"error": {"message": "bad ' + spelt.encode() + b'"}}')


def moved(ask: Ask) -> Whole:
    """Somebody points elsewhere, key and all."""
    return Whole(307, b"", "", {"Location": f"http://127.0.0.1:9/v1?key={ask.key}"})


def no_temperature(ask: Ask) -> Whole | None:
    """A reasoning model: no temperature but its own, and another name for the limit."""
    for name, instead in (
        ("max_tokens", " Use 'max_completion_tokens' instead."),
        ("temperature", ""),
    ):
        if name in ask.body:
            return error(
                400,
                f"Unsupported parameter: '{name}' is not supported with this model.{instead}",
                "invalid_request_error",
                "unsupported_parameter",
            )
    return None


def no_lengths(ask: Ask) -> Whole | None:
    """A strict mode that knows no lengths."""
    if "maxLength" not in json.dumps(ask.body.get("response_format", {})):
        return None
    return error(
        400,
        "Invalid schema for response_format 'reply': In context=('properties', 'cause'), 'maxLength' is "
        "not permitted.",
        "invalid_request_error",
        None,
    )
