"""Runs that ask only until it is decided, as a user would make them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles import Double, ollama_double
from tests.projects import HARBOUR, LABELS, RIGHT, Project, lines_with

PROMPT = "evals/prompts/breach.yaml"
COMMITTED = "How many records were breached?"
WORSE = "How many files?"
SAME = "How many records, or people, were breached?"
LONG = "How many people?"
TOWNS = (
    *("Ashby", "Brixton", "Calder", "Dunmore", "Elmley", "Fenwick", "Garston", "Holbeck"),
    *("Ilkley", "Jarrow", "Kendal", "Ludlow", "Morley", "Norwood", "Oakham", "Penrith"),
)
FALLS = {"cause": "phishing", "breach_date": "01-Jan-2020", "records_breached": "7"}
EARLY = ("-m", "phi3", "--gate=significant", "--until-decided", "-p", "no:randomly")


def answers() -> list[dict[str, object]]:
    """One answer to each article is wrong; three more to each under two wordings; one makes some of them too long."""
    usual = {"third_parties": ["Acme Ltd"]}
    rules: list[dict[str, object]] = []
    fallen_by: dict[str, dict[str, str]] = {COMMITTED: {}, SAME: {}, WORSE: FALLS, LONG: FALLS}
    for wording, fallen in fallen_by.items():
        for number, town in enumerate(TOWNS):
            lost = {"scenario": "context-400"} if wording is LONG and number % 3 == 0 else {}
            entity = {"breached_entity": f"{town} Dental"}
            rules.append(
                {
                    "contains": [f"{town} Dental", f'"records_breached": {wording}'],
                    "reply": {**RIGHT["harbour-dental"], **entity, **usual, **fallen},
                    **lost,
                }
            )
    return rules


@pytest.fixture
def many(project: Project, tmp_path: Path) -> Iterator[tuple[Project, Double]]:
    """A project with an accepted phi3 over sixteen articles, and its server."""
    articles = project.path / "fixtures" / "articles"
    for path in articles.iterdir():
        path.unlink()
    for town in TOWNS:
        page = HARBOUR.replace("Harbour", town)
        label = LABELS["harbour-dental"].replace("Harbour", town)
        name = f"{town.lower()}-dental"
        (articles / f"{name}.html").write_text(page, encoding="utf-8")
        (articles / f"{name}.yaml").write_text(
            label.replace("harbour-dental", name), encoding="utf-8"
        )
    log = tmp_path / "log"
    with ollama_double("--models", "phi3", answers=answers(), log=log, folder=tmp_path) as double:
        run = project.pytest("-m", "phi3", "--snapshot-update", host=double.address)
        assert run.code == 0, run.output
        yield project, double


def reword(project: Project, wording: str) -> None:
    """Edit the question in the prompt."""
    project.edit(PROMPT, f"records_breached: {COMMITTED}", f"records_breached: {wording}")


def test_a_worse_prompt_is_red_after_half_of_the_articles(many: tuple[Project, Double]) -> None:
    """The rest is deselected, every report says so, and a later run asks only for what is missing."""
    project, double = many
    reword(project, WORSE)
    before = len(double.prompts())

    run = project.pytest(*EARLY, host=double.address)

    assert run.code == 1
    *_, line = lines_with(run.output, "phi3 was decided after 8 of 16 articles: worse than its")
    assert "records_breached, breach_date, cause, all questions: 24 answers fell, 0 rose" in line
    assert "a full run would say the same, whatever the others were" in line
    assert lines_with(run.output, "40 passed, 72 deselected, 32 xfailed")
    assert run.results["models"]["phi3"]["until_decided"] == {
        "asked": 8, "of": 16, "verdict": "worse", "bound": 0.0
    }  # fmt: skip
    gate = run.results["models"]["phi3"]["gate"]
    assert (gate["passes"], gate["articles"]) == (False, 8)
    assert run.verdicts() == {"right": 40, "wrong": 32}

    later = project.pytest("-m", "phi3", "--gate=significant", host=double.address)
    assert later.code == 1
    assert len(later.cases) == 16 * 9 + 1
    assert len(double.prompts()) == before + 16
    assert "until_decided" not in later.results["models"]["phi3"]


def test_a_prompt_that_changes_nothing_is_green_once_too_few_are_left_to_fall(
    many: tuple[Project, Double],
) -> None:
    """And what was not measured decides nothing, is named, and makes the run red by itself."""
    project, double = many
    committed = (project.path / PROMPT).read_text(encoding="utf-8")
    candidate = project.path / "candidate.yaml"
    candidate.write_text(committed.replace(COMMITTED, SAME), encoding="utf-8")
    run = project.pytest(*EARLY, "--prompt=candidate.yaml", host=double.address)
    assert run.code == 0, run.output
    assert lines_with(run.output, "phi3 was decided after 8 of 16 articles: not found worse than")

    reword(project, LONG)
    run = project.pytest(*EARLY, "--concurrency=3", host=double.address)
    assert run.code == 1
    *_, line = lines_with(run.output, "phi3 was decided after 8 of 16", "; not measured: ")
    assert "-dental" in line.partition("; not measured: ")[2]
    assert run.verdicts()["not-measured"] % 9 == 0
    assert run.results["models"]["phi3"]["until_decided"]["asked"] == 8


REFUSED = {
    "strict": (["--gate=strict"], "the gate of baseline is strict", "pytest -x stops there"),
    "few": ([], "with 3 articles no fall of baseline could show at the level of 0.05", "label more"),
    "first": ([], "baseline has no accepted snapshot", "accept one with pytest -m baseline"),
    "update": (["--snapshot-update"], "--until-decided cannot go with --snapshot-update", ""),
    "repeats": (["--repeats=2"], "--until-decided cannot go with --repeats", ""),
    "workers": (["-n", "2"], "--until-decided cannot go with -n", "one process asks"),
    "part": (["-k", "mill-lane"], "test_pass_rates[baseline]", "not among the selected tests"),
}  # fmt: skip


@pytest.mark.parametrize("flags", [pytest.param(name, id=name) for name in REFUSED])
def test_what_cannot_be_decided_early_is_refused_in_one_line(flags: str, project: Project) -> None:
    """With exit code 4, before anything is asked."""
    given, *words = REFUSED[flags]
    if flags in ("few", "part"):
        project.pytest("-m", "baseline", "--snapshot-update")

    refused = project.pytest("-m", "baseline", "--gate=significant", "--until-decided", *given)

    assert refused.code == 4
    assert len(lines_with(refused.output, "ERROR: ", *words)) == 1
    assert not refused.results
