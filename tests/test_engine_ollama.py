"""The ollama engine against the double, through the real client: nothing is silently wrong."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import ollama
import pydantic
import pytest

from slm_harness.breach import TASK
from slm_harness.engines import open_engine, why_other_model
from slm_harness.engines.ollama import OllamaEngine, derived_name
from slm_harness.engines.ollama_border import translated
from slm_harness.engines.ollama_options import PINNED
from slm_harness.errors import (
    AnswerTimeout,
    ModelsError,
    ModelUnavailable,
    NotMeasured,
    PromptCut,
    PromptEmpty,
    PromptTooLong,
    ReplyUnreadable,
    ServerFailed,
    ServerUnreachable,
    SettingsError,
)
from slm_harness.reading import read
from slm_harness.records import Identity, ModelSpec, Recipe, Reply, Request
from tests.doubles import Double, ollama_double

RECIPE = Recipe(task="breach", system="Answer nine questions.", schema=TASK.schema)
REQUEST = Request("phi3", "harbour", "Harbour Dental lost 4,120 files. " * 20)


def quiet(_: str) -> None:
    """Shows nothing."""


@contextmanager
def engine_at(
    double: Double, monkeypatch: pytest.MonkeyPatch, **fields: object
) -> Iterator[OllamaEngine]:
    """An engine for phi3 that speaks to a double."""
    monkeypatch.setenv("OLLAMA_HOST", double.address)
    spec = ModelSpec(name="phi3", engine="ollama", base="phi3", **fields)  # type: ignore[arg-type]
    with closing(open_engine(spec, None)) as engine:
        assert isinstance(engine, OllamaEngine)
        yield engine


def ask(engine: OllamaEngine) -> Reply:
    """Identify, build, ask."""
    engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
    return engine.ask(REQUEST)


def test_a_missing_base_is_pulled_built_upon_and_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pull, create, load, generate: each once, with the whole recipe in what is sent."""
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", log=log) as double:
        with engine_at(double, monkeypatch) as engine:
            identity = engine.identify(RECIPE, quiet)
            engine.build(identity, RECIPE, quiet)
            reply = engine.ask(REQUEST)
        (created,) = double.bodies("/api/create")
        load, asked = double.bodies("/api/generate")
        pulls = double.count("/api/pull")

    assert pulls == 1
    assert (created["from"], created["system"]) == ("phi3", RECIPE.system)
    assert created["model"] == identity.serves
    assert load["prompt"] == ""
    assert load["options"] == asked["options"] == dict(PINNED)
    assert asked["format"] == dict(TASK.schema)
    assert (asked["stream"], asked["think"], asked["shift"], asked["truncate"]) == (False,) * 4
    assert "system" not in asked
    assert reply.finish == "stop"
    assert read(reply, TASK).conforms
    assert reply.reply_tokens is not None


def test_a_second_engine_builds_nothing_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One recipe is created once, whoever asks later."""
    with ollama_double("--models", "phi3", log=tmp_path / "log") as double:
        for _ in range(2):
            with engine_at(double, monkeypatch) as engine:
                ask(engine)
        creations = double.count("/api/create")

    assert creations == 1


def test_the_identity_is_the_content_and_not_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version, digest, template and every option are found out before anything is asked."""
    with (
        ollama_double("--models", "phi3", "--version", "0.33.1", log=tmp_path / "log") as double,
        engine_at(double, monkeypatch, options={"num_ctx": 4096}) as engine,
    ):
        identity = engine.identify(RECIPE, quiet)
        asked = double.count("/api/generate")

    assert (identity.engine, identity.server, identity.base) == ("ollama", "0.33.1", "phi3")
    assert len(identity.digest) == 64
    assert identity.options == {**PINNED, "num_ctx": 4096}
    assert asked == 0


