"""Runs that ask only until it is decided, as a user would make them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.doubles import Double, ollama_double
from tests.projects import HARBOUR, LABELS, RIGHT, Project

PROMPT = "evals/prompts/breach.yaml"
COMMITTED = "How many records were breached?"
WORSE = "How many files?"
SAME = "How many records, or people, were breached?"
TOWNS = (
    *("Ashby", "Brixton", "Calder", "Dunmore", "Elmley", "Fenwick", "Garston", "Holbeck"),
    *("Ilkley", "Jarrow", "Kendal", "Ludlow", "Morley", "Norwood", "Oakham", "Penrith"),
)
FALLS = {"cause": "phishing", "breach_date": "01-Jan-2020", "records_breached": "7"}
EARLY = ("-m", "phi3", "--gate=significant", "--until-decided", "-p", "no:randomly")


def answers(towns: Sequence[str] = TOWNS) -> list[dict[str, object]]:
    """One answer to each article is wrong; three more to each under the worse wording."""
    usual = {"third_parties": ["Acme Ltd"]}
    rules = []
    for wording, fallen in ((COMMITTED, {}), (SAME, {}), (WORSE, FALLS)):
        for town in towns:
            entity = {"breached_entity": f"{town} Dental"}
            rules.append(
                {
                    "contains": [f"{town} Dental", f'"records_breached": {wording}'],
                    "reply": {**RIGHT["harbour-dental"], **entity, **usual, **fallen},
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
    """It says so, asks no more, deselects the rest, and the next run asks only for what is missing."""
    project, double = many
    reword(project, WORSE)
    asked = len(double.prompts())
    run = project.pytest(*EARLY, host=double.address)

    print(run.output)
    assert run.code == 1
    of = run.results["models"]["phi3"]["until_decided"]
    assert of == {"asked": 8, "of": 16, "verdict": "worse", "bound": 0.01}
