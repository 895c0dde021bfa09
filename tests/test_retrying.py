"""Trying again: as often as a failure is worth, with growing pauses, within bounds."""

import random
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.errors import AnswerTimeout, NotMeasured, ServerBusy
from slm_harness.retrying import Patience, Tried, pause_before, persist

QUICK = Patience(first=0.001, longest=0.002)


def kinds(kind: type[NotMeasured] = NotMeasured) -> list[type[NotMeasured]]:
    """Every kind of failure."""
    return [kind, *(below for one in kind.__subclasses__() for below in kinds(one))]


def run(failures: list[NotMeasured], patience: Patience = QUICK) -> Tried[str]:
    """Fail so many times, then succeed."""
    left = list(failures)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "reply"

    return persist(attempt, patience, random.Random(1), threading.Event(), lambda _: None)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_failure_is_tried_as_often_as_its_kind_is_worth(kind: type[NotMeasured]) -> None:
    """One failure fewer than its tries ends well; as many end with it."""
    well = run([kind("x")] * (kind.tries - 1))
    ill = run([kind("x")] * kind.tries)

    assert (well.result, well.tries) == ("reply", kind.tries)
    assert (type(ill.result), ill.tries) == (kind, kind.tries)


def test_a_mistake_is_no_failure() -> None:
    """Only what was not measured is tried again; a bug goes straight up."""

    def attempt() -> str:
        raise KeyError("bug")

    with pytest.raises(KeyError):
        persist(attempt, QUICK, random.Random(1), threading.Event(), lambda _: None)


@given(st.integers(1, 20), st.integers(0, 2**32))
def test_pauses_grow_to_a_bound_and_are_drawn_from_their_upper_half(tries: int, seed: int) -> None:
    """Between half and all of first * 2^(tries - 1), and never above the longest."""
    patience = Patience(first=1, longest=30)

    pause = pause_before(ServerBusy("x"), tries, patience, random.Random(seed))

    bound = min(2 ** (tries - 1), 30)
    assert bound / 2 <= pause <= bound


@given(st.floats(0, 1000), st.integers(0, 2**32))
def test_a_server_that_says_when_is_never_asked_sooner(seconds: float, seed: int) -> None:
    """Retry-After is a lower bound."""
    error = ServerBusy("x", retry_after=seconds)

    assert pause_before(error, 1, Patience(), random.Random(seed)) >= seconds


def test_a_pause_beyond_the_budget_is_not_begun() -> None:
    """A server that asks for an hour is not waited for."""
    began = time.monotonic()

    tried = run([ServerBusy("x", retry_after=3600)])

    assert (type(tried.result), tried.tries) == (ServerBusy, 1)
    assert time.monotonic() - began < 5


def test_two_requests_do_not_pause_alike() -> None:
    """Those who were turned away together do not come back together."""
    drawn = [
        pause_before(ServerBusy("x"), 1, Patience(), random.Random(seed)) for seed in range(20)
    ]

    assert all(one != other for one, other in pairwise(sorted(drawn)))


def test_the_end_of_a_run_ends_a_pause() -> None:
    """Whoever stops the run does not wait for a server's time of rest."""
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()

    def attempt() -> str:
        raise ServerBusy("x", retry_after=100)

    tried = persist(attempt, Patience(), random.Random(1), stop, lambda _: None)

    assert (type(tried.result), tried.tries) == (ServerBusy, 1)
    assert time.monotonic() - began < 5


def test_each_pause_is_told() -> None:
    """Who waits reads why, how long, and how often more."""
    told: list[str] = []
    left: list[NotMeasured] = [ServerBusy("the server is busy")]

    def attempt() -> str:
        if left:
            raise left.pop()
        return ""

    persist(attempt, QUICK, random.Random(1), threading.Event(), told.append)

    assert told == ["the server is busy; again in 0 s (try 2 of 6)"]


def test_a_timeout_is_not_paid_twice() -> None:
    """Five minutes without a reply are not spent again on the same article."""
    assert AnswerTimeout.tries == 1
