"""The thread that asks while tests grade what has come; it lives in the controlling process only."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from slm_harness.asking import Batch, Obtained, Unreached, fill
from slm_harness.journal import Journal
from slm_harness.locks import held
from slm_harness.plugin.progress import Progress
from slm_harness.session import Evaluation

STOP_SECONDS = 0.5
"""How long the end of a run waits for an open request; the reply of a longer one is let go."""


class Filler:
    """Asks for what the selected cases need, and tells the journal."""

    def __init__(
        self,
        evaluation: Evaluation,
        journal: Journal,
        show: Callable[[str], None],
        *,
        explain: bool,
    ) -> None:
        """Take note of what is to be done; nothing is asked yet.

        Args:
            evaluation: What is evaluated.
            journal: Is told what comes.
            show: Takes lines on how far the asking is.
            explain: Whether it is to be found out why what is asked was not stored.
        """
        self._evaluation = evaluation
        self._journal = journal
        self._show = show
        self._explain = explain
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
        progress = Progress(batches, self._show)
        recipe = self._evaluation.recipe
        sources = replace(self._evaluation.sources, explain=self._explain)
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
