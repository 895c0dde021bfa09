"""Locks between processes that die with whoever holds them."""

import contextlib
import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_SECONDS = 0.1


@contextmanager
def held(path: Path, stop: threading.Event, waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold the lock of a file, waiting for whoever has it.

    Args:
        path: The file; made where it is missing, and never removed, since others may wait on it.
        stop: Ends the waiting.
        waiting: Is called each time that somebody else still has it.

    Yields:
        Whether it is held: not where the wait was ended, or the folder can hold no lock.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError:
        yield False
        return
    with file:
        yield _taken(file.fileno(), stop, waiting)


def _taken(descriptor: int, stop: threading.Event, waiting: Callable[[], None]) -> bool:
    while not stop.is_set():
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            stop.wait(_POLL_SECONDS)
        except OSError:
            # A network drive on which nothing can be locked.
            return False
        else:
            return True
    return False


def cache_folder() -> Path:
    """Where this user's machine keeps what several projects share: locks, and facts about files."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    with contextlib.suppress(RuntimeError):
        return base.expanduser() / "slm-harness"
    # A user of a container who has no home. Nothing can be made there, so it is done without; a folder
    # that all users share could be filled by another.
    return Path(os.devnull) / "slm-harness"


def lock_of_server(address: str) -> Path:
    """The lock under which models are made and removed on one server, whichever project does it."""
    return cache_folder() / "locks" / hashlib.sha256(address.encode()).hexdigest()[:16]
