"""Dates: the right day as a day, the right span as a span, and no other beside it."""

from datetime import date

import pytest

from slm_harness.grading import grade
from slm_harness.grading.dates import parse_dates

DAY: dict[str, object] = {
    "earliest": "2023-03-12",
    "latest": "2023-03-12",
    "wrong": [date(2023, 3, 20)],
}
LOW_DAY: dict[str, object] = {"earliest": "2023-06-05", "latest": "2023-06-05"}
SAME: dict[str, object] = {"earliest": "2023-06-06", "latest": "2023-06-06"}
DURING: dict[str, object] = {"earliest": "2023-03-12", "latest": "2023-03-19", "span": "during"}
WITHIN: dict[str, object] = {"earliest": "2023-03-12", "latest": "2023-03-19"}
MONTH: dict[str, object] = {
    "earliest": "2023-03-01",
    "latest": "2023-03-31",
    "slack": {"earliest": 0, "latest": 0},
}
MID: dict[str, object] = {
    "earliest": "2023-04-11",
    "latest": "2023-04-20",
    "slack": {"earliest": 5, "latest": 5},
}
BEFORE: dict[str, object] = {"earliest": None, "latest": "2023-05-05"}
SINCE: dict[str, object] = {"earliest": "2023-05-05", "latest": None}
ROUND_UP: list[object] = [
    {"earliest": "2023-01-04", "latest": "2023-01-04"},
    {"earliest": "2023-02-10", "latest": "2023-02-20", "span": "during"},
]
TABLE = [
    (DAY, "12-Mar-2023", True, "the form asked for"),
    (DAY, "12 March 2023", True, "another form"),
    (DAY, "March 12, 2023", True, "another form"),
    (DAY, "March 12th, 2023", True, "an ordinal"),
    (DAY, "2023-03-12", True, "ISO"),
    (DAY, "12/03/2023", False, "12 March or 3 December"),
    (DAY, "Sunday 12 March", True, "the article's own words"),
    (DAY, "Sunday, March 12", True, "the article's own words"),
    (DAY, "12. März 2023", True, "German"),
    (DAY, "12 mars 2023", True, "French"),
    (DAY, "12 de marzo de 2023", True, "Spanish"),
    (DAY, "12 marzo 2023", True, "Italian"),
    (DAY, "12 de março de 2023", True, "Portuguese"),
    (DAY, "12 maart 2023", True, "Dutch"),
    (DAY, "the 12th of March, 2023", True, "in words"),
    (DAY, "on or about 12 March 2023", True, "the day, hedged"),
    (DAY, "The breach occurred on 12 March 2023.", True, "a sentence"),
    (
        DAY,
        "The breach occurred on 12 March 2023 and was discovered on 20 March 2023.",
        True,
        "the other date in its role",
    ),
    (DAY, "March 2023", False, "wider than the day"),
    (DAY, "12-Mar-2023 to 14-Mar-2023", False, "wider than the day"),
    (DAY, "13-Mar-2023", False, "another day"),
    (DAY, "12-Mar-2022", False, "another year"),
    (DAY, "20-Mar-2023", False, "the date of something else"),
    (DAY, "12-Mar-2023, 20-Mar-2023", False, "right plus wrong"),
    (DAY, "not 12 March 2023", False, "denied"),
    (DAY, "It was discovered on 12 March 2023", False, "given as the day of discovery"),
    (DAY, "12-Mar-2023 (March 2023)", True, "the month beside the day"),
    (DAY, "Unknown", False, "the article has it"),
    (DAY, "", False, "empty"),
    (DAY, {"answer": "12-Mar-2023"}, True, "wrapped"),
    (DAY, "`12-Mar-2023`", True, "markdown"),
    (DAY, "12-Mar-2023 to 12-Mar-2023", True, "a range of one day"),
    (DAY, "30-Feb-2023", False, "no such day"),
    (LOW_DAY, "05/06/2023", False, "5 June or 6 May"),
    (LOW_DAY, "2023-06-05", True, "ISO has one reading"),
    (LOW_DAY, "07/08/2023", False, "neither reading"),
    (SAME, "06/06/2023", True, "both readings agree"),
    (LOW_DAY, "05.06.2023 (not 20.06.2023)", True, "the order is told"),
    (DURING, "12-Mar-2023 to 19-Mar-2023", True, "the span"),
    (DURING, "from 12 to 19 March 2023", True, "the span"),
    (DURING, "between March 12 and March 19, 2023", True, "the span"),
    (DURING, "March 12-19, 2023", True, "the span"),
    (DURING, "12/03/2023 - 19/03/2023", True, "the order is told"),
    (DURING, "It began on 12 March 2023 and lasted until 19 March 2023", True, "the span"),
    (DURING, "began on 12 March 2023", True, "the beginning of a span that went on"),
    (DURING, ["12-Mar-2023", "19-Mar-2023"], True, "both ends as a list"),
    (DURING, {"start": "12-Mar-2023", "end": "19-Mar-2023"}, True, "both ends as an object"),
    (DURING, "12-Mar-2023", False, "one bare day"),
    (DURING, "13-Mar-2023 to 19-Mar-2023", False, "another span"),
    (DURING, "March 2023", False, "a wider span"),
    (WITHIN, "between 12 March 2023 and 19 March 2023", True, "the span"),
    (WITHIN, "began on 12 March 2023", False, "it was one moment"),
    (MONTH, "March 2023", True, "the month"),
    (MONTH, "sometime in March 2023", True, "the month"),
    (MONTH, "01-Mar-2023 to 31-Mar-2023", True, "the month"),
    (MONTH, "2023-03", True, "the month"),
    (MONTH, "12-Mar-2023", False, "a day of it"),
    (MONTH, "April 2023", False, "another month"),
    (MID, "mid-April 2023", True, "the middle of the month"),
    (MID, "10-Apr-2023 to 20-Apr-2023", True, "within the slack"),
    (MID, "April 2023", False, "beyond the slack"),
    (BEFORE, "before 5 May 2023", True, "open"),
    (BEFORE, "Prior to May 5, 2023", True, "open"),
    (BEFORE, "no later than 05-May-2023", True, "open"),
    (BEFORE, "05-May-2023", False, "it has to say so"),
    (BEFORE, "after 5 May 2023", False, "the other way"),
    (SINCE, "since 5 May 2023", True, "open"),
    (SINCE, "after 5 May 2023", True, "open"),
    (SINCE, "5 May 2023", False, "it has to say so"),
    (ROUND_UP, "04-Jan-2023; 10-Feb-2023 to 20-Feb-2023", True, "all"),
    (ROUND_UP, ["4 January 2023", "10-20 February 2023"], True, "all"),
    (ROUND_UP, "04-Jan-2023 to 20-Feb-2023", True, "the span of all"),
    (ROUND_UP, "04-Jan-2023", False, "one of two"),
    (ROUND_UP, "04-Jan-2023; 10-Feb-2023 to 20-Feb-2023; 1 May 2023", False, "one too many"),
    ("unknown", "Unknown", True, "unknown"),
    ("unknown", "The article does not specify when the breach occurred.", True, "unknown"),
    ("unknown", "Unknown; it was discovered on 7 May 2024", True, "another date in its role"),
    ("unknown", "7 May 2024", False, "made up"),
    ("unknown", "Unbekannt", True, "German"),
    ("unknown", "Inconnue", True, "French"),
    ("unknown", "", True, "nothing known, nothing said"),
    ("none", "N/A", True, "does not apply"),
    ("none", "1 May 2020", False, "made up"),
]


