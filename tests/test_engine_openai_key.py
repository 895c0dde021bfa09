"""An API key planted in the environment is in no file that a run leaves, whatever the server repeats of it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.doubles import Double, openai_double
from tests.projects import Project, Run, lines_with, rules

pytestmark = pytest.mark.slow

KEY = "sk-planted/0123456789+abcdef=="
VARIABLE = "SLM_TEST_KEY"
FORMS = [
    KEY[:14].encode(),
    KEY.encode(),
    quote(KEY, safe="").encode(),
    *(base64.b64encode(b"x" * shift + KEY.encode())[4:24] for shift in range(3)),
]
"""The key, its beginning, and how URLs and base64 would have it, at each of base64's three offsets."""
MODEL = """\
models:
  gpt:
    engine: openai
    base: gpt-tiny
    base_url: {url}/v1
    key_env: SLM_TEST_KEY
    concurrency: 2
    price: {{input: 0.15, output: 0.60}}
  baseline:
    engine: baseline
"""
LOUD = ["--log-level=DEBUG", "--log-file=run.log", "-rA", "--tb=long", "--showlocals"]


@pytest.fixture
def where(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose runs have the key in their environment, and their own folder for temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv(VARIABLE, KEY)
    monkeypatch.setenv("OPENAI_LOG", "debug")
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(temporary))
    return tmp_path


@pytest.fixture
def double(where: Path, project: Project) -> Iterator[Double]:
    """A server that wants the key and repeats it: in two of three replies, and in one error."""
    befallen = {"Harbour": "echo", "Postwright": "late-key:2", "tie-break": "echo"}
    said = [
        {**rule, "scenario": next(v for k, v in befallen.items() if k in str(rule["contains"]))}
        for rule in rules()
    ]
    folder = where / "double"
    folder.mkdir()
    flags = ("--models", "gpt-tiny", "--key", KEY)
    with openai_double(*flags, answers=said, folder=folder, log=folder / "log") as started:
        models = MODEL.format(url=started.address)
        (project.path / "evals" / "models.yaml").write_text(models, encoding="utf-8")
        yield started


def leaks(where: Path) -> list[str]:
    """The files of a run that hold the key in one of its forms."""
    found = [path for folder in ("project", "temporary") for path in (where / folder).rglob("*")]
    files = [path for path in found if path.is_file()]
    assert len(files) > 20
    return [str(path) for path in files if any(form in path.read_bytes() for form in FORMS)]


def outcome(run: Run) -> dict[str, int]:
    """How often each verdict came, contested ones aside."""
    return {name: run.verdicts().get(name, 0) for name in ("right", "wrong", "not-measured")}


def test_no_file_of_any_run_has_the_key(where: Path, project: Project, double: Double) -> None:
    """Accepted, asked anew by two workers, failing, as loud as can be: the key is in none of it."""
    accepted = project.pytest("-m", "gpt", "--snapshot-update", *LOUD)
    assert outcome(accepted) == {"right": 25, "wrong": 2, "not-measured": 0}, accepted.output
    assert leaks(where) == []
    assert "stolen key ***" in str(accepted.results["replies"])
    costs = accepted.results["models"]["gpt"]["cost_per_1000_articles"]
    assert f"cost per 1,000 articles   {costs:.2f}" in " ".join(accepted.output.split("  "))

    failing = project.pytest(
        "-m", "gpt", "--answers=fresh", "-n", "2", "-o", "slm_pause=0", "--all-wrong-fail", *LOUD
    )
    assert failing.code == 1
    assert outcome(failing)["not-measured"] == 9, failing.output
    assert "ServerFailed" in str(failing.results["failures"])
    assert leaks(where) == []

    replayed = project.pytest("-m", "gpt", "--answers=replay", *LOUD)
    assert replayed.code == 0, replayed.output
    assert leaks(where) == []
    sent = [entry["headers"] for entry in double.log()]
    assert all(f"Bearer {KEY}" in str(headers) for headers in sent)


def test_a_refused_key_is_in_no_file(
    where: Path, project: Project, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key comes back in the server's refusal, and the line that says so has three stars."""
    wrong = KEY.replace("=", "A")
    monkeypatch.setenv(VARIABLE, wrong)
    run = project.pytest("-m", "gpt", *LOUD)

    assert run.code == 1
    assert "Incorrect API key provided: ***" in run.output
    assert leaks(where) == []


def test_a_key_that_is_not_set_is_one_line(
    where: Path, project: Project, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is named ends the run as for any wrong setting; who is not is left out, and nobody is asked."""
    project.pytest("-m", "gpt or baseline", "--snapshot-update")
    asked = len(double.log())
    monkeypatch.delenv(VARIABLE)
    named, plain = project.pytest("-m", "gpt"), project.pytest()

    assert asked > 3
    assert named.code == 4
    assert "export SLM_TEST_KEY" in named.output
    assert lines_with(plain.output, "not evaluated: gpt: ", "export SLM_TEST_KEY")
    assert plain.code == 0
    assert len(double.log()) == asked
