"""Filling: one ``fill`` that gets every reply that is wanted, from the store or from the model.

It is the only place that asks, model by model, so that each reply is obtained once, whatever the
number of workers that wait for it.
"""

import contextlib
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from slm_harness.asking.recalling import Recall
from slm_harness.asking.values import (
    Batch,
    Event,
    Failed,
    Limits,
    Mode,
    Obtained,
    Prepared,
    Sources,
)
from slm_harness.engines import Engine, Report, estimated_tokens
from slm_harness.engines.openai.options import reply_limit
from slm_harness.errors import (
    GaveUp,
    HarnessError,
    NotAsked,
    NotMeasured,
    ServerUnreachable,
    TimeUp,
)
from slm_harness.pacing import Pace
from slm_harness.records import Identity, Recipe, Reply, Request, Stored
from slm_harness.retrying import Tried, persist
from slm_harness.store import key_of, key_parts

_NO_LIMITS = Limits()
_LOOK_SECONDS = 0.05
"""How often waiting for a reply looks whether the run is over."""
_T = TypeVar("_T")
_Done = queue.SimpleQueue[tuple[Request, Tried[Obtained] | Exception]]


def fill(
    batches: Iterable[Batch],
    recipe: Recipe,
    sources: Sources,
    stop: threading.Event,
    report: Report,
    limits: Limits = _NO_LIMITS,
) -> Iterator[Event]:
    """Get every reply of every batch, one event each, model by model.

    A failure of one article goes on to the next; a failure that concerns the model, or several in a row
    that are the server's, end its batch. ``stop`` ends it after the requests that are open; what comes
    before the first of them, such as a pull, is not waited for.
    """
    ends = None if limits.seconds is None else time.monotonic() + limits.seconds
    for batch in batches:
        if stop.is_set():
            return
        with closing(_Batch(batch, recipe, sources, stop, report, limits, ends)) as one:
            yield from one.events()


