"""Which models a command line names, and which of its words are no marker."""

import pytest

from slm_harness.plugin.selection import Selection

MODELS = ["baseline", "phi3", "phi3.5", "llama3.2"]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        (Selection(), set()),
        (Selection(markers="phi3"), {"phi3"}),
        (Selection(markers="llama3.2 or phi3"), {"llama3.2", "phi3"}),
        (Selection(markers="slow"), set()),
        (Selection(keywords="tennis"), set()),
        (Selection(keywords="phi3 and tennis"), {"phi3", "phi3.5"}),
        (Selection(keywords="Llama"), {"llama3.2"}),
        (Selection(keywords="baseline or phi3-mill-lane"), {"baseline", "phi3"}),
        (Selection(arguments=["evals"]), set()),
        (Selection(arguments=["evals/t.py::test_answer[phi3-mill-lane-cause]"]), {"phi3"}),
        (Selection(arguments=["evals/t.py::test_pass_rates[phi3.5]"]), {"phi3.5"}),
        (Selection(added=["phi3.5"]), {"phi3.5"}),
        (Selection(failed_before=["evals/t.py::test_pass_rates[phi3]"]), {"phi3"}),
    ],
)
def test_a_model_is_named_by_marker_keyword_id_flag_or_last_failure(
    chosen: Selection, named: set[str]
) -> None:
    """What is named has to be measured, or the run is red."""
    assert chosen.named(MODELS) == named


@pytest.mark.parametrize(
    ("markers", "possible"),
    [
        ("", set(MODELS)),
        ("phi3", {"phi3"}),
        ("baseline or llama3.2", {"baseline", "llama3.2"}),
        ("not phi3", set(MODELS)),
        ("not(phi3)", set(MODELS)),
        ("(not phi3)", set(MODELS)),
        ("slow", set(MODELS)),
    ],
)
def test_only_models_that_may_run_are_looked_for(markers: str, possible: set[str]) -> None:
    """``-m baseline`` speaks to no server."""
    assert Selection(markers=markers).possible(MODELS) == possible


@pytest.mark.parametrize(
    ("markers", "unknown"),
    [
        ("phi3 and not slow", []),
        ("phi4", ["'phi4' (did you mean 'phi3'?)"]),
        ("phi3 or zzz", ["'zzz'"]),
        ("device(serial='x') or phi3", ["'device'"]),
    ],
)
def test_words_that_are_no_marker_are_found(markers: str, unknown: list[str]) -> None:
    """A misspelt model is an error with the nearest name, not an empty run."""
    assert Selection(markers=markers).unknown_markers([*MODELS, "slow"]) == unknown


@pytest.mark.parametrize(
    ("markers", "found"),
    [
        ("", {"phi3", "llama3.2", "mistral"}),
        ("phi3", {"phi3"}),
        ("phi3 or (mistral)", {"phi3", "mistral"}),
        ("phi3 and mistral", {"phi3", "mistral"}),
        ("not phi3", {"phi3", "llama3.2", "mistral"}),
        ("phi3 or slow", {"phi3", "llama3.2", "mistral"}),
        ("slow", {"phi3", "llama3.2", "mistral"}),
    ],
)
def test_cases_are_made_for_models_that_can_be_selected(markers: str, found: set[str]) -> None:
    """Only where -m is made of their names alone is it sure that no other model's case carries a marker of it."""
    assert Selection(markers=markers).selectable(["phi3", "llama3.2", "mistral"]) == found
