"""The journal: what one process tells, every other reads; nobody waits for what will never come."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from slm_harness.asking import Failed, Obtained, Prepared
from slm_harness.errors import SettingsError
from slm_harness.journal import FileFollower, Journal, JournalFile
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
def begun() -> Iterator[Journal]:
    """A journal that is closed in the end, without telling one, and taken away."""
    with closing(Journal(for_workers=True)) as journal:
        yield journal
    journal.remove()


@pytest.fixture
def own() -> Iterator[Journal]:
    """A journal for this process only."""
    with closing(Journal(for_workers=False)) as journal:
        yield journal


@contextmanager
def followed(path: Path) -> Iterator[FileFollower]:
    """A follower that is closed in the end."""
    with closing(FileFollower(path)) as follower:
        yield follower


def test_every_event_is_read_as_it_was_told(tmp_path: Path) -> None:
    """Identities, replies and failures survive the file."""
    failed = Failed("m", "two", "AnswerTimeout", "late")

    with begun() as journal, followed(journal.path) as follower:
        for event in (Prepared("m", IDENTITY), OBTAINED, failed):
            journal.add(event)

        assert follower.wait("m", "one") == OBTAINED
        assert follower.wait("m", "two") == failed
        assert follower.wait_for_identity("m") == IDENTITY


def test_waiting_ends_with_the_reply() -> None:
    """A reply that comes later reaches the one who waits for it."""
    with begun() as journal, followed(journal.path) as follower:
        teller = threading.Timer(0.05, journal.add, [OBTAINED])
        teller.start()

        assert follower.wait("m", "one") == OBTAINED
        teller.join()


def test_waiting_ends_with_the_filling() -> None:
    """What nobody asked before the end is told as not asked."""
    with begun() as journal, followed(journal.path) as follower:
        journal.end()
        found = follower.wait("m", "one")

    assert isinstance(found, Failed)
    assert found.kind == "NotAsked"


def test_waiting_ends_with_the_asking_process() -> None:
    """A controller that is killed leaves no worker waiting, and what it told still counts."""
    code = (
        "import sys\n"
        "from slm_harness.journal import Journal\n"
        "from tests.test_journal import OBTAINED\n"
        "journal = Journal(for_workers=True)\n"
        "journal.add(OBTAINED)\n"
        "print(journal.path, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
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


def test_a_failure_of_the_model_answers_who_waits_for_its_identity() -> None:
    """A model that could not be had has no identity, and says why."""
    failed = Failed("m", "one", "ServerUnreachable", "nobody answers")

    with begun() as journal, followed(journal.path) as follower:
        journal.add(failed)

        assert follower.wait_for_identity("m") == failed


def test_a_late_reply_after_the_end_is_dropped() -> None:
    """A run that was stopped does not wait for an open request, and its thread does no harm."""
    with begun() as journal, followed(journal.path) as follower:
        journal.end("it was interrupted")
        journal.add(OBTAINED)
        found = follower.wait("m", "one")

    assert isinstance(found, Failed)
    assert found.message == "m was not asked about one: it was interrupted"


def test_a_journal_without_room_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is asked, with the folder's path."""
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null/nowhere")

    with pytest.raises(SettingsError, match="/dev/null/nowhere: the journal"):
        Journal(for_workers=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk as Linux plays it")
def test_a_full_disk_leaves_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the end cannot be told, the lock that is let go tells it."""
    with begun() as journal, followed(journal.path) as follower:
        with monkeypatch.context() as patched:
            patched.setattr(JournalFile, "_write", full)
            journal.end()
        found = follower.wait("m", "one")

    assert isinstance(found, Failed)


def full(*_: object) -> None:
    """Write to a disk that is full."""
    with Path("/dev/full").open("w") as file:
        file.write("x")


def test_within_a_process_there_is_no_file(own: Journal) -> None:
    """What was told is the very object, and whoever waits has it as soon as it is told."""
    teller = threading.Timer(0.05, own.add, [OBTAINED])
    teller.start()

    assert own.wait("m", "one") is OBTAINED
    teller.join()
    own.add(Prepared("m", IDENTITY))
    assert own.wait_for_identity("m") is IDENTITY
    with pytest.raises(RuntimeError, match="no file"):
        _ = own.path


def test_within_a_process_waiting_ends_with_the_asking(own: Journal) -> None:
    """Also for who waited before the end came; what comes too late is dropped."""
    teller = threading.Timer(0.05, own.end, ["it was interrupted"])
    teller.start()
    found = own.wait("m", "one")
    teller.join()
    own.add(OBTAINED)

    assert isinstance(found, Failed)
    assert found.message == "m was not asked about one: it was interrupted"
    assert isinstance(own.wait("m", "one"), Failed)
    assert isinstance(own.wait_for_identity("m"), Failed)


def test_what_replies_share_is_written_once() -> None:
    """Prompt, schema and identity, by far the largest part, are read back equal and held once."""
    parts = {"recipe": "x" * 10_000, "schema": {"type": "object"}, "article": "0"}
    first = replace(OBTAINED, stored=replace(OBTAINED.stored, parts=parts))
    others = [
        replace(
            first, article=f"a{n}", stored=replace(first.stored, parts={**parts, "article": str(n)})
        )
        for n in range(50)
    ]
    warm = replace(IDENTITY, machine={"context": 8192})
    last = replace(first, article="z", stored=replace(first.stored, identity=warm))

    with begun() as journal, followed(journal.path) as follower:
        for event in (first, *others, last):
            journal.add(event)
        read = [follower.wait("m", event.article) for event in (first, *others, last)]
        size = journal.path.stat().st_size

    assert read == [first, *others, last]
    assert size < 4 * 10_000
    assert len({id(one.stored.identity) for one in read if isinstance(one, Obtained)}) == 2
