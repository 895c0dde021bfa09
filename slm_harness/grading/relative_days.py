"""Days told from the day of publication: yesterday, last Tuesday, two weeks ago, earlier this month."""

import re
from datetime import date, timedelta

from slm_harness.grading.calendar_words import MONTHS, SMALL, WEEKDAYS, month_days
from slm_harness.grading.spot import Spot

_NUMBER = r"(?P<n>\d{1,3}|" + "|".join(SMALL) + r")"
_FULL_WEEKDAYS = "|".join(word for word in WEEKDAYS if len(word) > 5)
_FIXED = (
    (re.compile(r"\b(?:the day before yesterday|vorgestern|anteayer)\b"), 2),
    (re.compile(r"(?<!before )\b(?:yesterday|gestern|ayer|ieri|ontem|gisteren)\b"), 1),
    (re.compile(r"\b(?:today|this morning|heute|aujourd'hui|oggi|vandaag)\b"), 0),
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>last|previous|past|this|on|this past|early|late)\s+)?(?P<day>{_FULL_WEEKDAYS})\b(?P<week>\s+(?:of\s+)?last week|\s+last\b|,?\s+(?:the\s+)?(?P<number>\d{{1,2}})(?:st|nd|rd|th)\b)?"
)
_DAY_NAME = re.compile(rf"\b(?:{_FULL_WEEKDAYS})\b")
_ENGLISH = re.compile(r"\b(?:the|by|of|was|were|and|when|which|found|discovered)\b")
"""Words by which a text is English: a "Maandag" in it is a person's name and no Monday."""
_LAST = re.compile(
    r"\b(?P<which>last|previous|this|earlier this|the past|the same)\s+(?P<unit>week|weekend|month|year)(?!\w|['-]|\s+of\b)"
)
_AGO = re.compile(rf"\b(?:a\s+)?{_NUMBER}\s+(?P<unit>day|week|month|year)s?\s+ago\b")
_OFFSET = re.compile(
    rf"\b(?:the\s+)?(?P<following>next|following)\s+(?P<weekday>{_FULL_WEEKDAYS})\b|\b(?P<weekday2>{_FULL_WEEKDAYS})\s+(?P<beside>after|following|before)\b(?=\s+(?:the\s+)?(?:\d|(?:{'|'.join(MONTHS)})\b))|\b(?:a\s+)?{_NUMBER}\s+(?P<unit>day|week)s?\s+(?P<way>later|after(?:wards?|ward)?|before(?:hand)?|earlier)\b|\b(?:the\s+)?(?P<next>next|following|previous)\s+(?:day|morning|afternoon|evening|night)\b|\bthe\s+day\s+(?P<side>after|before)\b(?!\s+yesterday)"
)


def relative_spots(text: str, published: date, known: list[Spot]) -> list[Spot]:
    """The stretches that ``text`` gives by their distance from ``published``."""
    found: list[Spot] = []
    for pattern, back in _FIXED:
        found += [
            _spot(match, published - timedelta(days=back)) for match in pattern.finditer(text)
        ]
    english = bool(_ENGLISH.search(text))
    for match in _WEEKDAY.finditer(text):
        if english and not match["day"].endswith("day"):
            continue
        if not _beside(text, match, known):
            found.append(_weekday(match, published))
    found += [_last(match, published) for match in _LAST.finditer(text)]
    found += [spot for match in _AGO.finditer(text) if (spot := _ago(match, published))]
    return [one for one in found if not any(one.start < k.end and k.start < one.end for k in known)]


def offset_spots(text: str, known: list[Spot], resolve: dict[int, tuple[date, date]]) -> list[Spot]:
    """Read "two days later" and "the day after 5 May", counted from the day beside them."""
    found = []
    for match in _OFFSET.finditer(text):
        weekday = match["weekday"] or match["weekday2"]
        if match["weekday"] and _beside(text, match, known):
            continue  # "the following Monday, 27 January" tells its day
        way = match["way"] or match["side"] or match["next"] or match["beside"]
        days = 1
        if match["n"]:
            days = (_count(match["n"]) or 0) * (7 if match["unit"] == "week" else 1)
        sign = -1 if way in ("before", "beforehand", "earlier", "previous") else 1
        base = _base(text, match, known, resolve)
        if base and weekday:
            gap = sign * (WEEKDAYS[weekday] - base[0].weekday()) % 7 or 7
            found.append(_spot(match, base[0] + timedelta(days=sign * gap)))
        elif base and days:
            day = base[0] + timedelta(days=sign * days)
            found.append(_spot(match, day))
    return found


def offset_bases(text: str, known: list[Spot]) -> set[int]:
    """Positions of days that only serve to count from: the 5 May of "two days after 5 May"."""
    bases = (_ahead(text, match, known) for match in _OFFSET.finditer(text))
    return {base.start for base in bases if base}


def _ahead(text: str, match: re.Match[str], known: list[Spot]) -> Spot | None:
    """The day that is counted from, where it follows: "three days after the server failed on 5 May"."""
    if (
        match["way"] in ("later", "earlier", "afterwards", "afterward", "beforehand")
        or match["next"]
        or match["following"]
    ):
        return None
    for one in known:
        if 0 <= one.start - match.end() <= 70:
            between = text[match.end() : one.start]
            return None if re.search(r"[.;,:()\n]|\band\b", between) else one
    return None