def test_the_context_is_what_the_model_was_trained_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would clamp a larger one in silence; one that the user set is refused instead."""
    with ollama_double("--models", "phi3", "--context-length", "2048") as double:
        with engine_at(double, monkeypatch) as engine:
            assert engine.identify(RECIPE, quiet).options["num_ctx"] == 2048
        with (
            engine_at(double, monkeypatch, options={"num_ctx": 4096}) as engine,
            pytest.raises(ModelUnavailable, match=r"num_ctx 4096 is more than the 2048"),
        ):
            engine.identify(RECIPE, quiet)


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
        with pytest.raises(PromptRefused, match=r"harbour: .*num_ctx higher"):
            engine.ask(long)


FAULTS: list[tuple[str, type[NotMeasured], str]] = [
    ("done-false", ServerFailed, "ended the reply early"),
    ("cut-body", ServerFailed, "the connection to .* broke"),
    ("close-early", ServerFailed, "the connection to .* broke"),
    ("die", ServerFailed, "the connection to .* broke"),
    ("busy-503", ServerFailed, "server busy"),
    ("runner-500", ServerFailed, "unexpectedly stopped"),
    ("nested-json-400", PromptRefused, "refused the request"),
    ("empty-403", ServerUnreachable, "refuses us"),
    ("html-502", ServerFailed, "502"),
    ("list-error", ReplyUnreadable, "something else than Ollama's API"),
    ("null-error", ReplyUnreadable, "something else than Ollama's API"),
    ("error-200", ReplyUnreadable, "200 with no reply"),
    ("thinking", ReplyUnreadable, "in `thinking`"),
    ("truncated-counts", PromptRefused, "it was cut"),
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
        ollama_double("--models", "phi3", "--scenario", scenario) as double,
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
        ollama_double("--models", "phi3", "--scenario", scenario) as double,
        engine_at(double, monkeypatch) as engine,
    ):
        reply = ask(engine)

    assert reply.finish == finish
    assert problem in read(reply, TASK).problem


@pytest.mark.parametrize("scenario", ["trailing-space", "huge-line", "nel"])
def test_an_odd_reply_that_is_whole_is_read(monkeypatch: pytest.MonkeyPatch, scenario: str) -> None:
    """Trailing white space, megabytes on a line and U+0085 lose no answer."""
    with (
        ollama_double("--models", "phi3", "--scenario", scenario) as double,
        engine_at(double, monkeypatch) as engine,
    ):
        assert read(ask(engine), TASK).values


def test_no_answer_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would wait for ever; the entry's time-out ends it."""
    with (
        ollama_double("--models", "phi3", "--delay", "5") as double,
        engine_at(double, monkeypatch, timeout=0.3) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with pytest.raises(AnswerTimeout, match="raise `timeout`"):
            engine.ask(REQUEST)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("pull-midstream-error", "cannot be pulled"),
        ("pull-digest-mismatch", "digest mismatch"),
    ],
)
def test_a_pull_that_fails_is_named(
    monkeypatch: pytest.MonkeyPatch, scenario: str, message: str
) -> None:
    """An error in the middle of a pull comes under 200, and is an error all the same."""
    with (
        ollama_double("--pullable", "phi3", "--scenario", scenario) as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(ModelUnavailable, match=message),
    ):
        engine.identify(RECIPE, quiet)


def test_a_base_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that no registry knows says where to look it up."""
    with (
        ollama_double() as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(ModelUnavailable, match=r"phi3 is not there and cannot be pulled.*library"),
    ):
        engine.identify(RECIPE, quiet)


@pytest.mark.parametrize(
    ("scenario", "kind", "message"),
    [
        ("bare-template", ModelUnavailable, "drops the system prompt"),
        ("no-completion", ModelUnavailable, "does not generate text"),
        ("create-error", NotMeasured, "building breach-analyzer-phi3"),
        ("load-oom", ServerFailed, "out-of-memory"),
        ("shrunk-context", ModelUnavailable, "shrank the context"),
    ],
)
def test_a_model_that_would_answer_wrongly_is_refused_before_it_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    kind: type[NotMeasured],
    message: str,
) -> None:
    """A template without the system prompt, too little memory and the like end the model's run."""
    log = tmp_path / "log"
    with (
        ollama_double("--models", "phi3", "--scenario", scenario, log=log) as double,
        engine_at(double, monkeypatch) as engine,
    ):
        with pytest.raises(kind, match=message):
            ask(engine)
        prompts = [body["prompt"] for body in double.bodies("/api/generate")]

    assert REQUEST.prompt not in prompts


