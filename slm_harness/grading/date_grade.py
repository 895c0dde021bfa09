"""Grading dates: the right day as a day, the right span as a span, and no other beside it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from slm_harness.grading import silence
from slm_harness.grading.clauses import clause_bounds
from slm_harness.grading.date_roles import of_something_else
from slm_harness.grading.date_spelling import spelt
from slm_harness.grading.dates import DateSpan, dates_in
from slm_harness.grading.days import spots
from slm_harness.grading.expected import Span, Spans, Unstated
from slm_harness.grading.reading import Answer
from slm_harness.grading.relative_days import days_after_something, weekdays_named
from slm_harness.grading.silence import plain
from slm_harness.grading.verdict import Judgement, failed, passed


def judge(
    expected: Span | Spans | Unstated, answer: Answer, question_id: str, published: date | None
) -> Judgement:
    """Judge an answer that gives dates."""
    low = plain(answer.text)
    read = dates_in(low, published or _reference(expected))
    if isinstance(expected, Unstated):
        return _unstated(low, read, question_id, answer)
    if answer.empty:
        return failed("an empty answer is wrong where the article has the fact")
    if isinstance(expected, Span) and (told := _told_by_distance(low, expected)):
        return told
    if not read:
        said = (
            "it says Unknown where the article has the date"
            if silence.silent(answer.text)
            else "no date was read"
        )
        return failed(said)
    pool = _asserted(low, read, question_id)
    if not pool:
        return failed("the dates that were read are denied or given as the date of something else")
    pool = [_settled(one, pool) for one in pool]
    if answer.items is not None and len(pool) == 2:
        pool = _as_range(pool)
    pool = [*_run_of_days(pool), *pool]
    if isinstance(expected, Spans):
        return _many(expected, pool)
    return _one(expected, pool)


def _told_by_distance(low: str, expected: Span) -> Judgement | None:
    """Judge "two days later, on Friday", where the answer leaves it to the reader from what day it counts.

    That day is one of those which the label knows as another event's.
    """
    if not expected.earliest or expected.earliest != expected.latest or not expected.wrong:
        return None
    days = days_after_something(low)
    if days is None or spots(spelt(low)):
        return None
    right = any((expected.earliest - other).days == days for other in expected.wrong)
    named = weekdays_named(low)
    if right and named in (set(), {expected.earliest.weekday()}):
        return passed("the article's own words fix the day")
    return failed("that many days later is another day")


def _reference(expected: Span | Spans | Unstated) -> date | None:
    """A day to read "2 May" against where the publication is not known: shortly after the label's last day."""
    if isinstance(expected, Unstated):
        return None
    spans = expected.spans if isinstance(expected, Spans) else (expected,)
    ends = [end for span in spans for end in (span.earliest, span.latest) if end]
    last = max(ends)
    return last + timedelta(days=60) if last < date.max - timedelta(days=100) else last


def _wanted_role(question_id: str) -> str:
    return (
        "discovered" if "discover" in question_id else "occurred" if "breach" in question_id else ""
    )


def _asserted(low: str, read: list[DateSpan], question_id: str) -> list[DateSpan]:
    """The dates that the answer gives as its answer: not denied, not the date of something else."""
    held = [one for one in read if not one.negated]
    role = _wanted_role(question_id)
    fitting = [one for one in held if one.role in ("", role)]
    fitting += [
        one
        for one in held
        if one not in fitting
        and any(low[other.end : one.start].strip() == "or" for other in fitting)
    ]
    if fitting:
        return fitting
    return [one for one in held if one.role in ("disclosed", "other")]


def _unstated(low: str, read: list[DateSpan], question_id: str, answer: Answer) -> Judgement:
    if answer.empty or silence.bare(answer.text):
        return passed("it says that nothing is known or applies")
    said_silent = silence.silent(answer.text) or bool(read and re.search(r"\bonly\b", low))
    if said_silent:
        read = [one for one in read if one.role or not of_something_else(low, 0, one.start)]
    pool = [
        one
        for one in _asserted(low, read, question_id)
        if one.role not in ("disclosed", "other") and not _unsaid(low, one)
    ]
    if said_silent and not pool:
        return passed("it says that nothing is known or applies")
    if pool:
        return failed(f"it gives {pool[0].text} where the article gives no date")
    return failed("it neither gives a date nor says Unknown")


def _unsaid(low: str, one: DateSpan) -> bool:
    """Whether the date stands in a clause that says that something is not known."""
    left, right = clause_bounds(low, one.start, one.end)
    return any(
        left <= start < right and ", " not in low[end : one.start]
        for start, end in silence.silence_spans(low)
    )


def _settled(one: DateSpan, pool: list[DateSpan]) -> DateSpan:
    """A numeric date in the reading that the answer itself spells out beside it."""
    if one.other is None:
        return one
    spelt = {(other.earliest, other.latest) for other in pool if other.other is None}
    if (one.earliest, one.latest) in spelt:
        return replace(one, other=None)
    if one.other in spelt:
        return replace(one, earliest=one.other[0], latest=one.other[1], other=None)
    return one


