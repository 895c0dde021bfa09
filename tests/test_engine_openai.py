"""The openai engine against the double, through the official client: nothing is silently wrong."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from slm_harness.asking import Batch, Failed, Limits, Mode, Obtained, Sources, fill
from slm_harness.breach import TASK
from slm_harness.engines import open_engine
from slm_harness.engines.openai import OpenAIEngine
from slm_harness.engines.openai_options import PINNED
from slm_harness.errors import (
    AccessDenied,
    AnswerTimeout,
    ConnectionBroken,
    ModelUnavailable,
    NotMeasured,
    PromptCut,
    PromptEmpty,
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
from slm_harness.reading import read
from slm_harness.records import ModelSpec, Recipe, Reply, Request
from slm_harness.retrying import Patience
from slm_harness.store import Store
from tests.doubles import Double, openai_double
from tests.openai_double.scenarios import TABLE

KEY = "sk-planted-0123456789abcdef"
VARIABLE = "SLM_TEST_KEY"
RECIPE = Recipe(task="breach", system="Answer nine questions.", schema=TASK.schema)
REQUEST = Request("gpt", "harbour", "Harbour Dental lost 4,120 files. " * 20)
BASE = "gpt-tiny"


def quiet(_: str) -> None:
    """Shows nothing."""


def spec_at(double: Double, base: str = BASE, **fields: object) -> ModelSpec:
    """An entry for a model of a double."""
    spec = ModelSpec(name="gpt", engine="openai", base=base, base_url=f"{double.address}/v1")
    return replace(spec, **fields)  # type: ignore[arg-type]


@contextmanager
def engine_at(double: Double, **fields: object) -> Iterator[OpenAIEngine]:
    """An engine for a model of a double."""
    with closing(open_engine(spec_at(double, **fields), None)) as engine:  # type: ignore[arg-type]
        assert isinstance(engine, OpenAIEngine)
        yield engine


def ask(engine: OpenAIEngine, recipe: Recipe = RECIPE, request: Request = REQUEST) -> Reply:
    """Identify, build, ask."""
    engine.build(engine.identify(recipe, quiet), recipe, quiet)
    return engine.ask(request)


@dataclass(frozen=True)
class Row:
    """A scenario and what becomes of one article under it."""

    scenario: str
    outcome: type[NotMeasured] | str
    """The kind of failure, or how the reply ends."""
    tries: int = 1
    note: str = ""
    """Words of the message, a regular expression."""
    span: str = "2"
    """The requests that it befalls: from the article's first, after the proof, for good."""

    @property
    def trigger(self) -> str:
        """The scenario as the double takes it."""
        return f"{self.scenario}:{self.span}"

    @property
    def base(self) -> str:
        """The model of the shared double that meets it."""
        return f"double/{self.trigger}/"


