"""``--repeats``: several samples of each answer, each stored for itself, folded into one case."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import RIGHT, WORKERS, Project, Run, lines_with, rules

CAUSE = "test_answer[phi3-harbour-dental-cause]"


def drawn(article: str, *changes: Mapping[str, object]) -> list[dict[str, object]]:
    """Rules by which the reply to one article is another for each seed: right, but for these changes in turn."""
    replies = [{**RIGHT[article], **change} for change in changes]
    others = rules()
    for rule, name in zip(others, RIGHT, strict=True):
        if name == article:
            rule["drawn"] = replies
    return others


FLAKY = drawn("harbour-dental", {}, {"cause": "ransomware"}, {}, {"cause": "ransomware"}, {})


def one(run: Run, name: str) -> Mapping[str, str]:
    """The case of that name."""
    return next(case for case in run.cases if case["name"] == name)


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_samples_are_asked_once_each_and_folded(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """Three samples an article by the seeds 0 to 2; two more later ask for those two; a flaky answer is XFAIL."""
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", log=log, answers=FLAKY, folder=tmp_path) as double:
        three = project.pytest("-m", "phi3", "--repeats", "3", *workers, host=double.address)
        five = project.pytest("-m", "phi3", "--repeats", "5", *workers, host=double.address)
        once = project.pytest("-m", "phi3", *workers, host=double.address)
        options = [b["options"] for b in double.bodies("/api/generate") if b["prompt"]]
        asked = double.prompts()
        loads = sum(bool(entry["loaded"]) for entry in double.log())

    of_samples = [o for o in options if o["temperature"] == 0.7 and o["num_predict"] == 1024]
    assert [o["seed"] for o in of_samples] == [0, 1, 2] * 3 + [3, 4] * 3
    assert {(o["top_k"], o["top_p"], o["min_p"]) for o in of_samples} == {(40, 0.9, 0.0)}
    assert len(asked) == 18
    assert loads == 1
    assert three.verdicts() == five.verdicts() == {"right": 26, "flaky": 1}
    assert once.verdicts() == {"right": 27}
    assert one(three, CAUSE)["samples"] == "2/3"
    assert one(five, CAUSE)["samples"] == "3/5"
    assert one(five, CAUSE)["outcome"] == "skipped"
    assert "samples" not in one(once, CAUSE)
    cases = {(c["article"], c["question"]): c for c in five.results["cases"]}
    assert cases["harbour-dental", "cause"]["samples"] == [
        "right",
        "wrong",
        "right",
        "wrong",
        "right",
    ]
    assert cases["harbour-dental", "cause"]["got"] == "ransomware"
    assert [r["sample"] for r in five.results["replies"]] == [0, 1, 2, 3, 4] * 3
