"""Helper for tests: start the double of an Ollama server, use it, and have it gone afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slm_harness.engines.proof import PROMPT

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Double:
    """A running double."""

    address: str
    """``http://127.0.0.1:PORT``."""
    process: subprocess.Popen[str]
    log_file: Path | None = None

    def log(self) -> list[dict[str, object]]:
        """The requests so far, in the order of their answers; needs ``log`` at the start."""
        if self.log_file is None:
            raise RuntimeError("start the double with ollama_double(..., log=PATH) to read its log")
        if not self.log_file.exists():
            return []
        written, _, _ = self.log_file.read_text(encoding="utf-8").rpartition("\n")
        return [json.loads(line) for line in written.splitlines()]

    def bodies(self, path: str) -> list[dict[str, object]]:
        """The bodies of the requests to one path."""
        bodies = [entry["body"] for entry in self.log() if entry["path"] == path]
        return [body for body in bodies if isinstance(body, dict)]

    def prompts(self) -> list[str]:
        """The prompts that were put, in their order: neither loads nor tests of the schema."""
        asked = (str(body["prompt"]) for body in self.bodies("/api/generate"))
        return [prompt for prompt in asked if prompt and prompt != PROMPT]

    def count(self, path: str) -> int:
        """How many requests went to one path."""
        return sum(entry["path"] == path for entry in self.log())

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until its port is closed."""
        self.process.kill()
        self.process.wait()


@contextmanager
def ollama_double(
    *flags: str,
    log: Path | None = None,
    answers: object = None,
    folder: Path | None = None,
    port: int = 0,
) -> Iterator[Double]:
    """Start a double and end it afterwards.

    Args:
        flags: Command line, as in ``python -m tests.ollama_double --help``.
        log: File for the requests; what `Double.log` and `Double.count` read.
        answers: Rules for the replies (see ``replies.py``), written to ``folder / "answers.json"``.
        folder: Where to write them, usually ``tmp_path``.
        port: 0 takes a free one; give that of a killed double to restart it at the same address.
    """
    command = [sys.executable, "-m", "tests.ollama_double", "--port", str(port), *flags]
    if log is not None:
        command += ["--log", str(log)]
    if answers is not None:
        if folder is None:
            raise ValueError("answers need a folder to be written to")
        command += ["--answers", str(write_answers(folder, answers))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Double(_address(process), process, log)
        finally:
            process.kill()


def write_answers(folder: Path, rules: object) -> Path:
    """Write rules where a running double finds them at its next generate; give the file's path."""
    path = folder / "answers.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(rules), encoding="utf-8")
    new.replace(path)
    return path


def _address(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise RuntimeError("the double was started without a pipe")
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the double ended with {process.wait()}; its stderr says why")
    return str(json.loads(line)["address"])
