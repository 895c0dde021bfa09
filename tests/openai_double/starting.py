"""Starting the double in a test, and having it gone afterwards."""

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.doubles import ROOT, Double, write_answers

START_SECONDS = 60
"""Longest wait for a double, on a machine that has much to do."""


@contextmanager
def openai_double(
    *flags: str,
    log: Path | None = None,
    answers: object = None,
    folder: Path | None = None,
    port: int = 0,
) -> Iterator[Double]:
    """Start a double and end it afterwards; its API is below ``/v1`` of its address.

    Args:
        flags: Command line, as in ``python -m tests.openai_double --help``.
        log: File for the requests; what `Double.log` and `Double.count` read.
        answers: Rules for the replies (see ``tests.ollama_double.replies``).
        folder: Where to write them, usually ``tmp_path``.
        port: 0 takes a free one; give that of a killed double to restart it at the same address.
    """
    command = [sys.executable, "-m", "tests.openai_double", "--port", str(port), *flags]
    if log is not None:
        command += ["--log", str(log)]
    if answers is not None and folder is not None:
        command += ["--answers", str(write_answers(folder, answers))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Double(_address(process), process, log)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    stdout = process.stdout
    if stdout is None or not select.select([stdout], [], [], START_SECONDS)[0]:
        raise RuntimeError(f"the double did not start within {START_SECONDS} s")
    return str(json.loads(stdout.readline())["address"])
