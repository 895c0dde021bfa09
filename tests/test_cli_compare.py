"""``slm-harness compare``: accepted, revisions, runs, prompts and models of one project, and nothing asked."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from slm_harness.cli import main
from tests.doubles import ollama_double, write_answers
from tests.projects import Project, rules
from tests.pytest_server import PytestServer

TERSE = "prompts/terse.yaml"
TAGGED = "kind: breach\ntags: [relative-date]\n"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, server: PytestServer) -> Project:
    """A git repository in which phi3 and mistral are accepted, and a run of phi3 by a worse prompt."""
    folder = tmp_path_factory.mktemp("compared")
    place = folder / "project"
    place.mkdir()
    project = Project.make(place, server)
    project.edit("fixtures/articles/mill-lane.yaml", "kind: breach\n", TAGGED)
    words = (place / "evals/prompts/breach.yaml").read_text("utf-8")
    (place / "prompts").mkdir()
    (place / TERSE).write_text(words.replace("state it", "say it in a word"), "utf-8")
    with ollama_double("--models", "phi3,mistral", answers=rules(), folder=folder) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        wrong = rules(county_final={"cause_known": "Yes"}, mill_lane={"records_breached": "12"})
        write_answers(folder, wrong)
        project.pytest("-m", "mistral", "--snapshot-update", host=double.address)
        worse = rules(mill_lane={"cause": "a | `storm` <b>"}, harbour_dental={"cause": "weather"})
        write_answers(folder, worse)
        run = project.pytest("-m", "phi3", "--prompt", TERSE, host=double.address)
        assert run.code == 1
    for command in (
        ["init", "-q"],
        ["add", "evals", "fixtures"],
        ["-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)
    return project


@pytest.fixture
def there(compared: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """In its folder, with nobody to ask; whatever is compared changes nothing."""
    monkeypatch.chdir(compared.path)
    before = compared.files("evals"), compared.files("reports")
    yield compared
    assert (compared.files("evals"), compared.files("reports")) == before


def rows(out: str) -> dict[str, list[str]]:
    """The rows of the tables of an output, by their first word."""
    return {line.split()[0]: line.split()[1:] for line in out.splitlines() if line[:1].isalpha()}


def test_what_the_gate_prints_looks_closer(
    there: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The very command of the red gate: both sides, the words, the flips with what was said, the tag."""
    output = (there.path / there.output).read_text("utf-8")
    (command,) = {line for line in output.splitlines() if line.startswith("look closer:")}
    words = command.partition("slm-harness ")[2].split()

    assert main(words) == 1
    out = capsys.readouterr().out
    assert out.startswith(
        "phi3: reports/results.json is worse than accepted: 2 answers fell, 0 rose; "
        "changed: the prompt (cause)"
    )
    assert "[-state-]{+say+} it {+in a word+}" in out
    assert rows(out)["cause"][:3] == ["3/3", "1/3", "-66.7"]
    assert rows(out)["relative-date"][:3] == ["1", "9/9", "8/9"]
    assert "cause: harbour-dental: right -> wrong; expected " in out
    assert "said 'guessed password' before, says 'weather' now" in out


@pytest.mark.parametrize(
    ("arguments", "status", "first"),
    [
        (["HEAD", "accepted", "-m", "phi3"], 0, "phi3: accepted is not worse than HEAD: 0 answers"),
        (
            ["phi3", "mistral"],
            1,
            "mistral is worse than phi3: 2 answers fell, 0 rose; changed: base ",
        ),
        (["mistral", "phi3"], 0, "phi3 is not worse than mistral: 0 answers fell, 2 rose"),
        (["accepted", TERSE, "-m", "phi3"], 1, f"phi3: {TERSE} is worse than accepted: 2 answers"),
        (
            ["evals/prompts/breach.yaml", TERSE, "-m", "phi3", "--question", "cause_known"],
            0,
            f"phi3: {TERSE} is not worse than evals/prompts/breach.yaml: 0 answers fell",
        ),
        (["accepted", "mistral", "-m", "phi3"], 1, "mistral is worse than accepted (phi3): 2 "),
        (["accepted", "git:HEAD"], 0, "phi3: HEAD is not worse than accepted"),
        (
            ["accepted", "reports/results.json", "--gate=significant", "--gate-drop=5"],
            0,
            "phi3: reports/results.json is not found worse than accepted: 2 answers fell, 0 rose, p ",
        ),
    ],
)
def test_any_two_things_are_compared(
    there: Project,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    first: str,
) -> None:
    """Revisions, models, prompts, runs, in any order; the status follows the policy."""
    assert main(["compare", *arguments]) == status
    assert capsys.readouterr().out.startswith(first)


