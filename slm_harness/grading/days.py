"""The smallest pieces of a date expression: days, months, quarters, years, each where it stands.

Works on text that is already in lower case without accents (``silence.plain``).
"""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from slm_harness.grading.calendar_words import (
    MONTHS,
    ORDINALS,
    SEASONS,
    day,
    full_year,
)
from slm_harness.grading.day_parts import with_part
from slm_harness.grading.spot import Spot

_MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_MONTH2 = _MONTH.replace("<month>", "<month2>")
_WORD_DAY = "|".join(sorted(ORDINALS, key=len, reverse=True))
_NUM = r"(?:\d{1,2}(?:st|nd|rd|th|er|re|e|º|ª|o|a)?|(?:" + _WORD_DAY + r")\b)"
_OF = r"(?:\s*(?:[-/.,]\s*)?(?:(?:of|de|del|di|van)\s+(?:the\s+)?)?)"
_YEAR = r"(?:(?P<year>(?:19|20)\d{2})|'(?P<short>\d{2}))(?![\d:]|,\d{3})"
_TO = r"\s*(?:-|to|and|or|until|till|through|thru|bis|au|al|hasta|tot|ate|a|e|y|et|und|en|&|/)\s*(?:the\s+|den\s+|le\s+|el\s+|il\s+)?"
_B = r"(?<![\w.,$£€])(?<!(?<!\d{4})/)"

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)(?:t\d[\d:.]*z?)?"
)
_COMPACT = re.compile(
    r"(?<![\d.,])(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:t\d{2,6}z?)?(?![\d.,]*\d)"
)
_NUMERIC = re.compile(
    r"(?<![\d/.,])(?<!(?<!\d{4})-)(?P<a>\d{1,2})\s?([-/.])\s?(?P<b>\d{1,2})\s?\2\s?(?P<y>\d{4}|\d{2})(?![\d/]|-\d(?!\d?[-/.])|\.\d)"
)
_YMD_WORD = re.compile(
    rf"(?<!\d)(?P<year>(?:19|20)\d{{2}})(?P<short>(?!))?[-/\s,]+{_MONTH}[-/\s.]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
)
_DAY_MONTH = re.compile(
    rf"{_B}(?P<d>{_NUM})\.?(?:(?P<to>{_TO})(?P<d2>{_NUM})\.?)?{_OF}{_MONTH}(?:\s*[-/,.]?\s*(?:of\s+|de\s+|del\s+|in\s+)?{_YEAR})?"
)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\s*[-/]?\s*(?:the\s+)?(?P<d>{_NUM})(?!\d|:|[.,]\d{{3}}(?!\d))(?:(?P<to>{_TO})(?P<d2>{_NUM})(?!\d|:|\s*(?:{'|'.join(MONTHS)})\b))?(?:\s*[,-/]?\s*(?:of\s+|in\s+)?{_YEAR})?"
)
_TWO_MONTHS = re.compile(
    rf"\b{_MONTH}\s*(?:-|/|to|and|or|through|until|bis)\s*{_MONTH2}\s*(?:,\s*|of\s+|de\s+)?{_YEAR}"
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH}\s*[-/,]?\s*(?:of\s+|de\s+|del\s+|in\s+)?{_YEAR}")
_YEAR_MONTH = re.compile(
    rf"(?<![\d.,])(?P<year>(?:19|20)\d{{2}})(?P<short>(?!))?\s*(?:[-/]\s*(?P<m>0?[1-9]|1[0-2])(?![\d/-])|[-/\s]\s*{_MONTH}(?!\s*\d))"
)
_MONTH_SLASH_YEAR = re.compile(
    r"(?<![\d/.,-])(?P<m>0?[1-9]|1[0-2])[-/](?P<year>(?:19|20)\d{2})(?P<short>(?!))?(?!\d)"
)
_QUARTER = re.compile(
    rf"(?:\bq(?P<q>[1-4])|\b(?P<qw>first|second|third|fourth|last|1st|2nd|3rd|4th) quarter|\b(?P<hw>first|second|1st|2nd) half|\bh(?P<h>[12]))(?:\s*(?:of\s+|,\s*|-|/|in\s+)?(?:the year\s+)?{_YEAR})"
)
_YEAR_QUARTER = re.compile(r"\b(?P<year>(?:19|20)\d{2})(?P<short>(?!))?\s?-?\s?q(?P<q>[1-4])\b")
_SEASON = re.compile(
    rf"\b(?P<season>{'|'.join(SEASONS)})\s*(?:,|of|de|del|in)?\s*(?:the year\s+)?{_YEAR}"
)
_LONE_MONTH = re.compile(rf"\b{_MONTH}(?![-\w])")
_LONE_YEAR = re.compile(
    r"(?<![\w.,/:$£€+-])(?P<year>(?:19|20)\d{2})(?P<short>(?!))?(?:'?s\b)?(?![\d%:/]|[.,]\d|-\d{1,2}\b|\s?(?:million|records|people|users|customers|patients|accounts|files|k\b))"
)
_MODAL = re.compile(
    r"\A\s+(?:have|be|not|also|still|well|never|only|include|contain|affect|indicate|refer|has|or may)\b"
)
_BEFORE_LONE = re.compile(
    r"(?:\b(?:in|of|early|mid|late|since|until|by|during|last|from|to|and|between|before|after|through|this|im|en|em|in|a|begin|anfang|mitte|ende|month|or|till)|[-,:(])\s*\Z"
)

