"""The speed bench: what its server counts, how figures are judged, and that its articles are articles."""

import heapq
import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.speed import project
from benchmarks.speed.articles import notice
from benchmarks.speed.contestants import HARNESS, OURS, PEERS, STDLIB
from benchmarks.speed.figures import Bound, Figure, Found, Round, found, seconds
from benchmarks.speed.ledger import Counts, Ledger
from benchmarks.speed.memory import Job, Memory, Pace
from benchmarks.speed.parts import PARTS, wanted
from benchmarks.speed.served import Standing, standing
from benchmarks.speed.steps import CHAINS, Run
from benchmarks.speed.table import BEGIN, END, put
from slm_harness.breach import TASK
from slm_harness.labels.load import load_labelled

# ---------------------------------------------------------------- what is counted


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self._now = 0.0
        self._put = 0
        self._due: list[tuple[float, int, Callable[[], object]]] = []

    def time(self) -> float:
        """Seconds so far."""
        return self._now

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> object:
        """Put down what is due later."""
        self._put += 1
        heapq.heappush(self._due, (self._now + delay, self._put, lambda: callback(*args)))
        return None

    def run(self) -> None:
        """Go on until nothing is due."""
        while self._due:
            self._now, _, call = heapq.heappop(self._due)
            call()


def served(pace: Pace, *models: str, counts: bool = True) -> tuple[Counts, list[str]]:
    """What a memory makes of one request for each of these models, all there at once; and in which order."""
    clock, ledger, done = Clock(), Ledger(), list[str]()
    memory = Memory(pace, ledger, clock)
    for model in models:
        memory.put(Job(model, pace.service, counts, lambda model=model: done.append(model)))  # type: ignore[misc]
    clock.run()
    return ledger.counts(pace.slots), done


def test_full_slots_are_busy() -> None:
    """Eight requests at four slots keep them busy for two services."""
    counts, _ = served(Pace(service=0.5, slots=4), *["phi3"] * 8)

    assert (counts.first_start, counts.last_end, counts.served) == (0.0, 1.0, 4.0)
    assert counts.busy == 1.0


def test_an_empty_slot_is_not_busy() -> None:
    """Five requests at four slots leave three of them idle for one of two services."""
    counts, _ = served(Pace(service=0.5, slots=4), *["phi3"] * 5)

    assert counts.busy == 5 / 8


@pytest.mark.parametrize(
    ("models", "places", "loads"),
    [
        ("aaaa", 1, 1),
        ("aabb", 1, 2),
        ("abab", 1, 4),
        ("abab", 2, 2),
        ("abcabc", 2, 6),
    ],
)
def test_loads(models: str, places: int, loads: int) -> None:
    """A model that is not in memory is loaded, in place of the one that has been idle the longest."""
    counts, done = served(Pace(service=0.5, models=places), *models)

    assert counts.loads == loads
    assert sorted(done) == sorted(models)


def test_loading_takes_its_time() -> None:
    """Another model waits for the open requests, and then for the load."""
    counts, done = served(Pace(service=0.5, load=2.0, slots=4), "a", "b", "a")

    assert done == ["a", "b", "a"]
    assert counts.last_end == 3 * (2.0 + 0.5)


def test_what_is_no_article_does_not_count() -> None:
    """Only requests about articles make a server busy."""
    counts, _ = served(Pace(service=0.5), "a", "a", counts=False)

    assert (counts.busy, counts.first_start, counts.loads) == (None, None, 1)


# ---------------------------------------------------------------- over the wire


@pytest.fixture(scope="module")
def server() -> Iterator[Standing]:
    """The server as a process, at 0 ms."""
    with standing("--milliseconds", "0", "--models", "a,b") as started:
        yield started


def post(server: Standing, path: str, **body: object) -> dict[str, Any]:
    """One request with a body of JSON."""
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    connection.request("POST", path, json.dumps(body))
    said: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return said


def test_what_the_server_was_asked(server: Standing) -> None:
    """Requests about articles are counted, and those that are the same once more; loads and others are not."""
    server.reset()
    for number in (0, 1, 1):
        post(server, "/api/generate", model="a", prompt=notice(number).prompt)
    post(server, "/api/generate", model="a", prompt="")
    post(server, "/api/generate", model="b", prompt="ready?")

    counts = server.counts()

    assert (counts.asked, counts.distinct, counts.loads) == (3, 2, 2)


@pytest.mark.parametrize("edition", [1, 2])
def test_the_reply_is_right(server: Standing, edition: int) -> None:
    """The reply to an article has its nine answers, at whichever endpoint."""
    one = notice(7, edition)
    messages = [{"role": "user", "content": one.prompt}]

    generated = post(server, "/api/generate", model="a", prompt=one.prompt)
    completed = post(server, "/v1/chat/completions", model="a", messages=messages)

    assert json.loads(generated["response"]) == one.answers
    assert json.loads(completed["choices"][0]["message"]["content"]) == one.answers


