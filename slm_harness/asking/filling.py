"""Filling: one ``fill`` that gets every reply that is wanted, from the store or from the model.

It is the only place that asks, model by model, so that each reply is obtained once, whatever the
number of workers that wait for it. One thread looks up what is stored and tells what has come; a pool
beside it asks, stores and judges, so that nothing but the server is waited for.
"""

import contextlib
import queue
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from slm_harness.asking.giving_up import GivingUp
from slm_harness.asking.pool import Pool, quick_switching
from slm_harness.asking.recalling import Miss, Recall
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
from slm_harness.engines.turns import (
    Place,
    Turns,
    TurnsOver,
    give_way,
    hurry,
    standing_at,
    take_turn,
)
from slm_harness.errors import (
    HarnessError,
    NotAsked,
    NotMeasured,
    ServerUnreachable,
    TimeUp,
)
from slm_harness.pacing import Pace
from slm_harness.records import Identity, Recipe, Reply, Request, Stored
from slm_harness.retrying import Tried, persist

_NO_LIMITS = Limits()
_LOOK_SECONDS = 0.05
"""How often waiting looks whether the run is over. What comes wakes it at once."""
_AHEAD = 2
"""So many requests for each thread of the pool are looked up before their turn, and no more: the prompts
and keys of ten thousand articles are not all to be held at once."""
_T = TypeVar("_T")
Again = Callable[[Obtained], bool]
"""Whether a reply is to be got once more, which its caller knows: asking knows no labels."""


def fill(
    batches: Iterable[Batch],
    recipe: Recipe,
    sources: Sources,
    stop: threading.Event,
    report: Report,
    limits: Limits = _NO_LIMITS,
    again: Again | None = None,
) -> Iterator[Event]:
    """Get every reply of every batch, one event each, model by model.

    A failure of one article goes on to the next; a failure that concerns the model, or several in a row
    that are the server's, end its batch. ``stop`` ends it after the requests that are open; what comes
    before the first of them, such as a pull, is not waited for. ``Batch.enough`` does the same to one batch.

    ``again`` is asked of the first sample of each article, where no other is wanted of it anyway: where it
    says yes, the request is put once more as sample 1, before the model is let go, with an event of its own.
    """
    ends = None if limits.seconds is None else time.monotonic() + limits.seconds
    for batch in batches:
        if stop.is_set():
            return
        with closing(_Batch(batch, recipe, sources, stop, report, limits, ends, again)) as one:
            yield from one.events()


@dataclass(frozen=True)
class _Job:
    """One request on its way through the pool."""

    miss: Miss
    place: Place

    @property
    def request(self) -> Request:
        return self.miss.request


@dataclass(frozen=True)
class _Came:
    """What came of a job."""

    job: _Job
    tried: Tried[Obtained] | Exception | None
    """None where its turn did not come any more."""
    last: bool = False
    """Whether the model was given up by then."""


