"""The memory and the slots of the stand-in server: who is worked at, who waits, and what is loaded for it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from benchmarks.speed.ledger import Ledger


@dataclass(frozen=True)
class Pace:
    """How long things take, and how many fit. Seconds."""

    service: float = 0.1
    """Every request with a prompt."""
    load: float = 0.0
    slots: int = 4
    """Requests that a model in memory works at together."""
    models: int = 1
    """Models in memory together."""


@dataclass(frozen=True)
class Job:
    """One request that needs a model in memory."""

    weights: str
    """Custom models of one base share theirs."""
    seconds: float
    counts: bool
    """Whether it is about an article."""
    done: Callable[[], None]


class Clock(Protocol):
    """What an event loop has of a clock."""

    def time(self) -> float:
        """Monotonic seconds."""

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> object:
        """Call back after so many seconds."""


class Memory:
    """Takes jobs in the order in which they come. A job for a model that is not loaded holds up those behind it."""

    def __init__(self, pace: Pace, ledger: Ledger, clock: Clock) -> None:
        self._pace = pace
        self._ledger = ledger
        self._clock = clock
        self._waiting: deque[Job] = deque()
        self._open: dict[str, int] = {}
        """By what is in memory, the one used last at the end: how many jobs are worked at."""
        self._loading = False

    @property
    def loaded(self) -> list[str]:
        """What is in memory."""
        return list(self._open)

    def put(self, job: Job) -> None:
        """Work at a job as soon as there is room."""
        self._waiting.append(job)
        self._advance()

    def _advance(self) -> None:
        while self._waiting and not self._loading:
            job = self._waiting[0]
            if job.weights not in self._open:
                if not self._make_room():
                    return
                self._load(job.weights)
            elif self._open[job.weights] < self._pace.slots:
                self._begin(self._waiting.popleft())
            else:
                return

    def _make_room(self) -> bool:
        """Drop what has been idle the longest; False where all that is in memory is in use."""
        if len(self._open) < self._pace.models:
            return True
        idle = next((name for name, jobs in self._open.items() if not jobs), None)
        if idle is None:
            return False
        del self._open[idle]
        return True

    def _load(self, weights: str) -> None:
        self._ledger.loads += 1
        self._open[weights] = 0
        if self._pace.load > 0:
            self._loading = True
            self._clock.call_later(self._pace.load, self._loaded)

    def _loaded(self) -> None:
        self._loading = False
        self._advance()

    def _begin(self, job: Job) -> None:
        self._open[job.weights] = self._open.pop(job.weights) + 1
        start = self._clock.time()
        self._clock.call_later(job.seconds, self._end, job, start)

    def _end(self, job: Job, start: float) -> None:
        if job.counts:
            self._ledger.worked(start, self._clock.time())
        self._open[job.weights] -= 1
        job.done()
        self._advance()
