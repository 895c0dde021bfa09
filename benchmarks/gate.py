"""Whether the gate keeps its promises: simulated answers of which the truth is known, judged as a run's are.

    python -m benchmarks.gate [--runs 1000] [--seed 1] [--jobs 2] [--write] [--quick]

Three promises are looked at for 6, 12, 48 and 500 articles: that a gate in the mode ``significant`` is red in at most
the level's share of runs where nothing became worse; that a fall that it says it would see in 80 of 100 runs is seen
so often, and one that it says it could not see never; and that intervals hold the truth as often as they say.
``benchmarks/histories.py`` tells how answers are drawn, and every pair of histories goes through the gate's own
``judge``. ``--write`` puts the tables into docs/gate-statistics.md; ``--quick`` is a smoke test. The status is 1
where a promise is broken by more than the simulation's own error.
"""

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from random import Random

from benchmarks.histories import QUESTIONS, Answers, World, one_question, snapshot
from benchmarks.speed.machine import described
from slm_harness.gate import GateMode, Judgement, Policy, judge
from slm_harness.stats import (
    CHURN,
    Interval,
    cluster_standard_error,
    detectable_fall,
    fewest_flips,
    wilson,
)

SIZES = (6, 12, 48, 500)
LEVEL = 0.05
CONFIDENCE = 0.95
POWER = 0.8
SAMPLES = 3
POLICY = Policy(mode=GateMode.SIGNIFICANT, level=LEVEL)
PAGE = Path(__file__).resolve().parent.parent / "docs" / "gate-statistics.md"
MARK = "<!-- written by `python -m benchmarks.gate --write`; do not edit below -->"
RATES = (0.5, 1.0)
"""True rates before are drawn from here, anew in each run: small models are neither useless nor perfect."""
TOGETHER = {0.0: "on their own", 0.5: "half shared", 1.0: "all as one"}


@dataclass
class Share:
    """How many of so many runs."""

    hits: int = 0
    of: int = 0

    def add(self, *found: bool) -> None:
        """Count some more."""
        self.hits += sum(found)
        self.of += len(found)

    @property
    def value(self) -> float:
        """The share."""
        return self.hits / self.of

    def error_at(self, promised: float) -> float:
        """The standard error of such a share where the promise holds to the letter."""
        return math.sqrt(promised * (1 - promised) / self.of)

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} %"


