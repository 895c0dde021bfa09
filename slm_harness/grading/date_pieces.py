"""What the patterns of dates are built of: the month, the year, and how they are read."""

import re

from slm_harness.grading.calendar_words import MONTHS, full_year

MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
MONTH2 = MONTH.replace("<month>", "<month2>")
YEAR = r"(?:(?P<year>(?:19|20)\d{2})|'(?P<short>\d{2}))(?![\d:]|,\d{3})"
_MODAL = re.compile(
    r"\A\s+(?:have|be|not|also|still|well|never|only|include|contain|affect|indicate|refer|has|or may)\b"
)


def year_of(match: re.Match[str]) -> int | None:
    """The year that ``match`` found, in four digits or in two."""
    groups = match.groupdict()
    digits = next(
        (groups[one] for one in ("year", "short", "brief", "loose") if groups.get(one)), ""
    )
    return full_year(digits) if digits else None


def modal_may(text: str, end: int) -> bool:
    """Whether the "may" that ends at ``end`` is the verb."""
    return bool(_MODAL.match(text[end : end + 12]))
