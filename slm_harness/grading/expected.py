"""The forms a label value may take, strictly parsed: the contract between label files and graders.

A value is what ``yaml.safe_load`` gives under ``answers:``. ``parse_label`` turns it into one of the
frozen classes below, or says everything that is wrong with it.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from slm_harness.task import Kind

Text = Annotated[str, StringConstraints(strict=True, min_length=1, pattern=r"\S")]


def _calendar_day(value: object) -> object:
    """Accept a YAML date or an ISO string; a time of day or a bare number is not a day."""
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("a day is written YYYY-MM-DD")  # noqa: TRY004 - pydantic collects ValueError
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


Day = Annotated[date, BeforeValidator(_calendar_day)]
Count = Annotated[StrictInt, Field(ge=0)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Wire):
    """An organisation and the other names under which it is known."""

    name: Text
    aliases: tuple[Text, ...] = ()


class Names(_Wire):
    """All of ``names`` are wanted; ``neutral`` neither helps nor sinks; ``wrong`` sinks."""

    names: Annotated[tuple[Name, ...], Field(min_length=1)]
    neutral: tuple[Text, ...] = ()
    wrong: tuple[Text, ...] = ()


class Figure(_Wire):
    """A true figure of another unit."""

    value: Count
    unit: Text


class Number(_Wire):
    """A count: ``value`` with how far a hedged rounding may go, or only a bound."""

    value: Count | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    low: Count | None = None
    high: Count | None = None
    unit: Text | None = None
    also: tuple[Figure, ...] = ()
    claimed: tuple[Count, ...] = ()
    wrong: tuple[Count, ...] = ()
    parts: tuple[Count, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "Number":
        bounds = (self.at_least, self.at_most)
        if self.value is None and bounds == (None, None):
            raise ValueError("a count needs value, at_least or at_most")
        if self.value is not None and bounds != (None, None):
            raise ValueError("a count has value, or at_least and at_most, not both")
        if self.value is None and (self.low is not None or self.high is not None):
            raise ValueError("low and high go with value")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least} is more than at_most {self.at_most}")
        if self.value is not None:
            if self.low is not None and self.low > self.value:
                raise ValueError(f"low {self.low} is more than value {self.value}")
            if self.high is not None and self.high < self.value:
                raise ValueError(f"high {self.high} is less than value {self.value}")
        return self


class Slack(_Wire):
    """How many days either end of a span may be off."""

    earliest: Count = 0
    latest: Count = 0


class Span(_Wire):
    """A day (both ends equal), a span, or a span with one open end (None)."""

    earliest: Day | None
    latest: Day | None
    span: Literal["during", "within"] = "within"
    slack: Slack = Slack()
    wrong: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Span":
        if self.earliest is None and self.latest is None:
            raise ValueError("earliest and latest cannot both be null: label it `unknown`")
        if self.earliest and self.latest and self.earliest > self.latest:
            raise ValueError(f"the range ends ({self.latest}) before it starts ({self.earliest})")
        return self


class Spans(_Wire):
    """Several dates, all wanted: a round-up."""

    spans: Annotated[tuple[Span, ...], Field(min_length=1)]


class Cause(_Wire):
    """Free text: every key fact has to be there, each in any of its wordings."""

    statement: Text
    key_facts: Annotated[
        tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...], Field(min_length=1)
    ]
    wrong: tuple[Text, ...] = ()


class Causes(_Wire):
    """Several causes, all wanted: a round-up."""

    causes: Annotated[tuple[Cause, ...], Field(min_length=1)]


class YesNo(_Wire):
    """Yes or No."""

    yes: bool


class Unstated(_Wire):
    """``unknown``: the article does not say; ``none``: the question does not apply."""

    applies: bool


Expected = Names | Number | Span | Spans | Cause | Causes | YesNo | Unstated

_FORMS: dict[Kind, TypeAdapter[Any]] = {
    Kind.NAMES: TypeAdapter(Names),
    Kind.COUNT: TypeAdapter(Number),
}
_ONE_OR_MANY: dict[Kind, tuple[TypeAdapter[Any], TypeAdapter[Any], str]] = {
    Kind.DATE: (TypeAdapter(Span), TypeAdapter(Spans), "spans"),
    Kind.TEXT: (TypeAdapter(Cause), TypeAdapter(Causes), "causes"),
}

Fault = tuple[tuple[str | int, ...], str, str]
"""Path inside the value, what is wrong, and pydantic's type of the error."""


class LabelFaults(ValueError):
    """A label value breaks the contract; ``faults`` says where and how."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(
            "; ".join(
                ".".join(map(str, path)) + ": " * bool(path) + what for path, what, _ in faults
            )
        )


def parse_label(kind: Kind, raw: object) -> Expected:
    """Parse the value that a label file gives for a question of ``kind``.

    Raises:
        LabelFaults: with every fault of the value.
    """
    if raw == "unknown":
        return Unstated(applies=True)
    if raw == "none":
        return Unstated(applies=False)
    if kind is Kind.YES_NO:
        return _yes_no(raw)
    if not isinstance(raw, dict | list):
        raise LabelFaults((((), _wanted(kind, raw), "form"),))
    if kind in _ONE_OR_MANY and isinstance(raw, list):
        _, many, field = _ONE_OR_MANY[kind]
        return _validated(many, {field: raw}, drop=1)
    adapter = _ONE_OR_MANY[kind][0] if kind in _ONE_OR_MANY else _FORMS[kind]
    return _validated(adapter, raw, drop=0)


def _yes_no(raw: object) -> YesNo:
    if raw in ("Yes", "No") or isinstance(raw, bool):
        return YesNo(yes=raw in ("Yes", True))
    raise LabelFaults((((), _wanted(Kind.YES_NO, raw), "form"),))


def _wanted(kind: Kind, raw: object) -> str:
    shown = repr(raw) if len(repr(raw)) <= 40 else repr(raw)[:37] + "..."
    forms = '"Yes", "No"' if kind is Kind.YES_NO else "a mapping"
    return f"{shown} is no label of this kind; it is {forms}, unknown or none"


def _validated(adapter: TypeAdapter[Any], raw: object, *, drop: int) -> Expected:
    try:
        parsed: Expected = adapter.validate_python(raw)
    except ValidationError as error:
        raise LabelFaults(
            tuple(
                (tuple(one["loc"][drop:]), _in_words(one["msg"]), one["type"])
                for one in error.errors(include_url=False, include_input=False)
            )
        ) from error
    return parsed


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ")
