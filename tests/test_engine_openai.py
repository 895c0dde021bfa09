"""The openai engine against the double, through the official client.

What becomes of each fault of a server is in ``tests/failures``; here is what is sent, and what is told of it.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from slm_harness.asking import Batch, Failed, Mode, Obtained, Sources, fill
from slm_harness.breach import TASK
from slm_harness.engines import open_engine, sampled
from slm_harness.engines.context import Gauge
from slm_harness.engines.openai.engine import OpenAIEngine
from slm_harness.engines.openai.options import PINNED
from slm_harness.engines.openai.reply import checked_reply
from slm_harness.engines.proof import PROMPT
from slm_harness.engines.statuses import Advice
from slm_harness.errors import (
    ConnectionBroken,
    PromptEmpty,
    PromptTooLong,
    RequestRefused,
    SchemaNotEnforced,
    ServerUnreachable,
)
from slm_harness.reading import read
from slm_harness.records import Layout, ModelSpec, Recipe, Reply, Request
from slm_harness.store import Store
from tests.doubles import Double, StandingDouble, openai_double

KEY = "sk-planted-0123456789abcdef"
VARIABLE = "SLM_TEST_KEY"
RECIPE = Recipe(task="breach", system="Answer nine questions.", schema=TASK.schema)
REQUEST = Request("gpt", "harbour", "Harbour Dental lost 4,120 files. " * 20)
BASE = "gpt-tiny"
ADVICE = Advice(context="", access="")


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


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is where the entries say."""
    monkeypatch.setenv(VARIABLE, KEY)


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


@pytest.mark.parametrize(
    ("options", "seeds"),
    [({"seed": 7}, [7, 8, 9]), ({"seed": None}, [None] * 3)],
    ids=["seed", "no seed"],
)
def test_samples_differ_by_their_seeds(
    tmp_path: Path, options: Mapping[str, object], seeds: list[int | None]
) -> None:
    """Drawn at 0.7 by the pinned seed and those after it; by none where the entry sends none."""
    drawn = sampled(ModelSpec("m", "openai", BASE, options)).options
    with (
        openai_double("--models", BASE, log=tmp_path / "log") as double,
        engine_at(double, options=drawn) as engine,
    ):
        engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        for sample in range(3):
            engine.ask(replace(REQUEST, sample=sample))
        asked = double.bodies("/v1/chat/completions")[1:]

    assert [body.get("seed") for body in asked] == seeds
    assert {(body["temperature"], body["top_p"], "top_k" in body) for body in asked} == {
        (0.7, 1.0, False)
    }


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
def test_presence_tells_what_is_there(
    standing_openai: StandingDouble, scenario: str, problem: str
) -> None:
    """A server without a list, or still loading, is there; one that lists others, or shuts us out, is no use."""
    double = standing_openai.serve("--models", BASE, "--scenario", scenario)
    with engine_at(double, key_env=VARIABLE) as engine:
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


def test_the_end_of_a_run_ends_the_wait_for_tokens(
    standing_openai: StandingDouble, tmp_path: Path
) -> None:
    """What has to wait for its minute is not asked any more, and is said not to have been."""
    double = standing_openai.serve("--models", BASE)
    spec = spec_at(double, tokens_per_minute=1, concurrency=2)
    requests = [REQUEST, replace(REQUEST, article="mill"), replace(REQUEST, article="final")]
    batch = Batch("gpt", partial(open_engine, spec, None), spec, local=False, requests=requests)
    sources = Sources(Store(tmp_path / "store"), Mode.AUTO, tmp_path / "answers")
    stop = threading.Event()
    events: list[Obtained | Failed] = []
    for event in fill([batch], RECIPE, sources, stop, quiet):
        if isinstance(event, Obtained | Failed):
            events.append(event)
            stop.set()

    first, *others = events
    assert isinstance(first, Obtained)
    # One or two: the third may have waited for its minute as well, or for a turn, of which nothing is told.
    assert [event.kind for event in others if isinstance(event, Failed)] in (
        ["NotAsked"],
        ["NotAsked", "NotAsked"],
    )


def test_a_double_that_is_told_nonsense_stays_what_it_was(
    standing_openai: StandingDouble,
) -> None:
    """A row with a wrong flag fails, instead of being played by a server without faults."""
    double = standing_openai.serve("--models", BASE)

    with pytest.raises(ValueError, match="does not take"):
        standing_openai.serve("--scenario", "no-such")
    with engine_at(double) as engine:
        assert engine.presence().pulled


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


@pytest.mark.parametrize(
    ("usage", "timings", "cached"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 60}}, {"cache_n": 50}, 60),
        ({}, {"cache_n": 50}, 50),
        ({"prompt_tokens_details": None}, {"cache_n": 0}, 0),
        ({"prompt_tokens_details": {"cached_tokens": 101}}, None, None),
        ({"prompt_tokens_details": {"cached_tokens": -1}}, None, None),
        ({"prompt_tokens_details": {"cached_tokens": True}}, None, None),
        ({"prompt_tokens_details": [60]}, [50], None),
        ({}, None, None),
    ],
)
def test_what_was_cached_is_what_the_server_counts(
    usage: Mapping[str, object], timings: object, cached: int | None
) -> None:
    """As the API has it, else as llama.cpp does; a count that can be none is not told, and no failure."""
    body = {
        "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 2, **usage},
        "timings": timings,
    }
    gauge = Gauge(None, 0, "", "")
    reply = checked_reply(body, gauge, replace(REQUEST, prompt="a " * 200), "there", 1.0, ADVICE)

    assert (reply.prompt_tokens, reply.cached_tokens) == (100, cached)


def test_article_first_is_one_message_after_the_preamble(tmp_path: Path) -> None:
    """The article in its tags, then the questions; the test of the schema is put in the same way, once."""
    recipe = Recipe("breach", "Read.\n", TASK.schema, Layout.ARTICLE_FIRST, '- "cause": Why?\n')
    other = replace(recipe, questions='- "cause": What happened?\n')
    with (
        openai_double("--models", BASE, log=tmp_path / "log") as double,
        engine_at(double) as engine,
    ):
        answered = [
            engine.build(engine.identify(one, quiet), one, quiet).machine["answered by"]
            for one in (recipe, recipe, other)
        ]
        engine.ask(REQUEST)
        proof, asked = double.bodies("/v1/chat/completions")

    for body, message in ((proof, recipe.message(PROMPT)), (asked, other.message(REQUEST.prompt))):
        assert body["messages"] == [
            {"role": "system", "content": "Read.\n"},
            {"role": "user", "content": message},
        ]
    assert len(set(answered)) == 1
    assert answered[0]
