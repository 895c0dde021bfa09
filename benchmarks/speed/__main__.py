"""What the harness costs beside the asking itself, beside floors and peers, in one run.

    python -m benchmarks.speed [--rounds 3] [--only PART] [--peers] [--write]

A server that takes the same time for every prompt is asked by each contestant in turn, each a process of its
own, round after round; figures are medians, and ratios are taken within a round. Prints two tables as
Markdown; ``--write`` puts them into docs/performance.md, which says what they mean.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speed.contestants import OURS, PEERS, Contestant
from benchmarks.speed.environments import Environments, InstallError
from benchmarks.speed.figures import Round, figures
from benchmarks.speed.machine import described
from benchmarks.speed.parts import PARTS, wanted
from benchmarks.speed.served import ROOT, standing
from benchmarks.speed.steps import CHAINS, Course, Run, Sizes, StepFailed
from benchmarks.speed.table import markdown, write

DOCUMENT = ROOT / "docs" / "performance.md"


class Bench:
    """One run of the bench."""

    def __init__(self, course: Course, parts: Sequence[str]) -> None:
        self._course = course
        self._parts = parts
        self.failed: dict[str, str] = {}
        """By name: why a contestant was given up."""

    def rounds(self, who: Sequence[Contestant], count: int) -> list[Round]:
        """So many rounds; who fails is left out of what follows."""
        who = [one for one in who if wanted(self._parts, one)]
        for one in who:
            tell(f"warming up: {one.name}")
            try:
                self._course.warm(one)
            except (StepFailed, InstallError) as error:
                self._give_up(one, error)
        return [self._round(who, number, count) for number in range(count)]

    def _round(self, who: Sequence[Contestant], number: int, count: int) -> Round:
        found: dict[tuple[str, str], Run] = {}
        # Chain by chain, so that what is compared runs close together; every second round the other way round.
        for chain in CHAINS:
            for one in who if number % 2 == 0 else reversed(who):
                steps = wanted(self._parts, one).intersection(step.name for step in chain.steps)
                if one.name in self.failed or not steps:
                    continue
                tell(f"round {number + 1} of {count}: {one.name}: {', '.join(sorted(steps))}")
                try:
                    runs = self._course.through(one, chain, steps, number)
                except (StepFailed, InstallError) as error:
                    self._give_up(one, error)
                    continue
                found |= {(one.name, step): run for step, run in runs.items()}
        return found

    def _give_up(self, who: Contestant, error: Exception) -> None:
        self.failed[who.name] = str(error)
        sys.stderr.write(f"{error}\n")


def tell(line: str) -> None:
    """Progress, for somebody who watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{line}\n")


def main() -> int:
    """Measure, print, and write if so told. 1 where a contestant failed, whatever the figures are."""
    given = _arguments()
    load = os.getloadavg()[0]
    parts = given.only or list(PARTS)
    sizes = Sizes(given.articles, given.many, given.milliseconds, given.at_once)
    peers = PEERS if given.peers else ()
    who = (*OURS, *peers)
    if given.contestant:
        who = tuple(one for one in who if any(word in one.name for word in given.contestant))
    with tempfile.TemporaryDirectory(prefix="speed-") as name, standing() as server:
        environments = Environments(given.venvs or Path(name) / "venvs", tell)
        bench = Bench(Course(Path(name) / "course", environments, server, sizes), parts)
        rounds = bench.rounds(who, given.rounds)
    shown = [one for one in figures(sizes, peers) if one.part in parts]
    head = (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {described()}; load average before the run "
        f"{load:.1f}; {sizes.articles} articles, rounds: {given.rounds}, medians."
    )
    text = markdown(head, sizes, [one for one in who if wanted(parts, one)], shown, rounds)
    sys.stdout.write(text)
    for failed in bench.failed:
        sys.stderr.write(f"failed and not measured: {failed}\n")
    if given.write:
        write(DOCUMENT, text)
    return 1 if bench.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--articles", type=_several, default=200, metavar="N")
    parser.add_argument(
        "--many", type=_several, default=2000, metavar="N", help="for the part growth"
    )
    parser.add_argument(
        "--milliseconds", type=float, default=100, metavar="N", help="each request takes"
    )
    parser.add_argument("--at-once", type=int, default=4, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="this part; several times for several"
    )
    parser.add_argument(
        "--contestant", action="append", metavar="WORD", help="only those with this in their name"
    )
    parser.add_argument(
        "--peers", action="store_true", help="install and measure other harnesses too"
    )
    parser.add_argument(
        "--venvs", type=Path, metavar="DIR", help="keep what is installed here for the next time"
    )
    parser.add_argument(
        "--write", action="store_true", help=f"put the tables into {DOCUMENT.relative_to(ROOT)}"
    )
    given = parser.parse_args()
    if given.write and (given.only or given.contestant):
        parser.error("--write is for the whole table: it cannot go with --only or --contestant")
    return given


def _several(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError("at least 2: the cost of one more is what is measured")
    return value


if __name__ == "__main__":
    sys.exit(main())
