"""The journal of a run: how the one process that asks tells all others what has come.

One JSON line for each event, in a file that lives as long as the run is of interest. Failures are
told here and nowhere else, so none of them is ever a hit later.
"""

import fcntl
import json
import os
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from pydantic import TypeAdapter

from slm_harness.asking import Event, Failed, Obtained, Prepared
from slm_harness.errors import SettingsError
from slm_harness.records import Identity

KEPT = 20
"""How many journals of earlier runs are left in the folder."""
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

    def __init__(self, path: Path, file: TextIO) -> None:
        self.path = path
        self._file = file

    @classmethod
    def begin(cls, store: Path) -> "Journal":
        """Start the journal of a run under the folder of the working store.

        Raises:
            SettingsError: the folder cannot be written.
        """
        folder = store / "runs"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _prune(folder)
            path = folder / f"{uuid.uuid4().hex[:12]}.jsonl"
            file = path.open("w", encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"{folder}: the working store cannot be written: {error}; "
                "mend the permissions or set slm_store in pyproject.toml"
            ) from error
        fcntl.flock(file, fcntl.LOCK_EX)
        return cls(path, file)

    def add(self, event: Event) -> None:
        """Tell one event."""
        name = _NAMES[type(event)]
        body = _TYPES[name].dump_python(event, mode="json")
        self._line({name: body})

    def end(self) -> None:
        """Tell that nothing more comes."""
        self._line({"end": {}})
        self.close()

    def close(self) -> None:
        """Let go of the file, and with it of the lock that says that more may come."""
        self._file.close()

    def _line(self, content: Mapping[str, object]) -> None:
        self._file.write(json.dumps(content) + "\n")
        self._file.flush()


class Follower:
    """Reads a journal that another process, or another thread, is writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        self._rest = b""
        self._ended = False
        self._looked = time.monotonic()
        self.identities: dict[str, Identity] = {}
        self.results: dict[tuple[str, str], Obtained | Failed] = {}
        """(model, article) to what became of it."""

    def wait(self, model: str, article: str) -> Obtained | Failed:
        """What became of one article; waits until it is known, or will never be."""
        while (model, article) not in self.results:
            if not self._more():
                return Failed(
                    model, article, "NotAsked", f"the run ended before {model} was asked {article}"
                )
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
                return Failed(model, "", "NotAsked", f"the run ended before {model} was asked")
        return self.identities[model]

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


def _prune(folder: Path) -> None:
    """Remove the oldest journals, but none whose run is still going on."""
    journals = sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)
    for path in journals[: -KEPT or None]:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            os.unlink(path)  # noqa: PTH108 - the open file is the lock