_Reader = Callable[[re.Match[str]], "Spot | None"]


def spots(text: str) -> list[Spot]:
    """Every calendar expression of ``text``, in order, none overlapping another."""
    if not any(char.isdigit() for char in text) and not _LONE_MONTH.search(text):
        return []
    order = _day_first(text)
    taken: list[Spot] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in taken):
                continue
            spot = _numeric(match, order) if reader is _numeric_marker else reader(match)
            if spot:
                taken.append(spot)
    ordered = sorted((with_part(text, one) for one in taken), key=lambda one: one.start)
    first = ordered[:1]
    return first + [one for before, one in pairwise(ordered) if one.start >= before.end]


def _day_first(text: str) -> bool | None:
    """Whether the numeric dates of ``text`` are day first, month first, or it cannot be told."""
    orders = set()
    for match in _NUMERIC.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        if (a > 12) != (b > 12):
            orders.add(a > 12)
    return orders.pop() if len(orders) == 1 else None


def _numeric_marker(_: re.Match[str]) -> "Spot | None":
    return None


def _numeric(match: re.Match[str], order: bool | None) -> Spot | None:
    a, b, year = int(match["a"]), int(match["b"]), full_year(match["y"])
    readings = [(b, a)] if order else [(a, b)] if order is False else [(b, a), (a, b)]
    possible = [(m, d) for m, d in readings if day(year, m, d)]
    if not possible:
        possible = [(m, d) for m, d in ((b, a), (a, b)) if day(year, m, d)]
    if not possible:
        return None
    month, number = possible[0]
    other = possible[1] if len(possible) > 1 and possible[1] != possible[0] else None
    return Spot(*match.span(), year, month, days=(number, number), swapped=other)


def _ymd(match: re.Match[str]) -> Spot | None:
    year, month, number = int(match["y"]), int(match["m"]), int(match["d"])
    if not day(year, month, number) and day(year, number, month):
        month, number = number, month
    return (
        Spot(*match.span(), year, month, days=(number, number))
        if day(year, month, number)
        else None
    )


def _year(match: re.Match[str]) -> int | None:
    digits = match["year"] or match["short"]
    return full_year(digits) if digits else None


def _day_number(word: str) -> int:
    digits = "".join(char for char in word if char.isdigit())
    return int(digits) if digits else ORDINALS.get(word, 0)


