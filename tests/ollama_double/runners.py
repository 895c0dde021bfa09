"""What is loaded: one runner for each set of weights, with as many slots as ``--parallel`` says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.ollama_double.options import AT_LOAD, FOREVER, whole
from tests.ollama_double.shelf import Model
from tests.ollama_double.wire import Fields

_POLL = 0.02


class Gone(Exception):
    """The client has closed its connection, so nobody waits for this answer any more."""


@dataclass(frozen=True)
class Runner:
    """A loaded model."""

    model: Model
    """Whoever made the server load it; others of the same weights use it under this name."""
    settings: tuple[object, ...]
    num_ctx: int
    until: float
    """Seconds since 1970."""


class Runners:
    """All that is loaded. Safe among threads."""

    def __init__(self, parallel: int, most: int | None = None) -> None:
        self._parallel = parallel
        self._most = most
        """Models in memory at once; None for any number."""
        self._lock = threading.Lock()
        self._runners: dict[str, Runner] = {}
        self._slots: dict[str, threading.Semaphore] = {}

    def loaded(self) -> list[Runner]:
        """What is loaded now, the longest-lived first."""
        with self._lock:
            self._expire()
            return sorted(self._runners.values(), key=lambda runner: -runner.until)

    def load(self, model: Model, options: Fields, shift: bool, stay: float) -> bool:
        """Load a model unless it is loaded with the same settings; say whether it had to be."""
        settings = (shift, *(options[key] for key in AT_LOAD))
        until = time.time() + min(stay, FOREVER)
        with self._lock:
            self._expire()
            old = self._runners.get(model.weights)
            if old is not None and old.settings == settings:
                self._runners[model.weights] = replace(old, until=until)
                return False
            self._runners.pop(model.weights, None)
            while self._most is not None and len(self._runners) >= self._most:
                # The one that was loaded first has to go.
                del self._runners[next(iter(self._runners))]
            self._runners[model.weights] = Runner(model, settings, whole(options, "num_ctx"), until)
            return True

    def unload(self, model: Model) -> None:
        """Unload the runner of a model's weights."""
        with self._lock:
            self._runners.pop(model.weights, None)

    @contextmanager
    def slot(self, model: Model, gone: Callable[[], bool]) -> Iterator[None]:
        """Wait for a slot of the model's runner and hold it."""
        with self._lock:
            slots = self._slots.setdefault(model.weights, threading.Semaphore(self._parallel))
        while not slots.acquire(timeout=_POLL):
            if gone():
                raise Gone
        try:
            yield
        finally:
            slots.release()

    def _expire(self) -> None:
        now = time.time()
        self._runners = {key: run for key, run in self._runners.items() if run.until > now}


def spend(seconds: float, gone: Callable[[], bool]) -> None:
    """Let time pass as generating would, until the client goes away."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if gone():
            raise Gone
        time.sleep(min(left, _POLL))
