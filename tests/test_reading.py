"""Reading a reply: any JSON object is read; what says nothing has a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.reading import read
from slm_harness.records import Reply

WHOLE: dict[str, object] = {
    "data_breach": "Yes",
    "breached_entity": "Harbour Dental",
    "records_breached": "4,120",
    "breach_date": "03-Jun-2025",
    "discovery_date": "05-Jun-2025",
    "cause_known": "Yes",
    "cause": "a guessed password",
    "third_parties_involved": "No",
    "third_parties": [],
}


def reply(text: str) -> Reply:
    """A reply that the model ended by itself."""
    return Reply(text=text, finish="stop", seconds=1.0)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WHOLE),
        json.dumps(WHOLE) + "  \n\n",
        "```json\n" + json.dumps(WHOLE) + "\n```",
        "Here are my answers: " + json.dumps(WHOLE) + " I hope this helps.",
    ],
)
def test_an_object_is_read_wherever_it_stands(text: str) -> None:
    """Fences and words around the object do not hide its values."""
    assert read(reply(text), TASK).values == WHOLE


def test_only_a_reply_to_the_letter_conforms() -> None:
    """Conformity to the schema is told apart from what can be read."""
    loose = {**WHOLE, "data_breach": "yes indeed"}

    assert read(reply(json.dumps(WHOLE)), TASK).conforms
    assert not read(reply(json.dumps(loose)), TASK).conforms
    assert read(reply(json.dumps(loose)), TASK).values["data_breach"] == "yes indeed"


def test_a_missing_field_costs_only_its_own_question() -> None:
    """A key that is left out makes that one question unusable."""
    partial = {key: value for key, value in WHOLE.items() if key != "cause"}

    found = read(reply(json.dumps(partial)), TASK)

    assert found.missing("cause") == "the reply has no field cause"
    assert found.missing("breach_date") == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("I cannot help with that.", "no JSON"),
        (json.dumps(WHOLE)[:80], "no JSON"),
        ('["Yes"]', "no JSON object"),
        ('"Yes"', "no JSON object"),
        ("{}", "none of the fields"),
        ('{"x": {"data_breach": "Yes"}}', "none of the fields"),
        ('{"data_breach": "Yes", "data_breach": "No"}', "data_breach twice"),
        ("[" * 100_000, "no JSON"),
        ('{"data_breach": ' * 50_000, "no JSON"),
        ('{"data_breach": ' + "9" * 5000 + "}", "no JSON"),
    ],
)
def test_what_cannot_be_read_has_a_reason(text: str, problem: str) -> None:
    """A reply that holds no answers is a reading with a problem, never an exception."""
    assert problem in read(reply(text), TASK).problem


@pytest.mark.parametrize(
    ("finish", "problem"),
    [("length", "cut off"), ("looped", "repeated itself"), ("empty", "empty")],
)
def test_an_unfinished_reply_is_not_read(finish: str, problem: str) -> None:
    """What the model did not end is unusable as a whole, even where it can be parsed."""
    cut = Reply(text=json.dumps(WHOLE), finish=finish, seconds=1.0)  # type: ignore[arg-type]

    assert problem in read(cut, TASK).problem


def test_the_same_answer_twice_is_one_answer() -> None:
    """A key that is repeated with the same value is harmless."""
    text = '{"data_breach": "Yes", "data_breach": "Yes"}'

    assert read(reply(text), TASK).values == {"data_breach": "Yes"}


@given(st.text())
def test_reading_never_raises(text: str) -> None:
    """Whatever a model says can be read, if only as a problem."""
    found = read(reply(text), TASK)

    assert found.values or found.problem
