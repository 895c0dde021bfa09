"""What is committed beside the tests, read before anything is asked; and whether it can be written."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from slm_harness.errors import SettingsError, SnapshotError
from slm_harness.evidence import Evidence, load_evidence
from slm_harness.gate import Snapshot, load_snapshot

_T = TypeVar("_T")


def snapshots(
    folder: Path, models: Iterable[str], forgive: Callable[[str], None] | None
) -> dict[str, Snapshot]:
    """The accepted snapshots of the models that have one.

    ``forgive`` takes the reason where one cannot be read and is to be written anew anyway.

    Raises:
        SnapshotError: one of them cannot be read.
    """
    return _read(models, lambda model: load_snapshot(folder, model), forgive)


def replies(
    folder: Path, models: Iterable[str], forgive: Callable[[str], None] | None
) -> dict[str, Evidence]:
    """The accepted replies of the models that have some; see ``snapshots``.

    Raises:
        SnapshotError: some of them cannot be read.
    """
    return _read(models, lambda model: load_evidence(folder, model), forgive)


def _read(
    models: Iterable[str], load: Callable[[str], _T | None], forgive: Callable[[str], None] | None
) -> dict[str, _T]:
    found = {}
    for model in models:
        try:
            one = load(model)
        except SnapshotError as error:
            if forgive is None:
                raise
            forgive(f"not compared with: {error.message}")
            continue
        if one is not None:
            found[model] = one
    return found


def refuse_unwritable(folder: Path, what: str, setting: str, files: Iterable[str] = ()) -> None:
    """Make a folder, and find out that it can be written, before anything is asked.

    Raises:
        SettingsError: it cannot, or one of its ``files`` cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for name in files:
            path = folder / name
            if path.exists():
                path.open("a").close()
    except OSError as error:
        raise SettingsError(
            f"{folder}: {what} cannot be written: {error}; "
            f"mend the permissions or set {setting} in pyproject.toml"
        ) from error
