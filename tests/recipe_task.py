"""A second task, small and whole in one file: three questions about a cooking recipe.

It proves that nothing but the breach task knows about breaches. The recipes are written for this test.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from slm_harness.task import Kind, Question, Task


def read(prompt: str) -> Mapping[str, object]:
    """A rule-based reader: the first "N minutes", and whether meat or fish is mentioned."""
    minutes = re.search(r"(\d+) minutes", prompt)
    return {
        "minutes": minutes.group(1) if minutes else "Unknown",
        "vegetarian": "No" if re.search(r"anchov|bacon|chicken", prompt) else "Yes",
        "cook": "Unknown",
    }


TASK = Task(
    name="recipe",
    response_name="RecipeResponse",
    questions=(
        Question("minutes", Kind.COUNT),
        Question("vegetarian", Kind.YES_NO),
        Question("cook", Kind.NAMES),
    ),
    reader=read,
)

PROMPT = """\
task: recipe
preamble: You read one recipe and answer three questions about it with a JSON object.
questions:
  minutes: How many minutes does it take?
  vegetarian: Can a vegetarian eat it?
  cook: Whose recipe is it?
"""
TESTS = """\
import pytest

def test_answer(answer):
    answer.settle()

def test_pass_rates(pass_rates, accepted):
    if pass_rates != accepted:
        pytest.fail(pass_rates.findings, pytrace=False)
"""
SETTINGS = """\
[tool.pytest.ini_options]
testpaths = ["evals"]
pythonpath = ["."]
addopts = ["--strict-markers", "-p", "no:randomly"]
slm_task = "recipe_task:TASK"
slm_prompt = "evals/prompt.yaml"
slm_articles = "recipes"
"""
RECIPES = {
    "leek-tart": (
        "Roll out the pastry, fill it with leeks that were softened in butter, pour over eggs and "
        "cream and bake the tart for 40 minutes until its middle no longer trembles.",
        '{minutes: {value: 40}, vegetarian: "Yes", cook: unknown}',
    ),
    "green-pasta": (
        "While the pasta boils, melt six anchovies in olive oil with garlic and chilli, throw in the "
        "greens, and toss everything together. Supper is on the table after 15 minutes, as Marta Quill "
        "has shown us.",
        '{minutes: {value: 15}, vegetarian: "No", cook: {names: [{name: Marta Quill}]}}',
    ),
}


def lay_out(folder: Path) -> None:
    """Write the project of this task into a folder that has a conftest.py."""
    for name in ("evals", "recipes"):
        (folder / name).mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "evals" / "prompt.yaml").write_text(PROMPT, encoding="utf-8")
    (folder / "evals" / "test_recipes.py").write_text(TESTS, encoding="utf-8")
    (folder / "evals" / "models.yaml").write_text(
        "models: {baseline: {engine: baseline}}\n", encoding="utf-8"
    )
    for name, (text, answers) in RECIPES.items():
        page = f"<html><body><article><h1>{name}</h1><p>{text}</p></article></body></html>"
        (folder / "recipes" / f"{name}.html").write_text(page, encoding="utf-8")
        label = f"id: {name}\nkind: recipe\nanswers: {answers}\n"
        (folder / "recipes" / f"{name}.yaml").write_text(label, encoding="utf-8")
