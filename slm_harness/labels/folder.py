"""What is in a folder of articles, by the names alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slm_harness.errors import SettingsError

_SUFFIXES = {".yml": ".yaml", ".htm": ".html"}


@dataclass(frozen=True)
class Listing:
    """The files of a folder that are, or may be meant for, pages and labels."""

    folder: Path
    files: tuple[Path, ...]

    @property
    def stems(self) -> list[str]:
        """What the articles are called, sorted."""
        return sorted({path.stem for path in self.files if path.suffix in _SUFFIXES.values()})

    @property
    def misnamed(self) -> Mapping[Path, str]:
        """The files that would be taken for no article, each with what is wrong with its name."""
        return {
            path: f"the name ends in {path.suffix}; call it {path.stem}{_right(path.suffix)}"
            for path in self.files
            if path.suffix not in _SUFFIXES.values()
        }


def _right(suffix: str) -> str:
    return _SUFFIXES.get(suffix.lower(), suffix.lower())


def listing_of(folder: Path) -> Listing:
    """List a folder.

    Raises:
        SettingsError: there is no such folder, or nothing in it.
    """
    advice = "add <id>.html and <id>.yaml, or name another folder with --articles=DIR"
    try:
        found = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        reason = "is no folder" if isinstance(error, NotADirectoryError) else "cannot be read"
        if isinstance(error, FileNotFoundError):
            reason = "is not there"
        raise SettingsError(f"{folder}: the folder of articles {reason}; {advice}") from error
    known = (*_SUFFIXES, *_SUFFIXES.values())
    files = tuple(path for path in found if path.suffix.lower() in known)
    if not files:
        raise SettingsError(f"{folder}: the folder of articles is empty; {advice}")
    return Listing(folder, files)
