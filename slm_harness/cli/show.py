"""``slm-harness show``: an article as a model gets it, and what its label says of it."""

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from slm_harness.cli.printing import articles_option, output, say, size, task, with_folder
from slm_harness.printable import shortened

if TYPE_CHECKING:
    from slm_harness.labels.files import ReadArticle

_BOLD = ("\ue000", "\ue001")
"""Cleaning takes characters of private use out of every text, so these two are ours."""
_MARKS = ("»", "«")
_CONTEXT = 40
"""Characters of the text that are shown on either side of evidence."""
_LINE = 100
_DROPPED_LINES = 12


def declare(commands: Any) -> None:  # noqa: ANN401 - argparse names no public type for it
    """Add the command."""
    text = (
        "Print the text of an article exactly as a model gets it, its size, what cleaning dropped "
        "from the page, and each answer of the label with its evidence marked in the text."
    )
    parser = commands.add_parser(
        "show", help="print an article as a model gets it, and its label", description=text
    )
    parser.add_argument("id", metavar="ID", help="name of the article: its files without .html")
    parser.add_argument("--all", action="store_true", help="every line that was dropped")
    articles_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print it; where the label has faults the text all the same, and the faults in its place."""
    from slm_harness.errors import LabelsError
    from slm_harness.labels.files import read_folder
    from slm_harness.labels.nodes import findings

    folder, id_ = arguments.articles, arguments.id
    (read,), _ = read_folder(folder, task(), drafts=True, only=id_)
    faults = findings(read.faults)
    if read.page is None:
        raise LabelsError(str(folder), [str(fault) for fault in faults])
    prompt = _print_text(read)
    kind = f"; {read.label['kind']}" if not faults else ""
    state = ", a draft" if read.label.get("draft") is True else ""
    say(["", f"-- {id_}: {size(prompt)}{kind}{state}", ""])
    say(
        dropped(
            read.source,
            read.page.text,
            every=arguments.all,
            more=with_folder(f"slm-harness show {id_} --all", folder),
        )
    )
    say(["", *(map(str, faults) if faults else _label(read))])
    return 1 if faults else 0


def _print_text(read: "ReadArticle") -> str:
    from slm_harness.labels.checks import texts_of
    from slm_harness.labels.load import bare_article

    prompt = bare_article(read).prompt
    evidence = read.label.get("evidence")
    if output().isatty() and isinstance(evidence, dict):
        phrases = [phrase for some in evidence.values() for phrase in texts_of(some)]
        say(marked(prompt, phrases, _BOLD).split("\n"), _BOLD)
    else:
        say(prompt.split("\n"))
    return prompt


def dropped(source: str, text: str, *, every: bool, more: str) -> Iterator[str]:
    """What cleaning left out of a page, line by line; ``more`` is the command that shows it all."""
    from slm_harness.pages import dropped_lines, page_lines

    page = page_lines(source)
    lines = dropped_lines(page, text)
    everything = sum(len(line.split()) for line in page)
    words = sum(len(line.split()) for line in lines)
    yield f"dropped {words:,} of the page's {everything:,} words:"
    shown = lines if every else lines[:_DROPPED_LINES]
    yield from (f"    {shortened(line, _LINE)}" for line in shown)
    if len(lines) > len(shown):
        yield f"    … and {len(lines) - len(shown)} lines more ({more})"


def marked(text: str, phrases: Iterable[str], marks: tuple[str, str]) -> str:
    """``text`` with two marks around every phrase that is in it; what overlaps is marked as one."""
    spans: list[list[int]] = []
    for start, end in sorted(_spans(text, phrases)):
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(end, spans[-1][1])
        else:
            spans.append([start, end])
    for start, end in reversed(spans):
        text = f"{text[:start]}{marks[0]}{text[start:end]}{marks[1]}{text[end:]}"
    return text


def _spans(text: str, phrases: Iterable[str]) -> Iterator[tuple[int, int]]:
    flat = text.replace("\n", " ")
    for phrase in phrases:
        words = " ".join(phrase.split())
        start = flat.find(words)
        if words and start >= 0:
            yield start, start + len(words)


def _label(read: "ReadArticle") -> Iterator[str]:
    from slm_harness.grading import expected_in_words
    from slm_harness.labels.checks import texts_of
    from slm_harness.labels.load import article_of

    article = article_of(read, task())
    evidence = read.label.get("evidence", {})
    for question in task().questions:
        contested = " (contested)" if question.id in article.contested else ""
        yield f"{question.id}{contested}: {expected_in_words(question.kind, article.answers[question.id])}"
        for phrase in texts_of(evidence.get(question.id)):
            yield f"    {in_context(article.text, phrase)}"


def in_context(text: str, phrase: str) -> str:
    """Evidence with a few words of the text around it, and the line of the text it begins on."""
    start, end = next(_spans(text, [phrase]), (0, 0))
    flat = text.replace("\n", " ")
    before, after = flat[max(0, start - _CONTEXT) : start], flat[end : end + _CONTEXT]
    # Whole words only.
    before = before if start <= _CONTEXT else "… " + before.partition(" ")[2]
    after = after if end + _CONTEXT >= len(flat) else after.rpartition(" ")[0] + " …"
    line = text.count("\n", 0, start) + 1
    return f"line {line}: {before}{_MARKS[0]}{flat[start:end]}{_MARKS[1]}{after}"
