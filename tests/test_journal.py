"""The journal: what one process tells, every other reads; nobody waits for what will never come."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from slm_harness.asking import Failed, Obtained, Prepared
from slm_harness.errors import SettingsError
from slm_harness.journal import KEPT, Follower, Journal
from slm_harness.records import Identity, Reply, Stored

IDENTITY = Identity(engine="e", server="1", base="b", digest="d", options={"seed": 0})
OBTAINED = Obtained(
    "m",
    "one",
    Stored("k", {"engine": "e"}, Reply("said\u2028so", "stop", 1.0), IDENTITY),
    recalled=False,
    why="it was never asked",
)


@contextmanager
def begun(store: Path) -> Iterator[Journal]:
    """A journal that is closed in the end, without telling one."""
    with closing(Journal.begin(store)) as journal:
        yield journal


@contextmanager
def followed(path: Path) -> Iterator[Follower]:
    """A follower that is closed in the end."""
    with closing(Follower(path)) as follower:
        yield follower


def test_every_event_is_read_as_it_was_told(tmp_path: Path) -> None:
    """Identities, replies and failures survive the file."""
    failed = Failed("m", "two", "AnswerTimeout", "late")

    with begun(tmp_path) as journal, followed(journal.path) as follower:
        for event in (Prepared("m", IDENTITY), OBTAINED, failed):
            journal.add(event)

        assert follower.wait("m", "one") == OBTAINED
        assert follower.wait("m", "two") == failed
        assert follower.wait_for_identity("m") == IDENTITY


def test_waiting_ends_with_the_reply(tmp_path: Path) -> None:
    """A reply that comes later reaches the one who waits for it."""
    with begun(tmp_path) as journal, followed(journal.path) as follower:
        teller = threading.Timer(0.05, journal.add, [OBTAINED])
        teller.start()

        assert follower.wait("m", "one") == OBTAINED
        teller.join()


def test_waiting_ends_with_the_filling(tmp_path: Path) -> None:
    """What nobody asked before the end is told as not asked."""
    with begun(tmp_path) as journal, followed(journal.path) as follower:
        journal.end()
        found = follower.wait("m", "one")

    assert isinstance(found, Failed)
    assert found.kind == "NotAsked"


def test_waiting_ends_with_the_asking_process(tmp_path: Path) -> None:
    """A controller that is killed leaves no worker waiting, and what it told still counts."""
    code = (
        "import sys, pathlib\n"
        "from slm_harness.journal import Journal\n"
        "from tests.test_journal import OBTAINED\n"
        "journal = Journal.begin(pathlib.Path(sys.argv[1]))\n"
        "journal.add(OBTAINED)\n"
        "print(journal.path, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
    ) as process:
        assert process.stdout is not None
        with followed(Path(process.stdout.readline().strip())) as follower:
            process.kill()
            process.wait()
            missing = follower.wait("m", "two")

            assert isinstance(missing, Failed)
            assert follower.wait("m", "one") == OBTAINED


def test_a_failure_of_the_model_answers_who_waits_for_its_identity(tmp_path: Path) -> None:
    """A model that could not be had has no identity, and says why."""
    failed = Failed("m", "one", "ServerUnreachable", "nobody answers")

    with begun(tmp_path) as journal, followed(journal.path) as follower:
        journal.add(failed)

        assert follower.wait_for_identity("m") == failed


def test_old_journals_go_and_the_open_one_stays(tmp_path: Path) -> None:
    """The folder does not grow without end; a run that is still going on keeps its journal."""
    with begun(tmp_path) as open_one:
        os.utime(open_one.path, (0, 0))
        for _ in range(KEPT + 5):
            Journal.begin(tmp_path).end()
        left = list((tmp_path / "runs").iterdir())

    assert open_one.path in left
    assert len(left) <= KEPT + 2


def test_a_store_that_cannot_be_written_is_a_setting(tmp_path: Path) -> None:
    """It is refused before anything is asked, with its path."""
    (tmp_path / "runs").write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(SettingsError, match="working store cannot be written"):
        Journal.begin(tmp_path)
