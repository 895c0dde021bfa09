"""A process beside this one that knows all that this one knows, for work that is to have an interpreter of its own.

Threads of one process run Python one at a time; two processes do not. A fork costs some milliseconds, where
a new interpreter would spend half a second on importing what is imported here already. It is done only where
nothing can be lost by it: on Linux, and while this process has a single thread.
"""

import contextlib
import gc
import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_THREADS = Path("/proc/self/task")
_DESCRIPTORS = Path("/proc/self/fd")
_LOOK_SECONDS = 0.005
_USERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGUSR1, signal.SIGUSR2)

Work = Callable[[BinaryIO, BinaryIO], object]
"""Reads what it is given to the end, which comes when the process that forked hangs up or is gone; writes
what it tells."""


class Forked:
    """A forked process, as the one that forked sees it."""

    def __init__(self, pid: int, given: BinaryIO, told: BinaryIO) -> None:
        self.pid = pid
        self.given = given
        """What is written here the other process can read."""
        self.told = told
        """What the other process has written; ends when that process does."""
        self._status: int | None = None

    def hang_up(self) -> None:
        """Give nothing more, by which the other process learns that it is to end. Waits for nothing."""
        with contextlib.suppress(OSError):  # it is gone, and what was still to be written with it
            self.given.close()

    def close(self, patience: float = 0.0) -> int:
        """Hang up, give it some seconds to end, and then end it.

        Returns:
            Its exit code; ``-N`` where signal N ended it.
        """
        self.hang_up()
        ends = time.monotonic() + patience
        while self._status is None:
            kill = time.monotonic() >= ends
            if kill:
                os.kill(self.pid, signal.SIGKILL)  # nothing to one that has ended
            pid, status = os.waitpid(self.pid, 0 if kill else os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(_LOOK_SECONDS)
        self.told.close()
        return self._status


def may_fork() -> bool:
    """Whether a fork is safe here: a lock that another thread holds would stay held in the copy for ever.

    Threads that Python does not know of count as well.
    """
    try:
        return sys.platform == "linux" and len(list(_THREADS.iterdir())) == 1
    except OSError:
        return False


def processors() -> int:
    """How many processes can run at once here; 1 where none can be forked."""
    return len(os.sched_getaffinity(0)) if may_fork() else 1


def fork(work: Work, keep: Collection[BinaryIO] = ()) -> Forked | None:
    """Let another process do some work; None where there can be none, and it has to be done here.

    Args:
        work: What it does.
        keep: Pipes of this process that it goes on to use; all others are closed in it.
    """
    if not may_fork():
        return None
    given, give = os.pipe()
    tell, telling = os.pipe()
    with _no_interrupt():
        try:
            pid = os.fork()
        except OSError:
            pid = -1
        if pid == 0:
            _child(work, given, telling, {pipe.fileno() for pipe in keep})
    os.close(given)
    os.close(telling)
    if pid == -1:
        os.close(give)
        os.close(tell)
        return None
    return Forked(pid, os.fdopen(give, "wb"), os.fdopen(tell, "rb"))


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Keep Ctrl-C away: in the copy it would end in what this process does on Ctrl-C."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _child(work: Work, given: int, telling: int, keep: set[int]) -> None:
    """All that the copy does; it never goes on with what this process was at."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; who forked decides
        for number in _USERS:  # whose handlers, if any, are those of who forked
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        # What was there before is no garbage; looking through it would copy it, page by page.
        gc.freeze()
        _let_go({given, telling, *keep})
        with os.fdopen(given, "rb") as reading, os.fdopen(telling, "wb") as writing:
            work(reading, writing)
        code = 0
    finally:
        os._exit(code)  # whatever happened


def _let_go(ours: set[int]) -> None:
    """Close what somebody may wait for the end of: pipes, sockets and terminals. Files do no harm.

    Standard output of a run is often a pipe whose reader waits until the last holder has closed it.
    """
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - pathlib opens one more
        descriptor = int(name)
        with contextlib.suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            if descriptor not in ours and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                os.close(descriptor)
    nobody = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        if descriptor not in ours:
            os.dup2(nobody, descriptor)
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