@pytest.mark.parametrize(("label", "answer", "passed", "why"), TABLE)
def test_editor_and_grader_agree(label: object, answer: object, passed: bool, why: str) -> None:
    """The grader decides as the table says."""
    result = grade("breach_date", label, answer)
    assert result.passed is passed, (why, result.reason)


PUBLISHED = date(2023, 3, 23)  # a Thursday
RELATIVE = [
    ("last Tuesday", date(2023, 3, 21), date(2023, 3, 21)),
    ("on Monday", date(2023, 3, 20), date(2023, 3, 20)),
    ("yesterday", date(2023, 3, 22), date(2023, 3, 22)),
    ("last month", date(2023, 2, 1), date(2023, 2, 28)),
    ("three days ago", date(2023, 3, 20), date(2023, 3, 20)),
    ("12 December", date(2022, 12, 12), date(2022, 12, 12)),
    ("two days after 5 March", date(2023, 3, 7), date(2023, 3, 7)),
    ("Q4 2022", date(2022, 10, 1), date(2022, 12, 31)),
    ("early January 2023", date(2023, 1, 1), date(2023, 1, 10)),
    ("in 2021", date(2021, 1, 1), date(2021, 12, 31)),
    ("the weekend of 11 March 2023", date(2023, 3, 11), date(2023, 3, 12)),
    ("from 30 December to 2 January 2023", date(2022, 12, 30), date(2023, 1, 2)),
    ("November 2022 to January 2023", date(2022, 11, 1), date(2023, 1, 31)),
    ("summer 2022", date(2022, 6, 1), date(2022, 8, 31)),
    ("Thursday 9 March", date(2023, 3, 9), date(2023, 3, 9)),
]


@pytest.mark.parametrize(("text", "earliest", "latest"), RELATIVE)
def test_dates_are_read(text: str, earliest: date, latest: date) -> None:
    """Dates are read in any usual wording, relative ones against publication."""
    assert [(span.earliest, span.latest) for span in parse_dates(text, PUBLISHED)] == [
        (earliest, latest)
    ]


def test_two_days_later_is_counted_from_the_day_before_it() -> None:
    """An offset counts from the day that the answer gave before it."""
    spans = parse_dates(
        "It began on 5 March 2023 and was noticed two days later, on Tuesday", PUBLISHED
    )
    assert {span.earliest for span in spans} == {date(2023, 3, 5), date(2023, 3, 7)} or len(
        spans
    ) == 3


@pytest.mark.parametrize(
    "text", ["it may have been stolen", "86,400 records", "in the second attack", "version 2.1.3"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    """Words and numbers that only look like dates are left alone."""
    assert parse_dates(text, PUBLISHED) == []
