"""Reading dates: days, spans and open ends, what each is said to be, and whether it is denied."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from slm_harness.grading import clauses
from slm_harness.grading.calendar_words import WEEKDAYS
from slm_harness.grading.date_roles import ROLE_BUT_BREACH, STOP, role_of
from slm_harness.grading.date_spelling import spelt
from slm_harness.grading.days import spots
from slm_harness.grading.reading import clean
from slm_harness.grading.relative_days import offset_bases, offset_spots, relative_spots
from slm_harness.grading.silence import plain
from slm_harness.grading.spot import Spot
from slm_harness.grading.word_list import words_of


@dataclass(frozen=True)
class DateSpan:
    """A day (both ends equal), a span, or a span with one open end (None)."""

    earliest: date | None
    latest: date | None
    negated: bool = False
    role: str = ""
    """occurred, discovered, disclosed, or empty where the answer does not say what it is the date of."""
    begins: bool = False
    """Whether ``earliest`` is given as the beginning of something that went on."""
    other: tuple[date | None, date | None] | None = None
    """The other reading, where a numeric date has two."""
    start: int = 0
    end: int = 0
    text: str = ""


MAX_DATES = 100
"""Most dates that are read; nobody answers with more."""
_WEEKDAY_WORDS = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_FILLER = re.compile(
    rf"\b(?:{_WEEKDAY_WORDS})\b\.?|\b(?:the|on|about|around|approximately|at least|in|den|le|el|il|as late as|sometime|some time|roughly|both|of|dem|early|late|mid|night|evening|morning|afternoon)\b|\d{{1,2}}[:.]\d{{2}}\s?(?:[ap]\.?m\.?|gmt|utc|bst|est|edt|cet|cest|[ep][sd]t)?|[\s,.()\[\]\"']"
)
_TO = frozenset(
    words_of(
        "- / ~ to -to until till til through thru upto bis zum biszum au jusqu'au al hasta tot t/m ate ao -- .. & untilto andcontinueduntil till til do 至 到"
    )
)
_AND = frozenset(words_of("and und et y e en or ou och og i"))
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|pomiedzy|miedzy|either|dated?s? (?:from )?between)\b[^.;]{0,40}\Z"
)
_ENDING = re.compile(
    r"\b(?:until|till|through|ending|ended|ends|lasted|lasting|finished|concluded|stopped|continu\w+ (?:to|until)|went on (?:to|until)|end(?: date)?|latest|last)\b"
)
_STARTING = re.compile(
    r"\b(?:began|begun|begins?|beginning|started|starts?|starting|start(?: date)?|commenc\w+|first (?:occurred|accessed|entered|gained|got)|since|from|as early as|dat(?:ing|es) (?:back )?to|earliest|ab|seit|depuis|desde|dal|sinds|onset|first\b(?!\s+(?:half|week|quarter))(?:\s+(?!of\b)\w+){0,3}?)"
    r"\s*:?\s*(?:(?:on|in|at|around|about|the|as early as|at least|early|date|is|was)\b\s*)*(?:(?:"
    + _WEEKDAY_WORDS
    + r")\b,?\s*(?:the\s*)?)?\Z"
)
_OPEN_START = re.compile(
    r"\b(?:(?:starting|beginning|commencing)(?:\s+(?:on|from))?|after|since|no earlier than|not before|not earlier than|from|on or after|nach|seit|depuis|apres|desde|despues del?|dal|dopo il|sinds|na|later than(?<!no later than))\s+(?:at least\s+|about\s+|around\s+)?(?:(?:"
    + _WEEKDAY_WORDS
    + r"),?\s+)?(?:the\s+|dem\s+|le\s+|el\s+|o\s+)?(?:year\s+)?\Z"
)
_OPEN_END = re.compile(
    r"\b(?P<word>(?<!not )before|prior to|by|no later than|not later than|until|(?<!all )through|up to|up until|(?<!no )(?<!not )earlier than|ahead of|on or before|vor|avant|antes del?|prima del?|voor|pre|latest by|spatestens)(?:\s+|-)(?:at least\s+|about\s+|around\s+)?(?:(?:"
    + _WEEKDAY_WORDS
    + r"),?\s+)?(?:the\s+|dem\s+|le\s+|el\s+|il\s+|o\s+)?(?:year\s+)?\Z"
)
_END_WORDS = r"(?:until|till|through|thru|up to|up until|(?:the\s+)?(?:last|latest|final)\b(?:\s+(?!of\b)\w+){0,3}?|(?:it\s+)?(?:end(?:ed|ing|s)?|finish\w+|stopp\w+|conclud\w+|lasted)(?:\s+(?:until|till|to))?)"
_END_TAIL = (
    r"\s*[:=]?\s*(?:(?:on|at|the|was|is|were|date|day|in|about|around|at least)\b\s*:?\s*)*(?:(?:"
    + _WEEKDAY_WORDS
    + r")\b,?\s*(?:the\s*)?)?\Z"
)
_ENDS_AT = re.compile(rf"\b{_END_WORDS}{_END_TAIL}")
"""What makes a second day the end of what the first began: "and stayed until", "last on"."""
_ENDS_LABELLED = re.compile(rf"[\s;,.]*(?:and\s+)?{_END_WORDS}{_END_TAIL}".replace(r"\Z", ""))
_START_LABEL = re.compile(
    r"\s*\((?:the\s+)?(?:start\w*|beg[aiu]n\w*|first|from|onset|earliest)\b[^()]{0,30}\)[\s,;]*(?:(?:and|to|until|-)\s+)?"
)
_END_LABEL = re.compile(
    r"\s*\((?:the\s+)?(?:end\w*|last|to|until|latest|final\w*|stopp\w+)\b[^()]{0,30}\)"
)
_BRACKETED = re.compile(r"\([^()]*\)")
_TWO = re.compile(r"\b(?:to|and|until|through|bis)\b|-")
_ONWARDS = re.compile(
    r"\A\s*(?:(?:to|until|till|-)\s*(?:the\s+)?(?:present|now|date|ongoing)\b|-?\s*ongoing\b|and (?:beyond|greater)\b|onwards?|on\b(?!\s+\w)|or later|and later|(?:or|and) after\b(?!\s+\w)|at the earliest)"
)
_OR_EARLIER = re.compile(r"\A\s*(?:or earlier|or before|and earlier|at the latest)")


def parse_dates(text: str, published: date | None = None) -> list[DateSpan]:
    """Every date that ``text`` gives, in order.

    Days without a year and days told relative to publication are read against ``published``; without
    it they are left out.
    """
    return dates_in(plain(clean(text)), published)


def dates_in(low: str, published: date | None) -> list[DateSpan]:
    """``parse_dates`` for text that is clean, in lower case and without accents."""
    said, low = low, spelt(low)
    if published and not 1000 <= published.year <= 9000:
        published = None  # days counted from it might leave the calendar
    found = [one for one in spots(low)[:MAX_DATES] if not one.vague]
    if published:
        found = sorted([*found, *relative_spots(low, published, found)], key=lambda one: one.start)
    stretches = _resolved(low, found, published)
    offsets = offset_spots(low, found, stretches)
    if offsets:
        bases = offset_bases(low, found)
        found = [
            one
            for one in found
            if one.start not in bases
            and not any(other.start < one.end and one.start < other.end for other in offsets)
        ]
        found = sorted([*found, *offsets], key=lambda one: one.start)
        stretches |= {one.start: one.fixed for one in offsets if one.fixed}
    spans = _joined(low, [one for one in found if one.start in stretches], stretches)
    return [replace(one, text=said[one.start : one.end]) for one in spans]


_THIS = re.compile(r"\b(?:this|last|past)\s\Z")
"""What ties a month to the day of publication whatever other dates there are."""


def _resolved(low: str, found: list[Spot], published: date | None) -> dict[int, tuple[date, date]]:
    """Where each spot stands to its first and last day; without those whose year nobody tells."""
    resolved: dict[int, tuple[date, date]] = {}
    previous: date | None = None
    for position, spot in enumerate(found):
        year = spot.year
        if year is None:
            beside = (
                None
                if _THIS.search(low, max(0, spot.start - 6), spot.start)
                else (_year_beside(low, found, position) or _year_near(spot, previous))
            )
            year = beside or _year_before(spot, published)
        stretch = spot.stretch(year) if year else None
        if stretch:
            resolved[spot.start] = stretch
            previous = stretch[0]
    return resolved


def _year_beside(low: str, found: list[Spot], position: int) -> int | None:
    """The year of the other end of a range: "2 December to 5 January 2024"."""
    spot = found[position]
    for following in found[position + 1 : position + 3]:
        if (
            following.year
            and not following.fixed
            and not STOP.search(low, spot.end, following.start)
        ):
            earlier = following.month and (spot.month, spot.days[0]) > (
                following.month,
                following.days[0] or 31,
            )
            joined = _connects(low, spot.end, following.start)
            return following.year - 1 if earlier and joined else following.year
    return None


def _year_near(spot: Spot, previous: date | None) -> int | None:
    if previous is None or not spot.month:
        return None
    return previous.year + (1 if spot.month + 6 < previous.month else 0)


def _year_before(spot: Spot, published: date | None) -> int | None:
    if published is None:
        return None
    stretch = spot.stretch(published.year)
    if stretch is None:
        return published.year - 1
    return published.year if stretch[0] <= published else published.year - 1


def _connects(low: str, start: int, end: int) -> bool:
    between = "".join(_FILLER.sub(" ", low[start:end]).split())
    return between in _TO or between in _AND or between == ""


def _joined(low: str, found: list[Spot], stretches: dict[int, tuple[date, date]]) -> list[DateSpan]:
    spans = []
    position = 0
    while position < len(found):
        one = found[position]
        following = found[position + 1] if position + 1 < len(found) else None
        if (
            following
            and _is_range(low, one, following, found)
            and stretches[one.start][0] <= stretches[following.start][1]
        ):
            spans.append(_range(low, one, following, stretches, found))
            position += 2
            continue
        span = _single(low, one, stretches[one.start], found)
        if spans and _closes(low, spans[-1], span):
            span = replace(spans.pop(), latest=span.latest, end=span.end, begins=False)
        spans.append(span)
        position += 1
    return spans


def _closes(low: str, opening: DateSpan, closing: DateSpan) -> bool:
    """Whether two bounds are one span: "no earlier than 3 May and no later than 5 May"."""
    between = low[opening.end : closing.start]
    return bool(
        opening.earliest and not opening.latest and closing.latest and not closing.earliest
        and opening.earliest <= closing.latest and opening.role == closing.role
        and opening.negated == closing.negated and len(between) < 40 and not STOP.search(between)
    )  # fmt: skip


def _is_range(low: str, one: Spot, following: Spot, found: list[Spot]) -> bool:
    between = low[one.end : following.start]
    if _START_LABEL.fullmatch(between) and _END_LABEL.match(low, following.end):
        return True
    between = _BRACKETED.sub(" ", between)
    before = low[max(0, one.start - 60) : one.start]
    if _ENDS_LABELLED.fullmatch(between) and _STARTING.search(before):
        return True
    if len(between) > 100 or re.search(r"[.;!?\n]\s", between):
        return False
    joint = "".join(_FILLER.sub(" ", between).split())
    if joint in _TO:
        return True
    if _BETWEEN.search(before) and (
        joint in _AND or re.search(r"\b(?:and|to)\b[^.;]{0,20}\Z", between)
    ):
        return True
    if _STARTING.search(before) and _ENDING.search(between):
        return True
    return bool(_ENDS_AT.search(between)) and not (
        ROLE_BUT_BREACH.search(between)
        or role_of(low, one.start, one.end, found) not in ("", "occurred")
    )


def _range(
    low: str, one: Spot, following: Spot, stretches: dict[int, tuple[date, date]], found: list[Spot]
) -> DateSpan:
    other = None
    if one.swapped and following.swapped:
        first, last = _swapped(one), _swapped(following)
        if first and last and first <= last:
            other = (first, last)
    span = DateSpan(stretches[one.start][0], stretches[following.start][1], other=other)
    return _in_context(low, span, one.start, following.end, found)


def _swapped(spot: Spot) -> date | None:
    if not spot.swapped or not spot.year:
        return None
    return date(spot.year, *spot.swapped)


def _single(low: str, spot: Spot, stretch: tuple[date, date], found: list[Spot]) -> DateSpan:
    before, after = low[max(0, spot.start - 60) : spot.start], low[spot.end : spot.end + 30]
    earliest: date | None = stretch[0]
    latest: date | None = stretch[1]
    swapped = _swapped(spot)
    other: tuple[date | None, date | None] | None = (swapped, swapped) if swapped else None
    closed = (
        spot.days[0] != spot.days[1]
        or bool(spot.fixed and spot.fixed[0] != spot.fixed[1])
        or bool(spot.last_month and _TWO.search(low, spot.start, spot.end))
    )
    begins = bool(_STARTING.search(before)) and not closed
    ended = _OPEN_END.search(before)
    if ended or _OR_EARLIER.match(after):
        exclusive = bool(
            ended
            and ended["word"]
            not in ("by", "until", "through", "up to", "no later than", "up until")
        )
        earliest, latest = None, stretch[0] if exclusive else stretch[1]
        other = (None, swapped) if swapped else None
    elif (
        (opened := _OPEN_START.search(before)) and not (closed and "from" in opened[0])
    ) or _ONWARDS.match(after):
        past = bool(opened and "after" in opened[0]) and stretch[0] != stretch[1]
        earliest, latest, begins = (
            stretch[1] + timedelta(days=1) if past else stretch[0],
            None,
            True,
        )
        other = (swapped, None) if swapped else None
    return _in_context(
        low, DateSpan(earliest, latest, begins=begins, other=other), spot.start, spot.end, found
    )


def _in_context(low: str, span: DateSpan, start: int, end: int, found: list[Spot]) -> DateSpan:
    return replace(
        span,
        negated=clauses.denied(low, start, end) or clauses.superseded(low, start, end),
        role=role_of(low, start, end, found, bound=span.earliest != span.latest),
        start=start,
        end=end,
    )
