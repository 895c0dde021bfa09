"""Two processes beside the one that runs tests: one asks, one grades what has come.

Threads of one process run Python one at a time, so that a reply would wait for a test and the next request
for a grade. Both are forked while labels are known and nothing is collected yet, so that they are ready
when the first is told what the selected cases need. What has come goes as lines from the first through the
second to this one.
"""

import json
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from slm_harness import grading
from slm_harness.asking import Enough, Event, Events, Lines, Obtained, Prepared, Unreached, line
from slm_harness.engines import Report
from slm_harness.forked import Forked, fork
from slm_harness.records import Reply
from slm_harness.session import Evaluation

Wanted = Sequence[tuple[str, str]]
"""(model, article) pairs."""
Ask = Callable[[Wanted, Mapping[str, Unreached], threading.Event, Report, Enough], Iterator[Event]]
"""Gets what is wanted; the third argument ends it, the fourth takes lines on what an engine is busy with, the
last ends it for one model."""
_END_SECONDS = 2.0
"""How long a process is given that was ended, to end."""
_OPEN_SECONDS = 1.0
"""How long an open request is waited for once nothing more is wanted; longer than ``filling.STOP_SECONDS``."""
_WORK_SECONDS = 300.0
"""How long a process is given that has told all, and works out what the end of the run needs."""


class AskingBroke(Exception):
    """The asking ended before its end."""

    def __init__(self, message: str, there: str = "") -> None:
        super().__init__(message)
        self.is_fault = bool(there)
        """Whether by a fault of the program; else a process was ended from outside."""
        if there:
            self.add_note(there)


class Apart:
    """The other processes, as the one sees them that runs tests."""

    def __init__(self, asker: Forked, grader: Forked | None) -> None:
        self._asker = asker
        self._grader = grader
        self._ended = False
        """Whether all was told that was wanted."""

    @classmethod
    def started(
        cls,
        ask: Ask,
        prepare: Callable[[], None],
        evaluation: Evaluation | None,
    ) -> "Apart | None":
        """Start them; None where there can be no such process, and this one has to ask.

        Args:
            ask: Is called there, once.
            prepare: Is called there in the meantime, for what takes long and is likely to be needed.
            evaluation: What grades; None where this process does not.
        """
        asker = fork(lambda given, told: _asking(ask, prepare, given, told))
        if asker is None:
            return None
        grader = None
        if evaluation is not None:
            grader = fork(lambda _, told: _grading(evaluation, asker.told, told), keep=[asker.told])
        return cls(asker, grader)

    @property
    def grades(self) -> bool:
        """Whether what comes is graded when it comes."""
        return self._grader is not None

    def ask(
        self,
        wanted: Wanted,
        problems: Mapping[str, Unreached],
        stop: threading.Event,
        report: Report,
        take: Callable[[str, Reply, str], None],
    ) -> Iterator[Event]:
        """As ``Ask``, there; ``take`` is handed article, reply and marks of each reply before it is told.

        Raises:
            AskingBroke: a process ended by a fault of the program, or was ended.
        """
        if not stop.is_set():
            with suppress(OSError, ValueError):  # it is gone, or was hung up: told below
                self._asker.given.write(line(wanted, problems).encode() + b"\n")
                self._asker.given.flush()
        events, marks = Events(), ""
        for kind, told in self._told():
            if kind == "end":
                self._ended = True
                return
            if kind == "busy":
                report(*told)
            elif kind == "marks":
                (marks,) = told
            elif (event := events.of(kind, *told)) is not None:
                if isinstance(event, Obtained) and marks:
                    take(event.article, event.stored.reply, marks)
                marks = ""
                yield event
        if not stop.is_set():
            raise AskingBroke(self._how_it_ended())

    def _told(self) -> Iterator[tuple[str, list[Any]]]:
        """The lines that come, until one breaks off."""
        last = (self._grader or self._asker).told
        while True:
            try:
                text = last.readline()
            except ValueError:  # closed meanwhile, by the end of the run
                return
            if not text.endswith(b"\n"):
                return
            kind, *told = json.loads(text)
            if kind == "broke":
                raise AskingBroke(*told)
            yield kind, told

    def enough(self, model: str) -> None:
        """Let nothing more be asked of one model; what is open is let finish."""
        with suppress(
            OSError, ValueError
        ):  # it is gone, or was hung up: nothing more is asked anyway
            self._asker.given.write(line("enough", model).encode() + b"\n")
            self._asker.given.flush()

    def halt(self) -> None:
        """Let nothing more be sent. Waits for nothing."""
        self._asker.hang_up()

    def close(self) -> None:
        """End them: at once, unless all was told and little is left to be done."""
        patience = _WORK_SECONDS if self._ended else 0.0
        self._asker.close(patience)
        if self._grader is not None:
            self._grader.close(patience)

    def _how_it_ended(self) -> str:
        codes = {"asks": self._asker.close(_END_SECONDS)}
        if self._grader is not None:
            codes["grades"] = self._grader.close(_END_SECONDS)
        what, code = next(((w, c) for w, c in codes.items() if c), ("asks", 0))
        return (
            f"the process that {what} was ended from outside, exit code {code}; look whether memory "
            "was short, and run again: what has come is stored"
        )


