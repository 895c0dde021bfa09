"""Lines that wait on the disk for what has to stand before them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path


class Spool:
    """Texts of one line each, put one at a time and read back in that order; gone when it is closed.

    The head of a report counts what stands below it, and hundreds of thousands of cases are not to be held
    in memory until they are counted.
    """

    def __init__(self, folder: Path) -> None:
        """Begin an empty one; ``folder`` is where there will have to be room for the whole anyway.

        Raises:
            OSError: nothing can be written there.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=1 << 18)  # noqa: SIM115 - closed on exit

    def close(self) -> None:
        """Let go of the lines."""
        self._file.close()

    def put(self, line: str) -> None:
        """Add a text without a line feed in it."""
        self._file.write(line.encode() + b"\n")

    def __iter__(self) -> Iterator[str]:
        self._file.seek(0)
        for line in self._file:
            yield line[:-1].decode()
