"""Replies of Ollama: what cannot be trusted is not measured, what the model did wrong is unusable."""

from collections.abc import Iterator

import pytest
from ollama import GenerateResponse

from slm_harness.breach import TASK
from slm_harness.engines.context import Gauge
from slm_harness.engines.ollama.engine import OllamaEngine
from slm_harness.engines.ollama.reply import checked_reply
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
    ServerUnreachable,
)
from slm_harness.reading import read
from slm_harness.records import Request
from tests.doubles import ollama_double
from tests.ollama_double.scenarios import TABLE
from tests.ollama_engine import RECIPE, REQUEST, engine_at, quiet

WORDS = "Harbour Dental lost 4,120 files. "
RULES = [{"contains": f"fault {name}.", "scenario": name} for name in TABLE]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OllamaEngine]:
    """An engine that has built its model, at a server that makes the fault which an article names."""
    folder = tmp_path_factory.mktemp("double")
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        ollama_double("--models", "phi3", answers=RULES, folder=folder) as double,
        engine_at(double, monkeypatch) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        yield engine


def about(fault: str, repeats: int = 20) -> Request:
    """An article that names a fault."""
    return Request("phi3", "harbour", f"fault {fault}. " + WORDS * repeats)


def test_an_article_that_does_not_fit_is_refused_by_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Too long a prompt is not cut: the server is told not to, and its refusal is not an answer."""
    long = Request("phi3", "harbour", WORDS * 2000)
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
    ("reset", ConnectionBroken, "the connection to .* broke"),
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
    built: OllamaEngine, scenario: str, kind: type[NotMeasured], message: str
) -> None:
    """Each fault has its own name and line, and none of them becomes an answer."""
    # As long as a prompt has to be for the count that a cut one leaves to be suspicious.
    with pytest.raises(kind, match=message) as caught:
        built.ask(about(scenario, 850))

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
    built: OllamaEngine, scenario: str, finish: str, problem: str
) -> None:
    """A cut, looped, empty or contradictory reply is the model's: a reply, and no answer in it."""
    reply = built.ask(about(scenario))

    assert reply.finish == finish
    assert problem in read(reply, TASK).problem


@pytest.mark.parametrize("scenario", ["trailing-space", "huge-line", "nel"])
def test_an_odd_reply_that_is_whole_is_read(built: OllamaEngine, scenario: str) -> None:
    """Trailing white space, megabytes on a line and U+0085 lose no answer."""
    assert read(built.ask(about(scenario)), TASK).values


def test_a_server_that_dies_over_an_article_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """First the connection breaks; then nobody is there."""
    with (
        ollama_double("--models", "phi3", "--scenario", "die:2") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        # The first prompt is the test of the schema.
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(ConnectionBroken, match=r"the connection to .* broke"):
            engine.ask(REQUEST)
        double.process.wait(10)
        with pytest.raises(ServerUnreachable, match="start it with `ollama serve`"):
            engine.ask(REQUEST)


def test_no_answer_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would wait for ever; the entry's time-out ends it."""
    with (
        ollama_double(
            "--models", "phi3", "--delay", "5", "--scenario", "slow-first-byte:2"
        ) as double,
        engine_at(double, monkeypatch, timeout=1.2) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(AnswerTimeout, match="raise `timeout`"):
            engine.ask(REQUEST)


def test_an_empty_prompt_is_refused_here(built: OllamaEngine) -> None:
    """The server would take it for a request to load the model and answer with nothing."""
    with pytest.raises(PromptEmpty, match="no text"):
        built.ask(Request("phi3", "harbour", "  \n"))


@pytest.mark.parametrize("count", ["prompt_eval_count", "eval_count", "eval_duration"])
@pytest.mark.parametrize("number", [-1, 10**400])
def test_a_number_that_can_be_no_count_is_refused(count: str, number: int) -> None:
    """Below zero, or so large that Python cannot divide it, which would end the run."""
    whole = {"prompt_eval_count": 200, "eval_count": 9, "eval_duration": 10**9}
    reply = GenerateResponse(
        model="phi3", response="{}", done=True, done_reason="stop", **{**whole, count: number}
    )

    with pytest.raises(ReplyUnreadable, match="counts that can be none"):
        checked_reply(reply, Gauge(None, 0, "", ""), REQUEST, "there", 1.0)