# ---------------------------------------------------------------- in the process that grades


def _grading(evaluation: Evaluation, asker: BinaryIO, told: BinaryIO) -> None:
    """Pass on what the process that asks tells, each reply with its marks in front."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(
        target=_read, args=(asker, lines), name="slm-harness reads", daemon=True
    ).start()
    events, asks = Events(), False
    for text in iter(lines.get, b""):
        kind, *content = json.loads(text)
        event = events.of(kind, *content) if kind in _NEEDED else None
        if isinstance(event, Obtained):
            article = evaluation.articles[event.article]
            marks = evaluation.marker.text(article, event.stored.reply)
            told.write(line("marks", marks).encode() + b"\n")
        if kind in ("end", "broke"):
            evaluation.marker.flush()  # before anybody takes it for done
        told.write(text)
        told.flush()
        if isinstance(event, Prepared) and event.asks:
            asks = True
            grading.load()  # while the first reply is waited for
        if asks and lines.empty():
            # The end of the run will find it in memory.
            _ = evaluation.commonest_answers
    evaluation.close()


_NEEDED = ("prepared", "common", "obtained")


def _read(asker: BinaryIO, lines: "queue.SimpleQueue[bytes]") -> None:
    """Read on while something is graded, to know whether there is time for what can wait."""
    for text in asker:
        lines.put(text)
    lines.put(b"")


# ---------------------------------------------------------------- in the process that asks


def _asking(ask: Ask, prepare: Callable[[], None], given: BinaryIO, told: BinaryIO) -> None:
    threading.Thread(target=prepare, name="slm-harness prepares", daemon=True).start()
    order = given.readline()
    if not order.endswith(b"\n"):
        return
    wanted, problems = json.loads(order)
    stop, enough = threading.Event(), {model: threading.Event() for model, _ in wanted}
    threading.Thread(
        target=_until_hung_up, args=(given, stop, enough), name="slm-harness listens", daemon=True
    ).start()
    unreached = {model: Unreached(*problem) for model, problem in problems.items()}
    out = _Out(told)
    try:
        lines = Lines()
        for event in ask([tuple(pair) for pair in wanted], unreached, stop, out.busy, enough):
            out.write(*lines.of(event))
    except Exception as error:  # noqa: BLE001 - told to who waits for it, and raised there
        out.write(line("broke", f"{type(error).__name__}: {error}", traceback.format_exc()))
    else:
        out.write(line("end"))


def _until_hung_up(given: BinaryIO, stop: threading.Event, enough: Enough) -> None:
    for text in given:
        _, model = json.loads(text)
        enough[model].set()
    stop.set()
    # Who hung up waits no longer for an open request, or is gone.
    time.sleep(_OPEN_SECONDS)
    os._exit(0)


class _Out:
    """Writes lines, from several threads."""

    def __init__(self, told: BinaryIO) -> None:
        self._told = told
        self._lock = threading.Lock()

    def busy(self, text: str) -> None:
        """As ``Report``."""
        self.write(line("busy", text))

    def write(self, *lines: str) -> None:
        """Write lines; nothing once nobody reads them any more."""
        with self._lock, suppress(BrokenPipeError):
            self._told.write("".join(f"{text}\n" for text in lines).encode())
            self._told.flush()
