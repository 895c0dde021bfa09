"""Reading counts and dates out of phrases, beside the libraries that are made for it, in one run.

    python -m benchmarks.phrases FOLDER

FOLDER has ``counts-dev.jsonl`` (``text``, ``low``, ``high``) and ``dates-dev.jsonl`` (``text``,
``reference``, ``expected``: accepted pairs of days), phrases of public test suites; they are not part of
this repository. The peers have to be installed: ``pip install dateparser number-parser``.

A phrase is read right, read wrong, or refused: nothing was read, or more than one thing. Wrong is worse
than refused. The conventions of these suites differ from ours in places, so this is a figure to watch.

What is counted as right is the same for every reader, ours and the peers:

- one of the accepted pairs of days; a period's end may be its last day or the first day after;
- a day without a year may be of a neighbouring year, as press articles look back and the suites ahead;
- the coarse end of a range may be counted in or out: "2014 through 2018" ends where 2018 begins or ends.

Of the dates three tables are printed: all phrases, the plain ones (the phrase itself fixes the day, and a
numeric date has one reading), and the plain ones that are single days, which is what the peers are made for.
A date with two readings, which the graders fail unless both agree, counts as refused.
"""

import argparse
import importlib
import json
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from slm_harness.errors import HarnessError
from slm_harness.grading.counts import parse_counts
from slm_harness.grading.dates import parse_dates

out = sys.stdout.write

Row = dict[str, Any]
Read = tuple[object, object] | None
"""What a reader makes of a phrase: the two ends; None where it makes nothing of it, or several things."""


def our_count(row: Row) -> Read:
    """Ours: the one count that stands in the phrase."""
    found = {(one.low, one.high) for one in parse_counts(row["text"])}
    return found.pop() if len(found) == 1 else None


def number_parser(row: Row) -> Read:
    """number-parser, after words are turned to digits: the one whole number that stands there."""
    parser = importlib.import_module("number_parser")
    digits = parser.parse(row["text"]).replace(",", "")
    found = {int(one) for one in re.findall(r"(?<![\d.])\d+(?![\d.]*\d)", digits)}
    return (number := found.pop(), number) if len(found) == 1 else None


def number_parser_strict(row: Row) -> Read:
    """number-parser on the phrase as a whole."""
    number = importlib.import_module("number_parser").parse_number(row["text"])
    return None if number is None else (number, number)


def our_date(row: Row) -> Read:
    """Ours: the one day or span that stands in the phrase, if it has one reading."""
    said = row["reference"]
    read = parse_dates(row["text"], date.fromisoformat(said) if said else None)
    found = {(one.earliest, one.latest) for one in read}
    found |= {one.other for one in read if one.other}
    return found.pop() if len(found) == 1 else None


def dateparser_search(row: Row) -> Read:
    """dateparser, looking for days in the phrase."""
    search = importlib.import_module("dateparser.search")
    found = {day for _, day in search.search_dates(row["text"], ["en"], _relative_to(row)) or ()}
    days = {one.date() for one in found}
    return (day := days.pop(), day) if len(days) == 1 else None


def dateparser_parse(row: Row) -> Read:
    """The phrase as a whole, by dateparser."""
    parser = importlib.import_module("dateparser")
    found = parser.parse(row["text"], languages=["en"], settings=_relative_to(row))
    return None if found is None else (found.date(), found.date())


def _relative_to(row: Row) -> dict[str, object]:
    return {"RELATIVE_BASE": datetime.fromisoformat(row["reference"])} if row["reference"] else {}


def count_is_right(row: Row, read: Read) -> bool:
    """Both ends, an open end included."""
    return read == (row["low"], row["high"])


_RANGE = re.compile(r"\b(?:to|through|thru|till?|until|and|between)\b|[~-]")


def date_is_right(row: Row, read: Read) -> bool:
    """One of the accepted pairs, in either convention of ends and, without a year, of years."""
    if read is None:
        return False
    wanted = {
        tuple(date.fromisoformat(end) if end else None for end in pair) for pair in row["expected"]
    }
    years = (0,) if row["absolute"] else (0, -1, 1)
    return any(
        (earliest, latest) in wanted
        for shift in years
        for earliest in [_of_year(read[0], shift)]
        for end in _ends(row, read[1])
        for latest in [_of_year(end, shift)]
    )


def _ends(row: Row, latest: object) -> list[object]:
    """The last day that was read, the first after it, and where the month, quarter or year that it ends began."""
    if not isinstance(latest, date) or row["kind"] == "day":
        return [latest]
    after = latest + timedelta(days=1)
    ends: list[object] = [latest, after]
    if after.day == 1 and _RANGE.search(row["text"]):
        ends += [_months_before(after, 1)]
        ends += [_months_before(after, 3)] if after.month % 3 == 1 else []
        ends += [_months_before(after, 12)] if after.month == 1 else []
    return ends


def _months_before(first: date, months: int) -> date:
    month = first.year * 12 + first.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _of_year(end: object, shift: int) -> object:
    """The same day of a neighbouring year; the end itself where that year has no such day."""
    if not isinstance(end, date):
        return end
    try:
        return end.replace(year=end.year + shift)
    except ValueError:
        return end


def plain(row: Row) -> bool:
    """Whether the phrase itself fixes what is meant."""
    return bool(row["absolute"]) and not row["ambiguous"]


def measure(
    rows: Sequence[Row], reader: Callable[[Row], Read], is_right: Callable[[Row, Read], bool]
) -> Counter[str]:
    """How many phrases are right, wrong and refused."""
    found: Counter[str] = Counter()
    for row in rows:
        read = reader(row)
        found["refused" if read is None else "right" if is_right(row, read) else "wrong"] += 1
    return found


def table(
    title: str,
    rows: Sequence[Row],
    readers: dict[str, Callable[[Row], Read]],
    is_right: Callable[[Row, Read], bool],
) -> None:
    """Print one line a reader."""
    heading = f"{title} ({len(rows)} phrases)"
    out(f"{heading:36} right   wrong refused\n")
    for name, reader in readers.items():
        try:
            found = measure(rows, reader, is_right)
        except ModuleNotFoundError as error:
            out(f"    {name:30} not measured: {error.name} is not installed\n")
            continue
        shares = [f"{found[one] / len(rows):7.3f}" for one in ("right", "wrong", "refused")]
        out(f"    {name:30} {' '.join(shares)}\n")


def _rows(path: Path) -> list[Row]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise HarnessError(f"{path}: the phrases cannot be read: {error.strerror}") from error


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # dateparser's own, about days without a year
    try:
        counts = _rows(arguments.folder / "counts-dev.jsonl")
        dates = _rows(arguments.folder / "dates-dev.jsonl")
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    readers: dict[str, Callable[[Row], Read]]
    readers = {"slm_harness": our_count, "number-parser": number_parser, "number-parser, whole phrase": number_parser_strict}  # fmt: skip
    table("counts", counts, readers, count_is_right)
    readers = {"slm_harness": our_date, "dateparser.search": dateparser_search, "dateparser.parse": dateparser_parse}  # fmt: skip
    for title, rows in (
        ("dates, all", dates),
        ("dates, plain", [row for row in dates if plain(row)]),
        ("dates, plain single days", [row for row in dates if plain(row) and row["kind"] == "day"]),
    ):
        table(title, rows, readers, date_is_right)
    return 0


if __name__ == "__main__":
    sys.exit(main())
