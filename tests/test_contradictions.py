"""Contradictions within one reply, and what is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slm_harness.breach import TASK
from slm_harness.grading import contradictions
from tests import recipe_task

SOUND = {
    "data_breach": "Yes",
    "breached_entity": "Harbour Dental",
    "records_breached": "4,120 patients",
    "breach_date": "03-Jun-2025",
    "discovery_date": "05-Jun-2025",
    "cause_known": "Yes",
    "cause": "A guessed password",
    "third_parties_involved": "No",
    "third_parties": [],
}
PUBLISHED = date(2025, 6, 13)


def found(**changes: object) -> dict[str, str]:
    """What contradicts what in a sound reply with changes."""
    return dict(contradictions({**SOUND, **changes}, TASK, PUBLISHED))


@pytest.mark.parametrize(
    ("changes", "question", "how"),
    [
        ({"data_breach": "No"}, "data_breach", "it is No, and breached_entity has an answer"),
        ({"data_breach": "Hard to say"}, "data_breach", "it is neither Yes nor No, and breached_entity has an answer"),
        ({"third_parties": ["Tarbert Cloud"]}, "third_parties_involved", "it is No, and third_parties has an answer"),
        (
            {"third_parties_involved": "Unclear", "third_parties": "Tarbert Cloud"},
            "third_parties_involved",
            "it is neither Yes nor No, and third_parties has an answer",
        ),
        ({"cause_known": "No"}, "cause_known", "it is No, and cause has an answer"),
        ({"discovery_date": "1 June 2025"}, "discovery_date", "1 june 2025 is before breach_date, 03-jun-2025"),
        ({"discovery_date": "20 June 2025"}, "discovery_date", "20 june 2025 is after the article was published"),
        ({"breach_date": "03-Jun-2026", "discovery_date": "Unknown"}, "breach_date", "03-jun-2026 is after the article was published"),
    ],
)  # fmt: skip
def test_contradiction_is_found(changes: dict[str, object], question: str, how: str) -> None:
    """Each under the question whose answer cannot stand, and nothing else with it."""
    assert found(**changes) == {question: how}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        dict.fromkeys(SOUND, "Unknown") | {"data_breach": "No"},
        {"data_breach": "No", **dict.fromkeys(list(SOUND)[1:], "N/A"), "records_breached": "0"},
        {"cause_known": "No", "cause": "Not known; phishing is suspected"},
        {"third_parties_involved": "Yes", "third_parties": []},
        {"discovery_date": "between 1 and 30 June 2025"},
        {"discovery_date": "03/06/2025"},
        {"discovery_date": "not 1 June 2025"},
        {"breach_date": "Unknown"},
        {"breach_date": "during May and June 2025", "discovery_date": "2025-06-01"},
    ],
)
def test_no_contradiction_is_made_up(changes: dict[str, object]) -> None:
    """What may be true together is let pass."""
    assert found(**changes) == {}


def test_what_was_left_out_contradicts_nothing() -> None:
    """A reply with some of the fields is looked at as far as it goes."""
    assert contradictions({"data_breach": "No"}, TASK) == {}
    assert contradictions({}, TASK) == {}


def test_another_task_has_its_own_relations() -> None:
    """A task without relations has no contradictions."""
    values = {"minutes": "40", "vegetarian": "No", "cook": "Marta Quill"}

    assert contradictions(values, recipe_task.TASK) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(TASK.ids), JSON))
def test_any_reply_can_be_looked_at(values: dict[str, object]) -> None:
    """No value that JSON can hold makes it raise; what it finds are questions of the task."""
    assert set(contradictions(values, TASK, PUBLISHED)) <= set(values)