ROWS = [
    Row("length", "length"),
    Row("content-filter", "filtered"),
    Row("azure-filter", "filtered"),
    Row("refusal", "refused"),
    Row("empty", "empty"),
    Row("null-content", "empty"),
    Row("surrogate", "stop"),
    Row("timings", "stop"),
    Row("echo", "stop"),
    Row("rate-seconds", "stop", 4, span="2-4"),
    Row("loading", "stop", 3, span="2-3"),
    Row("empty-500", "stop", 3, span="2-3"),
    Row("cut-body", "stop", 2, span="2-2"),
    Row("abort", "stop", 2, span="2-2"),
    Row("rate-seconds", ServerBusy, 6, "Rate limit reached"),
    Row("rate-ms", ServerBusy, 6, "Rate limit reached"),
    Row("rate-words", ServerBusy, 6, "try again in 3ms"),
    Row("rate-hour", ServerBusy, 1, "Rate limit reached"),
    Row("quota", QuotaExhausted, 1, "exceeded your current quota"),
    Row("payment", QuotaExhausted, 1, "Insufficient balance"),
    Row("loading", ServerBusy, 6, "Loading model"),
    Row("context-full", PromptTooLong, 1, "the context was full after 40 of 1024 tokens"),
    Row("half-read", PromptCut, 1, "it was cut; shorten the article"),
    Row("reasoning", ReplyMisplaced, 1, "`reasoning_content`"),
    Row("reasoning-other", ReplyMisplaced, 1, "`reasoning`"),
    Row("tool-calls", ReplyUnreadable, 1, "called a tool"),
    Row("unknown-finish", ReplyUnreadable, 1, "ended with 'eos_token'"),
    Row("no-finish", ReplyUnfinished, 2, "ended the reply early"),
    Row("abort", ReplyUnfinished, 2, r"ended the reply early \(abort\)"),
    Row("thoughts-only", ReplyMisplaced, 1, "`reasoning_content`"),
    Row("no-choices", ReplyUnreadable, 1, "no choices"),
    Row("no-message", ReplyUnreadable, 1, "no message"),
    Row("no-usage", ReplyUnreadable, 1, "no counts of tokens"),
    Row("wrong-counts", ReplyUnreadable, 1, "no counts of tokens"),
    Row("wrong-types", ReplyUnreadable, 1, "of type int where a text"),
    Row("list-body", ReplyUnreadable, 1, "a list where an object"),
    Row("not-json", ReplyUnreadable, 1, "base_url"),
    Row("not-utf8", ReplyUnreadable, 1, "base_url"),
    Row("deep-json", ReplyUnreadable, 1, "base_url"),
    Row("error-200", ServerFailed, 3, "upstream died"),
    Row("html-502", ServerFailed, 3, "502 Bad Gateway"),
    Row("empty-500", ServerFailed, 3, "it gave no reason"),
    Row("list-500", ServerFailed, 3, "went"),
    Row("overloaded", ServerFailed, 3, "Overloaded"),
    Row("bad-request", RequestRefused, 1, "top_p must be"),
    Row("gone", ModelUnavailable, 1, "does not exist"),
    Row("forbidden", AccessDenied, 1, f"is the key in {VARIABLE} right"),
    Row("wrong-key", AccessDenied, 1, r"Incorrect API key provided: \*\*\*\."),
    Row("late-key", ServerFailed, 3, r"\(500\): x+"),
    Row("escaped-key", ServerFailed, 3, r"bad \*\*\*"),
    Row("moved", Redirected, 1, r"points to http://127.0.0.1:9/v1\?key=\*\*\*; nothing was sent"),
    Row("close-early", ConnectionBroken, 3, "broke"),
    Row("reset", ConnectionBroken, 3, "broke"),
    Row("cut-body", ConnectionBroken, 3, "broke"),
    Row("trickle", AnswerTimeout, 1, "raise `timeout`"),
]


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A double with a model for each scenario that befalls an article."""
    folder = tmp_path_factory.mktemp("double")
    rules = [{"model": row.base, "scenario": row.trigger} for row in ROWS]
    names = ",".join([BASE, *(row.base for row in ROWS)])
    flags = ("--models", names, "--key", KEY)
    with openai_double(*flags, answers=rules, folder=folder, log=folder / "log") as started:
        yield started


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is where the entries say."""
    monkeypatch.setenv(VARIABLE, KEY)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.trigger)
def test_each_fault_has_its_outcome(double: Double, tmp_path: Path, row: Row) -> None:
    """Failure or reply, tries and words are those of the table; nothing failed is stored, no key is told."""
    spec = spec_at(
        double, row.base, key_env=VARIABLE, timeout=0.3 if row.scenario == "trickle" else 9
    )
    told: list[str] = []
    batch = Batch(row.base, partial(open_engine, spec, None), spec, local=False, requests=[REQUEST])
    sources = Sources(Store(tmp_path / "store"), Mode.AUTO, tmp_path / "answers")
    limits = Limits(patience=Patience(first=0.0))
    *_, event = fill([batch], RECIPE, sources, threading.Event(), told.append, limits)
    asked = [body for body in double.bodies("/v1/chat/completions") if body["model"] == row.base]

    assert len(asked) - 1 == row.tries
    assert KEY[:8] not in repr((event, told))
    stored = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.json")]
    if isinstance(row.outcome, str):
        assert isinstance(event, Obtained)
        assert (event.stored.reply.finish, event.tries) == (row.outcome, row.tries)
        assert len(stored) == 1
        assert KEY[:8] not in stored[0]
    else:
        assert isinstance(event, Failed)
        assert (event.kind, event.tries) == (row.outcome.__name__, row.tries)
        assert event.message == " ".join(event.message.split())
        assert spec.base_url in event.message
        assert re.search(row.note, event.message)
        assert not stored


def test_every_scenario_has_a_test() -> None:
    """A fault that nobody meets proves nothing."""
    source = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in TABLE if not re.search(f'"{name}[":]', source)] == []


def test_what_is_sent_is_what_the_key_of_an_answer_has(tmp_path: Path) -> None:
    """System prompt, schema where the API wants it, and the identity's options: no more, no less."""
    with (
        openai_double("--models", BASE, log=tmp_path / "log") as double,
        engine_at(double, key_env=VARIABLE, options={"top_k": 1}) as engine,
    ):
        identity = engine.identify(RECIPE, quiet)
        reply = ask(engine)
        _, asked = double.bodies("/v1/chat/completions")
        sent = double.log()[-1]["headers"]

    assert asked == {
        "model": BASE,
        "messages": [
            {"role": "system", "content": RECIPE.system},
            {"role": "user", "content": REQUEST.prompt},
        ],
        "stream": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": dict(TASK.schema)},
        },
        **identity.options,
    }
    assert identity.options == {**PINNED, "top_k": 1}
    assert isinstance(sent, dict)
    assert {name.lower(): value for name, value in sent.items()}["authorization"] == f"Bearer {KEY}"
    assert reply.finish == "stop"
    assert read(reply, TASK).conforms
    assert reply.answered_by == "gpt-tiny-2026-11-01 fp_double"
    assert None not in (reply.prompt_tokens, reply.reply_tokens)


