"""What stands before a date and narrows or widens it: "early", "the first week of", "the weekend of"."""

import re
from dataclasses import replace
from datetime import date, timedelta

from slm_harness.grading.calendar_words import PARTS, WEEKDAYS, month_days
from slm_harness.grading.spot import Spot

_PART = re.compile(
    rf"\b(?P<part>{'|'.join(PARTS)})(?:\s+of)?(?:-|\s+(?:(?:of|de|del|di|van|in)\s+)?(?:the\s+)?(?:month of\s+|year\s+)?)?\Z"
)
_WEEK_OF_MONTH = re.compile(
    r"\b(?P<n>first|second|third|fourth|last|final) (?P<unit>week|weekend|days|half) (?:of|in)\s+(?:the month of\s+)?\Z"
)


def with_part(text: str, spot: Spot) -> Spot:
    """Take "early", "mid", "the end of", "the first week of" into the stretch that follows it."""
    if spot.days[0]:
        return _week_around(text, spot)
    before = text[max(0, spot.start - 40) : spot.start]
    week = _WEEK_OF_MONTH.search(before)
    if week and spot.month and not spot.last_month and spot.year:
        first, last = month_days(spot.year, spot.month) or (date(spot.year, 1, 1),) * 2
        place = {"first": 0, "second": 1, "third": 2, "fourth": 3}.get(week["n"], 3)
        begin = (
            first + timedelta(days=7 * place)
            if week["n"] not in ("last", "final")
            else last - timedelta(days=6)
        )
        if week["unit"] == "half":
            begin, last = (
                (first, first + timedelta(days=14))
                if place == 0
                else (first + timedelta(days=15), last)
            )
        else:
            last = begin + timedelta(days=6)
        return replace(spot, start=spot.start - len(before) + week.start(), fixed=(begin, last))
    part = _PART.search(before)
    if part:
        return replace(
            spot, start=spot.start - len(before) + part.start(), part=PARTS[part["part"]]
        )
    return spot


_WEEK_OF = re.compile(
    r"\b(?P<unit>week|weekend) (?:of|beginning|starting|commencing)\s+(?:(?:"
    + "|".join(WEEKDAYS)
    + r")\b,?\s*)?(?:the\s+)?\Z"
)


def _week_around(text: str, spot: Spot) -> Spot:
    before = text[max(0, spot.start - 40) : spot.start]
    week = _WEEK_OF.search(before)
    stretch = spot.stretch(spot.year) if spot.year and week else None
    if not week or not stretch or stretch[0] != stretch[1]:
        return spot
    monday = stretch[0] - timedelta(days=stretch[0].weekday())
    if week["unit"] == "weekend":
        saturday = monday + timedelta(days=5 if stretch[0].weekday() >= 3 else -2)
        fixed = (saturday, saturday + timedelta(days=1))
    else:
        fixed = (
            (monday, monday + timedelta(days=6))
            if "of" in week[0]
            else (stretch[0], stretch[0] + timedelta(days=6))
        )
    return replace(spot, start=spot.start - len(before) + week.start(), fixed=fixed)
