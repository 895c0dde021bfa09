"""The gate in whole runs of pytest: modes, floors, what is graded again, and when there is no verdict."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from slm_harness.gate import parse, render
from slm_harness.records import Verdict
from tests.doubles import ollama_double, write_answers
from tests.projects import WORKERS, Project, Run, lines_with, rules
from tests.pytest_server import PytestServer

SNAPSHOT = "evals/__snapshots__/phi3.txt"
EVIDENCE = "evals/answers/phi3.jsonl"
KNOWN: Mapping[str, Mapping[str, object]] = {"harbour_dental": {"breach_date": "05-Jun-2025"}}
WORSE: Mapping[str, Mapping[str, object]] = {**KNOWN, "mill_lane": {"third_parties": ["Acme Ltd"]}}
FELL = "test_answer[phi3-mill-lane-third_parties]"


def one(run: Run, name: str) -> Mapping[str, str]:
    """The case of that name."""
    return next(case for case in run.cases if case["name"] == name)


@pytest.fixture(scope="module")
def fallen_once(tmp_path_factory: pytest.TempPathFactory, server: PytestServer) -> Project:
    """A project in which phi3 was accepted with one wrong answer, and has said one more since."""
    folder = tmp_path_factory.mktemp("fallen")
    (folder / "project").mkdir()
    project = Project.make(folder / "project", server)
    with ollama_double("--models", "phi3", answers=rules(**KNOWN), folder=folder) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        write_answers(folder, rules(**WORSE))
        project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was it?")
        project.pytest("-m", "phi3", host=double.address)
    return project


@pytest.fixture
def fallen(fallen_once: Project, tmp_path: Path) -> Project:
    """A copy of it for one test."""
    return fallen_once.copied(tmp_path / "project")


def replay(project: Project, *arguments: str) -> Run:
    """What the stored replies come to."""
    return project.pytest("-m", "phi3", "--answers=replay", *arguments)


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_significant_lets_one_fall_pass_and_says_so(fallen: Project, workers: list[str]) -> None:
    """No single answer is red; the verdict has its counts and its probability, in JUnit too."""
    run = replay(fallen, "--gate=significant", *workers)

    assert run.code == 0, run.output
    assert one(run, FELL)["outcome"] == "skipped"
    verdict = one(run, "test_pass_rates[phi3]")["gate"]
    assert verdict == (
        "phi3 is not found worse than its snapshot: 1 answer fell, 0 rose, p 0.500; "
        "changed: the prompt (breached_entity)"
    )
    assert verdict in run.output
    assert lines_with(run.output, "3 articles: no fall could show at the level of 0.05")


def test_a_floor_is_red_whatever_was_accepted(fallen: Project) -> None:
    """Under the floor of a question the gate fails in either mode; over it, it passes."""
    (fallen.path / "evals" / "gate.yaml").write_text(
        "mode: significant\nfloors: {breach_date: 0.6}\n"
        "models: {phi3: {floors: {third_parties: 0.7}}}\n",
        encoding="utf-8",
    )

    run = replay(fallen)

    assert run.code == 1
    assert one(run, "test_pass_rates[phi3]")["outcome"] == "failure"
    assert "third_parties: 66.7 %, where 70 % is the least that is allowed" in run.output
    assert not lines_with(run.output, "breach_date: 66.7 %")


def test_a_selection_without_the_gate_gives_no_verdict_and_says_so(fallen: Project) -> None:
    """One article's answers are told; whether the model is worse is not."""
    run = replay(fallen, "-k", "harbour-dental")

    assert run.code == 0, run.output
    assert lines_with(run.output, "phi3: no verdict: its test_pass_rates is not among the selected")
    assert not lines_with(run.output, "than its snapshot")


