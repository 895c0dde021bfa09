"""Regrading accepted replies by the graders and labels of today."""

from pathlib import Path

import pytest

from slm_harness import grading
from slm_harness.cli import main
from tests.doubles import StandingDouble
from tests.projects import Project, rules
from tests.pytest_server import PytestServer


@pytest.fixture(scope="module")
def accepted_once(
    tmp_path_factory: pytest.TempPathFactory, server: PytestServer, standing_double: StandingDouble
) -> Project:
    """A project with accepted replies of phi3, one answer wrong, and nobody to ask."""
    folder = tmp_path_factory.mktemp("accepted")
    (folder / "project").mkdir()
    project = Project.make(folder / "project", server)
    answers = rules(harbour_dental={"breach_date": "05-Jun-2025"})
    double = standing_double.serve("--models", "phi3", answers=answers, folder=folder)
    project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
    return project


@pytest.fixture
def accepted(accepted_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of it for one test."""
    project = accepted_once.copied(tmp_path / "project")
    monkeypatch.chdir(project.path)
    return project


def test_nothing_changed(accepted: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a change no verdict flips, and the status is 0."""
    assert main(["regrade", "--diff"]) == 0
    assert capsys.readouterr().out == (
        "phi3: 0 of 27 verdicts flipped; 26 right in the snapshot, 26 now\n"
    )


def test_flips_are_named(accepted: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed label flips a verdict: article, question, before, now, both sides and the rule."""
    accepted.edit(
        "fixtures/articles/harbour-dental.yaml",
        "breach_date: {earliest: 2025-06-03, latest: 2025-06-03}",
        "breach_date: {earliest: 2025-06-05, latest: 2025-06-05}",
    )

    assert main(["regrade", "phi3", "--diff"]) == 1
    out = capsys.readouterr().out
    assert "phi3: 1 of 27 verdicts flipped; 26 right in the snapshot, 27 now\n" in out
    assert (
        "  harbour-dental, breach_date: wrong -> right; expected '05-Jun-2025', got '05-Jun-2025': "
        in out
    )
    assert main(["regrade"]) == 1
    assert "harbour-dental" not in capsys.readouterr().out


def test_other_graders_are_told(
    accepted: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the graders' versions differ from the snapshot's, both stand there."""
    now = {**grading.VERSIONS, "date": 99}
    monkeypatch.setattr(grading, "VERSIONS", now)

    assert main(["regrade"]) == 0
    assert ", date 99" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["regrade", "mistral"], "mistral has no accepted replies in evals/answers"),
        (
            ["regrade", "--articles", "nowhere"],
            "nowhere/answers: no model has accepted replies yet",
        ),
    ],
)
def test_nothing_to_regrade(
    accepted: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """Where there is nothing to grade again it says so, with status 2."""
    assert main(arguments) == 2
    assert why in capsys.readouterr().err
