"""Flags, selections and bad input: each fault one clear line, before anything is asked."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doubles import ollama_double
from tests.projects import WORKERS, Project, lines_with, rules

LABEL = "fixtures/articles/mill-lane.yaml"


def empty_folder(project: Project) -> None:
    """Take every article away."""
    for path in (project.path / "fixtures" / "articles").iterdir():
        path.unlink()


def reports_is_a_file(project: Project) -> None:
    """Put a file where the reports folder should be."""
    (project.path / "reports").write_text("", encoding="utf-8")


def store_is_a_file(project: Project) -> None:
    """Put a file where the working store should be."""
    (project.path / ".slm-harness").write_text("", encoding="utf-8")


def damaged_snapshot(project: Project) -> None:
    """Leave a snapshot that was cut."""
    folder = project.path / "evals" / "__snapshots__"
    folder.mkdir()
    (folder / "phi3.txt").write_text("slm-harness pass rates, format 2\n", encoding="utf-8")


def damaged_evidence(project: Project) -> None:
    """Leave accepted replies that were cut."""
    folder = project.path / "evals" / "answers"
    folder.mkdir()
    (folder / "baseline.jsonl").write_text('{"format":1', encoding="utf-8")


def edited(file: str, old: str, new: str) -> Callable[[Project], None]:
    """Replace a text in a file."""
    return lambda project: project.edit(file, old, new)


def untouched(_: Project) -> None:
    """Leave everything as it is."""


PROMPT = "evals/prompts/breach.yaml"
BAD: list[tuple[str, Callable[[Project], None], list[str], str]] = [
    ("marker", untouched, ["-m", "phi4"], "no model or marker is called 'phi4' (did you mean 'phi3'?)"),
    ("model", untouched, ["--model", "a:b=ollama:c"], "cannot be a pytest marker"),
    ("taken", untouched, ["--model", "skip=ollama:phi3", "-m", "skip"], "is a marker of pytest"),
    ("configured", untouched, ["--model", "phi3=ollama:x", "-m", "phi3"], "has a model of that name"),
    ("twice", edited(PROMPT, "  cause_known:", "  cause: Why?\n  cause_known:"), [], "stands twice"),
    ("context", edited("evals/models.yaml", "base: phi3", "base: phi3\n    options: {num_ctx: 8k}"),
     ["-m", "phi3"], "'8k' is no whole number"),
    ("mode", untouched, ["--answers=maybe"], "--answers: invalid choice: 'maybe'"),
    ("minutes", untouched, ["--max-minutes=ten"], "'ten' is no number of minutes above 0"),
    ("at once", untouched, ["--concurrency=two"], "'two' is no number from 1 to"),
    ("folder", empty_folder, [], "articles"),
    ("no folder", untouched, ["--articles", "nowhere"], "nowhere"),
    ("label", edited(LABEL, "cause: unknown", "casue: unknown"), [], "mill-lane.yaml:"),
    ("date", edited(LABEL, "earliest: 2025-02-14", "earliest: 2025-02-31"), [], "mill-lane.yaml:"),
    ("question", edited(PROMPT, "  cause_known:", "  cause_knwon:"), [], "cause_known is missing"),
    ("prompt", edited(PROMPT, "task: breach", "task: [breach"), [], "prompt file is not YAML"),
    ("models", edited("evals/models.yaml", "base: phi3", "bsae: phi3"), [], "did you mean 'base'"),
    ("option", edited("evals/models.yaml", "base: phi3", "base: phi3\n    options: {mirostat: 1}"),
     ["-m", "phi3"], "Ollama knows no mirostat"),
    ("baseline", edited("evals/models.yaml", "engine: baseline", "engine: baseline\n    options: {seed: 1}"),
     [], "the baseline takes no options; remove seed"),
    ("reports", reports_is_a_file, [], "reports cannot be written"),
    ("store", store_is_a_file, [], "working store cannot be written"),
    ("snapshot", damaged_snapshot, ["-m", "phi3"], "phi3.txt: no snapshot"),
    ("evidence", damaged_evidence, [], "baseline.jsonl:1: not a line of accepted replies"),
    ("task", edited("pyproject.toml", "slm_harness.breach:TASK", "slm_harness.breach:TSK"), [],
     "slm_task"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "arguments", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_bad_input_is_one_clear_line_and_exit_4(
    project: Project,
    spoil: Callable[[Project], None],
    arguments: list[str],
    message: str,
) -> None:
    """What, where and what to do; no traceback, nothing asked, nothing stored is lost."""
    spoil(project)

    run = project.pytest(*(arguments or ["-m", "baseline"]))

    assert run.code == 4, run.output
    assert lines_with(run.output, message), run.output
    assert "Traceback" not in run.output
    assert "INTERNALERROR" not in run.output
    assert not list((project.path / ".slm-harness").glob("answers/*"))


@pytest.mark.parametrize(
    "spoil", [edited(LABEL, "cause: unknown", "casue: unknown"), damaged_evidence]
)
def test_bad_input_is_no_internal_error_with_workers(
    project: Project, spoil: Callable[[Project], None]
) -> None:
    """The controller refuses it before any worker starts."""
    spoil(project)

    run = project.pytest("-m", "baseline", "-n", "2")

    assert run.code == 4
    assert "INTERNALERROR" not in run.output


def test_every_label_fault_is_told_at_once(project: Project) -> None:
    """Two broken files give their faults in one message, with paths and lines."""
    project.edit(LABEL, "cause: unknown", "casue: unknown")
    project.edit("fixtures/articles/county-final.yaml", 'data_breach: "No"', "data_breach: maybe")

    run = project.pytest("-m", "baseline")

    assert lines_with(run.output, "mill-lane.yaml:", "casue", "did you mean 'cause'")
    assert lines_with(run.output, "county-final.yaml:", "data_breach", "maybe")


def test_an_address_that_is_none_is_one_line(project: Project) -> None:
    """A wrong OLLAMA_HOST is a setting when it is no address, and names itself when nobody is there."""
    run = project.pytest("-m", "phi3", host="http://[bad")

    assert run.code == 4
    assert lines_with(run.output, "OLLAMA_HOST='http://[bad' is no address")
    assert "Traceback" not in run.output


def test_models_are_markers(project: Project) -> None:
    """--markers lists them, dots included, and speaks to no server."""
    run = project.pytest("--markers", "--model", "gemma=ollama:gemma3:4b")

    assert run.code == 0
    assert lines_with(run.output, "@pytest.mark.llama3.2: evaluates llama3.2 (ollama: llama3.2)")
    assert lines_with(run.output, "@pytest.mark.gemma: evaluates gemma (ollama: gemma3:4b)")


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["-m", "baseline"], 28),
        (["-m", "llama3.2 or phi3"], 56),
        (["-m", "baseline", "-k", "county and cause"], 2),
        (["-k", "test_pass_rates and baseline"], 1),
        (["--model", "gemma=ollama:gemma3:4b", "-m", "gemma"], 28),
        (["evals/test_breach.py::test_answer[llama3.2-mill-lane-records_breached]"], 1),
    ],
)
def test_cases_are_selected_as_pytest_selects(
    project: Project, arguments: list[str], count: int
) -> None:
    """Nine cases an article and one gate a model, under ids that people can type; no server needed."""
    run = project.pytest("--collect-only", "-v", *arguments)

    assert len(lines_with(run.output, "<Function ")) == count, run.output


def test_the_first_failure_stops_the_asking(project: Project, tmp_path: Path) -> None:
    """With -x nothing more is asked than what was open: the replies that came are kept."""
    log = tmp_path / "log"
    wrong = rules(county_final={"data_breach": "Yes"})
    slow = [{**rule, "delay": 0.6 * number} for number, rule in enumerate(reversed(wrong))]
    with ollama_double("--models", "phi3", answers=slow, folder=tmp_path, log=log) as double:
        run = project.pytest("-m", "phi3", "-x", host=double.address)
        asked = double.prompts()

    assert run.code == 1
    assert len(asked) <= 2
    assert run.verdicts() == {"wrong": 1}


def test_only_the_selected_articles_are_asked(project: Project, tmp_path: Path) -> None:
    """-k on an article asks that one; the gate asks what it lacks."""
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path, log=log) as double:
        project.pytest("-m", "phi3", "-k", "mill-lane", host=double.address)
        few = len(double.prompts())
        project.pytest("-k", "test_pass_rates and phi3", host=double.address)
        all_ = len(double.prompts())

    assert (few, all_) == (1, 3)


def test_the_last_failures_run_again(project: Project, tmp_path: Path) -> None:
    """--lf runs the case that failed and no other; without a server it is red, not empty."""
    wrong = rules(mill_lane={"cause_known": "Yes"})
    with ollama_double("--models", "phi3", answers=wrong, folder=tmp_path) as double:
        project.pytest("-m", "phi3", "-k", "mill-lane", host=double.address)
        again = project.pytest("--lf", host=double.address)
    gone = project.pytest("--lf")

    assert [case["name"] for case in again.cases] == ["test_answer[phi3-mill-lane-cause_known]"]
    assert gone.code == 1
    assert [case["outcome"] for case in gone.cases] == ["error"]


@pytest.mark.parametrize("workers", [pytest.param([], id="alone"), WORKERS])
def test_other_tests_of_a_project_are_left_alone(
    project: Project, tmp_path: Path, workers: list[str]
) -> None:
    """A test with a model's name in its id asks nothing; one that uses `answer` again is no case more."""
    (project.path / "evals" / "test_mine.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('who', ['phi3'])\n"
        "def test_mine(who): assert who == 'phi3'\n"
        "@pytest.mark.parametrize('more', [True])\n"
        "def test_again(answer, more): assert answer.outcome.article\n",
        encoding="utf-8",
    )
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", answers=rules(), folder=tmp_path, log=log) as double:
        mine = project.pytest("-k", "test_mine", *workers, host=double.address)
        asked = double.count("/api/generate")
        all_ = project.pytest("-m", "phi3", *workers, "--snapshot-update", host=double.address)

    assert (mine.code, asked) == (0, 0), mine.output
    assert all_.code == 0, all_.output
    assert lines_with(all_.output, "all questions", "27/27")


