"""Putting many wordings to one model, which is loaded once for all of them."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from types import TracebackType

from slm_harness.asking import Event, Failed, Obtained, Prepared, fill
from slm_harness.comparing.sides import snapshot_of
from slm_harness.engines import Engine, Report
from slm_harness.gate import Snapshot
from slm_harness.gate.provenance import listed, provenance
from slm_harness.marking import Marks
from slm_harness.records import Identity, Recipe
from slm_harness.session import Evaluation, as_loaded
from slm_harness.single import Kept
from slm_harness.sweeping.wordings import Wording


@dataclass
class Counts:
    """What a sweep took of one model."""

    asked: int = 0
    recalled: int = 0


@dataclass(frozen=True)
class Measured:
    """What came of one wording over some articles."""

    snapshot: Snapshot | None
    """None where something was not measured: a part of it would be ranked by luck."""
    failure: str = ""
    """Why not, in one line."""


@dataclass
class _Came:
    identity: Identity | None = None
    marks: dict[str, list[Marks]] = field(default_factory=dict)
    failed: list[Failed] = field(default_factory=list)


class Asker:
    """One model on the way through a sweep. What has come is stored, so that the next sweep goes on from there."""

    def __init__(
        self,
        evaluation: Evaluation,
        model: str,
        ends: float | None,
        report: Report,
        tell: Callable[[Event], None],
    ) -> None:
        """Begin; nothing is asked yet.

        Args:
            evaluation: What is evaluated.
            model: Who is asked.
            ends: When the time of the sweep is over, by ``time.monotonic``; None for never.
            report: Takes lines on what the engine is busy with.
            tell: Is told every event.
        """
        self._evaluation = evaluation
        self._model = model
        self._ends = ends
        self._report = report
        self._tell = tell
        self._stack = ExitStack()
        self._engine: Engine | None = None
        self._broken: Failed | None = None
        self.counts = Counts()

    def __enter__(self) -> "Asker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def measure(self, wording: Wording, articles: Sequence[str]) -> Measured:
        """Get what the store lacks of a wording, and grade it."""
        came = _Came()
        if self._broken is None:
            self._ask(wording.recipe, articles, came)
        failed = came.failed or ([self._broken] if self._broken else [])
        if failed:
            names = listed(list(dict.fromkeys(one.article for one in came.failed)))
            about = f"about {names}: " if names else ""
            return Measured(None, f"{wording.name}: {about}{failed[0].message}")
        known = provenance(came.identity, wording.recipe) if came.identity else {}
        return Measured(snapshot_of(self._evaluation, self._model, known, came.marks))

    def _ask(self, recipe: Recipe, articles: Iterable[str], came: _Came) -> None:
        evaluation = self._evaluation
        batches = evaluation.batches([(self._model, article) for article in articles], {})
        limits = evaluation.settings.limits
        if self._ends is not None:
            limits = replace(limits, seconds=round(max(0.0, self._ends - time.monotonic()), 1))
        kept = [replace(one, open_engine=self._opened) for one in batches]
        stop = threading.Event()
        events = fill(kept, recipe, evaluation.sources, stop, self._report, limits)
        try:
            for event in events:
                self._take(event, came)
        finally:
            # Where it is broken off, nothing more is sent.
            stop.set()
            if isinstance(events, Generator):
                events.close()

    def _opened(self) -> Engine:
        """The engine of the model, the same for every wording: its weights are loaded once."""
        if self._engine is None:
            engine = self._evaluation.open_engine(self._model)
            self._engine = Kept(self._stack.enter_context(closing(engine)))
        return self._engine

    def _take(self, event: Event, came: _Came) -> None:
        self._tell(event)
        if isinstance(event, Prepared):
            came.identity = event.identity
        elif isinstance(event, Failed):
            came.failed.append(event)
            if event.ends_model:
                # No wording would fare better.
                self._broken = event
        elif isinstance(event, Obtained):
            self.counts.recalled += event.recalled
            self.counts.asked += not event.recalled
            if came.identity is not None:
                came.identity = as_loaded(came.identity, [event.stored])
            article = self._evaluation.articles[event.article]
            marks = self._evaluation.marker.marks(article, event.stored.reply)
            came.marks.setdefault(event.article, []).append(marks)
