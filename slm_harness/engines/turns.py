"""Turns: how many requests are on the wire at once, and whose is the next.

Making a request, reading a reply's JSON, checking and storing it need no server. Whoever does them in more
threads than there are turns has the next request ready when a turn comes free, and the server is never
idle. The transport takes the turn just before it sends, and gives it back with the last byte of the reply.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from slm_harness.errors import HarnessError


class Turns:
    """So many turns, handed out strictly in the order of the places in the line. Safe among threads."""

    def __init__(self, at_once: int, stop: threading.Event) -> None:
        self._lock = threading.Lock()
        self._free = at_once
        self._line: dict[Place, None] = {}
        """Those that have not had their turn yet, the first in front."""
        self._again: deque[Place] = deque()
        """Those that had one and want another, as a retry does. They go first."""
        self._closed = False
        self._stop = stop
        """Once it is set nothing is sent any more."""
        self.careful = True
        """Whether a turn is kept until somebody has judged the reply, and not only until it was read.

        Until the first good reply, and while a server is suspected, the next request depends on it.
        """

    def place(self) -> "Place":
        """The last place in the line."""
        found = Place(self)
        with self._lock:
            self._line[found] = None
        return found

    def close(self) -> None:
        """Hand out no turn any more; whoever waits for one gets none. Those that have one keep it."""
        with self._lock:
            self._closed = True
            waiting = [*self._again, *(place for place in self._line if place.ready)]
            self._line.clear()
            self._again.clear()
            for place in waiting:
                place.gate.release()

    @property
    def over(self) -> bool:
        """Whether no turn is handed out any more."""
        return self._closed or self._stop.is_set()

    def take(self, place: "Place") -> bool:
        """As ``Place.take``."""
        with self._lock:
            if place.held:
                return False
            if self._closed:
                raise _too_late()
            place.ready = True
            if place not in self._line:
                self._again.append(place)
            self._hand_out()
        place.gate.acquire()
        if self.over:
            raise _too_late()
        return True

    def give_back(self, place: "Place") -> None:
        """Let the next one have a place's turn, if it has one; a place in the line is given up."""
        with self._lock:
            self._line.pop(place, None)
            if place.held:
                place.held = False
                self._free += 1
            self._hand_out()
        place.hurries(False)

    def _hand_out(self) -> None:
        while self._free and (place := self._next()) is not None:
            self._free -= 1
            place.held, place.ready = True, False
            place.hurries(True)
            place.gate.release()

    def _next(self) -> "Place | None":
        if self._again:
            return self._again.popleft()
        first = next(iter(self._line), None)
        if first is None or not first.ready:
            # Nobody is sent before those in front of it: what is asked first is wanted first.
            return None
        del self._line[first]
        return first


class Place:
    """A place in the line for one request, and the turn once it has come."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.gate = threading.Lock()
        """Held, until the waiting is over. One lock for each, so that a turn wakes one thread and no other."""
        self.gate.acquire()
        self.ready = False
        """Whether its request is ready to be sent, so that it waits for its turn."""
        self.held = False
        """Whether it has a turn."""
        self._hurries = False

    def hurries(self, does: bool) -> None:
        """Note whether the server waits for the thread that stands here: no other is to keep it waiting."""
        if does != self._hurries:
            self._hurries = does
            _hurry.count(1 if does else -1)

    def take(self) -> bool:
        """Wait for a turn; False where it has one already.

        Raises:
            TurnsOver: there is none any more.
        """
        return self._turns.take(self)

    def sent_and_read(self) -> None:
        """Note that the reply was read: the server is free for the next request."""
        if not self._turns.careful:
            self._turns.give_back(self)

    def leave(self) -> None:
        """Give back the turn, or the place in the line."""
        self._turns.give_back(self)


class TurnsOver(HarnessError):
    """No turn is handed out any more: nothing was sent, and nobody need be told of a failure."""


def _too_late() -> TurnsOver:
    return TurnsOver("the asking ended before its turn came")


# ---------------------------------------------------------------- who goes first

MOST_SECONDS = 0.01
"""Longest that anybody gives way at once."""


class _Hurry:
    """How many threads there are for which the server waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads = 0
        self.over = threading.Event()
        self.over.set()

    def count(self, change: int) -> None:
        with self._lock:
            self._threads += change
            if self._threads:
                self.over.clear()
            else:
                self.over.set()


_hurry = _Hurry()


def give_way() -> None:
    """Let those go first for whom the server waits. For whoever has work that can wait some milliseconds.

    All threads of a process run one at a time, and the interpreter knows no priorities: between a reply
    and the next request three of them would have to wait for the one that runs tests.
    """
    if not _hurry.over.is_set():
        _hurry.over.wait(MOST_SECONDS)


# ---------------------------------------------------------------- the place of this thread


class _OfThread(threading.local):
    place: Place | None = None


_of_thread = _OfThread()


@contextmanager
def standing_at(place: Place) -> Iterator[None]:
    """Let the requests that this thread sends meanwhile be sent at a place's turn, and leave it afterwards."""
    _of_thread.place = place
    try:
        yield
    finally:
        _of_thread.place = None
        place.leave()


def take_turn() -> bool:
    """Wait for the turn of this thread's place; False where it stands at none, or has its turn already.

    Raises:
        TurnsOver: there is none any more.
    """
    place = _of_thread.place
    return place is not None and place.take()


def give_turn_back() -> None:
    """Note that this thread has read a whole good reply; whoever is next sends before it goes on."""
    place = _of_thread.place
    if place is not None:
        place.sent_and_read()
        give_way()


def hurry(*, on: bool) -> None:
    """Note that this thread begins to do what the server waits for, or that it waits for the server."""
    place = _of_thread.place
    if place is not None and place.held:
        place.hurries(on)
