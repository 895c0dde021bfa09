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


LATER: dict[str, object] = {
    "earliest": "2025-01-27",
    "latest": "2025-01-27",
    "wrong": [date(2025, 1, 24), date(2025, 2, 3)],
}
FORTNIGHT: dict[str, object] = {"earliest": "2025-01-24", "latest": "2025-02-06", "span": "during"}
SLACK: dict[str, object] = {
    "earliest": "2024-03-01",
    "latest": "2024-10-31",
    "slack": {"earliest": 5, "latest": 10},
    "wrong": [date(2024, 11, 6)],
}
TWO: list[object] = [
    {"earliest": "2025-01-24", "latest": "2025-01-24"},
    {"earliest": "2025-02-06", "latest": "2025-02-06"},
]
UNTIL: dict[str, object] = {"earliest": None, "latest": "2025-01-24"}
FROM: dict[str, object] = {"earliest": "2025-01-24", "latest": None}
FEBRUARY = date(2025, 2, 20)
PRINCIPLES = [
    # A day and another which has a verb or a noun of its own.
    (LATER, "27 January 2025; the letters were sent on 19 February", True, "set apart"),
    (LATER, "27 January 2025. A clerk was dismissed the next day and jailed on 18 February", True, "set apart"),
    (LATER, "27 January 2025, reported to the data authority on 3 February", True, "set apart"),
    (LATER, "27 January 2025 (notices: 3 February)", True, "set apart"),
    (LATER, "27 January 2025 (breach), 3 February 2025 (discovery)", True, "each labelled"),
    (LATER, "3 February 2025 (breach), 27 January 2025 (discovery)", False, "swapped"),
    (LATER, "27 January 2025 (date of discovery)", False, "given as the discovery"),
    (LATER, "27 January 2025; the thieves came back on 3 February", False, "a second breach"),
    (LATER, "27 January 2025 and again on 3 February 2025", False, "a second breach"),
    (LATER, "27 January 2025; 3 February 2025", False, "nothing sets it apart"),
    (LATER, "27 January 2025. The stolen laptop was recovered on 3 February.", True, "set apart"),
    (LATER, "The raid of 27 January 2025 was noticed on 3 February 2025", True, "an event by its day"),
    (LATER, "The raid of 3 February 2025 was noticed on 27 January 2025", False, "an event by its day"),
    # What is only counted from is not what the date is the date of.
    (LATER, "27 January 2025, a week before it was noticed", True, "counted from"),
    (LATER, "27 January 2025 (three days later)", True, "in apposition"),
    (LATER, "Three days later, on Monday", True, "the other day is known, the weekday fits"),
    (LATER, "Three days later, on Tuesday", False, "another weekday"),
    (LATER, "Two days later, on Monday", False, "another distance"),
    (LATER, "the Monday after 24 January", True, "a weekday after a day"),
    (LATER, "the Tuesday after 24 January", False, "a weekday after a day"),
    (LATER, "the fourth Monday of January 2025", True, "a weekday of a month"),
    (LATER, "the last Friday of January 2025", False, "a weekday of a month"),
    # Spelling and form.
    (LATER, "27th of Janurary 2025", True, "a slip"),
    (LATER, "27 stycznia 2025", True, "Polish"),
    (LATER, "2025年1月27日", True, "Japanese"),
    (LATER, "27-Jan-25", True, "a year of two digits"),
    (LATER, "27 Jan 24", False, "a year of two digits"),
    (LATER, "27 January twenty twenty-five", True, "a year in words"),
    (LATER, "27 January twenty twenty-four", False, "a year in words"),
    (LATER, "27.01.2025, 04:24", True, "a time of day"),
    # A span in two halves.
    (FORTNIGHT, "First access on 24 January 2025 and last access on 6 February 2025", True, "first, last"),
    (FORTNIGHT, "They came in on Jan. 24, 2025, and stayed until Feb. 6, 2025", True, "until"),
    (FORTNIGHT, "Start: 24-Jan-2025; end: 06-Feb-2025", True, "labelled"),
    (FORTNIGHT, "24 January 2025 (start), 6 February 2025 (end)", True, "labelled"),
    (FORTNIGHT, "January 24, 2025 - February 6, 2025", True, "each with its year"),
    (FORTNIGHT, "no earlier than 24 January and no later than 6 February 2025", True, "two bounds"),
    (FORTNIGHT, "mellan den 24 januari och 6 februari 2025", True, "Swedish"),
    (FORTNIGHT, "24.01. - 06.02.2025", True, "one year for both"),
    (FORTNIGHT, "24 January 2025, and was not discovered until 6 February 2025", False, "no span"),
    (TWO, "From 24 January 2025 (post room) to 6 February 2025 (portal)", True, "brackets between"),
    (SLACK, "01-Mar-2024 to 05-Nov-2024", True, "within the slack"),
    (SLACK, "01-Mar-2024 to 06-Nov-2024", False, "within the slack, but another event's day"),
    # Open ends.
    (UNTIL, "before 24 January 2025, when it was found", True, "a bound may be another event's day"),
    (UNTIL, "through 24 January 2025", True, "open"),
    (UNTIL, "no earlier than 24 January 2025", False, "the other way"),
    (FROM, "Beginning 24 January 2025", True, "open"),
    (FROM, "24 January 2025 to the present", True, "open"),
    ("unknown", "Unknown; the man was dismissed on 3 February 2025", True, "set apart"),
    ("unknown", "The form leaves the date of the breach blank", True, "nothing said"),
    ("unknown", "Unknown, perhaps 3 February 2025", False, "made up"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "answer", "passed", "why"), PRINCIPLES)
