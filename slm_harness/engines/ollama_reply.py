"""What Ollama answered, checked against the ways in which a 200 can be silently wrong."""

from collections.abc import Mapping

from ollama import GenerateResponse

from slm_harness.errors import PromptRefused, ReplyUnreadable, ServerFailed
from slm_harness.records import Finish, Reply, Request

LOOP = 30
"""The server gives up without a word after this many equal chunks in a row."""
BYTES_PER_TOKEN = 12
"""No tokenizer packs running text this tightly: fewer tokens than this means a cut prompt."""


def checked_reply(
    response: GenerateResponse,
    options: Mapping[str, object],
    request: Request,
    host: str,
    seconds: float,
) -> Reply:
    """The reply, once nothing about it is suspicious.

    Raises:
        NotMeasured: the server ended it early, cut the prompt, or put the answer elsewhere.
    """
    where = f"{host} on {request.article}"
    text = _clean(response.response or "")
    if response.done is None:
        raise ReplyUnreadable(f"{where}: 200 with no reply in it; see the server's log")
    if response.done and response.done_reason in ("load", "unload"):
        raise ReplyUnreadable(f"{where}: the server {response.done_reason}ed and read nothing")
    finish = _finish(response, text, where)
    if finish != "looped":
        _check_counts(response, options, request, where)
    return Reply(
        text=text,
        finish=finish,
        seconds=seconds,
        prompt_tokens=response.prompt_eval_count,
        reply_tokens=response.eval_count,
        eval_seconds=(response.eval_duration or 0) / 1e9 or None,
    )


def _finish(response: GenerateResponse, text: str, where: str) -> Finish:
    if not response.done:
        if _loops(text):
            return "looped"
        raise ServerFailed(
            f"{where}: the server ended the reply early (done: false) and gave no reason; "
            "run again, and see the server's log if it stays so"
        )
    if response.done_reason == "length":
        return "length"
    if response.done_reason != "stop" or response.eval_count is None:
        raise ReplyUnreadable(
            f"{where}: the reply ended with {response.done_reason!r} and "
            f"{response.eval_count} tokens, where 'stop' and a count belong"
        )
    if text.strip():
        return "stop"
    if response.thinking:
        raise ReplyUnreadable(
            f"{where}: the reply is in `thinking` although think=False was sent; "
            "this server and model do not go together with a schema: update Ollama"
        )
    return "empty"


def _check_counts(
    response: GenerateResponse, options: Mapping[str, object], request: Request, where: str
) -> None:
    """Compare what the server says it read with what it was given."""
    context = int(str(options["num_ctx"]))
    read = response.prompt_eval_count
    if read is None:
        return
    size = len(request.prompt.encode())
    kept = {context - (context - keep) // 2 for keep in (4, 5)}
    # What is kept is half the context, so a prompt that was cut had at least twice as many tokens.
    if (read in kept and size > 6 * read) or read < size // BYTES_PER_TOKEN:
        raise PromptRefused(
            f"{where}: the server read {read} tokens of a prompt of "
            f"{size} bytes at num_ctx {context}: it was cut; "
            "set options: num_ctx higher in models.yaml"
        )
    if read + (response.eval_count or 0) >= context and response.done_reason != "length":
        raise PromptRefused(
            f"{where}: prompt and reply took {read} + {response.eval_count} tokens and num_ctx is "
            f"{context}: the start was forgotten; set options: num_ctx higher in models.yaml"
        )


def _loops(text: str) -> bool:
    """Whether a text ends in one short unit again and again, as the server's own check has it."""
    tail = text[-400:]
    if len(text) - len(text.rstrip()) >= LOOP:
        return True
    return any(
        len(tail) >= size * LOOP and tail.endswith(tail[-size:] * LOOP) for size in range(1, 13)
    )


def _clean(text: str) -> str:
    """Without lone surrogates, which no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