class _Batch:
    """One batch on its way."""

    def __init__(
        self,
        batch: Batch,
        recipe: Recipe,
        sources: Sources,
        stop: threading.Event,
        report: Report,
        limits: Limits,
        ends: float | None,
    ) -> None:
        self._batch = batch
        self._recall = Recall(batch, recipe, sources)
        self._recipe = recipe
        self._sources = sources
        self._stop = stop
        self._report = report
        self._limits = limits
        self._ends = ends
        self._built: Identity | None = None
        self._in_a_row = 0
        self._pace = Pace(batch.spec.tokens_per_minute)
        self._ended: NotMeasured | None = None
        """Why nothing more is asked. What is stored is recalled all the same."""

    @cached_property
    def _engine(self) -> Engine:
        return self._batch.open_engine()

    def close(self) -> None:
        if "_engine" in self.__dict__:
            self._engine.close()

    def events(self) -> Iterator[Event]:
        batch = self._batch
        if batch.problem is not None:
            for request in batch.requests:
                kind, message = batch.problem
                yield Failed(request.model, request.article, kind, message, ends_model=True)
            return
        try:
            identity = self._identity()
        except HarnessError as error:
            for request in batch.requests:
                yield _failed(request, error, ends_model=True)
            return
        yield Prepared(batch.model, identity)
        yield from self._all(identity)

    # ------------------------------------------------------------ who answers

    def _identity(self) -> Identity:
        if self._recall.replays:
            return self._recall.accepted_identity()
        return self._persist(self._identified, at_least=self._limits.look)

    def _identified(self) -> Identity:
        try:
            return self._engine.identify(self._recipe, self._report)
        except ServerUnreachable as error:
            # One that was never there is not about to come back.
            error.tries = 1
            raise

    def _persist(self, attempt: Callable[[], _T], at_least: float = 0.0) -> _T:
        """Try what comes before the first article as often as it is worth, while the run lasts.

        Raises:
            NotMeasured: it fails for good, or the run is over.
        """
        done: queue.SimpleQueue[Tried[_T] | Exception] = queue.SimpleQueue()
        least = time.monotonic() + at_least
        self._in_thread("the start", lambda: self._tried(attempt, "start"), done.put)
        while True:
            with contextlib.suppress(queue.Empty):
                tried = done.get(timeout=_LOOK_SECONDS)
                if isinstance(tried, Exception):
                    raise tried
                if isinstance(tried.result, NotMeasured):
                    raise tried.result
                return tried.result
            if self._stop.is_set():
                raise NotAsked(f"{self._batch.model}: the run ended before it was asked")
            if self._is_over and time.monotonic() >= least:
                raise self._time_up()

    def _tried(self, attempt: Callable[[], _T], what: str) -> Tried[_T]:
        return persist(attempt, self._limits.patience, self._chance(what), self._stop, self._report)

    def _in_thread(
        self, what: str, work: Callable[[], _T], done: Callable[[_T | Exception], None]
    ) -> None:
        """Work in a thread of its own, which nobody has to wait for at the end of a run."""

        def run() -> None:
            try:
                result: _T | Exception = work()
            except Exception as error:  # noqa: BLE001 - raised again by who waits for it
                result = error
            done(result)

        threading.Thread(target=run, name=f"slm-harness asks {what}", daemon=True).start()

    @property
    def _is_over(self) -> bool:
        """Whether the time of the run is."""
        return self._ends is not None and time.monotonic() >= self._ends

    def _time_up(self) -> TimeUp:
        return TimeUp(f"{self._batch.model}: the {self._limits.seconds:g} s of this run are over")

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self._batch.model} {what}")  # noqa: S311 - pauses, not secrets

    # ------------------------------------------------------------ article by article

    def _all(self, identity: Identity) -> Iterator[Event]:
        """Recall what is stored, ask the rest, as many at once as the model takes."""
        waiting = deque(self._batch.requests)
        open_: dict[str, Request] = {}
        done: _Done = queue.SimpleQueue()
        while waiting or open_:
            if self._stop.is_set():
                waiting.clear()
            if self._is_over and self._ended is None:
                self._ended = self._time_up()
                for request in open_.values():
                    yield _failed(request, self._ended, ends_model=True)
                open_.clear()
            yield from self._begun(identity, waiting, open_, done)
            with contextlib.suppress(queue.Empty):
                request, tried = done.get(timeout=_LOOK_SECONDS if open_ else 0)
                if isinstance(tried, Exception):
                    raise tried
                if open_.pop(request.article, None) is not None:
                    yield from self._told(request, tried.result, tried.tries)

    def _begun(
        self,
        identity: Identity,
        waiting: deque[Request],
        open_: dict[str, Request],
        done: _Done,
    ) -> Iterator[Event]:
        """Begin as many as may be open at once; what is stored, or cannot be, needs no beginning."""
        at_once = 1 if self._batch.local else self._batch.spec.concurrency
        while waiting and len(open_) < at_once:
            request = waiting.popleft()
            result: Obtained | NotMeasured | None
            try:
                result = self._recalled(identity, request)
            except NotMeasured as error:
                result = error
            if result is None:
                self._begin(identity, request, done)
                open_[request.article] = request
            else:
                yield from self._told(request, result, 0)

    def _told(
        self, request: Request, result: Obtained | NotMeasured, tries: int
    ) -> Iterator[Event]:
        """One result as an event; takes note where it ends the model's run."""
        if not isinstance(result, NotMeasured):
            if tries:
                self._in_a_row = 0
            yield replace(result, tries=tries)
            return
        self._in_a_row = self._in_a_row + 1 if result.sick else 0
        if self._ended is None and result.ends_model:
            self._ended = result
        elif self._ended is None and self._in_a_row >= self._limits.in_a_row:
            self._ended = GaveUp(
                f"{self._batch.model} was given up after {self._in_a_row} failures in a row, the last on "
                f"{request.article}: {result.message}"
            )
        yield _failed(request, result, tries=tries, ends_model=self._ended is not None)

    def _recalled(self, identity: Identity, request: Request) -> Obtained | None:
        """The stored reply to a request; None where it has to be asked for, and the model is ready.

        Raises:
            NotMeasured: it cannot be read, and neither be asked for.
        """
        stored = self._recall.reply(identity, request)
        if stored is None and self._ended is not None:
            raise self._ended
        if stored is None:
            self._build(identity)
        return stored

    def _begin(self, identity: Identity, request: Request, done: _Done) -> None:
        """Put one request; what comes of it is told to ``done``."""
        self._in_thread(
            f"about {request.article}",
            lambda: self._tried(lambda: self._asked(identity, request), request.article),
            lambda tried: done.put((request, tried)),
        )

    def _asked(self, identity: Identity, request: Request) -> Obtained:
        """Ask, and store what came before anything else happens."""
        parts = key_parts(identity, self._recipe, request)
        why = self._recall.why_not(request, parts)
        built = self._build(identity)
        reply = self._paced(identity, request)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        stored = Stored(key_of(parts), parts, reply, built, now)
        if self._sources.mode is not Mode.REPLAY:
            with _ending_the_model():
                self._sources.store.put(request, stored)
        return Obtained(request.model, request.article, stored, recalled=False, why=why)

    def _paced(self, identity: Identity, request: Request) -> Reply:
        """Ask once the account's tokens per minute allow it."""
        if self._batch.spec.tokens_per_minute is None:
            return self._engine.ask(request)
        most = reply_limit(identity.options) or 0
        words = f"{self._recipe.around}{request.prompt}"
        turn = self._pace.turn(estimated_tokens(words) + most, self._stop.wait)
        if turn is None:
            raise NotAsked(
                f"{request.model}: the run ended before {request.article} was asked about"
            )
        reply = self._engine.ask(request)
        turn.took(reply.total_tokens)
        return reply

    def _build(self, identity: Identity) -> Identity:
        if self._built is None:
            with _ending_the_model():
                self._built = self._persist(
                    lambda: self._engine.build(identity, self._recipe, self._report)
                )
        return self._built


def _failed(
    request: Request, error: HarnessError, *, tries: int = 0, ends_model: bool = False
) -> Failed:
    name = type(error).__name__
    return Failed(request.model, request.article, name, error.message, tries, ends_model)


@contextmanager
def _ending_the_model() -> Iterator[None]:
    """For what would fare no better with the next article: building, and writing to the store."""
    try:
        yield
    except NotMeasured as error:
        error.ends_model = True
        raise
