"""Runs pytest in projects of tests: a process that has imported what is slow, and forks for each run.

Every run is a process of its own, with its own folder, environment and output, as when a user types
``python -m pytest``; only the imports are not paid for each time.
"""

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LIMIT_SECONDS = 120
SLOW_IMPORTS = (
    "bs4",
    "lxml.html",
    "ollama",
    "sqlite3",
    "trafilatura",
    "slm_harness.breach.reader",
    "slm_harness.derived",
    "slm_harness.engines.ollama.engine",
    "slm_harness.grading.against",
    "slm_harness.labels.commonest",
    "slm_harness.labels.load",
    "slm_harness.pages.cleaning",
    "slm_harness.report.results",
    "slm_harness.session",
)


class PytestServer:
    """The side of the tests."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
    ) -> int:
        """Run pytest in ``folder``; what it prints goes to ``output``. The exit code, -N for a signal."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the server was started without pipes")
        request = [list(arguments), str(folder), dict(environment), str(output)]
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        return int(stdout.readline())


@contextmanager
def started_server() -> Iterator[PytestServer]:
    """Start one; it ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.pytest_server"],
        cwd=Path(__file__).resolve().parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield PytestServer(process)


def serve() -> None:
    """Answer one run after the other, until standard input ends."""
    from _pytest.config import default_plugins

    for name in (*SLOW_IMPORTS, *(f"_pytest.{plugin}" for plugin in default_plugins)):
        importlib.import_module(name)
    # Pytest collects garbage twice in each run; what was imported here is none.
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        arguments, folder, environment, output = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(arguments, folder, environment, output)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _run(arguments: list[str], folder: str, environment: dict[str, str], output: str) -> None:
    """One run, in the child; never returns."""
    signal.alarm(LIMIT_SECONDS)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        opened = os.open(name, flags)
        os.dup2(opened, descriptor)
    os.dup2(1, 2)
    sys.path.insert(0, folder)
    code = 70
    try:
        import pytest

        code = int(pytest.main(arguments))
    except BaseException:  # noqa: BLE001 - told, and ended with
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
