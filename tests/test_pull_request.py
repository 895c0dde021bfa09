"""A pull request played through: a prompt that got worse, mended, and another that is accepted.

The double answers by the words of the prompt, as a model would.
"""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import Project, lines_with, rules

PROMPT = "evals/prompts/breach.yaml"
SNAPSHOT = "evals/__snapshots__/phi3.txt"
COMMITTED = "How many records were breached?"
WORSE = "How many files?"
OTHER = "How many people, or records, were breached?"


def by_wording(wording: str, **changes: Mapping[str, object]) -> list[dict[str, object]]:
    """Rules for what is said to a prompt with one wording."""
    return [
        {**rule, "contains": [rule["contains"], f'"records_breached": {wording}']}
        for rule in rules(**changes)
    ]


ANSWERS = [
    *by_wording(
        COMMITTED, mill_lane={"cause": "phishing"}, county_final={"records_breached": "900"}
    ),
    *by_wording(
        WORSE,
        harbour_dental={"records_breached": "4"},
        mill_lane={"cause": "phishing"},
        county_final={"records_breached": "900"},
    ),
    *by_wording(OTHER, mill_lane={"cause": "phishing", "third_parties": ["Acme Ltd"]}),
]


class Repository:
    """A project under version control."""

    def __init__(self, project: Project, host: str) -> None:
        self.project = project
        self._host = host
        self.git("init", "-q", "-b", "main")
        ignored = ".slm-harness/\nreports/\n__pycache__/\n.pytest_cache/\noutput.txt\n"
        (project.path / ".gitignore").write_text(ignored, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        """What git prints."""
        name = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
        command = ["git", *name, "-c", "commit.gpgsign=false", *arguments]
        done = subprocess.run(
            command, cwd=self.project.path, capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self, message: str) -> None:
        """Commit all there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def reword(self, old: str, new: str) -> None:
        """Edit the question in the prompt file."""
        self.project.edit(PROMPT, f"records_breached: {old}", f"records_breached: {new}")

    def changed(self, file: str) -> list[str]:
        """The lines that a diff of a file takes out and puts in, without their sign's own header."""
        diff = self.git("diff", "-U0", "--", file).splitlines()
        return [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.fixture
def repository(project: Project, tmp_path: Path) -> Iterator[tuple[Repository, str]]:
    """A repository with an accepted phi3, and the address of its server."""
    with ollama_double("--models", "phi3", answers=ANSWERS, folder=tmp_path) as double:
        found = Repository(project, double.address)
        run = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        assert run.code == 0, run.output
        found.commit("Accept phi3")
        yield found, double.address


def test_a_pull_request_from_red_to_green_to_accepted(
    repository: tuple[Repository, str],
) -> None:
    """A worse wording is red with all that a reviewer needs; mended it is green; another changes those lines only."""
    there, host = repository

    there.reword(COMMITTED, WORSE)
    red = there.project.pytest("-m", "phi3", host=host)
    assert red.code == 1
    assert there.git("status", "--porcelain").split() == ["M", PROMPT]
    text = red.output
    assert lines_with(
        text,
        "phi3 is worse than its snapshot: 1 answer fell, 0 rose",
        "changed: the prompt (records_breached)",
    )
    assert lines_with(
        text, "reworded: records_breached: How many [-records were breached?-]{+files?+}"
    )
    assert lines_with(text, "records_breached: 2/3 before, 1/3 now", "-33.3 points", "p 0.500")
    assert lines_with(
        text,
        "harbour-dental: right -> wrong; expected '4120 patients', "
        "said '4,120' before, says '4' now: ",
    )
    assert lines_with(text, "look closer:", "-m phi3")
    assert lines_with(text, "accept:", "pytest -m phi3 --snapshot-update")

    there.reword(WORSE, COMMITTED)
    mended = there.project.pytest("-m", "phi3", host=host)
    assert mended.code == 0, mended.output
    assert lines_with(mended.output, "phi3 is not worse than its snapshot: 0 answers fell, 0 rose")
    assert there.git("status", "--porcelain") == ""

    there.reword(COMMITTED, OTHER)
    accepted = there.project.pytest("-m", "phi3", "--snapshot-update", host=host)
    assert accepted.code == 0, accepted.output
    lines = there.changed(SNAPSHOT)
    assert [line[0] for line in lines].count("+") == [line[0] for line in lines].count("-")
    assert [line[1:].split()[-1] for line in lines if line[0] == "+"][2:] == [
        "records_breached",
        "third_parties",
        "questions",
        "+++++++++",
        "++++++-+-",
    ]
    assert [line[1:].split()[0] for line in lines if line[0] == "+"][:2] == ["prompt", "recipe"]
    there.commit("Accept another wording")
    after = there.project.pytest("-m", "phi3", "--answers=replay", host="127.0.0.1:9")
    assert after.code == 0, after.output
