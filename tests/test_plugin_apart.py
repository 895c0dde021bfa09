"""Runs with the processes beside them, without them, and with one that is killed."""

from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import Project, Run, rules

A_THREAD = """

import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
"""
TELL = """

from slm_harness.plugin.state import STATE

def pytest_sessionfinish(session):
    apart = session.config.stash[STATE].asking.filler._apart
    with open("apart", "w") as told:
        told.write("here" if apart is None else "apart")
"""
KILL = """

import os
from slm_harness.plugin.state import STATE

def pytest_collection_finish(session):
    apart = session.config.stash[STATE].asking.filler._apart
    os.kill(apart._WHICH.pid, 9)
"""


def add(project: Project, code: str) -> None:
    """Put something into the project's conftest."""
    with (project.path / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(code)


def comparable(run: Run) -> list[tuple[str, ...]]:
    """All of a run's cases that does not depend on time."""
    names = ("name", "outcome", "verdict", "expected", "got", "reason", "model", "contradicts")
    return sorted(tuple(case.get(name, "") for name in names) for case in run.cases)


def test_a_run_without_other_processes_says_the_same(project: Project, tmp_path: Path) -> None:
    """Where the user's own code has a second thread nothing is forked, and this process asks and grades."""
    add(project, TELL)
    answers = rules(harbour_dental={"breach_date": "05-Jun-2025"})
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        runs, where, kept = [], [], []
        for code in ("", A_THREAD):
            add(project, code)
            runs.append(
                project.pytest(
                    "-m", "phi3", "--answers=fresh", "--snapshot-update", host=double.address
                )
            )
            where.append((project.path / "apart").read_text())
            kept.append(project.files("evals/__snapshots__"))

    assert where == ["apart", "here"]
    assert comparable(runs[0]) == comparable(runs[1])
    assert runs[0].verdicts() == {"right": 26, "wrong": 1}
    assert kept[0] == kept[1]


@pytest.mark.parametrize("which", ["asks", "grades"])
def test_where_a_process_is_killed_nothing_is_measured_and_nobody_waits(
    which: str, project: Project, tmp_path: Path
) -> None:
    """As by the system where memory runs out: red, with the reason, and never a wrong answer."""
    add(project, KILL.replace("WHICH", {"asks": "asker", "grades": "grader"}[which]))
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.code == 1
    assert run.verdicts() == {"not-measured": 27}
    assert f"the process that {which} was ended from outside, exit code -9" in run.output
    assert "Traceback" not in run.output
