"""Helper for tests: start the double of a server, use it, and have it gone afterwards."""

import http.client
import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from slm_harness.engines.proof import PROMPT

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
"""Longest wait for a double, on a machine that has much to do."""


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
            raise RuntimeError("start the double with log=PATH to read its log")
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
        return [prompt for prompt in asked if prompt and PROMPT not in prompt]

    def count(self, path: str) -> int:
        """How many requests went to one path."""
        return sum(entry["path"] == path for entry in self.log())

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until its port is closed."""
        self.process.kill()
        self.process.wait()

    def become(
        self,
        *flags: str,
        log: Path | None = None,
        answers: object = None,
        folder: Path | None = None,
    ) -> "Double":
        """The same process as another double, with nothing of what it had; takes no start."""
        if self._door("PUT", json.dumps(_flags(flags, log, answers, folder))) != 204:
            raise ValueError(f"the double does not take {flags}")
        return replace(self, log_file=log)

    def rest(self) -> None:
        """Wait until the log has every request so far, those that a client gave up on included."""
        try:
            status = self._door("GET")
        except ConnectionError:
            self.process.wait(START_SECONDS)
        else:
            if status != 204:
                raise RuntimeError("the double is still busy")

    def _door(self, method: str, body: str = "") -> int:
        host, _, port = self.address.removeprefix("http://").partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=START_SECONDS)
        try:
            connection.request(method, "/double", body)
            return connection.getresponse().status
        finally:
            connection.close()


class StandingDouble:
    """One process that is one double after the other, so that a test need not start its own.

    A test that kills it, or lets it die, costs the next one a start and nothing else.
    """

    def __init__(self, start: Callable[..., AbstractContextManager[Double]]) -> None:
        self._start = start
        """``ollama_double`` or one of its form."""
        self._stack = ExitStack()
        self._double: Double | None = None

    def serve(
        self,
        *flags: str,
        log: Path | None = None,
        answers: object = None,
        folder: Path | None = None,
    ) -> Double:
        """A double with these flags; at the address of the one before even where that has died."""
        before = self._running()
        try:
            self._double = before.become(*flags, log=log, answers=answers, folder=folder)
        except (ConnectionError, http.client.HTTPException):
            # It was about to end.
            before.process.wait(START_SECONDS)
            self._double = self._running().become(*flags, log=log, answers=answers, folder=folder)
        return self._double

    def _running(self) -> Double:
        before = self._double
        if before is None or before.process.poll() is not None:
            port = int(before.address.rpartition(":")[2]) if before else 0
            self._double = before = self._stack.enter_context(self._start(port=port))
        return before

    def close(self) -> None:
        """End it."""
        self._stack.close()


def ollama_double(
    *flags: str,
    log: Path | None = None,
    answers: object = None,
    folder: Path | None = None,
    port: int = 0,
) -> AbstractContextManager[Double]:
    """Start a double of Ollama and end it afterwards.

    Args:
        flags: Command line, as in ``python -m tests.ollama_double --help``.
        log: File for the requests; what `Double.log` and `Double.count` read.
        answers: Rules for the replies (see ``replies.py``), written to ``folder / "answers.json"``.
        folder: Where to write them, usually ``tmp_path``.
        port: 0 takes a free one; give that of a killed double to restart it at the same address.
    """
    return started("tests.ollama_double", port, *_flags(flags, log, answers, folder), log=log)


def openai_double(
    *flags: str,
    log: Path | None = None,
    answers: object = None,
    folder: Path | None = None,
    port: int = 0,
) -> AbstractContextManager[Double]:
    """The same for a double of an OpenAI-compatible server; its API is below ``/v1`` of its address."""
    return started("tests.openai_double", port, *_flags(flags, log, answers, folder), log=log)


@contextmanager
def started(program: str, port: int, *flags: str, log: Path | None) -> Iterator[Double]:
    """Start a program that says where it listens, and end it afterwards."""
    command = [sys.executable, "-m", program, "--port", str(port), *flags]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Double(_address(process), process, log)
        finally:
            process.kill()


def _flags(
    flags: tuple[str, ...], log: Path | None, answers: object, folder: Path | None
) -> list[str]:
    found = list(flags)
    if log is not None:
        found += ["--log", str(log)]
    if answers is not None:
        if folder is None:
            raise ValueError("answers need a folder to be written to")
        found += ["--answers", str(write_answers(folder, answers))]
    return found


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
    if not select.select([process.stdout], [], [], START_SECONDS)[0]:
        raise RuntimeError(f"the double did not start within {START_SECONDS} s")
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"the double ended with {process.wait(5)}; its stderr says why")
    return str(json.loads(line)["address"])
