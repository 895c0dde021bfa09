"""What a run tells of answers that it could not get, and how it is kept within bounds."""

from pathlib import Path

import pytest

from slm_harness.engines.proof import PROMPT
from tests.doubles import ollama_double
from tests.projects import WORKERS, Project, lines_with, rules

IGNORES_SCHEMA = [{"contains": PROMPT, "text": "ready"}, *rules()]
"""A server that lets the model say what it likes."""


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_one_dead_server_is_told_once(project: Project, tmp_path: Path, workers: list[str]) -> None:
    """JUnit has an error for every answer that it cost; the terminal has one, and counts the others."""
    with ollama_double(
        "--models", "phi3", "--scenario", "die:3", answers=rules(), folder=tmp_path
    ) as double:
        run = project.pytest("-m", "phi3", *workers, host=double.address)

    errors = [case for case in run.cases if case["outcome"] == "error"]
    assert run.code == 1
    assert len(errors) == 2 * 9 + 1
    assert len(lines_with(run.output, "ERROR at setup of test_answer")) == 1
    assert lines_with(run.output, "9 passed", "2 errors", "17 not measured")
    assert lines_with(
        run.output, "not measured: phi3: ServerUnreachable: 2 articles (harbour-dental, mill-lane)"
    )
    assert {case["failure"] for case in errors if "failure" in case} == {"ServerUnreachable"}


def test_a_sick_server_ends_the_run_with_one_reason(project: Project, tmp_path: Path) -> None:
    """Each failure has its name in the report, with the number of tries; the rest was given up."""
    with ollama_double(
        "--models", "phi3", "--scenario", "runner-500:2", answers=rules(), folder=tmp_path
    ) as double:
        run = project.pytest("-m", "phi3", "-o", "slm_pause=0", host=double.address)

    failures = {one["article"]: one for one in run.results["failures"]}
    assert run.verdicts() == {"not-measured": 27}
    assert {one["kind"] for one in failures.values()} == {"RunnerStopped"}
    assert {one["tries"] for one in failures.values()} == {3}
    assert lines_with(run.output, "not measured: phi3: RunnerStopped: 3 articles")


def test_a_busy_server_is_asked_again(project: Project, tmp_path: Path) -> None:
    """Two refusals cost two more tries and no answer."""
    with ollama_double(
        "--models", "phi3", "--scenario", "busy-503:2-3", answers=rules(), folder=tmp_path
    ) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.verdicts() == {"right": 27}
    assert sorted(reply["tries"] for reply in run.results["replies"]) == [1, 1, 3]


def test_a_schema_that_is_not_enforced_stops_the_run(project: Project, tmp_path: Path) -> None:
    """Nothing is asked of a model that may say what it likes; the line names the way on."""
    log = tmp_path / "log"
    with ollama_double(
        "--models", "phi3", answers=IGNORES_SCHEMA, folder=tmp_path, log=log
    ) as double:
        run = project.pytest("-m", "phi3", host=double.address)
        asked = double.prompts()

    assert run.code == 1
    assert asked == []
    assert run.verdicts() == {"not-measured": 27}
    assert lines_with(
        run.output, "does not hold its replies to the schema", "'ready'", "--unconstrained"
    )


def test_a_run_goes_on_without_a_schema_if_told_to(project: Project, tmp_path: Path) -> None:
    """No schema is sent, no test is made, the report says so, and the replies are stored apart."""
    log = tmp_path / "log"
    with ollama_double(
        "--models", "phi3", answers=IGNORES_SCHEMA, folder=tmp_path, log=log
    ) as double:
        run = project.pytest(
            "-m", "phi3", "--unconstrained", "--snapshot-update", host=double.address
        )
        sent = double.bodies("/api/generate")
        replayed = project.pytest("-m", "phi3", "--unconstrained", "--answers=replay")
        constrained = project.pytest("-m", "phi3", "--answers=replay")

    assert run.verdicts() == replayed.verdicts() == {"right": 27}
    assert not any("format" in body for body in sent)
    assert run.results["constrained"] is False
    assert lines_with(run.output, "--unconstrained: no model was held to the schema")
    assert constrained.code == 1
    assert lines_with(constrained.output, "schema changed")


def test_a_run_has_a_limit_in_time(project: Project, tmp_path: Path) -> None:
    """What has come is graded and kept, what has not is not measured, and the reason is the limit."""
    slow = [{**rule, "delay": 0.0 if number == 2 else 20.0} for number, rule in enumerate(rules())]
    with ollama_double("--models", "phi3", answers=slow, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", "--max-minutes", "0.02", host=double.address)

    assert run.code == 1
    assert run.verdicts() == {"right": 9, "not-measured": 18}
    assert lines_with(run.output, "not measured: phi3: TimeUp: 2 articles")


def test_several_articles_are_put_at_once(project: Project, tmp_path: Path) -> None:
    """--concurrency keeps as many requests open as the server has slots, and changes no answer."""
    log = tmp_path / "log"
    with ollama_double(
        "--models", "phi3", "--parallel", "3", "--delay", "0.3",
        answers=rules(), folder=tmp_path, log=log,
    ) as double:  # fmt: skip
        run = project.pytest("-m", "phi3", "--concurrency", "3", host=double.address)
        most = max(int(str(entry["in_flight"])) for entry in double.log())

    assert run.verdicts() == {"right": 27}
    assert most == 3


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--max-minutes", "0"], "no number of minutes above 0"),
        (["--max-minutes", "soon"], "--max-minutes"),
        (["--concurrency", "0"], "no number from 1 to 256"),
        (["-o", "slm_pause=long"], "slm_pause = 'long' is no number of seconds from 0 to 60"),
    ],
)
def test_a_limit_that_is_none_is_refused(project: Project, flags: list[str], said: str) -> None:
    """One line, exit 4, nothing asked."""
    run = project.pytest("-m", "baseline", *flags)

    assert run.code == 4
    assert said in run.output
    assert "Traceback" not in run.output
