"""How dates are written in English, and what day or span each way of writing means."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_SMALL = {word: value for value, word in enumerate(_NUMBERS.split())} | {
    "a": 1,
    "an": 1,
    "a couple of": 2,
}

_M = (
    r"(?P<m>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?"
    r"|Aug(?:ust|\.)?|Sep(?:t(?:ember|\.)?|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
    r"(?![a-z])"
)
_D = r"(?<![0-9.,£$€])(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?"
_D2 = r"(?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:,.]?[0-9])"
_Y = r"(?:,? (?:of |in )?(?P<y>(?:19|20)[0-9]{2}(?![0-9])|this year|last year))?"
_TO = r"(?: ?[-–—] ?| to | and | until | till | through )(?:the )?"
_WEEKDAY = r"(?P<w>Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun)(?:day)?(?![a-z])"
_COUNT = rf"(?P<n>[0-9]{{1,2}}|{'|'.join(sorted(_SMALL, key=len, reverse=True))})"
_UNIT = r"(?P<u>day|week|month|year)s?"
_PART = (
    r"(?:(?P<part>early|mid|late|(?:first|second|third|last) (?:week|half) of"
    r"|(?:start|beginning|middle|end) of)[ -](?:in )?)?"
)
_SOON = 45
"""A day without a year lies in the past, unless it is only so few days ahead."""
_PARTS = {
    "early": (1, 10),
    "mid": (11, 20),
    "late": (21, 31),
    "first week": (1, 7),
    "second week": (8, 14),
    "third week": (15, 21),
    "last week": (25, 31),
    "first half": (1, 15),
    "second half": (16, 31),
    "last half": (16, 31),
    "start": (1, 10),
    "beginning": (1, 10),
    "middle": (11, 20),
    "end": (21, 31),
}


@dataclass(frozen=True)
class Frame:
    """What a date leans on."""

    published: date | None
    anchor: date | None
    """The day last mentioned: that on which "two days later" leans."""


Span = tuple[date, date, bool]


def _span(year: int, month: int, first: int, last: int) -> tuple[date, date] | None:
    length = monthrange(year, month)[1]
    if not 1 <= first <= length or last < first:
        return None
    return date(year, month, first), date(year, month, min(last, length))


def _in_year(match: re.Match[str], frame: Frame, month: int, first: int, last: int) -> Span | None:
    """Place the days in the year that is given, or else in the latest that is not in the future."""
    stated = match["y"]
    if stated and stated[0] in "12":
        year = int(stated)
    elif frame.published is None:
        return None
    else:
        year = frame.published.year - (stated == "last year")
        ahead = (month - frame.published.month) * 30 + first - frame.published.day
        if stated is None and ahead > _SOON:
            year -= 1
    span = _span(year, month, first, last)
    return (*span, stated is not None) if span else None


def _month(match: re.Match[str]) -> int:
    return MONTHS.index(match["m"][:3]) + 1


def _day(match: re.Match[str], frame: Frame) -> Span | None:
    first = int(match["d"])
    last = int(match.groupdict().get("d2") or first)
    return _in_year(match, frame, _month(match), first, last)


def _iso(match: re.Match[str], _frame: Frame) -> Span | None:
    try:
        day = date(int(match["y"]), int(match["mm"]), int(match["d"]))
    except ValueError:
        return None
    return day, day, True


def _whole_month(match: re.Match[str], frame: Frame) -> Span | None:
    part = match["part"] or ""
    first, last = next((span for key, span in _PARTS.items() if key in part), (1, 31))
    return _in_year(match, frame, _month(match), first, last)


def _year(match: re.Match[str], _frame: Frame) -> Span | None:
    year = int(match["y"])
    return date(year, 1, 1), date(year, 12, 31), True


def weekday(match: re.Match[str], frame: Frame) -> Span | None:
    """The latest such day before publication, or the next one beside the day last mentioned."""
    wanted = _DAYS.index(match["w"][:3].lower())
    if match["after"] and frame.anchor:
        day = frame.anchor + timedelta((wanted - frame.anchor.weekday() - 1) % 7 + 1)
    elif match["before"] and frame.anchor:
        day = frame.anchor - timedelta((frame.anchor.weekday() - wanted - 1) % 7 + 1)
    elif frame.published:
        back = (frame.published.weekday() - wanted) % 7
        day = frame.published - timedelta(back or (7 if match["last"] else 0))
    else:
        return None
    return day, day, False


def _ago(match: re.Match[str], frame: Frame) -> Span | None:
    if frame.published is None:
        return None
    many = _number(match["n"])
    unit = match["u"].lower()
    if unit == "year":
        year = frame.published.year - many
        return date(year, 1, 1), date(year, 12, 31), False
    if unit == "month":
        return (*_months_back(frame.published, many), False)
    about = frame.published - timedelta(many * (7 if unit == "week" else 1))
    slack = timedelta(3 if unit == "week" else 0)
    return about - slack, about + slack, False


def _months_back(day: date, many: int) -> tuple[date, date]:
    months = day.year * 12 + day.month - 1 - many
    year, month = months // 12, months % 12 + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _number(words: str) -> int:
    return int(words) if words[0] in "0123456789" else _SMALL.get(words.lower(), 1)


def _from_anchor(match: re.Match[str], frame: Frame) -> Span | None:
    unit = match["u"].lower()
    if frame.anchor is None or unit not in ("day", "week"):
        return None
    shift = _number(match["n"]) * (7 if unit == "week" else 1)
    day = frame.anchor + timedelta(shift if match["way"].lower() in ("later", "on") else -shift)
    return day, day, False


def _beside_anchor(match: re.Match[str], frame: Frame) -> Span | None:
    if frame.anchor is None:
        return None
    words = match[0].lower()
    shift = 1 if "next" in words or "following" in words else 0
    if "before" in words or "previous" in words:
        shift = -1
    day = frame.anchor + timedelta(shift)
    return day, day, False


def _near_published(match: re.Match[str], frame: Frame) -> Span | None:
    if frame.published is None:
        return None
    words, today = match[0].lower(), frame.published
    monday = today - timedelta(today.weekday())
    if "weekend" in words:
        return monday - timedelta(2), monday - timedelta(1), False
    if "week" in words:
        back = timedelta(7 if "last" in words else 0)
        return monday - back, min(today, monday - back + timedelta(6)), False
    if "month" in words:
        first, last = _months_back(today, int("last" in words))
        return first, min(today, last), False
    if "year" in words:
        year = today.year - ("last" in words)
        return date(year, 1, 1), min(today, date(year, 12, 31)), False
    day = today - timedelta("yesterday" in words or "last night" in words)
    return day, day, False


PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Frame], Span | None]], ...] = (
    (re.compile(rf"{_D}{_TO}{_D2} (?:of )?{_M}{_Y}"), _day),
    (re.compile(rf"\b{_M} {_D}{_TO}{_D2}(?! [A-Z][a-z]{{2}})(?! (?:million|thousand)){_Y}"), _day),
    (re.compile(r"\b(?P<y>19[7-9][0-9]|20[0-9]{2})-(?P<mm>[01][0-9])-(?P<d>[0-3][0-9])\b"), _iso),
    (re.compile(rf"{_D} (?:of )?{_M}{_Y}"), _day),
    (re.compile(rf"\b{_M} {_D}(?![0-9,.:]?[0-9]){_Y}"), _day),
    (re.compile(rf"(?<=[ (—–-]){_PART}\b{_M}{_Y}"), _whole_month),
    (re.compile(rf"\b{_COUNT} {_UNIT} ago\b", re.I), _ago),
    (
        re.compile(
            rf"\b{_COUNT} {_UNIT} (?P<way>later|on|earlier|before)(?= ?[,.;:)]|$| on| in)", re.I
        ),
        _from_anchor,
    ),
    (
        re.compile(
            r"\b(?:the |that )?(?:(?P<after>following|next) |(?P<before>previous) |(?P<last>last)"
            r" )?"
            rf"{_WEEKDAY}"
        ),
        weekday,
    ),
    (
        re.compile(
            r"\b(?:the (?:next|following|same|previous) (?:day|morning|afternoon|evening|night)"
            r"|that (?:day|morning|afternoon|evening|night)|the day before|within (?:the|an) hour"
            r"|within hours|within minutes|(?:hours|minutes) later)\b",
            re.I,
        ),
        _beside_anchor,
    ),
    (
        re.compile(
            r"\b(?:(?:earlier |later )?this (?:week|month|year)|last (?:week(?:end)?|month|year"
            r"|night)"
            r"|(?:at|over|during) the weekend|yesterday|today)\b",
            re.I,
        ),
        _near_published,
    ),
    (re.compile(r"(?<=\bin )(?P<y>19[7-9][0-9]|20[0-9]{2})\b(?![,.][0-9])"), _year),
)
