"""What was committed at a revision of the user's own git repository, read and never changed."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from slm_harness.errors import SettingsError
from slm_harness.printable import shortened

_SECONDS = 60.0
"""Longest wait for git."""
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Repository:
    """The git repository around a folder, if there is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        """Paths are relative to it."""

    def commit(self, revision: str) -> str | None:
        """The full name of the commit that a revision means; None where git knows none of that name.

        Only this name goes to git again, so that no revision can be taken for an option or a path.
        """
        if not revision or revision.startswith("-") or not revision.isprintable():
            return None
        found = self._git(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        )
        name = found.decode("ascii", "replace").strip() if found else ""
        return name if _COMMIT.fullmatch(name) else None

    def text(self, commit: str, path: str) -> str | None:
        """A file as it was committed; None where it was not there.

        Raises:
            SettingsError: it is no text.
        """
        found = self._git("show", "--no-textconv", f"{commit}:./{path}", "--")
        try:
            return None if found is None else found.decode("utf-8")
        except UnicodeDecodeError as error:
            raise SettingsError(f"{path} at {commit[:12]} is no text: {error}") from error

    def names(self, commit: str, folder: str) -> Sequence[str]:
        """The names in a folder as it was committed."""
        found = self._git("ls-tree", "-z", "--name-only", commit, "--", f"./{folder}/")
        paths = (found or b"").decode("utf-8", "replace").split("\0")
        return [path.rpartition("/")[2] for path in paths if path]

    def _git(self, *arguments: str) -> bytes | None:
        """What git prints; None where it fails.

        Raises:
            SettingsError: it does not answer in time.
        """
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat"}
        command = ["git", "-C", str(self._folder), "--no-pager", *arguments]
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell
                command, capture_output=True, check=False, timeout=_SECONDS, env=environment,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise SettingsError(
                f"git did not answer within {_SECONDS:g} s: git {shortened(' '.join(arguments), 120)}"
            ) from error
        except OSError:
            # There is no git, or no such folder: nothing is a revision.
            return None
        return done.stdout if done.returncode == 0 else None
