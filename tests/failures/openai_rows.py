"""Rows: OpenAI-compatible servers, hosted or not, and the gateways in front of them.

What Ollama does too is in the same words as there, so that docs/failures.md has one line for both.
"""

from slm_harness.errors import (
    AccessDenied,
    AnswerTimeout,
    ConnectionBroken,
    ModelUnavailable,
    PromptCut,
    PromptTooLong,
    QuotaExhausted,
    Redirected,
    ReplyMisplaced,
    ReplyUnfinished,
    ReplyUnreadable,
    RequestRefused,
    SchemaNotEnforced,
    ServerBusy,
    ServerFailed,
    ServerUnreachable,
)
from tests.failures.ollama_replies import CUT_OFF, NO_JSON
from tests.failures.row import Outcome, Phase, Right, Row, Unusable

EMPTY = Unusable("the reply was empty")
FILTERED = Unusable("the server's content filter withheld the reply")
LATER = "run again when the server said; what has come is kept"


def row(
    scenario: str,
    happens: str,
    outcome: Outcome,
    tries: int = 1,
    says: str = "",
    *,
    phase: Phase = "answer",
    requests: str = "",
    do: str = "",
    timeout: float = 60.0,
    reached: int | None = None,
    restarts: bool = False,
) -> Row:
    """A row of this engine."""
    return Row(
        scenario,
        happens,
        outcome,
        tries,
        says=says,
        phase=phase,
        requests=requests,
        do=do,
        timeout=timeout,
        reached=reached,
        restarts=restarts,
        engine="openai",
    )


BEFORE = (
    row(
        "models-other",
        "the server does not list the model",
        ModelUnavailable,
        says=r"does not list gpt-tiny; it has other-.* and 12 more: set base of",
        phase="start",
    ),
    row(
        "models-denied",
        "401, the key is wrong",
        AccessDenied,
        says=r"Incorrect API key provided: \*\*\*.*is the key in SLM_TEST_KEY right",
        phase="start",
    ),
    row(
        "models-loading",
        "503 for the list of models, since one is being loaded",
        ServerBusy,
        6,
        "Loading model",
        phase="start",
    ),
    row("models-loading", "", Right(), 3, phase="start", requests="1-2"),
    row(
        "models-html",
        "a web page in place of the list of models",
        ReplyUnreadable,
        says="base_url end in the right path",
        phase="start",
    ),
    row("models-404", "there is no list of models", Right(), phase="start"),
    row("models-empty", "the list of models is empty", Right(), phase="start"),
    row("models-bare", "a list of models with no object around it", Right(), phase="start"),
    row("models-described", "a list that tells of the weights", Right(), phase="start"),
    row(
        "free",
        "the schema is ignored",
        SchemaNotEnforced,
        says="No model wrote this",
        phase="proof",
    ),
    row(
        "no-lengths",
        "400, a strict mode refuses `maxLength`",
        SchemaNotEnforced,
        says=r"not permitted.*options: length_limits: false",
        phase="proof",
        do="`options: length_limits: false`",
    ),
    row(
        "no-format",
        "400, the server takes no schema",
        SchemaNotEnforced,
        says=r"response_format type is unavailable.*--unconstrained",
        phase="proof",
    ),
    row(
        "reasoning-model",
        "400, a model that reasons takes no `max_tokens`, and no `temperature`",
        RequestRefused,
        says=r"set options: max_completion_tokens in models\.yaml",
        phase="proof",
        do="`options: max_completion_tokens: 4000` and `temperature: null`",
    ),
    row(
        "reasoning",
        "the reply to the test is in `reasoning_content`",
        ReplyMisplaced,
        says="turn thinking off",
        phase="proof",
    ),
)

ACCOUNT = (
    row(
        "wrong-key",
        "401 that repeats the key",
        AccessDenied,
        says=r"Incorrect API key provided: \*\*\*\.",
    ),
    row("forbidden", "403 with no word", AccessDenied, says="is the key in SLM_TEST_KEY right"),
    row("rate-seconds", "429 with `Retry-After: 0`", ServerBusy, 6, "Rate limit reached"),
    row("rate-seconds", "", Right(), 4, requests="1-3"),
    row("rate-ms", "429 with `retry-after-ms`", ServerBusy, 6, "Rate limit reached"),
    row("rate-words", "429 that says when in words", ServerBusy, 6, "try again in 3ms"),
    row("rate-hour", "429 with a `Retry-After` beyond our patience", ServerBusy, do=LATER),
    row("quota", "429 `insufficient_quota`", QuotaExhausted, says="exceeded your current quota"),
    row(
        "payment",
        "402, no credit left",
        QuotaExhausted,
        says="Insufficient balance",
        do="top up, or wait",
    ),
)

