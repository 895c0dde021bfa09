"""Grading counts: the very figure, or a hedged rounding within bounds, of the right unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from slm_harness.grading import silence, units
from slm_harness.grading.clauses import clause_bounds
from slm_harness.grading.count_role_words import TAKEN
from slm_harness.grading.counts import Count, counts_in
from slm_harness.grading.expected import Figure, Number, Unstated
from slm_harness.grading.reading import Answer
from slm_harness.grading.silence import plain
from slm_harness.grading.verdict import Judgement, failed, passed
from slm_harness.grading.word_list import words_of

_NONE_FIRST = re.compile(r"\W*(?:none|nil|nothing)\s*(?:[,;.:(]|\s-\s|(?:al)?though\b|but\b)")


def judge(expected: Number | Unstated, answer: Answer) -> Judgement:
    """Judge an answer that gives a count."""
    low = plain(answer.text)
    read = counts_in(low)
    if isinstance(expected, Unstated):
        return _unstated(expected, low, read, answer)
    if answer.empty:
        return failed("an empty answer is wrong where the article has the fact")
    if expected.value == 0 and silence.none_word(answer.text):
        return passed("none is nought")
    if expected.value == 0 and _NONE_FIRST.match(low):
        read = [Count(0, 0, text="none"), *read]
    held = [one for one in read if not one.negated and not one.superseded]
    # A first figure to which no other succeeded is the answer's figure.
    held = held or [one for one in read if not one.negated]
    if not held:
        return failed(_nothing_held(read, answer))
    meant = units.Meant.of(expected.unit, tuple(also.unit for also in expected.also))
    held = [replace(one, unit=meant.unit(low, one.end, one.unit)) for one in held]
    right = [one for one in held if _right(expected, meant, one)]
    in_parts = bool(expected.parts) and set(expected.parts) <= {_figure(one) for one in held}
    given = _Given(low, expected, meant, tuple(right), in_parts)
    stray = [one for one in held if one not in right and not given.excuses(one)]
    if stray and not given.adds_up(stray):
        return failed(_why_not(expected, stray[0], given.whole))
    if right:
        return passed(_rule(expected, right[0]))
    return passed("every part is given") if in_parts else failed(_why_not(expected, held[0], False))


def _unstated(expected: Unstated, low: str, read: list[Count], answer: Answer) -> Judgement:
    if answer.empty or silence.bare(answer.text):
        return passed("it says that nothing is known or applies")
    silent = silence.silent(answer.text)
    held = [
        one
        for one in read
        if not (one.negated or one.superseded or one.claimed or one.elsewhere or one.unreal)
        and not _unsaid(low, one)
        and units.group(one.unit) not in units.SIDE
    ]
    noughts = [one for one in held if _figure(one) == 0]
    denied = not expected.applies and bool(noughts)
    held = [
        one
        for one in held
        if not (denied and one in noughts)
        and not ((silent or denied) and (one.base or _spared(one) or _aside(low, one)))
    ]
    if held:
        return failed(f"it gives {held[0].text} where the article gives no figure")
    if denied:
        return passed("where there was no breach, no record was breached")
    if silent:
        return passed("it says that nothing is known or applies")
    if expected.applies and any(one.claimed for one in read):
        return passed("it gives a figure only as a claim")
    return failed("it neither gives a figure nor says Unknown")


def _unsaid(low: str, one: Count) -> bool:
    """Whether the number stands in a clause that says that something is not known."""
    left, right = clause_bounds(low, one.start, one.end)
    return one.low != 0 and any(
        left <= start < one.start < right and ", " not in low[end : one.start]
        for start, end in silence.silence_spans(low)
    )


_DOES = re.compile(
    r"\b(?:works?|worked|employ\w*|serv(?:es|ed|ing)|has|have|had|holds?|held|owns?|runs?|ran|counts|treats?|covers?|uses?|used|attend\w*|was|were|is|are|could|can|might|may|would|keeps?|kept|insures?|sells?|got|gets|receiv\w*|told|warned|written|wrote|informed|hat|haben|beschaftigt|tiene|emplea|emploie|compte|heeft|impiega|houses?|lets|rents?|manages?|carries|carried|flies|trains|teaches|taught|feeds|publishes|handles?|processe[sd]|stores?|stored|looks after|caters|welcomes|draws|attracts|visits?|visited|liv(?:e|es|ed|ing))\b"
)
_SUBJECT = re.compile(
    r"\b(?:it|there|this|that|number|figure|total|count|answer|tally|one|estimate)\W+\Z"
)


_MANY = 1000
"""From here on a number of places or the like could be taken for the number of records."""
_AMONG = re.compile(
    r"\b(?:in|at|of|by|from|across|within|after|for|through|with|on|to)\s+(?:about |some |all |its |the |their )?\Z"
)
_NOUN = re.compile(r"\s[a-z]{3,}")
_TELLS = re.compile(
    r"\b(?:numbers?|figures?|totals?|counts?|tally|giv\w*|correct|right|true|real|actual\w*|says?|said|according|report\w*|announc\w*|states?|stated|confirm\w*|estimat\w*|puts?)\b"
)
_ANYTHING = frozenset(
    words_of("record records data people persons individuals one nothing none nobody")
)


def _aside(low: str, one: Count) -> bool:
    """Whether a number stands in a clause of its own that says something else than a breach of it."""
    left, right = clause_bounds(low, one.start, one.end)
    left = max(left, low.rfind(", ", left, one.start))
    clause = low[max(left, one.start - 100) : min(right, one.end + 100)]
    does = _DOES.search(clause)
    return bool(
        does
        and not TAKEN.search(clause)
        and not _TELLS.search(clause)
        and not _SUBJECT.search(clause[: does.start()])
    )


def _spared(one: Count, heads: frozenset[str] = frozenset()) -> bool:
    """Whether it is of something else that nothing was taken: "no passwords were read"."""
    words = set(re.findall(r"[a-z]+", one.text))
    counted = words & _ANYTHING or any(units.stem(word) in heads for word in words)
    return len(words) > 2 and not (counted and TAKEN.search(one.text))


def _nothing_held(read: list[Count], answer: Answer) -> str:
    if read:
        return f"{read[0].text} is denied"
    if silence.silent(answer.text):
        return "it says Unknown where the article has the figure"
    return "no figure was read"


def _figure(one: Count) -> int | None:
    """The figure of a count; None for a range."""
    if one.low is None or one.high is None:
        return one.high if one.low is None else one.low
    return one.low if one.low == one.high else None


def _right(expected: Number, meant: units.Meant, one: Count) -> bool:
    if one.unreal or one.compared or not meant.fits(one.unit):
        return False
    if expected.value is None:
        return _bounded(expected, one)
    figure = _figure(one)
    if figure == expected.value:
        return not one.short
    low = expected.value if expected.low is None else expected.low
    high = expected.value if expected.high is None else expected.high
    if figure is None:
        within = (
            one.low is not None and one.high is not None and low <= one.low and one.high <= high
        )
        return within and (one.low or 0) <= expected.value <= (one.high or 0)
    if not (one.approximate or one.bound) or not low <= figure <= high:
        return False
    if one.bound == "over" and not one.approximate:
        return figure <= expected.value
    if one.bound == "under" and not one.approximate:
        return figure >= expected.value
    return True


def _bounded(expected: Number, one: Count) -> bool:
    least, most = expected.at_least, expected.at_most
    if least is not None and most is not None:
        return (one.low, one.high) == (least, most)
    if least is not None:
        return one.bound == "over" and one.low == least
    return one.bound == "under" and one.high == most


@dataclass(frozen=True)
class _Given:
    """What an answer gives of what is wanted, against which its other figures are held."""

    low: str
    expected: Number
    meant: units.Meant
    right: tuple[Count, ...]
    in_parts: bool

    @property
    def whole(self) -> bool:
        """Whether the figure is given, in one or in all its parts."""
        return bool(self.right) or self.in_parts

    def excuses(self, one: Count) -> bool:
        """Whether a figure beside the right one says nothing false."""
        figure = _figure(one)
        if any(figure == also.value and self._carries(one, also) for also in self.expected.also):
            return True
        if figure is not None and figure in self.expected.parts:
            return True
        return self.whole and (self._set_apart(one, figure) or self._unheard_of(one, figure))

    def adds_up(self, stray: Sequence[Count]) -> bool:
        """Whether figures beside the right one are its parts: they come to it, and none is known as wrong."""
        figures = [_figure(one) or 0 for one in stray]
        known = any(one in self.expected.wrong for one in figures)
        return bool(self.right) and sum(figures) == self.expected.value and not known

    def _carries(self, one: Count, also: Figure) -> bool:
        """Whether a true figure of another unit carries that unit, or is given as a part."""
        if one.part or self.meant.counts(one.unit, also.unit):
            return True
        return self.whole and self.meant.described(self.low, one.end, also.unit)

    def _set_apart(self, one: Count, figure: int | None) -> bool:
        """Whether the answer itself says that it is not the figure, whatever the label knows of it."""
        if one.unreal or one.elsewhere or one.compared or (one.base and not self._smaller(one)):
            return True
        if figure == 0:
            return _spared(one, self.meant.wanted_heads)
        of_many = (figure or 0) >= _MANY
        group = units.group(one.unit)
        if group in units.SIDE and not (group == "places" and of_many):
            return True
        among = (
            one.unit is None and not of_many and bool(_AMONG.search(self.low[: one.start][-20:]))
        )
        among = among and bool(_NOUN.match(self.low, one.end))
        return among or self._restates(one) or self._apart(one)

    def _unheard_of(self, one: Count, figure: int | None) -> bool:
        """Whether it is a claim or a part of which the label knows nothing, or a claim that it knows."""
        if figure is not None and figure in self.expected.claimed:
            return one.claimed or one.attributed
        if figure is not None and figure in self.expected.wrong:
            return False
        return one.claimed or (one.part and self._smaller(one))

    def _apart(self, one: Count) -> bool:
        left, right = clause_bounds(self.low, one.start, one.end)
        alone = not any(left <= each.start < right for each in self.right)
        return alone and not one.part and _aside(self.low, one)

    def _restates(self, one: Count) -> bool:
        """Whether it is the right figure once more, in other words or rounded."""
        if not self.right or not self.meant.fits(one.unit):
            return False
        figure, value = _figure(one), self.expected.value
        if value is not None:
            low, high = self.expected.low or value, self.expected.high or value
            exact = any(_figure(each) == value for each in self.right)
            return exact and figure is not None and low <= figure <= high and not one.bound
        same = [each for each in self.right if _figure(each) == figure]
        return figure is not None and any(one.bound in ("", each.bound) for each in same)

    def _smaller(self, one: Count) -> bool:
        figure = one.high if one.high is not None else one.low
        whole = max((_figure(each) or each.high or 0 for each in self.right), default=0)
        return figure is not None and figure < (whole or self.expected.value or 0)


def _why_not(expected: Number, one: Count, right: bool) -> str:
    figure = _figure(one)
    said = f"{one.text} {one.unit}" if one.unit and one.unit not in one.text else one.text
    if right:
        return f"{said} beside the right figure is not so"
    if figure is not None and figure in expected.wrong:
        return f"{said} is another figure of the article"
    if figure is not None and figure in expected.claimed:
        return f"{said} is only a claim"
    if figure is not None and figure == expected.value:
        return f"{said} is of another unit"
    if expected.value is None:
        return f"{said} is not the bound that the article gives"
    rounded = (
        expected.low is not None
        and figure is not None
        and expected.low <= figure <= (expected.high or expected.value)
    )
    return f"{said} is rounded but not hedged" if rounded else f"{said} is another figure"


def _rule(expected: Number, one: Count) -> str:
    if expected.value is not None and _figure(one) == expected.value:
        return f"{one.text} is the figure of the article"
    return f"{one.text} is a hedged rounding or bound that holds"
