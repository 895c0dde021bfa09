"""``slm-harness coverage``: what a folder of articles covers, and how often."""

import argparse
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from slm_harness.cli.printing import articles_argument, folder_of, say, task
from slm_harness.printable import printable, shortened
from slm_harness.records import Article

_INTRODUCTION = (
    "Counted from the labels by `slm-harness coverage`; do not edit. What the tags mean stands in",
    "`tags.yaml` beside the folder, where there is one.",
)


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Print, as Markdown, how many articles of which kind and length a folder has, how often each "
        "tag is given, and what always giving the commonest answer would score."
    )
    parser = commands.add_parser("coverage", help="count what the articles cover", description=text)
    articles_argument(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the tables."""
    from slm_harness.labels import load_articles
    from slm_harness.labels.lint import known_tags

    folder = folder_of(arguments)
    say(tables(load_articles(folder, task()), known_tags(folder), folder))
    return 0


def tables(
    articles: Sequence[Article], tags: Mapping[str, Mapping[str, str]], folder: Path
) -> Iterator[str]:
    """The lines of the page."""
    yield f"# What the articles of {folder.as_posix()} cover"
    yield ""
    yield from _INTRODUCTION
    yield ""
    yield from _kinds(articles)
    yield ""
    yield from _answers(articles)
    yield from _tags(articles, tags)


def _kinds(articles: Sequence[Article]) -> Iterator[str]:
    yield from _header("kind", "articles", "shortest", "median", "longest")
    groups = {"all": list(articles)}
    for article in articles:
        groups.setdefault(article.kind, []).append(article)
    for kind, some in sorted(groups.items(), key=lambda pair: (pair[0] == "all", -len(pair[1]))):
        words = [len(article.text.split()) for article in some]
        yield _row(kind, len(some), min(words), round(statistics.median(words)), max(words))
    yield ""
    yield "Lengths are words of the cleaned text."


def _answers(articles: Sequence[Article]) -> Iterator[str]:
    """What the commonest answer scores over all articles, and over those that have answers."""
    from slm_harness.labels.commonest import commonest_answers

    empty = task().kind_without_answers
    telling = [article for article in articles if article.kind != empty]
    over_all, over_telling = commonest_answers(articles, task()), commonest_answers(telling, task())
    kinds = [kind for kind in task().article_kinds if kind != empty]
    which = " and ".join(kinds) or "all"
    yield "## Always the commonest answer"
    yield ""
    yield f"What somebody scores who has read nothing: over the articles of kind {which}, and over all."
    yield ""
    yield from _header("question", "answer", which, "share", "answer", "all", "share")
    for question in task().ids:
        cells: list[object] = []
        for found in (over_telling, over_all):
            answer, right, of = found.get(question, ("", 0, 0))
            cells += [shortened(answer, 40), f"{right}/{of}", f"{right / of:.0%}" if of else "-"]
        yield _row(question, *cells)
    yield ""


def _tags(articles: Iterable[Article], tags: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    counts = Counter(tag for article in articles for tag in article.tags)
    grouped = {tag for group in tags.values() for tag in group}
    rest = dict.fromkeys(sorted(set(counts) - grouped), "")
    groups = {**tags, **({"other tags" if tags else "tags": rest} if rest else {})}
    for name, group in groups.items():
        yield f"## {name.replace('-', ' ').capitalize()}"
        yield ""
        yield from _header("tag", "articles", "meaning")
        for tag, meaning in group.items():
            yield _row(tag, counts[tag], meaning)
        yield ""


def _header(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*["---"] * len(names))


def _row(*cells: object) -> str:
    return "| " + " | ".join(printable(str(cell)).replace("|", "\\|") for cell in cells) + " |"
