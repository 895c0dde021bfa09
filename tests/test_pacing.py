"""Tokens per minute: never beyond, never longer than needed, and ended with the run."""

import threading
import time
from dataclasses import dataclass, field

import pytest

from slm_harness.pacing import MINUTE, Pace, Turn


@dataclass
class Clock:
    """A clock that moves when somebody waits."""

    now: float = 1000.0
    waited: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        """The time."""
        return self.now

    def wait(self, seconds: float) -> bool:
        """Let time pass; the run goes on."""
        self.waited.append(seconds)
        self.now += seconds
        return False


def taken(pace: Pace, clock: Clock, tokens: int) -> Turn:
    """A turn that is given."""
    turn = pace.turn(tokens, clock.wait)
    assert turn is not None
    return turn


@pytest.mark.parametrize(
    ("allowed", "wanted", "began"),
    [
        (None, [10**9, 10**9], [0, 0]),
        (100, [50, 50], [0, 0]),
        (100, [50, 51], [0, 60]),
        (100, [100, 100, 100], [0, 60, 120]),
        (100, [40, 40, 40, 40], [0, 0, 60, 60]),
        (100, [500, 500], [0, 60]),
        (100, [1, 500, 1], [0, 60, 120]),
    ],
)
def test_who_would_go_beyond_the_minute_waits_for_it(
    allowed: int | None, wanted: list[int], began: list[float]
) -> None:
    """Each request begins as soon as its tokens fit, one that never fits when nothing else is spent."""
    clock = Clock(now=0.0)
    pace = Pace(allowed, clock)

    assert [taken(pace, clock, tokens).began for tokens in wanted] == pytest.approx(began)
    assert all(step <= 1.0 for step in clock.waited)


def test_what_was_not_used_is_given_back() -> None:
    """A reply that took less than it might makes room for the next; one that was not counted does not."""
    clock = Clock()
    pace = Pace(100, clock)
    taken(pace, clock, 90).took(20)
    assert taken(pace, clock, 80).began == clock.now == 1000.0

    other = Pace(100, clock)
    taken(other, clock, 90).took(None)
    assert taken(other, clock, 20).began == 1000.0 + MINUTE


def test_no_minute_has_more_than_is_allowed() -> None:
    """Wherever a minute begins, what was spent in it is within the allowance."""
    clock = Clock()
    pace = Pace(1000, clock)
    turns = []
    for number in range(60):
        turns.append(taken(pace, clock, 100 + 37 * (number % 7)))
        clock.now += number % 11
    for first in turns:
        within = [turn for turn in turns if first.began <= turn.began < first.began + MINUTE]
        assert sum(turn.tokens for turn in within) <= 1000


def test_the_end_of_the_run_ends_the_waiting() -> None:
    """Who waits for its minute gives up at once and has taken nothing."""
    clock = Clock()
    pace = Pace(100, clock)
    taken(pace, clock, 100)

    assert pace.turn(1, lambda _: True) is None
    clock.now += MINUTE
    assert taken(pace, clock, 100).began == clock.now


def test_many_at_once_stay_below_together() -> None:
    """Eight threads that come at one moment get as many turns as fit, and the others get none."""
    pace = Pace(300)
    stop = threading.Event()
    given: list[Turn | None] = []
    threads = [
        threading.Thread(target=lambda: given.append(pace.turn(100, stop.wait)), daemon=True)
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while len(given) < 3 and time.monotonic() < deadline:
        threads[0].join(0.01)
    stop.set()
    for thread in threads:
        thread.join(5)

    assert len(given) == 8
    assert sum(turn is not None for turn in given) == 3
