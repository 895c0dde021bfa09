"""What follows from inputs and code alone, kept so that it need not be worked out again.

A cache, in one SQLite file that many processes may have open: whatever is wrong with it means going
without, and a damaged file is replaced. It cannot give a wrong value: a value is filed under the sha256 of
the code that made it and of all that the code was given, and carries a checksum against the disk.
"""

import contextlib
import hashlib
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    import sqlite3

FILE = "derived.sqlite"
"""Its name in the folder of the store."""
MAX_ROWS = 200_000
"""Most values of one room; beyond that the oldest go."""

PATIENCE = 1.0
"""Longest wait for another process that writes, in seconds: working out is not much slower."""

_FORMAT = 1
_CHUNK = 900
"""Parameters of one query; old builds of SQLite take 999."""

_T = TypeVar("_T")


class Derived:
    """The values of one room (``articles``, ``grades``), made by one state of the code.

    Keys are any texts that name all inputs, as a rule a sha256; values are JSON texts. For one thread, and
    not to be kept open across a fork.
    """

    def __init__(
        self,
        folder: Path,
        room: str,
        code: str,
        *,
        max_rows: int = MAX_ROWS,
        patience: float = PATIENCE,
    ) -> None:
        """Name a room; nothing is opened before it is needed.

        Args:
            folder: The working store; made when the first value is put.
            room: A plain word, the name of a table.
            code: As ``code_digest`` gives it; with an empty one nothing is kept.
            max_rows: Most values of the room.
            patience: Longest wait for another process that writes, in seconds.
        """
        if not (room.isidentifier() and room.isascii()) or room == _ROOMS:
            raise ValueError(f"{room!r} is no name of a room; take a plain word")
        self.path = folder / FILE
        self._room = room
        self._code = code
        self._max_rows = max_rows
        self._patience = patience
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._given_up = not code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; it may be used again afterwards."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The values of those keys that have one."""
        if self._given_up or _identity(self.path) is None:
            return {}
        return self._tried(lambda database: self._read(database, keys), {})

    def put(self, values: Mapping[str, str]) -> None:
        """Keep values, all of them or none; those that other code left in this room go."""
        if self._given_up or not values:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        self._tried(lambda database: self._write(database, values), None)

    def _read(self, database: "sqlite3.Connection", keys: Iterable[str]) -> dict[str, str]:
        if not self._is_there(database):
            return {}
        found = {}
        for chunk in _chunks((self._place(key), key) for key in keys):
            wanted = dict(chunk)
            marks = ",".join("?" * len(wanted))
            query = f'SELECT place, checksum, value FROM "{self._room}" WHERE place IN ({marks})'  # noqa: S608 - our own words
            for place, checksum, value in database.execute(query, tuple(wanted)):
                if place in wanted and checksum == _checksum(place, value):
                    found[wanted[place]] = value.decode("utf-8", "surrogatepass")
        return found

    def _is_there(self, database: "sqlite3.Connection") -> bool:
        query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return database.execute(query, (self._room,)).fetchone() is not None

    def _write(self, database: "sqlite3.Connection", values: Mapping[str, str]) -> None:
        database.execute("BEGIN IMMEDIATE")
        try:
            self._prepare(database)
            rows = (
                (place, _checksum(place, raw), raw)
                for key, value in values.items()
                for place, raw in ((self._place(key), value.encode("utf-8", "surrogatepass")),)
            )
            database.executemany(f'INSERT OR REPLACE INTO "{self._room}" VALUES (?, ?, ?)', rows)  # noqa: S608
            # Row ids grow with every value written, so the span of them bounds the rows.
            query = f'SELECT min(rowid), max(rowid) FROM "{self._room}"'  # noqa: S608
            first, last = database.execute(query).fetchone()
            if last - first >= self._max_rows:
                oldest = last - self._max_rows * 3 // 4
                database.execute(f'DELETE FROM "{self._room}" WHERE rowid <= ?', (oldest,))  # noqa: S608
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise

    def _prepare(self, database: "sqlite3.Connection") -> None:
        """Make the tables, and empty the room if other code filled it."""
        database.execute(f"CREATE TABLE IF NOT EXISTS {_ROOMS} (name BLOB PRIMARY KEY, code BLOB)")
        database.execute(
            f'CREATE TABLE IF NOT EXISTS "{self._room}" '
            "(place BLOB NOT NULL PRIMARY KEY, checksum INTEGER NOT NULL, value BLOB NOT NULL)"
        )
        query = f"SELECT code FROM {_ROOMS} WHERE name = ?"  # noqa: S608
        name, code = self._room.encode(), self._code.encode()
        if database.execute(query, (name,)).fetchone() != (code,):
            database.execute(f'DELETE FROM "{self._room}"')  # noqa: S608
            database.execute(f"INSERT OR REPLACE INTO {_ROOMS} VALUES (?, ?)", (name, code))  # noqa: S608

    def _place(self, key: str) -> bytes:
        return hashlib.sha256(f"{_FORMAT}\n{self._code}\n{key}".encode()).digest()

    def _tried(self, work: "Callable[[sqlite3.Connection], _T]", otherwise: _T) -> _T:
        """Do ``work``, on a new file where the old one is damaged; ``otherwise`` where it cannot be done."""
        try:
            import sqlite3
        except ImportError:  # a Python built without it
            self._given_up = True
            return otherwise
        for _ in range(2):
            try:
                return work(self._open())
            except sqlite3.ProgrammingError:
                raise  # a fault of ours, which is not to hide behind a slow run
            except (sqlite3.Error, UnicodeDecodeError) as error:
                self._let_go()
                if not (_is_damage(error) and self._remove()):
                    break
        self._given_up = True
        return otherwise

    def _open(self) -> "sqlite3.Connection":
        import sqlite3

        if self._connection is None:
            self._opened = _identity(self.path)
            self._connection = sqlite3.connect(
                self.path, timeout=self._patience, isolation_level=None, cached_statements=8
            )
            self._connection.text_factory = bytes  # what is damaged may be no text
            # A crash of the machine may damage the file: it is then replaced.
            self._connection.execute("PRAGMA synchronous = OFF")
        return self._connection

    def _let_go(self) -> None:
        import sqlite3

        with contextlib.suppress(sqlite3.Error):
            self.close()

    def _remove(self) -> bool:
        """Remove the damaged file, unless another process has replaced it already."""
        try:
            if self._opened is None or _identity(self.path) == self._opened:
                for suffix in ("", "-journal", "-wal", "-shm"):
                    self.path.with_name(FILE + suffix).unlink(missing_ok=True)
        except OSError:
            return False
        return True


