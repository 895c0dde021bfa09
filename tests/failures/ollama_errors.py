"""Rows: an Ollama server, or what stands in front of it, says that it cannot."""

from slm_harness.errors import (
    AccessDenied,
    ModelUnavailable,
    OutOfMemory,
    PromptTooLong,
    QuotaExhausted,
    Redirected,
    ReplyMisplaced,
    RequestRefused,
    RunnerStopped,
    SchemaNotEnforced,
    ServerBusy,
    ServerFailed,
    ServerUnreachable,
)
from tests.failures.row import Right, Row, Section

WAIT = "nothing; if it stays so, use fewer at once (`concurrency`)"
LOG = "see the server's log"
BEFORE = Section(
    "Before the first article",
    (
        Row(
            "bare-template",
            "the template has no place for a system prompt",
            ModelUnavailable,
            1,
            (24,),
            "start",
        ),
        Row("no-completion", "the model cannot write", ModelUnavailable, phase="start"),
        Row("load-oom", "no memory to load the model", OutOfMemory, 1, (13,), "build"),
        Row(
            "load-crash",
            "the runner ends while the model is loaded",
            RunnerStopped,
            3,
            (12,),
            "build",
            do=LOG,
        ),
        Row("load-crash", "the same once", Right(), 2, (12,), "build", requests="1-1"),
        Row(
            "load-timeout",
            "the load comes to no end on the server",
            ModelUnavailable,
            phase="build",
            do=LOG,
        ),
        Row(
            "load-busy",
            "503, too many models wait to be loaded",
            ServerBusy,
            6,
            (10,),
            "build",
            do=WAIT,
        ),
        Row("load-busy", "the same twice", Right(), 3, (10,), "build", requests="1-2"),
        Row("old-gguf", "the model's file is for another version", ModelUnavailable, phase="build"),
        Row(
            "no-binary",
            "the server is not whole",
            ModelUnavailable,
            phase="build",
            do="install Ollama anew",
        ),
        Row(
            "signed-out-401", "a cloud model, and nobody is signed in", AccessDenied, phase="build"
        ),
        Row("redirect-308", "the test of the schema is sent elsewhere", Redirected, phase="proof"),
        Row("free-text", "the schema is ignored", SchemaNotEnforced, 1, (6, 9), "proof"),
        Row(
            "fenced",
            "the schema is ignored, and JSON written all the same",
            SchemaNotEnforced,
            1,
            (6, 9),
            "proof",
        ),
        Row(
            "empty-response",
            "the schema leaves the model nothing to say",
            SchemaNotEnforced,
            1,
            (9,),
            "proof",
        ),
        Row(
            "nested-json-400",
            "the schema's grammar cannot be parsed",
            SchemaNotEnforced,
            1,
            (9,),
            "proof",
        ),
        Row(
            "schema-400", "the schema cannot be made a grammar", SchemaNotEnforced, 1, (8,), "proof"
        ),
        Row("thinking", "the reply to the test is in `thinking`", ReplyMisplaced, 1, (5,), "proof"),
        Row(
            "runner-500",
            "the runner stops at the test of the schema",
            Right(),
            2,
            (11,),
            "proof",
            requests="1-1",
        ),
        Row(
            "die",
            "the server ends at the test of the schema",
            ServerUnreachable,
            4,
            phase="proof",
            reached=1,
        ),
    ),
)

