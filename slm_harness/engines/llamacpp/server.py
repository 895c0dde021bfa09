"""The child process that serves a model: started, watched, started anew when it died, and let go of.

Every wait here has an end, and the child's log is a file that vanishes with it, not a pipe that somebody
would have to empty.
"""

import contextlib
import json
import os
import secrets
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from slm_harness.engines.llamacpp import child
from slm_harness.engines.llamacpp.failures import how_it_ended, log_errors, why_not_started
from slm_harness.engines.transport import http_settings
from slm_harness.errors import ModelUnavailable, NotMeasured

LOAD_SECONDS = 600.0
"""Longest wait until a model is loaded."""
MOST_STARTS = 3
"""How often the child is started in one run."""
CLOSE_SECONDS = 3.0
_LOOK_SECONDS = 0.05
_TAIL_BYTES = 16_384
_CALM = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Threads that wait are to sleep: spinning, two of them on two busy cores were ten times slower."""


@dataclass(frozen=True)
class Load:
    """What is loaded, and how."""

    path: Path
    window: int
    """Context of each slot, in tokens."""
    slots: int
    """Requests that are worked on at once."""
    reply: int
    """Most tokens of a reply, whatever a request says."""
    threads: int | None = None
    """None: as many as llama.cpp sees fit."""
    gpu_layers: int | None = None
    """None: as many as llama.cpp sees fit."""


@dataclass(frozen=True)
class Served:
    """A child that serves."""

    address: str
    """``http://127.0.0.1:PORT``."""
    key: str
    """Without it nobody is served: other processes of this machine, and pages in its browser, have none."""
    pid: int


class LlamaServer:
    """A model that is served by a child process, whichever that is at the moment."""

    def __init__(self, load: Load, seconds: float = LOAD_SECONDS) -> None:
        self._load = load
        self._seconds = seconds
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._child: _Child | None = None
        self._served: Served | None = None
        self._ends: list[str] = []
        """How each child so far has ended."""

    def served(self) -> Served:
        """The child that serves now; started where there is none, or the last one has died.

        Raises:
            ModelUnavailable: it does not start, has died too often, or was closed.
        """
        with self._lock:
            if self._child and self._served and self._child.ended() is None:
                return self._served
            self._let_go()
            if len(self._ends) >= MOST_STARTS:
                raise ModelUnavailable(
                    f"llama.cpp ended {MOST_STARTS} times in this run with {self._load.path}: "
                    f"{'; '.join(self._ends)}. Set a smaller n_ctx or concurrency, or use another model"
                )
            if self._closed.is_set():
                raise ModelUnavailable(f"{self._load.path} is not served any more: the run is over")
            self._child = _Child(self._load)
            try:
                self._served = self._child.wait(self._seconds, self._closed)
            except BaseException:
                self._let_go()
                raise
            return self._served

    def death_of(self, served: Served) -> str | None:
        """How a child ended, in words; None while it lives. Waits a moment for one that is dying."""
        with self._lock:
            if self._child is None or self._served is not served:
                return self._ends[-1] if self._ends else "it was let go"
            return self._child.ended(grace=0.5)

    def close(self) -> None:
        """End the child. Nothing is served afterwards."""
        self._closed.set()
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._child is not None:
            ended = self._child.ended()
            if ended is not None and self._served is not None:
                self._ends.append(ended)
            self._child.close()
        self._child = self._served = None


class _Child:
    """One process."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._key = secrets.token_urlsafe(32)
        try:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                # By its file and without the folder that it is in: whatever modules a project has.
                [sys.executable, "-P", child.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                # Ctrl-C in a terminal is for the parent.
                start_new_session=True,
                env={**_CALM, **os.environ},
            )
        except OSError as error:
            raise ModelUnavailable(
                f"the process that serves {load.path.name} cannot be started: {error}; free memory, "
                "processes or room for temporary files (TMPDIR)"
            ) from error
        self.pid = self._process.pid
        settings = {
            "path": str(load.path),
            "alias": load.path.name,
            "key": self._key,
            "window": load.window,
            "slots": load.slots,
            "reply": load.reply,
            "threads": load.threads,
            "gpu_layers": load.gpu_layers,
            "parent": os.getpid(),
        }
        with contextlib.suppress(BrokenPipeError):  # how it ended is found out below
            _pipe(self._process.stdin).write(json.dumps(settings).encode() + b"\n")
            _pipe(self._process.stdin).flush()

    def wait(self, seconds: float, closed: threading.Event) -> Served:
        """Wait until it serves.

        Raises:
            ModelUnavailable: it does not.
        """
        ends = time.monotonic() + seconds
        told = self._told(ends, closed)
        address = told.get("address")
        if not isinstance(address, str):
            late = time.monotonic() > ends or closed.is_set()
            raise self._not_started(told, grace=0.0 if late else 1.0)
        while not _healthy(address):
            if closed.wait(_LOOK_SECONDS) or time.monotonic() > ends or self.ended():
                raise self._not_started({}, grace=0.0)
        return Served(address, self._key, self.pid)

    def _told(self, ends: float, closed: threading.Event) -> Mapping[str, object]:
        """The one line that it tells; nothing where it ended without."""
        descriptor, line = _pipe(self._process.stdout).fileno(), b""
        while not line.endswith(b"\n"):
            if time.monotonic() > ends or closed.is_set():
                return {}
            if select.select([descriptor], [], [], _LOOK_SECONDS)[0]:
                piece = os.read(descriptor, 4096)
                if not piece:
                    return {}
                line += piece
        try:
            found = json.loads(line)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _not_started(self, told: Mapping[str, object], grace: float) -> NotMeasured:
        code = self._process.poll()
        if code is None and grace:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=grace)
        return why_not_started(self._load.path, told, code, self._tail())

    def ended(self, grace: float = 0.0) -> str | None:
        """How it ended, in words; None while it lives.

        Args:
            grace: Seconds to wait for one that is about to end.
        """
        try:
            code = self._process.wait(timeout=grace) if grace else self._process.poll()
        except subprocess.TimeoutExpired:
            code = None
        if code is None:
            return None
        errors = log_errors(self._tail())
        return how_it_ended(code) + (f" ({errors})" if errors else "")

    def _tail(self) -> str:
        if self._log.closed:
            return ""
        size = os.fstat(self._log.fileno()).st_size
        start = max(0, size - _TAIL_BYTES)
        return os.pread(self._log.fileno(), _TAIL_BYTES, start).decode("utf-8", "replace")

    def close(self) -> None:
        """End it: by closing its input, and by force where that is not enough."""
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        for end in (None, self._process.kill):
            if end is not None:
                end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=CLOSE_SECONDS)
                break
        self._log.close()


def _pipe(found: IO[bytes] | None) -> IO[bytes]:
    if found is None:
        raise RuntimeError("the child was started without pipes")
    return found


def _healthy(address: str) -> bool:
    try:
        with httpx.Client(**http_settings(2.0, lambda _: None)) as client:
            return client.get(f"{address}/health").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