@dataclass(frozen=True)
class _Ready:
    """What came of building the model."""

    tried: Tried[Identity] | Exception


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
        again: Again | None,
    ) -> None:
        self._batch = batch
        self._waiting = deque(batch.requests)
        """What was not looked up yet."""
        self._again = again
        self._single = {one.article: one for one in batch.requests} if again is not None else {}
        """What may be put once more, by article."""
        self._recall = Recall(batch, recipe, sources)
        self._recipe = recipe
        self._sources = sources
        self._stop = stop
        self._report = report
        self._limits = limits
        self._ends = ends
        self._pace = Pace(batch.spec.tokens_per_minute)
        self._fate = GivingUp(batch.model, limits.in_a_row)
        at_once = 1 if batch.local else batch.spec.concurrency
        # What works in this process gains nothing by being prepared ahead in it.
        self._threads = 1 if batch.local else 2 * at_once
        self._turns = Turns(at_once, stop)
        self._news: queue.SimpleQueue[_Came | _Ready] = queue.SimpleQueue()
        self._open: dict[tuple[str, int], _Job] = {}
        """What was handed to the pool and has not come back, by article and sample."""
        self._lost: dict[str, NotMeasured] = {}
        """The articles of which a sample was not measured, and why: the others of theirs would not count."""
        self._ended: NotMeasured | None = None
        """Why nothing more is asked, once that is told. What is stored is recalled all the same."""
        self._building = False
        self._built: Identity | None = None
        self._stack = ExitStack()

    @cached_property
    def _engine(self) -> Engine:
        return self._batch.open_engine()

    @cached_property
    def _pool(self) -> Pool[_Job]:
        self._stack.enter_context(quick_switching())
        pool = Pool(f"slm-harness asks {self._batch.model}", self._threads, self._work)
        self._stack.callback(pool.close)
        return pool

    def close(self) -> None:
        self._turns.close()
        self._stack.close()
        if "_engine" in self.__dict__:
            self._engine.close()

    def events(self) -> Iterator[Event]:
        batch = self._batch
        if batch.problem is not None:
            for request in batch.requests:
                kind, message = batch.problem
                yield Failed(
                    *(request.model, request.article, kind, message),
                    ends_model=True,
                    sample=request.sample,
                )
            return
        try:
            identity = self._identity()
        except HarnessError as error:
            for request in batch.requests:
                yield _failed(request, error, ends_model=True)
            return
        yield Prepared(batch.model, identity)
        events = self._all(identity)
        yield from events if self._again is None else self._and_again(events, self._again)

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
                raise self._not_asked()
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
        """Recall what is stored, ask the rest, as many at once as the model takes.

        A reply that has come is told before the next one is looked up, and what has to be asked is handed
        over as soon as that is known: neither waits for the other.
        """
        waiting = self._waiting
        while waiting or self._open:
            if self._stop.is_set() or self._batch.enough.is_set():
                waiting.clear()
                self._turns.close()
            if self._is_over:
                yield from self._timed_out()
            give_way()
            if waiting and len(self._open) < _AHEAD * self._threads:
                yield from self._looked_up(identity, waiting.popleft())
                yield from self._news_of(wait=False)
            elif self._open:
                yield from self._news_of(wait=True)
            if self._stop.is_set() and self._building:
                # A load can take minutes; it is not waited for.
                yield from self._all_failed(self._not_asked())
            elif self._batch.enough.is_set() and self._building:
                # What was stored did. Nobody waits for the others, so nothing is told of them.
                self._open.clear()

    def _and_again(self, events: Iterator[Event], again: Again) -> Iterator[Event]:
        """Pass events on, and put the requests once more that the caller wants so."""
        for event in events:
            yield event
            if isinstance(event, Obtained) and event.sample == 0 and again(event):
                # As the next one, while the server still has the article.
                self._waiting.appendleft(replace(self._single[event.article], sample=1))

    def _looked_up(self, identity: Identity, request: Request) -> Iterator[Event]:
        """Tell the stored reply to a request, or hand it to the pool."""
        try:
            found = self._recall.reply(identity, request)
        except NotMeasured as error:
            self._fate.note(request.article, error)
            self._lost.setdefault(request.article, error)
            yield self._failed(request, error)
            return
        if isinstance(found, Obtained):
            yield found
        elif self._ended is not None:
            yield self._failed(request, self._ended)
        elif request.article in self._lost:
            yield self._failed(request, self._lost[request.article])
        else:
            self._hand_over(identity, found)

    def _hand_over(self, identity: Identity, miss: Miss) -> None:
        job = _Job(miss, self._turns.place())
        self._open[miss.request.article, miss.request.sample] = job
        if self._built is not None:
            self._pool.put(job)
        elif not self._building:
            self._building = True
            self._in_thread("the start", lambda: self._made(identity), self._told_ready)

    def _made(self, identity: Identity) -> Tried[Identity]:
        return self._tried(
            lambda: self._engine.build(identity, self._recipe, self._report), "start"
        )

    def _told_ready(self, tried: Tried[Identity] | Exception) -> None:
        self._news.put(_Ready(tried))

    def _news_of(self, *, wait: bool) -> Iterator[Event]:
        """Tell all that has come; first wait a little for something."""
        while True:
            try:
                news = self._news.get(timeout=_LOOK_SECONDS) if wait else self._news.get_nowait()
            except queue.Empty:
                return
            wait = False
            if isinstance(news.tried, Exception):
                raise news.tried
            if isinstance(news, _Ready):
                yield from self._begin(news.tried.result)
                continue
            request = news.job.request
            if self._open.pop((request.article, request.sample), None) is not None:
                yield from self._told(request, news.tried, news.last)

    def _begin(self, result: Identity | NotMeasured) -> Iterator[Event]:
        """Let the pool ask the model that was built; where it was not, nothing is asked of it."""
        self._building = False
        if self._ended is not None:
            # Too late: it was given up for the time it took.
            return
        if isinstance(result, NotMeasured):
            yield from self._all_failed(result)
            return
        self._built = result
        yield Prepared(self._batch.model, result, asks=True)
        for job in self._open.values():
            self._pool.put(job)

    def _told(self, request: Request, tried: Tried[Obtained] | None, last: bool) -> Iterator[Event]:
        """What came of asking, as an event; nothing for what the end of the run kept from being asked."""
        if last:
            self._ended = self._ended or self._fate.ended
        if tried is None:
            if self._ended is not None:
                yield self._failed(request, self._ended)
        elif isinstance(tried.result, NotMeasured):
            yield _failed(request, tried.result, tries=tried.tries, ends_model=last)
        else:
            yield replace(tried.result, tries=tried.tries)

    def _timed_out(self) -> Iterator[Event]:
        if self._ended is None:
            yield from self._all_failed(self._time_up())

    def _all_failed(self, error: NotMeasured) -> Iterator[Event]:
        """Give up all that was handed over and has not come back, and ask nothing more."""
        self._ended = error
        self._turns.close()
        self._building = False
        for job in self._open.values():
            yield _failed(job.request, error, ends_model=True)
        self._open.clear()

    def _failed(self, request: Request, error: NotMeasured) -> Failed:
        return _failed(request, error, ends_model=self._ended is not None)

    # ------------------------------------------------------------ in the threads of the pool

    def _work(self, job: _Job) -> None:
        """Ask, store and judge; what came is told."""
        tried: Tried[Obtained] | Exception | None
        last = False
        with standing_at(job.place):
            try:
                lost = self._lost.get(job.request.article)
                if lost is not None:
                    tried = Tried(lost, 0)
                else:
                    tried = self._tried(lambda: self._asked(job.miss), job.request.article)
                    last = self._judged(job.request, tried.result)
            except TurnsOver:
                tried = None
            except Exception as error:  # noqa: BLE001 - raised again by who waits for it
                tried, last = error, True
            self._news.put(_Came(job, tried, last))
            if last:
                # While this turn is still held, so that nobody else gets it.
                self._turns.close()

    def _judged(self, request: Request, result: Obtained | NotMeasured) -> bool:
        """Take note of a result while its turn is held; whether nothing more is to be asked."""
        self._fate.note(request.article, result)
        if isinstance(result, NotMeasured):
            self._lost.setdefault(request.article, result)
        self._turns.careful = self._fate.suspects
        return self._fate.ended is not None

    def _asked(self, miss: Miss) -> Obtained:
        """Ask, and store what came before anything else happens."""
        request, built = miss.request, self._built
        if built is None or self._turns.over:
            raise TurnsOver(f"{request.article} came too late")
        # Before the turn, in a thread that has to wait for it anyway.
        why = self._recall.why_not(miss) if self._sources.explain else ""
        reply = self._reply(request, built)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        stored = Stored(miss.key, miss.parts, reply, built, now)
        if self._sources.mode is not Mode.REPLAY:
            with _ending_the_model():
                self._sources.store.put(request, stored)
        return Obtained(
            *(request.model, request.article, stored),
            recalled=False,
            why=why,
            sample=request.sample,
        )

    def _reply(self, request: Request, built: Identity) -> Reply:
        try:
            return self._paced(request, built)
        finally:
            # Whatever came: what is done with it can wait.
            hurry(on=False)

    def _paced(self, request: Request, built: Identity) -> Reply:
        """Ask, once the account's tokens per minute allow it."""
        if not self._engine.takes_turns:
            take_turn()
        if self._batch.spec.tokens_per_minute is None:
            return self._engine.ask(request)
        # An account's minute counts from when the request is sent, so the wait for it is in the turn.
        take_turn()
        most = reply_limit(built.options) or 0
        words = f"{self._recipe.around}{request.prompt}"
        turn = self._pace.turn(estimated_tokens(words) + most, self._stop.wait)
        if turn is None:
            raise NotAsked(
                f"{request.model}: the run ended before {request.article} was asked about"
            )
        reply = self._engine.ask(request)
        turn.took(reply.total_tokens)
        return reply

    def _not_asked(self) -> NotAsked:
        return NotAsked(f"{self._batch.model}: the run ended before it was asked")


def _failed(
    request: Request, error: HarnessError, *, tries: int = 0, ends_model: bool = False
) -> Failed:
    name = type(error).__name__
    return Failed(
        *(request.model, request.article, name, error.message),
        tries=tries,
        ends_model=ends_model,
        sample=request.sample,
    )


@contextmanager
def _ending_the_model() -> Iterator[None]:
    """For what would fare no better with the next article: building, and writing to the store."""
    try:
        yield
    except NotMeasured as error:
        error.ends_model = True
        raise
