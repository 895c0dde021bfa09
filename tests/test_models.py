"""models.yaml and --model: names that can be markers, faults in one line."""

from pathlib import Path

import pytest

from slm_harness.errors import ModelsError
from slm_harness.models import load_models, parse_model

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
        ("models: {a: {engine: !!python/name:os.system , base: x}}", "not YAML"),
        ("a: b: c", "not YAML"),
        ("models: {a: {engine: baseline}, a: {engine: baseline}}", "the key 'a' stands twice"),
        ("models: {a: {engine: ollama, base: x, options: {temperature: .nan}}}", "temperature"),
        ("models: {a: {engine: ollama, base: x, timeout: .inf}}", "models.a.timeout"),
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


def test_a_configured_name_is_not_given_to_another_model() -> None:
    """--model adds; what it says would be taken for the configured model's, and accepted as such."""
    with pytest.raises(ModelsError, match="has a model of that name"):
        load_models(ROOT / "evals" / "models.yaml", ["phi3=ollama:gemma3:4b"])


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file is an error with its path."""
    with pytest.raises(ModelsError, match="cannot be read"):
        load_models(tmp_path / "none.yaml")
