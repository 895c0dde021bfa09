"""Reading dates: days, spans and open ends, what each is said to be, and whether it is denied."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from slm_harness.grading import clauses
from slm_harness.grading.calendar_words import WEEKDAYS
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
        "- / ~ to -to until till til through thru upto bis zum biszum au jusqu'au al hasta tot t/m ate ao -- .. & untilto andcontinueduntil"
    )
)
_AND = frozenset(words_of("and und et y e en or ou"))
_BETWEEN = re.compile(
    r"\b(?:between|zwischen|entre|tra|fra|tussen|either|dated?s? (?:from )?between)\b[^.;]{0,40}\Z"
)
_ENDING = re.compile(
    r"\b(?:until|till|through|ending|ended|ends|lasted|lasting|finished|concluded|stopped|continu\w+ (?:to|until)|went on (?:to|until)|end(?: date)?|latest|last)\b"
)
_STARTING = re.compile(
    r"\b(?:began|begun|begins?|beginning|started|starts?|starting|start(?: date)?|commenc\w+|first (?:occurred|accessed|entered|gained|got)|since|from|as early as|dat(?:ing|es) (?:back )?to|earliest|ab|seit|depuis|desde|dal|sinds|onset)"
    r"\s*:?\s*(?:(?:on|in|at|around|about|the|as early as|at least|early|date|is|was)\b\s*)*(?:(?:"
    + _WEEKDAY_WORDS
    + r")\b,?\s*(?:the\s*)?)?\Z"
)
_OPEN_START = re.compile(
    r"\b(?:after|since|no earlier than|not before|not earlier than|from|on or after|nach|seit|depuis|apres|desde|despues del?|dal|dopo il|sinds|na|later than(?<!no later than))\s+(?:at least\s+|about\s+|around\s+)?(?:(?:"
    + _WEEKDAY_WORDS
    + r"),?\s+)?(?:the\s+|dem\s+|le\s+|el\s+|o\s+)?(?:year\s+)?\Z"
)
_OPEN_END = re.compile(
    r"\b(?P<word>before|prior to|by|no later than|not later than|until|up to|up until|earlier than|ahead of|on or before|vor|avant|antes del?|prima del?|voor|pre|latest by|spatestens)(?:\s+|-)(?:at least\s+|about\s+|around\s+)?(?:(?:"
    + _WEEKDAY_WORDS
    + r"),?\s+)?(?:the\s+|dem\s+|le\s+|el\s+|il\s+|o\s+)?(?:year\s+)?\Z"
)
_TWO = re.compile(r"\b(?:to|and|until|through|bis)\b|-")
_ONWARDS = re.compile(
    r"\A\s*(?:onwards?|on\b(?!\s+\w)|or later|and later|(?:or|and) after\b(?!\s+\w)|at the earliest)"
)
_OR_EARLIER = re.compile(r"\A\s*(?:or earlier|or before|and earlier|at the latest)")
_ROLES = (
    ("discovered", r"discover\w*|detect\w*|notic(?:ed|ing)|found|spotted|identified|identification|learn(?:ed|t)|aware|came to light|uncovered|reali[sz]ed|flagged|alerted|observed|picked up|entdeckt|bemerkt|decouver\w+|descubi\w+|scopert\w+|ontdekt|descobert\w+"),
    ("occurred", r"occur\w*|happened|took place|taken place|beg[au]n|started|breached|accessed|infiltrated|stole|stolen|hacked|attacked|entered|broke in(?:to)?|got in(?:to)?|gained (?:unauthori[sz]ed )?access|compromised|exfiltrated|copied|(?:attack|breach|hack|theft|raid|operation|it)\s+(?:was|is|were)\s+carried out|intrusion|lasted|breach (?:date|occurred)|date of (?:the )?breach|breach\s*:|ereignete|geschah"),
    ("disclosed", r"publish\w*|announc\w*|disclos\w*|notif\w+|reported|statement|dated|told|posted|informed|article|filed|revealed|confirmed|wrote|made public|said|closed|fixed|patched|secured|shut|contained|remediated|taken offline"),
)  # fmt: skip
_ROLE = re.compile("|".join(rf"(?P<{name}>\b(?:{words}))" for name, words in _ROLES))
_ASIDE = re.compile(r"[.;!?\n(](?=\s|\w|\Z)|\bbut\b")
_ASIDE_AND = re.compile(_ASIDE.pattern + r"|,?\s+and\b(?!\s+(?:was|is|it)\b)")
"""Where another date follows, what stands behind an "and" belongs to that one."""
_LEADS_ON = re.compile(
    r"\s*(?:(?:on|in|at|by|since|around|about|only|later|was|is|date|and)\b|[:-])?\s*(?:(?:on|in|the)\s*)?"
)
_STOP = re.compile(r"[.;!?\n](?=\s|\Z)")


def parse_dates(text: str, published: date | None = None) -> list[DateSpan]:
    """Every date that ``text`` gives, in order.

    Days without a year and days told relative to publication are read against ``published``; without
    it they are left out.
    """
    return dates_in(plain(clean(text)), published)


def dates_in(low: str, published: date | None) -> list[DateSpan]:
    """``parse_dates`` for text that is clean, in lower case and without accents."""
    found = spots(low)[:MAX_DATES]
    if published:
        found = sorted([*found, *relative_spots(low, published, found)], key=lambda one: one.start)
    stretches = _resolved(low, found, published)
    offsets = offset_spots(low, found, stretches)
    if offsets:
        bases = offset_bases(low, found)
        found = sorted(
            [*(one for one in found if one.start not in bases), *offsets], key=lambda one: one.start
        )
        stretches |= {one.start: one.fixed for one in offsets if one.fixed}
    return _joined(low, [one for one in found if one.start in stretches], stretches)


def _resolved(low: str, found: list[Spot], published: date | None) -> dict[int, tuple[date, date]]:
    """Where each spot stands to its first and last day; without those whose year nobody tells."""
    resolved: dict[int, tuple[date, date]] = {}
    previous: date | None = None
    for position, spot in enumerate(found):
        year = spot.year
        if year is None:
            year = (
                _year_beside(low, found, position)
                or _year_near(spot, previous)
                or _year_before(spot, published)
            )
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
            and not _STOP.search(low, spot.end, following.start)
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
            and _is_range(low, one, following)
            and stretches[one.start][0] <= stretches[following.start][1]
        ):
            spans.append(_range(low, one, following, stretches, found))
            position += 2
            continue
        spans.append(_single(low, one, stretches[one.start], found))
        position += 1
    return spans


def _is_range(low: str, one: Spot, following: Spot) -> bool:
    between = low[one.end : following.start]
    if len(between) > 100 or re.search(r"[.;!?\n]\s", between):
        return False
    joint = "".join(_FILLER.sub(" ", between).split())
    before = low[max(0, one.start - 60) : one.start]
    if joint in _TO:
        return True
    if _BETWEEN.search(before) and (
        joint in _AND or re.search(r"\b(?:and|to)\b[^.;]{0,20}\Z", between)
    ):
        return True
    return bool(_STARTING.search(before) and _ENDING.search(between))


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
    closed = spot.days[0] != spot.days[1] or bool(
        spot.last_month and _TWO.search(low, spot.start, spot.end)
    )
    begins = bool(_STARTING.search(before)) and not closed
    ended = _OPEN_END.search(before)
    if ended or _OR_EARLIER.match(after):
        exclusive = bool(
            ended and ended["word"] not in ("by", "until", "up to", "no later than", "up until")
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
        role=_role(low, start, end, found),
        start=start,
        end=end,
        text=low[start:end],
    )


def _role(low: str, start: int, end: int, found: list[Spot]) -> str:
    """What the date is said to be the date of: the last verb before it, or else the first after it."""
    left = max([one.end for one in found if one.end <= start], default=0)
    stops = [match.end() for match in _STOP.finditer(low, left, start)]
    left = max([left, *stops])
    before = [match.lastgroup for match in _ROLE.finditer(low, left, start)]
    if before:
        return before[-1] or ""
    right = min([one.start for one in found if one.start >= end], default=len(low))
    stop = (_ASIDE if right == len(low) else _ASIDE_AND).search(low, end, right)
    after = _ROLE.search(low, end, stop.start() if stop else right)
    if after is None or (right < len(low) and _LEADS_ON.fullmatch(low, after.end(), right)):
        return ""
    return after.lastgroup or ""
