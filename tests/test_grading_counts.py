"""Counts: the very figure, or a hedged rounding within bounds, of the right unit."""

import pytest

from slm_harness.grading import grade
from slm_harness.grading.counts import parse_counts

PATIENTS: dict[str, object] = {
    "value": 41350,
    "low": 41000,
    "high": 42000,
    "unit": "patients",
    "also": [{"value": 2700000, "unit": "documents"}],
    "claimed": [150000],
    "wrong": [7600],
}
MILLIONS: dict[str, object] = {"value": 1300000, "unit": "accounts"}
AT_LEAST: dict[str, object] = {"at_least": 500000, "unit": "people"}
AT_MOST: dict[str, object] = {"at_most": 900}
BOTH: dict[str, object] = {"at_least": 200, "at_most": 300}
ZERO: dict[str, object] = {"value": 0, "wrong": [500]}
PARTS: dict[str, object] = {"value": 45000, "parts": [15000, 30000], "unit": "customers"}
DOCUMENTS: dict[str, object] = {"value": 2700000, "unit": "documents"}
TABLE = [
    (PATIENTS, "41350", True, "the figure"),
    (PATIENTS, 41350, True, "a number"),
    (PATIENTS, 41350.0, True, "a float"),
    (PATIENTS, "41,350", True, "grouped"),
    (PATIENTS, "41.350", True, "grouped with points"),
    (PATIENTS, "41 350", True, "grouped with spaces"),
    (PATIENTS, "41'350", True, "grouped with apostrophes"),
    (PATIENTS, "４１，３５０", True, "full width"),
    (PATIENTS, "forty-one thousand three hundred and fifty", True, "in words"),
    (PATIENTS, "41,350 patients", True, "with its unit"),
    (PATIENTS, "41,350 records", True, "the question says records"),
    (PATIENTS, "41.35k", True, "a letter for thousands"),
    (PATIENTS, "over 41,000", True, "rounded and hedged"),
    (PATIENTS, "about 41 thousand patients", True, "rounded and hedged"),
    (PATIENTS, "nearly 42,000", True, "rounded and hedged"),
    (PATIENTS, "between 41,000 and 42,000", True, "a range within bounds"),
    (PATIENTS, "41000", False, "rounded, not hedged"),
    (PATIENTS, "more than 40,000", False, "rounded too far"),
    (PATIENTS, "over 42,000", False, "a bound that does not hold"),
    (PATIENTS, "4135", False, "a slip of magnitude"),
    (PATIENTS, "413,500", False, "a slip of magnitude"),
    (PATIENTS, "£41,350", False, "money"),
    (PATIENTS, "41,350 documents", False, "another unit"),
    (PATIENTS, "41,350 GB", False, "another unit"),
    (
        PATIENTS,
        "41,350 patients and 2.7 million documents",
        True,
        "another true figure with its unit",
    ),
    (PATIENTS, "41,350 and 2.7 million", False, "the other figure without its unit"),
    (PATIENTS, "2.7 million documents", False, "the other figure alone"),
    (PATIENTS, "41,350; the gang claims 150,000", True, "a claim as a claim"),
    (PATIENTS, "150,000", False, "the claim alone"),
    (PATIENTS, "The gang claims 150,000", False, "the claim alone"),
    (PATIENTS, "41,350 or 150,000", False, "the claim as a fact"),
    (PATIENTS, "7600", False, "another figure"),
    (PATIENTS, "41,350, not 7,600, which was Ostley", True, "set apart"),
    (PATIENTS, "not 41,350", False, "denied"),
    (PATIENTS, "41,350 and 7,600", False, "right plus wrong"),
    (PATIENTS, "Initially 7,600, later revised to 41,350", True, "superseded and said so"),
    (PATIENTS, "revised from 7,600 to 41,350", True, "superseded and said so"),
    (PATIENTS, "initially 7,600", False, "the superseded alone"),
    (PATIENTS, "In March 2024, 41,350 patients were affected", True, "a year is no count"),
    (
        PATIENTS,
        "On 14 May 2024 the trust said 41,350 patients were affected over 3 days.",
        True,
        "dates and days",
    ),
    (PATIENTS, "41,350 (12% of its patients)", True, "a share beside"),
    (PATIENTS, "Unknown", False, "the article has it"),
    (PATIENTS, "", False, "empty"),
    (PATIENTS, [], False, "empty"),
    (PATIENTS, {"answer": "41,350"}, True, "wrapped"),
    (PATIENTS, "```\n41,350\n```", True, "fenced"),
    (PATIENTS, "A total of 41,350 patients had their data stolen.", True, "a sentence"),
    (PATIENTS, "thousands", False, "no figure"),
    (MILLIONS, "1.3 million", True, "a scale"),
    (MILLIONS, "1,3 Millionen", True, "German"),
    (MILLIONS, "1.3m accounts", True, "a letter"),
    (MILLIONS, "13 lakh", True, "Indian scale"),
    (MILLIONS, "13,00,000", True, "Indian grouping"),
    (MILLIONS, "one million three hundred thousand", True, "in words"),
    (MILLIONS, "1.3 billion", False, "a slip of magnitude"),
    (MILLIONS, "1.3", False, "a slip of magnitude"),
    (MILLIONS, "1.3 million dollars", False, "money"),
    (AT_LEAST, "at least 500,000", True, "the bound"),
    (AT_LEAST, "more than 500,000 people", True, "the bound"),
    (AT_LEAST, "500,000+", True, "the bound"),
    (AT_LEAST, "half a million or more", True, "the bound"),
    (AT_LEAST, "up to 500,000", False, "the other way"),
    (AT_LEAST, "at least 50,000", False, "another bound"),
    (AT_MOST, "fewer than 900", True, "the bound"),
    (AT_MOST, "up to 900", True, "the bound"),
    (AT_MOST, "more than 900", False, "the other way"),
    (BOTH, "between 200 and 300", True, "both bounds"),
    (BOTH, "200-300", True, "both bounds"),
    (BOTH, "at least 200", False, "one of two bounds"),
    (ZERO, "0", True, "nought"),
    (ZERO, 0, True, "nought"),
    (ZERO, "None were taken", True, "nought"),
    (ZERO, "No records were breached.", True, "nought"),
    (ZERO, "Zero", True, "nought"),
    (ZERO, "Unknown", False, "not nought"),
    (ZERO, "500", False, "another figure"),
    (PARTS, "45,000", True, "the total"),
    (PARTS, "15,000 and 30,000", True, "the parts"),
    (PARTS, ["15,000", "30,000"], True, "the parts"),
    (PARTS, "45,000 (15,000 and 30,000)", True, "total and parts"),
    (PARTS, "15,000", False, "one part"),
    (PARTS, "15,000, 30,000 and 9,000", False, "one part too many"),
    (DOCUMENTS, "2.7 million documents", True, "documents"),
    (DOCUMENTS, "2.7m files", True, "files are documents"),
    (DOCUMENTS, "2.7 million customers", False, "another unit"),
    ("unknown", "Unknown", True, "unknown"),
    ("unknown", "Not specified", True, "unknown"),
    ("unknown", "The article does not specify how many records were breached.", True, "unknown"),
    ("unknown", "Nicht angegeben", True, "German"),
    ("unknown", "Non précisé", True, "French"),
    ("unknown", "No especificado", True, "Spanish"),
    ("unknown", "Non specificato", True, "Italian"),
    ("unknown", "Não informado", True, "Portuguese"),
    ("unknown", "Niet vermeld", True, "Dutch"),
    ("unknown", "", True, "nothing known, nothing said"),
    ("unknown", "5,000", False, "made up"),
    ("unknown", "0", False, "nought is a count"),
    (
        "unknown",
        "The company has not said how many of its 3 million customers were affected.",
        True,
        "not the answer",
    ),
    ("unknown", "Not specified, but more than 3 million customers", False, "made up"),
    ("none", "N/A", True, "does not apply"),
    ("none", "86,400", False, "made up"),
]