def test_an_empty_prompt_is_refused_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server would take it for a request to load the model and answer with nothing."""
    with (
        ollama_double("--models", "phi3") as double,
        engine_at(double, monkeypatch) as engine,
        pytest.raises(PromptRefused, match="no text"),
    ):
        engine.ask(Request("phi3", "harbour", "  \n"))


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("phi3", "breach-analyzer-phi3"),
        ("llama3.2:3b", "breach-analyzer-llama3.2-3b"),
        ("hf.co/user/Repo-GGUF:Q4_K_M", "breach-analyzer-hf.co-user-Repo-GGUF-Q4_K_M"),
    ],
)
def test_a_custom_model_has_a_name_of_one_part(base: str, name: str) -> None:
    """Slashes and colons of a base would make host and tag of the name."""
    part, _, tag = derived_name("breach", base, "d", "s", PINNED).partition(":")

    assert part == name
    assert len(tag) == 12


def test_a_name_fits_and_tells_recipes_apart() -> None:
    """However long the base, the name is valid; another prompt is another model."""
    one = derived_name("breach", "x" * 200, "d", "one", PINNED)

    assert len(one.partition(":")[0]) == 80
    assert one != derived_name("breach", "x" * 200, "d", "two", PINNED)
    assert one != derived_name("breach", "x" * 200, "e", "one", PINNED)


def test_an_option_that_ollama_ignores_is_refused() -> None:
    """An unknown option would be dropped by the server with no word to anybody."""
    spec = ModelSpec(name="a", engine="ollama", base="a", options={"mirostat": 2})

    with pytest.raises(ModelsError, match="Ollama knows no mirostat"):
        open_engine(spec, None)


@pytest.mark.parametrize(
    ("name", "value"), [("num_ctx", 8192.0), ("num_ctx", "8k"), ("seed", True), ("top_p", "high")]
)
def test_an_option_of_another_type_is_refused(name: str, value: object) -> None:
    """The server cuts fractions off in silence, and fails in the middle over words."""
    spec = ModelSpec(name="a", engine="ollama", base="a", options={name: value})

    with pytest.raises(ModelsError, match=f"options: {name}: .* is no"):
        open_engine(spec, None)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ModelSpec("a", "ollama", "phi3"), ""),
        (ModelSpec("a", "ollama", "phi3", {"num_ctx": 8192}), "its option num_ctx is 8192"),
        (ModelSpec("a", "ollama", "phi3", {"seed": 7}), "its option seed is 7"),
        (ModelSpec("a", "ollama", "llama3"), "its base is llama3"),
        (ModelSpec("a", "baseline", "phi3"), "its engine is baseline"),
    ],
)
def test_an_entry_is_compared_with_what_was_accepted(spec: ModelSpec, reason: str) -> None:
    """Base and options tell whether accepted replies are those of the entry; a clamped context may differ."""
    identity = Identity("ollama", "1", "phi3", "d", options={**PINNED, "num_ctx": 4096})

    found = why_other_model(spec, identity)

    assert reason in found
    assert bool(reason) == bool(found)


@pytest.mark.parametrize("host", ["..:9", "ftp://there", "x" * 70])
def test_an_address_that_cannot_be_spoken_to_is_one_line(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """What is found out only on sending has the same advice."""
    monkeypatch.setenv("OLLAMA_HOST", host)
    with closing(open_engine(ModelSpec(name="a", engine="ollama", base="a"), None)) as engine:
        problem = engine.presence().problem

    assert "OLLAMA_HOST" in problem
    assert "\n" not in problem


def test_an_address_that_is_none_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """OLLAMA_HOST is checked before anything is sent."""
    monkeypatch.setenv("OLLAMA_HOST", "http://[bad")

    with pytest.raises(SettingsError, match=r"OLLAMA_HOST=.http://.bad. is no address"):
        open_engine(ModelSpec(name="a", engine="ollama", base="a"), None)


def test_a_proxy_of_the_environment_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY would catch requests to this very machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        assert engine.presence().pulled


def test_presence_tells_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there is a problem with one line; a base that is not pulled is none."""
    with ollama_double("--pullable", "phi3") as double, engine_at(double, monkeypatch) as engine:
        there = engine.presence()
        double.kill()
        gone = engine.presence()

    assert (there.pulled, there.problem) == (False, "")
    assert "start it with `ollama serve`" in gone.problem


def walk(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from walk(below)


def exception(kind: type[BaseException]) -> BaseException:
    """An instance of a foreign class, whatever its constructor wants."""
    made = kind.__new__(kind, "boom")
    made.args = ("boom",)
    if isinstance(made, ollama.ResponseError):
        made.error, made.status_code = "boom", 500
    return made


FOREIGN = [
    *walk(httpx.HTTPError),
    *walk(httpx.StreamError),
    httpx.InvalidURL,
    ollama.ResponseError,
    ConnectionError,
    ConnectionResetError,
]


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: kind.__name__)
def test_every_foreign_exception_has_a_counterpart(kind: type[BaseException]) -> None:
    """Whatever client and transport raise becomes one of ours, with the server's address in it."""
    with (
        pytest.raises(NotMeasured, match=r"http://there"),
        translated("doing it", "http://there"),
    ):
        raise exception(kind)


def test_a_servers_words_are_made_printable() -> None:
    """An error text is as untrusted as a reply: nothing in it can repaint a terminal."""
    hostile = ollama.ResponseError("out\x1b[2J of\x07 \u202ememory\nnow", 500)
    with pytest.raises(ServerFailed) as caught, translated("doing it", "http://there"):
        raise hostile

    assert caught.value.message == "http://there failed while doing it (500): out[2J of memory now"


def test_a_reply_of_other_types_has_a_counterpart() -> None:
    """A body that the client's models refuse is unreadable, not a crash."""
    with pytest.raises(ReplyUnreadable), translated("doing it", "http://there"):
        pydantic.TypeAdapter(int).validate_python("x")
