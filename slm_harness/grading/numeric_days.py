"""Dates in digits: ISO, 12/03/2023, 12.3.23, 12-14.03.2023, 20230312."""

import re
from collections.abc import Iterator
from functools import partial

from slm_harness.grading.calendar_words import day, full_year
from slm_harness.grading.spot import Spot

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d|[-/.]\d{4}(?![-/.]))(?:t\d[\d:.]*z?)?"
)
_COMPACT = re.compile(
    r"(?<![\d.,])(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:t\d{2,6}z?)?(?![\d.,]*\d)"
)
_NUMERIC = re.compile(
    r"(?<![\d/.,])(?<!(?<!\d{4})-)(?P<a>\d{1,2})\s?([-/.])\s?(?P<b>\d{1,2})\s?\2\s?(?P<y>\d{4}|\d{2})(?![\d/]|-\d(?!\d?[-/.])|\.\d)"
)
_NUMERIC_DAYS = re.compile(
    r"(?<![\w.,:/$£€-])(?P<d>\d{1,2})\.?\s?(?:-|bis|to|au|al)\s?(?P<d2>\d{1,2})([./])\s?(?P<m>\d{1,2})\3\s?(?P<y>\d{4}|\d{2})(?![\d/]|[.-]\d)"
)
_NUMERIC_SPAN = re.compile(
    r"(?<![\w.,:/$£€-])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.?\s?(?:-|bis|to|au|al)\s?(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y>\d{4})(?!\d|[.-]\d)"
)
_SPACED = re.compile(
    r"(?<![\w.,:/$£€-])(?<!\d )(?P<a>\d{1,2})( )(?P<b>\d{1,2}) (?P<y>(?:19|20)\d{2})(?![\d:,.]*\d)"
)
_SPACED_ISO = re.compile(
    r"(?<![\w.,:/$£€-])(?<!\d )(?P<y>(?:19|20)\d{2}) (?P<m>\d{1,2}) (?P<d>\d{1,2})(?![\d:,.]*\d|\s?\w)"
)


def numeric_spots(text: str) -> Iterator[Spot]:
    """The dates in digits of ``text``, the surest form first; they may overlap."""
    numeric = partial(_numeric, order=_day_first(text))
    for pattern, reader in (
        (_ISO, _ymd), (_COMPACT, _ymd), (_NUMERIC_DAYS, _numeric_days), (_NUMERIC_SPAN, _numeric_span), (_NUMERIC, numeric), (_SPACED, numeric), (_SPACED_ISO, _ymd),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            spot = reader(match)
            if spot:
                yield spot


def _day_first(text: str) -> bool | None:
    """Whether the numeric dates of ``text`` are day first, month first, or it cannot be told."""
    orders = set()
    for match in _NUMERIC.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        if (a > 12) != (b > 12):
            orders.add(a > 12)
    return orders.pop() if len(orders) == 1 else None


def _numeric(match: re.Match[str], order: bool | None) -> Spot | None:
    if match[2] == ".":
        order = True  # nobody writes 3.12.2024 month first
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


def _numeric_days(match: re.Match[str]) -> Spot | None:
    first, last, month = int(match["d"]), int(match["d2"]), int(match["m"])
    if first > last or not day(full_year(match["y"]), month, last):
        return None
    return Spot(*match.span(), full_year(match["y"]), month, days=(first, last))


def _numeric_span(match: re.Match[str]) -> Spot | None:
    """Read "24.1. - 6.2.2025", where the first day has the year of the second."""
    year, months = int(match["y"]), (int(match["m"]), int(match["m2"]))
    first = day(year if months[0] <= months[1] else year - 1, months[0], int(match["d"]))
    last = day(year, months[1], int(match["d2"]))
    return (
        Spot(*match.span(), year, fixed=(first, last)) if first and last and first <= last else None
    )


def _ymd(match: re.Match[str]) -> Spot | None:
    year, month, number = int(match["y"]), int(match["m"]), int(match["d"])
    if not day(year, month, number) and day(year, number, month):
        month, number = number, month
    return (
        Spot(*match.span(), year, month, days=(number, number))
        if day(year, month, number)
        else None
    )
