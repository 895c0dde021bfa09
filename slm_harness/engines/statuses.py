"""From an HTTP status and the words that came with it to the failure that it is: one table for all servers.

The words are those of Ollama, llama.cpp, vLLM and OpenAI; where none is known the status decides.
"""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slm_harness.errors import (
    AccessDenied,
    ModelUnavailable,
    NotMeasured,
    OutOfMemory,
    PromptTooLong,
    QuotaExhausted,
    Redirected,
    RequestRefused,
    RunnerStopped,
    SchemaNotEnforced,
    ServerBusy,
    ServerFailed,
)
from slm_harness.printable import printable, shortened

if TYPE_CHECKING:
    import httpx

SAID_LENGTH = 300
"""Longest text of a server that is repeated in a message, in characters."""

_WORDS: tuple[tuple[type[NotMeasured], re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            QuotaExhausted,
            r"insufficient_quota|exceeded your current quota|billing_hard_limit|out of credits",
        ),
        (
            OutOfMemory,
            r"out[ -]of[ -]memory|cudaMalloc failed|hipMalloc failed|failed to allocate|not enough memory"
            r"|requires more system memory",
        ),
        (
            PromptTooLong,
            r"exceed_context_size|exceeds the available context|longer than the context length"
            r"|context_length_exceeded|maximum context length|max_model_len",
        ),
        (
            SchemaNotEnforced,
            r"parse grammar|JSON schema conversion|invalid_json_schema|Invalid schema for response_format"
            r"|response_format|grammar|invalid format:",
        ),
        (
            ServerBusy,
            r"server busy|no slots available|Server overloaded|request canceled|engine_overloaded",
        ),
        (
            RunnerStopped,
            r"runner has unexpectedly stopped|runner process has (?:terminated|exited)"
            r"|llama-server process has terminated|error was encountered while running the model",
        ),
        (
            ModelUnavailable,
            r"model .*not found|model_not_found|does not support (?:generate|thinking|chat)"
            r"|may be incompatible with your version|invalid model name|binary not found"
            r"|timed out waiting for llama-server|unable to load model",
        ),
    )
)
"""The first that fits decides, whatever the status: several of these come under 400, 404 and 500 alike."""

_PAGE = re.compile(r"\s*(?:<!doctype html|<html)\b", re.IGNORECASE)
"""How a page begins that a proxy, or a server of another kind, sends in place of an answer."""


@dataclass(frozen=True)
class Advice:
    """What to tell the user of one engine to do about what only that engine's settings can mend."""

    context: str
    access: str
    schema: str = "run with --unconstrained, or use another version of the server"
    memory: str = "free memory, or use a smaller model or context"


def refused(
    response: "httpx.Response", where: str, advice: Advice, secret: str = ""
) -> NotMeasured | None:
    """The failure that a response is; None for a success. Reads the body of a failure.

    Args:
        response: As it came, before any client read it.
        where: Address and what was being done, the beginning of the message.
        advice: What to do about it.
        secret: A key that must not be repeated, whatever the server repeats.
    """
    if response.status_code < 300:
        return None
    if response.is_redirect:
        target = without_secret(response.headers.get("location", "nowhere"), secret)
        return Redirected(
            f"{where}: the server points to {shortened(target, 200)}; nothing was sent there. "
            "If that is the server that you mean, name it"
        )
    response.read()
    said = one_line(response.content.decode("utf-8", "replace"), secret)
    return of_status(response.status_code, said, where, advice, retry_after(response.headers, said))


def of_status(
    status: int, said: str, where: str, advice: Advice, wait: float | None = None
) -> NotMeasured:
    """The failure of a status (-1: an error in the middle of a stream) and what was said with it."""
    kind = _kind(status, said)
    shown = f" ({status})" if status > 0 else ""
    message = f"{where}{shown}: {said or 'it gave no reason'}{_what_to_do(kind, status, advice)}"
    return kind(message, retry_after=wait)


def _kind(status: int, said: str) -> type[NotMeasured]:
    found = next((kind for kind, words in _WORDS if words.search(said)), None)
    if found is not None:
        return found
    if status in (408, 409, 425, 429, 499, 503):
        return ServerBusy
    if status in (401, 403, 407):
        return AccessDenied
    if status == 402:
        return QuotaExhausted
    if status in (404, 405):
        return ModelUnavailable
    return RequestRefused if 400 <= status < 500 else ServerFailed


def _what_to_do(kind: type[NotMeasured], status: int, advice: Advice) -> str:
    found = {
        PromptTooLong: advice.context,
        AccessDenied: advice.access,
        SchemaNotEnforced: advice.schema,
        OutOfMemory: advice.memory,
    }.get(kind, "")
    if not found and status in (404, 405, 501):
        found = "is this the address of the right server?"
    if kind is ServerBusy:
        found = "run again later, or with a smaller `concurrency`"
    if not found and kind in (ServerFailed, RunnerStopped):
        found = "run again, which keeps what has come; if it stays so, see the server's log"
    return f"; {found}" if found else ""


def retry_after(headers: Mapping[str, str], said: str, now: float | None = None) -> float | None:
    """Seconds that a server asks to wait: its header, a number or a date, or its words.

    ``now`` is the time in seconds since 1970; the clock's where it is not given.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", value):
            return float(value) * unit
        if value and unit == 1.0:
            try:
                at = email.utils.parsedate_to_datetime(value).timestamp()
            except (ValueError, OverflowError):
                continue
            return max(0.0, at - (time.time() if now is None else now))
    match = re.search(r"try again in ((?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ms|h|m|s))+)", said)
    parts = re.findall(r"([0-9.]+)(ms|h|m|s)", match[1]) if match else []
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(float(number) * units[unit] for number, unit in parts) if parts else None


def one_line(said: object, secret: str = "") -> str:
    """What a server said, out of the JSON that it may be in, as one line of at most 300 characters.

    A key is blotted out before the line is cut, which could leave the half of one.
    """
    for _ in range(6):  # an error inside an error's text, and no deeper
        if isinstance(said, str) and said.lstrip().startswith("{"):
            try:
                said = json.loads(said)
            except (ValueError, RecursionError):
                break
        elif isinstance(said, Mapping):
            inner = next(
                (said[key] for key in ("error", "message", "detail") if said.get(key)), None
            )
            if inner is None:
                said = json.dumps(said)
                break
            kind = said.get("type") or said.get("code")
            if isinstance(inner, str) and isinstance(kind, str) and kind not in inner:
                inner = f"{inner} [{kind}]"
            said = inner
        else:
            said = _of_fields(said)
            break
    text = said if isinstance(said, str) else json.dumps(said, default=str)
    if _PAGE.match(text):
        title = re.search(r"<title[^>]{0,100}>([^<]{1,200})", text[:4000], re.IGNORECASE)
        words = title[1] if title else re.sub(r"<[^<>]{0,500}>", " ", text[:4000])
        text = f"a web page, '{printable(words)}'"
    return shortened(without_secret(text, secret), SAID_LENGTH)


def _of_fields(said: object) -> object:
    """What FastAPI says of each wrong field, without the article that it repeats beside it.

    The words of an article would decide which failure it is.
    """
    if isinstance(said, list) and said and all(isinstance(one, Mapping) for one in said):
        told = [f"{one.get('msg')} ({one.get('loc')})" for one in said if one.get("msg")]
        return "; ".join(told) or said
    return said


def without_secret(text: str, secret: str) -> str:
    """``text`` with a key blotted out, for servers that repeat what they were sent."""
    return text.replace(secret, "***") if secret else text
