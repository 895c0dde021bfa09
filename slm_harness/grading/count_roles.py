"""What an answer does with each number it gives: asserts it, or sets it apart.

A number is set apart as one that no longer holds, a claim, a part, the whole that the others are part of,
or a thing that does not exist. What says so stands next to it: before it in its own phrase, or after it up
to the next number. Several numbers in a row ("earlier figures of 18,000 and 74,300") share their role.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from slm_harness.grading import count_role_words as words


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles of one number; all False for one that is plainly asserted."""

    superseded: bool = False
    """Whether it is given as a figure that no longer holds."""
    claimed: bool = False
    """Whether it is a mere claim: of attackers or sellers, or alleged or unconfirmed."""
    attributed: bool = False
    """Whether somebody is said to say so: less than a claim."""
    part: bool = False
    """Whether it is given as a part of another: "including 300", "300 of whom"."""
    of_which: bool = False
    """Whether it is said outright what it is a part of: "of whom 300 were children"."""
    base: bool = False
    """Whether it is what the others are part of, or the size of something: "300 out of 400,000"."""
    elsewhere: bool = False
    """Whether it is said to be of another breach."""
    compared: bool = False
    """Whether it is a difference, or what another is compared with: "12,000 more than", "twice the 26,000"."""
    unreal: bool = False
    """Whether it counts what does not exist: "40,216 made-up files"."""


_PLAIN = Roles()
_PIECE_END = re.compile(
    r"[;!?\n()\[\]]|(?<!\bincl)(?<!\bapprox)(?<!\bca)(?<!\btys)(?<!\bmio)\.(?=\s|\Z)|\s-\s|,(?=\s|\Z)|\s(?:but|however|although|though|whereas|while|aber|mais|pero|mas|maar)\b"
)
_WINDOW = 120
"""Most characters before or after a number that tell its role."""
_NEAR = 60
"""Most characters between two numbers of one row."""


class _Piece(NamedTuple):
    """What stands between two marks, with the mark that opens it."""

    start: int
    end: int
    mark: str
    aside: bool
    """Whether it stands in brackets."""


@lru_cache(maxsize=256)
def _pieces(text: str) -> tuple[_Piece, ...]:
    pieces, start, mark, aside = [], 0, "", False
    for found in _PIECE_END.finditer(text):
        pieces.append(_Piece(start, found.start(), mark, aside))
        start, mark = found.end(), found[0].strip()
        aside = mark in ("(", "[") or (aside and mark not in (")", "]"))
    pieces.append(_Piece(start, len(text), mark, aside))
    return tuple(pieces)


def roles(text: str, spans: Sequence[tuple[int, int]]) -> list[Roles]:
    """The roles of the numbers that stand at ``spans`` of ``text``, in order."""
    if not spans:
        return []
    pieces = _pieces(text)
    starts = [piece.start for piece in pieces]
    found: list[Roles] = []
    led = ""
    for position, (start, end) in enumerate(spans):
        last = spans[position - 1][1] if position else 0
        following = spans[position + 1][0] if position + 1 < len(spans) else len(text)
        here = max(bisect_right(starts, start) - 1, 0)
        before = _said_before(text, pieces, here, last, start)
        own, after = _said_after(text, pieces, here, end, following)
        one = _roles(text, start, end, before, own, after, aside=pieces[here].aside)
        between = text[last:start]
        if position and len(between) < _NEAR:
            if one == _PLAIN and words.JOINT.match(between):
                one = replace(found[-1], base=False)
            elif found[-1].part and words.PART_JOINT.match(between) and words.DETAIL.match(own):
                one = replace(one, part=True)
            if words.LATER.match(between) or words.RISES_TO.search(between):
                found = [replace(each, superseded=True) for each in found]
            if one.of_which and not words.TAKEN.search(between):
                found[-1] = replace(found[-1], base=True)
            if words.FROM.match(between) and words.RISING.search(led):
                one = replace(one, superseded=True)
        led = before
        found.append(one)
    return found


def _said_before(text: str, pieces: Sequence[_Piece], here: int, last: int, start: int) -> str:
    """What leads up to a number: its own piece, and those before it that hold no number."""
    while pieces[here].mark == "," and pieces[here - 1].start >= last:
        here -= 1
    return text[max(pieces[here].start, last, start - _WINDOW) : start]


def _said_after(
    text: str, pieces: Sequence[_Piece], here: int, end: int, following: int
) -> tuple[str, str]:
    """What follows a number in its own piece, and with the asides after it that hold no number."""
    while pieces[here].end < end:
        here += 1
    right = pieces[here].end
    if following < right:
        own = text[end : min(following, end + _WINDOW)]
        return (own := own[: own.rfind(" and ")] if " and " in own else own), own
    own = text[end : min(right, end + _WINDOW)]
    bracket = pieces[here].aside
    for piece in pieces[here + 1 :]:
        if piece.mark not in (",", "(") or piece.end > following or right > end + _WINDOW:
            break
        if piece.mark == "," and bracket and not piece.aside:
            break
        right = piece.end
        if piece.mark == "(":
            break
    return own, text[end : min(right, end + _WINDOW)]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for last in pattern.finditer(text):  # noqa: B007 - the last one counts
        pass
    return last


def _superseded(text: str, before: str, own: str, end: int) -> bool:
    ahead = text[end : end + _WINDOW]
    earlier = _last(words.EARLIER, before)
    if earlier and not words.NOW.search(before, earlier.end()):
        return True
    return bool(
        words.AFTER_FIRST.search(before)
        or words.OUTDATED.match(own)
        or words.MISTAKEN.search(own)
        or words.MISTAKEN.search(before)
        or words.OUTDATED_ASIDE.match(ahead)
        or words.CHANGED_TO.match(ahead)
        or (words.RISES_FROM.search(before) and words.ROSE.match(ahead))
        or (words.WAS.search(before) and words.IS_NOW.match(ahead))
    )


def _is_base(text: str, start: int, before: str, own: str) -> bool:
    near = text[max(0, start - _NEAR) : start]
    if words.WHOLE.search(near) or words.PART_OF.search(near) or words.SHARE_OF.search(near):
        return True
    size = words.SIZE.search(before)
    return bool(
        size and words.HOLDER.search(before[: size.start()]) and not words.TAKEN.search(own)
    )


def _roles(
    text: str, start: int, end: int, before: str, own: str, after: str, *, aside: bool
) -> Roles:
    of_which = bool(words.OF_WHICH.search(before) or words.OF_WHICH_AFTER.match(own))
    part = (
        of_which
        or bool(words.PART_BEFORE.search(before))
        or bool(words.CASES.search(before) and words.CASES_AFTER.match(own))
        or (aside and bool(words.DETAIL.match(own)))
    )
    around = f"{before} # {after}"
    claimed = bool(words.CLAIM.search(around))
    return Roles(
        superseded=_superseded(text, before, own, end),
        claimed=claimed,
        attributed=claimed or bool(words.SAYS.search(around)),
        part=part,
        of_which=of_which,
        base=_is_base(text, start, before, own),
        elsewhere=bool(words.ELSEWHERE.search(around)),
        compared=bool(
            words.COMPARED.search(before) or words.COMPARED_AFTER.match(text[end : end + _NEAR])
        ),
        unreal=bool(words.UNREAL.search(around)),
    )
