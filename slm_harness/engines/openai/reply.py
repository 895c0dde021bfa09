"""What an OpenAI-compatible server answered, checked against the ways in which a 200 can be silently wrong."""

from collections.abc import Mapping
from typing import NamedTuple

from slm_harness.engines.context import MOST_COUNT, Gauge, is_count
from slm_harness.engines.statuses import Advice, of_status, one_line
from slm_harness.errors import ReplyMisplaced, ReplyUnfinished, ReplyUnreadable
from slm_harness.records import Finish, Reply, Request

_ELSEWHERE = ("reasoning_content", "reasoning")
"""Where a server's parser of reasoning puts what it takes for thoughts."""

_GAVE_UP = ("abort", "cancelled", "error", "insufficient_system_resource")
"""How vLLM, SGLang and DeepSeek end a reply of which they know that it is not whole."""


class _Said(NamedTuple):
    """The words of a reply and how it ended."""

    text: str
    finish: Finish


def checked_reply(
    body: Mapping[str, object],
    gauge: Gauge,
    request: Request,
    where: str,
    seconds: float,
    advice: Advice,
) -> Reply:
    """The reply, once nothing about it is suspicious.

    Args:
        body: The response's JSON.
        gauge: Judges the counts.
        request: What was asked.
        where: Address of the server and article, the beginning of messages.
        seconds: Wall time of the request.
        advice: What to tell the user.

    Raises:
        NotMeasured: it is an error, has another form, is elsewhere, or a part of the prompt was not read.
    """
    if body.get("error"):
        raise of_status(_status(body["error"]), one_line(body["error"]), where, advice)
    said = _said(body, where)
    read, told = _counts(body, where)
    gauge.check_counts(request, read, told, where)
    if said.finish == "length":
        gauge.check_room(request, read, told, where)
    return Reply(
        text=said.text,
        finish=said.finish,
        seconds=seconds,
        prompt_tokens=read,
        reply_tokens=told,
        eval_seconds=_seconds(body, "predicted_ms"),
        answered_by=_answered_by(body),
        cached_tokens=_cached(body, read),
        prompt_seconds=_seconds(body, "prompt_ms"),
    )


def _status(error: object) -> int:
    """The status that an error under 200 claims for itself; -1 where it claims none."""
    code = error.get("code", error.get("status")) if isinstance(error, Mapping) else None
    return code if isinstance(code, int) and 400 <= code < 600 else -1


def _said(body: Mapping[str, object], where: str) -> _Said:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        raise ReplyUnreadable(f"{where}: 200 with no choices in it; see the server's log")
    choice = choices[0]
    message, ended = choice.get("message"), choice.get("finish_reason")
    if not isinstance(message, Mapping):
        raise ReplyUnreadable(f"{where}: 200 with no message in it; see the server's log")
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        return _Said(refusal, "refused")
    content = message.get("content")
    if content is not None and not isinstance(content, str):
        raise ReplyUnreadable(
            f"{where}: the content is of type {type(content).__name__} where a text belongs; "
            "see the server's log"
        )
    text = content or ""
    if ended == "content_filter":
        return _Said(text, "filtered")
    if message.get("tool_calls") or message.get("function_call"):
        raise ReplyUnreadable(
            f"{where}: the model called a tool although none was offered; turn the server's own "
            "tools for it off"
        )
    return _Said(text, _finish(text, ended, message, where))


def _finish(text: str, ended: object, message: Mapping[str, object], where: str) -> Finish:
    if ended is None or ended in _GAVE_UP:
        raise ReplyUnfinished(
            f"{where}: the server ended the reply early ({one_line(ended)}); "
            "run again, and see the server's log if it stays so"
        )
    if ended not in ("stop", "length"):
        raise ReplyUnreadable(
            f"{where}: the reply ended with {one_line(ended)!r}, where 'stop' or 'length' belongs"
        )
    if not text.strip():
        _check_elsewhere(message, where)
    if ended == "length":
        return "length"
    return "stop" if text.strip() else "empty"


def _check_elsewhere(message: Mapping[str, object], where: str) -> None:
    found = next((name for name in _ELSEWHERE if message.get(name)), None)
    if found:
        raise ReplyMisplaced(
            f"{where}: the reply is in `{found}` and the content is empty; turn thinking off "
            "(options: chat_template_kwargs: {enable_thinking: false}, or reasoning_effort), or start "
            "the server without its reasoning parser"
        )


def _counts(body: Mapping[str, object], where: str) -> tuple[int, int]:
    usage = body.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    read, told = counts.get("prompt_tokens"), counts.get("completion_tokens")
    if not (is_count(read) and is_count(told)):
        raise ReplyUnreadable(
            f"{where}: the reply has no counts of tokens in `usage` ({one_line(usage)}), without which "
            "nobody knows whether the prompt was read whole; update the server"
        )
    return int(str(read)), int(str(told))


def _cached(body: Mapping[str, object], read: int) -> int | None:
    """How much of the prompt was not read again, as the API counts it, or else as llama.cpp does.

    Nothing hangs on it, so a count that cannot be is none.
    """
    usage, timings = body.get("usage"), body.get("timings")
    details = usage.get("prompt_tokens_details") if isinstance(usage, Mapping) else None
    told = details.get("cached_tokens") if isinstance(details, Mapping) else None
    if told is None and isinstance(timings, Mapping):
        told = timings.get("cache_n")
    return int(str(told)) if is_count(told) and int(str(told)) <= read else None


def _seconds(body: Mapping[str, object], name: str) -> float | None:
    """One of the times that llama.cpp tells, in seconds."""
    timings = body.get("timings")
    spent = timings.get(name) if isinstance(timings, Mapping) else None
    if isinstance(spent, int | float) and not isinstance(spent, bool) and 0 < spent < MOST_COUNT:
        return float(spent) / 1000
    return None


def _answered_by(body: Mapping[str, object]) -> str:
    """Which model it says that it is; a gateway may serve several under one name."""
    told = (body.get("model"), body.get("system_fingerprint"))
    return " ".join(one_line(one) for one in told if isinstance(one, str) and one)
