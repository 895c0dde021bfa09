"""Locks that die with whoever holds them."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from slm_harness.locks import cache_folder, held, lock_of_server

HOLD = """
import sys, threading
from pathlib import Path
from slm_harness.locks import held
with held(Path(sys.argv[1]), threading.Event(), lambda: None) as mine:
    print(mine, flush=True)
    sys.stdin.read()
"""


def test_a_lock_dies_with_its_process(tmp_path: Path) -> None:
    """Who waits for it has it as soon as the holder was killed."""
    path = tmp_path / "folder" / "lock"
    waits: list[int] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parent.parent,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"

        def waiting() -> None:
            waits.append(1)
            holder.send_signal(signal.SIGKILL)

        with held(path, threading.Event(), waiting) as mine:
            assert mine

    assert waits


def test_waiting_ends_with_the_run(tmp_path: Path) -> None:
    """Who stops the run is not made to wait for another."""
    stop = threading.Event()
    with (
        held(tmp_path / "lock", stop, lambda: None) as first,
        held(tmp_path / "lock", stop, stop.set) as second,
    ):
        assert (first, second) == (True, False)


def test_a_folder_that_holds_no_lock_is_used_without(tmp_path: Path) -> None:
    """A replay may read a store that it cannot write."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    with held(tmp_path / "file" / "lock", threading.Event(), lambda: None) as mine:
        assert not mine


def test_each_server_has_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever project speaks to it, and wherever this user's cache is."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert cache_folder() == tmp_path / "slm-harness"
    assert lock_of_server("http://a") != lock_of_server("http://b")
    assert lock_of_server("http://a").is_relative_to(tmp_path)
