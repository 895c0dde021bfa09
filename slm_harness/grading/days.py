"""The smallest pieces of a date expression: days, months, quarters, years, each where it stands.

Works on text that is already in lower case without accents (``silence.plain``).
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from slm_harness.grading.calendar_words import MONTHS, ORDINALS, day
from slm_harness.grading.date_pieces import MONTH, YEAR, modal_may, year_of
from slm_harness.grading.day_parts import with_part
from slm_harness.grading.numeric_days import numeric_spots
from slm_harness.grading.spot import Spot
from slm_harness.grading.stretches import STRETCHES, names_a_stretch

_WORD_DAY = "|".join(sorted(ORDINALS, key=len, reverse=True))
_NUM = r"(?:\d{1,2}(?:st|nd|rd|th|er|re|e|º|ª|o|a)?|(?:" + _WORD_DAY + r")\b)"
_OF = r"(?:\s*(?:[-/.,]\s*)?(?:(?:of|de|del|di|van)\s+(?:the\s+)?)?)"
_TWO_DIGITS = (
    r"(?P<brief>\d{2})(?![\d:]|[-/.,]\d|(?:st|nd|rd|th|-|\s)\s?(?:of\s)?[a-z]*\s?(?:"
    + "|".join(MONTHS)
    + r")\b)"
)
_BRIEF_YEAR = rf"(?:(?<=[-/.]){_TWO_DIGITS}|(?<=\s)(?P<loose>\d{{2}})(?=\s*(?:\Z|[;,)\n]|\.(?!\d)|(?:to|until|till|through|and|-)\s))(?!\s?(?:and|-|to)\s?\d{{1,2}}\b))"
"""A year of two digits behind a month: "12-Mar-23", or at the end of what is said, "12 Mar 23"."""
_TO = r"\s*(?:-|to|and|or|until|till|through|thru|bis|bis zum|au|al|hasta|tot|tot en met|ate|a|e|y|et|und|en|och|og|i|do|till|til|&|/|~)\s*(?:the\s+|den\s+|le\s+|el\s+|il\s+|zum\s+|o\s+)?"
_B = r"(?<![\w.,$£€])(?<!(?<!\d{4})/)"

_YMD_WORD = re.compile(
    rf"(?<![\d/-])(?P<year>(?:19|20)\d{{2}})(?P<short>(?!))?(?:[-/.]|[\s,]+){MONTH}[-/\s.]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
)
_ODD_ORDERS = tuple(
    re.compile(rf"(?<![\w/-]){order}(?![\w/-])")
    for order in (
        rf"(?P<year>(?:19|20)\d{{2}})([-/.])(?P<d>\d{{1,2}})\2{MONTH}",
        rf"{MONTH}([-/.])(?P<year>(?:19|20)\d{{2}})\2(?P<d>\d{{1,2}})",
        rf"(?P<d>\d{{1,2}})([-/.])(?P<year>(?:19|20)\d{{2}})\2{MONTH}",
    )
)
_DAY_MONTH = re.compile(
    rf"{_B}(?P<d>{_NUM})\.?(?:(?P<to>{_TO})(?P<d2>{_NUM})\.?)?{_OF}{MONTH}(?:\s*[-/,.]?\s*(?:(?:of|in)\s+(?:the year\s+)?|de\s+|del\s+)?(?:{YEAR}|{_BRIEF_YEAR}))?(?P<odd>\s+\d{{4}}\b)?"
)
_MONTH_DAY = re.compile(
    rf"\b{MONTH}\s*[-/]?\s*(?:the\s+)?(?P<d>{_NUM})(?!\d|:|[.,]\d{{3}}(?!\d))(?:(?P<to>{_TO})(?P<d2>{_NUM})(?!\d|:|\s*(?:{'|'.join(MONTHS)})\b))?(?:\s*[,-/]?\s*(?:(?:of|in)\s+(?:the year\s+)?)?{YEAR})?"
)


def spots(text: str) -> list[Spot]:
    """Every calendar expression of ``text``, in order, none overlapping another."""
    if not any(char.isdigit() for char in text) and not names_a_stretch(text):
        return []
    taken: list[Spot] = []
    for spot in chain(numeric_spots(text), _word_spots(text)):
        if not any(spot.start < one.end and one.start < spot.end for one in taken):
            taken.append(spot)
    ordered = sorted((with_part(text, one) for one in taken), key=lambda one: one.start)
    first = ordered[:1]
    return first + [one for before, one in pairwise(ordered) if one.start >= before.end]


def _word_spots(text: str) -> Iterator[Spot]:
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            spot = reader(match)
            if spot:
                yield spot


def _day_number(word: str) -> int:
    digits = "".join(char for char in word if char.isdigit())
    return int(digits) if digits else ORDINALS.get(word, 0)


def _word_day(match: re.Match[str]) -> Spot | None:
    month, year = MONTHS[match["month"]], year_of(match)
    first = _day_number(match["d"])
    groups = match.groupdict()
    last = _day_number(groups["d2"]) if groups.get("d2") else first
    if match.re is _DAY_MONTH and (_between_months(match) or (groups.get("odd") and not year)):
        return None
    if match.re is _YMD_WORD and _DAY_ENDS.search(
        match.string[max(0, match.start() - 16) : match.start()]
    ):
        return None
    start = match.start()
    if match.re is _MONTH_DAY and not groups["d2"] and (opening := _day_before(match)):
        start, last, first = opening.start("d"), first, int(opening["d"])
    if (
        match.re is _DAY_MONTH
        and groups["d2"]
        and (opening := _DAYS_LISTED.search(match.string, max(0, start - 40), start))
    ):
        start, first = opening.start("d"), min(first, int(opening["d"]))
    if (
        not 1 <= first <= 31
        or not 1 <= last <= 31
        or (month == 5 and modal_may(match.string, match.end("month")))
    ):
        return None
    if last < first or not day(year or 2024, month, last):
        if groups.get("d2") and match.re is _DAY_MONTH and day(year or 2024, month, last):
            return Spot(match.start("d2"), match.end(), year, month, days=(last, last))
        return None
    return Spot(start, _end(match), year, month, days=(first, last))


_DAY_ENDS = re.compile(rf"(?:\d(?:st|nd|rd|th)?|\b(?:{'|'.join(MONTHS)})\.?),?\s*\Z")
"""The end of a date to which the year belongs that follows: "September 12, 2023 - October 3"."""
_DAYS_LISTED = re.compile(r"(?<![\w.,:/$£€-])(?P<d>[1-9]|[12]\d),\s(?:\d{1,2},\s)*\Z")
"""The first days of "12, 13 or 14 September"."""
_DAY_BEFORE = re.compile(
    r"\b(?:from|between)\s+(?:the\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:to|and|until|till|through)\s+(?:the\s+)?\Z"
)


def _day_before(match: re.Match[str]) -> re.Match[str] | None:
    """The first day of "from 4 to January 22"."""
    return _DAY_BEFORE.search(match.string, max(0, match.start() - 40), match.start())


def _end(match: re.Match[str]) -> int:
    odd = match.groupdict().get("odd")
    return match.end() - len(odd) if odd else match.end()


_MONTH_ENDS = re.compile(rf"\b(?:{'|'.join(MONTHS)})\.?\s*\Z")


def _between_months(match: re.Match[str]) -> bool:
    """Whether the day belongs to the month before it: the 18 of "Nov 18 - Dec 19"."""
    text = match.string
    before = _MONTH_ENDS.search(text[max(0, match.start() - 14) : match.start()])
    return bool(before and re.match(r"\.?\s*\d{1,2}(?!\d)", text[match.end("month") :]))


_READERS = (
    *((order, _word_day) for order in _ODD_ORDERS),
    (_YMD_WORD, _word_day),
    (_DAY_MONTH, _word_day),
    (_MONTH_DAY, _word_day),
    *STRETCHES,
)
