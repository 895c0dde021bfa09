"""Servers that are not there, die, or are not needed: ERROR for what was not measured, no snapshot lost."""

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import ROOT, WORKERS, Project, lines_with, rules
from tests.pytest_server import started_server


def test_a_named_model_without_a_server_is_red_with_one_line(project: Project) -> None:
    """One ERROR says what to do; JUnit is written; the exit is 1."""
    run = project.pytest("-m", "phi3")

    assert run.code == 1
    assert [case["outcome"] for case in run.cases] == ["error"]
    assert run.verdicts() == {"not-measured": 1}
    assert lines_with(run.output, "no Ollama server answers at http://127.0.0.1:9", "ollama serve")
    assert lines_with(run.output, "not measured: phi3: ServerUnreachable: 1 article")
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["-m", "phi3", "-n", "2"], marks=pytest.mark.slow),
        ["-k", "phi3"],
        ["-k", "phi3 and mill"],
        ["evals/test_breach.py::test_answer[phi3-mill-lane-cause]"],
        ["evals/test_breach.py::test_pass_rates[phi3]"],
        ["--model", "mine=ollama:some/model:1b"],
        ["--require-models"],
    ],
)
def test_however_a_model_is_named_its_absence_is_red(
    project: Project, arguments: list[str]
) -> None:
    """Marker, keyword, node id and flag all name a model; none of them is green without it."""
    run = project.pytest(*arguments)

    assert run.code == 1
    assert "no Ollama server answers" in run.output
    assert "error" in {case["outcome"] for case in run.cases}


def test_plain_pytest_evaluates_the_baseline_and_names_the_others(project: Project) -> None:
    """What nobody named and cannot be evaluated is told in a line each, and is no failure."""
    project.pytest("-m", "baseline", "--snapshot-update")

    run = project.pytest()

    assert run.code == 0, run.output
    assert {case["model"] for case in run.cases} == {"baseline"}
    for model in ("phi3", "llama3.2", "mistral"):
        assert lines_with(run.output, f"not evaluated: {model}: ")


def test_plain_pytest_takes_a_model_that_is_there_and_accepted(
    project: Project, tmp_path: Path
) -> None:
    """A reachable, pulled model with a snapshot is evaluated without being named."""
    with ollama_double("--models", "phi3,mistral", answers=rules(), folder=tmp_path) as double:
        project.pytest("-m", "phi3 or baseline", "--snapshot-update", host=double.address)
        run = project.pytest(host=double.address)

    assert run.code == 0, run.output
    assert {case["model"] for case in run.cases} == {"baseline", "phi3"}
    assert lines_with(run.output, "not evaluated: mistral: no accepted snapshot")


