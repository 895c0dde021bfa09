"""Drafting: from the values of a reply to label values with their sentences."""

from datetime import date
from typing import Any

import pytest

from slm_harness.breach import TASK
from slm_harness.drafting import kind_of, proposed
from slm_harness.grading.expected import parse_label
from slm_harness.records import Article

TEXT = """\
Brackwater Ferries told Mr. Brandt that 23,417 bookings were read. "We did not see it," it said.
The thief came on 2 June, by way of Tarbert Cloud, and was noticed on Thursday.
He had guessed a password.\
"""
ARTICLE = Article("ferry", TEXT, {}, {}, published=date(2024, 6, 11))
NOTHING = dict.fromkeys(TASK.ids, "Unknown")


def proposal(question: str, value: object) -> Any:  # noqa: ANN401 - a label
    """The label that is proposed for one value."""
    values = {**NOTHING, "data_breach": "Yes", question: value}
    return {one.question: one for one in proposed(ARTICLE, TASK, values)}[question].label


@pytest.mark.parametrize(
    ("question", "value", "label"),
    [
        ("data_breach", "Yes.", "Yes"),
        ("data_breach", "Hard to say", "unknown"),
        ("records_breached", "about 23,417 bookings", {"value": 23417, "unit": "bookings"}),
        ("records_breached", "at least 300", {"at_least": 300}),
        ("records_breached", "Not mentioned", "unknown"),
        ("records_breached", "a great many", "unknown"),
        ("breach_date", "02-Jun-2024", {"earliest": date(2024, 6, 2), "latest": date(2024, 6, 2)}),
        ("breach_date", "between 1 and 3 June 2024", {"earliest": date(2024, 6, 1), "latest": date(2024, 6, 3)}),
        ("breach_date", "some day", "unknown"),
        ("cause", "A guessed password", {"statement": "A guessed password", "key_facts": [["A guessed password"]]}),
        ("breached_entity", "Brackwater Ferries", {"names": [{"name": "Brackwater Ferries"}]}),
        ("third_parties", ["Tarbert Cloud", " "], {"names": [{"name": "Tarbert Cloud"}]}),
        ("third_parties", "Tarbert Cloud; Oban Mail", {"names": [{"name": "Tarbert Cloud"}, {"name": "Oban Mail"}]}),
        ("third_parties", [], "unknown"),
        ("breached_entity", None, "unknown"),
        ("records_breached", {"a": ["b"]}, "unknown"),
        ("records_breached", "between 10 and 5", "unknown"),
        ("third_parties", ["Tarbert\u202e Cloud"], {"names": [{"name": "Tarbert Cloud"}]}),
        ("third_parties", "Marl Street, Ltd; Oban Mail, Inc.", {"names": [{"name": "Marl Street, Ltd"}, {"name": "Oban Mail, Inc."}]}),
        ("cause", "word " * 60, {"statement": ("word " * 60).strip(), "key_facts": [[("word " * 60).strip()]]}),
    ],
)  # fmt: skip
def test_value_becomes_a_label(question: str, value: object, label: object) -> None:
    """Each proposal is a label value as the contract has it; what cannot be read is unknown."""
    assert proposal(question, value) == label
    parse_label(TASK.question(question).kind, label)


def test_sentences_stand_beside_what_they_bear_out() -> None:
    """The sentence that names, counts or dates the answer, word for word; dots of titles end none."""
    values = {
        **NOTHING,
        "breached_entity": "Brackwater Ferries",
        "records_breached": "23,417",
        "breach_date": "2 June 2024",
        "cause": "Someone guessed the password",
        "third_parties": ["Tarbert Cloud"],
    }
    evidence = {one.question: one.evidence for one in proposed(ARTICLE, TASK, values)}

    assert evidence["records_breached"].endswith("that 23,417 bookings were read.")
    assert evidence["breach_date"].startswith("The thief came on 2 June")
    assert evidence["third_parties"] == evidence["breach_date"]
    assert evidence["cause"] == "He had guessed a password."
    assert evidence["data_breach"] == ""
    assert all(one in TEXT for one in evidence.values())


def test_no_breach_means_no_answers() -> None:
    """Where the first question is answered No, nothing else applies, whatever the model went on to say."""
    values = {**NOTHING, "data_breach": "No", "records_breached": "23,417"}
    found = proposed(ARTICLE, TASK, values)

    assert {one.label for one in found[1:]} == {"none"}
    assert kind_of(TASK, found) == "not-a-breach"


def test_no_third_party_has_no_name() -> None:
    """Below a No the names are none; a cause that is not known is unknown."""
    values = {**NOTHING, "data_breach": "Yes", "cause_known": "No", "third_parties_involved": "No"}
    labels = {one.question: one.label for one in proposed(ARTICLE, TASK, values)}

    assert (labels["third_parties"], labels["cause"]) == ("none", "unknown")
    assert kind_of(TASK, proposed(ARTICLE, TASK, values)) == "breach"
