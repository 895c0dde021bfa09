"""Days that are known by a name: Christmas Eve, Good Friday, Black Friday."""

from datetime import date, timedelta

_FIXED = {
    "new year's day": (1, 1), "new years day": (1, 1), "neujahr": (1, 1), "epiphany": (1, 6), "valentine's day": (2, 14), "leap day": (2, 29),
    "st patrick's day": (3, 17), "st. patrick's day": (3, 17), "saint patrick's day": (3, 17), "april fools' day": (4, 1), "april fool's day": (4, 1),
    "earth day": (4, 22), "bastille day": (7, 14), "halloween": (10, 31), "all saints' day": (11, 1), "guy fawkes night": (11, 5),
    "christmas eve": (12, 24), "heiligabend": (12, 24), "nochebuena": (12, 24), "christmas day": (12, 25), "boxing day": (12, 26), "st stephen's day": (12, 26),
    "new year's eve": (12, 31), "new years eve": (12, 31), "silvester": (12, 31), "nochevieja": (12, 31),
}  # fmt: skip
_FROM_EASTER = {"good friday": -2, "maundy thursday": -3, "karfreitag": -2, "easter sunday": 0, "easter monday": 1, "ostermontag": 1, "ostersonntag": 0, "ash wednesday": -46, "whit monday": 50, "pfingstmontag": 50}  # fmt: skip
_FROM_THANKSGIVING = {
    "black friday": 1,
    "cyber monday": 4,
    "thanksgiving": 0,
    "thanksgiving day": 0,
}
HOLIDAYS = tuple(sorted({**_FIXED, **_FROM_EASTER, **_FROM_THANKSGIVING}, key=len, reverse=True))


def holiday(name: str, year: int) -> date | None:
    """The day of that name in ``year``; None where that year has none."""
    if name in _FIXED:
        try:
            return date(year, *_FIXED[name])
        except ValueError:
            return None
    if name in _FROM_EASTER:
        return _easter(year) + timedelta(days=_FROM_EASTER[name])
    november = date(year, 11, 1)
    thursday = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    return thursday + timedelta(days=_FROM_THANKSGIVING[name])


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, number = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, number + 1)
