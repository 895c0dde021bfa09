"""The cache of what follows from inputs and code: never wrong, and never in the way."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import slm_harness
from slm_harness.derived import FILE, Derived, code_digest, digest_of

PACKAGE = Path(slm_harness.__file__).parent


def room(folder: Path, code: str = "code", name: str = "articles") -> Derived:
    """The cache as most tests want it."""
    return Derived(folder, name, code)


def test_what_was_put_is_got_by_another_process(tmp_path: Path) -> None:
    """A value is there for whoever opens the file next."""
    program = (
        "import sys; from pathlib import Path; from slm_harness.derived import Derived\n"
        "with Derived(Path(sys.argv[1]), 'articles', 'code') as kept: kept.put({'a': '[1]'})"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "store")], check=True)
    with room(tmp_path / "store") as kept:
        assert kept.get(["a", "b"]) == {"a": "[1]"}


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text()), st.text(min_size=1))
def test_values_come_back_as_they_were_put(values: dict[str, str], code: str) -> None:
    """Any text under any key, half pairs of UTF-16 in values included."""
    import tempfile

    code = code.encode("utf-8", "replace").decode() or "code"
    with tempfile.TemporaryDirectory() as folder, room(Path(folder), code) as kept:
        kept.put(values)
        assert kept.get([*values, "something else"]).items() >= values.items()


def test_many_keys_are_read_at_once(tmp_path: Path) -> None:
    """More keys than one query takes, in any order, with some that are not there."""
    with room(tmp_path) as kept:
        kept.put({str(n): str(n * n) for n in range(5_000)})
        wanted = [str(n) for n in range(6_000, -1, -1)]
        assert kept.get(wanted) == {str(n): str(n * n) for n in range(5_000)}


def test_other_code_finds_nothing_and_clears_its_room(tmp_path: Path) -> None:
    """What other code made is never read, and goes when something new is put; other rooms stay."""
    with room(tmp_path, "old") as old, room(tmp_path, "old", "grades") as grades:
        old.put({"a": "1"})
        grades.put({"a": "2"})
    with room(tmp_path, "new") as new:
        assert new.get(["a"]) == {}
        new.put({"b": "3"})
        assert new.get(["a", "b"]) == {"b": "3"}
    with room(tmp_path, "old") as old, room(tmp_path, "old", "grades") as grades:
        assert old.get(["a", "b"]) == {}
        assert grades.get(["a"]) == {"a": "2"}


def test_a_room_is_bounded(tmp_path: Path) -> None:
    """Beyond its bound the oldest values go and the newest stay."""
    with Derived(tmp_path, "articles", "code", max_rows=8) as kept:
        for n in range(50):
            kept.put({str(n): "x"})
            found = kept.get(map(str, range(50)))
            assert len(found) <= 8
            assert str(n) in found


DAMAGED = {
    "no database": b"this is no database, and it is long enough to be taken for none" * 20,
    "empty": b"",
    "torn": b"SQLite format 3\x00" + b"\xff" * 5_000,
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_file_is_replaced(tmp_path: Path, how: str) -> None:
    """Reading gives nothing, and what is put then is kept."""
    (tmp_path / FILE).write_bytes(DAMAGED[how])
    with room(tmp_path) as kept:
        assert kept.get(["a"]) == {}
        kept.put({"a": "1"})
    with room(tmp_path) as kept:
        assert kept.get(["a"]) == {"a": "1"}


def test_a_file_with_other_tables_is_replaced(tmp_path: Path) -> None:
    """A table of our name made by other code is damage like any other."""
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE articles (name TEXT)")
    other.close()
    with room(tmp_path) as kept:
        kept.put({"a": "1"})
        assert kept.get(["a"]) == {"a": "1"}


def test_no_flipped_byte_gives_a_wrong_value(tmp_path: Path) -> None:
    """Wherever a byte of the file changes, a value is right or it is not there; then it is put again."""
    values = {f"key {n}": f'["value {n}", "{"é" * 50}"]' for n in range(20)}
    with room(tmp_path) as kept:
        kept.put(values)
    whole = (tmp_path / FILE).read_bytes()
    for place in range(0, len(whole), 97):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        (tmp_path / FILE).write_bytes(broken)
        with room(tmp_path) as kept:
            assert kept.get(values).items() <= values.items(), place


def test_a_locked_file_is_done_without(tmp_path: Path) -> None:
    """While another process writes for longer than a moment, nothing is got, nothing kept, nothing lost."""
    with room(tmp_path) as kept:
        kept.put({"a": "1"})
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Derived(tmp_path, "articles", "code", patience=0.01) as kept:
        assert kept.get(["a"]) == {}
        kept.put({"a": "2"})
    other.execute("ROLLBACK")
    other.close()
    with room(tmp_path) as kept:
        assert kept.get(["a"]) == {"a": "1"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_read(tmp_path: Path) -> None:
    """What is there is got; what cannot be written is not missed."""
    with room(tmp_path) as kept:
        kept.put({"a": "1"})
    (tmp_path / FILE).chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with room(tmp_path) as kept:
            assert kept.get(["a"]) == {"a": "1"}
            kept.put({"b": "2"})
        with room(tmp_path / "none") as kept:
            kept.put({"b": "2"})
            assert kept.get(["b"]) == {}
    finally:
        tmp_path.chmod(0o755)


def test_what_is_no_file_is_done_without(tmp_path: Path) -> None:
    """A folder where the file should be, or a file where the folder should be, stays as it is."""
    (tmp_path / FILE).mkdir()
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    for folder in (tmp_path, tmp_path / "file"):
        with room(folder) as kept:
            kept.put({"a": "1"})
            assert kept.get(["a"]) == {}
    assert (tmp_path / FILE).is_dir()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    """None fails, and what each got is right."""
    program = (
        "import sys; from pathlib import Path; from slm_harness.derived import Derived\n"
        "sys.stdin.readline()\n"
        "for n in range(30):\n"
        "    with Derived(Path(sys.argv[1]), 'articles', 'code') as kept:\n"
        "        kept.put({str(n): str(n * n)})\n"
        "        found = kept.get(map(str, range(30)))\n"
        "        assert all(value == str(int(key) ** 2) for key, value in found.items())\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        process.communicate("go\n")
    assert [process.returncode for process in processes] == [0, 0, 0, 0]


def test_without_a_digest_nothing_is_kept(tmp_path: Path) -> None:
    """Where the source cannot be read, nobody knows what made a value."""
    assert code_digest(("not_there",)) == ""
    with room(tmp_path, code="") as kept:
        kept.put({"a": "1"})
        assert kept.get(["a"]) == {}
    assert not (tmp_path / FILE).exists()


def test_every_line_of_the_code_counts(tmp_path: Path) -> None:
    """A change of any file that is named, a new one, or one taken away, is another digest."""
    package = tmp_path / "package"
    shutil.copytree(PACKAGE / "labels", package / "labels", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(PACKAGE / "records.py", package)
    shutil.copy(PACKAGE / "task.py", package)

    def digest() -> str:
        return digest_of(("labels", "records"), (), package, ())

    seen = [digest()]
    for source in [*package.glob("labels/*.py"), package / "records.py"]:
        source.write_text(source.read_text(encoding="utf-8") + "# line\n", encoding="utf-8")
        seen.append(digest())
    (package / "labels" / "new.py").touch()
    seen.append(digest())
    assert len(set(seen)) == len(seen)
    (package / "task.py").write_text("", encoding="utf-8")
    assert digest() == seen[-1]


def test_the_version_of_a_library_counts(tmp_path: Path) -> None:
    """A library of another version, or none, is another digest; the first on the path is the one."""
    for version in ("1.0", "1.1"):
        (tmp_path / version / f"Some_Library-{version}.dist-info").mkdir(parents=True)
    first, second = str(tmp_path / "1.0"), str(tmp_path / "1.1")
    digests = [
        digest_of(("records",), ("some-library",), PACKAGE, path)
        for path in ([first], [second], [], [first, second])
    ]
    assert len(set(digests)) == 3
    assert digests[3] == digests[0]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """Naming a cache costs no import of SQLite."""
    program = (
        "import sys; from pathlib import Path; from slm_harness.derived import Derived\n"
        "Derived(Path('no such folder'), 'articles', 'code').get(['a'])\n"
        "assert 'sqlite3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
