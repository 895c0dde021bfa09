"""``slm-harness doctor``: what it finds, what it advises, and its status."""

import io
import json
import re
import shutil
import socket
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from slm_harness.breach import TASK
from slm_harness.cli import main
from slm_harness.engines import Facts, Loaded, Presence
from slm_harness.engines.context import cache_bytes
from slm_harness.engines.llamacpp.facts import head_of
from slm_harness.health import Finding, State
from slm_harness.health.articles import Articles, articles_of
from slm_harness.health.machine import Gpu, Machine, findings, gpus_of, memory_of, output_of
from slm_harness.health.needs import (
    context_findings,
    key_findings,
    memory_findings,
    presence_findings,
)
from slm_harness.health.surroundings import host_findings, proxy_findings
from slm_harness.records import Article, ModelSpec
from tests.doubles import ROOT, Double, ollama_double, openai_double
from tests.projects import LABELS, PAGES
from tests.tiny_gguf import write_tiny

GB = 10**9
PHI3 = ModelSpec("phi3", "ollama", "phi3")
HEAD = (
    struct.pack("<4sIQQ", b"GGUF", 3, 0, 2)
    + struct.pack("<Q", 17) + b"llama.block_count" + struct.pack("<II", 4, 32)
)  # fmt: skip
"""The beginning of a GGUF file up to the first of its two keys."""
SYSTEM = "s" * 3000  # 1,000 tokens by the estimate, 750 by the usual count


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three articles and the models baseline, phi3 and tiny, in the current folder."""
    folder = tmp_path / "project"
    articles = folder / "fixtures" / "articles"
    articles.mkdir(parents=True)
    for name, page in PAGES.items():
        (articles / f"{name}.html").write_text(page, encoding="utf-8")
        (articles / f"{name}.yaml").write_text(LABELS[name], encoding="utf-8")
    (folder / "evals" / "prompts").mkdir(parents=True)
    shutil.copy(ROOT / "evals" / "prompts" / "breach.yaml", folder / "evals" / "prompts")
    (folder / "evals" / "models.yaml").write_text(
        "models:\n  baseline: {engine: baseline}\n  phi3: {engine: ollama, base: phi3}\n"
        "  tiny: {engine: ollama, base: hf.co/some/Tiny-GGUF}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(folder)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A server that has phi3, for all tests that leave it as it is."""
    log = tmp_path_factory.mktemp("server") / "log"
    with ollama_double("--models", "phi3", log=log) as double:
        yield double


