"""Dates in a sentence: found, placed in time, and ranges put together from their two ends."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from slm_harness.breach.date_patterns import MONTHS, PATTERNS, Frame, weekday

_EXPLAINED = re.compile(r",? ?\(?(?:the )?\0")
"""After a weekday: the date that it goes with, already read."""
_HOUR = (
    r"(?:(?:early )?(?:hours|morning|afternoon|evening|night|end|start) (?:of|on) |around |about )?"
)
_AND = re.compile(rf"^,? and (?:on )?(?:the )?{_HOUR}(?:the )?$")
_UNTIL = re.compile(
    r"^(?:,? (?:to|until|till|through|up to)(?: at least| around| about)? (?:the )?"
    rf"{_HOUR}|"
    rf" ?[-–—] ?|(?:,? \w+){{0,6}} (?:until|till)(?: at least)? {_HOUR})(?:on |the )?$"
)
_FOUND = re.compile(r"discover|detect|notic|spott|found|alert|learn|identif", re.I)


@dataclass(frozen=True)
class Mention:
    """A date or a range of dates, where it stands in its sentence."""

    start: int
    end: int
    earliest: date
    latest: date
    joined: bool = False
    """Whether it was put together from its two ends."""
    dated: bool = True
    """Whether it fixes its year, or leans on the publication date for all of it."""

    @property
    def days(self) -> int:
        """How many days it may be or covers."""
        return (self.latest - self.earliest).days + 1


def show(earliest: date, latest: date) -> str:
    """Write a day or a range the way that the question asks for it, whatever the locale."""
    days = [f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year:04}" for day in (earliest, latest)]
    return days[0] if earliest == latest else " to ".join(days)


def mentions(sentence: str, frame: Frame) -> list[Mention]:
    """All dates of a sentence in order, ranges joined, those after publication left out."""
    found = sorted(_atoms(sentence, frame), key=lambda mention: mention.start)
    joined: list[Mention] = []
    for mention in found:
        pair = _join(sentence, joined[-1], mention) if joined else None
        if pair:
            joined[-1] = pair
        else:
            joined.append(mention)
    latest = frame.published
    return [mention for mention in joined if latest is None or mention.earliest <= latest]


def _atoms(sentence: str, frame: Frame) -> list[Mention]:
    rest, found = sentence, list[Mention]()
    for pattern, resolve in PATTERNS:
        for match in list(pattern.finditer(rest)):
            if resolve is weekday and _EXPLAINED.match(rest, match.end()):
                continue
            rest = rest[: match.start()] + "\0" * len(match[0]) + rest[match.end() :]
            span = resolve(match, replace(frame, anchor=_anchor(found, match.start(), frame)))
            if span:
                found.append(Mention(match.start(), match.end(), span[0], span[1], dated=span[2]))
    return found


def _anchor(found: list[Mention], place: int, frame: Frame) -> date | None:
    """The day last mentioned before this place, in the sentence or before it."""
    days = [mention for mention in found if mention.end <= place and mention.days == 1]
    return max(days, key=lambda mention: mention.end).latest if days else frame.anchor


def _join(sentence: str, first: Mention, second: Mention) -> Mention | None:
    gap = sentence[first.end : second.start]
    before = sentence[max(0, first.start - 32) : first.start + 8].lower()
    between = _AND.match(gap) and "between" in before
    if not between and (len(gap) > 60 or not _UNTIL.match(gap) or _FOUND.search(gap)):
        return None
    earliest = first.earliest
    if not first.dated:
        earliest = _same_day(earliest, second.latest.year)
    if earliest > second.latest:
        earliest = _same_day(earliest, second.latest.year - 1)
    if earliest > second.latest:
        return None
    return Mention(first.start, second.end, earliest, second.latest, joined=True)


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
