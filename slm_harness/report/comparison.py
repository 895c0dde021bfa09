"""Two things side by side: the numbers first, then as lines of a terminal, as Markdown and as JSON."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slm_harness.gate import Flip, Judgement, Paired
from slm_harness.printable import printable
from slm_harness.report.findings import (
    WHOLE,
    Heading,
    Told,
    flip_words,
    shortfall_line,
    unseen_line,
    verdict,
)
from slm_harness.report.judged import judged, paired_values
from slm_harness.report.numbers import points, probability, share
from slm_harness.report.terminal import aligned

FORMAT = "slm-harness compare 1"
_SHOWN = 40
"""Most flips that are told one by one to a reader; JSON has all."""
_COLUMNS = ("points", "95 %", "fell", "rose")


@dataclass(frozen=True)
class Tagged:
    """The articles of one tag."""

    tag: str
    articles: int
    paired: Paired


@dataclass(frozen=True)
class Comparison:
    """One model, or two of them, on two sides."""

    model: str
    before: str
    """What the first side is called."""
    now: str
    """What the second is called."""
    heading: Heading
    judgement: Judgement
    told: Mapping[tuple[str, str], Told]
    """Article and question of each flip to what is known of it."""
    tags: tuple[Tagged, ...]
    notes: tuple[str, ...]
    """What is to be known besides, a line each."""
    missing: tuple[str, ...]
    """What was not measured, a line each."""

    @property
    def passes(self) -> bool:
        """Whether the second side is not worse, and whole."""
        return self.judgement.passes and not self.missing

    @property
    def verdict(self) -> str:
        """What it comes to, in one line."""
        return verdict(self.judgement, self.heading)

    @property
    def remarks(self) -> Iterator[str]:
        """What has to be known to read the figures, line by line."""
        yield from (f"not compared: {why}" for why in self.judgement.incomparable)
        yield from (f"not measured: {why}" for why in self.missing)
        yield from (f"note: {why}" for why in self.notes)
        yield from (f"reworded: {line}" for line in self.heading.rewordings)
        yield from map(shortfall_line, self.judgement.shortfalls)

    @property
    def flips(self) -> Iterator[tuple[Flip, Told]]:
        """Every answer that is judged otherwise, question by question."""
        order = [one.question for one in self.judgement.questions]
        for flip in sorted(self.judgement.flips, key=lambda one: order.index(one.question)):
            yield flip, self.told.get((flip.article, flip.question), Told())


# ---------------------------------------------------------------- rows, as text


def _rows(found: Comparison) -> Iterator[Sequence[str]]:
    yield ("", found.before, found.now, *_COLUMNS, "p of a fall", "corrected")
    whole = (found.judgement.whole,) if len(found.judgement.questions) != 1 else ()
    for one in (*found.judgement.questions, *whole):
        name = one.question or WHOLE
        yield (name, *cells(one), probability(one.p), probability(one.adjusted))


def _tag_rows(found: Comparison, tags: Iterable[Tagged]) -> Iterator[Sequence[str]]:
    yield ("", "articles", found.before, found.now, *_COLUMNS)
    for one in tags:
        yield (one.tag, str(one.articles), *cells(one.paired))


def cells(one: Paired) -> Sequence[str]:
    """Both rates, how far apart they are, and how many answers flipped."""
    difference = one.difference
    if difference is None:
        return share(one.before), share(one.now), "-", "-", "-", "-"
    between = f"{points(difference.low)} to {points(difference.high)}"
    moved = points(difference.estimate), between
    return share(one.before), share(one.now), *moved, str(one.fell), str(one.rose)


# ---------------------------------------------------------------- for a terminal


def lines(found: Comparison, *, by_tag: bool) -> Iterator[str]:
    """A comparison as lines; nothing in them can repaint a terminal.

    Args:
        found: The comparison.
        by_tag: Whether tags are shown of which no answer flipped.
    """
    yield printable(found.verdict)
    yield from map(printable, found.remarks)
    yield ""
    yield from aligned([[printable(cell) for cell in row] for row in _rows(found)])
    flips = list(found.flips)
    if flips:
        yield ""
    for flip, told in flips[:_SHOWN]:
        yield printable(f"{flip.question}: {flip.article}: {flip_words(flip, told)}")
    if len(flips) > _SHOWN:
        yield f"and {len(flips) - _SHOWN} more flips; --json has all"
    yield from _tag_lines(found, by_tag=by_tag)
    yield ""
    yield unseen_line(found.judgement)


def _tag_lines(found: Comparison, *, by_tag: bool) -> Iterator[str]:
    shown = [one for one in found.tags if by_tag or one.paired.fell or one.paired.rose]
    if shown:
        yield ""
        yield from aligned([[printable(cell) for cell in row] for row in _tag_rows(found, shown)])
    rest = len(found.tags) - len(shown)
    if rest:
        yield ""
        yield f"{rest} tag{'' if rest == 1 else 's'} without a flip; --by-tag has the rates"


# ---------------------------------------------------------------- for GitHub


def markdown(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """The same as Markdown, line by line. Nothing that an article or a model said can be more than words."""
    for found in comparisons:
        yield f"### {code(found.now)} beside {code(found.before)}"
        yield ""
        yield worded(found.verdict)
        yield ""
        remarks = list(found.remarks)
        yield from (f"- {worded(line)}" for line in remarks)
        if remarks:
            yield ""
        yield from table(_rows(found))
        flips = list(found.flips)
        if flips:
            yield ""
            yield from table(_flip_rows(flips[:_SHOWN]), numbers=False)
        if len(flips) > _SHOWN:
            yield ""
            yield f"and {len(flips) - _SHOWN} more flips"
        if found.tags:
            yield ""
            yield from table(_tag_rows(found, found.tags))
        yield ""
        yield worded(unseen_line(found.judgement))
        yield ""


def _flip_rows(flips: Iterable[tuple[Flip, Told]]) -> Iterator[Sequence[str]]:
    yield "question", "article", "was", "is", "expected", "said before", "says now", "why"
    for flip, told in flips:
        said = (told.expected, told.before, told.now)
        yield (
            *(flip.question, flip.article, flip.before, flip.now),
            *("-" if one is None else one for one in said),
            told.reason,
        )


def table(rows: Iterable[Sequence[str]], *, numbers: bool = True) -> Iterator[str]:
    """Rows as a table of GitHub, the first of them its head.

    Args:
        rows: The cells, as they are known; they are made safe here.
        numbers: Whether all columns but the first are to end at one place.
    """
    first, *rest = rows
    yield f"| {' | '.join(worded(cell) for cell in first)} |"
    yield f"|{'|'.join(['---', *['---:' if numbers else '---'] * (len(first) - 1)])}|"
    for row in rest:
        yield f"| {' | '.join([code(row[0]), *map(worded, row[1:])])} |"


_PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]+(?: [A-Za-z0-9_.:/+-]+)*")


def code(text: str) -> str:
    """A name in Markdown, as code: nothing in it means anything."""
    plain = printable(text)
    if not plain:
        return ""
    return f"`{plain}`" if _PLAIN.fullmatch(plain) else f"<code>{worded(plain)}</code>"


def worded(text: str) -> str:
    """Words in Markdown: every sign that could mean something there stands by its number.

    References by number make no structure (CommonMark 0.31, section 2.5). An @ is parted from what follows
    besides, so that nobody of that name is notified.
    """
    clean = _MEANS.sub(lambda found: f"&#{ord(found[0])};", printable(text))
    return clean.replace("&#64;", "&#64;\u200b")


_MEANS = re.compile(r"[\\`*_\[\]<>#!|~&@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


# ---------------------------------------------------------------- for programs


def as_json(comparisons: Iterable[Comparison]) -> dict[str, object]:
    """The same as an object; the fields are described in docs/compare.md."""
    return {"format": FORMAT, "comparisons": [_object(one) for one in comparisons]}


def _object(found: Comparison) -> dict[str, object]:
    return {
        "model": found.model,
        "before": found.before,
        "now": found.now,
        **judged(found.judgement, found.heading),
        "passes": found.passes,
        "not_measured": list(found.missing),
        "notes": list(found.notes),
        "reworded": list(found.heading.rewordings),
        "flips": [
            {
                "article": flip.article,
                "question": flip.question,
                "before": flip.before,
                "now": flip.now,
                "expected": told.expected,
                "said_before": told.before,
                "says_now": told.now,
                "reason": told.reason,
            }
            for flip, told in found.flips
        ],
        "tags": {
            one.tag: {"articles": one.articles, **paired_values(one.paired)} for one in found.tags
        },
    }