def _word_day(match: re.Match[str]) -> Spot | None:
    month, year = MONTHS[match["month"]], _year(match)
    first = _day_number(match["d"])
    groups = match.groupdict()
    last = _day_number(groups["d2"]) if groups.get("d2") else first
    if match.re is _DAY_MONTH and _between_months(match):
        return None
    if not 1 <= first <= 31 or not 1 <= last <= 31 or (month == 5 and _modal_may(match)):
        return None
    if last < first or not day(year or 2024, month, last):
        if groups.get("d2") and match.re is _DAY_MONTH and day(year or 2024, month, last):
            return Spot(match.start("d2"), match.end(), year, month, days=(last, last))
        return None
    return Spot(*match.span(), year, month, days=(first, last))


_MONTH_ENDS = re.compile(rf"\b(?:{'|'.join(MONTHS)})\.?\s*\Z")


def _between_months(match: re.Match[str]) -> bool:
    """Whether the day belongs to the month before it: the 18 of "Nov 18 - Dec 19"."""
    text = match.string
    before = _MONTH_ENDS.search(text[max(0, match.start() - 14) : match.start()])
    return bool(before and re.match(r"\s*\d{1,2}(?!\d)", text[match.end("month") :]))


def _modal_may(match: re.Match[str]) -> bool:
    return bool(_MODAL.match(match.string[match.end("month") : match.end("month") + 12]))


def _two_months(match: re.Match[str]) -> Spot | None:
    first, last = MONTHS[match["month"]], MONTHS[match["month2"]]
    year = _year(match)
    if last < first:
        last, year = last + 12, year - 1 if year else None
    return Spot(*match.span(), year, first, last)


def _month_year(match: re.Match[str]) -> Spot | None:
    groups = match.groupdict()
    month = int(groups["m"]) if groups.get("m") else MONTHS[match["month"]]
    return Spot(*match.span(), _year(match), month)


def _quarter(match: re.Match[str]) -> Spot | None:
    groups = match.groupdict()
    words = {
        "first": 1,
        "1st": 1,
        "second": 2,
        "2nd": 2,
        "third": 3,
        "3rd": 3,
        "fourth": 4,
        "4th": 4,
        "last": 4,
    }
    half = groups.get("h") or groups.get("hw")
    number = words.get(half or groups.get("qw") or "") or int(half or groups.get("q") or 0)
    first = 6 * number - 5 if half else 3 * number - 2
    return Spot(*match.span(), _year(match), first, first + (5 if half else 2))


def _season(match: re.Match[str]) -> Spot | None:
    first, last = SEASONS[match["season"]]
    return Spot(*match.span(), _year(match), first, last)


def _lone_month(match: re.Match[str]) -> Spot | None:
    word, text = match["month"], match.string
    before = text[max(0, match.start() - 12) : match.start()]
    if _MODAL.match(text[match.end() : match.end() + 12]):
        return None
    alone = text.strip(" .!\"'") == word
    if not alone and not _BEFORE_LONE.search(before):
        return None
    if (
        len(word) <= 3
        and word not in ("may", "mai", "mei")
        and not alone
        and not match[0].endswith(".")
    ):
        return None
    return Spot(*match.span(), None, MONTHS[word])


def _lone_year(match: re.Match[str]) -> Spot | None:
    year = int(match["year"])
    if match[0].endswith("s"):
        decade = (date(year, 1, 1), date(year + 9, 12, 31))
        return Spot(*match.span(), year, fixed=decade)
    return Spot(*match.span(), year)


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_ISO, _ymd), (_COMPACT, _ymd), (_NUMERIC, _numeric_marker), (_YMD_WORD, _word_day), (_DAY_MONTH, _word_day),
    (_MONTH_DAY, _word_day), (_TWO_MONTHS, _two_months), (_MONTH_YEAR, _month_year), (_YEAR_QUARTER, _quarter), (_QUARTER, _quarter),
    (_SEASON, _season), (_YEAR_MONTH, _month_year), (_MONTH_SLASH_YEAR, _month_year), (_LONE_MONTH, _lone_month), (_LONE_YEAR, _lone_year),
)  # fmt: skip
