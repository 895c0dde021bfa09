"""The asking while tests grade what has come; it is begun by the controlling process only."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from slm_harness.asking import Event, Obtained, Prepared, Unreached
from slm_harness.engines import Report
from slm_harness.journal import Journal
from slm_harness.locks import held
from slm_harness.plugin.apart import Apart, Ask, AskingBroke, Wanted
from slm_harness.progress import Progress
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
        ask: Ask,
        apart: Apart | None,
    ) -> None:
        """Take note of what is to be done; nothing is asked yet.

        Args:
            evaluation: What is evaluated.
            journal: Is told what comes.
            show: Takes lines on how far the asking is.
            ask: Gets what is wanted, in a thread of this process.
            apart: Does the same in a process of its own; None where there is none.
        """
        self._evaluation = evaluation
        self._journal = journal
        self._show = show
        self._ask = ask
        self._apart = apart
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._wanted: dict[str, dict[tuple[str, int], None]] = {}
        """Model to the article and sample of every request that has no reply."""
        self._enough: dict[str, threading.Event] = {}
        self._progress: Progress | None = None
        self.asked: list[Obtained] = []
        """The replies that were asked for, with the reason why the store had none."""

    def start(self, wanted: Iterable[tuple[str, str]], problems: Mapping[str, Unreached]) -> None:
        """Begin with the wanted (model, article) pairs, once."""
        if self._thread is not None:
            return
        pairs = list(wanted)
        self._enough = {model: threading.Event() for model, _ in pairs}
        for model, article in pairs:
            wanted_of = self._wanted.setdefault(model, {})
            for sample in range(self._evaluation.samples(model)):
                wanted_of[article, sample] = None
        self._thread = threading.Thread(
            target=self._run, args=(pairs, problems), name="slm-harness asking", daemon=True
        )
        self._thread.start()

    def missing(self) -> Mapping[str, Sequence[str]]:
        """Of each model the articles that have no reply in this run, in their order; once for each sample."""
        return {
            model: [article for article, _ in requests] for model, requests in self._wanted.items()
        }

    def enough(self, model: str) -> None:
        """Ask nothing more of one model; what is open is let finish, and is stored."""
        self._wanted[model] = {}
        self._enough[model].set()
        if self._apart is not None:
            self._apart.enough(model)

    def tell(self, model: str, words: str) -> None:
        """Show from now on some words with how far the asking of a model is."""
        if self._progress is not None:
            self._progress.tell(model, words)

    def halt(self) -> None:
        """Send nothing more, from this moment on. Waits for nothing."""
        self._stop.set()
        if self._apart is not None:
            self._apart.halt()

    def stop(self) -> None:
        """Ask for nothing more. What has come is kept."""
        self.halt()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        # A request may still be open; nobody is to wait for it, workers included.
        self._journal.end()
        if self._apart is not None:
            self._apart.close()

    def _run(self, wanted: Wanted, problems: Mapping[str, Unreached]) -> None:
        totals = {
            model: (len(requests), self._evaluation.at_once(model))
            for model, requests in self._wanted.items()
        }
        progress = self._progress = Progress(totals, self._show)
        why = ""
        try:
            with alone(self._evaluation.settings.store, self._stop, progress.busy):
                for event in self._events(wanted, problems, progress.busy):
                    if isinstance(event, Obtained) and not event.recalled:
                        self.asked.append(event)
                    if isinstance(event, Obtained):
                        self._wanted[event.model].pop((event.article, event.sample), None)
                    self._journal.add(event)
                    if self._is_extra(event):
                        progress.more(event.model)
                    progress.add(event)
        except AskingBroke as error:
            why = f"the asking broke: {error}"
            if error.is_fault:
                raise
        except Exception as error:
            why = f"the asking broke: {type(error).__name__}: {error}"
            raise
        finally:
            # Whatever happens here, nobody must go on waiting.
            self._journal.end(why)

    def _is_extra(self, event: Event) -> bool:
        """Whether it is of a request that was put once more (``asking.fill``), and not foreseen."""
        return not isinstance(event, Prepared) and event.sample >= self._evaluation.samples(
            event.model
        )

    def _events(
        self, wanted: Wanted, problems: Mapping[str, Unreached], report: Report
    ) -> Iterator[Event]:
        if self._apart is None:
            return self._ask(wanted, problems, self._stop, report, self._enough)
        take = self._evaluation.marker.take
        return self._apart.ask(wanted, problems, self._stop, report, take)


def alone(
    store: Path, stop: threading.Event, show: Callable[[str], None]
) -> contextlib.AbstractContextManager[bool]:
    """Wait for another run on the same store, so that it asks, creates and pulls for both.

    A store that cannot hold a lock is used without: a replay may read it.
    """
    return held(store / "asking.lock", stop, lambda: show("waiting for another run on this store"))
