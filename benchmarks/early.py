"""How often a verdict that was decided early is that of the full run, and after how much of the asking.

    python -m benchmarks.early [--runs N] [--quick] [--write]

Histories with known truth: an accepted snapshot of nine questions, and what a changed prompt makes of it. Answers
of an article have much in common, before and in what becomes of them; 2 % of all answers flip either way whatever is changed;
and twice as many flip in long articles as in short ones, which the rule asks sooner. Each history is asked to the end
to know the full run's verdict, which is that of ``judge``.
"""

import argparse
import functools
import math
import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from slm_harness.gate import GateMode, Line, Policy, Snapshot
from slm_harness.gate.early import Early, Hint, plan
from slm_harness.records import Verdict

out = sys.stdout.write
PAGE = Path(__file__).resolve().parent.parent / "docs" / "early.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"
POLICY = Policy(mode=GateMode.SIGNIFICANT)
RATES = {
    "data_breach": 0.9,
    "breached_entity": 0.8,
    "records_breached": 0.7,
    "breach_date": 0.65,
    "discovery_date": 0.65,
    "cause_known": 0.75,
    "cause": 0.6,
    "third_parties_involved": 0.85,
    "third_parties": 0.8,
}
"""Question to the share of articles that were read right before."""
CHURN = 0.02
"""Share of answers that flip to right, and as many to wrong, though nothing is better or worse."""
ALIKE = 0.15
"""Correlation of what becomes of the answers to one article, on the scale of a normal distribution behind it."""
HARDNESS = 0.3
"""The same of whether they were right before."""
LONG = 1.5, 0.75
"""By how much more or less the answers to the longer and the shorter half flip."""
UNSTEADY, OF_FLIPS = 0.4, 0.85
"""With useful history: this share of the articles flipped before, and has this share of the flips."""
_below = functools.lru_cache(maxsize=None)(statistics.NormalDist().inv_cdf)


@dataclass(frozen=True)
class Kind:
    """What a change of the prompt does."""

    name: str
    fall: Mapping[int, float]
    """Articles to the share of answers that fall besides the churn; negative for a rise."""
    question: str | None = None
    """The only question that is touched; None for all alike."""


ARTICLES = {48: 1000, 200: 500, 500: 200}
"""Articles of a set to how many histories of each sort are drawn, unless told."""


def _same(share: float) -> Mapping[int, float]:
    return dict.fromkeys(ARTICLES, share)


KINDS = (
    Kind("no change", _same(0.0)),
    Kind("better by five points", _same(-0.05)),
    Kind("worse by ten points", _same(0.1)),
    Kind("one question worse by thirty points", _same(0.3), "records_breached"),
    Kind("on the edge", {48: 0.048, 200: 0.017, 500: 0.0095}),
    Kind("on the edge by one question", {48: 0.19, 200: 0.065, 500: 0.035}, "records_breached"),
)
HISTORIES = ("none", "useful", "useless")
"""Nothing is known of how the articles did under other prompts; it tells much; it tells nothing."""


class Sort(NamedTuple):
    """Histories that are counted together."""

    articles: int
    kind: Kind
    history: str


class Ended(NamedTuple):
    """What became of one history."""

    early: bool
    """Whether the verdict is *worse*, as it was decided."""
    full: bool
    """Whether a full run finds it worse."""
    asked: int


@dataclass(frozen=True)
class History:
    """One article set, before and after the change."""

    before: Snapshot
    now: Snapshot
    hints: tuple[Hint, ...]


def history(sort: Sort, seed: str) -> History:
    """Draw one."""
    chance = random.Random(seed)  # noqa: S311 - nothing is secret
    names = [f"article-{number:03}" for number in range(sort.articles)]
    lengths = [int(math.exp(chance.gauss(8, 0.6))) for _ in names]
    middle = statistics.median(lengths)
    before, now, hints = {}, {}, []
    for name, length in zip(names, lengths, strict=True):
        unsteady = chance.random() < UNSTEADY
        factor = LONG[0] if length >= middle else LONG[1]
        if sort.history == "useful":
            factor *= OF_FLIPS / UNSTEADY if unsteady else (1 - OF_FLIPS) / (1 - UNSTEADY)
        was, is_ = _article(sort, chance, factor)
        before[name] = Line((), "", (was,))
        now[name] = Line((), "", (is_,))
        hints.append(Hint(name, length, unsteady and sort.history != "none"))
    questions = tuple(RATES)
    return History(
        Snapshot("model", {}, questions, before),
        Snapshot("model", {}, questions, now),
        tuple(hints),
    )


