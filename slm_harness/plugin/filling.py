"""The thread that asks while tests grade what has come; it lives in the controlling process only."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from slm_harness.asking import Batch, Event, Failed, Obtained, Unreached, fill
from slm_harness.journal import Journal
from slm_harness.locks import held
from slm_harness.session import Evaluation

STOP_SECONDS = 0.5
"""How long the end of a run waits for an open request; the reply of a longer one is let go."""


class Filler:
    """Asks for what the selected cases need, and tells the journal."""

    def __init__(
        self, evaluation: Evaluation, journal: Journal, show: Callable[[str], None]
    ) -> None:
        self._evaluation = evaluation
        self._journal = journal
        self._show = show
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._wanted: dict[str, dict[str, None]] = {}
        self.asked: list[Obtained] = []
        """The replies that were asked for, with the reason why the store had none."""

    def start(self, wanted: Iterable[tuple[str, str]], problems: Mapping[str, Unreached]) -> None:
        """Begin with the wanted (model, article) pairs, once."""
        if self._thread is not None:
            return
        batches = self._evaluation.batches(wanted, problems)
        self._wanted = {
            batch.model: {request.article: None for request in batch.requests} for batch in batches
        }
        self._thread = threading.Thread(
            target=self._run, args=(batches,), name="slm-harness asking", daemon=True
        )
        self._thread.start()

    def missing(self) -> Mapping[str, Sequence[str]]:
        """Of each model the articles of this run that have no reply, in their order."""
        return {model: list(articles) for model, articles in self._wanted.items()}

    def stop(self) -> None:
        """Ask for nothing more. What has come is kept."""
        self._stop.set()
        if self._thread is None:
            self._journal.end()
            return
        self._thread.join(STOP_SECONDS)
        # A request may still be open; nobody is to wait for it, workers included.
        self._journal.end()

    def _run(self, batches: Sequence[Batch]) -> None:
        progress = _Progress(batches, self._show)
        recipe, sources = self._evaluation.recipe, self._evaluation.sources
        limits = self._evaluation.settings.limits
        why = ""
        try:
            with alone(self._evaluation.settings.store, self._stop, progress.busy):
                for event in fill(batches, recipe, sources, self._stop, progress.busy, limits):
                    if isinstance(event, Obtained) and not event.recalled:
                        self.asked.append(event)
                    if isinstance(event, Obtained):
                        self._wanted[event.model].pop(event.article, None)
                    self._journal.add(event)
                    progress.add(event)
        except Exception as error:
            why = f"the asking broke: {type(error).__name__}: {error}"
            raise
        finally:
            # Whatever happens here, nobody must go on waiting.
            self._journal.end(why)


def alone(
    store: Path, stop: threading.Event, show: Callable[[str], None]
) -> contextlib.AbstractContextManager[bool]:
    """Wait for another run on the same store, so that it asks, creates and pulls for both.

    A store that cannot hold a lock is used without: a replay may read it.
    """
    return held(store / "asking.lock", stop, lambda: show("waiting for another run on this store"))


class _Progress:
    """Lines on how far the asking is: what, how many of how many, time left."""

    def __init__(self, batches: Sequence[Batch], show: Callable[[str], None]) -> None:
        self._totals = {batch.model: len(batch.requests) for batch in batches}
        self._done = dict.fromkeys(self._totals, 0)
        self._spent: list[float] = []
        self._show = show
        self._shown = 0.0

    def busy(self, line: str) -> None:
        """Tell what an engine is busy with, at most once a second."""
        if time.monotonic() - self._shown >= 1:
            self._shown = time.monotonic()
            self._show(line)

    def add(self, event: Event) -> None:
        """Count an event; tell of a reply that was asked for."""
        if not isinstance(event, Obtained | Failed):
            return
        self._done[event.model] += 1
        if isinstance(event, Failed) or event.recalled:
            return
        self._spent.append(event.stored.reply.seconds)
        left = self._totals[event.model] - self._done[event.model]
        each = sum(self._spent[-10:]) / len(self._spent[-10:])
        self.busy(
            f"{event.model}: {self._done[event.model]} of {self._totals[event.model]} articles, "
            f"{each:.1f} s each, about {duration(each * left)} left"
        )


def duration(seconds: float) -> str:
    """``95`` as ``1 min 35 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