def accepted(project: Project, tmp_path: Path) -> dict[str, bytes]:
    """Accept phi3 with one wrong answer; the files that must not change."""
    wrong = rules(harbour_dental={"cause": "ransomware"})
    with ollama_double("--models", "phi3", answers=wrong, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
    assert run.code == 0, run.output
    return {**project.files("evals/__snapshots__"), **project.files("evals/answers")}


def snapshots(project: Project) -> dict[str, bytes]:
    """The files that an accepting run writes."""
    return {**project.files("evals/__snapshots__"), **project.files("evals/answers")}


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_a_server_that_is_dead_changes_no_snapshot(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """Under --snapshot-update too every file is what it was, and nothing is XFAIL."""
    before = accepted(project, tmp_path)

    run = project.pytest("-m", "phi3", "--snapshot-update", *workers)

    assert run.code == 1
    assert {case["outcome"] for case in run.cases} == {"error"}
    assert snapshots(project) == before


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_a_server_that_dies_during_the_run_changes_no_snapshot(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """What had come is graded; the rest and the gate are ERROR; a later run asks only the rest."""
    before = accepted(project, tmp_path)
    right = rules()
    log = tmp_path / "second-log"
    fresh = ["-m", "phi3", "--answers=fresh", "--snapshot-update", *workers]
    with ollama_double(
        "--models", "phi3", "--scenario", "die:3", answers=right, folder=tmp_path
    ) as double:
        dying = project.pytest(*fresh, host=double.address)
    kept = snapshots(project)
    project.edit("evals/prompts/breach.yaml", "How many records", "How very many records")
    with ollama_double("--models", "phi3", answers=right, folder=tmp_path, log=log) as double:
        healthy = project.pytest("-m", "phi3", host=double.address)
        asked = double.prompts()

    outcomes = [case["outcome"] for case in dying.cases if "verdict" in case]
    gate = next(case for case in dying.cases if case["name"] == "test_pass_rates[phi3]")
    assert dying.code == 1
    assert sorted(set(outcomes)) == ["error", "passed"]
    assert (outcomes.count("passed"), outcomes.count("error")) == (9, 18)
    assert gate["outcome"] == "error"
    assert kept == before
    assert healthy.verdicts() == {"right": 27}
    assert len(asked) == 3


def test_what_came_before_the_server_died_is_not_asked_again(
    project: Project, tmp_path: Path
) -> None:
    """The first of three replies was stored, so a healthy server is asked for two."""
    log = tmp_path / "log"
    with ollama_double(
        "--models", "phi3", "--scenario", "die:3", answers=rules(), folder=tmp_path
    ) as double:
        project.pytest("-m", "phi3", host=double.address)
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path, log=log) as double:
        run = project.pytest("-m", "phi3", host=double.address)
        asked = double.prompts()

    assert run.verdicts() == {"right": 27}
    assert len(asked) == 2


def test_one_article_that_fails_leaves_the_others_measured(
    project: Project, tmp_path: Path
) -> None:
    """A server error on one article is nine ERRORs with its line, and no pass rates."""
    failing = [
        {**rule, "scenario": "runner-500"} if i == 1 else rule for i, rule in enumerate(rules())
    ]
    with ollama_double("--models", "phi3", answers=failing, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", host=double.address)

    assert run.verdicts() == {"right": 18, "not-measured": 9}
    assert lines_with(run.output, "not measured:", "reading mill-lane", "unexpectedly stopped")
    assert lines_with(run.output, "no pass rates of phi3: mill-lane was not measured")


def test_a_model_that_cannot_be_pulled_is_red(project: Project) -> None:
    """A server that is there and does not know the model: ERROR with what to look up."""
    with ollama_double() as double:
        run = project.pytest("-m", "mistral", host=double.address)

    assert run.code == 1
    assert {case["outcome"] for case in run.cases} == {"error"}
    assert lines_with(run.output, "mistral is not there and cannot be pulled")


def test_accepted_replies_are_green_without_a_server(project: Project, tmp_path: Path) -> None:
    """What is committed is enough for CI: no server, no working store."""
    accepted(project, tmp_path)
    (project.path / ".slm-harness").rename(tmp_path / "away")

    run = project.pytest("-m", "phi3", "--answers=replay")

    assert run.code == 0, run.output
    assert run.verdicts() == {"right": 26, "wrong": 1}
    assert lines_with(run.output, "articles recalled", "3")


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_a_changed_prompt_cannot_be_replayed(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """Replies to other words are no answers to these: red, and it says that nobody has asked."""
    before = accepted(project, tmp_path)
    project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was breached?")

    run = project.pytest("-m", "phi3", "--answers=replay", *workers)

    assert run.code == 1
    assert run.verdicts() == {"not-measured": 1}  # one line for the model, its other cases left out
    assert lines_with(
        run.output, "nobody has asked phi3 this prompt", "recipe changed (breached_entity)"
    )
    assert snapshots(project) == before


@pytest.mark.slow
def test_another_layout_is_asked_accepted_and_replayed_apart(
    project: Project, tmp_path: Path
) -> None:
    """The flag is in every command that is told; what was accepted in one layout is no answer in the other."""
    before = accepted(project, tmp_path)
    flag = "--layout=article-first"

    unasked = project.pytest("-m", "phi3", "--answers=replay", flag)
    with ollama_double(
        "--models", "phi3", log=tmp_path / "log", answers=rules(), folder=tmp_path
    ) as double:
        asked = project.pytest("-m", "phi3", flag, "--explain-asks", host=double.address)
        project.pytest("-m", "phi3", flag, "--snapshot-update", host=double.address)
        prompts = double.prompts()
    replayed = project.pytest("-m", "phi3", "--answers=replay", flag)
    stored = project.pytest("-m", "phi3", "--answers=replay")
    shutil.rmtree(project.path / ".slm-harness")
    other = project.pytest("-m", "phi3", "--answers=replay")

    assert unasked.code == 1
    assert lines_with(
        unasked.output, "the layout changed (from questions-first to article-first)",
        f"run pytest -m phi3 {flag} --snapshot-update",
    )  # fmt: skip
    assert lines_with(asked.output, "layout changed since the nearest stored answer")
    assert asked.results["layout"] == "article-first"
    assert {"cached_tokens", "prompt_seconds"} <= asked.results["replies"][0].keys()
    assert len(prompts) == 3
    assert all(prompt.startswith("<article>\nTitle: ") for prompt in prompts)
    changed = {name for name, old in before.items() if snapshots(project)[name] != old}
    assert len(changed) == 2
    assert lines_with(snapshots(project)["phi3.txt"].decode(), "layout", "article-first")
    assert replayed.code == 0, replayed.output
    assert (stored.code, other.code) == (1, 1)
    assert lines_with(stored.output, "phi3 is worse", "layout article-first -> none")
    assert lines_with(other.output, "the layout changed (from article-first to questions-first)")


@pytest.mark.slow
def test_another_folder_of_articles_keeps_its_own_acceptance(
    project: Project, tmp_path: Path
) -> None:
    """Accepting what --articles=DIR names leaves the project's own snapshot and replies alone."""
    project.pytest("-m", "baseline", "--snapshot-update")
    before = snapshots(project)
    other = tmp_path / "mine"
    other.mkdir()
    for file in ("mill-lane.html", "mill-lane.yaml"):
        shutil.copy(project.path / "fixtures" / "articles" / file, other / file)

    first = project.pytest("-m", "baseline", f"--articles={other}")
    project.pytest("-m", "baseline", f"--articles={other}", "--snapshot-update")
    second = project.pytest("-m", "baseline", f"--articles={other}")

    assert lines_with(first.output, "accept:", f"--articles={other} --snapshot-update")
    assert (second.code, sum(second.verdicts().values())) == (0, 9)
    assert snapshots(project) == before


def test_the_baseline_needs_no_accepted_reply_to_a_changed_prompt(project: Project) -> None:
    """It works in this process: a replay reads with it anew, and stores nothing."""
    project.pytest("-m", "baseline", "--snapshot-update")
    project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was breached?")

    run = project.pytest("--answers=replay")

    assert run.code == 0, run.output
    assert sum(run.verdicts().values()) == 27


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("base: llama3:70b", "its base is llama3:70b"),
        ("base: phi3\n    options: {temperature: 0.9}", "its option temperature is 0.9"),
    ],
)
def test_another_model_of_the_same_name_cannot_be_replayed(
    project: Project, tmp_path: Path, new: str, reason: str
) -> None:
    """What models.yaml says now has to be what was accepted."""
    accepted(project, tmp_path)
    project.edit("evals/models.yaml", "base: phi3", new)

    run = project.pytest("-m", "phi3", "--answers=replay")

    assert run.code == 1
    assert lines_with(run.output, "nobody has asked phi3 as models.yaml has it", reason)


def test_a_replay_writes_no_store(project: Project, tmp_path: Path) -> None:
    """A store that cannot be written is no obstacle where nothing is to be stored."""
    accepted(project, tmp_path)
    (project.path / ".slm-harness").rename(tmp_path / "away")
    (project.path / ".slm-harness").write_text("", encoding="utf-8")

    assert project.pytest("-m", "phi3", "--answers=replay").code == 0


@pytest.mark.slow
def test_two_runs_at_once_ask_once(project: Project, tmp_path: Path) -> None:
    """The second run waits for the first and recalls what it asked."""
    log = tmp_path / "log"
    with (
        ollama_double(
            "--models", "phi3", "--delay", "0.3", answers=rules(), folder=tmp_path, log=log
        ) as double,
        started_server() as another,
        ThreadPoolExecutor() as pool,
    ):
        second = dataclasses.replace(project, server=another, output="second.txt")
        runs = [
            pool.submit(
                one.pytest, "-m", "phi3", "--junitxml", f"{number}.xml", host=double.address
            )
            for number, one in enumerate((project, second))
        ]
        codes = [run.result().code for run in runs]
        asked = double.prompts()
        built = double.count("/api/create")

    assert codes == [1, 1]  # no snapshot is accepted yet
    assert (len(asked), built) == (3, 1)


def test_a_model_that_nobody_accepted_cannot_be_replayed(project: Project) -> None:
    """There is nothing to replay, and the line says how to get it."""
    run = project.pytest("-m", "phi3", "--answers=replay")

    assert run.code == 1
    assert lines_with(run.output, "phi3 has no accepted replies in", "--snapshot-update")


@pytest.mark.slow  # 48 articles, eight times nine cases each
def test_the_projects_own_articles_are_asked_once_each(project: Project, tmp_path: Path) -> None:
    """Two workers, every article one request, one model built; other words ask all again and say why."""
    shutil.rmtree(project.path / "fixtures")
    shutil.copytree(ROOT / "fixtures", project.path / "fixtures")
    articles = len(list((project.path / "fixtures" / "articles").glob("*.html")))
    log = tmp_path / "log"
    with ollama_double("--pullable", "phi3", log=log) as double:
        first = project.pytest("-m", "phi3", "-n", "2", host=double.address)
        once = double.prompts()
        built = double.count("/api/create")
        again = project.pytest("-m", "phi3", "--explain-asks", host=double.address)
        project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was breached?")
        changed = project.pytest("-m", "phi3", "-n", "2", "--explain-asks", host=double.address)
        all_ = double.prompts()
        rebuilt = double.count("/api/create")

    assert articles >= 12
    assert len(once) == len(set(once)) == articles
    assert (built, rebuilt, len(all_)) == (1, 2, 2 * articles)
    assert sum(first.verdicts().values()) == 9 * articles
    assert set(first.verdicts()) <= {"right", "wrong", "contested"}
    assert "nothing was asked; every reply was stored" in again.output
    assert (
        len(lines_with(changed.output, "asked phi3 about", "recipe (breached_entity) changed"))
        == articles
    )


def test_half_a_store_entry_costs_its_article_only(project: Project, tmp_path: Path) -> None:
    """The file is named and left as it is; the other articles are recalled."""
    project.pytest("-m", "baseline", "--snapshot-update")
    for file in project.files("evals/answers"):
        (project.path / "evals" / "answers" / file).unlink()
    entry = sorted((project.path / ".slm-harness" / "answers").rglob("*.json"))[0]
    half = entry.read_bytes()[: entry.stat().st_size // 2]
    entry.write_bytes(half)

    run = project.pytest("-m", "baseline")

    assert run.code == 1
    assert run.verdicts()["not-measured"] == 9
    assert lines_with(run.output, entry.name, "damaged", "move the file away")
    assert entry.read_bytes() == half
    assert "Traceback" not in run.output
