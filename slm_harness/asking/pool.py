"""Threads that ask, beside one that runs tests in the same interpreter."""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

SWITCH_SECONDS = 0.0005
_Job = TypeVar("_Job")


class Pool(Generic[_Job]):
    """A fixed number of threads that take jobs in their order.

    They are daemons: nobody has to wait at the end of a run for one that waits for a server.
    """

    def __init__(self, name: str, most: int, work: Callable[[_Job], None]) -> None:
        self._name = name
        self._most = most
        self._work = work
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads = 0

    def put(self, job: _Job) -> None:
        """Hand in one job."""
        self._jobs.put(job)
        if self._threads < self._most:
            self._threads += 1
            name = f"{self._name} {self._threads}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def close(self) -> None:
        """Let each thread end after the job that it is at, and those that were handed in."""
        for _ in range(self._threads):
            self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._work(job)


_switching = threading.Lock()
_depth = 0
_usual = 0.0


@contextmanager
def quick_switching() -> Iterator[None]:
    """Let threads of this process take turns more often for a while.

    A thread that a reply wakes up gets to run only when the one that runs a test lets go, by default after
    5 ms, and it has to wait so several times between the last byte of one reply and the first byte of the
    next request: for the lock, for each read, for each write. With a request of 100 ms that is a tenth of
    the server's time. At a tenth of it tests lose nothing that could be measured.
    """
    global _depth, _usual  # noqa: PLW0603 - the interval is one for the whole process
    with _switching:
        if _depth == 0:
            _usual = sys.getswitchinterval()
            sys.setswitchinterval(min(SWITCH_SECONDS, _usual))
        _depth += 1
    try:
        yield
    finally:
        with _switching:
            _depth -= 1
            if _depth == 0:
                sys.setswitchinterval(_usual)