def test_nothing_of_the_environment_goes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without key_env no key is sent, not even OPENAI_API_KEY, and never whose account it is."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"Authorization: Bearer {KEY}\nX-Key: {KEY}")
    with (
        openai_double("--models", BASE, log=tmp_path / "log") as double,
        engine_at(double) as engine,
    ):
        ask(engine)
        log = double.log()

    assert len(log) == 3
    assert KEY not in json.dumps(log)
    assert not any("authorization" in json.dumps(entry["headers"]).lower() for entry in log)


def test_without_a_schema_none_is_sent(tmp_path: Path) -> None:
    """--unconstrained asks for free text, and proves nothing."""
    with (
        openai_double("--models", BASE, log=tmp_path / "log") as double,
        engine_at(double) as engine,
    ):
        reply = ask(engine, replace(RECIPE, schema={}))
        (asked,) = double.bodies("/v1/chat/completions")

    assert "response_format" not in asked
    assert reply.text == "No model wrote this sentence."


def test_a_schema_that_is_ignored_is_found_out() -> None:
    """A server that does not hold the model to the schema is not asked about articles."""
    with (
        openai_double("--models", BASE, "--scenario", "free") as double,
        engine_at(double) as engine,
        pytest.raises(SchemaNotEnforced, match="No model wrote this"),
    ):
        ask(engine)


def test_a_schema_without_lengths_can_be_had(tmp_path: Path) -> None:
    """Where a strict mode refuses maxLength, the message names the option that leaves it out."""
    with openai_double(
        "--models", BASE, "--scenario", "no-lengths", log=tmp_path / "log"
    ) as double:
        with (
            engine_at(double) as engine,
            pytest.raises(SchemaNotEnforced, match=r"not permitted.*options: length_limits: false"),
        ):
            ask(engine)
        with engine_at(double, options={"length_limits": False}) as engine:
            reply = ask(engine)
            identity = engine.identify(RECIPE, quiet)
        sent = json.dumps(double.bodies("/v1/chat/completions")[-1])

    assert read(reply, TASK).conforms
    assert identity.options["length_limits"] is False
    assert "length_limits" not in sent
    assert "maxItems" not in sent


def test_a_model_that_reasons_can_be_asked(tmp_path: Path) -> None:
    """It refuses temperature and max_tokens; the messages say what to set, and then it answers."""
    flags = ("--models", BASE, "--scenario", "reasoning-model")
    with openai_double(*flags, log=tmp_path / "log") as double:
        with (
            engine_at(double) as engine,
            pytest.raises(
                RequestRefused, match=r"set options: max_completion_tokens in models\.yaml"
            ),
        ):
            ask(engine)
        options: dict[str, object] = {"max_completion_tokens": 4000}
        with (
            engine_at(double, options=options) as engine,
            pytest.raises(RequestRefused, match="set options: temperature: null"),
        ):
            ask(engine)
        with engine_at(double, options={**options, "temperature": None}) as engine:
            assert ask(engine).finish == "stop"
        *_, proof, asked = double.bodies("/v1/chat/completions")

    # It may reason for any number of tokens before the first word of the proof.
    assert proof["max_completion_tokens"] == asked["max_completion_tokens"] == 4000
    assert "temperature" not in asked


@pytest.mark.parametrize(
    ("scenario", "problem"),
    [
        ("models-404", ""),
        ("models-bare", ""),
        ("models-empty", ""),
        ("models-loading", ""),
        ("models-other", r"does not list gpt-tiny; it has other-.* and 12 more: set base of gpt"),
        ("models-html", "something else than the API promises"),
        ("models-denied", r"Incorrect API key provided: \*\*\*.*is the key in SLM_TEST_KEY right"),
    ],
)
def test_presence_tells_what_is_there(scenario: str, problem: str) -> None:
    """A server without a list, or still loading, is there; one that lists others, or shuts us out, is no use."""
    with (
        openai_double("--models", BASE, "--scenario", scenario) as double,
        engine_at(double, key_env=VARIABLE) as engine,
    ):
        found = engine.presence()

    assert found.pulled == (not problem)
    assert re.search(problem, found.problem)
    assert bool(found.problem) == bool(problem)


