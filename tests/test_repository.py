"""What the repository promises: layers, locks, a drawn error tree, and a README whose commands work."""

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from slm_harness import cli, errors
from slm_harness.breach import TASK, BreachAnalysisResponse
from slm_harness.labels.load import load_labelled
from tests.doubles import ollama_double
from tests.projects import Project, rules

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("    #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def test_the_core_needs_neither_pytest_nor_the_slow_imports() -> None:
    """The session can be used without pytest; clients and extractors wait until they are needed."""
    code = (
        "import sys, slm_harness.session\n"
        "print([m for m in ('pytest', 'syrupy', 'ollama', 'trafilatura', 'bs4', 'requests') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"


def test_every_error_is_in_the_drawn_tree() -> None:
    """The picture at the top of errors.py shows every class, and shows how it ends a run."""
    drawn = str(errors.__doc__)
    classes = [
        c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__
    ]

    assert len(classes) > 10
    for one in classes:
        assert re.search(rf"\b{one.__name__}\b", drawn), one
    for line in drawn.splitlines():
        ends = "(ends the model's run)" in line
        name = next((c for c in classes if f"─ {c.__name__} " in line), None)
        if name is not None:
            assert getattr(name, "ends_model", False) is ends, line


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_are_exact(name: str) -> None:
    """Every distribution has one version and its hashes; no index address is written down."""
    text = (ROOT / name).read_text(encoding="utf-8")
    pinned = re.split(r"\n(?=\S)", text.strip())

    assert len(pinned) > 30
    assert all(re.match(r"[a-z0-9._-]+==\S+", one) and "--hash=sha256:" in one for one in pinned)
    assert "://" not in text


def test_the_schema_has_nothing_that_a_grammar_ignores() -> None:
    """Enums, bounded strings and bounded lists; all nine required, in order; no title, no default."""
    schema = BreachAnalysisResponse.model_json_schema()
    sent = TASK.schema

    assert (
        sent["required"] == list(sent["properties"]) == list(TASK.ids) == list(schema["properties"])
    )
    for field in sent["properties"].values():
        assert field.keys() <= {"type", "enum", "maxLength", "items", "maxItems"}
    assert sent.keys() == {"type", "properties", "required", "additionalProperties"}


def test_every_fixture_survives_cleaning() -> None:
    """All evidence is in the cleaned text and no furniture is; one of the articles is about tennis."""
    labelled = load_labelled(ROOT / "fixtures" / "articles", TASK)

    assert len(labelled) >= 12
    assert any("tennis" in one.article.text for one in labelled)
    assert {one.article.kind for one in labelled} == set(TASK.article_kinds)


def test_ci_runs_what_the_readme_calls_its_two_commands() -> None:
    """``make eval`` and ``make test`` are in .ci/run as they stand."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()

    assert {"make eval", "make replay", "make test", "make test-slow", "make check"} <= set(script)


def test_models_are_added_to_the_baseline() -> None:
    """``make eval MODELS="phi3 mistral"`` selects the three."""
    done = subprocess.run(
        ["make", "-n", "eval", "MODELS=phi3 mistral"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip

    assert '-m "baseline or phi3 or mistral"' in done.stdout


def test_every_command_of_the_readme_is_known() -> None:
    """A new command in the README has to be run by a test below, or by CI."""
    for command in COMMANDS:
        assert command.startswith(("make ", ".venv/bin/pytest", ".venv/bin/slm-harness")), command
    assert len(COMMANDS) >= 10


def candidates(project: Project) -> None:
    """Write the wordings that the README tries."""
    words = (project.path / "evals/prompts/breach.yaml").read_text(encoding="utf-8")
    for name in ("terse", "sober"):
        text = words.replace("Which entity", f"Say in a {name} way which entity")
        (project.path / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.slow  # two runs of pytest for each
@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(".venv/bin/pytest")])
def test_pytest_commands_of_the_readme_work(project: Project, tmp_path: Path, command: str) -> None:
    """Each does what is said, against a server with the models that it names."""
    arguments = [a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', command)][1:]
    models = "phi3,llama3.2,gemma3:4b"
    own = project.path / "articles"
    shutil.copytree(project.path / "fixtures" / "articles", own)
    candidates(project)
    with ollama_double("--pullable", models, answers=rules(), folder=tmp_path) as double:
        project.pytest("-m", "baseline or phi3", "--snapshot-update", host=double.address)
        run = project.pytest(*arguments, host=double.address)

    known = not {"gemma", "llama", "--articles"} & set(re.findall(r"--articles|[a-z]+", command))
    assert run.code == (0 if known else 1), run.output
    assert set(run.verdicts()) <= {"right", "wrong"}
    assert ("E" * 3) not in run.output


@pytest.mark.slow
def test_slm_harness_commands_of_the_readme_work(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each ends with 0 where a server has the models; of an address, the page as a saved file."""
    commands = [c.split()[1:] for c in COMMANDS if c.startswith(".venv/bin/slm-harness")]
    page = project.path / "page.html"
    page.write_bytes((ROOT / "fixtures" / "articles" / "tramonto-open.html").read_bytes())
    candidates(project)
    monkeypatch.chdir(project.path)

    codes = []
    with ollama_double("--models", "phi3,llama3.2,mistral") as double:
        monkeypatch.setenv("OLLAMA_HOST", double.address)
        project.pytest("-m", "baseline or phi3", "--snapshot-update", host=double.address)
        project.pytest("-m", "phi3", "--prompt", "terse.yaml", host=double.address)
        for command in commands:
            if command[0] == "lint":  # as README says: only when the draft has been checked
                label = project.path / "articles" / "harbour-dental.yaml"
                label.write_text(re.sub("draft: true.*\n", "", label.read_text(encoding="utf-8")))
            words = [str(page) if word.startswith("https://") else word for word in command]
            codes.append(cli.main(words))

    named = ["regrade", "compare", "sweep", "add", "show", "lint", "ask", "ask", "doctor", "doctor"]
    assert [command[0] for command in commands] == named
    assert codes == [0] * len(named), capsys.readouterr()


@pytest.mark.parametrize("name", ["replay.yml", "evaluate.yml"])
def test_workflows_run_what_the_makefile_has(name: str) -> None:
    """Each is YAML with one job that calls a target of the Makefile, and keeps the reports."""
    path = ROOT / ".github" / "workflows" / name
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]

    assert any(run.startswith(("make eval ", "make replay")) for run in runs)
    assert any("upload-artifact" in step.get("uses", "") for step in job["steps"])
