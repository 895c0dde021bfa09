"""A small project of a user, made anew for one test, and pytest run in it as that user would.

The articles and replies in here are test data written for these tests.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.pytest_server import PytestServer

ROOT = Path(__file__).resolve().parent.parent

HARBOUR = """\
<html><head><title>Harbour Dental</title></head><body><article>
<h1>Harbour Dental says 4,120 patients' files were copied</h1>
<p>Harbour Dental, a chain of seven surgeries, said on Friday that 4,120 patients' files were copied
on 3 June 2025 by someone who had guessed an administrator's password.</p>
<p>The intrusion was discovered on 5 June 2025 by the chain's own technicians, who noticed a log-in
in the middle of the night. No other company was involved, a spokesman said.</p>
</article></body></html>
"""
MILL = """\
<html><head><title>Mill Lane Credit Union</title></head><body><article>
<h1>Mill Lane Credit Union still counting after intrusion at its mailing house</h1>
<p>Mill Lane Credit Union has told its members that names and addresses were taken from Postwright,
the firm that prints its letters, on 14 February 2025.</p>
<p>Postwright raised the alarm two days later, on 16 February 2025. How many people are concerned is
not known yet, and neither is how the intruders got in, the credit union said.</p>
</article></body></html>
"""
FINAL = """\
<html><head><title>Tie-break decides the county final</title></head><body><article>
<h1>Tie-break decides the county final</h1>
<p>Two hours and forty minutes into the county final, with rain on its way, Ines Okafor served out a
tie-break that neither player deserved to lose, and took the title by three sets to two.</p>
<p>Her opponent had saved four match points in the fourth set and led by a break in the fifth before
her first serve deserted her in front of nine hundred spectators.</p>
</article></body></html>
"""
_BREACH_LABEL = """\
id: {id}
kind: breach
answers:
  data_breach: "Yes"
  breached_entity:
    names: [{{name: {entity}}}]
  records_breached: {records}
  breach_date: {{earliest: {breached}, latest: {breached}}}
  discovery_date: {{earliest: {discovered}, latest: {discovered}}}
  cause_known: "{cause_known}"
  cause: {cause}
  third_parties_involved: "{third}"
  third_parties: {parties}
"""
LABELS = {
    "harbour-dental": _BREACH_LABEL.format(
        id="harbour-dental",
        entity="Harbour Dental",
        records="{value: 4120, unit: patients}",
        breached="2025-06-03",
        discovered="2025-06-05",
        cause_known="Yes",
        cause="{statement: A password was guessed., key_facts: [[guessed password, password guessed]]}",
        third="No",
        parties="none",
    ),
    "mill-lane": _BREACH_LABEL.format(
        id="mill-lane",
        entity="Mill Lane Credit Union",
        records="unknown",
        breached="2025-02-14",
        discovered="2025-02-16",
        cause_known="No",
        cause="unknown",
        third="Yes",
        parties="{names: [{name: Postwright}]}",
    ),
    "county-final": """\
id: county-final
kind: not-a-breach
answers:
  data_breach: "No"
  breached_entity: none
  records_breached: none
  breach_date: none
  discovery_date: none
  cause_known: none
  cause: none
  third_parties_involved: none
  third_parties: none
""",
}
PAGES = {"harbour-dental": HARBOUR, "mill-lane": MILL, "county-final": FINAL}
RIGHT: Mapping[str, Mapping[str, object]] = {
    "harbour-dental": {
        "data_breach": "Yes",
        "breached_entity": "Harbour Dental",
        "records_breached": "4,120",
        "breach_date": "03-Jun-2025",
        "discovery_date": "05-Jun-2025",
        "cause_known": "Yes",
        "cause": "guessed password",
        "third_parties_involved": "No",
        "third_parties": [],
    },
    "mill-lane": {
        "data_breach": "Yes",
        "breached_entity": "Mill Lane Credit Union",
        "records_breached": "Unknown",
        "breach_date": "14-Feb-2025",
        "discovery_date": "16-Feb-2025",
        "cause_known": "No",
        "cause": "Unknown",
        "third_parties_involved": "Yes",
        "third_parties": ["Postwright"],
    },
    "county-final": {
        "data_breach": "No",
        "breached_entity": "Unknown",
        "records_breached": "Unknown",
        "breach_date": "Unknown",
        "discovery_date": "Unknown",
        "cause_known": "No",
        "cause": "Unknown",
        "third_parties_involved": "No",
        "third_parties": [],
    },
}
"""A reply to each article that is right in all nine answers."""
_MARKS = {
    "harbour-dental": "Harbour Dental",
    "mill-lane": "Postwright",
    "county-final": "tie-break",
}


def rules(**changes: Mapping[str, object]) -> list[dict[str, object]]:
    """Reply rules for the double: right answers, but for ``article_id={question: answer}``."""
    return [
        {
            "contains": _MARKS[article],
            "reply": {**reply, **changes.get(article.replace("-", "_"), {})},
        }
        for article, reply in RIGHT.items()
    ]


WORKERS = pytest.param(["-n", "2"], id="workers", marks=pytest.mark.slow)
"""Two workers: two processes that import everything anew."""


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended, and what it left."""

    code: int
    output: str
    cases: Sequence[Mapping[str, str]]
    """The properties of every case in reports/junit.xml, ``name`` and ``outcome`` besides."""
    results: Mapping[str, Any]
    """What reports/results.json holds; empty where it was not written."""

    def verdicts(self) -> dict[str, int]:
        """How often each verdict stands in reports/junit.xml."""
        verdicts = [case["verdict"] for case in self.cases if "verdict" in case]
        return {verdict: verdicts.count(verdict) for verdict in set(verdicts)}