_ROOMS = "rooms"
"""The table that says which code filled each room."""


def _checksum(place: bytes, value: object) -> int:
    """The CRC-32 of a row; -1, which no row has, for what is no value."""
    return zlib.crc32(value, zlib.crc32(place)) if isinstance(value, bytes) else -1


def _chunks(pairs: Iterable[tuple[bytes, str]]) -> Iterator[list[tuple[bytes, str]]]:
    rest = iter(pairs)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_damage(error: Exception) -> bool:
    """Whether the file itself is at fault: no database, torn, or with other tables than ours."""
    import sqlite3

    if isinstance(error, UnicodeDecodeError):  # of a message that quotes what is damaged
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


# ---------------------------------------------------------------- the code that values follow from

_PACKAGE = Path(__file__).parent


@lru_cache
def code_digest(modules: tuple[str, ...], libraries: tuple[str, ...] = ()) -> str:
    """The digest of the code that runs here, see ``digest_of``; worked out once in a process."""
    return digest_of(modules, libraries)


def digest_of(
    modules: Iterable[str],
    libraries: Iterable[str],
    package: Path = _PACKAGE,
    path: Iterable[str] | None = None,
) -> str:
    """The sha256 of all that decides a result besides its inputs: our source, libraries, Python itself.

    Args:
        modules: Modules or packages of ours within ``package``, such as ``labels`` or ``grading.expected``.
            None of them is imported.
        libraries: Names of distributions; of each the version counts.
        package: Folder of the package.
        path: Folders in which distributions are installed, as ``sys.path`` has them, which it is without.

    Returns:
        64 hex digits; empty where the source cannot be read, and so nothing can be said.
    """
    digest = hashlib.sha256(f"{sys.version}\n{sys.platform}\n".encode())
    try:
        for module in modules:
            for source in _sources(package.joinpath(*module.split("."))):
                content = source.read_bytes()
                name = source.relative_to(package).as_posix()
                digest.update(f"{name}\n{len(content)}\n".encode() + content)
    except OSError:
        return ""
    installed = _installed(sys.path if path is None else path)
    for library in libraries:
        digest.update(f"{library} {installed.get(_normal(library)) or _told(library)}\n".encode())
    return digest.hexdigest()


def _sources(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path.with_suffix(".py")]
    found = sorted(path.rglob("*.py"))
    if not found:
        raise FileNotFoundError(path)
    return found


def _installed(path: Iterable[str]) -> Mapping[str, str]:
    """Name to version of what is installed, by the names of folders: asking for each reads its files."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys(path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - sys.path has plain texts
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                called, _, version = name.removesuffix(".dist-info").rpartition("-")
                found.setdefault(_normal(called), version)
    return found


def _told(library: str) -> str:
    """The version as the distribution tells it, for what is installed in another way."""
    from importlib import metadata

    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not installed"


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
