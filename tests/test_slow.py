"""What is slow by nature: fresh clones with their own installation, runs that are killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.doubles import Double, ollama_double
from tests.projects import PAGES, WORKERS, Project, environment, lines_with, rules

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent


def bare(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as on a bare machine: no virtual environment of ours, nobody where Ollama would be."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment("127.0.0.1:9"), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_a_fresh_clone_evaluates_with_one_command(tmp_path: Path) -> None:
    """``make eval`` installs, reads, grades and gates; a second time nothing is asked or left behind."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    python = f"PYTHON={Path(sys.base_prefix) / 'bin' / 'python3'}"

    first = bare(["make", "eval", python], clone)
    second = bare(["make", "eval", python, "ARGS=--explain-asks"], clone)
    status = bare(["git", "status", "--porcelain"], clone)

    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    assert "all questions" in first.stdout
    assert "nothing was asked; every reply was stored" in second.stdout
    assert (clone / "reports" / "junit.xml").is_file()
    assert status.stdout == ""


def started(
    project: Project, double: Double, *arguments: str, output: Path | None = None
) -> subprocess.Popen[bytes]:
    """Pytest on phi3 in the background, leader of a process group of its own."""
    with (output or Path(os.devnull)).open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-m", "phi3", *arguments],
            cwd=project.path,
            env=environment(double.address),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def more_articles(project: Project, count: int) -> None:
    """Copies of the three articles under further names, so that a run lasts."""
    folder = project.path / "fixtures" / "articles"
    for number in range(count):
        for article in PAGES:
            name = f"{article}-{number}"
            page = (folder / f"{article}.html").read_text(encoding="utf-8")
            label = (folder / f"{article}.yaml").read_text(encoding="utf-8")
            (folder / f"{name}.html").write_text(
                page.replace("</article>", f"<p>Edition {number}.</p></article>"), encoding="utf-8"
            )
            (folder / f"{name}.yaml").write_text(
                label.replace(f"id: {article}", f"id: {name}"), encoding="utf-8"
            )


def stored(project: Project) -> set[str]:
    """The prompts whose reply is in the store; every entry there is whole."""
    files = (project.path / ".slm-harness" / "answers").glob("??/*.json")
    entries = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert all(entry["reply"]["text"] for entry in entries)
    return {str(entry["prompt"]) for entry in entries}


KILLS = 25
"""For each of two ways to run: fifty in all."""


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_a_run_killed_anywhere_goes_on_where_it_stopped(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """After each kill -9 every reply that came is whole in the store, and is never asked for again."""
    more_articles(project, 20)
    wanted = 21 * len(PAGES)
    moments = random.Random(20261130)
    lost = 0
    with ollama_double(
        "--models", "phi3", "--delay", "0.25",
        log=tmp_path / "log", answers=rules(), folder=tmp_path,
    ) as double:  # fmt: skip
        before: set[str] = set()
        for number in range(KILLS):
            seen = len(double.prompts())
            # Every other run is on its way to its first article, the others are among the articles.
            sign = ("/api/version", "/api/generate")[number % 2]
            met, until = double.count(sign), time.monotonic() + 60
            process = started(project, double, *workers)
            while double.count(sign) == met and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(moments.uniform(0, 1.5))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)
            double.rest()
            asked, after = set(double.prompts()[seen:]), stored(project)
            assert not asked & before
            assert before <= after
            assert len(asked - after) <= 1
            lost += len(asked - after)
            before = after
        last = project.pytest("-m", "phi3", *workers, host=double.address)
        prompts = double.prompts()

    assert len(before) >= KILLS // 4, "the kills came too early to interrupt any asking"
    assert last.verdicts() == {"right": 9 * wanted}
    assert len(set(prompts)) == wanted
    assert len(prompts) - len(set(prompts)) <= lost


def test_an_interrupted_run_keeps_what_came_and_ends_at_once(
    project: Project, tmp_path: Path
) -> None:
    """Ctrl-C in the middle: exit 2, no traceback of ours, what has come is kept, what is missing is named."""
    more_articles(project, 20)  # enough that a busy machine does not come to the end first
    with ollama_double(
        "--models", "phi3", "--delay", "0.5",
        log=tmp_path / "log", answers=rules(), folder=tmp_path,
    ) as double:  # fmt: skip
        process = started(project, double, output=tmp_path / "output")
        deadline = time.monotonic() + 30
        while len(double.prompts()) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        interrupted = time.monotonic()
        code = process.wait(timeout=30)
        took = time.monotonic() - interrupted
        kept = len(stored(project))
        said = (tmp_path / "output").read_text(encoding="utf-8")

    assert code == 2
    assert took < 5
    assert kept >= 3
    assert lines_with(said, "still to be asked of phi3: ", f"({21 * len(PAGES) - kept})")
    assert "Traceback" not in said


def test_progress_is_for_terminals(project: Project, tmp_path: Path) -> None:
    """On a terminal: what is done and left, at which pace. In a pipe: nothing of it."""
    command = [sys.executable, "-m", "pytest", "-m", "phi3", "--answers=fresh"]
    in_terminal = f"import pty, sys; sys.exit(pty.spawn({command!r}) >> 8)"
    with ollama_double(
        "--models", "phi3", "--delay", "1.1", answers=rules(), folder=tmp_path
    ) as double:
        shown = subprocess.run(
            [sys.executable, "-c", in_terminal],
            cwd=project.path,
            env=environment(double.address),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        piped = project.pytest("-m", "phi3", "--answers=fresh", host=double.address)

    assert "[phi3: 1 asked, 0 recalled, 2 left, " in shown.stdout
    assert "about 2 s to go" in shown.stdout
    assert "[phi3: 3 asked, 0 recalled, 0 left, " in shown.stdout
    assert " asked, 0 recalled" not in piped.output


def test_make_says_what_is_missing(tmp_path: Path) -> None:
    """A Python that is too old is named, with what to type instead."""
    shutil.copy(ROOT / "Makefile", tmp_path / "Makefile")
    old = tmp_path / "old-python"
    old.write_text(
        '#!/bin/sh\n[ "$1" = -V ] && echo Python 3.8.1 && exit 0\nexit 1\n', encoding="utf-8"
    )
    old.chmod(0o755)

    done = bare(["make", "eval", f"PYTHON={old}"], tmp_path)

    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.8.1" in done.stderr