def junit_cases(path: Path) -> list[dict[str, str]]:
    """The cases of a JUnit file; none where there is no file."""
    if not path.is_file():
        return []
    found = []
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - our own file
        outcome = next(
            (kind for kind in ("error", "failure", "skipped") if case.find(kind) is not None),
            "passed",
        )
        properties = {p.attrib["name"]: p.attrib["value"] for p in case.iter("property")}
        found.append({"name": case.attrib["name"], "outcome": outcome, **properties})
    return found


@dataclass(frozen=True)
class Project:
    """A project with three articles, the repository's own models, prompt and tests."""

    path: Path
    server: PytestServer
    output: str = "output.txt"
    """File for what a run prints."""

    @classmethod
    def make(cls, path: Path, server: PytestServer) -> "Project":
        """Make one in an empty folder."""
        for name in ("conftest.py", "pyproject.toml"):
            shutil.copy(ROOT / name, path / name)
        (path / "evals" / "prompts").mkdir(parents=True)
        for name in ("test_breach.py", "models.yaml", "prompts/breach.yaml"):
            shutil.copy(ROOT / "evals" / name, path / "evals" / name)
        articles = path / "fixtures" / "articles"
        articles.mkdir(parents=True)
        for article, page in PAGES.items():
            (articles / f"{article}.html").write_text(page, encoding="utf-8")
            (articles / f"{article}.yaml").write_text(LABELS[article], encoding="utf-8")
        return cls(path, server)

    def copied(self, folder: Path) -> "Project":
        """The same in a new folder, with all that was run in it so far: a copy costs no run."""
        shutil.copytree(self.path, folder)
        return replace(self, path=folder)

    def pytest(self, *arguments: str, host: str = "127.0.0.1:9") -> Run:
        """Run pytest in it. Without a ``host`` nobody answers where Ollama would be."""
        reports = self.path / "reports"
        for name in ("junit.xml", "results.json"):
            if reports.is_dir():
                (reports / name).unlink(missing_ok=True)
        output = self.path / self.output
        code = self.server.run(arguments, self.path, environment(host), output)
        results = reports / "results.json"
        return Run(
            code,
            output.read_text(encoding="utf-8", errors="replace"),
            junit_cases(reports / "junit.xml"),
            json.loads(results.read_text(encoding="utf-8")) if results.is_file() else {},
        )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one place where ``old`` stands."""
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise AssertionError(f"{old!r} stands {text.count(old)} times in {file}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder, with its content."""
        top = self.path / folder
        return {
            str(path.relative_to(top)): path.read_bytes()
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }


def environment(host: str, pause: float = 0.01) -> dict[str, str]:
    """This process's environment without what pytest and xdist put there; ``pause`` before a second try."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "OLLAMA_", "COV_", "PYTHONDONTWRITE"))
    }
    # The plugin of hypothesis is for the tests themselves and takes a second to load.
    options = f"-p no:hypothesispytest -o slm_pause={pause}"
    return {**kept, "OLLAMA_HOST": host, "PYTEST_ADDOPTS": options}


def lines_with(output: str, *words: str) -> Sequence[str]:
    """The lines of an output that have all of the words."""
    return [line for line in output.splitlines() if all(word in line for word in words)]
