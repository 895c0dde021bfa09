"""Asking: one ``fill`` that gets every reply that is wanted, from the store or from the model.

It is the only place that asks, model by model, so that each reply is obtained once, whatever the
number of workers that wait for it.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from slm_harness.engines import Engine, Report, why_other_model
from slm_harness.errors import HarnessError, NeverAsked, NotMeasured
from slm_harness.evidence import Evidence
from slm_harness.records import Identity, ModelSpec, Recipe, Request, Stored
from slm_harness.store import Store, differing_parts, key_of, key_parts
from slm_harness.task import reworded


class Mode(StrEnum):
    """Where replies may come from."""

    AUTO = "auto"
    """Recall what is stored, ask the rest."""
    REPLAY = "replay"
    """Recall only; no server is spoken to."""
    FRESH = "fresh"
    """Ask for everything again."""


@dataclass(frozen=True)
class Prepared:
    """It is known which model answers."""

    model: str
    identity: Identity


@dataclass(frozen=True)
class Obtained:
    """A reply is there."""

    model: str
    article: str
    stored: Stored
    recalled: bool
    why: str = ""
    """For a reply that was asked for: why the store had none."""


@dataclass(frozen=True)
class Failed:
    """No reply was obtained. Never stored, so that the next run tries again."""

    model: str
    article: str
    kind: str
    """Name of the error's class."""
    message: str


Event = Prepared | Obtained | Failed


@dataclass(frozen=True)
class Batch:
    """All that is wanted of one model."""

    model: str
    open_engine: Callable[[], Engine]
    """Called at most once, and not at all where a replay needs no engine."""
    spec: ModelSpec
    local: bool
    """Whether the engine works in this process, so that it tells its identity without a server."""
    requests: Sequence[Request]
    evidence: Evidence | None = None
    """The replies that were accepted with the model's snapshot."""
    problem: str = ""
    """Why the model cannot be reached, when that is known already."""


@dataclass(frozen=True)
class Sources:
    """Where replies come from and go to."""

    store: Store
    mode: Mode
    answers: Path
    """Folder of the accepted replies, for messages."""


def fill(
    batches: Iterable[Batch],
    recipe: Recipe,
    sources: Sources,
    stop: threading.Event,
    report: Report,
) -> Iterator[Event]:
    """Get every reply of every batch, one event each, model by model.

    A failure of one article goes on to the next; a failure that concerns the model ends its batch.
    ``stop`` ends it after the request that is open.
    """
    for batch in batches:
        if stop.is_set():
            return
        with closing(_Batch(batch, recipe, sources, stop, report)) as one:
            yield from one.events()


