"""Answers of a label against the evidence that the label itself quotes for them.

Only what a machine can read is judged: figures, dates that stand there in full, names, and whether a
cause has a word in common with its evidence. What it cannot read it lets pass.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from slm_harness.grading.counts import Count, parse_counts
from slm_harness.grading.dates import DateSpan, parse_dates
from slm_harness.grading.expected import Cause, Causes, Expected, Names, Number, Span, Spans
from slm_harness.labels.quotes import flat
from slm_harness.printable import shortened


def unsupported(
    expected: Expected, evidence: Sequence[str], published: date | None
) -> Iterator[str]:
    """Why ``evidence`` (the quotations for one answer) does not bear the answer out."""
    match expected:
        case Names():
            yield from _names(expected, evidence)
        case Number():
            yield from _number(expected, evidence)
        case Span():
            yield from _dates((expected,), evidence, published)
        case Spans():
            yield from _dates(expected.spans, evidence, published)
        case Cause():
            yield from _cause(expected, evidence)
        case Causes():
            for cause in expected.causes:
                yield from _cause(cause, evidence)
        case _:
            return


def _names(names: Names, evidence: Sequence[str]) -> Iterator[str]:
    text = flat(" ".join(evidence)).casefold()
    for one in names.names:
        if not any(flat(form).casefold() in text for form in (one.name, *one.aliases)):
            yield f"does not name {one.name!r}, nor by an alias"


def _number(number: Number, evidence: Sequence[str]) -> Iterator[str]:
    wanted = [n for n in (number.value, number.at_least, number.at_most) if n]
    counts = [count for phrase in evidence for count in parse_counts(phrase)]
    if not wanted or any(_gives(count, one) for count in counts for one in wanted):
        return
    parts = [part for part in number.parts if any(_gives(count, part) for count in counts)]
    if parts and len(parts) == len(number.parts):
        return
    read = ", ".join(dict.fromkeys(shortened(count.text, 30) for count in counts))
    yield f"does not give {wanted[0]:,}; it has {read or 'no figure'}"


def _gives(count: Count, value: int) -> bool:
    return value in (count.low, count.high)


def _dates(spans: Sequence[Span], evidence: Sequence[str], published: date | None) -> Iterator[str]:
    if any(_RELATIVE.search(phrase) for phrase in evidence):
        return
    read = [
        o for phrase in evidence for o in parse_dates(phrase, published) if _DIGIT.search(o.text)
    ]
    if read and not any(_meet(span, one) for span in spans for one in read):
        wanted = spans[0].earliest or spans[0].latest
        given = ", ".join(dict.fromkeys(shortened(one.text, 30) for one in read))
        yield f"does not give {wanted}; it has {given}"


# A date that is told by another, or by the weekday alone, may be beyond our reading.
_RELATIVE = re.compile(
    r"\b(?:later|earlier|after|before|next|following|previous|ago|last|ahead|eve)\b", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")


def _meet(span: Span, read: DateSpan) -> bool:
    first = (span.earliest or date.min.replace(year=2)) - timedelta(days=span.slack.earliest)
    last = (span.latest or date.max.replace(year=9000)) + timedelta(days=span.slack.latest)
    return (read.earliest or first) <= last and first <= (read.latest or last)


_WORD = re.compile(r"\w{4,}")
_STEM = 5


def _cause(cause: Cause, evidence: Sequence[str]) -> Iterator[str]:
    said = _stems(" ".join(evidence))
    wordings = [cause.statement, *(wording for fact in cause.key_facts for wording in fact)]
    if said and not said & _stems(" ".join(wordings)):
        yield f"has no word in common with the cause ({shortened(cause.statement, 60)})"


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(text.casefold())}


def bears_out(expected: Expected, sentence: str, published: date | None) -> bool:
    """Whether a sentence gives the answer in a way that a machine can read."""
    match expected:
        case Span():
            read = parse_dates(sentence, published)
            return any(_meet(expected, one) for one in read if one.earliest == expected.earliest)
        case Names() | Number():
            return not any(unsupported(expected, [sentence], published))
        case _:
            return False


def words_shared(statement: str, sentence: str) -> int:
    """How many words of ``statement`` a sentence has, by their first letters."""
    return len(_stems(statement) & _stems(sentence))
