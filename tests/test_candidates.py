"""``pytest --prompt FILE``: another wording evaluated beside the committed one, which stays as it is."""

from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import Project, lines_with, rules

COMMITTED = "evals/prompts/breach.yaml"


@pytest.fixture
def accepted(project: Project, tmp_path: Path) -> Project:
    """A project with accepted replies of phi3, all right, and a candidate beside its prompt."""
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
    words = (project.path / COMMITTED).read_text("utf-8")
    worse = words.replace("state it", "say it in a word")
    assert worse != words
    (project.path / "terse.yaml").write_text(worse, "utf-8")
    return project


def test_a_candidate_is_compared_and_nothing_is_touched(accepted: Project, tmp_path: Path) -> None:
    """It is asked in its own words, red for what fell, named as what changed, and leaves what is committed."""
    before = accepted.files("evals")
    answers = rules(harbour_dental={"cause": "weather"})
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", answers=answers, log=log, folder=tmp_path) as double:
        run = accepted.pytest("-m", "phi3", "--prompt", "terse.yaml", host=double.address)
        prompts = double.prompts()

    assert run.code == 1
    assert len(prompts) == 3
    assert "say it in a word" in run.results["prompt"]
    assert lines_with(run.output, "is worse than its snapshot", "changed: the prompt (cause)")
    assert lines_with(run.output, "reworded: cause: ", "[-state-]{+say+} it {+in a word+}")
    assert lines_with(
        run.output,
        "a candidate: terse.yaml; nothing of it is accepted; to take it over, copy it to "
        f"{COMMITTED} and run pytest -m phi3 --snapshot-update",
    )
    assert lines_with(run.output, "look closer", "--prompt terse.yaml")
    assert not lines_with(run.output, "accept: ")
    assert accepted.files("evals") == before


@pytest.mark.parametrize("file", ["terse.yaml", COMMITTED])
def test_a_candidate_is_not_accepted(accepted: Project, file: str) -> None:
    """One line with the reason, exit 4, before anybody is asked; the committed one by name as well."""
    before = accepted.files("evals")

    run = accepted.pytest("-m", "phi3", "--prompt", file, "--snapshot-update")

    assert run.code == 4
    assert lines_with(run.output, f"--prompt {file}: a candidate is not accepted", COMMITTED)
    assert accepted.files("evals") == before


def test_a_replay_of_a_candidate_tells_to_ask_and_not_to_accept(
    accepted: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody was asked its words: red, with the command that asks; by slm-harness grade as well."""
    from slm_harness.cli import main

    told = "where its server is, run pytest -m phi3 --prompt terse.yaml"
    run = accepted.pytest("-m", "phi3", "--prompt", "terse.yaml", "--answers=replay")
    monkeypatch.chdir(accepted.path)

    assert run.code == 1
    assert lines_with(run.output, told)
    assert main(["grade", "phi3", "--prompt", "terse.yaml"]) == 1
    out = capsys.readouterr().out
    assert told in out
    assert "accept" not in out.replace("nothing of it is accepted", "").replace("were accepted", "")


def test_the_committed_prompt_by_its_name_is_no_candidate(accepted: Project) -> None:
    """Nothing is asked anew, and nothing is said of a candidate."""
    run = accepted.pytest("-m", "phi3", "--prompt", f"./{COMMITTED}", "--answers=replay")

    assert run.code == 0, run.output
    assert "a candidate" not in run.output


def test_a_candidate_that_is_no_prompt_is_refused(accepted: Project) -> None:
    """A question that is missing, or a file that is not there: one line, exit 4."""
    accepted.edit("terse.yaml", "  cause: If", "  couse: If")

    run = accepted.pytest("-m", "phi3", "--prompt", "terse.yaml")

    assert run.code == 4
    assert lines_with(run.output, "terse.yaml: under questions: cause is missing", "'couse'")
