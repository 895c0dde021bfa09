"""What an Ollama server has, what it says of one model, and the lock under which it is changed."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from slm_harness.engines.ollama.border import StrictClient, translated
from slm_harness.engines.ollama.told import Described, Entry, described_by
from slm_harness.engines.protocol import Report
from slm_harness.engines.statuses import one_line
from slm_harness.errors import ModelUnavailable
from slm_harness.locks import held, lock_of_server

LOCK_SECONDS = 6 * 3600.0
"""Longest wait for another run that pulls or makes a model; one that has died lets go at once."""

_TELL_SECONDS = 10.0


def listed(client: StrictClient, host: str) -> Sequence[Entry]:
    """All models of a server.

    Raises:
        NotMeasured: it does not say.
    """
    with translated("listing its models", host):
        return [
            Entry(
                name=model.model,
                digest=one_line(model.digest or ""),
                size=int(model.size or 0),
                parent=(model.details.parent_model if model.details else None) or "",
                modified=model.modified_at,
            )
            for model in client.list().models
            if model.model
        ]


def described(client: StrictClient, host: str, name: str) -> Described:
    """Ask about one model.

    Raises:
        NotMeasured: the server does not say.
    """
    with translated(f"describing {name}", host):
        return described_by(client.show_all(name))


# ---------------------------------------------------------------- changing what is there


@contextmanager
def changing(
    host: str, stop: threading.Event, report: Report, seconds: float = LOCK_SECONDS
) -> Iterator[None]:
    """Be the only run of this user's that pulls, makes or removes models on a server.

    The server itself does not order them: a removal looks through all models while another is written.
    Look again, once inside, whether there is still something to do. Where no lock can be had (a home
    that cannot be written to), it is done without.

    Raises:
        ModelUnavailable: another run took too long, or ``stop`` was set.
    """
    ended = threading.Event()
    with held(lock(host), ended, _waiting(host, stop, ended, report, seconds)) as mine:
        if not mine and ended.is_set():
            raise ModelUnavailable(
                f"another run has been pulling or making a model at {host} for a long time; end it, or "
                "wait for it and run again"
            )
        yield


def lock(host: str) -> Path:
    """The lock of a server, however this machine is written in its address."""
    return lock_of_server(re.sub(r"//localhost(?=[:/]|$)", "//127.0.0.1", host))


def _waiting(
    host: str, stop: threading.Event, ended: threading.Event, report: Report, seconds: float
) -> Callable[[], None]:
    began = due = time.monotonic()

    def waiting() -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _TELL_SECONDS
            report(f"waiting for another run that pulls or makes a model at {host}")
        if stop.is_set() or now > began + seconds:
            ended.set()

    return waiting
