"""The llama.cpp engine on a real model of random weights, in a real child process."""

import hashlib
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from slm_harness.breach import TASK
from slm_harness.engines import open_engine, why_other_model
from slm_harness.engines.llamacpp.engine import LlamaCppEngine
from slm_harness.engines.llamacpp.failures import log_errors, why_not_started
from slm_harness.engines.llamacpp.gguf_facts import facts_of
from slm_harness.engines.llamacpp.hub import HubFile, cached, fetched, hub_file, progress_line
from slm_harness.engines.llamacpp.options import PINNED
from slm_harness.engines.llamacpp.server import LlamaServer, Load
from slm_harness.engines.processor import processor
from slm_harness.errors import (
    ModelsError,
    ModelUnavailable,
    NotMeasured,
    OutOfMemory,
    PromptTooLong,
    PullFailed,
)
from slm_harness.records import Layout, ModelSpec, Recipe, Reply, Request
from slm_harness.task import load_prompt
from tests.hub_double import COMMIT, hub_double
from tests.processes import command_of, llama_children
from tests.projects import ROOT
from tests.tiny_gguf import CHATML, write_tiny

SCHEMA = {
    "type": "object",
    "properties": {"breach": {"type": "string", "enum": ["Yes", "No"]}},
    "required": ["breach"],
    "additionalProperties": False,
}
RECIPE = Recipe(task="breach", system="Answer one question.", schema=SCHEMA)
REQUEST = Request("tiny", "harbour", "Harbour Dental lost 4,120 files.")
OPTIONS = {"n_threads": 1, "max_tokens": 40}


def quiet(_: str) -> None:
    """Shows nothing."""


@contextmanager
def engine_on(model: Path, **fields: object) -> Iterator[LlamaCppEngine]:
    """An engine for a file; ``options`` of ``fields`` are added to those of all tests."""
    given = fields.pop("options", {})
    assert isinstance(given, dict)
    spec = ModelSpec("tiny", "llamacpp", str(model), timeout=20, options={**OPTIONS, **given})
    with closing(open_engine(replace(spec, **fields), None)) as engine:  # type: ignore[arg-type]
        assert isinstance(engine, LlamaCppEngine)
        yield engine


def ask(engine: LlamaCppEngine, request: Request = REQUEST, recipe: Recipe = RECIPE) -> Reply:
    """Identify, build, ask."""
    engine.build(engine.identify(recipe, quiet), recipe, quiet)
    return engine.ask(request)


def load(model: Path) -> Load:
    """A load with nothing to spare."""
    return Load(model, window=512, slots=1, reply=16, threads=1)


# ---------------------------------------------------------------- facts


def test_the_facts_are_those_of_the_file(tiny_model: Path, tmp_path: Path) -> None:
    """Architecture, context, template and digest come from the file itself."""
    facts = facts_of(tiny_model, quiet, tmp_path)

    assert (facts.architecture, facts.context) == ("llama", 8192)
    assert facts.template.startswith("{% for message in messages %}")
    assert facts.sha256 == hashlib.sha256(tiny_model.read_bytes()).hexdigest()


def test_the_same_arguments_make_the_same_model(tiny_model: Path, tmp_path: Path) -> None:
    """The model of the tests is the same everywhere, byte by byte."""
    assert write_tiny(tmp_path / "again.gguf").read_bytes() == tiny_model.read_bytes()


def test_facts_are_read_once_for_each_state_of_a_file(tiny_model: Path, tmp_path: Path) -> None:
    """What is known of an unchanged file is recalled; one that was written anew is read anew."""
    model, cache = tmp_path / "m.gguf", tmp_path / "cache"
    model.write_bytes(tiny_model.read_bytes())
    facts_of(model, quiet, cache)
    (kept,) = cache.iterdir()
    known = json.loads(kept.read_text())
    known["facts"]["sha256"] = "recalled"
    kept.write_text(json.dumps(known))

    recalled = facts_of(model, quiet, cache)
    os.utime(model, ns=(1, 1))
    anew = facts_of(model, quiet, cache)

    assert recalled.sha256 == "recalled"
    assert anew.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()


def test_another_file_in_the_same_place_is_read_anew(tiny_model: Path, tmp_path: Path) -> None:
    """Also where it has the size and the time of change of the one before, as ``cp -p`` gives them."""
    model, other, cache = tmp_path / "m.gguf", tmp_path / "other.gguf", tmp_path / "cache"
    model.write_bytes(tiny_model.read_bytes())
    before = facts_of(model, quiet, cache)
    other.write_bytes(tiny_model.read_bytes()[:-1] + b"\x01")
    os.utime(other, ns=(model.stat().st_atime_ns, model.stat().st_mtime_ns))
    other.replace(model)

    assert facts_of(model, quiet, cache).sha256 != before.sha256