ERRORS = Section(
    "The server says that it cannot",
    (
        Row("busy-503", "503 `server busy`: its queue is full", ServerBusy, 6, (10,), do=WAIT),
        Row("busy-503", "the same, and then there is room", Right(), 3, (10,), requests="1-2"),
        Row("busy-503-soon", "503 with `Retry-After: 0`", ServerBusy, 6, do=WAIT),
        Row(
            "busy-503-hour",
            "503 with a `Retry-After` beyond our patience",
            ServerBusy,
            do="run again when the server said; what has come is kept",
        ),
        Row("limit-429", "429 with a `Retry-After` date that is over", ServerBusy, 6, do=WAIT),
        Row("limit-429", "the same once", Right(), 2, requests="1-1"),
        Row(
            "limit-429-2099",
            "429 with a `Retry-After` date far ahead",
            ServerBusy,
            do="run again when the server said; what has come is kept",
        ),
        Row(
            "cloud-503", "503 `Server overloaded`, of a cloud model", ServerBusy, 6, (29,), do=WAIT
        ),
        Row("canceled-499", "499 `request canceled`", ServerBusy, 6, do=WAIT),
        Row("no-slots-500", "500 `no slots available`", ServerBusy, 6, (15,), do=WAIT),
        Row("status-500", "500 `unexpected server status`", ServerFailed, 3, do=LOG),
        Row("eof-500", "500, its runner hung up (`EOF`)", ServerFailed, 3, do=LOG),
        Row("empty-500", "500 with no word", ServerFailed, 3, do=LOG),
        Row(
            "runner-500",
            "500 `model runner has unexpectedly stopped`",
            RunnerStopped,
            3,
            (11,),
            do=LOG,
        ),
        Row("runner-500", "the same once", Right(), 2, (11,), requests="1-1"),
        Row(
            "midstream-error", "the runner dies in the middle of a reply", RunnerStopped, 3, do=LOG
        ),
        Row("cuda-500", "500 `CUDA error: out of memory` on a long article", OutOfMemory, 1, (13,)),
        Row(
            "nested-json-400",
            "400, the schema's grammar cannot be parsed",
            SchemaNotEnforced,
            1,
            (9,),
        ),
        Row("schema-400", "400, the schema cannot be made a grammar", SchemaNotEnforced, 1, (8,)),
        Row("format-500", "500 `invalid format`", SchemaNotEnforced),
        Row("context-400", "400, prompt longer than the context", PromptTooLong, 1, (1, 28)),
        Row("shift-400", "400, the same in other words", PromptTooLong, 1, (1, 28)),
        Row(
            "think-400",
            "400 `does not support thinking`",
            ModelUnavailable,
            do="update Ollama: we only ever send `think: false`",
        ),
        Row(
            "bad-request-400",
            "400 for a field of the request",
            RequestRefused,
            do="use a version of the server that we are tested with",
        ),
        Row(
            "gone-404", "404, the model was removed in the middle", ModelUnavailable, do="run again"
        ),
        Row("path-404", "404 `page not found`", ModelUnavailable),
        Row("method-405", "405", ModelUnavailable),
        Row(
            "no-credit-402",
            "402, no credit left with a cloud model",
            QuotaExhausted,
            do="top up, or wait",
        ),
        Row("list-error", "500 with a JSON list", ServerFailed, 3, do=LOG),
        Row("null-error", "500 with `null`", ServerFailed, 3, do=LOG),
        Row("number-error", "500 with a number", ServerFailed, 3, do=LOG),
        Row("nested-error", "500, an error in an error in an error", ServerFailed, 3, do=LOG),
        Row("unknown-error", "500 with an object that has no error in it", ServerFailed, 3, do=LOG),
    ),
)

FRONT = Section(
    "Something stands in front of the server",
    (
        Row("signed-out-401", "401 `unauthorized`, with an address to sign in at", AccessDenied),
        Row("empty-403", "403 with no word", AccessDenied),
        Row("proxy-407", "407 of a proxy", AccessDenied),
        Row("redirect-307", "307 to another port", Redirected),
        Row("redirect-308", "308 to another port", Redirected),
        Row(
            "too-large-413",
            "413, a proxy takes no request of this size",
            RequestRefused,
            do="raise the proxy's limit, or ask the server itself",
        ),
        Row("html-500", "500 with a page of HTML", ServerFailed, 3, do=LOG),
        Row("html-502", "502 with a page of HTML", ServerFailed, 3, do=LOG),
        Row("html-502", "the same once", Right(), 2, requests="1-1"),
        Row("html-503", "503 with a page of HTML", ServerBusy, 6, do=WAIT),
        Row(
            "html-504",
            "504 with a page of HTML",
            ServerFailed,
            3,
            do="raise the proxy's time limit",
        ),
    ),
)