def _as_range(pool: list[DateSpan]) -> list[DateSpan]:
    first, last = sorted(pool, key=lambda one: one.earliest or date.min)
    if (
        first.earliest
        and last.latest
        and first.earliest == first.latest
        and last.earliest == last.latest
    ):
        return [
            DateSpan(first.earliest, last.latest, text=f"{first.text} to {last.text}"),
            first,
            last,
        ]
    return pool


def _run_of_days(pool: list[DateSpan]) -> list[DateSpan]:
    """The one span that days in a row make: "30-31 May and 1 June"."""
    days = sorted(
        (one.earliest, one.latest) for one in pool if one.earliest and one.latest and not one.other
    )
    if len(days) < 2 or len(days) < len(pool):
        return []
    in_a_row = all(b[0] == a[1] + timedelta(days=1) for a, b in pairwise(days) if a[1] < date.max)
    return [DateSpan(days[0][0], days[-1][1], text="days in a row")] if in_a_row else []


def _one(expected: Span, pool: list[DateSpan]) -> Judgement:
    wrong = [one for one in pool if one.earliest == one.latest and one.earliest in expected.wrong]
    if wrong:
        return failed(f"{wrong[0].text} is the date of something else")
    right = [one for one in pool if _matches(expected, one)]
    strange = [one for one in right if _ends_on_another_event(expected, one)]
    if strange:
        return failed(f"{strange[0].text} ends on the date of something else")
    ambiguous = [one for one in right if one.other and not _agrees(expected, *one.other)]
    swapped = [
        one for one in pool if one.other and one not in right and _agrees(expected, *one.other)
    ]
    if ambiguous or swapped:
        return failed(f"{(ambiguous or swapped)[0].text} can be read as two different dates")
    stray = [one for one in pool if one not in right and not _beside(expected, one, bool(right))]
    if stray:
        return failed(_why_not(expected, stray[0]))
    if right:
        return passed(f"{right[0].text} is what the article gives")
    return failed(_why_not(expected, pool[0]))


def _ends_on_another_event(expected: Span, one: DateSpan) -> bool:
    """Whether an end that only the slack lets through is a day of something else."""
    return (one.earliest in expected.wrong and one.earliest != expected.earliest) or (
        one.latest in expected.wrong and one.latest != expected.latest
    )


def _many(expected: Spans, pool: list[DateSpan]) -> Judgement:
    missing = [span for span in expected.spans if not any(_matches(span, one) for one in pool)]
    stray = [
        one
        for one in pool
        if not any(_matches(span, one) or _beside(span, one, True) for span in expected.spans)
    ]
    total = _total(expected)
    if total and any(_matches(total, one) for one in pool):
        inside = [
            one for one in stray if not _matches(total, one) and not _beside(total, one, True)
        ]
        return (
            failed(f"{inside[0].text} is none of the dates")
            if inside
            else passed("the span of all the dates")
        )
    if missing:
        return failed(f"{len(missing)} of {len(expected.spans)} dates are missing")
    if stray:
        return failed(f"{stray[0].text} is none of the dates")
    return passed("every date is there")


def _total(expected: Spans) -> Span | None:
    starts = [span.earliest for span in expected.spans]
    ends = [span.latest for span in expected.spans]
    if None in starts or None in ends:
        return None
    return Span(earliest=min(day for day in starts if day), latest=max(day for day in ends if day))


def _matches(expected: Span, one: DateSpan) -> bool:
    if _agrees(expected, one.earliest, one.latest):
        return True
    began = one.begins and expected.span == "during" and expected.earliest != expected.latest
    whole_day = one.latest is None or one.latest == one.earliest
    return bool(
        began and whole_day and expected.earliest and one.earliest
        and abs((one.earliest - expected.earliest).days) <= expected.slack.earliest
    )  # fmt: skip


def _agrees(expected: Span, earliest: date | None, latest: date | None) -> bool:
    return _near(
        expected.earliest, earliest, expected.slack.earliest, open_end=expected.latest is None
    ) and _near(expected.latest, latest, expected.slack.latest, open_end=expected.earliest is None)


def _near(wanted: date | None, said: date | None, slack: int, *, open_end: bool) -> bool:
    """Whether one end agrees; "before 5 May" and "by 4 May" are one open end, hence a day's grace there."""
    if wanted is None or said is None:
        return wanted is None and said is None
    return abs((wanted - said).days) <= max(slack, 1 if open_end else 0)


def _beside(expected: Span, one: DateSpan, right: bool) -> bool:
    """Whether a date beside the right one says nothing else: the month of the day, a day of the span."""
    if not right:
        return False
    first, last = expected.earliest or date.min, expected.latest or date.max
    wider = (one.earliest or date.min) <= first and (one.latest or date.max) >= last
    inside = first <= (one.earliest or date.min) and (one.latest or date.max) <= last
    return wider or inside


def _why_not(expected: Span, one: DateSpan) -> str:
    if expected.earliest == expected.latest and expected.earliest:
        wide = one.earliest != one.latest and _beside(expected, one, True)
        return (
            f"{one.text} is wider than the day that the article gives"
            if wide
            else f"{one.text} is another day"
        )
    if one.earliest == one.latest and not (expected.earliest and expected.latest):
        return f"{one.text} does not say that one end is open"
    if one.earliest == one.latest and _beside(expected, one, True):
        return f"{one.text} is one day of a longer span"
    return f"{one.text} is another span"