def test_a_child_that_cannot_be_started_is_one_line(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room for its log, no process to be had: a failure with a name and what to do."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(ModelUnavailable, match=r"tiny.* cannot be started: .*TMPDIR"):
        LlamaServer(load(tiny_model)).served()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"of": 1}', '{"of": null, "facts": {}}'])
def test_a_damaged_cache_costs_a_reading(tiny_model: Path, tmp_path: Path, damage: str) -> None:
    """The cache holds facts that can be found again, so nothing in it can break a run."""
    found = facts_of(tiny_model, quiet, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text(damage)

    assert facts_of(tiny_model, quiet, tmp_path) == found


def test_a_cache_that_cannot_be_written_is_none(tiny_model: Path, tmp_path: Path) -> None:
    """Facts are found without a cache too."""
    file = tmp_path / "file"
    file.touch()

    assert facts_of(tiny_model, quiet, file / "cache").architecture == "llama"


@pytest.mark.parametrize("size", [0, 3, 20, 400, 9000])
def test_what_is_no_whole_gguf_file_is_named(tiny_model: Path, tmp_path: Path, size: int) -> None:
    """A file that ends in its head is named with its path, wherever it ends."""
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.read_bytes()[:size])

    with pytest.raises(ModelUnavailable, match=r"cut\.gguf is no whole GGUF file"):
        facts_of(cut, quiet, tmp_path / "cache")


# ---------------------------------------------------------------- entries


@pytest.mark.parametrize(
    ("base", "advice"),
    [
        ("phi3", "ends in .gguf"),
        ("hf.co/owner/repo", "hf.co/OWNER/REPOSITORY/FILE.gguf"),
        ("hf.co/owner/repo:Q4_K_M", "not a tag"),
        ("hf.co/owner/repo/../x.gguf", "hf.co/OWNER/REPOSITORY/FILE.gguf"),
        ("hf.co/owner/repo-/x.gguf", "hf.co/OWNER/REPOSITORY/FILE.gguf"),
    ],
)
def test_a_base_that_is_no_file_is_a_fault_of_the_entry(base: str, advice: str) -> None:
    """What Ollama would take is not taken for a file; the message says how to write one."""
    with pytest.raises(ModelsError, match=advice.replace(".", r"\.")):
        open_engine(ModelSpec("tiny", "llamacpp", base), None)


@pytest.mark.parametrize(
    ("base", "file"),
    [
        ("hf.co/a/b/c.gguf", HubFile("a/b", "c.gguf")),
        ("hf.co/a/b-GGUF/q4/c.gguf", HubFile("a/b-GGUF", "q4/c.gguf")),
        ("hf.co/a/b@v1.0/c.gguf", HubFile("a/b", "c.gguf", "v1.0")),
        ("hf.co/a/b@refs%2Fpr%2F1/c.gguf", HubFile("a/b", "c.gguf", "refs/pr/1")),
    ],
)
def test_a_file_of_the_hub_is_written_as_one_word(base: str, file: HubFile) -> None:
    """Repository, revision and path in it, folders included."""
    assert hub_file(base) == file


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"num_ctx": 1}, "num_ctx is none that llama.cpp is given"),
        ({"seed": 1.5}, "seed: 1.5 is no whole number"),
        ({"temperature": "hot"}, "temperature: 'hot' is no number"),
        ({"cache_prompt": 1}, "cache_prompt: 1 is no true or false"),
        ({"max_tokens": 0}, "max_tokens: 0 is too small"),
        ({"date_string": 1}, "date_string: 1 is no text"),
        ({"stop": "x"}, "stop: 'x' is no list of texts"),
        ({"n_threads": True}, "n_threads: True is no whole number"),
    ],
)
def test_options_are_known_and_of_their_type(options: dict[str, object], said: str) -> None:
    """The server would ignore an option that it does not know, with no word to anybody."""
    with pytest.raises(ModelsError, match=said):
        open_engine(ModelSpec("tiny", "llamacpp", "m.gguf", options), None)


