"""What a contestant is put through: chains of steps, each a process of its own started from nothing.

The steps of a chain share a folder, so that what one has stored the next may recall.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed import project
from benchmarks.speed.contestants import Contestant
from benchmarks.speed.environments import Environments, clean
from benchmarks.speed.ledger import Counts
from benchmarks.speed.served import ROOT, Standing

_AT_MOST = 900.0
MIXED_MILLISECONDS = 5.0


@dataclass(frozen=True)
class Sizes:
    """How much is asked."""

    articles: int = 200
    many: int = 2000
    milliseconds: float = 100.0
    at_once: int = 4


@dataclass(frozen=True)
class Step:
    """One run of a contestant."""

    name: str
    paced: bool = False
    """Whether a request takes its time."""
    models: Sequence[str] = project.MODELS[:1]
    before: Callable[[Path, Standing], None] = lambda folder, server: None
    """What changes beforehand."""


@dataclass(frozen=True)
class Chain:
    """Steps in one folder with so many articles."""

    size: Callable[[Sizes], int]
    steps: Sequence[Step]


SINGLE = Chain(
    lambda sizes: 1,
    [
        Step("single"),
        Step("single again"),
        Step("single reworded", before=lambda folder, _: project.reword(folder)),
    ],
)
CHAINS = (
    Chain(
        lambda sizes: sizes.articles,
        [
            Step("paced", paced=True),
            Step("reworded", paced=True, before=lambda folder, _: project.reword(folder)),
        ],
    ),
    SINGLE,
    Chain(
        lambda sizes: sizes.articles,
        [
            Step("instant"),
            Step("again"),
            Step("changed", before=lambda folder, _: project.change_one(folder)),
            Step("recreated", before=lambda _, server: server.recreate()),
            Step("deleted", before=lambda _, server: server.reset(forget=True)),
        ],
    ),
    Chain(lambda sizes: sizes.articles, [Step("mixed", models=project.MODELS)]),
    Chain(lambda sizes: sizes.many, [Step("many"), Step("many again")]),
)


@dataclass(frozen=True)
class Run:
    """How one step went."""

    seconds: float
    """From the start of the process to its end."""
    counts: Counts
    first_ask: float | None
    """Seconds from the start of the process to when the server began with the first article."""


class StepFailed(Exception):
    """A contestant ended with an error; the end of what it printed is in the message."""


@dataclass(frozen=True)
class Course:
    """Where contestants run."""

    folder: Path
    environments: Environments
    server: Standing
    sizes: Sizes

    def through(
        self, who: Contestant, chain: Chain, wanted: Collection[str], seed: int
    ) -> Mapping[str, Run]:
        """Put a contestant through a chain, as far as a wanted step of it is.

        Raises:
            StepFailed: it ended with an error.
            InstallError: it cannot be installed.
        """
        names = [step.name for step in chain.steps]
        last = max(
            (names.index(name) for name in names if name in wanted and name in who.does), default=-1
        )
        if last < 0:
            return {}
        python = self.environments.python(who.needs)
        shutil.rmtree(self.folder, ignore_errors=True)
        count = chain.size(self.sizes)
        if who.is_harness:
            project.evaluation(self.folder, count)
        else:
            project.plain(self.folder, count, who.files)
        self.server.reset(forget=True, prepare=count)
        return {step.name: self._run(who, step, python, seed) for step in chain.steps[: last + 1]}

    def warm(self, who: Contestant) -> None:
        """Let a contestant run once with one article, so that its packages are compiled and in the disk's cache.

        Raises:
            StepFailed: it ended with an error.
            InstallError: it cannot be installed.
        """
        self.through(who, SINGLE, {"single"}, 0)

    def _run(self, who: Contestant, step: Step, python: Path, seed: int) -> Run:
        step.before(self.folder, self.server)
        mixed = len(step.models) > 1
        pause = self.sizes.milliseconds if step.paced else MIXED_MILLISECONDS if mixed else 0.0
        self.server.reset(milliseconds=pause, slots=self.sizes.at_once)
        words = {"markers": " or ".join(step.models), "at_once": str(self.sizes.at_once)}
        command = [str(python), *(part.format(**words) for part in who.command)]
        environment = {
            **clean(self.server.address),
            "BENCH_MODELS": ",".join(step.models),
            "BENCH_AT_ONCE": words["at_once"],
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        }
        path = [] if who.is_harness else [str(ROOT)]
        if mixed:
            command += who.shuffled
            environment["BENCH_SHUFFLE"] = str(seed)
            path.append(str(self.folder))
        if path:
            environment["PYTHONPATH"] = os.pathsep.join(path)
        output = self.folder / "output.txt"
        with output.open("wb") as out:
            begun = time.monotonic()
            try:
                done = subprocess.run(  # noqa: S603 - the contestants of this bench
                    command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                    stdout=out, stderr=subprocess.STDOUT, timeout=_AT_MOST, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired as error:
                raise StepFailed(f"{who.name}, {step.name}: no end after {_AT_MOST:g} s") from error
            seconds = time.monotonic() - begun
        said = output.read_text("utf-8", errors="replace")
        if done.returncode and not (who.gated and _only_gates_failed(said, step)):
            raise StepFailed(
                f"{who.name}, {step.name}: ended with {done.returncode}\n{said[-2000:]}"
            )
        counts = self.server.counts()
        first = None if counts.first_start is None else counts.first_start - begun
        return Run(seconds, counts, first)


def _only_gates_failed(said: str, step: Step) -> bool:
    """Whether pytest's last line tells of one failure for each model, and of no error."""
    last = said.strip().rpartition("\n")[2]
    failed = re.match(r"(\d+) failed, \d+ passed", last)
    return failed is not None and int(failed[1]) == len(step.models) and "error" not in last