@pytest.mark.parametrize("flag", ["--fixtures", "--collect-only", "--markers"])
def test_listing_measures_nothing_and_writes_no_report(project: Project, flag: str) -> None:
    """What only lists leaves the reports alone, and ends well."""
    (project.path / "reports").mkdir()
    kept = project.path / "reports" / "kept.txt"
    kept.write_text("kept", encoding="utf-8")

    run = project.pytest(flag, "-m", "baseline")

    assert run.code == 0, run.output
    assert "INTERNALERROR" not in run.output
    assert [path.name for path in (project.path / "reports").iterdir()] == ["kept.txt"]


def test_a_damaged_snapshot_can_be_accepted_anew(project: Project) -> None:
    """What its error advises works: --snapshot-update writes both files again."""
    damaged_snapshot(project)
    (project.path / "evals" / "__snapshots__" / "phi3.txt").rename(
        project.path / "evals" / "__snapshots__" / "baseline.txt"
    )
    damaged_evidence(project)
    refused = project.pytest("-m", "baseline")
    run = project.pytest("-m", "baseline", "--snapshot-update")

    assert refused.code == 4
    assert run.code == 0, run.output
    assert lines_with(run.output, "not compared with:", "baseline.txt")
    assert project.pytest("-m", "baseline").code == 0


