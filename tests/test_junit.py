"""What a run leaves: a JUnit file that Jenkins reads, results.json, and one table, all of one mind."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.doubles import ollama_double
from tests.projects import WORKERS, Project, Run, rules

SCHEMA = Path(__file__).parent / "schemas" / "jenkins-junit.xsd"
PROPERTIES = {
    "model", "question", "article", "verdict", "expected", "got", "seconds"
}  # fmt: skip


def in_table(run: Run, row: str) -> int:
    """The number in the first column of a row of the closing table; 0 without that row."""
    for line in run.output.splitlines():
        if line.startswith(row + "  "):
            return int(line.removeprefix(row).split()[0])
    return 0


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_the_file_is_what_jenkins_reads_and_the_table_counts_the_same(
    project: Project, workers: list[str]
) -> None:
    """Valid by the schema with its one extension; counted by verdict it is the table."""
    run = project.pytest("-m", "baseline", "--junitxml=x.xml", *workers)

    document = etree.parse(project.path / "x.xml")
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    assert sum(run.verdicts().values()) == 27
    for verdict, count in run.verdicts().items():
        assert in_table(run, verdict) == count
    assert (project.path / "x.xml").read_bytes() == (
        project.path / "reports" / "junit.xml"
    ).read_bytes()


def test_every_case_has_its_properties(project: Project) -> None:
    """Model, question, article, verdict, both sides and seconds stand on each case, and nothing empty."""
    run = project.pytest("-m", "baseline")

    answers = [case for case in run.cases if case["name"].startswith("test_answer")]
    assert len(answers) == 27
    assert all(case.keys() >= PROPERTIES for case in answers)
    # The baseline counts no tokens.
    assert all(all(case.values()) and "tokens" not in case for case in answers)


def test_the_schema_refuses_what_jenkins_would(project: Project) -> None:
    """The schema is not one that lets everything through."""
    project.pytest("-m", "baseline")
    document = etree.parse(project.path / "reports" / "junit.xml")
    case = document.find(".//testcase")
    assert case is not None
    etree.SubElement(case, "verdict")

    assert not etree.XMLSchema(etree.parse(SCHEMA)).validate(document)


def test_results_hold_every_case_and_every_raw_reply(project: Project, tmp_path: Path) -> None:
    """results.json tells the same verdicts as JUnit, and each reply word for word."""
    answers = rules(mill_lane={"cause": "phishing"})
    with ollama_double("--models", "phi3", answers=answers, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)
    results = run.results

    assert results["format"] == "slm-harness results 1"
    assert {c["article"]: json.loads(c["text"]) for c in results["replies"]} == {
        "harbour-dental": answers[0]["reply"],
        "mill-lane": answers[1]["reply"],
        "county-final": answers[2]["reply"],
    }
    verdicts = [case["verdict"] for case in results["cases"]]
    assert (
        {v: verdicts.count(v) for v in set(verdicts)} == run.verdicts() == {"right": 26, "wrong": 1}
    )
    assert results["models"]["phi3"]["total"]["right"] == 26
    identity = results["models"]["phi3"]["identity"]
    assert (identity["base"], identity["machine"]["context"]) == ("phi3", 8192)
    assert results["models"]["phi3"]["asked"] == 3
    assert results["commonest_answers"]["third_parties"]["scored"] == 3


def test_failures_are_in_the_results_too(project: Project) -> None:
    """What was not measured stands there with its kind, and is in no rate."""
    results = project.pytest("-m", "phi3").results

    assert results["replies"] == []
    assert "no Ollama server answers" in results["failures"][0]["message"]
    assert results["models"]["phi3"]["total"] == {
        "right": 0, "wrong": 0, "unusable": 0, "not-measured": 1, "contested": 0, "flaky": 0,
        "better": 0, "worse": 0, "repeats": None,
    }  # fmt: skip
