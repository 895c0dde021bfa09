"""Helpers for tests that look after processes."""

import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def llama_children(parent: int) -> list[int]:
    """The processes in which a process, or one that it forked, has models served."""
    listed = _ps("-axww", "-o", "pid=,ppid=,args=")
    rows = [line.split(None, 2) for line in listed.splitlines()]
    forked = {int(pid) for pid, of, _ in rows if int(of) == parent}
    return [
        int(pid)
        for pid, of, command in rows
        if int(of) in {parent, *forked} and "llamacpp/child.py" in command
    ]


def command_of(pid: int) -> str:
    """The command line of a process, as everybody on the machine can see it."""
    return _ps("-ww", "-o", "args=", "-p", str(pid))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    state = _ps("-o", "stat=", "-p", str(pid)).strip()
    return not state or state.startswith("Z")


def wait_for(find: Callable[[], _T | None], seconds: float = 60.0) -> _T:
    """What ``find`` gives as soon as it gives something."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = find()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{find} found nothing in {seconds} s")


def _ps(*arguments: str) -> str:
    # It ends with 1 where no process is found.
    return subprocess.run(
        ["ps", *arguments], capture_output=True, text=True, timeout=10, check=False
    ).stdout