def test_it_works_without_pytests_cache(project: Project) -> None:
    """``-p no:cacheprovider`` changes nothing."""
    project.pytest("-m", "baseline", "--snapshot-update")

    run = project.pytest("-m", "baseline", "-p", "no:cacheprovider")

    assert run.code == 0, run.output


PARSERS = """
import sys
from pathlib import Path

def pytest_sessionfinish(session):
    worker = getattr(session.config, "workerinput", {}).get("workerid", "controller")
    found = {"bs4", "lxml", "trafilatura"} & set(sys.modules)
    Path(f"parsers-of-{worker}.txt").write_text(" ".join(sorted(found)))
"""


@pytest.mark.slow
def test_workers_read_no_page_that_the_controller_has_read(project: Project) -> None:
    """All articles are kept before a worker starts, so no worker imports what parses pages."""
    (project.path / "evals" / "conftest.py").write_text(PARSERS, encoding="utf-8")

    run = project.pytest("-m", "baseline", "-n", "2", "--snapshot-update")

    assert run.code == 0, run.output
    files = {path.name: path.read_text() for path in project.path.glob("parsers-of-gw*.txt")}
    assert files == {"parsers-of-gw0.txt": "", "parsers-of-gw1.txt": ""}


@pytest.mark.parametrize("flags", [["--collect-only"], ["--answers=replay"]])
def test_a_damaged_cache_of_articles_is_replaced(project: Project, flags: list[str]) -> None:
    """A run is green with it, and the next one has it whole."""
    assert project.pytest("-m", "baseline", "--snapshot-update").code == 0
    cache = project.path / ".slm-harness" / "derived.sqlite"
    cache.write_bytes(b"torn" * 1_000)

    run = project.pytest("-m", "baseline", *flags)

    assert run.code == 0, run.output
    assert cache.read_bytes().startswith(b"SQLite format 3")