@dataclass(frozen=True)
class Table:
    """One promise: its rows, and where it is broken."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """As Markdown."""
        yield from (f"## {self.title}", "", *self.note.splitlines(), "")
        yield f"| {' | '.join(self.head)} |"
        yield "|" + "---:|" * len(self.head)
        yield from (f"| {' | '.join(row)} |" for row in self.rows)
        yield ""
        yield from (f"**Broken**: {one}" for one in self.broken)


def false_alarms(sizes: Sequence[int], runs: int, seed: int) -> Table:
    """How often the gate is red though nothing became worse."""
    table = Table(
        "False alarms",
        f"Nothing became worse, at a level of {100 * LEVEL:g} %. *Red*: the gate as it is, which looks at nine questions\n"
        "and at all together, corrected by Holm for ten looks. *Any question*, *whole*: which of them made it red.\n"
        "*Whole alone*: the permutation test of all answers on its own, uncorrected. *Churn*: share of answers that\n"
        "are drawn anew. Tests are exact, so with few flips they stay far below the level.",
        ("articles", "answers of an article", "churn", "red", "any question", "whole", "whole alone"),
    )  # fmt: skip
    for articles, shared, churn in product(sizes, TOGETHER, (0.05, 0.5)):
        world, random = World(shared, churn), Random(f"{seed} alarms {articles} {shared} {churn}")
        red, question, whole, alone = Share(), Share(), Share(), Share()
        for _ in range(fewer(runs, articles)):
            found = judgement(*world.draw(articles, rates(random), random))
            red.add(found.fell)
            question.add(any(one.question for one in found.significant))
            whole.add(found.whole in found.significant)
            alone.add(found.whole.p is not None and found.whole.p <= LEVEL)
        table.rows.append(
            (
                str(articles),
                TOGETHER[shared],
                f"{churn:g}",
                *map(str, (red, question, whole, alone)),
            )
        )
        for name, share in (("red", red), ("whole alone", alone)):
            if share.value > LEVEL + 3 * share.error_at(LEVEL):
                table.broken.append(f"{articles} articles, {TOGETHER[shared]}: {name} in {share}")
    return table


def samples(sizes: Sequence[int], runs: int, seed: int) -> Table:
    """The same with several samples of an answer, and of what the strict gate makes of flaky ones."""
    table = Table(
        "False alarms with samples",
        f"{SAMPLES} samples of every answer, of which a part wavers, so that many are right in some samples only; nothing became\n"
        f"worse. *Red*: in the mode `significant`. *Flaky*: the mode `strict` is red for the rate of flaky answers, of which no\n"
        "single flip counts.",
        ("articles", "answers of an article", "wavering", "red", "flaky"),
    )
    for articles, shared, waver in product(sizes, (0.0, 0.5), (0.1, 0.5)):
        world = World(shared, 0.05, samples=SAMPLES, waver=waver)
        random, red, flaky = Random(f"{seed} samples {articles} {shared} {waver}"), Share(), Share()
        for _ in range(fewer(runs, articles)):
            found = judgement(*world.draw(articles, rates(random), random))
            red.add(found.fell)
            flaky.add(bool(found.wavering))
        table.rows.append((str(articles), TOGETHER[shared], f"{waver:g}", str(red), str(flaky)))
        for name, share in (("red", red), ("flaky", flaky)):
            if share.value > LEVEL + 3 * share.error_at(LEVEL):
                table.broken.append(
                    f"{articles} articles, {TOGETHER[shared]}, {waver:g} wavering: {name} in {share}"
                )
    return table


def powers(sizes: Sequence[int], runs: int, seed: int) -> Table:
    """How often a fall of one question is seen."""
    looks = len(QUESTIONS) + 1
    table = Table(
        "Power as printed",
        f"One question falls, the other eight stay. *Cannot show*: below this fall the gate says that none of its size\n"
        f"could be seen; *seen one flip below*: runs red where one answer fewer than that fell. *Seen in 80 of 100*: the\n"
        f"true fall that `detectable_fall` names, where {100 * CHURN:g} % of the answers flip to right for no reason (and as many\n"
        "more to wrong); *runs that see it*: how often the gate was red.",
        ("articles", "cannot show", "seen one flip below", "seen in 80 of 100", "runs that see it"),
    )
    for articles in sizes:
        random = Random(f"{seed} power {articles}")
        needed, fall = fewest_flips(articles, LEVEL / looks), detectable_fall(articles, LEVEL / looks, POWER)  # fmt: skip
        short = articles if needed is None else needed - 1
        below = judgement(*fallen(articles, short))
        seen = Share()
        if fall is not None:
            for _ in range(fewer(runs, articles)):
                seen.add(judgement(*one_question(articles, fall, CHURN, random)).fell)
        shown = "" if needed is None else f"{100 * needed / articles:.1f} points"
        table.rows.append(
            (
                str(articles),
                shown or "any fall",
                "red" if below.fell else "never",
                "none" if fall is None else f"{100 * fall:.1f} points",
                f"{seen} (± {200 * seen.error_at(POWER):.1f})" if seen.of else "-",
            )
        )
        if below.fell:
            table.broken.append(f"{articles} articles: {short} flips were seen")
        if needed is not None and not judgement(*fallen(articles, needed)).fell:
            table.broken.append(f"{articles} articles: {shown} were not seen")
        if seen.of and abs(seen.value - POWER) > 3 * seen.error_at(POWER):
            table.broken.append(f"{articles} articles: {seen} of runs saw what 80 % should have")
    return table


WORLDS = {
    "rare flips, each on its own": World(0.0, 0.02),
    "a fall of 5 points, half shared": World(0.5, 0.1, (0.05,) * 9, 0.05),
    "much to and fro, half shared": World(0.5, 0.4, (0.0,) * 9, 0.05),
    "a fall of 3 points, nine as one": World(1.0, 0.01, (0.03,) * 9),
    "a fall of 15 points, nine as one": World(1.0, 0.02, (0.15,) * 9),
}


def coverage(sizes: Sequence[int], runs: int, seed: int) -> Table:
    """How often intervals hold the truth."""
    table = Table(
        "Intervals",
        f"Share of runs in which an interval of {100 * CONFIDENCE:g} % held the true value. *Wilson*: the rate of one question, mean\n"
        "over true rates from 50 to 100 %. *Rate*: the rate of all nine questions, *difference*: now less before,\n"
        "the nine answers of an article being one cluster; both are Gaffke's bound. *Width*: of the difference's\n"
        "interval on the average, in points. *t*: what the usual interval of a cluster-robust standard error would have\n"
        "covered, with t of articles less one, and its width. In the worlds *nine as one* the nine questions have one\n"
        "rate, so that an article flips as a whole.",
        ("articles", "world", "Wilson", "rate", "difference", "width", "t", "its width"),
    )
    for articles, (name, world) in product(sizes, WORLDS.items()):
        random = Random(f"{seed} intervals {articles} {name}")
        found = Coverage()
        for _ in range(fewer(runs, articles)):
            alike = world.shared == 1
            truth = [random.uniform(*RATES)] * len(QUESTIONS) if alike else rates(random)
            fall = sum(world.falls) / len(world.falls)
            found.add(truth, fall, *world.draw(articles, truth, random))
        table.rows.append((str(articles), name, *found.cells()))
        table.broken.extend(f"{articles} articles, {name}: {one}" for one in found.broken())
    return table


@dataclass
class Coverage:
    """What was covered in one world."""

    wilson: Share = field(default_factory=Share)
    rate: Share = field(default_factory=Share)
    difference: Share = field(default_factory=Share)
    robust: Share = field(default_factory=Share)
    width: float = 0.0
    robust_width: float = 0.0

    def add(
        self,
        truth: Sequence[float],
        fall: float,
        before: Sequence[Answers],
        now: Sequence[Answers],
    ) -> None:
        """One run more.

        Args:
            truth: The questions' true rates before.
            fall: By how much their mean truly falls.
            before: Answers before.
            now: Answers now.
        """
        found = judgement(before, now)
        for rate, one in zip(truth, found.questions, strict=True):
            if one.before.interval:
                self.wilson.add(one.before.interval.low <= rate <= one.before.interval.high)
        interval, difference = found.whole.before.interval, found.whole.difference
        if interval is None or difference is None:
            return
        self.rate.add(interval.low <= sum(truth) / len(truth) <= interval.high)
        self.difference.add(difference.low <= -fall <= difference.high)
        self.width += difference.high - difference.low
        half = robust_half_width(before, now)
        self.robust.add(abs(difference.estimate + fall) <= half)
        self.robust_width += 2 * half

    def cells(self) -> tuple[str, ...]:
        """As a row of the table."""
        widths = (100 * one / self.difference.of for one in (self.width, self.robust_width))
        ours, theirs = (f"{one:.1f}" for one in widths)
        return (str(self.wilson), str(self.rate), str(self.difference), ours, str(self.robust), theirs)  # fmt: skip

    def broken(self) -> Iterator[str]:
        """The promises that do not hold. Nine questions of a run are taken to be no more than one."""
        for name in ("wilson", "rate", "difference"):
            share: Share = getattr(self, name)
            if share.value < CONFIDENCE - 3 * self.rate.error_at(CONFIDENCE):
                yield f"{name} covered in {share}"


def robust_half_width(before: Sequence[Answers], now: Sequence[Answers]) -> float:
    """What the usual interval adds to the estimate on either side."""
    from scipy import stats

    changes = [
        [
            is_ - was
            for was, is_ in zip(first, then, strict=True)
            if was is not None and is_ is not None
        ]
        for (first,), (then,) in zip(before, now, strict=True)
    ]
    error = cluster_standard_error([sum(one) for one in changes], [len(one) for one in changes])
    return (error or 0.0) * float(stats.t.ppf((1 + CONFIDENCE) / 2, len(before) - 1))


def worst_rates(sizes: Sequence[int]) -> Table:
    """Where Wilson's interval covers least: counted, not simulated."""
    table = Table(
        "Wilson at single rates",
        "Its promise is one on the average. Exact coverage over true rates from 0 to 100 % in steps of a tenth of a\n"
        "point: the mean, and the least with the rate at which it is had.",
        ("articles", "mean", "least", "at a rate of"),
    )
    for articles in sizes:
        intervals = [wilson(passes, articles) for passes in range(articles + 1)]
        found = []
        for thousandth in range(1, 1000):
            rate = thousandth / 1000
            found.append((exact_coverage(intervals, rate), rate))
        least, at = min(found)
        mean = math.fsum(share for share, _ in found) / len(found)
        table.rows.append((str(articles), f"{100 * mean:.1f} %", f"{100 * least:.1f} %", f"{100 * at:.1f} %"))  # fmt: skip
        if mean < CONFIDENCE:
            table.broken.append(
                f"{articles} articles: Wilson covers {100 * mean:.2f} % on the average"
            )
    return table


