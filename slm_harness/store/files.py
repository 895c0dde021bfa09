"""Files that a reader sees whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PART = ".part"
"""How the name of a file ends that is being written; one that stays behind is of a killed process."""


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Write ``text``, whole or in pieces, to ``path`` so that a reader sees the old file or the new one, never half.

    It is on the disk when this returns.

    Raises:
        OSError: nothing was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.writelines(piece.encode() for piece in ([text] if isinstance(text, str) else text))


@contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` once all of it is written, and not where that fails.

    Args:
        path: What is to be written; its folder is there.
        durable: Wait until it is on the disk. Without, a power cut within the half minute that the
            system takes to write may leave an empty file; a killed process never does.

    Raises:
        OSError: nothing was written.
    """
    with _part(path) as part:
        with part.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)


def write_quickly(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, as far as killed processes go; its folder is made if needed.

    Raises:
        OSError: nothing was written.
    """
    try:
        with replacing(path, durable=False) as file:
            file.write(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durable=False) as file:
            file.write(content)


def write_new(path: Path, content: bytes) -> bool:
    """Write a file whole or not at all, unless there is one; whether it was written.

    Raises:
        OSError: nothing was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return False
    with _part(path) as part:
        part.write_bytes(content)
        try:
            path.hardlink_to(part)
        except FileExistsError:
            part.unlink()
            return False
        except OSError:
            # A file system without links: here another process may come between, with an answer as good.
            part.replace(path)
        else:
            part.unlink()
    return True


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """An empty file beside ``path``, for the caller to move; removed where that comes to no end."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=PART)
    part = Path(name)
    try:
        os.fchmod(handle, 0o644)
        os.close(handle)
        yield part
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
        raise
