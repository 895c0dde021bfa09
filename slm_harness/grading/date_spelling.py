"""Bringing the spelling of dates into one form before they are read, each letter staying in its place.

Misspelt months, years in words, times of day, brackets and East Asian marks. A replacement is as long as
what it replaces, so that what is read afterwards stands where it stands in the answer.
"""

import re
from functools import lru_cache

from slm_harness.grading.calendar_words import ENGLISH_MONTHS, MONTHS, ORDINALS, UNITS
from slm_harness.grading.silence import plain

_TIME = re.compile(
    r"(?<![\w:.,/-])(?:at\s+|@\s*)?(?:\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]\.?m\b\.?)?(?!\d)|\d{1,2}(?:\.\d{2})?\s?[ap]\.?m\b\.?|\d{1,2}[.h]\d{2}\s?(?=uhr|uur|hours|h\b))"
    r"(?:\s?(?:uhr|uur|hours|h|gmt|utc|z|[bc]e?st|[ecmp][sd]?t|local time)\b)?"
)
_EAST = re.compile(
    rf"(\d{{4}})\s?(?:年|{plain('년')})\s?(\d{{1,2}})\s?(?:月|{plain('월')})\s?(\d{{1,2}})\s?(?:日|{plain('일')})"
)
_WORD = re.compile(
    r"(?<=\d)(?:st|nd|rd|th)?[-/\s]*(?:of\s+)?(?P<after>[a-z]{4,11})\b(?=[-/\s.,]*(?:of\s+)?'?\d)|\b(?P<before>[a-z]{4,11})(?=\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d)"
    r"|\b(?P<alone>[a-z]{5,11})(?=\.?,?\s(?:19|20)\d\d\b)"
)
_TENS = {"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}  # fmt: skip
_YEAR_WORDS = re.compile(
    rf"\b(?:twenty|two thousand(?: and)?)[- ](?:(?P<tens>twenty|thirty)[- ]?(?P<unit>{'|'.join(UNITS)})?|(?P<teen>{'|'.join(_TENS)})|(?:oh[- ])?(?P<ones>{'|'.join(UNITS)}))\b"
)
_MONTH_BEFORE = re.compile(rf"\b(?:{'|'.join(MONTHS)})\.?,?\s(?:of\s|in\s)?(?:the year\s)?\Z")


def spelt(low: str) -> str:
    """``low`` with its dates in the usual spelling, letter for letter as long as before."""
    if "[" in low:
        low = low.replace("[", " ").replace("]", " ")
    if "_" in low:
        low = low.replace("_", " ")
    if "thousand" in low or "twenty" in low:
        low = _YEAR_WORDS.sub(_year, low)
    if any(char.isdigit() for char in low):
        low = _EAST.sub(lambda found: _padded("-".join(found.groups()), found), low)
        low = _TIME.sub(lambda found: " " * len(found[0]), low)
        low = _WORD.sub(_month, low)
    return low


def _padded(text: str, found: re.Match[str]) -> str:
    return text.ljust(len(found[0]))


def _year(found: re.Match[str]) -> str:
    """A year in words: "twenty twenty-four", but only behind a month or "in": "twenty two" may be a day."""
    before = found.string[max(0, found.start() - 24) : found.start()]
    thousand = found[0].startswith("two")
    if not thousand and (
        (found["ones"] and "oh" not in found[0])
        or not (
            _MONTH_BEFORE.search(before)
            or re.search(r"\b(?:in|of|year|late|early|mid)[- ]\Z", before)
        )
    ):
        return found[0]
    number = _TENS.get(found["teen"] or "", 0) + UNITS.get(found["unit"] or found["ones"] or "", 0)
    number += {"twenty": 20, "thirty": 30}.get(found["tens"] or "", 0)
    return _padded(str(2000 + number), found)


def _month(found: re.Match[str]) -> str:
    group = found.lastgroup or ""
    month = slip_of_month(found[group])
    if not month:
        return found[0]
    start = found.start(group) - found.start()
    head, tail = found[0][:start], found[0][start + len(found[group]) :]
    return head + month[:3].ljust(len(found[group])) + tail


@lru_cache(maxsize=2048)
def slip_of_month(word: str) -> str:
    """The English month of which ``word`` is a misspelling, or nothing."""
    if word in MONTHS or word in ORDINALS:
        return ""
    for month in ENGLISH_MONTHS:
        if len(month) > 4 and word[0] == month[0] and _one_slip(word, month):
            return month
    return ""


def _one_slip(word: str, month: str) -> bool:
    """Whether one letter is missing, too many or wrong, or two neighbours are swapped.

    In short names a wrong or missing letter makes another word (march, match), so there only a swap and
    a doubled letter count.
    """
    short = len(month) < 6
    same = 0
    while same < min(len(word), len(month)) and word[same] == month[same]:
        same += 1
    rest, wanted = word[same:], month[same:]
    if rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:] and len(wanted) > 1:
        return True
    if rest[1:] == wanted and rest:
        return not short or rest[0] == word[same - 1]
    return not short and (rest == wanted[1:] or (rest[1:] == wanted[1:] and bool(rest)))