def test_what_a_date_is_said_to_be_decides(
    label: object, answer: str, passed: bool, why: str
) -> None:
    """A date is judged by what it is said to be the date of, and by all of what it says."""
    result = grade("breach_date", label, answer, published=FEBRUARY)
    assert result.passed is passed, (why, result.reason)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("10 31 1974", date(1974, 10, 31), date(1974, 10, 31)),
        ("2003 09 25", date(2003, 9, 25), date(2003, 9, 25)),
        ("[Sept] 04, 2014", date(2014, 9, 4), date(2014, 9, 4)),
        ("11 / 2016", date(2016, 11, 1), date(2016, 11, 30)),
        ("2016H2", date(2016, 7, 1), date(2016, 12, 31)),
        ("2020/23/Sep", date(2020, 9, 23), date(2020, 9, 23)),
        ("from 4 to January 22, 1995", date(1995, 1, 4), date(1995, 1, 22)),
        ("first week of 2019", date(2018, 12, 31), date(2019, 1, 6)),
        ("the last ten days of August 2023", date(2023, 8, 22), date(2023, 8, 31)),
        ("12-14.09.2023", date(2023, 9, 12), date(2023, 9, 14)),
        ("12, 13 or 14 September 2023", date(2023, 9, 12), date(2023, 9, 14)),
        ("Good Friday 2024", date(2024, 3, 29), date(2024, 3, 29)),
        ("Black Friday 2010", date(2010, 11, 26), date(2010, 11, 26)),
        ("late 2022", date(2022, 9, 1), date(2022, 12, 31)),
    ],
)
def test_a_date_is_read_whole(text: str, earliest: date, latest: date) -> None:
    """No part of a date is taken for the whole of it."""
    assert [(span.earliest, span.latest) for span in parse_dates(text, PUBLISHED)] == [
        (earliest, latest)
    ]


@pytest.mark.parametrize(
    "text",
    ["Halloween weekend 2021", "third last week of 2018", "Office 2016", "5/1-5/7, 2020", "5 December 1391"],
)  # fmt: skip
def test_what_says_more_than_is_understood_is_not_read(text: str) -> None:
    """A wrong date is worse than none."""
    assert parse_dates(text, PUBLISHED) == []
