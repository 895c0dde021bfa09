"""The articles: how many there are, and how much a model has to hold to read the longest of them."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slm_harness.engines import estimated_tokens
from slm_harness.errors import PageError, SettingsError
from slm_harness.health.findings import Finding, Numbers, note, ok, problem
from slm_harness.labels.files import read_folder
from slm_harness.labels.load import bare_article
from slm_harness.pages import LIMIT, source_of
from slm_harness.records import Article
from slm_harness.task import Task


@dataclass(frozen=True)
class Articles:
    """What is known of a folder of articles."""

    folder: Path
    count: int = 0
    unread: int = 0
    """How many may be longer still: reading them would have taken too long."""
    longest: Article | None = None
    tokens: int = 0
    """Of the longest, as ``estimated_tokens`` has them."""
    problem: str = ""
    """Why there are none."""


_SCRIPT = re.compile(r"(script|style)[\s/>]", re.IGNORECASE)
_HEAD_TOKENS = 200
"""Room for title and date, which a label may give in place of the page."""


def articles_of(folder: Path, task: Task, seconds: float) -> Articles:
    """Find the longest article of a folder, within so many seconds after the first was read.

    Cleaning a page takes long, so it is done for those only that are long enough with all that is on them.
    """
    try:
        named = [page for page in folder.glob("[!.]*.html") if page.is_file()]
        if not named:
            read_folder(folder, task, drafts=True)  # says what is wrong with it
        pages = sorted(((_bound(page), page) for page in named), reverse=True)
    except (OSError, SettingsError) as error:
        return Articles(folder, problem=str(error))
    longest, tokens, ends = None, 0, None
    for at, (bound, page) in enumerate(pages):
        if bound <= tokens:
            break
        if ends is not None and time.monotonic() > ends:
            unread = sum(bound > tokens for bound, _ in pages[at:])
            return Articles(folder, len(pages), unread, longest, tokens)
        (one,), _ = read_folder(folder, task, drafts=True, only=page.stem)
        ends = ends or time.monotonic() + seconds
        if one.page is not None:
            article = bare_article(one)
            size = estimated_tokens(article.prompt)
            if size > tokens:
                longest, tokens = article, size
    return Articles(folder, len(pages), 0, longest, tokens)


def _bound(page: Path) -> int:
    """Tokens that the article of a page cannot exceed: those of all that the page shows."""
    with page.open("rb") as file:
        content = file.read(LIMIT)
    try:
        source = source_of(content, None)
    except PageError:  # how it is to be decoded may stand in its label
        return len(content)
    return estimated_tokens(_between_tags(source)) + _HEAD_TOKENS


def _between_tags(source: str) -> str:
    """At least all that a page shows, in one pass whatever the page is made of."""
    kept, inside = [], ""
    first, *parts = source.split("<")
    for part in parts:
        if inside:
            if not part[:7].lower().startswith(f"/{inside}"):
                continue
            inside = ""
        elif match := _SCRIPT.match(part):
            inside = match[1].lower()
            continue
        tag, end, text = part.partition(">")
        kept.append(text if end else tag)
    # A script without an end may be anything.
    return source if inside else first + "".join(kept)


def findings(articles: Articles) -> Iterator[Finding]:
    """How many, and how long. What is wrong with labels is for ``slm-harness lint`` to say."""
    if articles.problem or articles.longest is None:
        why = articles.problem or f"{articles.folder}: no page of it can be read"
        yield problem("articles", why, f"slm-harness add URL --articles={articles.folder}")
        return
    told = (
        f"{articles.count} in {articles.folder}; the longest, {articles.longest.id}, has "
        f"{articles.tokens:,} tokens at most"
    )
    numbers: Numbers = {"count": articles.count, "longest_tokens": articles.tokens}
    if articles.unread:
        told += f" ({articles.unread} more may be longer: name a model, and all of them are read)"
        yield note("articles", told, numbers=numbers)
    else:
        yield ok("articles", told, numbers)
