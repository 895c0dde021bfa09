"""The journal of a run: how the one process that asks tells all others what has come.

One JSON line for each event, in a temporary file that lives as long as the run. Failures are
told here and nowhere else, so none of them is ever a hit later.
"""

import contextlib
import fcntl
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from slm_harness.asking import Event, Failed, Obtained, Prepared
from slm_harness.errors import NotAsked, SettingsError
from slm_harness.records import Identity

POLL_SECONDS = 0.005
ALIVE_SECONDS = 0.5
"""How often a waiting process looks whether the one that asks is still there."""

_TYPES: Mapping[str, TypeAdapter[Any]] = {
    "prepared": TypeAdapter(Prepared),
    "obtained": TypeAdapter(Obtained),
    "failed": TypeAdapter(Failed),
}
_NAMES = {Prepared: "prepared", Obtained: "obtained", Failed: "failed"}


class Journal:
    """Written by the one process that asks, which holds a lock on it as long as it lives."""

    def __init__(self) -> None:
        """Begin one, in a temporary folder of its own.

        Raises:
            SettingsError: there is no room for it.
        """
        try:
            self.path = Path(tempfile.mkdtemp(prefix="slm-harness-")) / "journal.jsonl"
            self._file = self.path.open("w", encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"{tempfile.gettempdir()}: the journal of the run cannot be written: {error}; "
                "free the disk or set TMPDIR"
            ) from error
        self._lock = threading.Lock()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def add(self, event: Event) -> None:
        """Tell one event."""
        name = _NAMES[type(event)]
        body = _TYPES[name].dump_python(event, mode="json")
        self._line({name: body})

    def end(self, why: str = "") -> None:
        """Tell that nothing more comes, and why where it is not for the run's being over."""
        with contextlib.suppress(OSError):
            # A full disk: those who wait notice that the lock is gone.
            self._line({"end": {"why": why}})
        self.close()

    def close(self) -> None:
        """Let go of the file, and with it of the lock that says that more may come."""
        with self._lock, contextlib.suppress(OSError):
            self._file.close()

    def remove(self) -> None:
        """Take it away, once nobody reads it any more."""
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def _line(self, content: Mapping[str, object]) -> None:
        with self._lock:
            # After the end a thread may still come with the reply that it was waiting for.
            if not self._file.closed:
                self._file.write(json.dumps(content) + "\n")
                self._file.flush()


class Follower:
    """Reads a journal that another process, or another thread, is writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        self._rest = b""
        self._ended = False
        self._why = ""
        self._looked = time.monotonic()
        self.identities: dict[str, Identity] = {}
        self.results: dict[tuple[str, str], Obtained | Failed] = {}
        """(model, article) to what became of it."""

    def wait(self, model: str, article: str) -> Obtained | Failed:
        """What became of one article; waits until it is known, or will never be."""
        while (model, article) not in self.results:
            if not self._more():
                return self._not_asked(model, article)
        return self.results[model, article]

    def wait_for_identity(self, model: str) -> Identity | Failed:
        """Which model answers; waits until it is known, or will never be."""
        while model not in self.identities:
            failed = next(
                (
                    result
                    for (name, _), result in self.results.items()
                    if name == model and isinstance(result, Failed)
                ),
                None,
            )
            if failed is not None:
                return failed
            if not self._more():
                return self._not_asked(model, "")
        return self.identities[model]

    def _not_asked(self, model: str, article: str) -> Failed:
        why = self._why or "the run ended before"
        said = f"{model} was not asked about {article}" if article else f"{model} was not asked"
        return Failed(model, article, NotAsked.__name__, f"{said}: {why}")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def drain(self) -> None:
        """Read all that was told so far, without waiting."""
        self._read()

    def _more(self) -> bool:
        """Read on, or rest a little; False once nothing more can come."""
        if self._read():
            return True
        if self._ended:
            return False
        if time.monotonic() - self._looked > ALIVE_SECONDS:
            self._looked = time.monotonic()
            if self._deserted():
                # What was written before the writer went away still counts.
                self._ended = not self._read()
                return True
        time.sleep(POLL_SECONDS)
        return True

    def _read(self) -> bool:
        content = self._file.read()
        if not content:
            return False
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return True

    def _take(self, content: Mapping[str, Any]) -> None:
        ((name, body),) = content.items()
        if name == "end":
            self._ended = True
            self._why = body["why"]
            return
        event = _TYPES[name].validate_python(body)
        if isinstance(event, Prepared):
            self.identities[event.model] = event.identity
        else:
            self.results[event.model, event.article] = event

    def _deserted(self) -> bool:
        """Whether the writer is gone: its lock went with it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return True
