"""From status and words to a failure: one table for all servers."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slm_harness.engines.statuses import (
    SAID_LENGTH,
    Advice,
    of_status,
    one_line,
    refused,
    retry_after,
    without_secret,
)
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

ADVICE = Advice(context="shorten it", access="look at the key")

SAID: list[tuple[int, str, type[NotMeasured]]] = [
    (400, "request (13510 tokens) exceeds the available context size (2048 tokens)", PromptTooLong),
    (400, "the prompt is longer than the context length currently available", PromptTooLong),
    (400, "This model's maximum context length is 8192 tokens", PromptTooLong),
    (400, "Failed to initialize samplers: failed to parse grammar", SchemaNotEnforced),
    (400, "Invalid schema for response_format 'X': 'maxLength' is not permitted", SchemaNotEnforced),
    (500, 'invalid format: "xml"; expected "json" or a valid JSON Schema object', SchemaNotEnforced),
    (400, '"x" does not support generate', ModelUnavailable),
    (404, "model 'phi3' not found", ModelUnavailable),
    (404, "404 page not found", ModelUnavailable),
    (405, "405 method not allowed", ModelUnavailable),
    (400, "json: cannot unmarshal string", RequestRefused),
    (422, "unprocessable", RequestRefused),
    (401, "unauthorized", AccessDenied),
    (403, "", AccessDenied),
    (402, "Payment required", QuotaExhausted),
    (429, "You exceeded your current quota [insufficient_quota]", QuotaExhausted),
    (429, "Rate limit reached", ServerBusy),
    (503, "server busy, please try again.  maximum pending requests exceeded", ServerBusy),
    (499, "request canceled", ServerBusy),
    (500, "no slots available after 10 retries", ServerBusy),
    (500, "model runner has unexpectedly stopped", RunnerStopped),
    (500, "llama runner process has terminated: exit status 2", RunnerStopped),
    (-1, "an error was encountered while running the model: unexpected EOF", RunnerStopped),
    (500, "llama-server process has terminated: cudaMalloc failed: out of memory", OutOfMemory),
    (500, "model requires more system memory (8.0 GiB) than is available", OutOfMemory),
    (500, "unexpected server status: llm server loading model", ServerFailed),
    (502, "<html>Bad Gateway</html>", ServerFailed),
    (504, "", ServerFailed),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "kind"), SAID)
def test_words_go_before_the_status(status: int, said: str, kind: type[NotMeasured]) -> None:
    """The same words come under several statuses; where none is known the status decides."""
    found = of_status(status, said, "http://there while reading", ADVICE)

    assert type(found) is kind
    assert found.message.startswith("http://there while reading")
    assert "\n" not in found.message


@given(st.integers(300, 599), st.text(max_size=200))
def test_every_answer_that_is_no_success_is_a_failure(status: int, said: str) -> None:
    """No status and no words are an answer, and no words break out of their line."""
    found = refused(httpx.Response(status, text=said), "there", ADVICE)

    assert isinstance(found, NotMeasured)
    assert "\n" not in found.message


def test_what_a_server_repeats_of_an_article_decides_nothing() -> None:
    """FastAPI, and so vLLM and SGLang, sends the whole request back beside what is wrong with it."""
    wrong = {
        "type": "extra_forbidden",
        "loc": ["body", "min_p"],
        "msg": "Extra inputs are not permitted",
        "input": {"content": "The hospital's servers were out of memory, it said."},
    }
    response = httpx.Response(422, json={"detail": [wrong]})

    found = refused(response, "there", ADVICE)

    assert type(found) is RequestRefused
    assert "Extra inputs are not permitted" in found.message
    assert "min_p" in found.message
    assert "hospital" not in found.message


def test_a_busy_server_is_to_be_asked_later_or_less() -> None:
    """What the user can do about it stands in the line."""
    found = of_status(503, "server busy", "there", ADVICE)

    assert (
        found.message
        == "there (503): server busy; run again later, or with a smaller `concurrency`"
    )


def test_a_failure_of_the_server_points_to_its_log() -> None:
    """What only the server can explain is looked up there; what is no such server is told so."""
    failed = of_status(500, "EOF", "there", ADVICE)
    other = of_status(501, "Unsupported method", "there", ADVICE)

    assert failed.message == (
        "there (500): EOF; run again, which keeps what has come; if it stays so, see the server's log"
    )
    assert other.message.endswith("; is this the address of the right server?")


def test_a_success_is_none() -> None:
    """200 is for the client to read."""
    assert refused(httpx.Response(200), "there", ADVICE) is None


def test_a_redirect_is_named_and_not_followed() -> None:
    """The user reads where it points, and decides."""
    response = httpx.Response(307, headers={"Location": "http://elsewhere/api"})

    found = refused(response, "there", ADVICE)

    assert isinstance(found, Redirected)
    assert "points to http://elsewhere/api; nothing was sent there" in found.message


@pytest.mark.parametrize(
    ("headers", "said", "seconds"),
    [
        ({"Retry-After": "7"}, "", 7),
        ({"Retry-After": "1.5"}, "", 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"Retry-After": "Mon, 30 Nov 2026 18:00:30 GMT"}, "", 30),
        ({"Retry-After": "Mon, 30 Nov 2026 17:00:00 GMT"}, "", 0),
        ({"Retry-After": "soon"}, "", None),
        ({"Retry-After": f"Mon, 30 Nov 2026 18:00:30 +{'9' * 20}"}, "", None),
        ({"Retry-After": "-5"}, "", None),
        ({"Retry-After": "9" * 400}, "", None),
        ({}, "Please try again in 6.2s.", 6.2),
        ({}, "Please try again in 120ms.", 0.12),
        ({}, "Please try again in 2m", 120),
        ({}, "Please try again later", None),
    ],
)
def test_a_server_says_when_to_come_back(
    headers: dict[str, str], said: str, seconds: float | None
) -> None:
    """By a header, a number or a date, or in words; what is none of these is no time."""
    now = 1796061600.0  # 30 November 2026, 18:00:00 UTC

    assert retry_after(httpx.Headers(headers), said, now) == seconds


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("plain", "plain"),
        ('{"error":"busy"}', "busy"),
        ('{"error":{"message":"too long","type":"exceed"}}', "too long [exceed]"),
        ('{"error":"{\\"error\\":{\\"message\\":\\"inner\\"}}"}', "inner"),
        ('{"detail":"no"}', "no"),
        ('{"status":"bad"}', '{"status": "bad"}'),
        ("[1]", "[1]"),
        ("null", "null"),
        ("{broken", "{broken"),
        ("<!DOCTYPE HTML>\n<title>404 \x1b[1mGone</title><p>x", "a web page, '404 [1mGone'"),
        ("<html><body>x <b>y</b></body></html>", "a web page, 'x y'"),
        ("<title", "<title"),
        ("a\x1b[2Jb\nc", "a[2Jb c"),
    ],
)
def test_what_a_server_said_becomes_one_line(said: str, line: str) -> None:
    """Out of the JSON that it is in, as deep as that goes, and harmless on a terminal."""
    assert one_line(said) == line


KEYS = st.sampled_from(["error", "message", "detail", "x"])
SHAPES = st.recursive(
    st.none() | st.text(max_size=9) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(SHAPES)
def test_no_shape_of_an_error_is_too_much(said: object) -> None:
    """Whatever JSON stands there, the line has at most its length."""
    line = one_line(said)

    assert len(line) <= SAID_LENGTH
    assert "\n" not in line


def test_a_key_is_blotted_out() -> None:
    """Servers repeat what they were sent."""
    response = httpx.Response(401, json={"error": {"message": "Incorrect API key: sk-abc"}})

    found = refused(response, "there", ADVICE, secret="sk-abc")  # noqa: S106 - not one

    assert found is not None
    assert "Incorrect API key: ***" in found.message
    assert without_secret("nothing", "") == "nothing"