def test_nobody_there_is_one_line() -> None:
    """A server that has ended is named with its address and what to look at, before a run and in it."""
    with (
        openai_double("--models", BASE, "--scenario", "die:2") as double,
        engine_at(double) as engine,
    ):
        with pytest.raises(ConnectionBroken):
            ask(engine)
        double.process.wait(10)
        with pytest.raises(ServerUnreachable, match=r"no server answers at .*/v1 .*base_url right"):
            engine.ask(REQUEST)
        problem = engine.presence().problem

    assert problem.startswith(f"no server answers at {double.address}/v1")
    assert "\n" not in problem


def test_the_identity_is_the_name_and_what_is_told_with_it() -> None:
    """Facts about weights are told, a path of the server's machine and its start time are not."""
    with (
        openai_double("--models", BASE, "--scenario", "models-described") as double,
        engine_at(double) as engine,
    ):
        first, second = (engine.identify(RECIPE, quiet) for _ in range(2))

    where = double.address.removeprefix("http://")
    assert first == second
    assert (first.engine, first.base, first.server) == ("openai", BASE, f"{where}/v1 (double)")
    assert first.digest == "by name: gpt-tiny; n_params 3821079552; size 2176177152"
    assert first.machine == {"context": 4096}


def test_an_article_that_does_not_fit_is_not_asked_about(tmp_path: Path) -> None:
    """What surely does not fit is refused here, a closer call by the server; neither is an answer."""
    close_call = Request("gpt", "harbour", "Harbour Dental lost 4,120 files. " * 150)
    too_long = Request("gpt", "harbour", "Harbour Dental lost 4,120 files. " * 900)
    with (
        openai_double("--models", BASE, "--context", "2048", log=tmp_path / "log") as double,
        engine_at(double) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(PromptTooLong, match="the context is 2048; shorten the article"):
            engine.ask(too_long)
        asked = double.count("/v1/chat/completions")
        with pytest.raises(PromptTooLong, match=r"maximum context length is 2048.*; shorten"):
            engine.ask(close_call)

    assert asked == 1


def test_an_empty_prompt_is_refused_here() -> None:
    """There is nothing to be asked about an article without text."""
    with (
        openai_double("--models", BASE) as double,
        engine_at(double) as engine,
        pytest.raises(PromptEmpty),
    ):
        engine.ask(Request("gpt", "harbour", " \n"))


@pytest.mark.parametrize(("value", "said"), [("Unknown", "Unknown"), ("Unknown-7", "***")])
def test_a_word_for_a_key_changes_no_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    """Local servers are given any word for a key; only what can be a secret is blotted out of a reply."""
    monkeypatch.setenv(VARIABLE, value)
    rules = [{"contains": "Harbour", "reply": {"cause": value}}]
    with (
        openai_double("--models", BASE, "--key", value, answers=rules, folder=tmp_path) as double,
        engine_at(double, key_env=VARIABLE) as engine,
    ):
        reply = ask(engine)

    assert read(reply, TASK).values["cause"] == said


def test_the_end_of_a_run_ends_the_wait_for_tokens(double: Double, tmp_path: Path) -> None:
    """What has to wait for its minute is not asked any more, and is said not to have been."""
    spec = spec_at(double, key_env=VARIABLE, tokens_per_minute=1, concurrency=2)
    requests = [REQUEST, replace(REQUEST, article="mill"), replace(REQUEST, article="final")]
    batch = Batch("gpt", partial(open_engine, spec, None), spec, local=False, requests=requests)
    sources = Sources(Store(tmp_path / "store"), Mode.AUTO, tmp_path / "answers")
    stop = threading.Event()
    events: list[Obtained | Failed] = []
    for event in fill([batch], RECIPE, sources, stop, quiet):
        if isinstance(event, Obtained | Failed):
            events.append(event)
            stop.set()

    assert [type(event) for event in events] == [Obtained, Failed]
    assert isinstance(events[1], Failed)
    assert events[1].kind == "NotAsked"


def test_several_are_asked_at_once(tmp_path: Path) -> None:
    """As many as the entry says, and each gets the reply to its own article."""
    articles = ["harbour", "mill", "final", "court"]
    rules = [
        {"contains": f"about {name}", "reply": {"cause": name}, "scenario": "gathered"}
        for name in articles
    ]
    flags = ("--models", BASE, "--gather", str(len(articles)))
    with openai_double(*flags, answers=rules, folder=tmp_path) as double:
        spec = spec_at(double, concurrency=len(articles))
        requests = [Request("gpt", name, f"A story about {name}. " * 9) for name in articles]
        batch = Batch("gpt", partial(open_engine, spec, None), spec, local=False, requests=requests)
        sources = Sources(Store(tmp_path / "store"), Mode.AUTO, tmp_path / "answers")
        _, *events = fill([batch], RECIPE, sources, threading.Event(), quiet)

    replies = {e.article: e.stored.reply.text for e in events if isinstance(e, Obtained)}
    assert {name: json.loads(text)["cause"] for name, text in replies.items()} == {
        name: name for name in articles
    }