class _Batch:
    """One batch on its way."""

    def __init__(
        self, batch: Batch, recipe: Recipe, sources: Sources, stop: threading.Event, report: Report
    ) -> None:
        self._batch = batch
        self._recipe = recipe
        self._sources = sources
        self._stop = stop
        self._report = report
        self._built: Identity | None = None

    @cached_property
    def _engine(self) -> Engine:
        return self._batch.open_engine()

    def close(self) -> None:
        if "_engine" in self.__dict__:
            self._engine.close()

    def events(self) -> Iterator[Event]:
        batch = self._batch
        try:
            if batch.problem:
                raise NotMeasured(batch.problem)
            identity = self._identity()
        except HarnessError as error:
            yield from self._all_failed(batch.requests, error)
            return
        yield Prepared(batch.model, identity)
        for number, request in enumerate(batch.requests):
            if self._stop.is_set():
                return
            try:
                yield self._obtain(identity, request)
            except NotMeasured as error:
                yield _failed(request, error)
                if error.ends_model:
                    yield from self._all_failed(batch.requests[number + 1 :], error)
                    return

    @property
    def _replaying(self) -> bool:
        """Whether nothing may be asked. What works in this process needs no server, and no replay."""
        return self._sources.mode is Mode.REPLAY and not self._batch.local

    def _identity(self) -> Identity:
        batch = self._batch
        if not self._replaying:
            return self._engine.identify(self._recipe, self._report)
        if batch.evidence is None:
            raise NeverAsked(never_accepted(batch.model, self._sources.answers))
        other = why_other_model(batch.spec, batch.evidence.identity)
        if other:
            raise NeverAsked(
                f"nobody has asked {batch.model} as models.yaml has it: {other}; "
                f"{ask_there(batch.model)}"
            )
        return batch.evidence.identity

    def _obtain(self, identity: Identity, request: Request) -> Obtained:
        parts = key_parts(identity, self._recipe, request)
        key = key_of(parts)
        if self._sources.mode is not Mode.FRESH:
            stored = self._recall(key)
            if stored is not None:
                return Obtained(request.model, request.article, stored, recalled=True)
        why = self._why(request, parts)
        if self._replaying:
            raise NeverAsked(
                f"nobody has asked {request.model} this prompt about {request.article}: {why}; "
                f"{ask_there(request.model)}"
            )
        built = self._build(identity)
        reply = self._engine.ask(request)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        stored = Stored(key, parts, reply, built, now)
        if self._sources.mode is not Mode.REPLAY:
            with _ending_the_model():
                self._sources.store.put(request, stored)
        return Obtained(request.model, request.article, stored, recalled=False, why=why)

    def _build(self, identity: Identity) -> Identity:
        if self._built is None:
            with _ending_the_model():
                self._built = self._engine.build(identity, self._recipe, self._report)
        return self._built

    def _recall(self, key: str) -> Stored | None:
        """The stored reply: in a replay the accepted one before all, else the one asked last."""
        evidence = self._batch.evidence
        accepted = evidence.find(key) if evidence else None
        if accepted and self._sources.mode is Mode.REPLAY:
            return accepted
        if self._batch.local:
            # Asking costs nothing, and shows that the reader works on this machine.
            accepted = None
        stored = self._sources.store.get(key)
        return max(filter(None, (stored, accepted)), key=lambda one: one.asked_at, default=None)

    def _why(self, request: Request, parts: Mapping[str, object]) -> str:
        if self._sources.mode is Mode.FRESH:
            return "--answers=fresh asks again"
        nearest = self._sources.store.nearest(request, parts)
        if self._batch.evidence and request.article in self._batch.evidence.replies:
            accepted = self._batch.evidence.replies[request.article]
            if nearest is None or len(differing_parts(parts, accepted.parts)) <= len(
                differing_parts(parts, nearest.parts)
            ):
                nearest = accepted
        if nearest is None:
            return "it was never asked about this article"
        return changes(parts, nearest.parts)

    def _all_failed(self, requests: Iterable[Request], error: HarnessError) -> Iterator[Failed]:
        for request in requests:
            yield _failed(request, error)


def _failed(request: Request, error: HarnessError) -> Failed:
    return Failed(request.model, request.article, type(error).__name__, error.message)


@contextmanager
def _ending_the_model() -> Iterator[None]:
    """For what would fare no better with the next article: building, and writing to the store."""
    try:
        yield
    except NotMeasured as error:
        error.ends_model = True
        raise


def changes(ours: Mapping[str, object], theirs: Mapping[str, object]) -> str:
    """In which parts two keys differ, in words; for the recipe, which of its questions."""
    names = [
        f"recipe ({', '.join(reworded(str(theirs[name]), str(ours[name])))})"
        if name == "recipe" and name in theirs
        else name
        for name in differing_parts(ours, theirs)
    ]
    return f"{' and '.join(names)} changed since the nearest stored answer"


def never_accepted(model: str, folder: Path) -> str:
    """Why nothing of a model can be replayed, and what to do."""
    return f"{model} has no accepted replies in {folder}: {ask_there(model)}"


def ask_there(model: str) -> str:
    """What to do where a replay lacks replies."""
    return f"where its server is, run pytest -m {model} --snapshot-update and commit what it writes"
