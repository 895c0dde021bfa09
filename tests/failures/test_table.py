"""The table is complete, and docs/failures.md is what it gives."""

import ast
import itertools
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.doubles import ROOT
from tests.failures.document import TO_DO, document, kinds
from tests.failures.row import Right, Row, Unusable
from tests.failures.seen import SEEN
from tests.failures.table import PLAYED, ROWS
from tests.ollama_double.scenarios import GENERATE, TABLE
from tests.openai_double.scenarios import TABLE as OPENAI_TABLE

TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ELSEWHERE = {
    "GaveUp": "GaveUp",
    "NeverAsked": "NeverAsked",
    "NotAsked": "NotAsked",
    "PromptEmpty": "PromptEmpty",
    "PullFailed": '"pull-digest-mismatch"',
    "StoreDamaged": "StoreDamaged",
    "TimeUp": "TimeUp",
}
"""Kinds of failure that no fault of an answer brings about, and words of a test that shows them."""


@cache
def all_tests() -> str:
    """The source of every test module but this one."""
    return "\n".join(path.read_text(encoding="utf-8") for path in TESTS if path != Path(__file__))


def some_test_has(words: str) -> bool:
    """Whether words stand in a test."""
    return words in all_tests()


def test_the_document_is_what_the_table_gives() -> None:
    """Whoever changes the table or the errors runs ``make docs``."""
    assert (ROOT / "docs" / "failures.md").read_text(encoding="utf-8") == document()


def test_every_kind_says_what_to_do() -> None:
    """In the document, in the order of the tree."""
    assert list(TO_DO) == [kind.__name__ for kind in kinds()]


def test_every_row_is_another() -> None:
    """None is played twice."""
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert len(ROWS) >= 100


def without_row(engine: str, scenarios: Iterable[str]) -> list[str]:
    """The scenarios of a double that no row of its engine plays."""
    played = {row.scenario for row in PLAYED if row.engine == engine}
    return [name for name in scenarios if name not in played]


def test_every_scenario_has_a_row() -> None:
    """Or is at another endpoint than generate, or at a load, and is named in a test."""
    for name in without_row("ollama", TABLE):
        assert all(fault.at != GENERATE or fault.on_load for fault in TABLE[name]), name
        assert some_test_has(f'"{name}'), name


def test_every_scenario_of_the_openai_double_has_a_row() -> None:
    """But for two, which befall several articles at once or their words, and have tests of their own."""
    left = without_row("openai", OPENAI_TABLE)

    assert sorted(left) == ["echo", "gathered"]
    assert all(some_test_has(f'"{name}"') for name in left)


def test_every_row_has_a_scenario() -> None:
    """A row without one would be played as if nothing happened."""
    tables = {"ollama": set(TABLE), "openai": set(OPENAI_TABLE)}

    assert [row.id for row in PLAYED if row.scenario not in tables[row.engine]] == []


def test_a_row_without_words_is_the_one_before_that_passes() -> None:
    """So docs/failures.md has one line for both."""
    for before, row in itertools.pairwise(ROWS):
        if not row.happens:
            assert replace(row, requests="", outcome=before.outcome, tries=0) == replace(
                before, happens="", says="", tries=0
            ), row.id
            assert isinstance(row.outcome, Right)
            assert row.requests


@pytest.mark.parametrize("row", [row for row in ROWS if row.shown_by], ids=lambda row: row.id)
def test_what_no_double_plays_is_shown_by_the_test_that_it_names(row: Row) -> None:
    """The test is there, and its outcome is the row's."""
    file, _, name = row.shown_by.partition("::")
    source = (ROOT / "tests" / file).read_text(encoding="utf-8")
    (found,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    test = "\n".join(ast.unparse(part) for part in (*found.decorator_list, *found.body))
    if isinstance(row.outcome, type):
        assert row.outcome.__name__ in test
    else:
        assert ("unusable" if isinstance(row.outcome, Unusable) else "Obtained") in test


def test_every_failure_of_the_field_is_shown() -> None:
    """29 of them, each by a row or by the test that it names."""
    assert [one.number for one in SEEN] == list(range(1, 30))
    shown = {number for row in ROWS for number in row.seen}
    for one in SEEN:
        assert (one.number in shown) is not bool(one.test), one
        assert not one.test or some_test_has(one.test), one


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_kind_of_failure_is_met(kind: type) -> None:
    """Each class of the tree is the outcome of a row, or is tested where it belongs."""
    if any(row.outcome is kind for row in PLAYED):
        return
    assert some_test_has(ELSEWHERE[kind.__name__])