def test_a_store_that_cannot_be_made_costs_a_replay_nothing(project: Project) -> None:
    """Replies are replayed from what is committed, wherever the working store is."""
    assert project.pytest("-m", "baseline", "--snapshot-update").code == 0
    (project.path / "file").touch()

    run = project.pytest("-m", "baseline", "--answers=replay", "-o", "slm_store=file/store")

    assert run.code == 0, run.output


def test_accepting_one_model_leaves_the_others_alone(project: Project, tmp_path: Path) -> None:
    """--snapshot-update writes the selected model's files and no other's."""
    with ollama_double("--models", "phi3,mistral", answers=rules(), folder=tmp_path) as double:
        project.pytest("-m", "phi3 or mistral", "--snapshot-update", host=double.address)
        before = project.files("evals/__snapshots__")
        project.edit("evals/prompts/breach.yaml", "Which entity was breached?", "Who was it?")
        project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        after = project.files("evals/__snapshots__")

    assert after["mistral.txt"] == before["mistral.txt"]
    assert after["phi3.txt"] != before["phi3.txt"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-k", "mill-lane or test_pass_rates"], "accepts whole models only: 9 of the 27"),
        (["-k", "mill-lane"], "9 of the 27 answers of phi3 are selected and not its"),
        pytest.param(
            ["-k", "mill-lane", "-n", "2"],
            "9 of the 27 answers of phi3 are selected and not its",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_part_of_a_model_cannot_be_accepted(
    project: Project, tmp_path: Path, arguments: list[str], message: str
) -> None:
    """A partial selection writes no snapshot, is red, says why, and excuses no wrong answer."""
    wrong = rules(mill_lane={"cause_known": "Yes"})
    with ollama_double("--models", "phi3", answers=wrong, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", *arguments, "--snapshot-update", host=double.address)

    assert run.code == 1
    assert message in run.output
    assert {c["outcome"] for c in run.cases if c.get("verdict") == "wrong"} == {"failure"}
    assert not project.files("evals/__snapshots__")


def test_a_small_task_of_another_kind_needs_one_file(project: Project, tmp_path: Path) -> None:
    """Nothing but the breach task knows about breaches: recipes are evaluated by the same house."""
    recipes = dataclasses.replace(project, path=tmp_path / "recipes")
    recipes.path.mkdir()
    (recipes.path / "conftest.py").write_text(
        (project.path / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    source = (Path(__file__).parent / "recipe_task.py").read_text(encoding="utf-8")
    namespace: dict[str, str] = {}
    exec(compile(source, "recipe_task.py", "exec"), namespace)  # noqa: S102 - our own file
    (recipes.path / "recipe_task.py").write_text(source, encoding="utf-8")
    namespace["lay_out"](recipes.path)  # type: ignore[operator]

    run = recipes.pytest("-m", "baseline", "--snapshot-update")

    assert run.code == 0, run.output
    assert run.verdicts() == {"right": 5, "wrong": 1}
    assert lines_with(run.output, "minutes", "2/2")
    prompt = str(run.results["prompt"])
    assert '- "vegetarian": Can a vegetarian eat it?' in prompt
    assert "breach" not in prompt
