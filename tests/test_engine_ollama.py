"""The ollama engine against the double, through the real client: which model it is, and how it is built."""

from dataclasses import replace
from pathlib import Path

import pytest

from slm_harness.breach import TASK
from slm_harness.engines.context import LEAST_WINDOW
from slm_harness.engines.ollama.options import PINNED, WINDOW
from slm_harness.engines.proof import FIELD, PROMPT, TOKENS
from slm_harness.errors import (
    AnswerTimeout,
    ModelUnavailable,
    NotMeasured,
    OutOfMemory,
    PromptEmpty,
    SchemaNotEnforced,
)
from slm_harness.reading import read
from slm_harness.records import Layout, Recipe
from tests.doubles import ollama_double
from tests.ollama_engine import RECIPE, REQUEST, ask, engine_at, quiet

SENT = {**PINNED, WINDOW: LEAST_WINDOW}


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
        load, proof, asked = double.bodies("/api/generate")
        pulls = double.count("/api/pull")
        loads = [entry["loaded"] for entry in double.log() if entry["path"] == "/api/generate"]

    assert (pulls, loads) == (1, [True, False, False])
    assert (created["from"], created["system"]) == ("phi3:latest", RECIPE.system)
    assert created["model"] == identity.serves
    assert load["prompt"] == ""
    assert load["options"] == asked["options"] == SENT
    assert (proof["prompt"], proof["options"]) == (PROMPT, {**SENT, "num_predict": TOKENS})
    assert FIELD in str(proof["format"])
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


def test_the_context_fits_the_longest_article(monkeypatch: pytest.MonkeyPatch) -> None:
    """System prompt, longest article, reply and template, in whole steps of 4096 tokens."""
    with (
        ollama_double("--models", "phi3", "--context-length", "131072") as double,
        engine_at(double, monkeypatch, longest=9000) as engine,
    ):
        assert engine.identify(RECIPE, quiet).options[WINDOW] == 12288


def test_a_base_in_another_case_is_built_upon_as_the_server_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``from`` is looked up in its very case: in another, the server would go and pull."""
    with (
        ollama_double("--models", "phi3", log=tmp_path / "log") as double,
        engine_at(double, monkeypatch, base="Phi3") as engine,
    ):
        reply = ask(engine)
        (created,) = double.bodies("/api/create")

    assert created["from"] == "phi3:latest"
    assert reply.finish == "stop"


def test_what_the_base_brings_along_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters that ours do not override stay in force, and so do messages; its system does not."""
    with (
        ollama_double("--models", "phi3", "--scenario", "base-leftovers") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        told: list[str] = []
        inherited = dict(engine.identify(RECIPE, told.append).inherited)

    messages = inherited.pop("messages")
    assert list(inherited.items()) == [
        ("penalize_newline", False),
        ("stop", ["<|end|>", 'a "b"\n']),
        ("system", "replaced"),
        ("use_mmap", True),
    ]
    assert isinstance(messages, dict)
    assert messages["count"] == 1
    assert told == ["phi3 has messages of its own, which stay in front of every prompt"]


def test_stop_words_of_a_base_are_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server tells them in random order, and they are the same all the same."""
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        found = [engine.identify(RECIPE, quiet).inherited for _ in range(8)]

    assert found == [{"stop": ["<|assistant|>", "<|end|>", "<|user|>"]}] * 8


def test_an_option_of_ours_is_not_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that sets ``stop`` replaces that of the base."""
    with (
        ollama_double("--models", "phi3") as double,
        engine_at(double, monkeypatch, options={"stop": ["END"]}) as engine,
    ):
        assert engine.identify(RECIPE, quiet).inherited == {}


def test_the_built_model_tells_what_it_was_loaded_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Context, share on the GPU, digest of the custom model, and what it is capable of."""
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        found = engine.identify(RECIPE, quiet)
        machine = engine.build(found, RECIPE, quiet).machine

    assert (machine["context"], machine["gpu share"]) == (LEAST_WINDOW, 1.0)
    assert len(str(machine["built"])) == 64
    assert machine["built"] != found.digest
    assert machine["capabilities"] == ["completion"]


def test_an_older_server_tells_no_capabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no reason not to ask."""
    with (
        ollama_double("--models", "phi3", "--scenario", "no-capabilities") as double,
        engine_at(double, monkeypatch) as engine,
    ):
        built = engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)

    assert "capabilities" not in built.machine


