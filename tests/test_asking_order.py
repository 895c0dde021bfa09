"""Model by model, each article once, never more at once than was set: in whatever order tests are run."""

import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from slm_harness.engines.proof import PROMPT
from tests.doubles import Double, StandingDouble
from tests.processes import wait_for
from tests.projects import PAGES, Project, Run, rules
from tests.test_slow import more_articles, started

BOTH = ("-m", "phi3 or mistral")
WRONG = {"cause": "ransomware"}


def served(
    standing: StandingDouble, folder: Path, *flags: str, log: str = "log", wrong: bool = True
) -> Double:
    """A server that has two models and room for one of them; the first article gets a wrong answer."""
    return standing.serve(
        *("--models", "phi3,mistral", "--in-memory", "1", "--parallel", "4", *flags),
        log=folder / log,
        answers=rules(county_final=WRONG) if wrong else rules(),
        folder=folder,
    )


def asked(double: Double) -> list[tuple[str, str]]:
    """Model and prompt of every request about an article, in the order of the answers."""
    found = double.bodies("/api/generate")
    pairs = ((str(body["model"]), str(body["prompt"])) for body in found)
    return [(model, prompt) for model, prompt in pairs if prompt and prompt != PROMPT]


def loads(double: Double) -> int:
    """How often a model was put into memory."""
    return sum(bool(entry["loaded"]) for entry in double.log())


def at_once(double: Double) -> int:
    """The most requests that were under way together."""
    return max(int(str(entry["in_flight"])) for entry in double.log())


def check_each_once(double: Double, articles: int) -> None:
    """Two models, each loaded once and asked about each article once, one model after the other."""
    found = asked(double)

    assert loads(double) == 2
    assert len(found) == len(set(found)) == 2 * articles
    models = [model for model, _ in found]
    assert models == sorted(models, key=models.index)


@pytest.mark.parametrize(
    "workers", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)], ids=["alone", "workers"]
)
def test_two_models_in_one_slot_are_loaded_twice_in_any_order_of_tests(
    project: Project, standing_double: StandingDouble, tmp_path: Path, workers: list[str]
) -> None:
    """Shuffled by pytest-randomly, and with --lf after failures of both: two loads, everything once."""
    project.edit("pyproject.toml", '"-p", "no:randomly", ', "")
    shuffled = (*BOTH, "--randomly-seed=7", *workers)
    double = served(standing_double, tmp_path)
    first = project.pytest(*shuffled, host=double.address)
    double.rest()

    check_each_once(double, len(PAGES))
    assert first.verdicts() == {"right": 2 * (9 * len(PAGES) - 1), "wrong": 2}

    double = served(standing_double, tmp_path, log="log-2")
    again = project.pytest(*shuffled, "--lf", "--answers=fresh", "-k", "cause", host=double.address)
    double.rest()

    check_each_once(double, 1)
    assert again.verdicts() == {"wrong": 2}


TIMED = ("second", "asked_at", "time", "timestamp", "hostname", "built")


def lasting(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value without what was timed, and without the order of what has none."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not any(word in k for word in TIMED)}
        return {key: lasting(one) for key, one in kept.items()}
    if isinstance(value, list):
        return sorted((lasting(one) for one in value), key=json.dumps)
    return value


def left(project: Project, run: Run) -> dict[str, Any]:
    """All that a run left behind, without times and order: JUnit, results, snapshots, accepted replies."""
    answers = {
        name: [json.loads(line) for line in content.decode().splitlines()]
        for name, content in project.files("evals/answers").items()
    }
    for lines in answers.values():
        for line in lines:
            # Of all the line, times included.
            line.pop("digest", None)
    return {
        "code": run.code,
        "junit": lasting(list(run.cases)),
        "results": lasting(dict(run.results)),
        "answers": lasting(answers),
        "snapshots": project.files("evals/__snapshots__"),
    }


@pytest.mark.slow
def test_workers_change_nothing_but_times(
    project: Project, standing_double: StandingDouble, tmp_path: Path
) -> None:
    """Asked once each, no more at once than was set; JUnit, snapshots, replies and results.json are equal."""
    more_articles(project, 2)
    found = []
    for workers in ([], ["-n", "2"]):
        double = served(standing_double, tmp_path, "--delay", "0.05", log=f"log-{len(workers)}")
        accepting = (*BOTH, "--snapshot-update", "--concurrency", "3", *workers)
        run = project.pytest(*accepting, host=double.address)
        double.rest()
        check_each_once(double, 3 * len(PAGES))
        assert at_once(double) == 3
        found.append(left(project, run))
        for name in project.files(".slm-harness"):
            (project.path / ".slm-harness" / name).unlink()
        for folder in ("evals/answers", "evals/__snapshots__"):
            for name in project.files(folder):
                (project.path / folder / name).unlink()
    alone, with_workers = found

    assert alone["code"] == 0
    assert len(alone["snapshots"]) == 2
    assert with_workers == alone


@pytest.mark.slow
@pytest.mark.parametrize("how", [["-x"], ["--maxfail=1"], []], ids=["-x", "--maxfail", "Ctrl-C"])
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_a_run_that_stops_asks_nothing_more(
    project: Project,
    standing_double: StandingDouble,
    tmp_path: Path,
    how: list[str],
    workers: list[str],
) -> None:
    """What is open when it stops is all that the server still sees."""
    more_articles(project, 20)
    double = served(standing_double, tmp_path, "--delay", "0.5", wrong=bool(how))
    output = tmp_path / "output"
    arguments = ["--concurrency", "2", *how, *workers]
    process = started(project, double, *arguments, output=output)
    # Stopped by a failure it has at most half of what there was to ask, however slow this machine is;
    # stopped by a signal what had been answered, what was open, and as much again for a slow signal.
    most = 21 * len(PAGES) // 2
    if not how:
        wait_for(lambda: len(asked(double)) >= 3)
        process.send_signal(signal.SIGINT)
        most = len(asked(double)) + 4
    code = process.wait(timeout=60)
    double.rest()
    count = Counter(prompt for _, prompt in asked(double))

    assert code in ((1, 2) if how else (2,)), output.read_text(encoding="utf-8")
    assert set(count.values()) == {1}
    assert len(count) <= most
