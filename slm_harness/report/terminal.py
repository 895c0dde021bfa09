"""The closing table: model by question, and what it took. Pure text, no terminal needed."""

from collections.abc import Callable, Mapping, Sequence

from slm_harness.records import Verdict
from slm_harness.report.tally import Rate, Tally

GUTTER = 3
_WORDS = {Verdict.NOT_MEASURED: "not measured", Verdict.FLAKY: "flaky answers"}


def table(
    tallies: Sequence[Tally],
    commonest: Mapping[str, tuple[str, int, int]],
    snapshots: Mapping[str, bool],
) -> list[str]:
    """The lines of the table.

    Args:
        tallies: one column each.
        commonest: per question, the right and scored of always giving its commonest label.
        snapshots: whether a model has an accepted snapshot to compare with.
    """
    questions = list(tallies[0].questions) if tallies else []
    rows: list[list[str]] = [["", *(t.model for t in tallies), "commonest answer"]]
    for question in questions:
        cells = [_cell(t.questions[question], snapshots[t.model]) for t in tallies]
        _, right, of = commonest.get(question, ("", 0, 0))
        rows.append([question, *cells, f"{right}/{of}" if of else "-"])
    rows.append(
        [
            "all questions",
            *(_cell(t.total, snapshots[t.model]) for t in tallies),
            f"{sum(r for _, r, _ in commonest.values())}/{sum(n for *_, n in commonest.values())}",
        ]
    )
    rows.append([])
    repeated = any(t.samples > 1 for t in tallies)
    if repeated:
        rows.append(["samples of each answer", *(str(t.samples) for t in tallies)])
    for verdict in Verdict:
        if verdict is Verdict.RIGHT or any(t.total.counts[verdict] for t in tallies):
            name = _WORDS.get(verdict, verdict.value)
            rows.append([name, *(str(t.total.counts[verdict]) for t in tallies)])
    if repeated:
        depths = {t.samples for t in tallies if t.samples > 1}
        power = depths.pop() if len(depths) == 1 else "samples"
        rows.append([f"pass^{power}, per cent", *(_all_right(t.total) for t in tallies)])
    for name, show in _COSTS.items():
        rows.append([name, *(show(t) for t in tallies)])
    if any(t.cost_per_1000_articles is not None for t in tallies):
        costs = (_number(t.cost_per_1000_articles, 2) for t in tallies)
        rows.append(["cost per 1,000 articles", *costs])
    return aligned(rows)


def tag_table(
    tallies: Sequence[Tally], articles: Mapping[str, int], snapshots: Mapping[str, bool]
) -> list[str]:
    """The lines of the table of right answers by tag, with how many rose and fell since the snapshot.

    Args:
        tallies: one column each.
        articles: how many articles carry a tag.
        snapshots: whether a model has an accepted snapshot to compare with.
    """
    rows: list[list[str]] = [["", "articles", *(t.model for t in tallies)]]
    for tag in sorted({tag for t in tallies for tag in t.tags}):
        cells = [_cell(t.tags[tag], snapshots[t.model]) if tag in t.tags else "-" for t in tallies]
        rows.append([tag, str(articles[tag]), *cells])
    return aligned(rows)


def repeats_table(tally: Tally) -> list[str]:
    """The lines of the table on what several samples tell of a model: rates, their intervals, and how they waver."""
    what = ["samples right", "95 % interval", f"pass^{tally.samples}", "flaky answers"]
    rows: list[list[str]] = [[f"{tally.model}, {tally.samples} samples", *what]]
    for name, rate in {**tally.questions, "all questions": tally.total}.items():
        repeats = rate.repeats
        if repeats is None or repeats.interval is None:
            rows.append([name, *("-" for _ in what)])
            continue
        low, high = (f"{100 * end:.1f}" for end in (repeats.interval.low, repeats.interval.high))
        flaky = f"{rate.counts[Verdict.FLAKY]}/{repeats.answers}"
        rows.append([name, _cell(rate, False), f"{low} to {high}", _all_right(rate), flaky])
    return aligned(rows)


def _all_right(rate: Rate) -> str:
    """Pass^k: the chance that all samples of an answer are right, in per cent."""
    if rate.repeats is None or rate.repeats.pass_hat is None:
        return "-"
    return f"{100 * rate.repeats.pass_hat:.1f}"


def _cell(rate: Rate, compared: bool) -> str:
    """``11/12 +1 -2``: right of scored, then how many rose and fell since the snapshot."""
    if rate.scored == 0:
        return "not measured" if rate.counts[Verdict.NOT_MEASURED] else "-"
    text = f"{rate.right}/{rate.scored}"
    if compared and rate.better:
        text += f" +{rate.better}"
    if compared and rate.worse:
        text += f" -{rate.worse}"
    return text


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _form(tally: Tally) -> str:
    kept, of = (
        (sum(numbers) for numbers in zip(*tally.forms.values(), strict=True))
        if tally.forms
        else (0, 0)
    )
    return f"{kept}/{of}" if of else "-"


_COSTS: Mapping[str, Callable[[Tally], str]] = {
    "replies to the schema": lambda t: f"{t.conforming}/{t.articles}" if t.articles else "-",
    "in the form asked for": _form,
    "contradict themselves": lambda t: f"{t.contradicting}/{t.articles}" if t.articles else "-",
    "seconds per article": lambda t: _number(t.seconds_per_article, 2),
    "tokens per second": lambda t: _number(t.tokens_per_second, 1),
    "articles asked": lambda t: str(t.asked),
    "articles recalled": lambda t: str(t.recalled),
}


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines: the first column begins, all others end, at one place."""
    columns = max(len(row) for row in rows)
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(columns)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append((" " * GUTTER).join(cells).rstrip())
    return lines