def test_a_model_that_another_recipe_loaded_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of one base share a runner, which is listed under the name of whoever loaded it first."""
    other = Recipe("breach", "Answer in other words.", TASK.schema)
    with ollama_double("--models", "phi3", "--scenario", "shrunk-context:2") as double:
        with engine_at(double, monkeypatch) as engine:
            engine.build(engine.identify(RECIPE, quiet), RECIPE, quiet)
        with engine_at(double, monkeypatch) as engine:
            found = engine.identify(other, quiet)
            with pytest.raises(ModelUnavailable, match="shrank the context"):
                engine.build(found, other, quiet)


def test_a_base_that_changed_meanwhile_is_not_built_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between finding out which model it is and building on it, somebody may have pulled anew."""
    with ollama_double("--models", "phi3,mistral") as double:
        with engine_at(double, monkeypatch, base="mistral") as engine:
            other = engine.identify(RECIPE, quiet)
        with engine_at(double, monkeypatch) as engine:
            found = replace(engine.identify(RECIPE, quiet), digest=other.digest)
            with pytest.raises(ModelUnavailable, match="was changed or removed"):
                engine.build(found, RECIPE, quiet)


@pytest.mark.parametrize("base", ["gpt-oss:cloud", "gpt-oss:120b-cloud", "Qwen:Cloud"])
def test_a_cloud_model_is_refused(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """It is passed on to a server that enforces no schema, and nobody knows its weights."""
    with (
        ollama_double("--models", base) as double,
        engine_at(double, monkeypatch, base=base) as engine,
        pytest.raises(ModelUnavailable, match=r"runs at ollama.com and not on this server"),
    ):
        engine.identify(RECIPE, quiet)


@pytest.mark.parametrize(
    ("scenario", "kind", "message"),
    [
        ("bare-template", ModelUnavailable, "drops the system prompt"),
        ("no-completion", ModelUnavailable, "does not generate text"),
        ("create-error", NotMeasured, "building breach-analyzer-phi3"),
        ("load-oom", OutOfMemory, "out-of-memory"),
        ("remote-model", ModelUnavailable, "runs at https://ollama.com:443"),
        ("schema-violation", SchemaNotEnforced, "does not hold its replies to the schema"),
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


def test_a_load_that_comes_to_no_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading has a limit of its own, the longer of it and the entry's time-out."""
    with (
        ollama_double("--models", "phi3", "--scenario", "load-stuck") as double,
        engine_at(double, monkeypatch, timeout=0.1) as engine,
        pytest.raises(AnswerTimeout, match=r"did not load phi3 within 0.6 s"),
    ):
        ask(engine)


def test_article_first_makes_one_model_for_all_wordings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The custom model has the preamble; the questions go with the article, and the schema is proven once."""
    one = Recipe("breach", "Read.\n", TASK.schema, Layout.ARTICLE_FIRST, '- "cause": Why?\n')
    other = replace(one, questions='- "cause": What happened?\n')
    with ollama_double("--models", "phi3", log=tmp_path / "log") as double:
        with engine_at(double, monkeypatch) as engine:
            for recipe in (one, other):
                engine.build(engine.identify(recipe, quiet), recipe, quiet)
                engine.ask(REQUEST)
        (created,) = double.bodies("/api/create")
        proofs = [b for b in double.bodies("/api/generate") if PROMPT in str(b["prompt"])]
        prompts = double.prompts()

    assert created["system"] == "Read.\n"
    assert prompts == [recipe.message(REQUEST.prompt) for recipe in (one, other)]
    assert [body["prompt"] for body in proofs] == [one.message(PROMPT)]


def test_an_empty_article_is_refused_in_either_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions after it make no article of it."""
    recipe = Recipe("breach", "Read.\n", TASK.schema, Layout.ARTICLE_FIRST, '- "cause": Why?\n')
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        engine.build(engine.identify(recipe, quiet), recipe, quiet)
        with pytest.raises(PromptEmpty):
            engine.ask(replace(REQUEST, prompt=" \n"))


def test_ollama_tells_the_time_of_reading_and_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it need not read again is not known, only how long reading took."""
    with ollama_double("--models", "phi3") as double, engine_at(double, monkeypatch) as engine:
        reply = ask(engine)

    assert reply.cached_tokens is None
    assert reply.prompt_seconds is not None
