"""Answers as small models word them, judged by hand before the graders were run on them."""

from datetime import date

import pytest

from slm_harness.grading import grade

PUBLISHED = date(2024, 5, 14)  # a Tuesday

FIRM: dict[str, object] = {
    "names": [{"name": "Alder & Quill", "aliases": ["Alder and Quill"]}],
    "neutral": ["Tessel Holdings"],
    "wrong": ["Slotwise Systems", "Slotwise", "Brume Hosting", "Red Heron"],
}
SUPPLIER: dict[str, object] = {
    "names": [{"name": "Slotwise Systems", "aliases": ["Slotwise"]}],
    "wrong": ["Alder & Quill", "Red Heron"],
}
NAMES = [
    ("breached_entity", "Alder & Quill, a Jaipur-based retailer", True),
    ("breached_entity", "Alder & Quill (Halston, Neb.)", True),
    ("breached_entity", "Alder & Quill in St Helier, Jersey", True),
    ("breached_entity", "Alder & Quill of Ballarat, South Australia", True),
    ("breached_entity", "Alder & Quill and London Water", False),
    ("breached_entity", "Alder & Quill, American Airlines", False),
    ("breached_entity", "Alder & Quill and Bank of America", False),
    ("breached_entity", "Alder & Quill, Denver Software", False),
    ("breached_entity", "Alder & Quill, via Slotwise and Brume Hosting", True),
    ("breached_entity", "Alder & Quill (through its suppliers Slotwise and Brume Hosting)", True),
    ("breached_entity", "Alder & Quill, Slotwise and Brume Hosting", False),
    ("breached_entity", "Alder & Quill, reported by Brume Hosting and Slotwise was hit too", False),
    ("breached_entity", "Alder & Quill, Arriva, Leeds", False),
    ("breached_entity", "Alder & Quill's customer Slotwise", False),
    ("breached_entity", "Alder & Quill, found by Ilse Maandag of Slotwise", True),
    ("breached_entity", "Alder & Quill (attackers: Red Heron)", True),
    ("breached_entity", "Alder & Quill's client ledger", True),
    ("breached_entity", "Alder & Quill's supplier Slotwise", False),
    ("breached_entity", "Alder & Quill's payment partner Slotwise", False),
    ("breached_entity", "Slotwise's booking software used by Alder & Quill", False),
    ("breached_entity", "Alder & Quill and 340 other customers of Slotwise", False),
    ("breached_entity", "Alder & Quill and other companies", False),
    ("breached_entity", "Alder & Quill; no other companies were affected", True),
    ("third_parties", "Owen Castell of Slotwise Systems", True),
    ("third_parties", "Halden Services of Slotwise Systems", False),
    ("third_parties", "Slotwise Systems and the attackers", False),
    ("third_parties", ["Slotwise Systems", "140 shipping agents"], False),
    ("third_parties", ["Slotwise Systems (Bengaluru)"], True),
]

PEOPLE: dict[str, object] = {
    "value": 417,
    "low": 400,
    "high": 420,
    "unit": "patients",
    "also": [{"value": 160, "unit": "patients who had died"}],
    "claimed": [9000],
    "wrong": [350, 1200],
}
TRIPS: dict[str, object] = {
    "value": 4600000,
    "low": 4500000,
    "high": 4700000,
    "unit": "trip records",
    "also": [{"value": 3900000, "unit": "riders"}],
}
BOUND: dict[str, object] = {"at_least": 41000, "unit": "buyers", "claimed": [190000]}
COUNTS = [
    (PEOPLE, "417 patients, 160 of whom had since died", True),
    (PEOPLE, "417 patients (including 160 deceased)", True),
    (PEOPLE, "417 patients; for 160 of them the next of kin too", True),
    (PEOPLE, "417 and 160", False),
    (PEOPLE, "160 patients", False),
    (PEOPLE, "417 (initially estimated at 350)", True),
    (PEOPLE, "417 at first, then 350", False),
    (PEOPLE, "It was 350 but the figure is now 417", True),
    (PEOPLE, "It was 417 but the figure is now 350", False),
    (PEOPLE, "350, later 417", True),
    (PEOPLE, "417 (one in three of 1,200 patients)", True),
    (PEOPLE, "417 (two thirds of 1,200)", True),
    (PEOPLE, "One in three of 1,200 patients", False),
    (PEOPLE, "417; the thief advertises 9,000", True),
    (TRIPS, "4.6 million trips of 3.9 million riders", True),
    (TRIPS, "4.6 million riders", False),
    (TRIPS, "4.6 million", True),
    (BOUND, "≥ 41,000", True),
    (BOUND, "At least 41,000 (the thief advertises 190,000)", True),
    (BOUND, "At least 41,000, possibly 190,000", False),
    ("unknown", "Unknown (31,000 meters served)", True),
    ("unknown", "31,000 meters", False),
    ("unknown", "31,000", False),
]