def test_it_is_written_for_github_and_for_programs(
    there: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same numbers; what a model said is words and nothing else."""
    file = tmp_path / "compared.md"

    assert (
        main(["compare", "accepted", TERSE, "-m", "phi3", "--markdown", str(file), "--json"]) == 1
    )
    found = json.loads(capsys.readouterr().out)
    (one,) = found["comparisons"]
    assert found["format"] == "slm-harness compare 1"
    assert one["questions"]["cause"]["now"]["passes"] == 1
    assert one["passes"] is False
    assert [flip["says_now"] for flip in one["flips"]] == ["weather", "a | `storm` <b>"]
    text = file.read_text("utf-8")
    assert f"### `{TERSE}` beside `accepted`" in text
    assert "a &#124; &#96;storm&#96; &#60;b&#62;" in text
    assert "| `cause` | 3/3 | 1/3 | -66.7 |" in text


def test_labels_of_now_judge_all_sides(
    there: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label that changed since both were graded is no change of the model: both are graded again."""
    articles = tmp_path / "fixtures"
    shutil.copytree(there.path / "fixtures" / "articles", articles)
    shutil.copytree(there.path / "evals" / "__snapshots__", articles / "__snapshots__")
    shutil.copytree(there.path / "evals" / "answers", articles / "answers")
    label = articles / "county-final.yaml"
    label.write_text(label.read_text("utf-8").replace('data_breach: "No"', 'data_breach: "Yes"').replace("kind: not-a-breach", "kind: breach"), "utf-8")  # fmt: skip

    status = main(["compare", "accepted", "reports/results.json", "--articles", str(articles)])
    out = capsys.readouterr().out
    assert status == 1
    assert "graded again on both sides: the label of county-final data_breach" in out
    assert rows(out)["data_breach"][:3] == ["2/3", "2/3", "0.0"]


def test_two_servers_are_compared_by_what_their_runs_left(
    there: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another version, another machine: named in the first line, whatever the files are called."""
    results = json.loads((there.path / "reports" / "results.json").read_text("utf-8"))
    identity = results["models"]["phi3"]["identity"]
    version, identity["server"] = identity["server"], "0.99.0"
    identity["machine"]["gpu share"] = 0.5
    other = tmp_path / "ci | 1.json"
    other.write_text(json.dumps(results), "utf-8")

    assert main(["compare", "reports/results.json", str(other)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"phi3: {other} is not worse than reports/results.json: 0 answers fell")
    assert f"; changed: server {version} -> 0.99.0, machine (gpu share " in first


def test_a_run_that_is_not_whole_is_no_pass(
    there: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was not measured is named with the command that measures it; the rest is compared."""
    results = json.loads((there.path / "reports" / "results.json").read_text("utf-8"))
    results["cases"] = [row for row in results["cases"] if row["article"] == "county-final"]
    part = tmp_path / "part.json"
    part.write_text(json.dumps(results), "utf-8")

    assert main(["compare", "accepted", str(part)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"phi3: {part} is not worse than accepted: 0 answers fell, 0 rose")
    assert (
        f"not measured: {part}: harbour-dental, mill-lane was not measured, or not whole (2 of 3 articles); pytest -m phi3 measures all"
        in out
    )
    assert rows(out)["cause"][:2] == ["1/1", "1/1"]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["accepted", "gone"], "gone is nothing that can be compared"),
        (["accepted", "gone.json"], "gone.json: there is no such file"),
        (["accepted", "evals/models.yaml"], "a prompt file has task, preamble and questions"),
        (["accepted", "reports/results.json", "-m", "mistral"], "it has no answers of mistral, only of phi3"),
        (["accepted", TERSE, "-m", "mistral"], f"pytest -m mistral --prompt {TERSE}"),
        (["accepted", "llama3.2"], "llama3.2 has no accepted snapshot"),
        (["phi3", "llama3.2"], "nobody has asked llama3.2 the words of llama3.2; ask it with pytest -m llama3.2"),
        (["phi3", "mistral", "-m", "phi3"], "A and B are models already"),
        (["accepted", "HEAD", "--question", "causes"], "did you mean 'cause'"),
        (["accepted", "--", "--output=x"], "--output=x is nothing that can be compared"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_line(
    there: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """Status 2, nothing on stdout, and what would help."""
    assert main(["compare", *arguments]) == 2
    out, err = capsys.readouterr()
    assert why in err
    assert (out, err.count("\n")) == ("", 1)
