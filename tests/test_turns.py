"""Turns: so many requests on the wire at once, in the order of their places, and none once it is over."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from slm_harness.engines.transport import BoundedTransport, request_seconds
from slm_harness.engines.turns import Place, Turns, TurnsOver, standing_at
from tests.processes import wait_for

SECONDS = 20.0


def turns(at_once: int = 1, stop: threading.Event | None = None) -> Turns:
    """Turns that are given back as soon as a reply was read."""
    found = Turns(at_once, stop or threading.Event())
    found.careful = False
    return found


def taking(place: Place, told: Callable[[str], None]) -> threading.Thread:
    """A thread that waits for a place's turn and tells what came of it."""

    def run() -> None:
        try:
            place.take()
        except TurnsOver:
            told("over")
        else:
            told("taken")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_turn_goes_to_the_next_place_and_not_to_who_is_ready_first() -> None:
    """Asking stays in the order in which tests run, whichever thread is quicker."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    late = taking(third, lambda how: told.append(f"third {how}"))
    first.leave()

    assert late.is_alive()
    second.take()
    second.leave()
    late.join(SECONDS)
    assert told == ["third taken"]


def test_a_place_that_is_left_holds_nobody_up() -> None:
    """An article that does not fit is never sent, and the next one does not wait for it."""
    one = turns()
    first, second = one.place(), one.place()
    first.leave()

    second.take()

    assert second.held


def test_who_wants_another_turn_comes_before_those_who_had_none() -> None:
    """A retry is put before the articles after it."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    first.leave()
    second.take()
    waiting = [taking(third, lambda how: told.append(f"third {how}"))]
    waiting.append(taking(first, lambda how: told.append(f"first {how}")))
    wait_for(lambda: first.ready and third.ready)
    second.leave()
    waiting[1].join(SECONDS)

    assert told == ["first taken"]
    first.leave()
    waiting[0].join(SECONDS)
    assert told == ["first taken", "third taken"]


def test_whoever_waits_when_it_is_over_gets_no_turn() -> None:
    """Those that have one keep it; nothing else is sent."""
    one = turns()
    first, second, third = one.place(), one.place(), one.place()
    told: list[str] = []
    first.take()
    waiting = taking(second, told.append)
    wait_for(lambda: second.ready)
    one.close()
    waiting.join(SECONDS)

    assert (told, first.held) == (["over"], True)
    with pytest.raises(TurnsOver):
        third.take()


def test_a_run_that_has_stopped_sends_nothing_though_a_turn_is_free() -> None:
    """Ctrl-C and -x need not wait until somebody closes the line."""
    stop = threading.Event()
    one = turns(stop=stop)
    first = one.place()
    stop.set()

    with pytest.raises(TurnsOver):
        first.take()


class Pieces(httpx.SyncByteStream):
    """A body that tells when it is read."""

    def __init__(self, body: Iterator[bytes]) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        return self._body


@pytest.mark.parametrize(
    ("status", "careful", "kept"),
    [(200, False, False), (200, True, True), (503, False, True)],
    ids=["good", "on trial", "refused"],
)
def test_a_turn_ends_with_the_last_byte_of_a_good_reply(
    status: int, careful: bool, kept: bool
) -> None:
    """Checking and storing it are not in it; after a failure the next request depends on what it was."""
    one = turns()
    one.careful = careful
    place = one.place()
    held: list[bool] = []

    def body() -> Iterator[bytes]:
        held.append(place.held)
        yield b"{}"

    inner = httpx.MockTransport(lambda _: httpx.Response(status, stream=Pieces(body())))
    with httpx.Client(transport=BoundedTransport(inner, 1000)) as client, standing_at(place):
        client.get("http://there")
        held.append(place.held)

    assert (*held, place.held) == (True, kept, False)


def test_waiting_for_a_turn_is_no_time_of_the_request() -> None:
    """The latency of a reply is the server's, however long the line was."""
    one = turns()
    first, second = one.place(), one.place()
    first.take()
    told: list[tuple[float, float]] = []
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json={}))

    def ask() -> None:
        with (
            standing_at(second),
            closing(httpx.Client(transport=BoundedTransport(inner, None))) as client,
        ):
            client.get("http://there")
            told.append((request_seconds(), time.perf_counter()))

    thread = threading.Thread(target=ask)
    thread.start()
    wait_for(lambda: second.ready)
    ready = time.perf_counter()
    first.leave()
    thread.join(SECONDS)
    seconds, done = told[0]

    assert seconds < done - ready