ERRORS = (
    row("loading", "503 `Loading model`", ServerBusy, 6, "Loading model"),
    row("loading", "", Right(), 3, requests="1-2"),
    row("overloaded", "529 `Overloaded`", ServerFailed, 3, "Overloaded"),
    row("empty-500", "500 with no word", ServerFailed, 3, "it gave no reason"),
    row("list-500", "500 with a JSON list", ServerFailed, 3, "went"),
    row("late-key", "500 with the key where messages are cut", ServerFailed, 3, r"\(500\): x+"),
    row("escaped-key", "500 with the key in JSON escapes", ServerFailed, 3, r"bad \*\*\*"),
    row(
        "context-400",
        "400, prompt longer than the context",
        PromptTooLong,
        says=r"maximum context length is 2048.*; shorten the article",
    ),
    row(
        "bad-request",
        "400 for one of the options",
        RequestRefused,
        says="top_p must be",
        do="`options: NAME: null` leaves it out",
    ),
    row("gone", "404, the model does not exist", ModelUnavailable, says="does not exist"),
)

FRONT = (
    row(
        "moved",
        "307 to another port",
        Redirected,
        says=r"points to http://127.0.0.1:9/v1\?key=\*\*\*; nothing was sent",
    ),
    row(
        "html-413",
        "413, a proxy takes no request of this size",
        RequestRefused,
        says="Payload Too Large",
        do="raise the proxy's limit, or ask the server itself",
    ),
    row("html-502", "502 with a page of HTML", ServerFailed, 3, "Bad Gateway"),
    row("html-502", "", Right(), 2, requests="1-1"),
    row("html-503", "503 with a page of HTML", ServerBusy, 6, "Unavailable"),
    row(
        "html-504",
        "504 with a page of HTML",
        ServerFailed,
        3,
        "Gateway Time-out",
        do="raise the proxy's time limit",
    ),
)

CONNECTION = (
    row("close-early", "closed before a word was said", ConnectionBroken, 3, "broke"),
    row("close-early", "", Right(), 2, requests="1-1"),
    row("reset", "reset before a word was said", ConnectionBroken, 3, "broke"),
    row("cut-body", "closed in the middle of the reply", ConnectionBroken, 3, "broke"),
    row("cut-body", "", Right(), 3, requests="1-2"),
    row(
        "die",
        "the server is gone, and stays gone",
        ServerUnreachable,
        4,
        r"no server answers at .*/v1 .*base_url right",
        reached=1,
    ),
    row("die", "the server ends and is started again", Right(), 2, restarts=True),
    row("silent", "no word in time", AnswerTimeout, says="raise `timeout`", timeout=1.2),
    row(
        "trickle",
        "a trickle: never silent, never done",
        AnswerTimeout,
        says="raise `timeout`",
        timeout=1.2,
    ),
)

SILENT = (
    row(
        "abort", "half a reply with `finish_reason: abort`", ReplyUnfinished, 2, r"early \(abort\)"
    ),
    row("abort", "", Right(), 2, requests="1-1"),
    row("no-finish", "no `finish_reason`", ReplyUnfinished, 2, "ended the reply early"),
    row(
        "unknown-finish",
        "an unknown reason why the reply ended",
        ReplyUnreadable,
        says="ended with 'eos_token'",
    ),
    row("length", "cut off at the token limit", CUT_OFF),
    row(
        "context-full",
        "cut off because the context was full",
        PromptTooLong,
        says="the context was full after 40 of 1024 tokens",
    ),
    row(
        "half-read",
        "fewer tokens were read than the prompt can have",
        PromptCut,
        says="it was cut; shorten the article",
    ),
    row("no-usage", "no counts of tokens", ReplyUnreadable, says="no counts of tokens"),
    row("wrong-counts", "a count that is no number", ReplyUnreadable, says="no counts of tokens"),
    row(
        "reasoning",
        "the reply is in `reasoning_content`",
        ReplyMisplaced,
        says="`reasoning_content`",
    ),
    row("reasoning-other", "the reply is in `reasoning`", ReplyMisplaced, says="`reasoning`"),
    row(
        "thoughts-only",
        "cut off while the model was still thinking",
        ReplyMisplaced,
        says="`reasoning_content`",
    ),
    row(
        "tool-calls", "a call of a tool that nobody offered", ReplyUnreadable, says="called a tool"
    ),
    row("error-200", "an error that claims a status of its own", ServerFailed, 3, "upstream died"),
    row("no-choices", "no choices", ReplyUnreadable, says="no choices"),
    row("no-message", "a choice with no message", ReplyUnreadable, says="no message"),
    row("list-body", "a JSON list", ReplyUnreadable, says="a list where an object"),
    row("wrong-types", "numbers where text belongs", ReplyUnreadable, says="of type int where"),
    row("not-json", "a web page", ReplyUnreadable, says="base_url"),
    row("not-utf8", "bytes that are no UTF-8", ReplyUnreadable, says="base_url"),
    row("deep-json", "100,000 brackets", ReplyUnreadable, says="base_url"),
    row("surrogate", "half a character", Right()),
    row("timings", "times as llama.cpp tells them", Right()),
)

MODEL = (
    row("refusal", "it declines to answer", Unusable("the model refused to answer")),
    row("content-filter", "a content filter withholds the rest of the reply", FILTERED),
    row("azure-filter", "400 of a content filter", FILTERED),
    row("empty", "nothing", EMPTY),
    row("null-content", "nothing, as `null`", EMPTY),
    row("free", "prose", NO_JSON),
)