@pytest.mark.parametrize(("label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(label: object, answer: object, passed: bool, why: str) -> None:
    """The grader decides as the table says."""
    result = grade("records_breached", label, answer)
    assert result.passed is passed, (why, result.reason)


READ = [
    ("nearly 2.5 crore users", [(25000000, 25000000)]),
    ("12,34,567 records", [(1234567, 1234567)]),
    ("no fewer than 300", [(300, None)]),
    ("one and a half million", [(1500000, 1500000)]),
    ("a million and a half", [(1500000, 1500000)]),
    ("three hundred and twelve thousand", [(312000, 312000)]),
    ("80 to 90 thousand", [(80000, 90000)]),
    ("1.2-1.3 million", [(1200000, 1300000)]),
    ("fewer than 900", [(None, 900)]),
    ("in 2023", []),
    ("CVE-2023-34362", []),
    ("on 3 May 2024", []),
    ("2 million people and 3 million files", [(2000000, 2000000), (3000000, 3000000)]),
    ("two and three", [(2, 2), (3, 3)]),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_numbers_are_read(text: str, wanted: list[tuple[int | None, int | None]]) -> None:
    """Numbers are read in any usual writing, and what is no count is left out."""
    assert [(count.low, count.high) for count in parse_counts(text)] == wanted
