"""Files that a command writes beside what it prints."""

from collections.abc import Iterable
from pathlib import Path

from slm_harness.errors import SettingsError


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file, whole or not at all.

    Raises:
        SettingsError: it cannot be written.
    """
    from slm_harness.store import write_atomically

    try:
        write_atomically(path, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise SettingsError(f"{path}: it cannot be written: {error.strerror or error}") from error