def _article(
    sort: Sort, chance: random.Random, factor: float
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    hard, moved = chance.gauss(0, 1), chance.gauss(0, 1)
    was, is_ = [], []
    for question, rate in RATES.items():
        right = _beside(chance, hard, HARDNESS) < _below(rate)
        to_wrong, to_right = _flipping(sort, question)
        flips = to_wrong / rate if right else to_right / (1 - rate)
        edge = _below(min(0.97, flips * factor))
        place = _beside(chance, moved, ALIKE)
        # What makes right answers fall in an article keeps wrong ones from rising.
        flipped = place < edge if right else -place < edge
        was.append(Verdict.RIGHT if right else Verdict.WRONG)
        is_.append(Verdict.RIGHT if right is not flipped else Verdict.WRONG)
    return tuple(was), tuple(is_)


def _flipping(sort: Sort, question: str) -> tuple[float, float]:
    """Shares of all answers to a question that flip to wrong and to right."""
    share = sort.kind.fall[sort.articles] if sort.kind.question in (None, question) else 0.0
    return CHURN + max(0.0, share), CHURN + max(0.0, -share)


def _beside(chance: random.Random, common: float, alike: float) -> float:
    return math.sqrt(alike) * common + math.sqrt(1 - alike) * chance.gauss(0, 1)


def ended(found: History, salt: str) -> Ended:
    """Ask one to the end, and note what was decided when."""
    planned = plan(found.hints, salt)
    rule = Early(found.before, planned.groups, POLICY)
    decided: tuple[bool, int] | None = None
    for article in planned.order:
        rule.add(article, found.now.lines[article].samples[0])
        if decided is None and rule.looks:
            standing = rule.standing()
            if standing.worse is not None:
                decided = standing.worse, standing.asked
    full = rule.standing().worse
    if full is None or decided is None:
        raise RuntimeError(f"{salt}: open after all articles")
    return Ended(decided[0], full, decided[1])


class Figures(NamedTuple):
    """What became of all histories of a sort."""

    sort: Sort
    runs: int
    worse: float
    """Share in which the full run finds a fall."""
    agreed: float
    """Share in which it says what was decided."""
    asked: float
    """The median share of articles that were asked."""
    most: float
    """The share that was not exceeded in nine of ten."""


def figures(sort: Sort, runs: int) -> Figures:
    """Run the histories of one sort."""
    found = []
    for number in range(runs):
        seed = f"{sort.articles} {sort.kind.name} {sort.history} {number}"
        found.append(ended(history(sort, seed), seed))
    asked = sorted(one.asked / sort.articles for one in found)
    return Figures(
        sort,
        runs,
        sum(one.full for one in found) / runs,
        sum(one.full is one.early for one in found) / runs,
        statistics.median(asked),
        asked[math.ceil(0.9 * runs) - 1],
    )


def sorts(articles: Iterable[int]) -> Iterator[Sort]:
    """Every sort of histories."""
    for number in articles:
        # One that tells nothing does the more harm, the fewer there are to tell.
        for known in HISTORIES[: 3 if number == min(ARTICLES) else 2]:
            for kind in KINDS:
                yield Sort(number, kind, known)


def table(found: Sequence[Figures]) -> Iterator[str]:
    """Markdown: a line for each sort."""
    yield "| articles | history | the change | runs | full run: worse | same verdict | asked, median | asked, 9 of 10 |"
    yield "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for one in found:
        number, kind, known = one.sort
        yield (
            f"| {number} | {known} | {kind.name} | {one.runs} | {100 * one.worse:.1f} % | {100 * one.agreed:.2f} % "
            f"| {100 * one.asked:.0f} % | {100 * one.most:.0f} % |"
        )


def main() -> int:
    """Print the table, and write it to the docs where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="histories of each sort")
    parser.add_argument("--articles", type=int, nargs="*", default=list(ARTICLES), choices=ARTICLES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a few histories of the smallest set")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.runs, arguments.articles = 4, [min(ARTICLES)]
    wanted = list(sorts(arguments.articles))
    runs = [arguments.runs or ARTICLES[sort.articles] for sort in wanted]
    with ProcessPoolExecutor(arguments.processes) as pool:
        found = list(pool.map(figures, wanted, runs))
    day = time.strftime("%Y-%m-%d", time.gmtime())
    text = "\n".join([f"{day}", "", *table(found)])
    out(f"{text}\n")
    if arguments.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
