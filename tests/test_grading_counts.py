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


TENANTS: dict[str, object] = {
    "value": 52310,
    "low": 52000,
    "high": 52500,
    "unit": "tenants",
    "also": [{"value": 910, "unit": "bank cards"}, {"value": 4400, "unit": "tenants in Leeds"}],
    "claimed": [300000],
    "wrong": [40000, 7700],
}
SEARCHED: dict[str, object] = {
    "value": 2318,
    "unit": "people",
    "also": [{"value": 5902, "unit": "searches"}],
}
STAFF: dict[str, object] = {"value": 6384, "unit": "present and former employees"}
SOLD: dict[str, object] = {"at_most": 340000, "unit": "subscribers", "claimed": [1200000]}
TWO: dict[str, object] = {
    "value": 9300,
    "unit": "people",
    "parts": [6100, 3200],
    "claimed": [20000],
    "wrong": [450],
}
NOUGHT: dict[str, object] = {"value": 0, "unit": "records", "wrong": [22600]}

SUPERSEDED = [
    ("52,310 tenants; the landlord first spoke of 40,000", True),
    ("52,310, after earlier figures of 31,000 and 40,000", True),
    ("31,000, later 40,000, finally 52,310", True),
    ("52,310, corrected from 40,000 and 31,000", True),
    ("52,310 (a first press note gave 40,000 by a slip)", True),
    ("40,000 tenants according to an early report, since corrected to 52,310", True),
    ("From 40,000 the figure rose to 52,310", True),
    ("The 40,000 of the first letter has been replaced by 52,310", True),
    ("52,310, later 40,000, finally 31,000", False),
    ("The figure fell from 52,310 to 40,000", False),
    ("40,000 tenants (previously 52,310)", False),
    ("52,310 in the first letter, 40,000 in the second", False),
    ("The correct figure is 40,000, not 52,310", False),
]
CLAIMED = [
    (TENANTS, "52,310; the blackmailers speak of 300,000", True),
    (TENANTS, "52,310 tenants (300,000 if one believes the gang's boast)", True),
    (TENANTS, "300,000 according to the criminals, 52,310 according to the firm", True),
    (TENANTS, "52,310 and possibly 300,000", False),
    (TENANTS, "Hackers claimed 52,310 and the true figure is 300,000", False),
    (SOLD, "At most 3.4 lakh subscribers. A seller on Telegram offers 12 lakh.", True),
    (SOLD, "At most 3.4 lakh, though Black Kite is offering 12 lakh", True),
    (SOLD, "At most 3.4 lakh or 12 lakh", False),
    (TWO, "6,100 and 3,200; a post claims 20,000", True),
    (TWO, "6,100 and 3,200, 20,000 altogether", False),
    (TWO, "6,100 and 3,200, plus 450 at a third", False),
]
UNSTATED = [
    ("unknown", "2 million (claimed by the seller, unconfirmed)", True),
    ("unknown", "Unconfirmed; 2 million claimed", True),
    ("unknown", "Allegedly 2 million", True),
    ("unknown", "2 million, although the hackers claim more", False),
    ("unknown", "2 million records were stolen by hackers", False),
    ("unknown", "pending", True),
    ("unknown", "The number is listed as pending", True),
    ("unknown", "The records are still being counted", True),
    ("unknown", "Unknown (pending); about 5,200 people work for the company", True),
    ("unknown", "Unknown (two drives)", True),
    ("unknown", "Unknown; 40,000 were hit in an earlier breach", True),
    ("unknown", "Unknown; 5,200 people were affected", False),
    ("unknown", "Unknown (5,200)", False),
    ("unknown", "Unknown, it was 5,200", False),
    ("unknown", "No records", False),
    ("unknown", "Unknown; no card numbers were copied", True),
    ("unknown", "2 TB of data; number of records unknown", True),
    ("unknown", "2 TB of data", False),
    ("none", "None; about 200,000 were open to the flaw but nobody used it", True),
    ("none", "None, the 40,216 files were fictional", True),
    ("none", "0; the 40,216 files were made up", True),
    ("none", "None (40,216 made-up files in an exercise)", True),
    ("none", "No records; it was an exercise", True),
    ("none", "None; 40,216 files", False),
    ("none", "0; 40,216 files were stolen", False),
    ("none", "40,216 dummy files", False),
]
BESIDE = [
    (TENANTS, "52,310 (fifty-two thousand, three hundred and ten)", True),
    (TENANTS, "52,310 (about 52,000)", True),
    (TENANTS, "52,310 tenants, 4,400 of them in Leeds", True),
    (TENANTS, "52,310 (1,200 with bank details and 300 with medical notes)", True),
    (TENANTS, "52,310; in 1,200 cases bank details were exposed", True),
    (TENANTS, "52,310 tenants, of which a dealer saved about 200 as proof", True),
    (TENANTS, "52,310 and 1,200", False),
    (TENANTS, "52,310 (of them 90,000 with bank details)", False),
    (TENANTS, "52,310 tenants, 7,700 of them in Leeds", False),
    (TENANTS, "4,400 of the 52,310 tenants", False),
    (TENANTS, "Of 140,000 tenants, 52,310 were affected", True),
    (TENANTS, "52,310. The landlord houses 140,000 tenants.", True),
    (TENANTS, "52,310; 7,700 were hit in an unrelated breach", True),
    (TENANTS, "52,310 tenants; 7,700 were also affected", False),
    (TENANTS, "52,310 tenants; no passwords were taken", True),
    (TENANTS, "52,310 tenants; no records were taken", False),
    (TENANTS, "None of the 52,310 tenants was affected", False),
    (TENANTS, "52,310 tenants of 3 landlords in 40 blocks", True),
    (TENANTS, "The first notice said 52,310", True),
    (TENANTS, "At first 40,000", False),
    (TENANTS, "Up to 52,310", True),
    (TENANTS, "Fewer than 52,310", False),
    (TENANTS, "52,310; 40,000 is the number the regulator gives", False),
    (TENANTS, "52,310 (50,000 in Hull and 2,310 in Leeds)", True),
    (TENANTS, "52,310: 50,000 in Hull, 2,310 in Leeds", True),
    (TENANTS, "52,310: 50,000 in Hull, 2,300 in Leeds", False),
    (TENANTS, "60,010 (52,310 + 7,700)", False),
    (TENANTS, "52,310, which is 12,310 more than the 40,000 first reported", True),
    (TENANTS, "52,310 tenants, twice the 26,155 of the year before", True),
    (TENANTS, "52,310 more than first thought", False),
    (SOLD, "At most 3.4 lakh (340,000)", True),
    (SOLD, "At most 340,000 (3.4 lakh)", True),
    (SOLD, "At most 340,000 (3.4 million)", False),
    (SOLD, "At most 340,000 (at least 340,000)", False),
    (SOLD, "340,000 subscribers at the most", True),
    (SOLD, "340,000 subscribers at the least", False),
]
UNITS = [
    (SEARCHED, "2,318 people (5,902 searches)", True),
    (SEARCHED, "2,318 searches", False),
    (SEARCHED, "2,318 people and 5,902", False),
    (STAFF, "6384 staff, past and present", True),
    (STAFF, "6384 people", True),
    (STAFF, "6384 patients", False),
    (STAFF, "6384 customers", False),
    (TENANTS, "52,310 customers", True),
    (TENANTS, "52,310 employees", False),
    (TENANTS, "52,310 dirhams", False),
    (TENANTS, "52,310 tonnes", False),
    (TENANTS, "52,310 bank cards", False),
]
NONE_TAKEN = [
    ("None of the records were read or copied", True),
    ("None of its 22,600 members was affected", True),
    ("The intruders got away with nothing", True),
    ("Not a single document was opened", True),
    ("None, though 22,600 members were written to as a precaution", True),
    ("None of the figures was disclosed", False),
    ("Nothing is known", False),
    ("22,600 members were written to", False),
]