def test_custom_models(server: Standing) -> None:
    """A custom model shares the memory of its base, has another digest once re-created, and can be forgotten."""
    server.reset()
    post(server, "/api/create", model="mine", **{"from": "a"}, system="Be brief.")
    for model in ("a", "mine"):
        post(server, "/api/generate", model=model, prompt=notice(0).prompt)
    assert server.counts().loads == 1

    before = _digest(server, "mine")
    server.recreate()
    assert before != _digest(server, "mine") != ""

    server.reset(forget=True)
    assert _digest(server, "mine") == ""


def _digest(server: Standing, name: str) -> str:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    connection.request("GET", "/api/tags")
    models = json.load(connection.getresponse())["models"]
    connection.close()
    return next((str(one["digest"]) for one in models if one["name"] == f"{name}:latest"), "")


# ---------------------------------------------------------------- the articles


def test_articles_load_without_fault(tmp_path: Path) -> None:
    """What is generated is what docs/labels.md wants, and keeps its mark when it is cleaned."""
    project.evaluation(tmp_path, 4)
    project.change_one(tmp_path)

    loaded = load_labelled(tmp_path / "fixtures" / "articles", TASK)

    assert [one.article.id for one in loaded] == [f"notice-{number:05}" for number in range(4)]
    assert "(Notice 00000-2)" in loaded[0].article.text
    assert "(Notice 00003-1)" in loaded[3].article.text


def test_articles_differ() -> None:
    """No two articles have the same text or the same name."""
    some = [notice(number) for number in range(0, 20_000, 97)]

    assert len({one.prompt for one in some}) == len(some)
    assert len({one.answers["breached_entity"] for one in some}) == len(some)
    assert all(200 <= len(one.prompt.split()) <= 500 for one in some)


# ---------------------------------------------------------------- how figures are judged


@pytest.mark.parametrize(
    ("bound", "kept", "broken"),
    [
        (Bound("at most", 1.25), 1.25, 1.26),
        (Bound("at least", 0.98), 0.98, 0.979),
        (Bound("exactly", 2), 2, 3),
        (Bound("below", 1.2), 1.19, 1.2),
    ],
)
def test_bounds(bound: Bound, kept: float, broken: float) -> None:
    """A figure passes up to its bound."""
    figure = Figure("total", "it", lambda _: 0, bound)

    verdicts = [Found(figure, judged=judged).verdict for judged in (kept, broken, None)]

    assert verdicts == ["pass", "miss", "not measured"]


def rounds(*pairs: tuple[float, float]) -> list[Round]:
    """Rounds in which the harness and the threads took so many seconds."""
    nothing = Ledger().counts(4)
    return [
        {(HARNESS.name, "paced"): Run(ours, nothing, None), (STDLIB.name, "paced"): Run(theirs, nothing, None)}
        for ours, theirs in pairs
    ]  # fmt: skip


def test_ratios_are_taken_within_a_round() -> None:
    """The figure is the median of the ratios, and not the ratio of the medians."""
    figure = Figure("total", "it", seconds(HARNESS, "paced"), Bound("at most", 1), floor=seconds(STDLIB, "paced"))  # fmt: skip

    one = found(figure, rounds((1, 2), (4, 2), (9, 3)))

    assert (one.measured, one.floor, one.judged) == (4, 2, 2)


def test_the_worst_of_counts() -> None:
    """A count that was wrong in one round is wrong."""
    figure = Figure("again", "it", seconds(HARNESS, "paced"), Bound("exactly", 0))

    one = found(figure, rounds((0, 1), (3, 1), (0, 1)))

    assert (one.judged, one.verdict) == (3, "miss")


def test_what_was_not_measured() -> None:
    """Without a run there is no figure."""
    figure = Figure("again", "it", seconds(HARNESS, "again"), Bound("exactly", 0))

    assert found(figure, rounds((1, 1))).verdict == "not measured"


def test_every_step_is_somebodys() -> None:
    """Parts name steps that there are, and the harness is put through all of them."""
    there = {step.name for chain in CHAINS for step in chain.steps}

    assert wanted(list(PARTS), HARNESS) == there
    assert all(set(one.does) <= there for one in (*OURS, *PEERS))


def test_the_table_has_its_place() -> None:
    """What was between the markers is replaced, what is around them stays."""
    text = put(f"before\n{BEGIN}\nold\n{END}\nafter\n", "new\n")

    assert text == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"
    with pytest.raises(ValueError, match="no place for the table"):
        put("before\n", "new")
