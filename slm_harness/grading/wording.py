"""A label in words: as a plain answer, and as what a person reads beside a grade."""

from datetime import date

from slm_harness.grading.expected import (
    Cause,
    Causes,
    Expected,
    Names,
    Number,
    Span,
    Spans,
    Unstated,
    YesNo,
    parse_label,
)
from slm_harness.grading.word_list import words_of
from slm_harness.task import Kind

_MONTHS = words_of("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


def canonical(kind: Kind | str, label: object) -> str:
    """The label's own value as the answer that was asked for."""
    return _plain(Kind(kind), parse_label(Kind(kind), label))


def expected_in_words(kind: Kind | str, label: object) -> str:
    """What the label wants, for a person."""
    return described(Kind(kind), parse_label(Kind(kind), label))


def _plain(kind: Kind, expected: Expected) -> str:
    match expected:
        case Unstated(applies=applies):
            return "No" if kind is Kind.YES_NO and not applies else "Unknown"
        case YesNo(yes=yes):
            return "Yes" if yes else "No"
        case Names(names=names):
            return ", ".join(name.name for name in names)
        case Number():
            return _number(expected)
        case Span():
            return _span(expected)
        case Spans(spans=spans):
            return "; ".join(_span(span) for span in spans)
        case Cause(statement=statement):
            return statement
        case Causes(causes=causes):
            return " ".join(cause.statement for cause in causes)


def described(kind: Kind, expected: Expected) -> str:
    """``expected_in_words`` of a label that is already parsed."""
    match expected:
        case Unstated(applies=applies):
            return (
                "Unknown (the article does not say)"
                if applies
                else "None (the question does not apply)"
            )
        case Number(value=value, low=low, high=high, unit=unit) if value is not None:
            span = f" ({low if low is not None else value} to {high if high is not None else value} if hedged)"
            return (
                f"{value}{' ' + unit if unit else ''}{span if (low, high) != (None, None) else ''}"
            )
        case Number(unit=unit):
            return f"{_number(expected)}{' ' + unit if unit else ''}"
        case Span(span="during"):
            return f"{_span(expected)} (it went on for that time)"
        case Cause(statement=statement, key_facts=facts):
            return f"{statement} (key: {'; '.join(fact[0] for fact in facts)})"
        case _:
            return _plain(kind, expected)


def _number(expected: Number) -> str:
    if expected.value is not None:
        return str(expected.value)
    if expected.at_least is not None and expected.at_most is not None:
        return f"between {expected.at_least} and {expected.at_most}"
    if expected.at_least is not None:
        return f"at least {expected.at_least}"
    return f"at most {expected.at_most}"


def _day(value: date) -> str:
    return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{value.year:04d}"


def _span(expected: Span) -> str:
    if expected.earliest is None and expected.latest is not None:
        return f"before {_day(expected.latest)}"
    if expected.earliest is not None and expected.latest is None:
        return f"after {_day(expected.earliest)}"
    first, last = expected.earliest or date.min, expected.latest or date.max
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
