"""Asking and grading in other processes: what is told is what asking here would tell."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from slm_harness.asking import Enough, Event, Failed, Obtained, Prepared, Unreached
from slm_harness.breach import TASK
from slm_harness.engines import Report
from slm_harness.models import load_models
from slm_harness.plugin.apart import Apart, Ask, AskingBroke, Wanted
from slm_harness.records import Identity, Reply, Stored
from slm_harness.session import Evaluation, Settings
from tests.projects import Project

pytestmark = pytest.mark.forks

IDENTITY = Identity(engine="ollama", server="0.13", base="phi3", digest="d" * 64)
ARTICLES = ("harbour-dental", "mill-lane")
REPLY = Reply('{"data_breach": "Yes"}\u2028\n', "stop", 1.5, 100, 50, 0.25)


def event_of(article: str) -> Event:
    """What became of an article."""
    if article == "lost":
        return Failed("phi3", article, "AnswerTimeout", "it took too long \u2028", tries=3)
    stored = Stored("k" + article, {"article": article, "sample": 0, "x": [1]}, REPLY, IDENTITY)
    return Obtained("phi3", article, stored, recalled=article != "mill-lane", why="why", tries=1)


def asks(
    wanted: Wanted,
    problems: Mapping[str, Unreached],
    stop: threading.Event,
    report: Report,
    enough: Enough,
) -> Iterator[Event]:
    """Asks nobody, and tells all that there is to tell."""
    report(f"{len(problems)} problems of {os.getpid()}")
    yield Prepared("phi3", IDENTITY, asks=True)
    for _, article in wanted:
        yield event_of(article)


def waits(
    wanted: Wanted,
    problems: Mapping[str, Unreached],
    stop: threading.Event,
    report: Report,
    enough: Enough,
) -> Iterator[Event]:
    """Says that it has begun, and tells no more until it is stopped."""
    report("begun")
    stop.wait()
    yield event_of("harbour-dental")


def breaks(
    wanted: Wanted,
    problems: Mapping[str, Unreached],
    stop: threading.Event,
    report: Report,
    enough: Enough,
) -> Iterator[Event]:
    """A fault of the program."""
    yield Prepared("phi3", IDENTITY)
    raise KeyError("no such thing")


def evaluation_in(folder: Path) -> Evaluation:
    """Of the three articles of a project."""
    settings = Settings(
        task=TASK,
        prompt=folder / "evals/prompts/breach.yaml",
        models=folder / "evals/models.yaml",
        articles=folder / "fixtures/articles",
        answers=folder / "answers",
        snapshots=folder / "snapshots",
        store=folder / "store",
        reports=folder / "reports",
    )
    return Evaluation.load(settings, load_models(settings.models), {})


class Told:
    """What was told, and in which order."""

    def __init__(self, apart: Apart, *articles: str) -> None:
        self.busy: list[str] = []
        self.marks: dict[str, tuple[Reply, str]] = {}
        self.stop = threading.Event()
        self.on_busy: Callable[[], None] = lambda: None
        wanted = [("phi3", article) for article in articles]
        unreached = {"mistral": Unreached("NotAsked", "nobody named it")}
        self.events = apart.ask(wanted, unreached, self.stop, self._report, self._take)

    def _report(self, line: str) -> None:
        self.busy.append(line)
        self.on_busy()

    def halt_when_busy(self, apart: Apart) -> None:
        """End it as soon as it has begun."""

        def halt() -> None:
            self.stop.set()
            apart.halt()

        self.on_busy = halt

    def _take(self, article: str, reply: Reply, marks: str) -> None:
        self.marks[article] = reply, marks


def started(ask: Ask, evaluation: Evaluation | None = None) -> Apart:
    """The other processes."""
    found = Apart.started(ask, lambda: None, evaluation)
    assert found is not None
    return found


def test_what_is_told_elsewhere_is_what_would_be_told_here() -> None:
    """Events, to the last field, in their order; the lines on what an engine is busy with as well."""
    apart = started(asks)
    told = Told(apart, *ARTICLES, "lost")
    there = list(told.events)
    apart.close()

    wanted = [("phi3", article) for article in (*ARTICLES, "lost")]
    assert there == list(asks(wanted, {}, threading.Event(), lambda _: None, {}))
    assert told.busy != [f"1 problems of {os.getpid()}"]
    assert [line.partition(" of ")[0] for line in told.busy] == ["1 problems"]


def test_each_reply_comes_with_the_marks_that_it_would_get_here(project: Project) -> None:
    """Who grades makes no difference, and marks are there before their reply is told."""
    evaluation = evaluation_in(project.path)
    apart = started(asks, evaluation)
    told = Told(apart, *ARTICLES, "lost")
    there = [(event, dict(told.marks)) for event in told.events]
    apart.close()

    obtained = [event for event, _ in there if isinstance(event, Obtained)]
    assert [event.article for event in obtained] == list(ARTICLES)
    assert all(event.article in marks for event, marks in there if isinstance(event, Obtained))
    assert told.marks == {
        article: (REPLY, evaluation.marker.text(evaluation.articles[article], REPLY))
        for article in ARTICLES
    }


@pytest.mark.slow
def test_what_was_graded_elsewhere_is_remembered(project: Project) -> None:
    """The next run does not grade it again, and the end of this one finds the commonest answers."""
    apart = started(asks, evaluation_in(project.path))
    list(Told(apart, *ARTICLES).events)
    apart.close()

    after = evaluation_in(project.path)
    remembered = after._remembered.get(
        [after.marker._key(after.articles[article], REPLY) for article in ARTICLES]
    )
    assert len(remembered) == len(ARTICLES)


def test_a_fault_there_is_raised_here_with_its_place() -> None:
    """Nobody goes on waiting, and who mends it sees where it was."""
    apart = started(breaks)
    told = Told(apart, *ARTICLES)
    assert next(told.events) == Prepared("phi3", IDENTITY)
    with pytest.raises(AskingBroke, match="KeyError: 'no such thing'") as caught:
        next(told.events)
    apart.close()
    assert caught.value.is_fault
    assert "in breaks" in caught.value.__notes__[0]


@pytest.mark.parametrize("which", ["asks", "grades"])
def test_a_process_that_is_killed_is_told_of(which: str, project: Project) -> None:
    """By the system where memory runs out, or by hand."""
    apart = started(waits, evaluation_in(project.path))
    told = Told(apart, *ARTICLES)
    victim = apart._asker if which == "asks" else apart._grader
    assert victim is not None
    told.on_busy = lambda: os.kill(victim.pid, signal.SIGKILL)
    with pytest.raises(AskingBroke, match=f"that {which} was ended from outside, exit code -9"):
        list(told.events)
    apart.close()


def test_halting_ends_the_asking_there() -> None:
    """What has come by then is told."""
    apart = started(waits)
    told = Told(apart, *ARTICLES)
    told.halt_when_busy(apart)
    assert list(told.events) == [event_of("harbour-dental")]
    apart.close()


def test_an_open_request_is_not_waited_for_when_who_asked_is_gone() -> None:
    """Nothing stays behind a run that was killed, though a model thinks for minutes."""

    def never(*told: object) -> Iterator[Event]:
        report = told[3]
        assert callable(report)
        report("begun")
        threading.Event().wait()
        yield event_of("harbour-dental")

    apart = started(never)
    told = Told(apart, *ARTICLES)
    told.halt_when_busy(apart)
    assert list(told.events) == []
    assert apart._asker.close(5.0) == 0


def test_one_that_was_never_told_to_ask_ends_unasked() -> None:
    """As where nothing could be collected."""
    apart = started(waits)
    apart.close()
    told = Told(apart, *ARTICLES)
    told.stop.set()
    assert (list(told.events), told.busy) == ([], [])


def until_enough(
    wanted: Wanted,
    problems: Mapping[str, Unreached],
    stop: threading.Event,
    report: Report,
    enough: Enough,
) -> Iterator[Event]:
    """Tells of the first article, and of no other of its model once that is enough."""
    yield event_of(wanted[0][1])
    assert enough[wanted[0][0]].wait(20)
    yield event_of(wanted[-1][1])


def test_that_one_model_was_asked_enough_is_told_there() -> None:
    """Without ending what is asked of others."""
    apart = started(until_enough)
    told = Told(apart, *ARTICLES)
    assert next(told.events) == event_of(ARTICLES[0])
    apart.enough("phi3")
    assert list(told.events) == [event_of(ARTICLES[-1])]
    assert not told.stop.is_set()
    apart.close()