@pytest.mark.parametrize(("answer", "passed"), SUPERSEDED)
def test_what_no_longer_holds_is_set_apart(answer: str, passed: bool) -> None:
    """Earlier figures beside the last are fine, however many there are; the last one counts."""
    result = grade("records_breached", TENANTS, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), CLAIMED)
def test_a_claim_is_set_apart_by_who_makes_it(label: object, answer: str, passed: bool) -> None:
    """A claim beside the figure, a bound or all the parts is fine where it is said whose it is."""
    result = grade("records_breached", label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), UNSTATED)
def test_unknown_and_none_beside_other_figures(label: str, answer: str, passed: bool) -> None:
    """What is only claimed, made up, of another breach or another matter is no count of this one."""
    result = grade("records_breached", label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), BESIDE)
def test_parts_wholes_and_repeats_beside_the_figure(
    label: object, answer: str, passed: bool
) -> None:
    """A part that is smaller, a whole that is larger and the figure once more say nothing false."""
    result = grade("records_breached", label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), UNITS)
def test_a_label_teaches_its_own_units(label: object, answer: str, passed: bool) -> None:
    """The words of a label's units count as units; people of another sort are another unit."""
    result = grade("records_breached", label, answer)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("answer", "passed"), NONE_TAKEN)
def test_nothing_taken_is_nought(answer: str, passed: bool) -> None:
    """A sentence that says that nothing was taken gives the count 0; that nothing was said does not."""
    result = grade("records_breached", NOUGHT, answer)
    assert result.passed is passed, result.reason


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
    ("mindestens zwölftausendvierhundert Kinder", [(12400, None)]),
    ("tweeëndertigduizend klanten", [(32000, 32000)]),
    ("tremilatrecentodiciotto", [(3318, 3318)]),
    ("doce mil cuatrocientos treinta y dos", [(12432, 12432)]),
    ("quatre-vingt-dix-sept mille deux cents", [(97200, 97200)]),
    ("três mil trezentos e dezoito", [(3318, 3318)]),
    ("une demi-million", [(500000, 500000)]),
    ("due to this, once more, 5 per cent", [(5, 5)]),
    ("the final one is 700", [(700, 700)]),
    ("a 2019 breach", []),
    ("700 tenants [3] of the 5G network, aged 18 to 94, in the years 2015-2020", [(700, 700)]),
    ("hotline 0800 123 456", []),
    ("900 cattle dealers at the most", [(None, 900)]),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_numbers_are_read(text: str, wanted: list[tuple[int | None, int | None]]) -> None:
    """Numbers are read in any usual writing, and what is no count is left out."""
    assert [(count.low, count.high) for count in parse_counts(text)] == wanted
