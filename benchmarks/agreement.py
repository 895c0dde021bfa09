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
class Judged:
    """One answer with the editor's verdict and the grader's."""

    set: str
    line: int
    question: str
    answer: object
    right: bool
    why: str
    passed: bool
    reason: str


def judged(folder: Path, name: str) -> list[Judged]:
    """Grade every answer of one set."""
    articles: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    found = []
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        article = articles[row["article"]]
        published: date | None = article.get("published")
        label = article["answers"][row["question"]]
        got = grade(row["question"], label, row["answer"], published=published)
        found.append(Judged(name, number, row["question"], row["answer"], row["right"], row["why"], got.passed, got.reason))  # fmt: skip
    return found


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
        started = time.perf_counter()
        found = judged(arguments.folder, name)
        seconds = time.perf_counter() - started
        out(f"{name}: {len(found)} answers, {len(found) / seconds:,.0f} grades a second\n\n")
        out("\n".join(table(found)) + "\n\n")
        for one in found if arguments.misses else ():
            if one.right != one.passed:
                what = "false pass" if one.passed else "false fail"
                out(f"{what}: {one.set}:{one.line} {one.question}: {json.dumps(one.answer, ensure_ascii=False)}\n")  # fmt: skip
                out(f"    editor: {one.why}\n    grader: {one.reason}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
