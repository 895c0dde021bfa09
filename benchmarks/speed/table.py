"""The figures as Markdown, and where they go in docs/performance.md."""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.speed.contestants import Contestant
from benchmarks.speed.figures import (
    Figure,
    Found,
    Of,
    Round,
    asked,
    busy,
    each,
    first_ask,
    found,
    loads,
    seconds,
)
from benchmarks.speed.steps import Sizes

BEGIN = "<!-- written by `python -m benchmarks.speed --write`; do not edit -->"
END = "<!-- end of what is written -->"
NOTHING = "-"


def markdown(
    head: str,
    sizes: Sizes,
    who: Sequence[Contestant],
    figures: Sequence[Figure],
    rounds: Sequence[Round],
) -> str:
    """Both tables: what is to be shown, and all contestants side by side."""
    return "\n".join(
        [
            head,
            "",
            *_bounds([found(one, rounds) for one in figures]),
            "",
            *_beside(sizes, who, rounds),
            "",
        ]
    )


def put(document: str, text: str) -> str:
    """A document with ``text`` between its markers.

    Raises:
        ValueError: it has no such markers.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(
            f"there is no place for the table: put the lines {BEGIN} and {END} into it"
        )
    return f"{before}{BEGIN}\n\n{text.strip()}\n\n{END}{after}"


def write(path: Path, text: str) -> None:
    """Put the table into a file.

    Raises:
        ValueError: it has no place for it.
    """
    path.write_text(put(path.read_text("utf-8"), text), "utf-8")


# ---------------------------------------------------------------- what is to be shown


def _bounds(all_found: Sequence[Found]) -> list[str]:
    lines = ["| what | measured | against | ratio | bound | |", "|---|---|---|---|---|---|"]
    return lines + [_bound(one) for one in all_found]


def _bound(one: Found) -> str:
    figure = one.figure
    against = ratio = ""
    if figure.floor is not None and one.floor is not None and one.judged is not None:
        against, ratio = f"{figure.against}: {_shown(one.floor, figure.unit)}", f"{one.judged:.2f}"
    measured = NOTHING if one.measured is None else _shown(one.measured, figure.unit)
    bound = f"{figure.bound.how} {figure.bound.value:g}"
    return f"| {figure.what} | {measured} | {against} | {ratio} | {bound} | {one.verdict} |"


def _shown(value: float, unit: str) -> str:
    match unit:
        case "s":
            return f"{value:.2f} s"
        case "ms":
            return f"{1000 * value:.2f} ms"
        case _:
            return f"{value:,.0f}" if value == int(value) else f"{value:.3f}"


# ---------------------------------------------------------------- all contestants


def _beside(sizes: Sizes, who: Sequence[Contestant], rounds: Sequence[Round]) -> list[str]:
    few = sizes.articles
    ideal = few * sizes.milliseconds / 1000 / sizes.at_once
    heads = (
        "",
        f"{sizes.milliseconds:g} ms, {sizes.at_once} at once (ideal {ideal:.1f} s) / another prompt",
        "server busy",
        f"to the first article, of 1 / of {few}",
        "per article at 0 ms",
        "re-run at 0 ms: seconds / asked",
        "two models in random order, memory for one: loads",
    )
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for one in who:
        again, more = (_median(rounds, of(one, "again")) for of in (seconds, asked))
        cells = (
            one.name,
            _pair(
                _median(rounds, seconds(one, "paced")), _median(rounds, seconds(one, "reworded")), 1
            ),
            _cell(_median(rounds, busy(one, "paced")), lambda v: f"{v:.3f}"),
            _pair(
                _median(rounds, first_ask(one, "single")), _median(rounds, first_ask(one, "paced"))
            ),
            _cell(_median(rounds, each(one, "instant", few)), lambda v: f"{1000 * v:.1f} ms"),
            NOTHING if again is None or more is None else f"{again:.1f} s / {more:.0f}",
            _span(rounds, loads(one, "mixed")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _values(rounds: Sequence[Round], of: Of) -> list[float]:
    values = []
    for one in rounds:
        try:
            values.append(of(one))
        except KeyError:
            continue
    return values


def _median(rounds: Sequence[Round], of: Of) -> float | None:
    values = _values(rounds, of)
    return statistics.median(values) if values else None


def _cell(value: float | None, shown: Callable[[float], str]) -> str:
    return NOTHING if value is None else shown(value)


def _pair(one: float | None, other: float | None, digits: int = 2) -> str:
    if one is None and other is None:
        return NOTHING
    return " / ".join(_cell(value, lambda v: f"{v:.{digits}f} s") for value in (one, other))


def _span(rounds: Sequence[Round], of: Of) -> str:
    values = _values(rounds, of)
    if not values:
        return NOTHING
    least, most = min(values), max(values)
    return f"{least:.0f}" if least == most else f"{least:.0f} to {most:.0f}"
