"""How often the graders agree with an editor, over the judged answers in ``tests/verdicts``.

    python -m benchmarks.agreement [FOLDER] [--misses]

Each ``NAME.yaml`` maps articles to ``published``, ``gist`` and ``answers`` (label values); each
``NAME.jsonl`` has one answer a line with the editor's verdict: ``article``, ``question``, ``answer``,
``right``, ``policy``, ``why``. A false pass is a wrong answer let through, a false fail a right one refused.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from slm_harness.breach import TASK
from slm_harness.grading import grade

out = sys.stdout.write
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "verdicts"


@dataclass(frozen=True)
class Row:
    """One answer as the set has it, with what its article says of it."""

    line: int
    question: str
    label: object
    published: date | None
    answer: object
    right: bool
    policy: int
    """The number of the point of the policy that decides."""
    why: str


@dataclass(frozen=True)
class Judged(Row):
    """The same with the grader's verdict."""

    set: str
    passed: bool
    reason: str


def rows(folder: Path, name: str) -> list[Row]:
    """The answers of one set."""
    articles: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    found = []
    for number, line in enumerate(
        (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(), 1
    ):
        row = json.loads(line)
        article = articles[row["article"]]
        label, question = article["answers"][row["question"]], row["question"]
        found.append(
            Row(number, question, label, article.get("published"), row["answer"], row["right"], row["policy"], row["why"])
        )  # fmt: skip
    return found


def judged(folder: Path, name: str) -> list[Judged]:
    """Grade every answer of one set."""
    found = []
    for row in rows(folder, name):
        got = grade(row.question, row.label, row.answer, published=row.published)
        found.append(Judged(**vars(row), set=name, passed=got.passed, reason=got.reason))
    return found


def speed(folder: Path, name: str) -> float:
    """Grades a second of processor time, with what depends on the labels known already."""
    everything = rows(folder, name)
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        for row in everything:
            grade(row.question, row.label, row.answer, published=row.published)
        best = max(best, len(everything) / (time.process_time() - started))
    return best


def sets(folder: Path) -> list[str]:
    """The names of the sets, sorted."""
    return sorted(path.stem for path in folder.glob("*.jsonl"))


def table(found: Sequence[Judged]) -> Iterable[str]:
    """Markdown: a line a question."""
    yield "| question | answers | agreed | share | false passes | false fails |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for question in (*TASK.ids, ""):
        mine = [one for one in found if question in ("", one.question)]
        agreed = sum(one.right == one.passed for one in mine)
        passes = sum(one.passed and not one.right for one in mine)
        share = f"{agreed / len(mine):.3f}" if mine else "-"
        name = question or "all"
        yield f"| {name} | {len(mine)} | {agreed} | {share} | {passes} | {len(mine) - agreed - passes} |"


def main() -> int:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--misses", action="store_true", help="each answer on which they differ")
    arguments = parser.parse_args()
    for name in sets(arguments.folder):
        found = judged(arguments.folder, name)
        each = speed(arguments.folder, name)
        out(f"{name}: {len(found)} answers, {each:,.0f} grades a second\n\n")
        out("\n".join(table(found)) + "\n\n")
        for one in found if arguments.misses else ():
            if one.right != one.passed:
                what = "false pass" if one.passed else "false fail"
                out(f"{what}: {one.set}:{one.line} {one.question}: {json.dumps(one.answer, ensure_ascii=False)}\n")  # fmt: skip
                out(f"    editor: {one.why}\n    grader: {one.reason}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
