"""models.yaml and --model: names that can be markers, faults in one line."""

import json
from pathlib import Path

import pytest

from slm_harness.errors import ModelsError
from slm_harness.models import load_models, parse_model
from slm_harness.records import ModelSpec, Price

ROOT = Path(__file__).resolve().parent.parent


def test_the_repository_names_its_four_models() -> None:
    """phi3, llama3.2, mistral and the baseline, each with origin and licence."""
    models = load_models(ROOT / "evals" / "models.yaml")

    assert list(models) == ["baseline", "phi3", "llama3.2", "mistral"]
    assert all("unknown" not in (spec.origin, spec.licence) for spec in models.values())


def test_a_model_can_be_added_for_one_run() -> None:
    """Everything after the engine is the base, its tag and slashes included."""
    spec = parse_model("gemma=ollama:hf.co/user/Repo-GGUF:Q4_K_M")

    assert (spec.name, spec.engine, spec.base) == ("gemma", "ollama", "hf.co/user/Repo-GGUF:Q4_K_M")


@pytest.mark.parametrize(
    "argument",
    [
        "gemma",
        "gemma=",
        "gemma=ollama",
        "gemma=ollama:",
        "gemma=vllm:x",
        "gemma=openai:x",
        "gemma=openai:@http://127.0.0.1:8000/v1",
        "gemma=openai:x@http://127.0.0.1:8000",
        "gemma=openai:x@ftp://127.0.0.1:8000/v1",
        "a=baseline:b",
        "=ollama:x",
    ],
)
def test_another_form_is_refused(argument: str) -> None:
    """--model takes one form, and says which."""
    with pytest.raises(ModelsError):
        parse_model(argument)


