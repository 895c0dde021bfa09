"""Forked processes: they work on what is known here, end with who forked them, and hold nobody up."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from slm_harness.forked import Forked, Work, fork, may_fork
from tests.processes import is_gone, wait_for
from tests.projects import ROOT

pytestmark = pytest.mark.forks

KNOWN = {"here": "before the fork"}


def forked(work: Work) -> Forked:
    """A process that does some work."""
    found = fork(work)
    assert found is not None
    return found


def echo(given: BinaryIO, told: BinaryIO) -> None:
    """Tell each line again, until nobody gives any more."""
    for line in given:
        told.write(line)
        told.flush()


def test_it_knows_what_was_known_and_its_work_changes_nothing_here() -> None:
    """It is a copy: nothing has to be handed over, and nothing comes back but what it tells."""

    def work(_: BinaryIO, told: BinaryIO) -> None:
        told.write(KNOWN["here"].encode())
        KNOWN["here"] = "changed"

    other = forked(work)
    assert (other.told.read(), other.close(5.0)) == (b"before the fork", 0)
    assert KNOWN == {"here": "before the fork"}


def test_it_learns_that_nothing_more_is_given() -> None:
    """Hanging up is the one word by which it is told to end."""
    other = forked(echo)
    other.given.write(b"one\n")
    other.given.flush()
    assert other.told.readline() == b"one\n"

    other.hang_up()
    assert (other.told.read(), other.close(5.0)) == (b"", 0)


def test_work_that_fails_ends_there_and_is_told_by_its_code() -> None:
    """A fault must not go on in the copy with what this process was at."""

    def work(*_: BinaryIO) -> None:
        raise SystemExit(0)

    assert forked(work).close(5.0) == 1


def test_one_that_does_not_end_is_ended() -> None:
    """Who closes it waits for as long as it said, and no longer."""
    other = forked(lambda *_: threading.Event().wait())
    assert other.close() == -signal.SIGKILL
    assert is_gone(other.pid)


def test_ctrl_c_is_for_who_forked() -> None:
    """A terminal tells all processes of a run; what is to end, and when, is decided in one place."""
    other = forked(echo)
    os.kill(other.pid, signal.SIGINT)
    other.given.write(b"still here\n")
    other.given.flush()
    assert other.told.readline() == b"still here\n"
    assert other.close(5.0) == 0


def test_no_process_is_forked_beside_a_second_thread() -> None:
    """A lock that the thread holds would stay held in the copy."""
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert (may_fork(), fork(echo)) == (False, None)
    finally:
        over.set()
        thread.join()
    wait_for(may_fork)


GOES_AWAY = """
import os, signal, sys
from pathlib import Path
from slm_harness.forked import fork
def work(given, told):
    given.read()
    with open(sys.argv[1], "w") as told: told.write("hung up")
    open(sys.argv[2]).read()
other = fork(work)
print(other.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_learns_that_who_forked_is_gone_and_holds_no_pipe_of_it_open(tmp_path: Path) -> None:
    """However a run ends: nothing stays behind, and who reads its output is not kept waiting."""
    told, gate = tmp_path / "told", tmp_path / "gate"
    os.mkfifo(gate)
    # Its output ends although the other process is still there: it waits at the gate.
    run = subprocess.run(
        [sys.executable, "-c", GOES_AWAY, str(told), str(gate)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    pid = int(run.stdout)
    wait_for(told.exists)
    assert not is_gone(pid)

    gate.write_text("")
    wait_for(lambda: is_gone(pid))
    assert (run.returncode, told.read_text()) == (-signal.SIGKILL, "hung up")
