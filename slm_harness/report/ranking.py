"""A sweep: the ranking of many prompts, and what the held-out articles say of the first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slm_harness.gate.ranking import Confirmation, Held, Ranked
from slm_harness.printable import printable
from slm_harness.report.comparison import cells, code, table, worded
from slm_harness.report.numbers import percent, points, probability
from slm_harness.report.terminal import aligned


@dataclass(frozen=True)
class Swept:
    """What a sweep of one model came to."""

    model: str
    committed: str
    """The prompt that the candidates are measured by."""
    ranking: int
    """How many articles rank."""
    held_out: int
    """How many are held out for the winner."""
    ranked: tuple[Ranked, ...]
    """The best first; only those that were measured as a whole."""
    winner: Ranked | None
    """None where none is better."""
    held: Held | None
    """None where there is no winner, or it was not measured."""
    failures: tuple[str, ...]
    """What was not measured, a line each."""
    asked: int
    """Replies that were asked for, and those that were stored."""
    recalled: int

    @property
    def passes(self) -> bool:
        """Whether all was measured, and the held-out articles do not contradict the ranking."""
        refuted = self.held is not None and self.held.confirmation is Confirmation.NOT_BETTER
        return not self.failures and not refuted


def verdict(found: Swept) -> str:
    """What it comes to, in one line."""
    if not found.ranked:
        return f"{found.model}: nothing was ranked"
    tried = _count(len(found.ranked), "candidate")
    over = f"over the {_count(found.ranking, 'article')} that rank"
    first = found.winner
    if first is None:
        return f"{found.model}: of {tried} none is better than {found.committed} {over}"
    ahead = (
        f"{found.model}: {first.name} ranks first of {tried}: {points(first.rise)} points {over}, "
        f"p {probability(first.p)}, corrected {probability(first.adjusted)}"
    )
    return ahead if found.held is None else f"{ahead}; {_confirmed(found.held)}"


def _confirmed(held: Held) -> str:
    difference = held.paired.difference
    if difference is None:
        return "the held-out articles have nothing to compare"
    low, high = points(difference.low), points(difference.high)
    figures = (
        f"{points(difference.estimate)} points (95 %: {low} to {high}) on the {held.articles} held out, "
        f"{held.paired.fell} fell, {held.paired.rose} rose, p {probability(held.p)}"
    )
    words = {
        Confirmation.BETTER: "confirmed",
        Confirmation.UNDECIDED: "not confirmed",
        Confirmation.NOT_BETTER: "contradicted",
    }
    return f"{words[held.confirmation]}: {figures}"


def remarks(found: Swept) -> Iterator[str]:
    """What has to be known besides, line by line."""
    yield from (f"not measured: {why}" for why in found.failures)
    held = found.held
    if held is not None and held.confirmation is Confirmation.NOT_BETTER:
        yield (
            "the articles that ranked nothing do not agree: the first of many is ahead by luck as well, so "
            "this one may be no better"
        )
    if held is not None:
        yield _unseen(held)
    yield (
        f"asked {_count(found.asked, 'time')}, {found.recalled:,} recalled; about the "
        f"{_count(found.held_out, 'article')} held out only the first and the committed prompt are asked"
    )


def _unseen(held: Held) -> str:
    articles, level = (
        f"{_count(held.articles, 'article')} held out",
        f"at the level of {held.level:g}",
    )
    if held.unseen is None:
        return f"{articles}: no rise could show {level}; label more of them"
    return f"{articles}: a rise of less than {percent(held.unseen)} points over all would not show {level}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _rows(found: Swept) -> Iterator[Sequence[str]]:
    yield (
        "",
        found.committed,
        "candidate",
        "points",
        "95 %",
        "fell",
        "rose",
        "p of a rise",
        "corrected",
    )
    for one in found.ranked:
        yield (one.name, *cells(one.paired), probability(one.p), probability(one.adjusted))


def lines(found: Swept) -> Iterator[str]:
    """A sweep as lines; nothing in them can repaint a terminal."""
    yield printable(verdict(found))
    if found.ranked:
        yield ""
        yield from aligned([[printable(cell) for cell in row] for row in _rows(found)])
        yield ""
    yield from map(printable, remarks(found))


def markdown(found: Swept) -> Iterator[str]:
    """The same as Markdown for GitHub, line by line."""
    yield f"### {code(found.model)}: {_count(len(found.ranked), 'candidate')} beside {code(found.committed)}"
    yield ""
    yield worded(verdict(found))
    yield ""
    if found.ranked:
        yield from table(_rows(found))
        yield ""
    yield from (f"- {worded(line)}" for line in remarks(found))
    yield ""
