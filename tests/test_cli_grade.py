"""``slm-harness grade``: what ``pytest --answers=replay`` finds, without pytest and without holding a case."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from slm_harness.cli import main
from slm_harness.records import Outcome, Verdict
from slm_harness.report.junit import JUnit
from tests.doubles import StandingDouble
from tests.projects import ROOT, Project, junit_cases, rules
from tests.pytest_server import PytestServer

SCHEMA = Path(__file__).parent / "schemas" / "jenkins-junit.xsd"


@pytest.fixture(scope="module")
def accepted_once(
    tmp_path_factory: pytest.TempPathFactory, server: PytestServer, standing_double: StandingDouble
) -> Project:
    """A project with accepted replies of phi3, two answers wrong, and nobody to ask."""
    folder = tmp_path_factory.mktemp("accepted")
    (folder / "project").mkdir()
    project = Project.make(folder / "project", server)
    answers = rules(
        harbour_dental={"breach_date": "05-Jun-2025"}, mill_lane={"cause": 'a "phishing" <email>\n'}
    )
    double = standing_double.serve("--models", "phi3", answers=answers, folder=folder)
    project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
    return project


@pytest.fixture
def accepted(accepted_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of it for one test."""
    project = accepted_once.copied(tmp_path / "project")
    monkeypatch.chdir(project.path)
    return project


def _results(project: Project) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        (project.path / "reports" / "results.json").read_text("utf-8")
    )
    return found


def _endings(project: Project) -> list[tuple[object, ...]]:
    """Every case of the JUnit file: names, properties, and how it ended, in which words."""
    found = []
    for case in etree.parse(project.path / "reports" / "junit.xml").iter("testcase"):
        facts = [(one.get("name"), one.get("value")) for one in case.iter("property")]
        ends = [
            (one.tag, one.get("type"), one.get("message"))
            for one in case
            if one.tag != "properties"
        ]
        found.append((case.get("classname"), case.get("name"), facts, ends))
    return sorted(found, key=repr)


def _bend(project: Project) -> None:
    project.edit(
        "fixtures/articles/mill-lane.yaml",
        "discovery_date: {earliest: 2025-02-16, latest: 2025-02-16}",
        "discovery_date: {earliest: 2025-02-17, latest: 2025-02-17}",
    )


@pytest.mark.parametrize("bent", [False, True])
def test_it_is_what_a_replay_by_pytest_finds(
    accepted: Project, capsys: pytest.CaptureFixture[str], bent: bool
) -> None:
    """results.json is the same to the last field, JUnit case by case, the table and the status as well."""
    if bent:
        _bend(accepted)
    run = accepted.pytest("-m", "phi3", "--answers=replay")
    cases = _endings(accepted)

    assert main(["grade", "phi3"]) == run.code == int(bent)
    assert _results(accepted) == run.results
    assert _endings(accepted) == cases
    table = [
        line for line in run.output.splitlines() if line.startswith(("all questions", "cause "))
    ]
    out = capsys.readouterr().out
    assert table
    assert all(line in out for line in table)


def test_every_accepted_model_in_the_order_of_the_file(
    accepted: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a name all that have accepted replies are graded, and no others."""
    assert main(["grade"]) == 0
    assert _results(accepted)["models"].keys() == {"phi3"}
    assert capsys.readouterr().out.startswith("phi3 is not worse than its snapshot: 0 answers fell")


def test_a_bent_label_is_red_and_named(
    accepted: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The gate says which label changed and compares the model; the answer that is wrong by it is told."""
    _bend(accepted)

    assert main(["grade", "phi3"]) == 1
    out = capsys.readouterr().out
    assert "graded again on both sides: the label of mill-lane discovery_date" in out
    assert "phi3: wrong without its snapshot knowing it: 1" in out
    assert "phi3 on mill-lane, discovery_date: wrong: expected '17-Feb-2025'" in out


def test_a_changed_prompt_is_red_and_named(
    accepted: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody was asked those words: nothing is measured, once, in the words and rows of pytest."""
    prompt = (accepted.path / "evals/prompts/breach.yaml").read_text("utf-8")
    changed = prompt.replace("article", "report", 1)
    (accepted.path / "evals/prompts/breach.yaml").write_text(changed, "utf-8")
    run = accepted.pytest("-m", "phi3", "--answers=replay")

    assert main(["grade", "phi3"]) == run.code == 1
    assert _results(accepted) == run.results
    assert "nobody has asked phi3 this prompt: the recipe changed" in capsys.readouterr().out


def test_one_article_without_a_reply_leaves_no_rates(
    accepted: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed page is asked of nobody: its answers are not measured, and there is no gate."""
    accepted.edit("fixtures/articles/county-final.html", "Two hours and", "Three hours and")
    run = accepted.pytest("-m", "phi3", "--answers=replay")

    assert main(["grade", "phi3"]) == run.code == 1
    assert _results(accepted) == run.results
    out = capsys.readouterr().out
    assert "no pass rates of phi3: county-final was not measured: nobody has asked phi3" in out
    assert {one["verdict"] for one in junit_cases(accepted.path / "reports" / "junit.xml")
            if one.get("article") == "county-final"} == {"not-measured"}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["mistral"], "mistral has no accepted replies in evals/answers"),
        (["nobody"], "no model is called nobody"),
        (["--articles", "nowhere"], "nowhere/answers: no model has accepted replies yet"),
    ],
)
def test_nothing_accepted(
    accepted: Project, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """Where there is nothing to grade it says so, with status 2."""
    assert main(["grade", *arguments]) == 2
    assert why in capsys.readouterr().err


def test_the_file_is_what_jenkins_reads(accepted: Project) -> None:
    """Valid by the schema, also where something fell."""
    _bend(accepted)
    assert main(["grade", "phi3"]) == 1

    document = etree.parse(accepted.path / "reports" / "junit.xml")
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    suite = document.find("testsuite")
    assert suite is not None
    assert [suite.get(name) for name in ("tests", "errors", "failures", "skipped")] == [
        "28", "0", "1", "2"
    ]  # fmt: skip


def test_no_answer_breaks_the_file(tmp_path: Path) -> None:
    """Control characters, brackets, quotes and line ends of an answer are text of a valid file."""
    nasty = "\x00\x1b[2J]]></testcase>\"'&\n\t\ud800\uffff é"
    with closing(JUnit(tmp_path)) as junit:
        for verdict in Verdict:
            junit.answer(
                Outcome("m", "a", "q", verdict, nasty, nasty, nasty, contradicts=nasty), known=False
            )
        junit.gate("m", failure=nasty)
        text = "".join(junit.pieces())

    document = etree.ElementTree(etree.fromstring(text.encode()))
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    assert document.findall(".//property[@name='contradicts']")[0].get("value") == (
        "#x00#x1B[2J]]></testcase>\"'&\n\t#xD800#xFFFF é"
    )


def test_the_committed_baseline_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository's own accepted replies of the baseline pass their gate, and nothing else is written."""
    monkeypatch.chdir(ROOT)

    assert main(["grade", "--store", str(tmp_path / "s"), "--reports", str(tmp_path / "r")]) == 0
    assert {path.name for path in (tmp_path / "r").iterdir()} == {"results.json", "junit.xml"}
