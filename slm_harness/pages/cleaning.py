"""The article inside a page, as plain text.

Cleaning is deterministic and never touches the network: the text is part of the key under which
answers are stored, and evidence in the labels is checked against it word for word.
"""

import re
from dataclasses import dataclass
from datetime import date

from slm_harness.pages.bounds import bounded_tree, is_large
from slm_harness.pages.headline import (
    headlines_of,
    standfirst_of,
    with_standfirst,
    without_headline,
)
from slm_harness.pages.metadata import metadata_of
from slm_harness.pages.pruning import prune
from slm_harness.pages.source import refused, source_of
from slm_harness.pages.tidying import tidy


def article_text(html: bytes | str, url: str | None = None) -> str:
    """The article of a page as plain text: one paragraph a line, no headline, furniture or comments.

    Raises:
        PageError: the page is empty, no HTML, too large, nested beyond reason, or has no article.
    """
    return _extracted(source_of(html, url), url)


@dataclass(frozen=True)
class Page:
    """What a reader takes from a page."""

    title: str | None
    published: date | None
    text: str


def read_page(html: bytes | str, url: str | None = None, charset: str | None = None) -> Page:
    """Title, publication date and text of a page; the first two are None where it has none.

    ``charset`` is what the server declared, where it declared something.

    Raises:
        PageError: as ``article_text`` does.
    """
    source = source_of(html, url, charset)
    text = _extracted(source, url)
    title, published = metadata_of(source)
    return Page(title, published, text)


_SCRIPT_NEEDED = re.compile(
    r"(enable|activate|requires?|need|turn on|without)\b.{0,30}\bjavascript|javascript\b.{0,30}"
    r"\b(enabled|disabled|required|turned off)",
    re.IGNORECASE | re.DOTALL,
)
_FEW_WORDS = 40


def _extracted(source: str, url: str | None) -> str:
    import logging

    import trafilatura

    # Its complaints about a page would reach stderr by logging's last resort; ours say more.
    logger = logging.getLogger("trafilatura")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    tree = bounded_tree(source, url)
    prune(tree)
    headlines, standfirst = headlines_of(tree), standfirst_of(tree)
    raw = trafilatura.extract(
        tree,
        fast=is_large(tree),
        include_comments=False,
        include_tables=True,
        include_links=False,
        include_images=False,
        include_formatting=False,
    )
    text = without_headline(tidy(raw or ""), headlines)
    text = with_standfirst(text, tidy(standfirst)) if text else ""
    if not text:
        raise refused(url, "no article text was found; save the page as the browser shows it")
    if len(text.split()) <= _FEW_WORDS and _SCRIPT_NEEDED.search(text):
        raise refused(
            url,
            "the page only asks for JavaScript; save it from a browser once the article is shown",
        )
    return text