def test_a_run_that_is_stopped_before_the_gate_leaves_none(fallen: Project) -> None:
    """-x at the first fall: no verdict, and what was accepted stays as it is."""
    before = fallen.files("evals")
    run = replay(fallen, "-x")

    assert run.code == 1
    assert lines_with(run.output, "phi3: no verdict: its test_pass_rates came to no end")
    assert fallen.files("evals") == before


def judged_otherwise(project: Project) -> None:
    """Make the accepted snapshot that of other graders, who found every answer wrong."""
    path = project.path / SNAPSHOT
    before = parse(path.read_text(encoding="utf-8"), SNAPSHOT)
    wrong = {
        id_: replace(line, samples=((Verdict.WRONG,) * len(before.questions),))
        for id_, line in before.lines.items()
    }
    graders = {**before.provenance, "graders": "names 1"}
    other = replace(before, provenance=graders, lines=wrong)
    path.write_text(render(other), encoding="utf-8")


def test_other_graders_grade_both_sides(fallen: Project) -> None:
    """The accepted replies are there, so the model is compared with itself by the graders of today."""
    judged_otherwise(fallen)

    run = replay(fallen)

    assert lines_with(
        run.output,
        "phi3 is worse than its snapshot: 1 answer fell, 0 rose",
        "graded again on both sides: graders names 1 -> count 2, date 2, names 2",
    )


def test_what_cannot_be_graded_again_is_refused_with_the_reason(
    project: Project, tmp_path: Path
) -> None:
    """Without the accepted replies there is nothing to grade again: red, and it is said what is missing."""
    with ollama_double("--models", "phi3", answers=rules(**KNOWN), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        judged_otherwise(project)
        (project.path / EVIDENCE).unlink()
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 1
    assert lines_with(run.output, "phi3 cannot be compared with its snapshot as it is")
    assert lines_with(
        run.output,
        "not compared: graders names 1 -> count 2",
        "county-final, harbour-dental, mill-lane cannot be graded again: "
        "no replies of phi3 were accepted with it",
    )


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
@pytest.mark.parametrize(
    ("version", "empty", "code", "asked", "verdict"),
    [
        ("0.34.0", "1-1", 0, 4, "is not worse than its snapshot: 0 answers fell, 0 rose, 9 flaky"),
        ("0.34.0", "1-2", 1, 4, "is worse than its snapshot: 9 answers fell, 0 rose"),
        ("0.33.0", "1-1", 1, 3, "is worse than its snapshot: 9 answers fell, 0 rose"),
    ],
    ids=["another server, not reproduced", "another server, reproduced", "the same server"],
)
def test_a_flip_under_another_server_is_asked_once_more(
    project: Project,
    tmp_path: Path,
    workers: list[str],
    version: str,
    empty: str,
    code: int,
    asked: int,
    verdict: str,
) -> None:
    """What is not reproduced is flaky, shown and not red; the first line names the server."""
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path) as double:
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
    project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was it?")
    once = rules()
    once[0]["scenario"] = f"empty-response:{empty}"
    with ollama_double(
        "--models", "phi3", "--version", version, answers=once, folder=tmp_path, log=log
    ) as other:
        run = project.pytest("-m", "phi3", *workers, host=other.address)
        put = other.prompts()

    assert run.code == code, run.output
    assert len(put) == asked
    line = one(run, "test_pass_rates[phi3]")["gate"]
    assert line.startswith(f"phi3 {verdict}; changed: ")
    assert ("server 0.33.0 -> 0.34.0" in line) == (version != "0.33.0")
    assert run.results["models"]["phi3"]["samples"] == 1


def test_a_broken_policy_is_one_line(project: Project) -> None:
    """The file, the place and the nearest name; nothing is asked."""
    (project.path / "evals" / "gate.yaml").write_text("floors: {cuase: 0.5}\n", encoding="utf-8")

    run = project.pytest("-m", "baseline")

    assert run.code == 4
    assert lines_with(run.output, "gate.yaml: floors: no question is called 'cuase'", "'cause'?")