@pytest.mark.parametrize("name", ["gemma3:4b", "a b", "-x", "not", "True", "x" * 81])
def test_a_name_that_cannot_be_a_marker_is_refused(name: str) -> None:
    """A name has to work in ``pytest -m NAME``."""
    with pytest.raises(ModelsError, match="cannot be a pytest marker"):
        parse_model(f"{name}=ollama:x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("models: {}", "models"),
        ("model: {}", "did you mean 'models'"),
        ("models: {a: {engine: ollama}}", "a: base is missing"),
        ("models: {a: {engine: olama, base: x}}", "models.a.engine"),
        ("models: {a: {engine: ollama, base: x, option: {}}}", "did you mean 'options'"),
        ("models: {a: {engine: ollama, base: x, timeout: 0}}", "models.a.timeout"),
        ("models: [a]", "models"),
        ("", "models.yaml: it is to have `models:`"),
        ("- a", "models.yaml: it is to have `models:`"),
        ("models:\n\ta: b", "not YAML: line 2, column 1: "),
        ("models: {a: {engine: !!python/name:os.system , base: x}}", "not YAML"),
        ("a: b: c", "not YAML"),
        (
            "models: {a: {engine: baseline}, a: {engine: baseline}}",
            "line 1, column 33: the key 'a' stands twice",
        ),
        ("models: {a: {engine: ollama, base: x, options: {temperature: .nan}}}", "temperature"),
        ("models: {a: {engine: ollama, base: x, timeout: .inf}}", "models.a.timeout"),
        ("models: {a: {engine: ollama, base: x, sample_temperature: 0}}", "a.sample_temperature"),
        ("models: {a: {engine: ollama, base: x, sample_temperature: hot}}", "sample_temperature"),
        ("models: {a: {engine: baseline, sample_temperature: 1}}", "is for language models"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, content: str, message: str) -> None:
    """The file, the place in it and the nearest valid spelling stand in one line."""
    path = tmp_path / "models.yaml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(ModelsError) as caught:
        load_models(path)

    assert str(path) in caught.value.message
    assert message in caught.value.message
    assert "\n" not in caught.value.message


SERVED = {"engine": "openai", "base": "gpt-tiny", "base_url": "http://127.0.0.1:8000/v1"}


def entry(folder: Path, **changes: object) -> ModelSpec:
    """The entry of a served model, read from a file; None takes a key out."""
    fields = {key: value for key, value in {**SERVED, **changes}.items() if value is not None}
    path = folder / "models.yaml"
    path.write_text(json.dumps({"models": {"gpt": fields}}), encoding="utf-8")
    return load_models(path)["gpt"]


def test_a_served_model_has_an_address_and_a_price(tmp_path: Path) -> None:
    """Address, name of the key's variable, price and pace of an entry reach the engine."""
    spec = entry(
        tmp_path,
        base_url="https://models.example/openai/v1/",
        key_env="OPENAI_API_KEY",
        price={"input": 0.15, "output": 1},
        tokens_per_minute=30_000,
        concurrency=4,
        sample_temperature=1,
        options={"temperature": None, "chat_template_kwargs": {"enable_thinking": False}},
    )

    assert (spec.engine, spec.base) == ("openai", "gpt-tiny")
    assert spec.base_url == "https://models.example/openai/v1"
    assert (spec.key_env, spec.price) == ("OPENAI_API_KEY", Price(0.15, 1.0))
    assert (spec.tokens_per_minute, spec.concurrency) == (30_000, 4)
    assert spec.sample_temperature == 1.0
    assert spec.options == {"temperature": None, "chat_template_kwargs": {"enable_thinking": False}}


def test_a_served_model_can_be_added_for_one_run() -> None:
    """The base ends where an address begins, whatever it has of colons, slashes and at signs."""
    spec = parse_model("q=openai:org/model@v2:4bit@https://models.example/v1")

    assert (spec.engine, spec.base) == ("openai", "org/model@v2:4bit")
    assert spec.base_url == "https://models.example/v1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base": None}, "base is missing: the name under which the server has the model"),
        ({"base_url": None}, "base_url is missing"),
        ({"base_url": "127.0.0.1:8000/v1"}, "no http or https address"),
        ({"base_url": "file:///v1"}, "no http or https address"),
        ({"base_url": "http://a b/v1"}, "no http or https address"),
        ({"base_url": "http://[bad/v1"}, "base_url is no address"),
        ({"base_url": "http://here:99999/v1"}, "base_url is no address"),
        ({"base_url": "http://here:0/v1"}, "port 0"),
        ({"base_url": "http://here:8000"}, "most servers have their API at http://here:8000/v1"),
        ({"base_url": "http://here/v1?key=sk-secret"}, "a query or a fragment"),
        ({"base_url": "http://me:sk-secret@here/v1"}, "a user or a password"),
        ({"key_env": "sk-secret"}, "never a key"),
        ({"key_env": "sk_secret0123456789abcdef"}, "never a key"),
        ({"key_env": "secret7f3a0123456789abcdef01"}, "never a key"),
        ({"key_env": "gsk-secret"}, "revoke it"),
        ({"api_key": "sk-secret"}, "name its environment variable with key_env"),
        ({"price": {"input": 1}}, "price.output"),
        ({"price": {"input": 1, "output": -1}}, "price.output"),
        ({"price": {"inputs": 1, "output": 1}}, "did you mean 'input'"),
        ({"tokens_per_minute": 0}, "tokens_per_minute"),
        (
            {"engine": "ollama", "base_url": None, "price": {"input": 1, "output": 1}},
            "price is for",
        ),
        ({"engine": "ollama"}, "base_url is for engine: openai, and this one is ollama"),
        ({"engine": "ollama", "base_url": None, "options": {"seed": None}}, "seed: one value"),
    ],
)
def test_a_wrong_entry_of_a_served_model_is_one_line(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    """What is wrong and what to do stand in one line, in which nothing that may be a key is repeated."""
    with pytest.raises(ModelsError) as caught:
        entry(tmp_path, **changes)

    assert message in caught.value.message
    assert "secret" not in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "key", "my_key_2", "sk_key"])
def test_the_name_of_a_variable_is_no_key(tmp_path: Path, name: str) -> None:
    """Whatever people call their variables is taken."""
    assert entry(tmp_path, key_env=name).key_env == name


def test_a_configured_name_is_not_given_to_another_model() -> None:
    """--model adds; what it says would be taken for the configured model's, and accepted as such."""
    with pytest.raises(ModelsError, match="has a model of that name"):
        load_models(ROOT / "evals" / "models.yaml", ["phi3=ollama:gemma3:4b"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file is an error with its path."""
    with pytest.raises(ModelsError, match=r"none\.yaml: .* is not there; run in the project"):
        load_models(tmp_path / "none.yaml")
