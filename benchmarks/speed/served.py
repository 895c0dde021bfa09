"""The stand-in server as a process of its own, and what the bench tells and asks it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.ledger import Counts

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 30.0


@dataclass(frozen=True)
class Standing:
    """A server that listens."""

    address: str

    def reset(self, **fields: float | bool) -> None:
        """Empty its counts and its memory; the fields are those of ``POST /bench/reset``."""
        self._call("POST", "/bench/reset", fields)

    def recreate(self) -> None:
        """Make every custom model anew of the same recipe."""
        self._call("POST", "/bench/recreate", {})

    def counts(self) -> Counts:
        """What it did since the last reset."""
        return Counts(**self._call("GET", "/bench/counts", None))

    def _call(self, method: str, path: str, body: object) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            found: dict[str, Any] = json.load(response)
        return found


@contextmanager
def standing(*flags: str) -> Iterator[Standing]:
    """Start one, and end it by closing its stdin."""
    command = [sys.executable, "-m", "benchmarks.speed.server", *flags]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("a process with pipes has both")
        try:
            yield Standing(json.loads(process.stdout.readline())["address"])
        finally:
            process.stdin.close()
            process.wait(_SECONDS)
