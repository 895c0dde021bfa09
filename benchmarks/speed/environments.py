"""The Python environments of the contestants, made once and kept in a folder.

The harness and the floors get exactly what a user has: the lock that evaluations run with, and no tools of
developers, whose pytest plugins alone cost a second at each start.
"""

import hashlib
import os
import subprocess
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.speed.served import ROOT

_PRIVATE = {"DEEPEVAL_TELEMETRY_OPT_OUT": "1"}
"""Nothing that is measured waits for somebody to be told of it."""
_QUIET = ("-m", "pip", "install", "-qq", "--disable-pip-version-check")


class InstallError(Exception):
    """pip failed; its words are in the message."""


class Environments:
    """Those below one folder."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell

    def python(self, needs: Sequence[str] = ()) -> Path:
        """The interpreter of an environment with these packages; the harness's own where none are named.

        Raises:
            InstallError: they cannot be installed.
        """
        wanted = [(ROOT / "requirements.lock").read_text("utf-8"), str(ROOT)]
        name = hashlib.sha256("\n".join(needs or wanted).encode()).hexdigest()[:12]
        # A path without links, so that it is the same in all that Python prints of it.
        folder = self._folder.resolve() / f"{needs[0] if needs else 'slm-harness'}-{name}"
        python = folder / "bin" / "python"
        done = folder / "installed"
        if not done.exists():
            self._tell(f"installing {', '.join(needs) or 'slm-harness'}")
            venv.create(folder, with_pip=True, clear=True)
            for arguments in [needs] if needs else _harness():
                _install(python, arguments)
            done.touch()
        return python


def _harness() -> Sequence[Sequence[str]]:
    """As `make eval` installs it."""
    return (
        ("--require-hashes", "-r", str(ROOT / "requirements.lock")),
        ("--no-deps", "--no-build-isolation", "-e", str(ROOT)),
    )


def _install(python: Path, arguments: Sequence[str]) -> None:
    done = subprocess.run(  # noqa: S603 - pip, with our own arguments
        [python, *_QUIET, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InstallError(f"{' '.join(arguments)}: {done.stderr.strip()[-1000:]}")


def clean(host: str) -> dict[str, str]:
    """This process's environment without what would change a contestant's; its server is at ``host``."""
    ours = ("PYTEST_", "PYTHON", "OLLAMA_", "COV_", "VIRTUAL_ENV", "BENCH_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    return {**kept, "OLLAMA_HOST": host, **here, **_PRIVATE}