DAY: dict[str, object] = {
    "earliest": "2024-05-09",
    "latest": "2024-05-09",
    "wrong": ["2024-05-07", "2024-05-10"],
}
SPAN: dict[str, object] = {"earliest": "2024-04-30", "latest": "2024-05-02", "span": "during"}
DATES = [
    (
        "discovery_date",
        DAY,
        "Thursday 9 May, by Priya Nandakumar, and reported to the firm on 10 May",
        True,
    ),
    ("discovery_date", DAY, "9 May 2024 and 10 May 2024", False),
    ("discovery_date", DAY, "May 9, 2024, during a review carried out every three months", True),
    ("discovery_date", DAY, "9 May 2024, by researcher Ilse Maandag", True),
    ("discovery_date", DAY, "Thursday, two days after the theft", True),
    ("discovery_date", DAY, "9 May 2024 (Thursday), two days after the breach", True),
    ("discovery_date", DAY, "9 May 2024; the page was closed on 10 May", True),
    ("discovery_date", DAY, "9 May 2024 or 12 May 2024, when it was closed", False),
    ("breach_date", SPAN, "30 April and 1-2 May 2024", True),
    ("breach_date", SPAN, "30 April and 2 May 2024", False),
    ("breach_date", SPAN, "1-2 May and 3 May 2024", False),
    ("breach_date", "unknown", "Nobody can put a date on the breach", True),
    ("breach_date", "unknown", "Unknown (discovered on 7 May, closed on 9 May)", True),
    ("breach_date", "unknown", "9 May 2024", False),
]

BUCKET: dict[str, object] = {
    "statement": "A storage bucket was set to public.",
    "key_facts": [["open bucket", "bucket set to public", "public bucket"]],
    "wrong": ["stolen password", "ransomware"],
}
CAUSES = [
    (BUCKET, "The bucket was public and had no password, so anyone could steal data", True),
    (BUCKET, "A public bucket was entered with a stolen password", False),
    (BUCKET, "A public bucket, and a password, stolen by hackers, was used", False),
    (BUCKET, "No ransomware was used; it was an open bucket", True),
    (BUCKET, "Ransomware, no doubt, and an open bucket", False),
    ("unknown", "Phishing is the likeliest explanation", True),
    ("unknown", "Phishing", False),
]

CONTRACT = [
    ("No", "The article discusses a breach of contract, not a data breach", True),
    ("No", "It is a breach of contract rather than a data breach", True),
    ("Yes", "It is a data breach, not a breach of contract", True),
    ("No", "It is a data breach, not a breach of contract", False),
    ("Yes", "It is a breach of contract, not a data breach", False),
]


@pytest.mark.parametrize(("question", "answer", "passed"), NAMES)
def test_names_among_places_people_and_others(question: str, answer: object, passed: bool) -> None:
    """Towns and people beside a name are no firms; unnamed others and named institutions are."""
    label = SUPPLIER if question == "third_parties" else FIRM
    result = grade(question, label, answer, published=PUBLISHED)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        (["None", "Halvorsen Grey"], False),
        ("None, Halvorsen Grey", False),
        (["No vendor", "No partner institution"], True),
        ("None; Halvorsen Grey was hired afterwards", True),
        ("None (the researcher was from Kettlefish Labs)", True),
    ],
)
def test_none_and_yet_a_name(answer: object, passed: bool) -> None:
    """None beside a name names somebody, unless it only says what else that one did."""
    result = grade("third_parties", "none", answer, published=PUBLISHED)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), COUNTS)
def test_counts_with_their_parts_and_wholes(label: object, answer: object, passed: bool) -> None:
    """A part, a whole, a first estimate and a claim beside the count are fine where they say so."""
    result = grade("records_breached", label, answer, published=PUBLISHED)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("question", "label", "answer", "passed"), DATES)
def test_dates_with_what_else_happened(
    question: str, label: object, answer: object, passed: bool
) -> None:
    """A date is judged for what it is said to be the date of, whatever else stands beside it."""
    result = grade(question, label, answer, published=PUBLISHED)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), CAUSES)
def test_causes_denied_and_strewn(label: object, answer: object, passed: bool) -> None:
    """Words strewn over a sentence are no cause; what there was none of is none either."""
    result = grade("cause", label, answer, published=PUBLISHED)
    assert result.passed is passed, result.reason


@pytest.mark.parametrize(("label", "answer", "passed"), CONTRACT)
def test_breach_of_contract_is_another_breach(label: str, answer: str, passed: bool) -> None:
    """What an answer says that it is not decides which breach it speaks of."""
    result = grade("data_breach", label, answer, published=PUBLISHED)
    assert result.passed is passed, result.reason
