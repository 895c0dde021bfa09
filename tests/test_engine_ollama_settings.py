"""What is set for Ollama, and where it is: options, names, addresses, proxies."""

from contextlib import closing

import httpx
import pytest

from slm_harness.engines import open_engine, why_other_model
from slm_harness.engines.ollama.border import StrictClient
from slm_harness.engines.ollama.names import derived_name, is_cloud, is_derived
from slm_harness.engines.ollama.options import PINNED
from slm_harness.engines.ollama.shelf import described
from slm_harness.engines.ollama.told import check_usable, parameters
from slm_harness.engines.protocol import bad_host
from slm_harness.errors import ModelsError, ModelUnavailable, SettingsError
from slm_harness.records import Identity, ModelSpec
from tests.doubles import ollama_double
from tests.ollama_double.names import parse
from tests.ollama_engine import engine_at


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


@pytest.mark.parametrize(
    "base",
    [
        "phi3",
        "hf.co/user/Repo-GGUF:Q4_K_M",
        "gpt-oss:120b-cloud",
        "phi3:local",
        "registry.example.org:5000/team/" + "m" * 80 + ":" + "t" * 80,
        "naïve modèle/" + "-" * 90,
    ],
)
def test_every_name_of_ours_is_one_that_the_server_takes(base: str) -> None:
    """Valid in each of its parts, recognised as ours, and nothing that stands for a cloud model."""
    name = derived_name("breach", base, "d", "s", PINNED)

    assert parse(name).valid
    assert parse(name).short == name
    assert is_derived("breach", name)
    assert not is_cloud(name)
    assert not name.endswith(":local")


@pytest.mark.parametrize(
    "name",
    [
        "breach-analyzer-phi3:latest",
        "breach-analyzer-phi3:0123456789AB",
        "breach-analyzer-phi3:0123456789abc",
        "breach-analyzer-:0123456789ab",
        "my-breach-analyzer-phi3:0123456789ab",
        "user/breach-analyzer-phi3:0123456789ab",
        "breach-analyzer-phi3:0123456789ab\n",
        "recall-analyzer-phi3:0123456789ab",
    ],
)
def test_a_name_that_is_not_exactly_ours_is_not_ours(name: str) -> None:
    """A model that somebody made by hand is never taken for one of the harness's."""
    assert not is_derived("breach", name)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ('stop                           "<|end|>"', {"stop": ["<|end|>"]}),
        ("temperature 0.7\nnum_ctx 4096", {"num_ctx": 4096, "temperature": 0.7}),
        ("top_k 1e+06\nuse_mmap false", {"top_k": 1e6, "use_mmap": False}),
        ('stop "b"\nnum_ctx 1\nstop "a\\x00\\u00e9"', {"num_ctx": 1, "stop": ["a\x00é", "b"]}),
        ("odd map[a:1]\nbare", {"bare": "", "odd": "map[a:1]"}),
    ],
)
def test_parameters_are_read_out_of_their_text(text: str, found: dict[str, object]) -> None:
    """Typed and sorted, repeated ones as lists; what cannot be read stays as it is."""
    assert parameters(text) == found
    assert list(parameters(text)) == sorted(found)


def test_an_option_that_ollama_ignores_is_refused() -> None:
    """An unknown option would be dropped by the server with no word to anybody."""
    spec = ModelSpec(name="a", engine="ollama", base="a", options={"mirostat": 2})

    with pytest.raises(ModelsError, match="Ollama knows no mirostat"):
        open_engine(spec, None)


@pytest.mark.parametrize("name", ["num_ctx", "num_predict"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_reply_without_end_and_no_context_at_all_are_refused(name: str, value: int) -> None:
    """The server takes -1 for a reply without end, and nothing fits into a context of nothing."""
    spec = ModelSpec(name="a", engine="ollama", base="a", options={name: value})

    with pytest.raises(ModelsError, match=f"options: {name}: {value} is too small"):
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


def test_a_server_that_speaks_no_https_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """To start a server that is running already does not help against https in OLLAMA_HOST."""
    monkeypatch.setenv("OLLAMA_HOST", "https://127.0.0.1:9")
    with closing(open_engine(ModelSpec(name="a", engine="ollama", base="a"), None)) as engine:
        found = engine.presence()

    assert found.kind == "ServerUnreachable"
    assert "https://127.0.0.1:9 (Ollama itself speaks http only)" in found.problem


def test_a_proxy_that_is_none_is_not_taken_for_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be one is named by its variables, and its value not repeated."""
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    found = bad_host(ValueError("Unknown scheme for proxy URL URL('x://me:secret@there')"))

    assert found.message.startswith("HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is no address")
    assert "secret" not in found.message


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


def test_what_a_server_says_of_itself_can_be_stored() -> None:
    """Half of a character, or a page where a word belongs, ends no run when an answer is stored."""
    texts = {
        "/api/version": rb'{"version": "0.9\n\ud83d' + b"9" * 5000 + b'"}',
        "/api/show": rb'{"template": "system \ud83d", "parameters": "stop \"\\ud83d\"", '
        rb'"capabilities": ["\u001b[2J' + b"x" * 5000 + b'"]}',
    }
    server = httpx.MockTransport(lambda asked: httpx.Response(200, content=texts[asked.url.path]))

    with closing(StrictClient("http://there", transport=server)) as client:
        version, found = client.server_version(), described(client, "there", "phi3")

    assert (version[:7], len(version)) == ("0.9 999", 300)
    assert (found.template, found.parameters) == ("system \ufffd", {"stop": ["\ufffd"]})
    with pytest.raises(ModelUnavailable) as refused:
        check_usable("phi3", found)
    assert len(refused.value.message) < 400
    assert refused.value.message.isprintable()
