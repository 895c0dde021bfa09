"""Grading counts: the very figure, or a hedged rounding within bounds, of the right unit."""

from collections.abc import Iterable

from slm_harness.grading import silence, units
from slm_harness.grading.clauses import clause_bounds
from slm_harness.grading.counts import Count, counts_in
from slm_harness.grading.expected import Number, Unstated
from slm_harness.grading.reading import Answer
from slm_harness.grading.silence import plain
from slm_harness.grading.verdict import Judgement, failed, passed


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
    held = [one for one in read if not one.negated and not one.superseded]
    if not held:
        return failed(_nothing_held(read, answer))
    right = [one for one in held if _right(expected, one)]
    stray = [one for one in held if one not in right and not _excused(expected, one, bool(right))]
    if stray and not _all_parts(expected, held):
        return failed(_why_not(expected, stray[0], bool(right)))
    if expected.parts and _all_parts(expected, held):
        others = [one for one in stray if _figure(one) not in expected.parts]
        return (
            failed(_why_not(expected, others[0], True)) if others else passed("every part is given")
        )
    if right:
        return passed(_rule(expected, right[0]))
    return failed(_why_not(expected, held[0], False))


def _unstated(expected: Unstated, low: str, read: list[Count], answer: Answer) -> Judgement:
    if answer.empty or silence.bare(answer.text):
        return passed("it says that nothing is known or applies")
    held = [
        one
        for one in read
        if not (one.negated or one.superseded or one.claimed) and not _unsaid(low, one)
    ]
    held = [one for one in held if units.group(one.unit) not in units.SIDE]
    if not expected.applies and held and all(_figure(one) == 0 for one in held):
        return passed("where there was no breach, no record was breached")
    if held:
        return failed(f"it gives {held[0].text} where the article gives no figure")
    if silence.silent(answer.text):
        return passed("it says that nothing is known or applies")
    return failed("it neither gives a figure nor says Unknown")


def _unsaid(low: str, one: Count) -> bool:
    """Whether the number stands in a clause that says that something is not known."""
    left, right = clause_bounds(low, one.start, one.end)
    return one.low != 0 and any(
        left <= start < one.start < right and ", " not in low[end : one.start]
        for start, end in silence.silence_spans(low)
    )


def _nothing_held(read: list[Count], answer: Answer) -> str:
    if any(one.superseded for one in read):
        return "the only figure is given as one that no longer holds"
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


def _right(expected: Number, one: Count) -> bool:
    if not units.alike(one.unit, expected.unit):
        return False
    if units.counted_apart(one.unit, expected.unit, [also.unit for also in expected.also]):
        return False
    if expected.value is None:
        return _bounded(expected, one)
    figure = _figure(one)
    if figure == expected.value:
        return True
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


def _excused(expected: Number, one: Count, right: bool) -> bool:
    """Whether a figure beside the right one says nothing false."""
    if one.base and right:
        return True
    figure = _figure(one)
    group = units.group(one.unit)
    for also in expected.also:
        carried = one.unit is not None and (
            units.group(also.unit) == group or one.unit in also.unit
        )
        if figure == also.value and (carried or (one.part and one.unit is None)):
            return True
    if figure is not None and figure in expected.wrong:
        return False
    if figure is not None and figure in expected.claimed:
        return right and (one.claimed or one.attributed)
    if figure is not None and figure in expected.parts:
        return right
    many = group == "places" and (figure or 0) >= 1000
    return right and group in units.SIDE and not many


def _all_parts(expected: Number, held: Iterable[Count]) -> bool:
    figures = {_figure(one) for one in held}
    return bool(expected.parts) and set(expected.parts) <= figures


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