def test_a_missing_file_is_a_problem_and_not_a_wrong_answer(tmp_path: Path) -> None:
    """The path and the folder in which it was looked for are named before anything is asked."""
    with engine_on(tmp_path / "nowhere.gguf") as engine:
        assert "there is no file" in engine.presence().problem
        assert engine.presence().kind == "ModelUnavailable"
        with pytest.raises(ModelUnavailable, match=r"nowhere\.gguf"):
            engine.identify(RECIPE, quiet)


def test_a_missing_extra_is_named_with_what_installs_it(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the wheel the one line says which extra brings it."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)

    with engine_on(tiny_model) as engine:
        assert engine.presence().problem.endswith('xllamacpp: pip install "slm-harness[llamacpp]"')


def test_a_path_is_found_from_any_folder_of_the_project(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative base is meant from the project's top, wherever the run was started in it."""
    (tmp_path / "models").mkdir()
    (tmp_path / "evals").mkdir()
    (tmp_path / "models" / "m.gguf").symlink_to(tiny_model)
    monkeypatch.chdir(tmp_path / "evals")

    with engine_on(Path("models/m.gguf")) as engine:
        assert engine.presence().pulled


# ---------------------------------------------------------------- the Hub


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and an environment without a token."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "hub"


def test_a_file_is_fetched_once_and_used_without_the_hub(
    tiny_model: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One download from where HF_ENDPOINT points; after that the Hub is not asked at all."""
    file = hub_file(f"hf.co/tiny/Tiny-GGUF/q/{tiny_model.name}")
    lines: list[str] = []
    with hub_double(tiny_model) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        before = cached(file, hub_cache)
        path = fetched(file, lines.append, hub_cache)
        downloads = hub.downloads()
    again = fetched(file, quiet, hub_cache)

    assert before is None
    assert path.read_bytes() == tiny_model.read_bytes()
    assert COMMIT in str(path)
    assert again == path
    assert len(downloads) == 1
    assert "authorization" not in downloads[0]
    assert "torch" not in downloads[0]["user-agent"]
    assert any("100% of" in line for line in lines)


def test_only_a_token_of_the_environment_is_sent(
    tiny_model: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HF_TOKEN goes to the Hub, and no failure repeats it."""
    monkeypatch.setenv("HF_TOKEN", "hf_planted")
    with hub_double(tiny_model) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        with pytest.raises(PullFailed) as failure:
            fetched(hub_file("hf.co/gated/model/q/m.gguf"), quiet, hub_cache)
        (request,) = hub.requests

    assert request[2]["authorization"] == "Bearer hf_planted"
    assert "hf_planted" not in failure.value.message


@pytest.mark.parametrize(
    ("base", "advice"),
    [
        ("hf.co/gated/model/q/m.gguf", "accept its terms"),
        ("hf.co/nobody/nothing/q/m.gguf", "no such repository, or it is private"),
        ("hf.co/tiny/Tiny-GGUF@v9/q/m.gguf", "no such revision"),
        ("hf.co/tiny/Tiny-GGUF/q/other.gguf", "look its files up at .*/tree/main"),
    ],
)
def test_what_cannot_be_fetched_says_what_to_do(
    tiny_model: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch, base: str, advice: str
) -> None:
    """Each refusal of the Hub has its own line."""
    with hub_double(tiny_model) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        with pytest.raises(PullFailed, match=advice):
            fetched(hub_file(base), quiet, hub_cache)
        downloads = hub.downloads()

    assert downloads == []


def test_a_download_that_stands_still_ends(
    tiny_model: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No news for the given time is the end of it, whatever the library is waiting for."""
    with hub_double(tiny_model) as hub:
        hub.silent = threading.Event()
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        with pytest.raises(PullFailed, match="has stood still"):
            fetched(
                hub_file(f"hf.co/tiny/Tiny-GGUF/q/{tiny_model.name}"), quiet, hub_cache, stall=0.2
            )


def test_progress_has_size_rate_and_time_left() -> None:
    """As with a pull of Ollama's."""
    assert progress_line(10**9, 2 * 10**9, 5e7) == "50% of 2.00 GB at 50.0 MB/s, 20 s left"
    assert progress_line(10**9, None, 5e7) == "1.00 GB at 50.0 MB/s"


# ---------------------------------------------------------------- the child


def test_only_who_has_the_key_is_served(tiny_model: Path) -> None:
    """The child listens on the loopback interface, and other processes of this machine get 401."""
    with closing(LlamaServer(load(tiny_model))) as server:
        served = server.served()
        started = llama_children(os.getpid())
        body = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 1}
        refused = httpx.post(f"{served.address}/v1/chat/completions", json=body, timeout=10)
        bearer = {"Authorization": f"Bearer {served.key}"}
        url = f"{served.address}/v1/chat/completions"
        answered = httpx.post(url, json=body, headers=bearer, timeout=10)
        command = command_of(served.pid)

    assert started == [served.pid]
    assert served.address.startswith("http://127.0.0.1:")
    assert refused.status_code == 401
    assert answered.status_code == 200
    assert served.key not in command


def test_a_child_ends_when_it_is_let_go(tiny_model: Path) -> None:
    """Closing ends the process, twice is no fault, and nothing is served afterwards."""
    server = LlamaServer(load(tiny_model))
    server.served()
    server.close()
    server.close()

    assert llama_children(os.getpid()) == []
    with pytest.raises(ModelUnavailable, match="the run is over"):
        server.served()


def test_loading_has_a_limit_in_time(tiny_model: Path) -> None:
    """A model that is not loaded in time is no model, and its process does not stay."""
    with (
        closing(LlamaServer(load(tiny_model), seconds=0.0)) as server,
        pytest.raises(ModelUnavailable, match="not loaded in time"),
    ):
        server.served()

    assert llama_children(os.getpid()) == []


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda file: file.replace(b"llama", b"lxama"), "architecture: 'lxama'.*; update it: pip"),
        (lambda file: file[:-100_000], "not within the file bounds.*; fetch it again"),
        (lambda _: b"no model at all", "invalid magic characters.*; it is no GGUF file"),
    ],
    ids=["architecture", "cut", "no-gguf"],
)
def test_a_file_that_does_not_load_says_why(
    tiny_model: Path, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    """llama.cpp raises the same words for all; the reason stands in its log, and is told."""
    spoilt = tmp_path / "spoilt.gguf"
    spoilt.write_bytes(spoil(tiny_model.read_bytes()))

    with (
        closing(LlamaServer(load(spoilt))) as server,
        pytest.raises(ModelUnavailable, match=rf"spoilt\.gguf: .*{said}"),
    ):
        server.served()


MEMORY_LOG = """\
0.02.926.065 E ggml_aligned_malloc: insufficient memory (attempted to allocate 9765.62 MB)
0.03.216.747 E llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache
0.03.217.335 E srv          init: exiting due to model loading error
"""


@pytest.mark.parametrize(
    ("told", "code", "log", "kind", "said"),
    [
        ({"error": "RuntimeError"}, 1, MEMORY_LOG, OutOfMemory, "insufficient memory .*smaller n_ctx"),
        ({}, -9, "", OutOfMemory, "SIGKILL: no memory to load it"),
        ({"error": "MemoryError", "message": "std::bad_alloc"}, 1, "", OutOfMemory, "free memory"),
        ({}, -4, "", ModelUnavailable, "AVX2"),
        ({}, -6, "terminate called\nwhat():  oops\n", ModelUnavailable, r"terminate called; what\(\)"),
        ({}, -11, "", ModelUnavailable, "signal 11, SIGSEGV"),
        (
            {"error": "ImportError", "message": "libgomp.so.1: cannot open shared object file"},
            1, "", ModelUnavailable, "apt-get install libgomp1",
        ),
        (
            {"error": "ModuleNotFoundError", "message": "No module named 'xllamacpp'"},
            1, "", ModelUnavailable, r'pip install "slm-harness\[llamacpp\]"',
        ),
    ],
)  # fmt: skip
def test_each_end_before_the_start_has_its_name(
    told: dict[str, object], code: int, log: str, kind: type[NotMeasured], said: str
) -> None:
    """No memory, no AVX2, no libgomp and no wheel are told apart by exit, log and exception."""
    error = why_not_started(Path("m.gguf"), told, code, log)

    assert type(error) is kind
    assert "\n" not in error.message
    with pytest.raises(kind, match=said):
        raise error


def test_the_errors_of_a_log_are_one_short_line() -> None:
    """The first error is the cause, repeated ones are told once, warnings not at all."""
    log = "0.00.1 W srv  init: a warning\n" + "0.00.2 E cmn  common_init_: broken\n" * 40

    assert log_errors(log) == "broken"


# ---------------------------------------------------------------- the engine


def test_the_identity_is_the_content_and_not_the_name(tiny_model: Path) -> None:
    """Wheel, digest, template and all options are known before the model is loaded."""
    with engine_on(tiny_model, concurrency=2) as engine:
        identity = engine.identify(RECIPE, quiet)
        loaded = llama_children(os.getpid())
        built = engine.build(identity, RECIPE, quiet)
        reply = engine.ask(REQUEST)

    assert identity.engine == "llamacpp"
    assert identity.server.startswith("xllamacpp 20")
    assert identity.digest == hashlib.sha256(tiny_model.read_bytes()).hexdigest()
    assert identity.template.startswith("{% for message in messages %}")
    assert identity.options == {**PINNED, "max_tokens": 40, "n_ctx": 8192}
    assert loaded == []
    assert built.machine == {
        "context": 8192, "slots": 2, "processor": processor(), "threads": 1, "gpu layers": "as llama.cpp chooses"
    }  # fmt: skip
    assert reply.finish == "stop"
    assert json.loads(reply.text).keys() == {"breach"}
    assert reply.prompt_tokens is not None
    assert llama_children(os.getpid()) == []


def test_the_window_is_within_what_the_model_was_trained_for(
    tiny_model: Path, tmp_path: Path
) -> None:
    """llama.cpp would cut a larger one with a line in its log; one that the user set is refused."""
    small = write_tiny(tmp_path / "small.gguf", context=2048)
    with engine_on(small) as engine:
        assert engine.identify(RECIPE, quiet).options["n_ctx"] == 2048
    with (
        engine_on(tiny_model, options={"n_ctx": 9000}) as engine,
        pytest.raises(ModelUnavailable, match="n_ctx 9000 is more than the 8192"),
    ):
        engine.identify(RECIPE, quiet)


def test_another_entry_is_another_model(tiny_model: Path) -> None:
    """Replays compare base and options, but neither threads nor a window that nobody chose."""
    with engine_on(tiny_model) as engine:
        identity = engine.identify(RECIPE, quiet)
    spec = ModelSpec("tiny", "llamacpp", str(tiny_model), options=OPTIONS)

    assert why_other_model(spec, identity) == ""
    assert why_other_model(replace(spec, options={**OPTIONS, "n_threads": 7}), identity) == ""
    assert "base" in why_other_model(replace(spec, base="other.gguf"), identity)
    assert "seed" in why_other_model(replace(spec, options={**OPTIONS, "seed": 1}), identity)
    assert "n_ctx" in why_other_model(replace(spec, options={**OPTIONS, "n_ctx": 512}), identity)


def test_what_a_file_brings_does_not_move_an_answer(tmp_path: Path) -> None:
    """A GGUF file can set a temperature of its own; every option that samples is pinned."""
    calm = write_tiny(tmp_path / "calm.gguf")
    wild = write_tiny(tmp_path / "wild.gguf", extra={"general.sampling.temp": 5.0})
    recipe = replace(RECIPE, schema={})
    with engine_on(calm) as one, engine_on(wild) as other:
        said, also = ask(one, recipe=recipe), ask(other, recipe=recipe)

    assert said.text == also.text


def test_the_date_of_a_template_is_pinned(tmp_path: Path) -> None:
    """Templates of Llama 3 tell the model which day it is; it must not be another every day."""
    shouting = CHATML.replace("message['content']", "message['content'] | upper")
    template = f"{{% if date_string == '26 Jul 2024' %}}{CHATML}{{% else %}}{shouting}{{% endif %}}"
    dated = write_tiny(tmp_path / "dated.gguf", template=template)
    with engine_on(dated) as engine:
        assert ask(engine).finish == "stop"


def test_a_template_that_drops_the_system_prompt_is_refused(tmp_path: Path) -> None:
    """The nine questions would never reach the model, and every answer would be a guess."""
    deaf = write_tiny(
        tmp_path / "deaf.gguf",
        template="{% for message in messages %}{{ message.role }}{% endfor %}",
    )
    with engine_on(deaf) as engine, pytest.raises(ModelUnavailable, match="drops the system"):
        ask(engine)


def test_a_reply_that_is_cut_off_is_unusable(tmp_path: Path) -> None:
    """The model went on to the limit of tokens: finished by length, which no grader sees."""
    endless = write_tiny(tmp_path / "endless.gguf", "ascii")
    schema = {**SCHEMA, "properties": {"breach": {"type": "string"}}}
    with engine_on(endless) as engine:
        reply = ask(engine, recipe=replace(RECIPE, schema=schema))

    assert reply.finish == "length"
    assert reply.reply_tokens == 40


@pytest.mark.parametrize("words", [700, 480])
def test_an_article_that_does_not_fit_is_not_measured(tmp_path: Path, words: int) -> None:
    """Whether the prompt alone is too long or leaves no room for the reply, the numbers are told."""
    small = write_tiny(tmp_path / "small.gguf", "ascii", context=512)
    schema = {**SCHEMA, "properties": {"breach": {"type": "string"}}}
    request = replace(REQUEST, prompt=" data" * words)
    with engine_on(small) as engine, pytest.raises(PromptTooLong, match="512"):
        ask(engine, request, replace(RECIPE, schema=schema))


def test_the_wheel_is_never_imported_here() -> None:
    """Its server can hang in its destructor, so it lives in processes that end without one."""
    assert "xllamacpp" not in sys.modules


# ---------------------------------------------------------------- what is read once


def wordings(layout: Layout) -> list[Recipe]:
    """The nine questions of the repository, and the same with one of them reworded."""
    first = load_prompt(TASK, ROOT / "evals" / "prompts" / "breach.yaml")
    words = {**first.wordings, "breached_entity": "Who was it?"}
    return [TASK.recipe(one, layout) for one in (first, replace(first, wordings=words))]


def read_by(
    model: Path, asks: Sequence[tuple[Recipe, Request]], **options: object
) -> Sequence[Reply]:
    """The reply to each, all from one engine."""
    with engine_on(model, options={"max_tokens": 20, **options}) as engine:
        return [ask(engine, request, recipe) for recipe, request in asks]


def articles() -> list[Request]:
    """Three articles that begin differently."""
    text = "{} said on {} June that files were copied. " * 30
    names = ("Harbour Dental", "Mill Lane Credit Union", "The county")
    return [Request("tiny", name, text.format(*[name, 3] * 30)) for name in names]


def test_the_questions_are_read_once_for_all_articles(tiny_model: Path) -> None:
    """By llama.cpp's own counts: from the first article on it has read the system prompt before."""
    recipe, _ = wordings(Layout.QUESTIONS_FIRST)
    replies = read_by(tiny_model, [(recipe, request) for request in articles()])

    cached = [reply.cached_tokens or 0 for reply in replies]
    # The tokenizer of this model makes about two bytes a token of English.
    assert min(cached) > len(recipe.system) / 4
    assert all(0 < (r.cached_tokens or 0) < (r.prompt_tokens or 0) for r in replies)
    assert all(reply.prompt_seconds for reply in replies)


def test_an_article_is_read_once_for_all_wordings(tiny_model: Path) -> None:
    """By llama.cpp's own counts: the second wording finds the article read, if the article comes first."""
    request = articles()[0]
    asks = {one: [(recipe, request) for recipe in wordings(one)] for one in Layout}
    _, first = read_by(tiny_model, asks[Layout.QUESTIONS_FIRST])
    _, after = read_by(tiny_model, asks[Layout.ARTICLE_FIRST])

    article = len(request.prompt) / 4
    assert (after.cached_tokens or 0) - (first.cached_tokens or 0) > article
    assert (after.cached_tokens or 0) > (after.prompt_tokens or 0) / 2


@pytest.mark.slow
def test_what_is_read_once_changes_no_word(tiny_model: Path) -> None:
    """The reply is the same where nothing is kept of the prompt before: by its own count then nothing was."""
    asks = [(r, request) for request in articles() for r in wordings(Layout.ARTICLE_FIRST)]
    kept = read_by(tiny_model, asks)
    anew = read_by(tiny_model, asks, cache_prompt=False)

    assert [reply.text for reply in kept] == [reply.text for reply in anew]
    assert {reply.cached_tokens for reply in anew} == {0}


def test_a_longer_prompt_gets_the_context_that_its_key_says(tiny_model: Path) -> None:
    """An engine that is given a second recipe loads the file anew where that needs another context."""
    small, _ = wordings(Layout.QUESTIONS_FIRST)
    large = replace(small, system=small.system * 12)
    seen = []
    spec = ModelSpec("tiny", "llamacpp", str(tiny_model), timeout=20, options={"n_threads": 1})
    with closing(LlamaCppEngine(spec, 0)) as engine:
        for recipe in (small, replace(small, system="Other words."), large):
            identity = replace(engine.identify(small, quiet), options={
                **engine.identify(small, quiet).options, "n_ctx": 4096 if recipe is large else 2048,
            })  # fmt: skip
            engine.build(identity, recipe, quiet)
            seen += llama_children(os.getpid())

    assert seen[0] == seen[1] != seen[2]
