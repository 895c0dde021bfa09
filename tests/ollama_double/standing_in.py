"""Answers given instead of the server's own: each takes the request's body."""

import json
import time

from tests.ollama_double.wire import PLAIN, Fields, HangUp, Refusal, Whole


def _error(status: int, text: str) -> Whole:
    return Refusal(status, text).whole


def busy(_: Fields) -> Whole:
    """The queue of loads is full. Two spaces, as the server writes it."""
    return _error(503, "server busy, please try again.  maximum pending requests exceeded")


def runner_stopped(_: Fields) -> Whole:
    """The process that runs the model is gone."""
    return _error(
        500,
        "model runner has unexpectedly stopped, this may be due to resource limitations "
        "or an internal error, check ollama server logs for details",
    )


def load_oom(_: Fields) -> Whole:
    """No memory for the model."""
    return _error(
        500,
        "llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory",
    )


def stuck(_: Fields) -> Whole:
    """Nothing for a minute."""
    time.sleep(60)
    raise HangUp("close")


def nested_json(_: Fields) -> Whole:
    """The runner's own error object, as text inside the server's."""
    return _error(400, nested(400, "Failed to initialize samplers: failed to parse grammar"))


def nested(code: int, message: str, kind: str = "invalid_request_error", **more: int) -> str:
    """The runner's error object, as text."""
    error = {"code": code, "message": message, "type": kind, **more}
    return json.dumps({"error": error}, separators=(",", ":"))


def cannot_generate(body: Fields) -> Whole:
    """An embedding model was asked to write."""
    return _error(400, f'"{body.get("model", "")}" does not support generate')


def empty_forbidden(_: Fields) -> Whole:
    """The Host header was not to the server's liking, or a proxy stands in front."""
    return Whole(403, b"", "")


def html(_: Fields) -> Whole:
    """A proxy in front has lost the server."""
    page = (
        b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502</body>\r\n</html>\r\n"
    )
    return Whole(502, page, "text/html")


def json_list(_: Fields) -> Whole:
    """An error body on which the official client itself stumbles."""
    return Whole(500, b'["something","went","wrong"]')


def json_null(_: Fields) -> Whole:
    """Another one."""
    return Whole(500, b"null")


def error_200(_: Fields) -> Whole:
    """An error under 200, which the official client takes for an answer."""
    return Whole(200, b'{"error":"upstream model is not available"}')


def not_json(_: Fields) -> Whole:
    """Something else listens at this port."""
    return Whole(200, b"It works!", PLAIN)


def close(_: Fields) -> Whole:
    """No answer, not even headers."""
    raise HangUp("close")


def reset(_: Fields) -> Whole:
    """No answer and no manners."""
    raise HangUp("reset")


def die(_: Fields) -> Whole:
    """The program ends as if it had been killed."""
    raise HangUp("die")
