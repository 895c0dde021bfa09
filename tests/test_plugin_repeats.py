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


def given(body: Mapping[str, object]) -> Mapping[str, object]:
    """The options of a request."""
    found = body["options"]
    assert isinstance(found, Mapping)
    return found


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
        options = [given(body) for body in double.bodies("/api/generate") if body["prompt"]]
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


def test_a_flaky_answer_is_no_news_and_can_be_made_to_fail(
    project: Project, tmp_path: Path
) -> None:
    """XFAIL with how often it is right; red with --all-wrong-fail; the run is accepted, replayed and graded."""
    flags = ("-m", "phi3", "--repeats", "5")
    with ollama_double("--models", "phi3", answers=FLAKY, folder=tmp_path) as double:
        accepted = project.pytest(*flags, "-rx", "--snapshot-update", host=double.address)
        strict = project.pytest(*flags, "--all-wrong-fail", host=double.address)
        once = project.pytest("-m", "phi3", host=double.address)
    again = project.pytest("-m", "phi3", "--answers=replay")
    deeper = project.pytest("-m", "phi3", "--answers=replay", "--repeats", "7")

    assert accepted.code == 0, accepted.output
    why = "flaky: right in 3 of 5 samples: phi3 on harbour-dental, cause: expected "
    assert lines_with(accepted.output, why, "got 'ransomware'")
    assert lines_with(accepted.output, "phi3: 1 flaky answer: harbour-dental cause 3/5")
    assert lines_with(accepted.output, "cause", "13/15", "66.7", "1/3")
    assert one(strict, CAUSE)["outcome"] == "failure"
    assert lines_with(once.output, "its snapshot has 5 samples", "by pytest -m phi3 --repeats=5")
    assert again.code == 0, again.output
    assert one(again, CAUSE)["samples"] == "3/5"
    assert deeper.code == 1
    assert lines_with(deeper.output, "sample 5 was never asked", "--repeats=7 --snapshot-update")


def test_a_server_can_be_measured_by_one_request_put_several_times(
    project: Project, tmp_path: Path
) -> None:
    """Temperature 0 and one seed; the first is the ordinary answer, which is not asked again."""
    log = tmp_path / "log"
    wavering = rules()
    wavering[0]["scenario"] = "empty-response:3"
    with ollama_double("--models", "phi3", log=log, answers=wavering, folder=tmp_path) as double:
        once = project.pytest("-m", "phi3", host=double.address)
        run = project.pytest(
            "-m", "phi3 or baseline", "--repeats=3", "--measure-server", host=double.address
        )
        options = [given(body) for body in double.bodies("/api/generate") if body["prompt"]]

    assert once.verdicts() == {"right": 27}
    asked = [one for one in options if one["num_predict"] == 1024]
    assert len(asked) == 9
    assert {(one["temperature"], one["seed"], one["top_k"]) for one in asked} == {(0.0, 0, 1)}
    verdicts = [case.get("verdict") for case in run.cases if case.get("model") == "phi3"]
    assert verdicts.count("flaky") == 9
    assert one(run, CAUSE)["samples"] == "2/3"
    assert lines_with(run.output, "--measure-server", "what wavers is the server")
    assert run.results["models"]["baseline"]["samples"] == 1


def test_a_server_that_dies_among_samples_costs_their_article(
    project: Project, tmp_path: Path
) -> None:
    """No rate of fewer samples; what had come is stored, and the next run asks the rest only."""
    log = tmp_path / "log"
    flags = ("-m", "phi3", "--repeats", "3")
    # Of six requests the first tests the schema, the last kills: one article and a third of another came.
    with ollama_double(
        "--models", "phi3", "--scenario", "die:6", answers=rules(), folder=tmp_path
    ) as double:
        dying = project.pytest(*flags, host=double.address)
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path, log=log) as double:
        healthy = project.pytest(*flags, host=double.address)
        asked = double.prompts()

    assert dying.code == 1
    assert dying.verdicts() == {"right": 9, "not-measured": 18}
    assert "Traceback" not in dying.output
    assert healthy.verdicts() == {"right": 27}
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("flags", "entry", "message"),
    [
        (["--repeats", "1"], "", "'1' is no number from 2 to 100"),
        (["--measure-server"], "", "--measure-server needs --repeats N"),
        (
            ["--repeats", "3"],
            "options: {temperature: 0}",
            "phi3: options: temperature: 0 makes all",
        ),
        (
            ["--repeats", "3", "--measure-server"],
            "options: {temperature: 0.5}",
            "phi3: options: temperature: 0.5, and --measure-server is for temperature 0",
        ),
    ],
)
def test_samples_that_would_tell_nothing_are_refused_before_anything_is_asked(
    project: Project, flags: list[str], entry: str, message: str
) -> None:
    """One line, exit 4."""
    if entry:
        project.edit("evals/models.yaml", "    base: phi3\n", f"    base: phi3\n    {entry}\n")

    run = project.pytest("-m", "phi3", *flags)

    assert run.code == 4
    assert lines_with(run.output, message)
    assert "Traceback" not in run.output
