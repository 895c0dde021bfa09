"""Replies of Ollama: what cannot be trusted is not measured, what the model did wrong is unusable."""

import pytest

from slm_harness.breach import TASK
from slm_harness.errors import (
    AccessDenied,
    AnswerTimeout,
    ConnectionBroken,
    NotMeasured,
    PromptCut,
    PromptEmpty,
    PromptTooLong,
    ReplyMisplaced,
    ReplyUnfinished,
    ReplyUnreadable,
    RunnerStopped,
    SchemaNotEnforced,
    ServerBusy,
    ServerFailed,
)
from slm_harness.reading import read
from slm_harness.records import Request
from tests.doubles import ollama_double
from tests.ollama_engine import RECIPE, REQUEST, ask, engine_at, quiet

# The first prompt is the test of the schema; the faults here befall the second, the article.


def test_an_article_that_does_not_fit_is_refused_by_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Too long a prompt is not cut: the server is told not to, and its refusal is not an answer."""
    long = Request("phi3", "harbour", "Harbour Dental lost 4,120 files. " * 2000)
    with (
        ollama_double("--models", "phi3", "--context-length", "2048") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(PromptTooLong, match=r"harbour.*num_ctx higher"):
            engine.ask(long)


FAULTS: list[tuple[str, type[NotMeasured], str]] = [
    ("done-false", ReplyUnfinished, "ended the reply early"),
    ("cut-body", ConnectionBroken, "the connection to .* broke"),
    ("close-early", ConnectionBroken, "the connection to .* broke"),
    ("die", ConnectionBroken, "the connection to .* broke"),
    ("busy-503", ServerBusy, "server busy"),
    ("runner-500", RunnerStopped, "unexpectedly stopped"),
    ("nested-json-400", SchemaNotEnforced, "failed to parse grammar"),
    ("empty-403", AccessDenied, "is OLLAMA_HOST right"),
    ("html-502", ServerFailed, "502"),
    ("list-error", ServerFailed, "something.*went.*wrong"),
    ("null-error", ServerFailed, "null"),
    ("error-200", ReplyUnreadable, "200 with no reply"),
    ("thinking", ReplyMisplaced, "in `thinking`"),
    ("truncated-counts", PromptCut, "it was cut"),
    ("missing-eval-count", ReplyUnreadable, "where 'stop' and a count belong"),
    ("not-json", ReplyUnreadable, "something else than Ollama's API"),
    ("wrong-types", ReplyUnreadable, "something else than Ollama's API"),
]


@pytest.mark.parametrize(("scenario", "kind", "message"), FAULTS)
def test_a_reply_that_cannot_be_trusted_is_not_measured(
    monkeypatch: pytest.MonkeyPatch, scenario: str, kind: type[NotMeasured], message: str
) -> None:
    """Each fault has its own name and line, and none of them becomes an answer."""
    request = Request("phi3", "harbour", "Harbour Dental lost 4,120 files. " * 900)
    with (
        ollama_double("--models", "phi3", "--scenario", f"{scenario}:2") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(kind, match=message) as caught:
            engine.ask(request)

    assert type(caught.value) is kind
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("scenario", "finish", "problem"),
    [
        ("length", "length", "cut off at the token limit"),
        ("loop", "looped", "repeated itself"),
        ("empty-response", "empty", "empty"),
        ("duplicate-keys", "stop", "twice"),
    ],
)
def test_what_the_model_did_wrong_is_unusable(
    monkeypatch: pytest.MonkeyPatch, scenario: str, finish: str, problem: str
) -> None:
    """A cut, looped, empty or contradictory reply is the model's: a reply, and no answer in it."""
    with (
        ollama_double("--models", "phi3", "--scenario", f"{scenario}:2") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        reply = ask(engine)

    assert reply.finish == finish
    assert problem in read(reply, TASK).problem


@pytest.mark.parametrize("scenario", ["trailing-space", "huge-line", "nel"])
def test_an_odd_reply_that_is_whole_is_read(monkeypatch: pytest.MonkeyPatch, scenario: str) -> None:
    """Trailing white space, megabytes on a line and U+0085 lose no answer."""
    with (
        ollama_double("--models", "phi3", "--scenario", f"{scenario}:2") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        assert read(ask(engine), TASK).values


def test_no_answer_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would wait for ever; the entry's time-out ends it."""
    with (
        ollama_double(
            "--models", "phi3", "--delay", "5", "--scenario", "slow-first-byte:2"
        ) as double,
        engine_at(double, monkeypatch, timeout=0.4) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(AnswerTimeout, match="raise `timeout`"):
            engine.ask(REQUEST)


def test_an_empty_prompt_is_refused_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would take it for a request to load the model and answer with nothing."""
    with (
        ollama_double("--models", "phi3") as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(PromptEmpty, match="no text"),
    ):
        engine.ask(Request("phi3", "harbour", "  \n"))
