"""What stands before a date and narrows or widens it: "early", "the first week of", "the weekend of"."""

import re
from dataclasses import replace
from datetime import timedelta

from slm_harness.grading.calendar_words import ENGLISH_WEEKDAYS, PARTS, SMALL, WEEKDAYS
from slm_harness.grading.spot import Spot

_PART = re.compile(
    rf"\b(?P<part>{'|'.join(PARTS)})(?:\s+(?:part|months|weeks|days|stages))?(?:\s+of)?(?:-|\s+(?:(?:of|de|del|di|van|in)\s+)?(?:the\s+)?(?:month of\s+|year\s+)?)?\Z"
)
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "last": -1, "final": -1}  # fmt: skip
_NTH_BEFORE = re.compile(rf"\b(?:{'|'.join(_NTH)}) \Z")
_NTH_OF = re.compile(
    rf"\b(?P<n>{'|'.join(_NTH)}) (?P<unit>week|weekend|days|half|day|(?:\w+ )?(?:days|weeks)|{'|'.join(ENGLISH_WEEKDAYS)})(?: or so)? (?:of|in)\s+(?:the month of\s+|(?:the )?year\s+)?\Z"
)
_UNREAD_OF = re.compile(
    rf"(?<!one )(?<!some )(?<!\ba )(?<!any )\b(?:week|weekend|day|weekday|{'|'.join(ENGLISH_WEEKDAYS)}) (?:of|in)\s+(?:the month of\s+|(?:the )?year\s+)?\Z"
)


def with_part(text: str, spot: Spot) -> Spot:
    """Take "early", "mid", "the end of", "the first week of" into the stretch that follows it.

    What narrows it in a way that is not understood ("the third last week of") leaves it vague.
    """
    if spot.days[0] or spot.fixed:
        return _week_around(text, spot)
    before = text[max(0, spot.start - 40) : spot.start]
    nth = _NTH_OF.search(before)
    if nth and not spot.last_month and not _NTH_BEFORE.search(before[: nth.start()]):
        unit = _several(nth["unit"])
        start = spot.start - len(before) + nth.start()
        return replace(spot, start=start, nth=(unit, _NTH[nth["n"]]), vague=spot.vague or not unit)
    if _UNREAD_OF.search(before):
        return replace(spot, vague=True)
    part = _PART.search(before)
    if part:
        return replace(
            spot, start=spot.start - len(before) + part.start(), part=PARTS[part["part"]]
        )
    return spot


def _several(unit: str) -> str:
    """How many days "ten days" and "two weeks" are: "10 days"; other units as they stand."""
    number, _, what = unit.rpartition(" ")
    if not number:
        return "14 days" if unit == "weeks" else unit
    count = int(number) if number.isdigit() else SMALL.get(number, 0)
    return f"{count * (7 if what == 'weeks' else 1)} days" if 0 < count < 100 else ""


_WEEK_OF = re.compile(
    r"\b(?P<unit>week|weekend) (?:of|beginning|starting|commencing)\s+(?:(?:"
    + "|".join(WEEKDAYS)
    + r")\b,?\s*)?(?:the\s+)?\Z"
)


def _week_around(text: str, spot: Spot) -> Spot:
    before = text[max(0, spot.start - 40) : spot.start]
    week = _WEEK_OF.search(before)
    stretch = spot.stretch(spot.year) if spot.year and week else None
    if week and spot.named:
        return replace(
            spot, vague=True
        )  # how many days "the weekend of Thanksgiving" has depends on the country
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
