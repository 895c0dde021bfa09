"""What Ollama answered, checked against the ways in which a 200 can be silently wrong."""

from ollama import GenerateResponse

from slm_harness.engines.context import Gauge, is_count
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ReplyMisplaced, ReplyUnfinished, ReplyUnreadable
from slm_harness.printable import whole_characters
from slm_harness.records import Finish, Reply, Request

LOOP = 30
"""The server gives up without a word after this many equal chunks in a row."""


def checked_reply(
    response: GenerateResponse, gauge: Gauge, request: Request, host: str, seconds: float
) -> Reply:
    """The reply, once nothing about it is suspicious.

    Raises:
        NotMeasured: the server ended it early, cut the prompt, or put the answer elsewhere.
    """
    where = f"{host} on {request.article}"
    text = whole_characters(response.response or "")
    if response.done is None:
        raise ReplyUnreadable(f"{where}: 200 with no reply in it; see the server's log")
    if response.done and response.done_reason in ("load", "unload"):
        raise ReplyUnreadable(f"{where}: the server {response.done_reason}ed and read nothing")
    read, said = response.prompt_eval_count, response.eval_count
    if not all(is_count(count or 0) for count in (read, said, response.eval_duration)):
        told = one_line(f"{read} tokens read, {said} written in {response.eval_duration} ns")
        raise ReplyUnreadable(f"{where}: counts that can be none ({told})")
    finish = _finish(response, text, where)
    if finish != "looped":
        gauge.check_counts(request, read, said, where)
    if finish == "length":
        gauge.check_room(request, read, said, where)
    return Reply(
        text=text,
        finish=finish,
        seconds=seconds,
        prompt_tokens=read,
        reply_tokens=said,
        eval_seconds=(response.eval_duration or 0) / 1e9 or None,
        prompt_seconds=_seconds(response.prompt_eval_duration),
    )


def _finish(response: GenerateResponse, text: str, where: str) -> Finish:
    if not response.done:
        if _loops(text):
            return "looped"
        raise ReplyUnfinished(
            f"{where}: the server ended the reply early (done: false) and gave no reason; "
            "run again, and see the server's log if it stays so"
        )
    if response.thinking and not text.strip():
        raise ReplyMisplaced(
            f"{where}: the reply is in `thinking` although think=False was sent; "
            "this server and model do not go together with a schema: update Ollama"
        )
    if response.done_reason == "length":
        return "length"
    if response.done_reason != "stop" or response.eval_count is None:
        raise ReplyUnreadable(
            f"{where}: the reply ended with {one_line(response.done_reason)!r} and "
            f"{response.eval_count} tokens, where 'stop' and a count belong"
        )
    return "stop" if text.strip() else "empty"


def _seconds(nanoseconds: int | None) -> float | None:
    """A time that nothing hangs on: what can be none is not told."""
    return nanoseconds / 1e9 if nanoseconds and is_count(nanoseconds) else None


def _loops(text: str) -> bool:
    """Whether a text ends in one short unit again and again, as the server's own check has it."""
    tail = text[-400:]
    if len(text) - len(text.rstrip()) >= LOOP:
        return True
    return any(
        len(tail) >= size * LOOP and tail.endswith(tail[-size:] * LOOP) for size in range(1, 13)
    )
