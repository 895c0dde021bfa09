"""Both runs of pytest-evals: under xdist it wants the analysis in a second one."""

import subprocess
import sys
from pathlib import Path

from benchmarks.speed.contest import AT_ONCE


def pytest(*arguments: str) -> None:
    """Run pytest; end with its status where that is not 0."""
    command = [sys.executable, "-m", "pytest", "-q", "test_pytest_evals.py", *arguments]
    done = subprocess.run(command, check=False)  # noqa: S603 - our own arguments
    if done.returncode:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    Path(".xdist_harvested").mkdir(exist_ok=True)  # it takes this folder for granted
    pytest("--run-eval", "-n", str(AT_ONCE))
    pytest("--run-eval-analysis")
