"""What it takes to grade the accepted replies of whole models: memory and time per check, as articles get more.

    python -m benchmarks.scale [--articles 10000] [--models 3]

Generated articles (``benchmarks/speed/articles.py``) and replies of models that do not exist are accepted in
a temporary folder; ``slm-harness grade`` then runs in it as a process of its own, twice for each number of
articles: the first time every reply is graded, the second time every mark is remembered. A check is one
question about one article put to one model. Memory is the peak of the process as the system counts it, and
the time is that of the whole process, its start and the reports included; it depends on the machine, so the
ratios of the last column, most articles to fewest, are what to look at. The first reading of new pages
happens once in the life of an article and stands apart.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.articles import notice
from benchmarks.speed.project import evaluation as write_project
from slm_harness.breach import TASK
from slm_harness.cli.project import project_settings
from slm_harness.engines.ollama.options import sent_options
from slm_harness.evidence import write_evidence
from slm_harness.gate import render
from slm_harness.records import Identity, Reply, Request, Stored, Verdict
from slm_harness.session import Evaluation, load_specs
from slm_harness.store import key_of, key_parts, write_atomically

FEWER = 10
"""The smaller run has this part of the articles."""
_ENTRY = """\
  {name}:
    engine: ollama
    base: {name}
    origin: replies made by rule (no model)
    licence: MIT
"""


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    megabytes: float
    """Most memory that it had at once."""


def run(command: Sequence[str], folder: Path, log: Path) -> Cost:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed.
    """
    names = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**names, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text('utf-8')[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_maxrss * unit / 1e6)


def accept(models: int) -> None:
    """Accept replies of made-up models to all articles of the project in the working directory.

    Model ``m`` gives the day of discovery for the day of the breach in every article whose number ``m + 6``
    divides; all its other answers are right. The wording of the JSON differs from model to model.
    """
    settings = project_settings(Path("fixtures/articles"))
    specs = load_specs(settings)
    evaluation = Evaluation.load(settings, specs, {})
    right, wrong = Verdict.RIGHT, Verdict.WRONG
    bent = (tuple(wrong if question == "breach_date" else right for question in TASK.ids),)
    for number, (name, spec) in enumerate(list(specs.items())[-models:]):
        options = {**sent_options(spec), "num_ctx": 8192}
        identity = Identity("ollama", "0.33.0", name, f"{number:064x}", "{{ .Prompt }}", options)
        replies: list[tuple[Request, Stored]] = []
        verdicts = {}
        for place, article in enumerate(evaluation.articles):
            answers = dict(notice(place).answers)
            verdicts[article] = (tuple(right for _ in TASK.ids),)
            if place % (number + 6) == 0:
                answers["breach_date"], verdicts[article] = answers["discovery_date"], bent
            request = evaluation.request(name, article)
            parts = key_parts(identity, evaluation.recipe, request)
            reply = Reply(json.dumps(answers, indent=number), "stop", 1.5, 900, 120, 1.0)
            stored = Stored(key_of(parts), {}, reply, identity, "2026-11-24T09:30:00Z")
            replies.append((request, stored))
        write_evidence(settings.answers, name, identity, evaluation.recipe, replies)
        snapshot = evaluation.snapshot_of(name, identity, verdicts)
        write_atomically(settings.snapshots / f"{name}.txt", render(snapshot))
    evaluation.close()


def measure(folder: Path, articles: int, models: int) -> tuple[Cost, Cost, Cost]:
    """Reading new pages and accepting replies; grading; grading again."""
    write_project(folder, articles)
    entries = "".join(_ENTRY.format(name=f"made-up-{number}") for number in range(models))
    (folder / "evals" / "models.yaml").write_text(f"models:\n{entries}", "utf-8")
    log = folder / "output.txt"
    first = run([sys.executable, "-m", "benchmarks.scale", "--accept", str(models)], folder, log)
    command = [sys.executable, "-m", "slm_harness.cli", "grade"]
    return first, run(command, folder, log), run(command, folder, log)


def lines(found: dict[int, tuple[Cost, Cost, Cost]], models: int) -> list[str]:
    """The table."""
    few, many = min(found), max(found)
    heads = [f"{count:,} articles" for count in (few, many)]
    rows = [["", *heads, "ratio"]]
    checks = {count: count * len(TASK.ids) * models for count in found}
    rows.append(["checks", *(f"{checks[count]:,}" for count in (few, many)), ""])
    for place, name in enumerate(("first reading", "graded", "graded again")):
        small, large = found[few][place], found[many][place]
        rows.append([f"{name}: peak MB", f"{small.megabytes:.0f}", f"{large.megabytes:.0f}",
                     f"{large.megabytes / small.megabytes:.2f}"])  # fmt: skip
        each = [1e6 * found[count][place].seconds / checks[count] for count in (few, many)]
        rows.append(
            [f"{name}: µs per check", *(f"{one:.0f}" for one in each), f"{each[1] / each[0]:.2f}"]
        )
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    return [
        "   ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=10_000, help="in the larger run")
    parser.add_argument("--models", type=int, default=3)
    parser.add_argument("--accept", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.accept is not None:
        accept(arguments.accept)
        return
    found = {}
    for articles in (max(1, arguments.articles // FEWER), arguments.articles):
        with tempfile.TemporaryDirectory() as folder:
            found[articles] = measure(Path(folder), articles, arguments.models)
    sys.stdout.write("\n".join(lines(found, arguments.models)) + "\n")


if __name__ == "__main__":
    main()