def exact_coverage(intervals: Sequence[Interval | None], rate: float) -> float:
    """How likely an interval holds the rate, over all that may pass."""
    of = len(intervals) - 1
    return math.fsum(
        math.exp(
            math.lgamma(of + 1)
            - math.lgamma(passes + 1)
            - math.lgamma(of - passes + 1)
            + passes * math.log(rate)
            + (of - passes) * math.log1p(-rate)
        )
        for passes, interval in enumerate(intervals)
        if interval and interval.low <= rate <= interval.high
    )


def judgement(before: Sequence[Answers], now: Sequence[Answers]) -> Judgement:
    """What the gate makes of two histories."""
    return judge(snapshot(before), snapshot(now), POLICY)


def fallen(articles: int, flips: int) -> tuple[list[Answers], list[Answers]]:
    """The first question falls in so many articles, and nothing else happens."""
    rest = (True,) * (len(QUESTIONS) - 1)
    now: list[Answers] = [((number >= flips, *rest),) for number in range(articles)]
    return [((True, *rest),)] * articles, now


def rates(random: Random) -> list[float]:
    """True rates of nine questions."""
    return [random.uniform(*RATES) for _ in QUESTIONS]


def fewer(runs: int, articles: int) -> int:
    """How many runs there are with so many articles: the large ones are slow."""
    return max(1, runs // 4) if articles >= 500 else runs


def simulated(sizes: Sequence[int], runs: int, seed: int, jobs: int) -> list[Table]:
    """The tables, each number of articles simulated on its own, so that they do not depend on ``jobs``."""
    simulations = (false_alarms, samples, powers, coverage)
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
        if jobs > 1
        else nullcontext() as pool
    ):
        parts: dict[tuple[int, int], Future[Table] | Table] = {}
        # The slow ones first, so that no process is left with one in the end.
        for articles, (place, simulate) in product(
            sorted(sizes, reverse=True), enumerate(simulations)
        ):
            parts[place, articles] = (
                pool.submit(simulate, (articles,), runs, seed)
                if pool
                else simulate((articles,), runs, seed)
            )
        done = {
            key: part.result() if isinstance(part, Future) else part for key, part in parts.items()
        }
    return [
        replace(
            done[place, sizes[0]],
            rows=[row for articles in sizes for row in done[place, articles].rows],
            broken=[one for articles in sizes for one in done[place, articles].broken],
        )
        for place in range(len(simulations))
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Simulate, print, and write if that was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000, help="of each row; a quarter with 500 articles")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--quick", action="store_true", help="3 runs with 6 and 12 articles")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    arguments = parser.parse_args(argv)
    sizes = SIZES[:2] if arguments.quick else SIZES
    runs = 3 if arguments.quick else arguments.runs
    start = time.perf_counter()
    jobs = 1 if arguments.quick else arguments.jobs
    tables = [*simulated(sizes, runs, arguments.seed, jobs), worst_rates(sizes)]
    minutes = (time.perf_counter() - start) / 60
    told = (
        f"{date.today().isoformat()}, seed {arguments.seed}, {runs:,} runs of each row ({fewer(runs, 500):,} with 500 articles), "  # noqa: DTZ011 - a day to read
        f"{minutes:.0f} minutes on {described()}. A share of 5 or 95 % has a standard error of "
        f"{100 * Share(0, runs).error_at(LEVEL):.1f} points ({100 * Share(0, fewer(runs, 500)).error_at(LEVEL):.1f} with 500 articles)."
    )
    text = "\n".join([told, "", *(line for table in tables for line in table.lines())])
    sys.stdout.write(text + "\n")
    if arguments.write:
        head = PAGE.read_text("utf-8").partition(MARK)[0]
        PAGE.write_text(f"{head}{MARK}\n\n{text.rstrip()}\n", "utf-8")
    return int(any(table.broken for table in tables))


if __name__ == "__main__":
    sys.exit(main())
