"""The journal of a run: how the one thread that asks tells all others what has come.

Within a process it is memory. Where tests run in workers there is a file besides: one JSON line for each
event, as long as the run lasts. Failures are told here and nowhere else, so none of them is ever a hit later.
"""

import contextlib
import fcntl
import json
import shutil
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from slm_harness.asking import Event, Events, Failed, Lines, Obtained, Prepared, line
from slm_harness.errors import NotAsked, SettingsError
from slm_harness.records import Identity

POLL_SECONDS = (0.0005, 0.01)
"""How soon a waiting worker reads on: at first, and in the end. A file wakes nobody up; a pipe for each worker
would, and would have to be handed to processes that others start, and to be emptied by those that are busy."""
ALIVE_SECONDS = 0.5
"""How often a waiting process looks whether the one that asks is still there."""


class Follower(ABC):
    """Knows what a journal has told so far, and waits for what it will tell."""

    def __init__(self) -> None:
        self.identities: dict[str, Identity] = {}
        self.results: dict[tuple[str, str, int], Obtained | Failed] = {}
        """(model, article, sample) to what became of it."""
        self._asked: set[str] = set()
        """The models that are being asked."""
        self._failed: dict[str, Failed] = {}
        """Model to the first of its failures."""
        self._why = ""

    def wait(
        self,
        model: str,
        article: str,
        meanwhile: Callable[[], object] = lambda: None,
        sample: int = 0,
    ) -> Obtained | Failed:
        """What became of one article, or of one sample of it; waits until it is known, or will never be.

        ``meanwhile`` is called where the model is being asked, so that there is time for it.
        """
        key = model, article, sample
        if key not in self.results:
            self._wait_until(lambda: key in self.results or model in self._asked)
            if key not in self.results:
                meanwhile()
            self._wait_until(lambda: key in self.results)
        return self.results.get(key) or self._not_asked(model, article, sample)

    def wait_for_identity(self, model: str) -> Identity | Failed:
        """Which model answers; waits until it is known, or will never be."""
        self._wait_until(lambda: model in self.identities or model in self._failed)
        return self.identities.get(model) or self._failed.get(model) or self._not_asked(model, "")

    @property
    @abstractmethod
    def path(self) -> Path:
        """The file that workers read."""

    @abstractmethod
    def drain(self) -> None:
        """Take in all that was told so far, without waiting."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what it reads from."""

    @abstractmethod
    def _wait_until(self, known: Callable[[], bool]) -> None:
        """Wait until something is known from what was told, or nothing more can come."""

    def _take(self, event: Event) -> None:
        if isinstance(event, Prepared):
            self.identities[event.model] = event.identity
            if event.asks:
                self._asked.add(event.model)
            return
        self.results[event.model, event.article, event.sample] = event
        if isinstance(event, Failed):
            self._failed.setdefault(event.model, event)

    def _not_asked(self, model: str, article: str, sample: int = 0) -> Failed:
        why = self._why or "the run ended before"
        said = f"{model} was not asked about {article}" if article else f"{model} was not asked"
        return Failed(model, article, NotAsked.__name__, f"{said}: {why}", sample=sample)


class Journal(Follower):
    """Told by the one thread that asks; any other thread of the process waits at the journal itself."""

    def __init__(self, *, for_workers: bool) -> None:
        """Begin one.

        Args:
            for_workers: Whether other processes are to read it, by its ``path``.

        Raises:
            SettingsError: there is no room for the file.
        """
        super().__init__()
        self._news = threading.Condition()
        self._ended = False
        self._file = JournalFile() if for_workers else None

    @property
    def path(self) -> Path:
        """The file that workers read."""
        if self._file is None:
            raise RuntimeError("a journal that is for this process only has no file")
        return self._file.path

    def add(self, event: Event) -> None:
        """Tell one event; nothing once it has ended, for a thread may still come with a late reply."""
        with self._news:
            if self._ended:
                return
            if self._file is not None:
                self._file.add(event)
            self._take(event)
            self._news.notify_all()

    def end(self, why: str = "") -> None:
        """Tell that nothing more comes, and why where it is not for the run's being over."""
        with self._news:
            if self._ended:
                return
            self._ended, self._why = True, why
            if self._file is not None:
                self._file.end(why)
            self._news.notify_all()

    def drain(self) -> None:
        """Nothing: all that was told is here."""

    def close(self) -> None:
        """Let go of the file, and with it of the lock that says that more may come."""
        with self._news:
            self._ended = True
            if self._file is not None:
                self._file.close()

    def remove(self) -> None:
        """Take the file away, once nobody reads it any more."""
        if self._file is not None:
            self._file.remove()

    def _wait_until(self, known: Callable[[], bool]) -> None:
        with self._news:
            self._news.wait_for(lambda: known() or self._ended)


# ---------------------------------------------------------------- the file


class JournalFile:
    """What workers read: written by the process that asks, which holds a lock on it as long as it lives."""

    def __init__(self) -> None:
        try:
            self.path = Path(tempfile.mkdtemp(prefix="slm-harness-")) / "journal.jsonl"
            self._file = self.path.open("w", encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"{tempfile.gettempdir()}: the journal of the run cannot be written: {error}; "
                "free the disk or set TMPDIR"
            ) from error
        self._lines = Lines()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def add(self, event: Event) -> None:
        """Write one event."""
        for text in self._lines.of(event):
            self._write(text)

    def end(self, why: str) -> None:
        """Write that nothing more comes."""
        with contextlib.suppress(OSError):
            # A full disk: those who wait notice that the lock is gone.
            self._write(line("end", why))
        self.close()

    def close(self) -> None:
        """Let go of it."""
        with contextlib.suppress(OSError):
            self._file.close()

    def remove(self) -> None:
        """Take it away."""
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def _write(self, text: str) -> None:
        self._file.write(text + "\n")
        self._file.flush()


class FileFollower(Follower):
    """Reads the file of a journal that another process is writing."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: IO[bytes] = path.open("rb")
        self._rest = b""
        self._ended = False
        self._looked = time.monotonic()
        self._pause = POLL_SECONDS[0]
        self._events = Events()

    @property
    def path(self) -> Path:
        """The file that it reads."""
        return self._path

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def drain(self) -> None:
        """Read all that was told so far, without waiting."""
        self._read()

    def _wait_until(self, known: Callable[[], bool]) -> None:
        while not known() and self._more():
            pass

    def _more(self) -> bool:
        """Read on, or rest a little; False once nothing more can come."""
        if self._read():
            self._pause = POLL_SECONDS[0]
            return True
        if self._ended:
            return False
        if time.monotonic() - self._looked > ALIVE_SECONDS:
            self._looked = time.monotonic()
            if self._deserted():
                # What was written before the writer went away still counts.
                self._ended = not self._read()
                return True
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, POLL_SECONDS[1])
        return True

    def _read(self) -> bool:
        content = self._file.read()
        if not content:
            return False
        *lines, self._rest = (self._rest + content).split(b"\n")
        for text in lines:
            self._line(*json.loads(text))
        return True

    def _line(self, kind: str, *told: Any) -> None:  # noqa: ANN401 - JSON
        if kind == "end":
            self._ended, self._why = True, told[0]
            return
        event = self._events.of(kind, *told)
        if event is not None:
            self._take(event)

    def _deserted(self) -> bool:
        """Whether the writer is gone: its lock went with it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        fcntl.flock(self._file, fcntl.LOCK_UN)
        return True
