"""The answers given instead of the server's own, by the name of their scenario."""

import gzip
from collections.abc import Mapping

from tests.ollama_double.standing_in import (
    Way,
    body,
    bomb,
    busy,
    close,
    die,
    empty_forbidden,
    endless,
    error,
    gone,
    later,
    nested,
    nested_json,
    no_thinking,
    packed,
    page,
    raw,
    redirect,
    reset,
    runner_stopped,
    signed_out,
)
from tests.ollama_double.wire import PLAIN, Refusal, Whole

_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_TOO_LONG = (
    "request (9120 tokens) exceeds the available context size (8192 tokens), try increasing it"
)

ANSWERS: Mapping[str, tuple[str, Way]] = {
    # errors in words
    "busy-503": ("503, queue full", busy),
    "busy-503-soon": ("503, come back at once", later(busy, "0")),
    "busy-503-hour": ("503, come back in an hour", later(busy, "3600")),
    "limit-429": (
        "429, come back at a time that is over",
        later(lambda _: Refusal(429, "too many requests").whole, "Fri, 31 Dec 1999 23:59:59 GMT"),
    ),
    "limit-429-2099": (
        "429, come back in 2099",
        later(lambda _: Refusal(429, "too many requests").whole, "Thu, 31 Dec 2099 23:59:59 GMT"),
    ),
    "cloud-503": ("503, a cloud model's server", error(503, "Server overloaded")),
    "canceled-499": ("499, the server thinks that we left", error(499, "request canceled")),
    "no-slots-500": ("500, busy slots", error(500, "no slots available after 10 retries")),
    "status-500": (
        "500, the runner is not ready",
        error(500, "unexpected server status: llm server loading model"),
    ),
    "eof-500": (
        "500, the runner hung up on the server",
        error(500, 'Post "http://127.0.0.1:38433/completion": EOF'),
    ),
    "empty-500": ("500 without a body, as after a panic", lambda _: Whole(500, b"", "")),
    "runner-500": ("500, runner stopped", runner_stopped),
    "cuda-500": (
        "500, no memory under way",
        error(500, "an error was encountered while running the model: CUDA error: out of memory"),
    ),
    "nested-json-400": ("400, JSON inside the error's text", nested_json),
    "schema-400": (
        "400, the schema cannot be converted",
        error(
            400,
            nested(
                400, "JSON schema conversion failed:\nPattern must start with '^' and end with '$'"
            ),
        ),
    ),
    "format-500": (
        "500, format neither json nor schema",
        error(500, 'invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object'),
    ),
    "context-400": (
        "400, more tokens than the context has",
        error(
            400,
            nested(400, _TOO_LONG, "exceed_context_size_error", n_prompt_tokens=9120, n_ctx=8192),
        ),
    ),
    "shift-400": (
        "400, a prompt longer than the context",
        error(
            400,
            "the prompt is longer than the context length currently available to the model; shorten the "
            "prompt, adjust the context length in settings, or use a model with a longer context length",
        ),
    ),
    "think-400": ("400, does not support thinking", no_thinking),
    "bad-request-400": (
        "400, a field of a type that it does not take",
        error(
            400,
            "json: cannot unmarshal bool into Go struct field GenerateRequest.think of type string",
        ),
    ),
    "gone-404": ("404, the model was removed", gone),
    "path-404": ("404 page not found", lambda _: Whole(404, b"404 page not found", PLAIN)),
    "method-405": (
        "405 method not allowed",
        lambda _: Whole(405, b"405 method not allowed", PLAIN),
    ),
    "no-credit-402": ("402 of a cloud model", error(402, "out of credits")),
    # what stands in front of a server
    "empty-403": ("403 without a body", empty_forbidden),
    "proxy-407": ("407 of a proxy", page(407, "Proxy Authentication Required")),
    "redirect-307": ("307 to another port", redirect(307)),
    "redirect-308": ("308 to another port", redirect(308)),
    "too-large-413": ("413 of a proxy", page(413, "Request Entity Too Large")),
    "html-500": ("500, HTML", page(500, "Internal Server Error")),
    "html-502": ("502, HTML of a proxy", page(502, "Bad Gateway")),
    "gzip-502": ("502, a page in gzip", packed("gzip", gzip.compress(b"<html>502</html>"), 502)),
    "html-503": ("503, HTML of a proxy", page(503, "Service Temporarily Unavailable")),
    "html-504": ("504, HTML of a proxy", page(504, "Gateway Time-out")),
    "list-error": ("500, body a JSON list", body(500, '["something","went","wrong"]')),
    "null-error": ("500, body null", body(500, "null")),
    "number-error": ("500, body a number", body(500, "13")),
    "nested-error": (
        "500, an error in an error in an error",
        body(500, '{"error":{"error":{"message":{"detail":"the third level down"}}}}'),
    ),
    "unknown-error": ("500, an object without an error", body(500, '{"status":"sad"}')),
    # a 200 of something else
    "error-200": ("200 with an error", body(200, '{"error":"upstream model is not available"}')),
    "list-200": ("200, a JSON list", body(200, '[{"response":"{}"}]')),
    "null-200": ("200, null", body(200, "null")),
    "number-200": ("200, a number", body(200, "42")),
    "unknown-200": ("200, an object with no known field", body(200, '{"answer":{"text":"Yes"}}')),
    "chat-200": (
        "200, the reply nested as another API has it",
        body(
            200,
            '{"choices":[{"message":{"role":"assistant","content":"{}"},"finish_reason":"stop"}]}',
        ),
    ),
    "not-json": ("200, not JSON", lambda _: Whole(200, b"It works!", PLAIN)),
    "no-content-204": ("204 without a body", lambda _: Whole(204, b"", "")),
    "streams-anyway": (
        "200, a stream although none was wanted",
        body(
            200,
            '{"response":"{","done":false}\n{"response":"}","done":true,"done_reason":"stop"}\n',
        ),
    ),
    # the connection
    "close-early": ("closed before the headers", close),
    "reset": ("reset before the headers", reset),
    "die": ("the whole program exits at once", die),
    "no-http": ("another protocol", raw(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    "huge-header": ("a header of 200 KB", raw(_HTTP + b"X-Long: " + b"x" * 200_000)),
    "short-body": (
        "closed before Content-Length was sent",
        raw(_HTTP + b'Content-Length: 9999\r\n\r\n{"response":"{'),
    ),
    "bad-chunk": (
        "a chunk without a size",
        raw(_HTTP + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    ),
    "endless": ("a body without an end", endless),
    "gzip-garbage": ("said to be gzip and is not", packed("gzip", b"no gzip at all")),
    "deflate-garbage": ("said to be deflate and is not", packed("deflate", b"nor deflate")),
    "gzip-bomb": ("80 MB of spaces as 80 KB of gzip", bomb),
}
"""Scenario to what it is and the answer."""

AT_LOAD: Mapping[str, tuple[str, Way]] = {
    "load-oom": (
        "500, out of memory at load",
        error(
            500,
            "llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory",
        ),
    ),
    "load-crash": (
        "500, the runner ends at load",
        error(500, "llama-server process has terminated: exit status 2: error loading model"),
    ),
    "load-timeout": (
        "500, the load came to no end",
        error(500, "timed out waiting for llama-server to start - progress 0.40 - "),
    ),
    "load-busy": ("503, too many loads", busy),
    "old-gguf": (
        "500, a file for another version",
        error(
            500,
            "unable to load model: /models/blobs/sha256-1: this model may be incompatible with your version "
            "of Ollama. If you previously pulled this model, try updating it by running `ollama pull phi3`",
        ),
    ),
    "no-binary": (
        "500, the server is not whole",
        error(
            500,
            "error starting llama-server: llama-server binary not found (checked: /usr/lib/ollama)",
        ),
    ),
    "signed-out-401": ("401 of a cloud model", signed_out),
}
"""As ``ANSWERS``, for those that a request without a prompt can meet too."""