def _base(
    text: str, match: re.Match[str], known: list[Spot], resolve: dict[int, tuple[date, date]]
) -> tuple[date, date] | None:
    ahead = _ahead(text, match, known)
    if ahead:
        return resolve.get(ahead.start)
    earlier = [one for one in known if one.end <= match.start() and one.start in resolve]
    if not earlier:
        return None
    between = _DAY_NAME.sub(" ", text[earlier[-1].end : match.start()])
    behind = (
        match["way"] in ("after", "before") or not text[match.end() :].lstrip(" )")[:1].isalnum()
    )
    if not match["following"] and behind and not between.strip(" ,()"):
        return None  # "Thursday, two days after the theft", "27 January (two days later)" tell which one
    stretch = resolve[earlier[-1].start]
    return stretch if stretch[0] == stretch[1] else None


def _count(word: str) -> int | None:
    return int(word) if word.isdigit() else SMALL.get(word)


def _spot(match: re.Match[str], first: date, last: date | None = None) -> Spot:
    return Spot(*match.span(), first.year, fixed=(first, last or first))


def _beside(text: str, match: re.Match[str], known: list[Spot]) -> bool:
    """Whether a weekday only adorns a day: "Thursday 2 May", "2 May, a Thursday"."""
    for one in known:
        if not one.days[0]:
            continue
        gap = (
            text[match.end() : one.start]
            if one.start >= match.end()
            else text[one.end : match.start()]
        )
        if len(gap) <= 12 and not re.sub(r"\b(?:the|a|den|le|el|il|de|o|dem)\b|\W", "", gap):
            return True
    return False


def _numbered(match: re.Match[str], published: date) -> Spot:
    """Read "Friday the 15th": the last day before publication of which both are true."""
    one = published
    for _ in range(370):
        if one.day == int(match["number"]) and one.weekday() == WEEKDAYS[match["day"]]:
            return _spot(match, one)
        one -= timedelta(days=1)
    return Spot(*match.span(), None)


def _weekday(match: re.Match[str], published: date) -> Spot:
    if match["number"]:
        return _numbered(match, published)
    back = (published.weekday() - WEEKDAYS[match["day"]]) % 7
    if match["week"] and "week" in match["week"]:
        monday = published - timedelta(days=published.weekday() + 7)
        return _spot(match, monday + timedelta(days=WEEKDAYS[match["day"]]))
    if back == 0 and (match["which"] in ("last", "previous", "past") or match["week"]):
        back = 7
    return _spot(match, published - timedelta(days=back))


def _last(match: re.Match[str], published: date) -> Spot:
    this, unit = "this" in match["which"] or "same" in match["which"], match["unit"]
    if unit in ("week", "weekend"):
        monday = published - timedelta(days=published.weekday() + (0 if this else 7))
        first = monday + timedelta(days=5 if unit == "weekend" else 0)
        return _spot(
            match, first, published if this and unit == "week" else monday + timedelta(days=6)
        )
    if unit == "month":
        month = published.year * 12 + published.month - 1 - (0 if this else 1)
        whole = month_days(month // 12, month % 12 + 1) or (published, published)
        return _spot(match, whole[0], published if this else whole[1])
    year = max(published.year - (0 if this else 1), 1)
    return _spot(match, date(year, 1, 1), published if this else date(year, 12, 31))


def _ago(match: re.Match[str], published: date) -> Spot | None:
    count, unit = _count(match["n"]), match["unit"]
    if not count:
        return None
    if unit == "day":
        return _spot(match, published - timedelta(days=count))
    if unit == "week":
        monday = published - timedelta(days=published.weekday() + 7 * count)
        return _spot(match, monday, monday + timedelta(days=6))
    if unit == "month":
        month = published.year * 12 + published.month - 1 - count
        whole = month_days(month // 12, month % 12 + 1)
        return _spot(match, *whole) if whole else None
    year = max(published.year - count, 1)
    return _spot(match, date(year, 1, 1), date(year, 12, 31))


_EVENT = r"(?:the|its|their|this)\s+(?:\w+\s+)?(?:breach|attack|theft|hack|intrusion|break-?in|incident|leak|burglary|robbery|raid|compromise|cyber-?attack)"
_BASELESS = re.compile(
    rf"\b(?:(?:a\s+)?{_NUMBER}\s+(?P<unit>day|week)s?\s+(?:later|afterwards?|after)|(?:the\s+)?(?P<next>next|following)\s+(?:day|morning|afternoon|evening|night)|the\s+day\s+after)\b(?P<event>\s+{_EVENT})?"
)


def days_after_something(text: str) -> int | None:
    """How many days after a day that it does not name ``text`` puts its own, where that can be checked.

    That is where it names the event ("two days after the theft") or the weekday ("two days later, on Friday").
    """
    match = _BASELESS.search(text)
    if match is None or not (match["event"] or _DAY_NAME.search(text)):
        return None
    if not match["n"]:
        return 1
    return (_count(match["n"]) or 0) * (7 if match["unit"] == "week" else 1) or None


def weekdays_named(text: str) -> set[int]:
    """The weekdays that ``text`` names, Monday being 0."""
    return {WEEKDAYS[match[0]] for match in _DAY_NAME.finditer(text)}