@pytest.fixture
def phi3(shared: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    """The same, at the address where the commands look for it."""
    monkeypatch.setenv("OLLAMA_HOST", shared.address)
    return shared


Found = Mapping[tuple[str, str], Mapping[str, object]]


def doctor(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Found]:
    """Its status, and its findings by the first word of what they are about and what was looked at."""
    status = main(["doctor", "--json", *arguments])
    told = json.loads(capsys.readouterr().out)
    found = {(one["about"].split(":")[0], one["what"]): one for one in told["findings"]}
    assert told["problems"] == sum(one["state"] == "problem" for one in told["findings"])
    assert status == (1 if told["problems"] else 0)
    return status, found


def states(found: Sequence[Finding]) -> list[tuple[str, State]]:
    """What was found of what."""
    return [(one.what, one.state) for one in found]


# ---------------------------------------------------------------- the command


def test_without_arguments_every_model_is_looked_at_and_none_is_asked(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing comes with its command, and the status says that something is; nothing is loaded."""
    asked = phi3.count("/api/generate")
    status, found = doctor(capsys)

    assert status == 1
    assert found["tiny", "model"]["mend"] == "ollama pull hf.co/some/Tiny-GGUF"
    problems = [key for key, one in found.items() if one["state"] == "problem"]
    assert problems == [("tiny", "model")]
    assert found["phi3", "model"]["detail"] == "there: 3.8B Q4_0, 2.0 GB"
    assert "version 0.33.0 answers" in str(found["Ollama", "server"]["detail"])
    assert found["baseline", "reader"]["state"] == "ok"
    assert phi3.count("/api/generate") == asked
    assert not (project / ".slm-harness").exists()


def test_a_named_model_gets_one_timed_request(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """The longest article is put once, a full run is reckoned from it, and nothing is stored."""
    before = phi3.prompts()
    status, found = doctor(capsys, "phi3")

    asked = phi3.prompts()[len(before) :]
    assert status == 0
    assert len(asked) == 1
    assert "Mill Lane" in asked[0]
    assert str(found["phi3", "a full run"]["detail"]).startswith(
        "3 articles, one after the other: "
    )
    assert "tokens/s" in str(found["phi3", "timed request"]["detail"])
    assert ("tiny", "model") not in found
    assert not (project / ".slm-harness").exists()


def test_time_can_be_had_or_not_whatever_is_named(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """--no-time leaves the request of a named model out; --time makes one for each that is there."""
    assert ("phi3", "timed request") not in doctor(capsys, "phi3", "--no-time")[1]
    found = doctor(capsys, "--time")[1]

    assert [about for about, what in found if what == "timed request"] == ["baseline", "phi3"]


def test_a_loaded_model_tells_its_share_on_the_gpu(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """/api/ps says how much of it is there, also where the custom model was loaded under its own name."""
    doctor(capsys, "phi3")
    _, found = doctor(capsys, "phi3", "--no-time")

    assert found["phi3", "loaded"]["detail"] == "2.0 GB, 100% of it on a GPU, context 8,192"
    numbers = found["phi3", "loaded"]["numbers"]
    assert isinstance(numbers, dict)
    assert (numbers["gpu_share"], numbers["size_bytes"] // GB) == (1.0, 2)


def test_the_screen_is_aligned_and_plain(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """Marks of two ASCII characters, details below each other, the command under what it mends."""
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()

    at = lines.index("tiny: hf.co/some/Tiny-GGUF through ollama")
    assert lines[at + 1 : at + 3] == [
        "  !!  model  hf.co/some/Tiny-GGUF is not there",
        "             mend: ollama pull hf.co/some/Tiny-GGUF",
    ]
    machine = lines[1 : lines.index("this project")]
    assert {line[:6] for line in machine} <= {"  ok  ", "  --  ", "  !!  "}
    assert {line[17:19] for line in machine} == {"  "}
    assert " " not in {line[19] for line in machine}
    assert lines[-1] == "1 problem, marked !!"


def test_no_server_is_one_problem_with_its_command(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told once, not for each of its models, and quickly; the rest is looked at all the same."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    began = time.monotonic()
    status, found = doctor(capsys)

    assert time.monotonic() - began < 5
    assert status == 1
    assert found["Ollama", "server"]["mend"] == "ollama serve"
    assert [key for key, one in found.items() if one["state"] == "problem"] == [
        ("Ollama", "server")
    ]
    assert found["phi3", "model"]["state"] == "note"
    assert found["this project", "articles"]["state"] == "ok"


@pytest.mark.slow
def test_a_server_that_never_answers_is_told_in_time(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that takes the connection and says nothing costs five seconds, not the command."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{mute.getsockname()[1]}")
        began = time.monotonic()
        status, found = doctor(capsys)

    assert time.monotonic() - began < 20
    assert status == 1
    assert "no whole reply in time" in str(found["Ollama", "server"]["detail"])


def test_an_address_that_is_none_is_the_servers_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An address that is none is a problem of the server's, not the end of the command."""
    monkeypatch.setenv("OLLAMA_HOST", "host:port:twice")
    status, found = doctor(capsys)

    assert status == 1
    assert "is no address" in str(found["Ollama", "server"]["detail"])


@pytest.mark.parametrize("scenario", ["html-502", "list-error", "not-json"])
def test_a_timed_request_that_fails_is_a_problem(
    scenario: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever the server sends in place of a reply, it is one line, after one try; the status is 1."""
    with ollama_double("--models", "phi3", "--scenario", f"{scenario}:1") as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        status, found = doctor(capsys, "phi3")

    assert status == 1
    assert found["phi3", "timed request"]["state"] == "problem"
    assert double.address in str(found["phi3", "timed request"]["detail"])


def test_a_model_that_keeps_to_no_schema(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The test of the schema is part of the timed request; its command is to ask without."""
    rules = [{"contains": "Reply with the single word", "text": "ready"}]
    with ollama_double("--models", "phi3", answers=rules, folder=tmp_path) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        _, found = doctor(capsys, "phi3")

    assert found["phi3", "timed request"]["mend"] == "pytest -m phi3 --unconstrained"


def test_a_base_on_which_nothing_can_be_built(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A model that writes no text is a problem before anything is asked of it, the server none."""
    with ollama_double("--models", "phi3", "--scenario", "no-completion") as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        status, found = doctor(capsys, "phi3")

    assert status == 1
    assert "does not generate text" in str(found["phi3", "model"]["detail"])
    assert found["Ollama", "server"]["state"] == "ok"
    assert ("phi3", "timed request") not in found


def test_hostile_words_of_a_server_stay_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A version with escape codes and no end repaints nothing and fills no screen."""
    with ollama_double("--models", "phi3", "--version", "1\x1b[2J\u202e" + "9" * 500) as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        main(["doctor", "phi3", "--no-time"])
    shown = capsys.readouterr().out

    assert not {"\x1b", "\u202e"} & set(shown)
    assert "version 1[2J9999" in shown
    assert "9" * 60 not in shown


def test_an_unknown_model_is_status_2(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt name is one line with the nearest, before anything is looked at."""
    assert main(["doctor", "ph3"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "did you mean 'phi3'?" in shown.err


def test_a_wrong_flag_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A flag that does not exist is told by its name."""
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--tme"])

    assert ended.value.code == 2
    assert "--tme" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "content", "what"),
    [
        ("evals/models.yaml", "models: {phi3: {engin: ollama}}", "models"),
        ("evals/prompts/breach.yaml", "task: breach", "prompt"),
    ],
)
def test_a_broken_file_is_a_problem_among_others(
    project: Path,
    phi3: Double,
    capsys: pytest.CaptureFixture[str],
    file: str,
    content: str,
    what: str,
) -> None:
    """What is wrong with a file of the project is told with its name, and the rest is looked at."""
    (project / file).write_text(content, encoding="utf-8")

    status, found = doctor(capsys)

    assert status == 1
    assert found["this project", what]["state"] == "problem"
    assert str(found["this project", what]["detail"]).startswith(file)
    assert found["this machine", "Python"]["state"] == "ok"


def test_an_empty_folder_of_articles_is_a_problem(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to ask about is told with the command that adds an article; no request is timed."""
    (project / "empty").mkdir()

    status, found = doctor(capsys, "phi3", "--articles", "empty")

    assert status == 1
    assert found["this project", "articles"]["mend"] == "slm-harness add URL --articles=empty"
    assert found["phi3", "timed request"]["state"] == "note"


def test_a_wrong_entry_is_that_models_problem(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option that Ollama does not know is told with the model; the server and the others are well."""
    models = project / "evals" / "models.yaml"
    models.write_text(
        "models:\n  odd: {engine: ollama, base: phi3, options: {temprature: 0}}\n  phi3: {engine: ollama, base: phi3}\n"
    )
    status, found = doctor(capsys)

    assert status == 1
    assert "temprature" in str(found["odd", "entry"]["detail"])
    assert found["Ollama", "server"]["state"] == "ok"
    assert found["phi3", "model"]["state"] == "ok"


# ---------------------------------------------------------------- the longest article


def test_the_longest_article_is_found_among_pages_with_more_around_theirs(tmp_path: Path) -> None:
    """A large page whose article is short does not pass for the longest; a script does not count at all."""
    body = "<html><body>{before}<article><h1>Title</h1><p>{text}</p></article></body></html>"
    for name, before, words in (
        ("menu", "<nav>" + "<a href='/'>Elsewhere</a>" * 900 + "</nav>", 60),
        ("script", "<script>" + "let x = 'word word';" * 2000 + "</script>", 50),
        ("story", "", 400),
    ):
        text = (
            f"{name.title()} Ltd said that nobody had been harmed. " + "More was not said. " * words
        )
        (tmp_path / f"{name}.html").write_text(body.format(before=before, text=text))

    found = articles_of(tmp_path, TASK, 60)

    assert (found.count, found.unread) == (3, 0)
    assert found.longest is not None
    assert found.longest.id == "story"


def test_no_page_hides_a_long_article_or_takes_for_ever(tmp_path: Path) -> None:
    """Scripts and comments without an end, tags without one: each is read through once, none is passed over."""
    page = "<html><body><article><h1>T</h1><p>{}</p></article></body></html>"
    (tmp_path / "short.html").write_text(page.format("Nothing was said about it by anybody. " * 20))
    for name, noise in (
        ("script", "<script>"),
        ("comment", "<!--"),
        ("tag", "<a "),
        ("end", "</p>"),
    ):
        (tmp_path / f"{name}.html").write_text(
            page.format("All was said that there was to say. " * 200) + noise * 50_000
        )
    began = time.process_time()

    found = articles_of(tmp_path, TASK, 0)

    assert time.process_time() - began < 10
    assert found.count == 5
    assert found.longest is not None
    assert found.longest.id != "short"


def test_a_look_at_many_articles_ends_in_time(tmp_path: Path) -> None:
    """With no time left one is read, and how many may be longer is told."""
    for name, page in PAGES.items():
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8")

    found = articles_of(tmp_path, TASK, 0)

    assert (found.count, found.unread) == (3, 2)
    assert found.tokens > 0


# ---------------------------------------------------------------- the machine

MEMINFO = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    9000000 kB\n"


@pytest.mark.parametrize(
    ("meminfo", "limit", "expected"),
    [
        (MEMINFO, "", (16_384_000_000, 9_216_000_000)),
        (MEMINFO, "max\n", (16_384_000_000, 9_216_000_000)),
        (MEMINFO, "4000000000\n", (4_000_000_000, 4_000_000_000)),
        ("MemTotal: 1 kB", "", (1024, None)),
        ("", "4000", (None, None)),
    ],
)
def test_memory_as_linux_tells_it(
    meminfo: str, limit: str, expected: tuple[int | None, int | None]
) -> None:
    """Bytes in all and free; a container's limit counts where it is lower; unknown where not told."""
    assert memory_of(meminfo, limit) == expected


def test_gpus_as_nvidia_smi_lists_them() -> None:
    """Name, memory, free memory; an error message is no graphics processor."""
    listing = "NVIDIA A100, SXM4, 81920, 80000\nNVIDIA-SMI has failed\nOdd, [N/A], 5\n"

    assert gpus_of(listing) == (Gpu("NVIDIA A100, SXM4", 81920 * 2**20, 80000 * 2**20),)


@pytest.mark.parametrize("script", ["exit 1", "echo half; exit 3", "sleep 60"])
def test_programs_that_fail_or_hang_tell_nothing(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that is broken or stuck ends nothing but its own look."""
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    began = time.monotonic()

    assert output_of("nvidia-smi", seconds=0.3) == ""
    assert output_of("no-such-program") == ""
    assert time.monotonic() - began < 10


def test_an_unknown_system_is_no_problem() -> None:
    """Where memory is not told, nothing is wrong with that."""
    assert {one.state for one in findings(Machine())} == {State.OK, State.NOTE}


# ---------------------------------------------------------------- surroundings


@pytest.mark.parametrize(
    ("environment", "state", "mend"),
    [
        ({}, State.OK, ""),
        ({"HTTP_PROXY": " "}, State.OK, ""),
        ({"HTTPS_PROXY": "http://p"}, State.OK, ""),
        ({"HTTP_PROXY": "http://p", "NO_PROXY": "localhost, 127.0.0.1"}, State.OK, ""),
        ({"all_proxy": "socks5://p", "no_proxy": "*"}, State.OK, ""),
        ({"ALL_PROXY": "http://p"}, State.NOTE, "export NO_PROXY=localhost,127.0.0.1"),
        (
            {"http_proxy": "http://p", "NO_PROXY": "localhost,corp"},
            State.NOTE,
            "export NO_PROXY=localhost,127.0.0.1,$NO_PROXY",
        ),
    ],
)
def test_proxies_that_would_catch_localhost(
    environment: dict[str, str], state: State, mend: str
) -> None:
    """A note where other clients would go astray, since ours does not."""
    (found,) = proxy_findings(environment)

    assert (found.state, found.mend) == (state, mend)


def test_a_password_of_a_proxy_is_not_shown() -> None:
    """The variable is named, not what is in it."""
    (found,) = proxy_findings({"HTTP_PROXY": "http://me:secret@proxy"})

    assert "secret" not in found.detail
    assert "HTTP_PROXY" in found.detail


@pytest.mark.parametrize(
    ("host", "words", "mend"),
    [
        ("", ["127.0.0.1:11434"], ""),
        ("gpu-box:11434", ["names a host and a port"], ""),
        ("http://127.0.0.1:8000/ollama", ["names a host and a port"], ""),
        ("0.0.0.0:12000", ["is where a server listens"], "export OLLAMA_HOST=127.0.0.1:12000"),
        ("gpu-box", ["has no port: 11434 is asked"], "export OLLAMA_HOST=gpu-box:11434"),
        (
            "http://gpu-box",
            ["80 is asked, and Ollama listens on 11434"],
            "export OLLAMA_HOST=gpu-box:11434",
        ),
        (
            "https://0.0.0.0",
            ["listens", "does not speak", "443 is asked"],
            "export OLLAMA_HOST=127.0.0.1:11434",
        ),
        ("$(reboot)", ["has no port"], "export OLLAMA_HOST=127.0.0.1:11434"),
    ],
)
def test_oddities_of_the_servers_address(host: str, words: list[str], mend: str) -> None:
    """Each is told with what will be asked, and how to write what was meant."""
    found = list(host_findings({"OLLAMA_HOST": host}))

    assert len(found) == len(words)
    for one, expected in zip(found, words, strict=True):
        assert expected in one.detail
        assert one.mend == mend


# ---------------------------------------------------------------- one model


def articles(tokens: int) -> Articles:
    """A folder whose longest article has so many tokens by the estimate, and three quarters by count."""
    text = "a" * (tokens * 3)
    return Articles(Path("articles"), 48, 0, Article("long", text, {}, {}), tokens)


@pytest.mark.parametrize(
    ("trained", "pinned", "tokens", "expected"),
    [
        (131_072, None, 3000, [("context", State.OK)]),
        (8192, None, 5000, [("context", State.OK)]),
        (4096, None, 2500, [("context", State.NOTE)]),
        (4096, None, 9000, [("context", State.PROBLEM)]),
        (4096, 8192, 1000, [("context", State.PROBLEM)]),
        (131_072, 4096, 9000, [("context", State.PROBLEM)]),
        (None, None, 9000, []),
    ],
)
def test_context_that_the_articles_need(
    trained: int | None, pinned: int | None, tokens: int, expected: list[tuple[str, State]]
) -> None:
    """Fits for sure, may fit, will not fit; unknown where the server does not tell."""
    facts = Facts(trained=trained, reply=1024, window=pinned)

    assert states(list(context_findings(PHI3, facts, articles(tokens), SYSTEM))) == expected


@pytest.mark.parametrize(
    ("machine", "loaded", "state"),
    [
        (Machine(16 * GB, 9 * GB), None, State.OK),
        (Machine(16 * GB, 3 * GB), None, State.NOTE),
        (Machine(16 * GB, 3 * GB), Loaded(4 * GB), State.OK),
        (Machine(16 * GB, 3 * GB, (Gpu("x", 8 * GB, 8 * GB),)), None, State.OK),
        (Machine(4 * GB, 3 * GB), None, State.PROBLEM),
        (Machine(4 * GB, 3 * GB, (Gpu("x", 8 * GB, 1 * GB),)), None, State.NOTE),
        (Machine(), None, State.NOTE),
    ],
)
def test_memory_that_a_model_needs(machine: Machine, loaded: Loaded | None, state: State) -> None:
    """2 GB of weights and 3.2 GB of cache: against what there is, what is free, and what is loaded."""
    facts = Facts(size=2 * GB, cache=393_216, loaded=loaded)
    (found,) = memory_findings(PHI3, facts, machine, 8192)

    assert found.state is state
    assert "2.0 GB for the weights and 3.2 GB for its context" in found.detail
    assert found.numbers == {"needed_bytes": 2 * GB + 393_216 * 8192}


def test_each_slot_has_a_context_of_its_own() -> None:
    """Where several articles are read at once, the cache is held as often."""
    facts = Facts(size=2 * GB, cache=393_216, slots=4)
    (found,) = memory_findings(PHI3, facts, Machine(64 * GB, 60 * GB), 8192)

    assert found.numbers == {"needed_bytes": 2 * GB + 4 * 393_216 * 8192}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"block_count": 32, "embedding_length": 3072, "attention.head_count": 32}, 393_216),
        (
            {"block_count": 28, "embedding_length": 3072, "attention.head_count": 24,
             "attention.head_count_kv": 8, "attention.key_length": 128, "attention.value_length": 128},
            114_688,
        ),
        ({"block_count": 32, "embedding_length": 3072}, None),
        ({"block_count": 32, "embedding_length": 3072, "attention.head_count": 0}, None),
        ({"block_count": -1, "embedding_length": 3072, "attention.head_count": 32}, None),
        ({"block_count": 32, "embedding_length": "x", "attention.head_count": [1, 2]}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_bytes_of_the_cache_for_each_token(facts: dict[str, object], expected: int | None) -> None:
    """phi3 and llama3.2 by hand: layers x heads x (key + value) x 2 bytes; unknown where not told."""
    assert cache_bytes({f"llama.{name}": value for name, value in facts.items()}) == expected


def test_a_key_is_looked_for_and_not_at() -> None:
    """The variable is named with the command that sets it; what is in it is nowhere."""
    spec = ModelSpec("big", "openai", "big-1", key_env="BIG_KEY")

    (missing,) = key_findings(spec, {})
    (there,) = key_findings(spec, {"BIG_KEY": "sk-secret"})

    assert (missing.state, missing.mend) == (State.PROBLEM, "export BIG_KEY=...")
    assert there == Finding("key", State.OK, "BIG_KEY is set")
    assert list(key_findings(PHI3, {})) == []


def test_a_gguf_file_is_looked_into(
    project: Path, phi3: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """Size, trained context and memory of a file are told without loading it; no server is asked."""
    write_tiny(project / "tiny.gguf", context=4096)
    _, found = doctor(capsys, "mine=llamacpp:tiny.gguf", "--no-time")

    assert found["mine", "llama.cpp"]["state"] == "ok"
    assert found["mine", "model"]["numbers"] == {
        "size_bytes": (project / "tiny.gguf").stat().st_size
    }
    numbers = found["mine", "context"]["numbers"]
    assert isinstance(numbers, dict)
    assert numbers["trained_tokens"] == numbers["window_tokens"] == 4096
    # two layers, two heads, key and value of sixteen numbers, two bytes each
    memory = found["mine", "memory"]["numbers"]
    assert isinstance(memory, dict)
    assert memory["needed_bytes"] - (project / "tiny.gguf").stat().st_size == 4096 * 2 * 2 * 32 * 2
    assert ("Ollama", "server") not in found


def test_a_gguf_file_that_is_not_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is one problem, in the words of the engine."""
    status, found = doctor(capsys, "mine=llamacpp:none.gguf")

    assert status == 1
    assert "there is no file none.gguf" in str(found["mine", "model"]["detail"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF",
        b"GGUF" + b"\xff" * 60,
        b"PK\x03\x04" + b"\0" * 60,
        HEAD[:-3],
        HEAD + b"\xff" * 40,
    ],
)
def test_a_file_that_is_no_gguf_tells_nothing(content: bytes) -> None:
    """Cut off anywhere, or something else from the start: what was read before that stays."""
    told = head_of(io.BytesIO(content))

    assert set(told) <= {"llama.block_count"}
    assert (told != {}) == content.startswith(HEAD)


def test_a_hosted_model_without_its_key(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is one problem, the variable and how to set it; nobody is asked."""
    monkeypatch.delenv("BIG_KEY", raising=False)
    (project / "evals" / "models.yaml").write_text(
        "models:\n  big: {engine: openai, base: big-1, base_url: 'http://127.0.0.1:9/v1', "
        "key_env: BIG_KEY}\n"
    )
    status, found = doctor(capsys)

    assert status == 1
    assert found["big", "key"]["mend"] == "export BIG_KEY=..."
    assert ("big", "model") not in found


def test_a_hosted_model_with_its_key(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server is asked, and what is in the variable is shown nowhere."""
    with openai_double("--models", "big-1", "--key", "sk-planted-0001") as double:
        monkeypatch.setenv("BIG_KEY", "sk-planted-0001")
        (project / "evals" / "models.yaml").write_text(
            f"models:\n  big: {{engine: openai, base: big-1, base_url: '{double.address}/v1', "
            "key_env: BIG_KEY, price: {input: 2.5, output: 10.0}}\n"
        )
        status = main(["doctor", "big"])
    shown = "".join(capsys.readouterr())

    assert status == 0
    assert re.search(r"; 0\.0[0-9]+ at most by the prices of models\.yaml\n", shown)
    assert "  ok  key            BIG_KEY is set\n" in shown
    assert "planted" not in shown


@pytest.mark.parametrize(
    ("engine", "base", "mend"),
    [
        ("ollama", "hf.co/some/Tiny-GGUF:Q4_K_M", "ollama pull hf.co/some/Tiny-GGUF:Q4_K_M"),
        ("ollama", "phi3; reboot", "ollama pull 'phi3; reboot'"),
        ("llamacpp", "hf.co/some/Tiny/q4.gguf", "hf download some/Tiny q4.gguf --revision main"),
        (
            "llamacpp",
            "hf.co/some/Tiny@v2/a/q4.gguf",
            "hf download some/Tiny a/q4.gguf --revision v2",
        ),
    ],
)
def test_the_command_that_fetches_a_base(engine: str, base: str, mend: str) -> None:
    """Of a model that is not there the command is told, and can be pasted whatever the entry says."""
    (found,) = presence_findings(ModelSpec("m", engine, base), Presence(pulled=False))

    assert (found.state, found.mend) == (State.PROBLEM, mend)


def test_what_a_server_would_not_tell_is_a_note() -> None:
    """The model is there; that its context is unknown is no problem."""
    presence = Presence(pulled=True, facts=Facts(untold="http://x while describing phi3 (502)"))

    assert states(list(presence_findings(PHI3, presence))) == [
        ("model", State.OK),
        ("model", State.NOTE),
    ]
