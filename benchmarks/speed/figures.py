"""What the bench is to show, each figure with the bound that it is held against."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.speed.contestants import CLIENT, EMPTY, HARNESS, ONCE, Contestant
from benchmarks.speed.contestants import QUESTIONS_PER_ARTICLE as QUESTIONS
from benchmarks.speed.steps import Run, Sizes

Round = Mapping[tuple[str, str], Run]
"""The runs of one round, by name of contestant and step."""
Of = Callable[[Round], float]
"""Reads a value out of a round; `KeyError` where a run is missing."""


@dataclass(frozen=True)
class Bound:
    """What a figure has to keep."""

    how: Literal["at most", "at least", "exactly", "below"]
    value: float

    def kept(self, figure: float) -> bool:
        """Whether it does."""
        match self.how:
            case "at most":
                return figure <= self.value
            case "at least":
                return figure >= self.value
            case "exactly":
                return figure == self.value
            case "below":
                return figure < self.value


@dataclass(frozen=True)
class Figure:
    """One thing to show."""

    part: str
    what: str
    measured: Of
    bound: Bound
    unit: Literal["s", "ms", ""] = ""
    floor: Of | None = None
    """What the measured value is divided by before the bound is looked at."""
    against: str = ""
    """The floor in words."""


@dataclass(frozen=True)
class Found:
    """A figure over all rounds."""

    figure: Figure
    measured: float | None = None
    """None where no round has it."""
    floor: float | None = None
    judged: float | None = None
    """The ratio to the floor, or the measured value where there is none."""

    @property
    def verdict(self) -> Literal["pass", "miss", "not measured"]:
        """Whether the bound is kept."""
        if self.judged is None:
            return "not measured"
        return "pass" if self.figure.bound.kept(self.judged) else "miss"


def found(figure: Figure, rounds: Sequence[Round]) -> Found:
    """A figure of several rounds: medians, ratios taken within a round; of counts the worst."""
    values: list[tuple[float, float | None, float]] = []
    for one in rounds:
        try:
            measured = figure.measured(one)
            floor = None if figure.floor is None else figure.floor(one)
        except KeyError:
            continue
        values.append((measured, floor, measured if floor is None else measured / floor))
    if not values:
        return Found(figure)
    if figure.bound.how == "exactly":
        worst = max(values, key=lambda one: abs(one[2] - figure.bound.value))
        return Found(figure, *worst)
    floors = [floor for _, floor, _ in values if floor is not None]
    return Found(
        figure,
        statistics.median(measured for measured, _, _ in values),
        statistics.median(floors) if floors else None,
        statistics.median(judged for _, _, judged in values),
    )


# ---------------------------------------------------------------- readings


def seconds(who: Contestant, step: str) -> Of:
    """Of the whole process."""
    return lambda one: one[who.name, step].seconds


def asked(who: Contestant, step: str) -> Of:
    """Requests about articles."""
    return lambda one: one[who.name, step].counts.asked


def loads(who: Contestant, step: str) -> Of:
    """Models put into memory."""
    return lambda one: one[who.name, step].counts.loads


def busy(who: Contestant, step: str) -> Of:
    """Share of the server's slots that were taken."""

    def read(one: Round) -> float:
        share = one[who.name, step].counts.busy
        if share is None:
            raise KeyError(step)
        return share

    return read


def first_ask(who: Contestant, step: str) -> Of:
    """Seconds from the start of the process to the first article."""

    def read(one: Round) -> float:
        first = one[who.name, step].first_ask
        if first is None:
            raise KeyError(step)
        return first

    return read


def each(who: Contestant, step: str, count: int, single: str = "single") -> Of:
    """Seconds that one article more costs: what ``count`` take, less what one takes, over the others."""

    def read(one: Round) -> float:
        more = one[who.name, step].seconds - one[who.name, single].seconds
        # Noise can make nothing, or less, of what costs next to nothing.
        return max(more / (count - 1), 1e-9)

    return read


# ---------------------------------------------------------------- all of them


def figures(sizes: Sizes, peers: Sequence[Contestant]) -> Sequence[Figure]:
    """Every figure, in the order of the table."""
    few, many = sizes.articles, sizes.many
    ideal = few * sizes.milliseconds / 1000 / sizes.at_once
    pool, empty = each(CLIENT, "instant", few), each(EMPTY, "instant", few)
    us = HARNESS
    return (
        Figure("total", f"{few} articles, {sizes.milliseconds:g} ms, {sizes.at_once} at once, start-up included: "
               "all for the first time", seconds(us, "paced"), Bound("at most", 1.25), "s", lambda _: ideal, "ideal"),
        Figure("total", "the same with another prompt", seconds(us, "reworded"), Bound("at most", 1.25), "s",
               lambda _: ideal, "ideal"),
        Figure("total", "server busy between first and last request", busy(us, "paced"), Bound("at least", 0.98)),
        *(
            Figure("total", f"{what} against {peer.name}", seconds(us, step), Bound("below", 1), "s",
                   seconds(peer, "paced"), peer.name)
            for peer in peers
            for what, step in (("for the first time", "paced"), ("with another prompt", "reworded"))
        ),
        Figure("start", "start-up to the first article, 1 article: all for the first time", first_ask(us, "single"),
               Bound("below", 1.2), "s", first_ask(ONCE, "single"), ONCE.name),
        Figure("start", "the same with another prompt", first_ask(us, "single reworded"), Bound("below", 1.2), "s",
               first_ask(ONCE, "single"), ONCE.name),
        Figure("overhead", "overhead per article at 0 ms", each(us, "instant", few), Bound("at most", 1), "ms",
               lambda one: 2 * pool(one) + empty(one),
               f"2 x threads with the ollama client + {QUESTIONS} empty tests"),
        Figure("again", "unchanged re-run: asked", asked(us, "again"), Bound("exactly", 0)),
        Figure("again", "unchanged re-run", seconds(us, "again"), Bound("at most", 1.5), "s",
               seconds(EMPTY, "instant"), f"{few * QUESTIONS:,} empty tests"),
        Figure("changes", "one article changed: asked", asked(us, "changed"), Bound("exactly", 1)),
        Figure("changes", "model re-created of the same recipe: asked", asked(us, "recreated"), Bound("exactly", 0)),
        Figure("changes", "custom model deleted: asked", asked(us, "deleted"), Bound("exactly", 0)),
        Figure("mixed", "two models in random order, memory for one: loads", loads(us, "mixed"), Bound("exactly", 2)),
        Figure("mixed", "two models in random order: asked", asked(us, "mixed"), Bound("exactly", 2 * few)),
        Figure("growth", f"each of {many:,} articles, asked", each(us, "many", many), Bound("at most", 1.1), "ms",
               each(us, "instant", few), f"each of {few:,}"),
        Figure("growth", f"each of {many:,} articles, recalled", each(us, "many again", many, "single again"),
               Bound("at most", 1.1), "ms", each(us, "again", few, "single again"), f"each of {few:,}"),
    )  # fmt: skip
