"""One calendar expression and where it stands in a text."""

from dataclasses import dataclass
from datetime import date

from slm_harness.grading.calendar_words import day, month_days, nth_of, part_of
from slm_harness.grading.holidays import holiday


@dataclass(frozen=True)
class Spot:
    """A day or a calendar stretch somewhere in a text; ``year`` is None where it has to be inferred."""

    start: int
    end: int
    year: int | None
    month: int = 0
    last_month: int = 0
    days: tuple[int, int] = (0, 0)
    """First and last day of the month; noughts for the whole month."""
    part: str = ""
    """Which third of it: early, mid or late."""
    nth: tuple[str, int] | None = None
    """Which week, weekend, day or weekday of it: ("week", 1), ("friday", -1) for the last."""
    named: str = ""
    """The name of the day: "christmas eve"."""
    swapped: tuple[int, int] | None = None
    """Month and day in the other reading of an ambiguous numeric date."""
    vague: bool = False
    """Whether more stands there than is understood: the year of "Easter 2021". Such is no date that was read."""
    fixed: tuple[date, date] | None = None
    """The stretch itself, where it is no matter of year and month."""

    def stretch(self, year: int) -> tuple[date, date] | None:
        """First and last day in ``year``; None where the calendar has no such day."""
        if self.fixed:
            return self.fixed
        if self.named:
            feast = holiday(self.named, year) if 1 <= year <= 9998 else None
            return (feast, feast) if feast else None
        if self.days[0]:
            first, last = day(year, self.month, self.days[0]), day(year, self.month, self.days[1])
            return (first, last) if first and last and first <= last else None
        if self.month:
            whole = month_days(year, self.month)
            tail = month_days(year, self.last_month or self.month)
            found = (whole[0], tail[1]) if whole and tail else None
        else:
            found = (date(year, 1, 1), date(year, 12, 31)) if 1 <= year <= 9998 else None
        if found and self.nth:
            return nth_of(*found, *self.nth)
        return part_of(*found, self.part) if found and self.part else found
