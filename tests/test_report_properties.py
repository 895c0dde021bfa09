"""The properties of cases in a JUnit file: put in behind pytest, escaped, and nothing else touched."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from slm_harness.records import Outcome, Verdict
from slm_harness.report.properties import with_properties
from slm_harness.report.wording import properties

OUTCOME = Outcome(
    "phi3", "mill", "cause", Verdict.WRONG, expected="a thief", got="rain", reason="other words"
)
DOCUMENT = (
    '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite>'
    '<testcase classname="evals" name="test_answer[phi3-mill-cause]" time="0.1" />'
    '<testcase classname="evals" name="test_answer[phi3-mill-cause]" time="0.1"><skipped /></testcase>'
    '<testcase classname="evals" name="test_answer[phi3-mill-cause]" time="0.1">'
    '<properties><property name="mine" value="1" /></properties><failure /></testcase>'
    '<testcase classname="other" name="test_other[x]" time="0.1" />'
    "</testsuite></testsuites>"
)


def put_in(outcome: Outcome) -> ET.Element:
    """The document with the outcome's properties, read by somebody else's parser."""
    return ET.fromstring("".join(with_properties(DOCUMENT, {"phi3-mill-cause": outcome})))  # noqa: S314 - ours


def test_each_form_of_a_case_gets_them() -> None:
    """Empty, with an outcome of pytest's own, and with properties that a test recorded; no other case."""
    cases = list(put_in(OUTCOME).iter("testcase"))

    names = [[p.attrib["name"] for p in case.iter("property")] for case in cases]
    ours = ["model", "question", "article", "verdict", "expected", "got", "reason"]
    assert names == [ours, ours, [*ours, "mine"], []]
    assert [[one.tag for one in case] for case in cases] == [
        ["properties"],
        ["properties", "skipped"],
        ["properties", "failure"],
        [],
    ]


@given(st.text(min_size=1))
def test_whatever_a_model_said_is_an_attribute(said: str) -> None:
    """Any text stands there as XML has it, and is read back but for what XML cannot hold."""
    first = next(put_in(replace(OUTCOME, got=said)).iter("testcase"))

    got = {p.attrib["name"]: p.attrib["value"] for p in first.iter("property")}["got"]
    assert got == said or any(not character.isprintable() for character in said)
    assert dict(properties(replace(OUTCOME, got=said)))["got"] == said


def test_what_is_not_there_has_no_property() -> None:
    """None and empty texts are left out, a False stays."""
    outcome = replace(OUTCOME, got="", conforms=False)

    assert dict(properties(outcome)) == {
        "model": "phi3",
        "question": "cause",
        "article": "mill",
        "verdict": "wrong",
        "expected": "a thief",
        "reason": "other words",
        "conforms": False,
    }
